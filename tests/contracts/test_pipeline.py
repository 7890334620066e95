"""Who reads, writes and keeps time follows from the topic cards: order, readers, ticks, and what cannot be."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.packs_read import load_policies
from tousu.contract import card, cards
from tousu.contract.cards import Card, read_cards
from tousu.contract.pipeline import followers, last_ones, processors, published_topics
from tousu.failure import Stop
from tousu.runtime.wiring import input_of, inputs_of
from tousu.simulation.pipeline import composed, wiring_of
from tousu.simulation.processors import PROCESSORS


def written(folder: Path, *cards: dict[str, Any]) -> dict[str, Card]:
    """Cards as files, read back. What a card needs beside what a test says of it is filled in."""
    (folder / "topics").mkdir()
    for said in cards:
        card = {
            "what": "What an example carries.", "writers": ["sla"], "readers": ["ops"], "key": "The case number.",
            "partitions": 12, "retention": "unlimited", "timestamp": "LogAppendTime", "max_message_bytes": 262144,
            "personal": False, "from_shards": "same", "events": ["case.closed"], **said,
        }  # fmt: skip
        (folder / "topics" / f"{card['topic']}.yaml").write_text(yaml.safe_dump(card), encoding="utf-8")
    return read_cards(folder)


ACCEPTED = {"topic": "complaints.accepted", "writers": ["intake"]}
CASES = {"topic": "complaints.cases", "writers": ["router"], "made_from": ["complaints.accepted"]}
OUTCOMES = {"topic": "complaints.outcomes", "writers": ["sla"], "made_from": ["complaints.cases"]}
SURVEYS = {"topic": "complaints.surveys", "writers": ["surveys"], "made_from": ["complaints.outcomes"]}


def test_who_makes_something_from_a_topic_reads_it_and_hears_its_time(tmp_path: Path) -> None:
    found = written(tmp_path, ACCEPTED, CASES, OUTCOMES, SURVEYS)
    assert found["complaints.outcomes"].readers == ("surveys", "ops")
    assert {topic: "time.ticked" in card.events for topic, card in found.items()} == {
        "complaints.accepted": True, "complaints.cases": True, "complaints.outcomes": True, "complaints.surveys": False,
    }  # fmt: skip


def test_each_processor_stands_behind_those_that_it_reads_whatever_they_are_called(tmp_path: Path) -> None:
    early = {"topic": "complaints.early", "writers": ["a-late-one"], "made_from": ["complaints.surveys"]}
    found = written(tmp_path, early, ACCEPTED, CASES, OUTCOMES, SURVEYS)
    assert processors(list(found.values())) == ("intake", "router", "sla", "surveys", "a-late-one")


def test_a_circle_is_named(tmp_path: Path) -> None:
    found = written(tmp_path, ACCEPTED, OUTCOMES, CASES | {"made_from": ["complaints.outcomes"]})
    with pytest.raises(ValueError, match="router, sla"):
        processors(list(found.values()))


def test_a_topic_that_only_its_writer_reads_again_carries_no_ticks(tmp_path: Path) -> None:
    found = written(tmp_path, ACCEPTED | {"made_from": ["complaints.accepted"]})
    assert found["complaints.accepted"].readers == ("intake", "ops")
    assert "time.ticked" not in found["complaints.accepted"].events


def test_every_processor_with_shards_of_its_own_writes_where_processors_write(tmp_path: Path) -> None:
    """One that writes everywhere from any shard, and nothing else, has none."""
    rejected = {"topic": "complaints.rejected", "writers": ["processors"]}
    warnings = {"topic": "complaints.warnings", "writers": ["trends"], "from_shards": "all"}
    assert written(tmp_path, ACCEPTED, CASES, rejected, warnings)["complaints.rejected"].writers == ("intake", "router")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"made_from": ["complaints.nowhere"]}, "complaints.nowhere is no topic"),
        ({"made_from": ["complaints.none.*"]}, r"complaints.none.\* is no topic"),
        ({"writers": ["sla", "claims"]}, "only what one processor writes"),
        ({"from_shards": None}, "only what one processor writes"),
    ],
)
def test_what_nothing_can_be_made_from_is_refused(tmp_path: Path, change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        written(tmp_path, ACCEPTED, CASES, OUTCOMES | change)


@pytest.mark.parametrize("name", [name for name in PROCESSORS if name not in ("intake", "trends")])
def test_a_processor_is_told_the_time_by_everybody_whom_it_reads(name: str) -> None:
    """Silent once: a writer that sends no ticks stops the clocks of its reader."""
    wiring = wiring_of(load_policies("courier-network"))
    made = {each: composed(each, wiring) for each in PROCESSORS}
    for each in made[name].inputs:
        writer = made[each.writer]
        assert each.topic in (writer.ticks_spread_to if each.spread else writer.ticks_to), each


def test_at_equal_times_what_comes_from_further_up_is_first() -> None:
    assert [each.topic for each in inputs_of("claims")] == ["complaints.cases", "complaints.sla"]


def test_what_nobody_reads_may_be_missing() -> None:
    assert {"penalties", "trends"} <= last_ones()
    assert not {"intake", "router", "sla", "claims"} & last_ones()


def test_what_two_processors_write_cannot_be_read_by_a_third() -> None:
    """Each has its own time, and a shard waits for the writer that its input names."""
    with pytest.raises(Stop, match="written by claims, penalties"):
        input_of(card("complaints.instructions"))


def test_who_stands_on_no_card_reads_nothing() -> None:
    with pytest.raises(Stop, match="no topic card says what nobody reads"):
        inputs_of("nobody")


def test_every_topic_of_ours_with_events_is_shown() -> None:
    ours = {card.topic for card in cards() if card.from_shards is not None and card.events}
    assert set(published_topics()) == ours
    assert all(followers(card) <= set(PROCESSORS) for card in cards())


def test_a_processor_takes_psycopg_only_for_a_server() -> None:
    """It is a tenth of a second of each start, and SQLite wants none of it."""
    said = "import sys, services.sla.processor, tousu.runtime.process; print('psycopg' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"

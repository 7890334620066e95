"""A report is the same whatever the order in which topics are read, and however often an event comes."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.rules.report.log import QUALITY, SERVICE, TRANSPORT, Log, asked
from tousu.report.figures import GROUPINGS
from tousu.report.measures import MEASURES
from tousu.report.story import place_of
from tousu.report.written import csv_of

ALL = [*MEASURES, "in_time_percent.resolution", "in_time_percent.acknowledgement"]
WORDS = st.sampled_from(
    ("passed on", "answered", "withdrawn", "reopened", "satisfied", "judged", "classed", "met", "breached", "acquitted")
)


def written(events: list[dict[str, Any]], by: tuple[str, ...]) -> str:
    return csv_of(asked(events, *by), ALL)


def tell(log: Log, number: int, words: list[str]) -> None:
    """A case that goes its way, an hour a word. What comes after an end is told all the same, as the router does."""
    case, ended, generation, revision = f"K{number}", False, 1, 1
    log.complaint(case, f"09-{number + 1:02} 00:00", object={"outlet": "SZ-041"})
    for hour, word in enumerate(words, start=1):
        when = f"09-{number + 1:02} {hour:02}:00"
        match word:
            case "passed on":
                log.passed_on(case, (QUALITY, SERVICE, TRANSPORT)[hour % 3], when)
            case "answered" if not ended:
                log.answered(case, when, f"E{hour}")
                ended = True
            case "withdrawn" if not ended:
                log.withdrawn(case, when)
                ended = True
            case "reopened" if ended:
                log.reopened(case, when)
                ended, generation = False, generation + 1
            case "satisfied":
                log.satisfied(case, when, score=hour % 5 + 1)
            case "judged":
                log.handling(case, "judged", when, stands=True, responsible={"outlet": f"HZ-{hour:03}"})
            case "classed":
                revision += 1
                log.complaint(case, f"09-{number + 1:02} 00:00", **{"class": "loss"}, grade="major", revision=revision)
            case "met" | "breached" | "acquitted":
                what = {"acquitted": "breach_withdrawn"}.get(word, word)
                log.clock(case, what, when, "resolution", generation)
            case _:  # an end of what has ended, or a reopening of what has not
                pass


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.lists(WORDS, max_size=8), min_size=1, max_size=4),
    st.integers(0, 2**32),
    st.sampled_from(list(GROUPINGS)),
)
def test_order_and_repetition_change_nothing(cases: list[list[str]], seed: int, by: str) -> None:
    log = Log()
    log.services("2026-09", TRANSPORT, 10)
    for number, words in enumerate(cases):
        tell(log, number, words)
    log.services("2026-09", TRANSPORT, 1000)
    once = written(log.events, (by,))
    twice = [*log.events, *log.events]
    Random(seed).shuffle(twice)
    assert written(twice, (by,)) == once
    assert written(twice[::-1], (by,)) == once


def test_places_of_a_later_generation_come_after() -> None:
    first, last, next_generation = "sla/3:complaints.sla/3:9", "sla/3:complaints.sla/3:10", "sla/3.2:complaints.sla/3:1"
    assert place_of(first) < place_of(last) < place_of(next_generation)


@pytest.mark.parametrize(
    "event_id", ["", "e-1", "a:b", "router/0:complaints.cases/0:x", "router/0.x:complaints.cases/0:1"]
)
def test_an_id_that_no_processor_wrote_is_named(event_id: str) -> None:
    with pytest.raises(ValueError, match="is not of a processor"):
        place_of(event_id)

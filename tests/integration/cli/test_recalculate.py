"""`tousu policy recalculate`: what would change is shown, what is ordered goes out once for each case."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from services.sla.processor import processor
from tests.integration.cli.test_commands import NOBODY, run
from tests.integration.feeds import START, Bench, CaseFeed, numbers_in
from tests.packs_read import load_pack
from tests.printed import document_of
from tousu import Subscriber
from tousu.client.topics import Topics
from tousu.event import Event, text_of_time
from tousu.failure import Stop
from tousu.local.embedded import EmbeddedBroker
from tousu.simulation.recalculation import RecalculationOrder, new_order, order_again

OPERATIONS = "complaints.inbound.operations"
WORDS = ("--reason", "limits are longer", "--approved-by", "L50001")
AT = text_of_time(START + timedelta(hours=50))
"""Wednesday 12:00; simple complaints of Monday were due on Tuesday at 24:00."""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """sla's database: five simple complaints of Monday, one of them answered; nobody has looked since then."""
    feed = CaseFeed(2, load_pack("courier-network"))
    feed.tick(START)
    for index, number in enumerate(sorted(numbers_in(0, 2, 5))):
        routed = {
            "case_number": number, "kind": "complaint", "channel": "phone", "received_at": text_of_time(START),
            "registered_at": text_of_time(START), "class": "attitude", "grade": "simple",
            "departments": ["storage_and_transport"], "decided_by": "words", "triage": False,
            "pack": {"id": "courier-network", "version": "1.0.0"},
        } | ({"region": "CN-ZJ"} if index == 1 else {})  # fmt: skip
        _say(feed, "complaint.routed", number, routed)
        if index == 0:
            _say(feed, "handling.withdrawn", number, {"case_number": number, "reason": "it came"})
    feed.tick(START + timedelta(hours=1))
    bench = Bench(processor, f"sqlite:///{tmp_path}/sla.sqlite")
    bench.feed(feed.written)
    bench.run()
    bench.store.close()
    return tmp_path


def _say(feed: CaseFeed, kind: str, number: str, said: dict[str, Any]) -> None:
    event_id = f"{kind}-{number}"
    feed.say(
        Event(id=event_id, source="tousu/router", type=f"tousu.{kind}.v1", subject=number, time=START, data=said), START
    )


@pytest.fixture
def pack(tmp_path: Path) -> str:
    """The courier network in a second version: three working days for a simple complaint."""
    text = Path("policies/courier-network.yaml").read_text("utf-8")
    (tmp_path / "earlier").mkdir()
    (tmp_path / "earlier" / "network-1.0.0.yaml").write_text(text, "utf-8")
    newer = text.replace('version: "1.0.0"', 'version: "2.0.0"', 1).replace(
        "simple: {amount: 1,", "simple: {amount: 3,", 1
    )
    holds = next(line for line in text.splitlines() if line.startswith("effective_from:"))
    newer = newer.replace(holds, 'effective_from: "2026-03-03T00:00:00+08:00"', 1)
    file = tmp_path / "network.yaml"
    file.write_text(newer, "utf-8")
    return str(file)


def asked(data: Path, pack: str, *more: str) -> tuple[str, ...]:
    return ("policy", "recalculate", *WORDS, "--pack", pack, "--data", str(data), "--at", AT, *more)


def test_what_would_change_is_shown_and_nothing_is_done(data: Path, pack: str) -> None:
    before = (data / "sla.sqlite").read_bytes()
    done = run(*asked(data, pack, "--pack-version", "2.0.0", "--json"))
    assert done.returncode == 1, done.stderr
    said = document_of(done)
    assert said["summary"] == {
        "cases": 4, "clocks": 4, "breaches_withdrawn": 4, "breaches_new": 0, "without_other_times": 0, "refused": 0,
    }  # fmt: skip
    assert not said["applied"]
    (clock,) = said["cases"][0]["clocks"]
    assert clock == {
        "clock": "resolution", "generation": 2, "old_due_at": "2026-03-03T16:00:00Z",
        "new_due_at": "2026-03-05T16:00:00Z", "breach": "withdrawn",
    }  # fmt: skip
    assert (data / "sla.sqlite").read_bytes() == before


def test_without_another_version_nothing_changes(data: Path, pack: str) -> None:
    done = run(*asked(data, pack))
    assert (done.returncode, done.stdout[:8]) == (0, b"0 cases,")


def test_a_region_may_be_named(data: Path, pack: str) -> None:
    done = run(*asked(data, pack, "--pack-version", "2.0.0", "--region", "CN-ZJ", "--json"))
    assert document_of(done)["summary"]["cases"] == 1


def test_people_get_a_table(data: Path, pack: str) -> None:
    done = run(*asked(data, pack, "--pack-version", "2.0.0"))
    assert b"2026-03-04 00:00" in done.stdout and b"2026-03-06 00:00" in done.stdout
    assert b"nothing was ordered" in done.stderr


@pytest.mark.kafka
def test_orders_go_out_once_for_each_case_however_often_they_are_given(
    data: Path, pack: str, embedded: EmbeddedBroker
) -> None:
    with Topics(embedded.address) as topics:
        topics.apply(topics.plan(partitions=4))
    words = asked(data, pack, "--pack-version", "2.0.0", "--apply", "--json", "--broker", embedded.address)
    first = run(*words)
    assert first.returncode == 0, first.stderr
    order_id = document_of(first)["order_id"]
    assert run(*words, "--order", order_id, "--per-second", "1000").returncode == 0
    with Subscriber(embedded.address, [OPERATIONS]) as subscriber:
        events = [each.event for each in subscriber.read(to_end=True) if each.event.type.endswith("ordered.v1")]
    assert len(events) == 8
    assert len({(event.id, event.time, orjson.dumps(event.data)) for event in events}) == 4, "word for word the same"
    assert events[0].data == {
        "case_number": events[0].data["case_number"], "order_id": order_id, "reason": "limits are longer",
        "approved_by": "L50001", "pack_version": "2.0.0",
    }  # fmt: skip


def test_a_broker_that_is_away_is_3(data: Path, pack: str) -> None:
    done = run(*asked(data, pack, "--pack-version", "2.0.0", "--apply", "--broker", NOBODY))
    assert done.returncode == 3
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("more", "code", "words"),
    [
        (("--pack-version", "9.9.9"), 4, b"has no version 9.9.9 here; there are: 1.0.0, 2.0.0"),
        (("--organisation", "acme"), 4, b"organisation acme has no pack here"),
        (("--order", "R-1"), 4, b"R-1 is no order"),
        (("--order", "20260304T040000Z-00000000"), 4, b"was given with other options"),
        (("--mode", "forward"), 2, b"retroactive"),
    ],
)
def test_what_cannot_be_done_says_why(data: Path, pack: str, more: tuple[str, ...], code: int, words: bytes) -> None:
    done = run(*asked(data, pack, *more))
    assert done.returncode == code
    assert words in done.stderr


def test_an_order_has_one_name_for_one_thing() -> None:
    now = datetime.fromisoformat("2026-03-04T12:00:00.5+08:00")
    what = RecalculationOrder("why", "L1", pack_version="2.0.0")
    order = new_order(now, what)
    assert order_again(order.id, what) == order
    for other in (what._replace(reason="other"), what._replace(mode="reset"), what._replace(pack_version=None)):
        assert new_order(now, other).id != order.id
        with pytest.raises(Stop, match="other options"):
            order_again(order.id, other)

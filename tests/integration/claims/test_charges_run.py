"""Claims at work with source A's pack: what cases hold against parties goes to whoever owns the party."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from msgspec.structs import replace

from services.claims.processor import processor
from tests.integration.feeds import START, Bench, CaseFeed, Feed, Written, header, numbers_in
from tests.packs_read import load_pack, load_policies
from tests.rules.casework import event, handling
from tests.rules.claims.charging import clock, routed
from tousu.event import Event
from tousu.runtime.partition import partition_of
from tousu.runtime.processor import Processor
from tousu.runtime.wiring import Wiring

PARTITIONS = 3
A = load_pack("auto-service")
NUMBERS = [number for p in range(PARTITIONS) for number in numbers_in(p, PARTITIONS, 1)]


def of_a(wiring: Wiring) -> Processor:
    return processor(dataclasses.replace(wiring, policies=load_policies("auto-service")))


def of_case(one: Event, number: str) -> Event:
    return replace(one, subject=number, data=one.data | {"case_number": number})


def at(hours: float) -> datetime:
    return START + timedelta(hours=hours)


def inputs() -> list[Written]:
    """Three cases on three partitions, one employee responsible in all; the last one late, as it turns out in time."""
    cases = CaseFeed(PARTITIONS, A)
    clocks = Feed("sla", "complaints.sla", PARTITIONS)
    named = {"responsible": {"employee": "E10023"}, "by": "department"}
    for feed in (cases, clocks):
        feed.tick(START)
    for number in NUMBERS:
        cases.say(of_case(routed(A), number), at(0))
        cases.say(of_case(handling("responsibility_settled", 1, **named), number), at(1))
    late = clock("breached", "resolution", 48, A, departments=["workshop"])
    figures = {"period": "2026-03", "department": "workshop", "services": 1000}
    for hour in range(2, 62):
        for feed in (cases, clocks):
            feed.tick(at(hour))
        if hour == 48:
            clocks.say(of_case(late, NUMBERS[2]), at(hour))
        if hour == 50:
            clocks.say(of_case(clock("breach_withdrawn", "resolution", 48, A, known=hour), NUMBERS[2]), at(hour))
        if hour == 51:
            cases.say(event("operations.reported", figures, None, at(hour)), at(hour), key="workshop")
    return sorted([*cases.written, *clocks.written], key=lambda one: dict(one[4])["tousu-time"])


@pytest.fixture
def bench(sqlite_url: str) -> Bench:
    return Bench(of_a, sqlite_url, PARTITIONS)


def test_charges_of_every_case_meet_on_the_partition_of_their_party(bench: Bench) -> None:
    bench.feed(inputs())
    bench.run()
    told = bench.records("complaints.charges")
    for one in told:
        assert one.key is not None
        assert one.partition == partition_of(one.key.decode(), PARTITIONS)
    laid = [one for one in told if header(one, "ce_type") == "tousu.charge.laid.v1"]
    person = [one for one in laid if one.key == b"person/E10023"]
    assert {header(one, "ce_subject") for one in person} == set(NUMBERS)
    assert {header(one, "tousu-origin") for one in person} == {"claims/0", "claims/1", "claims/2"}
    workshop = [orjson.loads(one.value or b"") for one in laid if header(one, "ce_subject") == NUMBERS[2]]
    grounds = [(one["party"]["kind"], one["revision"], [each["ground"] for each in one["grounds"]]) for one in workshop]
    assert sorted(grounds) == [
        ("department", 1, ["complaint"]),  # as it was routed
        ("department", 2, ["complaint"]),  # an hour later a person is named
        ("department", 3, ["complaint", "late_resolution"]),
        ("department", 4, ["complaint"]),
        ("person", 1, ["complaint"]),
    ]
    figures = [one.key for one in told if header(one, "ce_type") == "tousu.operations.reported.v1"]
    assert figures == [b"department/workshop"]
    assert bench.records("complaints.rejected") == []


def one_by_one(bench: Bench, written: list[Written]) -> None:
    for count, one in enumerate(written):
        bench.feed([one])
        bench.loop.step(0)
        if count % 7 == 0:
            bench.restart()
    bench.run()


def topic_by_topic(bench: Bench, written: list[Written]) -> None:
    for topic in ("complaints.sla", "complaints.cases"):
        bench.feed([one for one in written if one[0] == topic])
        bench.run()


@pytest.mark.parametrize("way", [one_by_one, topic_by_topic])
def test_however_the_logs_are_read_the_charges_are_the_same_to_the_byte(
    bench: Bench, tmp_path: Path, way: Callable[[Bench, list[Written]], None]
) -> None:
    """Killed after every seventh record, or one topic after the other. Each origin by itself: they share partitions."""
    bench.feed(inputs())
    bench.run()
    other = Bench(of_a, f"sqlite:///{tmp_path / 'other.sqlite'}", PARTITIONS, batch_max=2)
    way(other, inputs())
    assert by_origin(other) == by_origin(bench)
    assert bench.records("complaints.charges")


def by_origin(bench: Bench) -> dict[str, Any]:
    outcome = bench.outcome()
    outcome["complaints.charges"].sort(key=lambda one: (one[0], dict(one[3])["tousu-origin"]))
    return outcome

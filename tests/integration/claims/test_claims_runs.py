"""Claims at work on a broker in memory with a SQLite file: two inputs, and one outcome whoever is read first."""

from __future__ import annotations

import random
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from services.claims.processor import processor
from tests.integration.feeds import START, Bench, Feed, Written, header, numbers_in
from tests.rules.casework import event, handling
from tests.rules.claims.told import routed, routed_pieces

PARTITIONS = 2
TROUBLES = ("loss", "delay", "contents_mismatch", "damage")
PIECES = [{"class": name, "waybill_number": f"TS7700{n}"} for n, name in enumerate(TROUBLES, 1)]
CLOCK = {
    "clock": "resolution",
    "generation": 1,
    "limit": {"amount": 5, "unit": "working_days"},
    "started_at": "2026-03-02T02:00:00Z",
    "due_at": "2026-03-09T16:00:00Z",
    "pack": {"id": "courier-network", "version": "1.0.0"},
    "section": "C 5",
}


def inputs() -> tuple[list[Written], list[Written]]:
    """What router and sla write of four cases over six hours; sla writes at the same times as router, and between."""
    cases = Feed("router", "complaints.cases", PARTITIONS)
    clocks = Feed("sla", "complaints.sla", PARTITIONS)
    numbers = [number for p in range(PARTITIONS) for number in numbers_in(p, PARTITIONS, 2)]
    for hour in range(6):
        now = START + timedelta(hours=hour)
        cases.tick(now)
        clocks.tick(now)
        for place, number in enumerate(numbers):
            if hour == 0:
                whole = routed_pieces(PIECES, demand="赔偿", case_number=number)
                cases.say(whole if place == 0 else routed("damage", case_number=number), now)
            if hour == 2 + place:
                cases.say(handling("judged", hour, number, stands=False), now)
            if hour == 4 and place == 1:
                cases.say(handling("judged", hour, number, stands=True), now)
            said = {**CLOCK, "case_number": number, "at": "2026-03-02T03:00:00Z"}
            clocks.say(event("clock.breached", said, number), now + timedelta(minutes=30 * (place % 2)))
        clocks.tick(now + timedelta(minutes=40))
        cases.tick(now + timedelta(minutes=50))
    for feed in (cases, clocks):
        feed.tick(START + timedelta(hours=9))
    return cases.written, clocks.written


def at_once(bench: Bench, cases: list[Written], clocks: list[Written]) -> None:
    bench.feed([*cases, *clocks])
    bench.run()


def cases_first(bench: Bench, cases: list[Written], clocks: list[Written]) -> None:
    for part in (cases, clocks):
        bench.feed(part)
        bench.run()


def clocks_first(bench: Bench, cases: list[Written], clocks: list[Written]) -> None:
    cases_first(bench, clocks, cases)


def in_turns(seed: int) -> Any:
    def feed(bench: Bench, cases: list[Written], clocks: list[Written]) -> None:
        dice = random.Random(seed)
        queues = [list(reversed(cases)), list(reversed(clocks))]
        while any(queues):
            queue = dice.choice([queue for queue in queues if queue])
            for _ in range(dice.randint(1, 9)):
                if queue:
                    bench.feed([queue.pop()])
            if dice.random() < 0.6:
                bench.loop.step(0)
            if dice.random() < 0.1:
                bench.restart()
        bench.run()

    return feed


@pytest.fixture
def bench(sqlite_url: str) -> Bench:
    return Bench(processor, sqlite_url, PARTITIONS)


ORDERS = [cases_first, clocks_first, *(in_turns(seed) for seed in range(4))]


@pytest.mark.parametrize("order", ORDERS, ids=["cases first", "clocks first", *(f"in turns {n}" for n in range(4))])
def test_whichever_input_is_read_first_the_outcome_is_the_same(bench: Bench, tmp_path: Path, order: Any) -> None:
    """Topics byte for byte with their numbers and times, and all states."""
    cases, clocks = inputs()
    at_once(bench, cases, clocks)
    other = Bench(processor, f"sqlite:///{tmp_path / 'other.sqlite'}", PARTITIONS, batch_max=3)
    order(other, cases, clocks)
    assert other.outcome() == bench.outcome()
    assert bench.records("complaints.claims")


def test_four_claims_of_one_complaint_open_together_and_end_together(bench: Bench) -> None:
    at_once(bench, *inputs())
    (number, *_) = numbers_in(0, PARTITIONS, 1)
    told = [one for one in bench.records("complaints.claims") if header(one, "ce_subject") == number]
    names = [header(one, "ce_type")[6:-3] for one in told]
    assert [name for name in names if name.startswith("claim.")] == ["claim.opened"] * 4 + ["claim.closed"] * 4
    assert bench.records("complaints.instructions") == []
    assert bench.records("complaints.rejected") == []


def test_open_claims_are_found_by_cause_state_and_waybill(bench: Bench) -> None:
    at_once(bench, *inputs())
    query = "SELECT cause, state, COUNT(*), COUNT(waybill) FROM claims_claim GROUP BY 1, 2 ORDER BY 1, 2"
    rows = [tuple(row) for row in bench.store.connection().execute(sa.text(query))]
    assert rows == [
        ("contents_mismatch", "closed", 1, 1),
        ("damage", "closed", 3, 3),
        ("damage", "open", 1, 1),
        ("delay", "closed", 1, 1),
        ("loss", "closed", 1, 1),
    ]

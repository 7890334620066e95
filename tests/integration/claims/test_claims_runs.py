"""Claims at work on a broker in memory: two inputs, one outcome whoever is read first, on SQLite as on PostgreSQL."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
import sqlalchemy as sa

from services.claims.processor import processor
from tests.claimwork import FATES, Books, cents
from tests.integration.claims.whole_way import WholeWay, whole_way
from tests.integration.feeds import START, Bench, CaseFeed, Feed, Written, header, numbers_in
from tests.packs_read import load_pack
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
    cases = CaseFeed(PARTITIONS, load_pack("courier-network"))
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


@pytest.fixture(scope="module")
def whole() -> WholeWay:
    return whole_way(PARTITIONS)


@pytest.fixture
def paid_bench(database_url: str, whole: WholeWay) -> Bench:
    """Claims after sixty days in which each of them met its fate."""
    bench = Bench(processor, database_url, PARTITIONS)
    at_once(bench, whole.cases, whole.clocks)
    return bench


def rows(bench: Bench, query: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in bench.store.connection().execute(sa.text(query))]


def test_finance_is_told_each_thing_once_and_in_order(paid_bench: Bench, whole: WholeWay) -> None:
    told: dict[str, list[tuple[str, str, int]]] = defaultdict(list)
    numbers = []
    for record in paid_bench.records("complaints.instructions"):
        said = orjson.loads(record.value or b"")
        assert header(record, "ce_type") == "tousu.instruction.issued.v1"
        told[said["case_number"]].append((said["what"], said["of"], cents(said.get("amount", "0"))))
        numbers.append(said["instruction_number"])
    assert told == {number: ought for number, story in whole.work.stories.items() if (ought := story.owed().told)}
    assert len(numbers) == len(set(numbers))
    assert paid_bench.records("complaints.rejected") == []


def test_the_columns_of_the_ledger_add_up_to_what_is_owed(paid_bench: Bench, whole: WholeWay) -> None:
    """Awarded, paid and withdrawn by obligation, from the promoted columns alone."""
    sums: dict[str, Counter[str]] = defaultdict(Counter)
    for obligation, movement, amount, currency, case_number in rows(
        paid_bench, "SELECT obligation, movement, amount, currency, case_number FROM claims_entry"
    ):
        assert (currency, case_number) == ("CNY", obligation.split("/")[0])
        sums[obligation][movement] += cents(amount)
    found = {name: Books(one["awarded"], one["paid"], one["withdrawn"]) for name, one in sums.items()}
    assert found == {name: books for story in whole.work.stories.values() for name, books in story.owed().books.items()}


def test_claims_and_questions_are_found_by_their_columns(paid_bench: Bench) -> None:
    query = "SELECT stage, state, COUNT(*), COUNT(waybill) FROM claims_claim GROUP BY 1, 2 ORDER BY 1, 2"
    assert rows(paid_bench, query) == [
        ("agreed", "closed", 2, 2),  # withdrawn by the claimant
        ("agreed", "open", 2, 2),  # paid wrongly, so not at all
        ("offered", "open", 2, 2),
        ("paid", "closed", 12, 12),
    ]
    query = "SELECT reason, COUNT(*), COUNT(DISTINCT claim) FROM claims_question GROUP BY 1 ORDER BY 1"
    assert rows(paid_bench, query) == [
        ("already_booked", 2, 2),
        ("already_paid", 2, 2),
        ("not_owed", 4, 4),
        ("other_amount", 4, 4),
        ("other_currency", 2, 2),
    ]
    (breached,) = rows(paid_bench, "SELECT COUNT(*) FROM claims_case WHERE next_due IS NOT NULL")
    assert breached == (0,), "every limit has ended or fired"


@pytest.mark.parametrize("order", ORDERS[1:4], ids=["clocks first", "in turns 0", "in turns 1"])
def test_money_is_the_same_whoever_is_read_first_and_whatever_the_database(
    paid_bench: Bench, whole: WholeWay, tmp_path: Path, order: Any
) -> None:
    """Topics byte for byte and all states, in small batches with restarts on SQLite, at once on the other."""
    other = Bench(processor, f"sqlite:///{tmp_path / 'other.sqlite'}", PARTITIONS, batch_max=7)
    order(other, whole.cases, whole.clocks)
    assert other.outcome() == paid_bench.outcome()
    assert len(whole.work.stories) == PARTITIONS * len(FATES)

"""The money part of the audit on real databases: the ledger of claims held against its topics."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.integration.feeds import START, Bench
from tests.integration.settled import AGREED, PAID, PARTITIONS, WITHDRAWN, settled
from tests.rules.casework import event
from tousu.failure import Stop
from tousu.ledger.proof import Proof
from tousu.runtime.census import Census
from tousu.runtime.inspection import Inspection
from tousu.runtime.ledger import read_ledger
from tousu.runtime.metrics import LEDGER_AMOUNT, LEDGER_OUTSTANDING, LEDGER_OVERDRAWN, PAYMENT_QUESTIONS
from tousu.runtime.money import TOPICS, Kept, Money, kept_by
from tousu.runtime.watch import Watch

TABLE = "claims_entry"
OWED = f"{AGREED}/1/compensation"
ONE_MORE = (
    f"INSERT INTO {TABLE} SELECT 0, '{PAID}/1/bill/2', 1, NULL, obligation, kind, movement, amount, currency, "
    f"debtor, case_number, replace(doc, 'bill/1', 'bill/2') FROM {TABLE} WHERE key = '{PAID}/1/bill/1'"
)


@pytest.fixture
def bench(database_url: str) -> Iterator[Bench]:
    made = settled(database_url)
    yield made
    made.store.close()


@pytest.fixture
def in_file(sqlite_url: str) -> Iterator[Bench]:
    made = settled(sqlite_url)
    yield made
    made.store.close()


def databases(bench: Bench) -> dict[str, Kept]:
    inspection = Inspection(bench.url, "claims")
    try:
        return {"claims": kept_by(inspection)}
    finally:
        inspection.close()


def audited(bench: Bench, kept: dict[str, Kept] | None = None) -> tuple[Proof, tuple[str, ...]]:
    money = Money()
    for topic in TOPICS & bench.broker.logs.keys():
        for log in bench.broker.logs[topic]:
            for record in log:
                money.note(record)
    return money.proof(databases(bench) if kept is None else kept)


def change(bench: Bench, statement: str) -> None:
    connection = bench.store.connection()
    assert connection.execute(sa.text(statement)).rowcount == 1
    connection.commit()


def test_what_claims_keeps_is_what_it_published(bench: Bench) -> None:
    proof, missing = audited(bench)
    assert (proof.faults, missing) == ((), ())
    assert (proof.entries, proof.obligations) == (7, 4)


def test_what_was_sent_again_is_counted_once(bench: Bench) -> None:
    for log in bench.broker.logs["complaints.claims"]:
        log.extend(log[-3:])
    assert audited(bench)[0].faults == ()


def test_what_a_working_processor_writes_after_the_look_is_left_for_the_next_one(bench: Bench) -> None:
    """The database is read first; its checkpoint says up to which number the topics belong to it."""
    early = databases(bench)["claims"]
    standings = []
    for standing in early.standings:
        numbers = {where: number for where, number in standing.checkpoint.numbers.items() if standing.shard != 1}
        checkpoint = type(standing.checkpoint)(numbers=numbers)
        standings.append(standing._replace(checkpoint=checkpoint, pending=()))
    assert early.ledger is not None
    entries = tuple(entry for entry in early.ledger.entries if entry.case_number != AGREED)
    kept = early._replace(standings=tuple(standings), ledger=early.ledger._replace(entries=entries))
    proof, _ = audited(bench, {"claims": kept})
    assert (proof.faults, proof.obligations) == ((), 3)


def test_outputs_that_are_committed_and_not_out_yet_count(bench: Bench) -> None:
    kept = databases(bench)["claims"]
    (log,) = [log for log in bench.broker.logs["complaints.claims"] if any(one.key == AGREED.encode() for one in log)]
    del log[2:]
    assert audited(bench, {"claims": kept})[0].faults == ()
    forgotten = kept._replace(standings=tuple(one._replace(pending=()) for one in kept.standings))
    assert f"{AGREED}/1/compensation" in {fault.place for fault in audited(bench, {"claims": forgotten})[0].faults}


@pytest.mark.parametrize(
    ("statement", "place", "message"),
    [
        (f"UPDATE {TABLE} SET doc = replace(doc, '812.00', '912.00') WHERE key = '{OWED}/1'", OWED, "912.00"),
        (f"UPDATE {TABLE} SET amount = '912.00' WHERE key = '{OWED}/1'", f"{OWED}/1", "column amount and document"),
        (f"UPDATE {TABLE} SET doc = '{{}}' WHERE key = '{OWED}/1'", f"{OWED}/1", "cannot be read"),
        (f"UPDATE {TABLE} SET doc = 'x' WHERE key = '{OWED}/1'", f"{OWED}/1", "cannot be read"),
        (f"UPDATE {TABLE} SET key = '{OWED}/2' WHERE key = '{OWED}/1'", f"{OWED}/2", "column key and document"),
        (f"DELETE FROM {TABLE} WHERE key = '{OWED}/1'", OWED, "no entry does"),
        (f"DELETE FROM {TABLE} WHERE key = '{WITHDRAWN}/1/compensation/2'", f"{WITHDRAWN}/1/compensation", "no entry"),
        (ONE_MORE, f"{PAID}/1/bill", "no event says so"),
    ],
)  # fmt: skip
def test_a_row_that_was_tampered_with_is_found(in_file: Bench, statement: str, place: str, message: str) -> None:
    change(in_file, statement)
    found = audited(in_file)[0].faults
    assert [fault for fault in found if fault.place == place and message in fault.message], found


def test_a_ledger_whose_database_is_not_there_is_named(bench: Bench) -> None:
    proof, missing = audited(bench, {})
    assert (proof.faults, missing) == ((), ("claims",))


def test_entries_are_found_by_what_their_columns_say(bench: Bench) -> None:
    inspection = Inspection(bench.url, "claims")
    found = read_ledger(inspection, "case_number = :case", {"case": WITHDRAWN})
    assert [(entry.movement, str(entry.amount)) for entry in found.entries] == [
        ("awarded", "812.00"),
        ("withdrawn", "812.00"),
    ]
    assert (inspection.keeps("entry"), inspection.keeps("entries")) == (True, False)
    inspection.close()


def test_what_is_read_at_one_moment_does_not_change_under_the_reader(bench: Bench) -> None:
    inspection = Inspection(bench.url, "claims")
    with inspection.snapshot():
        before = len(list(inspection.matching_states("entry")))
        change(bench, f"DELETE FROM {TABLE} WHERE key = '{OWED}/1'")
        assert len(list(inspection.matching_states("entry"))) == before == 7
    assert len(list(inspection.matching_states("entry"))) == 6
    inspection.close()


def test_the_sums_of_the_ledger_are_gauges(bench: Bench) -> None:
    census = Census(bench.url, "claims", bench.processor.kinds, Watch(), 1.0)
    counts = census.count(bench.store.connection(), dict.fromkeys(range(PARTITIONS), 0))
    assert counts[LEDGER_AMOUNT] == {
        ("awarded", "compensation", "CNY"): 2624.0,
        ("awarded", "bill", "CNY"): 812.0,
        ("paid", "compensation", "CNY"): 1000.0,
        ("withdrawn", "compensation", "CNY"): 812.0,
    }
    assert counts[LEDGER_OUTSTANDING] == {("compensation", "CNY"): 812.0, ("bill", "CNY"): 812.0}
    assert counts[LEDGER_OVERDRAWN] == {(): 0}
    assert counts[PAYMENT_QUESTIONS] == {("not_owed",): 1}


def test_a_question_that_was_settled_is_counted_no_longer(database_url: str) -> None:
    said = {"case_number": WITHDRAWN, "payment_id": "P-2", "how": "returned"}
    bench = settled(
        database_url, event("handling.payment_question_settled", said, WITHDRAWN, START + timedelta(hours=11))
    )
    census = Census(bench.url, "claims", bench.processor.kinds, Watch(), 1.0)
    counts = census.count(bench.store.connection(), dict.fromkeys(range(PARTITIONS), 0))
    assert counts.get(PAYMENT_QUESTIONS, {}) == {}
    bench.store.close()


def test_more_paid_than_awarded_is_a_gauge_too(bench: Bench) -> None:
    change(bench, f"DELETE FROM {TABLE} WHERE key = '{PAID}/1/compensation/1'")
    census = Census(bench.url, "claims", bench.processor.kinds, Watch(), 1.0)
    counts = census.count(bench.store.connection(), dict.fromkeys(range(PARTITIONS), 0))
    assert counts[LEDGER_OVERDRAWN] == {(): 1}


def test_a_database_that_is_not_there_stops(tmp_path: Path) -> None:
    with pytest.raises(Stop, match="has claims ever run"):
        Inspection(f"sqlite:///{tmp_path / 'claims.sqlite'}", "claims")

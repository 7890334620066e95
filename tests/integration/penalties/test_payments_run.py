"""Deductions at work on both databases: booked, questioned, repaid; counted by gauges and proven by the topics."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import orjson
import pytest

from tests.integration.feeds import START, Bench, Written, header
from tests.integration.penalties.test_penalties_runs import SHARDS, Origin, at_once, by_and_by, by_source_a, ledger
from tests.rules.penalties.charges import CLOSED, PERSON, WORKSHOP, complaint, laid, services
from tests.rules.penalties.payments import deducted, deducted_from_head, settled
from tousu.event import Event, time_of_text
from tousu.ledger.balance import Sums, sums_by_obligation
from tousu.ledger.proof import prove
from tousu.ledger.told import LedgerEvent
from tousu.runtime.census import Census
from tousu.runtime.metrics import PAYMENT_QUESTIONS
from tousu.runtime.watch import Watch

NUMBER, RATE = f"TS-1/{PERSON}", f"2026-03/{WORKSHOP}"
ENDS = CLOSED + timedelta(days=2)


@pytest.fixture
def bench(database_url: str) -> Bench:
    return Bench(by_source_a, database_url, SHARDS)


def story(*, settles: bool = True) -> list[Written]:
    """A person's penalty deducted, withdrawn, repaid; a head's deducted; three payments in question, one settled."""
    origins = [Origin(shard) for shard in range(SHARDS)]

    def say(one: Event, party: str = PERSON) -> None:
        origins[0].say(one, one.time, party)

    def hour(number: int) -> timedelta:
        return timedelta(hours=number)

    say(laid("TS-1", complaint("b", "1200.00"), at=START))
    say(laid("TS-1", complaint("b", "1200.00"), at=START, party=WORKSHOP), WORKSHOP)
    say(services(125), WORKSHOP)
    say(deducted("TS-1", "140.00", at=START + hour(1)))
    say(deducted("TS-1", "1400.00", at=START + hour(2)))
    say(deducted("TS-9", "5.00", "P-5", at=START + hour(3)))
    say(deducted("TS-1", "9.00", "P-6", at=START + hour(4)))
    say(laid("TS-1", revision=2, at=START + hour(5)))
    say(deducted("TS-1", "1400.00", "P-2", at=START + hour(6), repaid=True))
    if settles:
        say(settled("TS-1", "P-6", at=START + hour(7)))
    for origin in origins:
        origin.tick(CLOSED + hour(1))
    # Nobody deducts what was not told: the month is closed everywhere by then.
    told = [one for origin in origins for one in origin.written]
    say(deducted_from_head("50.00", "P-3", at=ENDS), WORKSHOP)
    for origin in origins:
        for days in range(4):
            origin.tick(ENDS + timedelta(days=days))
    return told + [one for origin in origins for one in origin.written if one not in told]


def told_by(bench: Bench) -> list[LedgerEvent]:
    """What the topics say, as the proof takes it."""
    records = [*bench.records("complaints.penalties"), *bench.records("complaints.instructions")]
    return [
        LedgerEvent(
            header(one, "ce_id"), header(one, "ce_type").removeprefix("tousu.").removesuffix(".v1"),
            time_of_text(header(one, "ce_time"), "time"), orjson.loads(one.value or b""),
        )
        for one in records
    ]  # fmt: skip


@pytest.mark.parametrize("seed", range(2))
def test_one_log_gives_one_ledger_however_it_is_read(bench: Bench, tmp_path: Path, seed: int) -> None:
    log = story()
    by_and_by(seed)(bench, log)
    other = Bench(by_source_a, f"sqlite:///{tmp_path / 'other.sqlite'}", SHARDS, batch_max=7)
    at_once(other, log)
    assert other.outcome() == bench.outcome()
    assert bench.records("complaints.rejected") == []
    assert sums_by_obligation(ledger(bench)) == {
        NUMBER: Sums(Decimal(1400), Decimal(1400)),
        f"{NUMBER}/repayment": Sums(Decimal(1400), Decimal(1400)),
        RATE: Sums(Decimal(50), Decimal(50)),
    }
    assert prove(told_by(bench), ledger(bench)).faults == ()


@pytest.mark.parametrize(("settles", "owing"), [(True, {}), (False, {("already_paid",): 1})])
def test_what_is_in_question_is_counted_until_somebody_has_looked(
    bench: Bench, settles: bool, owing: dict[tuple[str, ...], int]
) -> None:
    """The one that was booked after all is no question any more; a case without a penalty stays one."""
    at_once(bench, story(settles=settles))
    census = Census(bench.url, "penalties", bench.processor.kinds, Watch(), 1.0)
    counts = census.count(bench.store.connection(), dict.fromkeys(range(SHARDS), 0))
    assert counts[PAYMENT_QUESTIONS] == {("unknown_penalty",): 1, **owing}

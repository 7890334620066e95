"""sla on a broker in memory with a real database: deadlines by the log's time, late answers, rejects, restarts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
import sqlalchemy as sa
from msgspec.structs import replace

from services.sla.processor import processor
from tests.integration.feeds import START, Bench, Feed, header, numbers_in
from tests.packs_read import load_pack
from tests.rules.lives import Lives
from tousu.event import Event, text_of_time
from tousu.runtime.arrival import TICK

PARTITIONS = 2
CASES, SLA, OUTCOMES, REJECTED = "complaints.cases", "complaints.sla", "complaints.outcomes", "complaints.rejected"
STORE = "storage_and_transport"
Benches = Callable[..., Bench]


class Cases(Feed):
    """What the router would write of some cases."""

    def __init__(self) -> None:
        super().__init__("router", CASES, PARTITIONS)
        self.lives = Lives(load_pack("courier-network"))
        self._ids = 0

    def routed(self, number: str, now: datetime, grade: str = "simple") -> None:
        data = {
            "case_number": number, "kind": "complaint", "channel": "phone", "received_at": text_of_time(now),
            "registered_at": text_of_time(now), "class": "attitude", "grade": grade, "departments": [STORE],
            "decided_by": "words", "pack": {"id": "courier-network", "version": "1.0.0"}, "triage": False,
        }  # fmt: skip
        self._event("complaint.routed", number, now, now, data)

    def handled(self, what: str, number: str, now: datetime, happened: datetime | None = None, **data: Any) -> None:
        form = {"elements": ["apology", "suggestions"]} if what == "customer_answered" else {}
        self._event(f"handling.{what}", number, happened or now, now, {"case_number": number, **form, **data})

    def _event(self, name: str, number: str, happened: datetime, now: datetime, data: dict[str, Any]) -> None:
        event = Event(
            id="", source="tousu/router", type=f"tousu.{name}.v1", subject=number, time=happened, data=data,
            extensions={"correlationid": f"c-{number}"},
        )  # fmt: skip
        for each in self.lives.behind(event, now):
            self._ids += 1
            self.say(replace(each, id=f"router/{self._ids}"), now)


def after(hours: float) -> datetime:
    return START + timedelta(hours=hours)


PROMISED: dict[str, Any] = {"department": STORE, "answer_by": text_of_time(after(37.5))}
"""What the customer is told: who has it, and the answer for half an hour before the limit."""


@pytest.fixture(scope="module")
def day() -> Cases:
    """A hundred simple complaints of Monday 2 March 10:00, due on Tuesday at 24:00 (38 hours later), and their fate.

    By number modulo 5: 0 answered in time; 1 answered in time but read a day later; 2 answered late; 3 nobody cares;
    4 withdrawn, and then a department pauses the clocks as if nothing had happened.
    """
    cases = Cases()
    numbers = sorted(number for shard in range(PARTITIONS) for number in numbers_in(shard, PARTITIONS, 50))
    cases.tick(after(-1))
    for number in numbers:
        cases.routed(number, START)
    for at, now, which in ((1, 1, 0), (37, 37, 0), (39, 39, 2), (1.5, 1.5, 4)):
        cases.tick(after(now))
        for number in numbers[which::5]:
            if now == 1:
                cases.handled("acknowledged", number, after(at), **PROMISED)
            elif which == 4:
                cases.handled("withdrawn", number, after(at), reason="it came")
                cases.handled("paused", number, after(at), reason="waiting_for_customer")
            else:
                cases.handled("customer_answered", number, after(at), settled=True, text="sorry")
    return cases


def in_order(cases: Cases) -> list[Any]:
    """What was written, in the order of time, numbered anew."""
    by_time = sorted(cases.written, key=lambda one: dict(one[4])["tousu-time"])
    numbers: dict[int, int] = defaultdict(int)
    written = []
    for topic, partition, key, value, headers in by_time:
        numbers[partition] += 1
        again = [(name, str(numbers[partition]).encode() if name == "tousu-seq" else raw) for name, raw in headers]
        written.append((topic, partition, key, value, again))
    return written


@pytest.fixture
def written(day: Cases) -> list[Any]:
    """The day, the late reports two days later, and a month in which nothing happens."""
    cases = Cases()
    cases.written = list(day.written)
    cases.lives.files = dict(day.lives.files)
    cases._ids = 10_000
    numbers = sorted({dict(one[4])["ce_subject"].decode() for one in day.written if one[2]})
    cases.tick(after(61))
    for number in numbers[1::5]:
        cases.handled("customer_answered", number, after(61), happened=after(37), settled=True, text="sorry")
    for days in range(3, 30):
        cases.tick(after(24 * days))
    return in_order(cases)


def told(bench: Bench, topic: str) -> dict[str, list[str]]:
    """The types that were published of each case, in order; not of its evaluation, which comes after its end."""
    found: dict[str, list[str]] = defaultdict(list)
    for one in bench.records(topic):
        if orjson.loads(one.value or b"{}").get("clock") == "evaluation":
            continue
        found[(one.key or b"").decode()].append(header(one, "ce_type").removeprefix("tousu.").removesuffix(".v1"))
    return found


@pytest.fixture
def benches() -> Iterator[Benches]:
    """Makes benches, and closes their databases after the test."""
    made: list[Bench] = []

    def bench(url: str, written: list[Any], batch_max: int = 500) -> Bench:
        made.append(Bench(processor, url, PARTITIONS, batch_max))
        made[-1].feed(written)
        made[-1].run()
        return made[-1]

    yield bench
    for each in made:
        each.store.close()


def test_each_case_gets_what_its_story_asks_for(benches: Benches, database_url: str, written: list[Any]) -> None:
    bench = benches(database_url, written)
    clocks, outcomes = told(bench, SLA), told(bench, OUTCOMES)
    numbers = sorted(clocks)
    assert len(numbers) == 100
    for index, number in enumerate(numbers):
        breaches = clocks[number].count("clock.breached") - clocks[number].count("clock.breach_withdrawn")
        # Both clocks breach where nobody says a word; only the first case of five is acknowledged.
        assert breaches == {0: 0, 1: 1, 2: 2, 3: 2, 4: 0}[index % 5], clocks[number]
        assert outcomes[number] == ([] if index % 5 == 3 else ["case.closed"])
        # A limit that ends at midnight is told of at the opening; whoever answers before it spares the department that.
        assert clocks[number].count("case.escalated") == {0: 0, 1: 2, 2: 1, 3: 3, 4: 0}[index % 5], clocks[number]
        assert clocks[number].count("case.escalation_suppressed") == (index % 5 == 2), clocks[number]
    rejected = bench.records(REJECTED)
    assert sorted((one.key or b"").decode() for one in rejected) == numbers[4::5]
    assert {header(one, "tousu-reason") for one in rejected} == {"not_pausable"}
    assert "did not count at that time" in header(rejected[0], "tousu-message")


def test_what_fires_is_dated_by_its_limit_and_names_the_event_that_started_it(
    benches: Benches, sqlite_url: str, written: list[Any]
) -> None:
    bench = benches(sqlite_url, written)
    causes = {
        dict(one[4])["ce_subject"].decode(): dict(one[4])["ce_id"].decode() for one in reversed(written) if one[2]
    }
    breached = [one for one in bench.records(SLA) if header(one, "ce_type") == "tousu.clock.breached.v1"]
    assert breached
    for one in breached:
        data = orjson.loads(one.value or b"")
        if data["clock"] == "evaluation":  # started by the end of its case
            continue
        assert header(one, "ce_time") == data["due_at"] == data["at"]
        assert header(one, "ce_causationid") == causes[data["case_number"]]
        assert header(one, "tousu-time") >= data["due_at"]
    closed = bench.records(OUTCOMES)[0]
    assert header(closed, "ce_correlationid") == f"c-{(closed.key or b'').decode()}"


def test_time_goes_on_to_the_readers_of_clocks(benches: Benches, sqlite_url: str, written: list[Any]) -> None:
    bench = benches(sqlite_url, written)
    ticks = [one for one in bench.fresh(SLA) if header(one, "ce_type") == TICK]
    assert {header(one, "tousu-time") for one in ticks} >= {text_of_time(after(24 * days)) for days in range(3, 30)}


def test_no_breach_while_the_log_has_not_come_so_far(benches: Benches, sqlite_url: str) -> None:
    cases = Cases()
    number = numbers_in(0, PARTITIONS, 1)[0]
    cases.tick(after(-1))
    cases.routed(number, START)
    cases.tick(after(1.9))
    bench = benches(sqlite_url, cases.written)
    assert told(bench, SLA)[number] == ["clock.started", "clock.started", "clock.warned"]
    cases.written.clear()
    cases.handled("acknowledged", number, after(5), happened=after(2), **PROMISED)
    cases.tick(after(6))
    bench.feed(cases.written)
    bench.run()
    assert told(bench, SLA)[number][3:] == [
        "clock.breached", "case.escalated", "clock.breach_withdrawn", "clock.met", "clock.started",
    ]  # fmt: skip


@pytest.mark.parametrize("batch_max", [1, 7, 500])
def test_restarts_and_batches_change_nothing(
    benches: Benches, tmp_path: Path, written: list[Any], batch_max: int
) -> None:
    whole = benches(f"sqlite:///{tmp_path / 'whole.sqlite'}", written)
    pieces = benches(f"sqlite:///{tmp_path / 'pieces.sqlite'}", [], batch_max)
    for start in range(0, len(written), 40):
        pieces.feed(written[start : start + 40])
        pieces.run()
        pieces.store.close()
        pieces.restart()
    pieces.run()
    assert pieces.outcome() == whole.outcome()


def test_the_backlog_can_be_asked_of_the_table(benches: Benches, database_url: str, written: list[Any]) -> None:
    bench = benches(database_url, written)
    engine = bench.store.dialect.engine()
    with engine.connect() as connection:
        by_state = connection.execute(
            sa.text("SELECT department, grade, state, count(*) FROM sla_case GROUP BY 1, 2, 3 ORDER BY 3")
        ).all()
        overdue = connection.execute(
            sa.text("SELECT count(*) FROM sla_case WHERE overdue_since < '2026-03-04' AND closed_at IS NULL")
        ).scalar()
        missing = connection.execute(
            sa.text("SELECT count(*) FROM sla_case WHERE missing_calendar IS NOT NULL")
        ).scalar()
    engine.dispose()
    assert [tuple(row) for row in by_state] == [(STORE, "simple", "closed", 80), (STORE, "simple", "received", 20)]
    assert (overdue, missing) == (20, 0)

"""Penalties at work on both databases: charges from every shard of claims, one owner a party, one outcome."""

from __future__ import annotations

import dataclasses
import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import orjson
import pytest
import sqlalchemy as sa

from services.penalties.processor import processor
from tests.integration.feeds import START, Bench, Written, header
from tests.packs_read import load_policies
from tests.rules.penalties.charges import CLOSED, PERSON, WORKSHOP, complaint, laid, services
from tests.rules.penalties.slow_ledger import outcome_of
from tousu.event import Event, binary_headers, text_of_time
from tousu.ledger.balance import faults, sums_by_obligation
from tousu.ledger.obligation import Entry
from tousu.runtime.arrival import TICK
from tousu.runtime.partition import partition_of
from tousu.runtime.processor import Processor
from tousu.runtime.wiring import Wiring

SHARDS = 3
PARTIES = (*(f"person/E{n}" for n in range(6)), WORKSHOP, "department/sales", "outlet/HZ-1")
ENDS = CLOSED + timedelta(days=3)


def by_source_a(wiring: Wiring) -> Processor:
    return processor(dataclasses.replace(wiring, policies=load_policies("auto-service")))


class Origin:
    """One shard of claims: it writes to every partition, each with its own numbers."""

    def __init__(self, shard: int) -> None:
        self.name = f"claims/{shard}"
        self.written: list[Written] = []
        self._numbers: dict[int, int] = defaultdict(int)

    def say(self, one: Event, now: datetime, party: str) -> None:
        self._write(partition_of(party, SHARDS), party.encode(), one, now)

    def tick(self, now: datetime) -> None:
        for partition in range(SHARDS):
            self._write(partition, None, Event(id="t", source="tousu/claims", type=TICK, time=now), now)

    def _write(self, partition: int, key: bytes | None, one: Event, now: datetime) -> None:
        self._numbers[partition] += 1
        headers = [
            *binary_headers(one), ("tousu-origin", self.name.encode()),
            ("tousu-seq", str(self._numbers[partition]).encode()), ("tousu-time", text_of_time(now).encode()),
        ]  # fmt: skip
        self.written.append(("complaints.charges", partition, key, orjson.dumps(one.data), headers))


def told(seed: int = 7) -> tuple[list[list[Written]], list[Event]]:
    """What each shard of claims writes of sixty cases in March, late charges and figures too; and the events."""
    dice = random.Random(seed)
    origins = [Origin(shard) for shard in range(SHARDS)]
    events: list[Event] = []

    def say(shard: int, one: Event, at: datetime) -> None:
        party = one.subject if one.type.startswith("tousu.operations") else "{kind}/{id}".format(**one.data["party"])
        assert party is not None
        events.append(one)
        origins[shard].say(one, at, party)

    revisions: dict[tuple[int, str], int] = defaultdict(int)
    for hour in range(40):
        at = START + timedelta(hours=hour)
        for number in dice.sample(range(60), 12):
            party = PARTIES[number % len(PARTIES)]
            revisions[number, party] += 1
            grounds = [complaint(dice.choice("abcd"), f"{dice.randrange(5000)}.00")] * dice.choice((0, 1, 1, 1))
            grounds += [{"ground": "neglect"}] * dice.choice((0, 0, 1))
            revision = revisions[number, party]
            say(number % SHARDS, laid(f"TS-{number}", *grounds, party=party, revision=revision, at=at), at)
        for origin in origins:
            origin.tick(at)
    say(0, services(900, WORKSHOP), START + timedelta(days=2))
    for origin in origins:
        origin.tick(CLOSED)
    say(1, services(700, "department/sales", at=ENDS), ENDS)
    revisions[6, WORKSHOP] += 1
    say(0, laid("TS-6", party=WORKSHOP, revision=revisions[6, WORKSHOP], at=ENDS), ENDS)
    for origin in origins:
        for hour in range(12):
            origin.tick(ENDS + timedelta(hours=hour))
    return [origin.written for origin in origins], events


def merged(written: Sequence[list[Written]], seed: int) -> Iterator[Written]:
    """One way in which the broker may lay what the shards of claims write among each other."""
    dice = random.Random(seed)
    queues = [list(reversed(each)) for each in written]
    while any(queues):
        queue = dice.choice([queue for queue in queues if queue])
        for _ in range(min(dice.randint(1, 30), len(queue))):
            yield queue.pop()


@pytest.fixture
def bench(database_url: str) -> Bench:
    return Bench(by_source_a, database_url, SHARDS)


def at_once(bench: Bench, log: Sequence[Written]) -> None:
    bench.feed(log)
    bench.run()


def by_and_by(seed: int) -> Callable[[Bench, Sequence[Written]], None]:
    """In pieces, and the process dies now and then."""

    def feed(bench: Bench, log: Sequence[Written]) -> None:
        dice = random.Random(seed)
        for begun in range(0, len(log), 40):
            bench.feed(log[begun : begun + 40])
            if dice.random() < 0.7:
                bench.loop.step(0)
            if dice.random() < 0.2:
                bench.restart()
        bench.run()

    return feed


@pytest.mark.parametrize("seed", range(3))
def test_one_log_gives_one_outcome_however_it_is_read(bench: Bench, tmp_path: Path, seed: int) -> None:
    """Topics byte for byte with numbers and times, and all states; in the other database and after crashes, too."""
    log = list(merged(told()[0], seed))
    by_and_by(seed)(bench, log)
    other = Bench(by_source_a, f"sqlite:///{tmp_path / 'other.sqlite'}", SHARDS, batch_max=7)
    at_once(other, log)
    assert other.outcome() == bench.outcome()
    assert bench.records("complaints.penalties")
    assert bench.records("complaints.rejected") == []


def rows(bench: Bench, query: str) -> list[Any]:
    connection = bench.store.connection()
    found = [tuple(row) for row in connection.execute(sa.text(query))]
    connection.rollback()
    return found


def ledger(bench: Bench) -> list[Entry]:
    entries = [msgspec.json.decode(doc, type=Entry) for (doc,) in rows(bench, "SELECT doc FROM penalties_entry")]
    return sorted(entries, key=lambda entry: (entry.obligation, int(entry.number.rpartition("/")[2])))


@pytest.mark.parametrize("seed", range(4))
def test_the_outcome_is_that_of_the_newest_charges_however_the_shards_lie_among_each_other(
    bench: Bench, seed: int
) -> None:
    written, events = told()
    at_once(bench, list(merged(written, seed)))
    right = outcome_of(events)
    entries = ledger(bench)
    assert list(faults(entries)) == []
    owed = {name: int(sums.outstanding * 100) for name, sums in sums_by_obligation(entries).items() if sums.outstanding}
    assert owed == right.owed_fen
    suspended = rows(bench, "SELECT party FROM penalties_month WHERE suspended = 'yes'")
    assert {party for (party,) in suspended} == right.suspended
    months: dict[str, int] = {}
    for one in bench.records("complaints.penalties"):
        if header(one, "ce_type").startswith("tousu.month."):
            data = orjson.loads(one.value or b"")
            months["{kind}/{id}".format(**data["party"])] = data["complaints"]
    assert {party: count for party, count in months.items() if count} == {
        party: count for party, count in right.complaints.items() if count
    }


def test_complaints_from_three_shards_suspend_one_person_once(bench: Bench) -> None:
    origins = [Origin(shard) for shard in range(SHARDS)]
    for shard, origin in enumerate(origins):
        origin.say(laid(f"TS-{shard}", complaint("c")), START, PERSON)
        origin.tick(START)
    at_once(bench, [one for origin in origins for one in origin.written])
    (suspended,) = [one for one in bench.records("complaints.penalties") if "suspended" in header(one, "ce_type")]
    assert orjson.loads(suspended.value or b"")["complaints"] == 3


def test_no_month_closes_while_a_shard_of_claims_is_silent(bench: Bench) -> None:
    origins = [Origin(shard) for shard in range(SHARDS)]
    origins[0].say(laid("TS-1", complaint("c")), START, PERSON)
    for origin in origins[:2]:
        origin.tick(ENDS)
    at_once(bench, [one for origin in origins for one in origin.written])
    kinds = [header(one, "ce_type") for one in bench.records("complaints.penalties")]
    assert kinds == ["tousu.penalty.assessed.v1"]
    origins[2].tick(ENDS)
    at_once(bench, origins[2].written)
    kinds = [header(one, "ce_type") for one in bench.records("complaints.penalties")]
    assert kinds == ["tousu.penalty.assessed.v1", "tousu.month.closed.v1"]


def test_a_repeated_record_has_no_second_effect_and_a_missing_one_stops_the_shard(bench: Bench) -> None:
    origin = Origin(0)
    for number in range(3):
        origin.say(laid(f"TS-{number}", complaint("c")), START, PERSON)
    at_once(bench, [origin.written[0], origin.written[0], origin.written[1], origin.written[0]])
    assert len(bench.records("complaints.penalties")) == 2
    missing = origin.written[2]
    bench.feed([(*missing[:4], [(name, b"9" if name == "tousu-seq" else value) for name, value in missing[4]])])
    for _ in range(3):
        bench.loop.step(0)
    (stop,) = bench.loop.halted.values()
    assert stop.reason == "missing_record"


def test_the_gauges_count_what_stands(bench: Bench) -> None:
    at_once(bench, list(merged(told()[0], 0)))
    standing = rows(
        bench, "SELECT kind, COUNT(*) FROM penalties_charge WHERE standing = 'yes' GROUP BY kind ORDER BY kind"
    )
    assert [kind for kind, count in standing if count] == ["person"]
    assert rows(bench, "SELECT COUNT(*) FROM penalties_month WHERE unrated = 'yes'") == [(0,)]

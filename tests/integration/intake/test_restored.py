"""A database of intake that was restored from a backup follows its own log before it does anything else: no number says
two things, no complaint is counted twice or lost, and every row comes out as it was."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from typing import Any, Literal, cast

import pytest
import sqlalchemy as sa

from tests.integration.intake.restoring import Backup, backup, put_back, restore
from tests.integration.intake.test_intake import (
    ACCEPTED,
    HANDLING,
    REJECTED,
    START,
    W,
    Works,
    header,
)
from tests.integration.intake.test_persons import LI, WANG, Desk
from tests.rules.intake.gate import complaint, report
from tousu.decision import Output, Refusal
from tousu.event import Event, text_of_time
from tousu.runtime.acts import HEADER, Act, take_a_turn
from tousu.runtime.audit import JUMP_ACCEPTED
from tousu.runtime.broker import Record
from tousu.runtime.checkpoint import decode, micros, moment, unpack_pending
from tousu.runtime.shard_turn import ShardTurn
from tousu.runtime.store import Store
from tousu.runtime.takeovers import LOOK_EVERY

CHANNELS = ("phone", "web", "social", "app", "email")
DESK = "complaints.inbound.desk"


@pytest.fixture
def works(database_url: str) -> Iterator[Works]:
    works = Works(database_url)
    yield works
    works.loop.finish()


def content(record: Record) -> tuple[object, ...]:
    return record.key, record.value, tuple(record.headers)


def numbers(works: Works) -> dict[tuple[str, int, str], set[tuple[object, ...]]]:
    """What stands under each number: topic, partition and number -> the different contents."""
    found: dict[tuple[str, int, str], set[tuple[object, ...]]] = defaultdict(set)
    for record in [*works.told(ticks=True), *works.told(REJECTED)]:
        found[record.topic, record.partition, header(record, "tousu-seq")].add(content(record))
    return found


def states(works: Works) -> dict[tuple[str, int, str], object]:
    """What the rows say, however they are sealed."""
    found: dict[tuple[str, int, str], object] = {}
    for name, kind in works.loop._store.kinds.items():
        for table in works.loop._store._places(name):
            rows = works.connection().execute(
                sa.text(f"SELECT shard, key, next_due, doc FROM {table} WHERE shard >= 0")
            )
            found |= {(name, row[0], row[1]): (row[2], kind.codec.decode(row[3])) for row in rows.all()}
    works.connection().rollback()
    return found


def places(works: Works) -> dict[int, Any]:
    """Where each shard stands, whoever has it."""
    rows = works.connection().execute(sa.text("SELECT shard, doc FROM intake_checkpoint")).all()
    works.connection().rollback()
    return dict(map(tuple, rows))


class Customers:
    """People who complain, join, send again and are refused, departments that report, by a seed."""

    def __init__(self, works: Works, seed: int) -> None:
        self.works, self.draw = works, random.Random(seed)
        self.sent: list[tuple[Event, str, str]] = []

    def one(self) -> None:
        """Somebody says something; often several do within one millisecond."""
        what = self.draw.choice(("new", "new", "join", "again", "wrong", "report", "report", "early", "silence"))
        if what in ("new", "join"):
            waybill = f"TS77022601{self.draw.randrange(8 if what == 'join' else 10_000):05}"
            who = self.draw.choice((WANG, LI, {}))
            event = complaint(
                self.draw.choice(CHANNELS), at=self.works.clock.now(), waybill_number=waybill,
                class_=self.draw.choice(("loss", "delay")), complainant=who, content="王小明说没收到",
            )  # fmt: skip
            self.works.complain(event)
            self.sent.append((event, "", waybill))
        elif what == "again" and self.sent:
            self.works.complain(self.draw.choice(self.sent)[0])
        elif what == "wrong":
            self.works.complain(complaint("web", at=self.works.clock.now(), kind="song"))
        elif what in ("report", "early"):
            cases = [header(one, "ce_subject") for one in self.works.told() if "registered" in header(one, "ce_type")]
            number = self.draw.choice(cases) if cases and what == "report" else "20260105-00-9999-22"
            said = report("acknowledged", number, at=self.works.clock.now(), note="王小明 再次联系")
            self.works.publish(said, HANDLING, number)
        elif what == "silence":
            self.works.pass_time(timedelta(milliseconds=self.draw.randrange(1, 4000)))
        if self.draw.random() < 0.3:
            self.works.run()

    def many(self, count: int) -> None:
        for _ in range(count):
            self.one()
        self.works.run()
        self.works.pass_time(timedelta(seconds=2))


@pytest.mark.parametrize("seed", range(4))
def test_a_restored_database_comes_to_what_its_log_says(works: Works, seed: int) -> None:
    customers = Customers(works, seed)
    customers.many(40)
    kept = backup(works)
    customers.many(60)
    before, rows, log = numbers(works), states(works), len(works.broker.published)
    restore(works, kept)
    works.pass_time(timedelta(0))
    assert len(works.retraced) == len({header(each, "tousu-origin") for each in works.told(ticks=True)})
    assert not works.loop.halted
    waiting = sum(len(unpack_pending(cast("bytes", row["pending"]))) for row in kept["checkpoint"])
    assert len(works.broker.published) == log + waiting, "what else the log holds is not published once more"
    assert states(works) == rows
    customers.many(30)
    assert {len(contents) for contents in numbers(works).values()} == {1}
    assert {number: numbers(works)[number] for number in before} == before


def test_it_is_restored_as_of_any_moment(works: Works) -> None:
    """Also between two records of one turn, and with outputs that are not out yet."""
    customers = Customers(works, 7)
    kept: list[Backup] = []
    for _ in range(12):
        customers.one()
        works.loop.step(0.0)
        kept.append(backup(works))
    customers.many(20)
    rows, log = states(works), numbers(works)
    for each in kept:
        restore(works, each)
        works.pass_time(timedelta(0))
        assert not works.loop.halted
        assert states(works) == rows
    assert numbers(works) == log


def test_what_operators_did_since_the_backup_is_done_again(works: Works) -> None:
    works.complain(complaint("phone", at=START, complainant=WANG, waybill_number=W))
    works.run()
    kept = backup(works)
    since = complaint("email", at=START, complainant=LI, waybill_number=W)
    works.complain(since)
    works.run()
    number = header(works.told()[0], "ce_subject")
    with closing(Desk(works)) as desk:
        assert desk.erase(email="li.xiangnan@mail.example") == 1
    works.run()
    works.pass_time(timedelta(seconds=3))
    works.publish(report("acknowledged", number, at=START, note="李向南 再次联系"), HANDLING, number)
    telling = {"source": since.source, "id": since.id}
    works.publish(report("separated", number, at=START, telling=telling, reason="另一件"), DESK, number)
    works.run()
    rows, log = states(works), numbers(works)
    restore(works, kept)
    works.pass_time(timedelta(0))
    assert not works.loop.halted
    assert (states(works), numbers(works)) == (rows, log)
    with closing(Desk(works)) as desk:
        assert desk.find(email="li.xiangnan@mail.example") == []


def test_what_an_operator_did_to_the_shard_is_done_again_where_it_stood(works: Works) -> None:
    """A silent topic is held out, a record passed over, the topic let in again, a jump of the clock accepted."""
    Customers(works, 5).many(10)
    kept = backup(works)
    sent = works.complain(complaint("phone", at=START, waybill_number=W))
    shard = sent.partition
    works.run()
    at(works, shard, lambda turn: put_act(turn, "hold_out", "complaints.inbound.app"))
    works.run()
    works.pass_time(timedelta(seconds=3))
    for event in (complaint("web", at=START, waybill_number=W), complaint("phone", at=START, waybill_number=W)):
        works.complain(event)
    works.run()
    works.pass_time(timedelta(seconds=3))
    works.broker.append("complaints.inbound.web", shard, b"k", b"{}", [])
    at(works, shard, lambda turn: put_act(turn, "skip", "complaints.inbound.web"))
    at(works, shard, lambda turn: put_act(turn, "let_in", "complaints.inbound.app"))
    works.run()
    at(works, shard, accept_jump)
    Customers(works, 6).many(10)
    rows, log, place = states(works), numbers(works), places(works)[shard]
    restore(works, kept)
    works.pass_time(timedelta(0))
    assert not works.loop.halted
    assert (states(works), numbers(works)) == (rows, log)
    assert places(works)[shard] == place
    assert decode(place).clock_accepted_us > 0


def at(works: Works, shard: int, do: Callable[[ShardTurn], None]) -> None:
    """What somebody at the keyboard does to a shard, by a connection of their own."""
    made = works.processor()
    with closing(Store(works.url, "intake", made.kinds, on_opening=made.on_opening)) as store:
        topics = [*(each.topic for each in made.inputs), *made.outputs]
        take_a_turn(made, store, shard, dict.fromkeys(topics, len(works.broker.logs[ACCEPTED])), do)
    works.clock.set(works.clock.now() + 2 * LOOK_EVERY)
    works.run()


def put_act(turn: ShardTurn, kind: Literal["skip", "hold_out", "let_in"], topic: str) -> None:
    stands = dict(turn.checkpoint.offsets)
    to = stands.get(topic, 0) + (kind == "skip")
    act = Act(kind=kind, topic=topic, at=stands, to=to)
    act.carry_out(turn.checkpoint)
    if kind == "skip":
        passed = Record(topic, turn.shard, to - 1, None, None, ())
        turn.pass_over(passed, Refusal(reason="skipped_by_operator", message="seen"), {HEADER: act.header()})
        return
    said = {"topic": topic, "operator": "li.na", "why": "silent"}
    name = "tousu.time.held_out.v1" if kind == "hold_out" else "tousu.time.let_in.v1"
    now = moment(turn.checkpoint.time_us)
    turn.say(Output(topic=ACCEPTED, type=name, subject="", time=now, data=said), {HEADER: act.header()})


def accept_jump(turn: ShardTurn) -> None:
    until = moment(turn.checkpoint.time_us) + timedelta(hours=1)
    turn.checkpoint.clock_accepted_us = micros(until)
    said = {"until": text_of_time(until), "operator": "li.na", "why": "mended"}
    now = moment(turn.checkpoint.time_us)
    turn.say(Output(topic=REJECTED, type=JUMP_ACCEPTED, subject="", time=now, data=said))


def test_a_log_that_comes_out_otherwise_halts_the_shard_before_anything_is_said(works: Works) -> None:
    """Another pack, another key, another code: here an inbound record is not what it was."""
    works.complain(complaint("phone", at=START, waybill_number=W))
    works.run()
    kept = backup(works)
    sent = works.complain(complaint("phone", at=START, waybill_number=W, content="一直没送到"))
    works.run()
    works.pass_time(timedelta(seconds=2))
    log = works.broker.logs[sent.topic][sent.partition]
    log[-1] = sent._replace(value=(sent.value or b"").replace("一直".encode(), "一旦".encode()))
    before, place = numbers(works), {}
    put_back(works, kept)
    place = places(works)
    works.run()
    works.pass_time(timedelta(seconds=2))
    halt = works.loop.halted[sent.partition]
    assert halt.reason == "log_contradicted" and ACCEPTED in halt.message
    assert set(works.loop.halted) == {sent.partition}
    assert numbers(works).keys() >= before.keys()
    assert all(numbers(works)[number] == contents for number, contents in before.items())
    assert places(works)[sent.partition] == place[sent.partition]


def one_behind_a_backup(works: Works) -> tuple[Backup, Record]:
    """A backup, and the complaint about the same parcel that was told after it."""
    works.complain(complaint("phone", at=START, waybill_number=W))
    works.run()
    kept = backup(works)
    sent = works.complain(complaint("phone", at=START, waybill_number=W))
    works.run()
    works.pass_time(timedelta(seconds=2))
    return kept, sent


def test_a_record_that_is_gone_from_the_inbound_topic_halts_the_shard_by_name(works: Works) -> None:
    kept, sent = one_behind_a_backup(works)
    works.broker.truncate(sent.topic, sent.partition, sent.offset + 1)
    before = numbers(works)
    restore(works, kept)
    works.pass_time(timedelta(seconds=2))
    assert works.loop.halted[sent.partition].reason == "offset_gone"
    assert all(numbers(works)[number] == contents for number, contents in before.items())


def test_an_inbound_topic_that_ends_before_what_came_of_it_halts_the_shard_by_name(works: Works) -> None:
    """It was made again. Without a word the shard would wait for ever for records that nobody writes any more."""
    kept, sent = one_behind_a_backup(works)
    del works.broker.logs[sent.topic][sent.partition][sent.offset :]
    before = numbers(works)
    put_back(works, kept)
    works.run()
    works.pass_time(timedelta(seconds=2))
    halt = works.loop.halted[sent.partition]
    assert (halt.reason, f"{sent.topic}/{sent.partition}, which ends at {sent.offset}" in halt.message) == (
        "log_contradicted", True,
    )  # fmt: skip
    assert all(numbers(works)[number] == contents for number, contents in before.items())


def test_what_a_command_did_to_a_restored_database_too_early_never_leaves(works: Works) -> None:
    works.complain(complaint("phone", at=START, complainant=WANG, waybill_number=W))
    works.run()
    kept = backup(works)
    works.complain(complaint("phone", at=START, complainant=LI, waybill_number=W))
    works.run()
    works.pass_time(timedelta(seconds=2))
    shard, before = works.told()[0].partition, numbers(works)
    put_back(works, kept)
    with closing(Desk(works)) as desk:
        assert desk.erase(phone="19900000042") == 1
    works.run()
    works.pass_time(timedelta(seconds=2))
    assert works.loop.halted[shard].reason == "log_contradicted"
    assert all(numbers(works)[number] == contents for number, contents in before.items())


def test_a_database_that_knows_its_whole_log_retraces_nothing(works: Works) -> None:
    Customers(works, 3).many(20)
    works.loop.finish()
    works.loop = works.start()
    works.run()
    assert works.retraced == []

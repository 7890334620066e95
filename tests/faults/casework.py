"""A seeded story for the pipeline under faults: complaints, answers in time, late, reported late; claims; rubbish."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import orjson
import sqlalchemy as sa

from tests.claimwork import FATES, Claimwork
from tests.faults.pipeline import MONDAY, PROCESSORS, Pipeline
from tousu.contract import topic_of

LIMIT_DAYS = {"attitude": 1, "delay": 3, "damage": 5, "loss": 5}
"""Working days to resolve a complaint (docs/sources.md, section 5, source C)."""
AFTERWARDS = timedelta(days=14)
AHEAD = timedelta(hours=4)
LATE = timedelta(days=9)
CLAIMED = frozenset({"damage", "loss"})
CLAIMS_MAX = 5 * len(FATES)
"""So many claims are told to the end; however long a run takes, they do not become its main load."""


class Told(NamedTuple):
    """A complaint as the customer made it."""

    event_id: str
    class_name: str
    received: datetime
    waybill_number: str


class Answered(NamedTuple):
    """The centre's answer: when it was given, and when the system learned of it."""

    at: datetime
    received: datetime


class Casework:
    """What was said to the pipeline, for the oracle to judge what came of it."""

    def __init__(self, pipeline: Pipeline, seed: int) -> None:
        self.pipeline = pipeline
        self.chance = random.Random(seed)
        self.told: dict[str, Told] = {}
        self.answers: dict[str, Answered] = {}
        self.refused = 0
        self.claimwork = Claimwork()
        self.reports = 0
        self._pieces = 0
        self._planned: dict[str, Answered] = {}

    def complain(self) -> None:
        """A customer calls; now and then the adapter sends it twice, or sends rubbish."""
        chance, pipe = self.chance, self.pipeline
        self._pieces += 1
        class_name = sorted(LIMIT_DAYS)[len(self.told) % len(LIMIT_DAYS)]
        waybill = f"TS{self._pieces:013d}"
        received = pipe.time + timedelta(minutes=chance.randrange(1, 20))
        data: dict[str, Any] = {
            "kind": "complaint", "content": "快件有问题，请尽快处理。", "class": class_name, "waybill_number": waybill,
            "complainant": {"name": "测试客户", "phone": "19900000042", "role": "recipient"},
            "posted_at": (MONDAY - timedelta(days=9)).isoformat(), "route": "domestic",
            "phone": {"call_id": f"C-{self._pieces}", "agent": "E10023"},
        }  # fmt: skip
        kind = "tousu.complaint.received.phone.v1"
        event_id = pipe.publish("complaints.inbound.phone", kind, waybill, data, received, received)
        self.told[event_id] = Told(event_id, class_name, received, waybill)
        if chance.random() < 0.1:
            pipe.raw("complaints.inbound.web", waybill, b'{"kind": "complaint", ', [("ce_id", "rubbish")])
            self.refused += 1

    def answer(self) -> None:
        """The centre answers cases that it knows: one in five at once but reported days later, one in five too late.

        So every fate occurs however few cases a slow machine gets through.
        """
        pipe, chance = self.pipeline, self.chance
        known = pipe.learn_cases()
        for number, event_id in enumerate(self.told):
            if event_id not in known or event_id in self._planned:
                continue
            at = pipe.time + timedelta(minutes=chance.randrange(1, 20))
            if number % 5 == 0:
                self._planned[event_id] = Answered(at, at + timedelta(days=4))
            elif chance.random() < (0.2 if number % 5 > 1 else float(pipe.time > MONDAY + LATE)):
                self._planned[event_id] = Answered(at, at)
        for event_id, answer in self._planned.items():
            if event_id not in self.answers and answer.received <= pipe.time + timedelta(minutes=20):
                self.answers[event_id] = answer._replace(received=max(answer.received, pipe.time))
                self._say(event_id, self.answers[event_id])

    def claim(self, steps: int) -> None:
        """Customers claim for what is damaged or lost, departments decide, finance pays; each claim some steps on."""
        pipe = self.pipeline
        known = pipe.learn_cases()
        for event_id, told in self.told.items():
            if event_id in known and told.class_name in CLAIMED and len(self.claimwork.stories) < CLAIMS_MAX:
                self.claimwork.begin(known[event_id], told.class_name, told.waybill_number)
        for place, (number, (what, said)) in enumerate(self.claimwork.next_reports(steps)):
            at = pipe.time + timedelta(minutes=21, seconds=place)
            kind = f"tousu.handling.{what}.v1"
            pipe.publish(topic_of(kind), kind, number, said, at, at)
            self.reports += 1

    def _say(self, event_id: str, answer: Answered) -> None:
        number = self.pipeline.cases[event_id]
        data = {"case_number": number, "department": "customer_service", "settled": True, "text": "客户表示接受"}
        data |= {"elements": ["apology", "liability", "suggestions"]}
        kind = "tousu.handling.customer_answered.v1"
        self.pipeline.publish(topic_of(kind), kind, number, data, answer.at, answer.received)


def half_hour(pipe: Pipeline, casework: Casework) -> None:
    """Half an hour of simulated life: complaints come in, some get their answer. Stays a few hours ahead of intake."""
    if casework.told and pipe.time_of("complaints.accepted") < pipe.time - AHEAD:
        return
    for _ in range(casework.chance.randrange(2, 7)):
        casework.complain()
    casework.answer()
    casework.claim(steps=1)
    pipe.tick(pipe.time + timedelta(minutes=30))


def finish(pipe: Pipeline, casework: Casework) -> datetime:
    """Let the last fault be over and two weeks pass, and wait until everybody has come to the end of them."""
    pipe.until(lambda: casework.told.keys() <= pipe.learn_cases().keys(), "the registration of every complaint")
    days = 0
    while days < AFTERWARDS.days:
        casework.answer()
        casework.claim(steps=2)
        pipe.tick(pipe.time + timedelta(days=1))
        days += 1
    end = pipe.time
    for minutes in (1, 2, 3):  # claims applies a time when both of its inputs have gone past it, penalties after claims
        pipe.tick(end + timedelta(minutes=minutes))
    pipe.until(lambda: pipe.time_of("complaints.sla") > end, "the end of the story at sla")
    for name in PROCESSORS[PROCESSORS.index("sla") + 1 :]:
        pipe.until(lambda name=name: time_of(pipe, name) >= end, f"the end of the story at {name}")  # type: ignore[misc]
    return end


def time_of(pipe: Pipeline, name: str) -> datetime:
    """The time to which a processor's slowest shard has come, by its checkpoints."""
    engine = sa.create_engine(pipe.databases[name], poolclass=sa.NullPool)
    with engine.connect() as connection:
        docs = [orjson.loads(row[0]) for row in connection.execute(sa.text(f"SELECT doc FROM {name}_checkpoint"))]
    return min((datetime.fromtimestamp(doc["time_us"] / 1e6, MONDAY.tzinfo) for doc in docs), default=MONDAY)

"""A pack with limits of one and two minutes, and what adapters and departments say under it.

Adapters are as they are in life: some tell at once, some from a queue, some have a clock that is fast, some tell twice.
"""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import orjson
import yaml

from tests.faults.timekeeping import MINUTE_US, Rule
from tests.rules.intake.gate import BLOCKS
from tousu.contract import topic_of
from tousu.policy.loading import POLICIES
from tousu.runtime.partition import partition_of

ANY_REPLY = ("acknowledged", "customer_answered")
RULES = (
    Rule("reply", MINUTE_US, "receipt", frozenset(ANY_REPLY)),
    Rule("first_word", MINUTE_US, "acceptance", frozenset(ANY_REPLY)),
    Rule("resolution", 2 * MINUTE_US, "receipt", frozenset({"customer_answered"})),
)
CHANNELS = ("phone", "web", "app", "social", "email", "letter")
SECOND = timedelta(seconds=1)
BACKDATING = timedelta(days=3)
"""How far back of its telling a complaint may have been received, by the pack."""


class Outgoing(NamedTuple):
    """A record as an adapter sends it."""

    topic: str
    partition: int
    key: bytes
    value: bytes
    headers: list[tuple[str, bytes]]


def write_pack(folder: Path) -> Path:
    """The courier network's pack with the clocks of RULES instead of its own."""
    pack = yaml.safe_load((POLICIES / "courier-network.yaml").read_text("utf-8"))
    pack["id"] = "short-limits"
    pack["backdating_days"] = BACKDATING.days
    starts = {"receipt": "received_at", "acceptance": "event_time"}
    pack["clocks"] = {
        rule.clock: {
            "label": {"en": rule.clock, "zh": rule.clock},
            "kind": "complaint",
            "section": "T 1",
            "starts_on": "routed",
            "starts_at": starts[rule.counts_from],
            "met_by": [{"event": name} for name in sorted(rule.met_by)],
            "limit": {"amount": rule.limit_us // MINUTE_US, "unit": "elapsed_minutes", "section": "T 1"},
        }
        for rule in RULES
    }
    path = folder / "short-limits.yaml"
    path.write_text(yaml.safe_dump(pack, allow_unicode=True), "utf-8")
    return path


class Adapters:
    """Makes inbound records. The seed decides how each is told.

    `old`: all complaints come from a queue, so that limits of minutes end seconds after they are told.
    """

    def __init__(self, seed: int, partitions: int, *, old: bool = False) -> None:
        self.chance = random.Random(seed)
        self.partitions = partitions
        self._old = old
        self.told = 0

    def complaint(self, now: datetime) -> Outgoing:
        """A complaint on one of the channels, told now."""
        chance = self.chance
        self.told += 1
        channel = CHANNELS[self.told % len(CHANNELS)]
        waybill = f"TS{self.told:013d}"
        data = {
            "kind": "complaint", "content": "快递员态度很差。", "class": "attitude", "waybill_number": waybill,
            "complainant": {"name": "测试客户", "phone": "19900000042", "role": "recipient"},
            channel: BLOCKS[channel],
        }  # fmt: skip
        made, received = now - chance.uniform(0, 2) * SECOND, None
        ways = (0, 0, 10, 7, 3, 80) if self._old else (60, 20, 10, 7, 3, 0)
        way = chance.choices(("at once", "from a queue", "fast clock", "long ago", "unbelievable", "nearly due"), ways)[
            0
        ]
        if way == "from a queue":
            received = now - chance.uniform(0, 45) * SECOND
        elif way == "fast clock":
            made = now + chance.uniform(1, 90) * SECOND
        elif way == "long ago":
            made = received = now - chance.uniform(1, 20) * 60 * SECOND
        elif way == "unbelievable":
            received = now - chance.uniform(3.01, 400) * timedelta(days=1)
        elif way == "nearly due":
            received = now - (chance.choice((45, 105)) + chance.uniform(0, 10)) * SECOND
        kind = f"tousu.complaint.received.{channel}.v1"
        return self._record(f"complaints.inbound.{channel}", kind, waybill, data, made, received)

    def report(self, number: str, what: str, happened: datetime) -> Outgoing:
        """A department's report of a case."""
        self.told += 1
        data: dict[str, Any] = {"case_number": number, "department": "quality_management"}
        if what == "customer_answered":
            data |= {"settled": True, "text": "客户表示接受", "elements": ["apology", "liability", "suggestions"]}
        return self._record(
            topic_of(f"tousu.handling.{what}.v1"), f"tousu.handling.{what}.v1", number, data, happened, None
        )

    def _record(
        self, topic: str, kind: str, key: str, data: dict[str, Any], made: datetime, received: datetime | None
    ) -> Outgoing:
        attributes = {
            "ce_specversion": "1.0", "ce_id": f"in-{self.told}", "ce_source": "/test", "ce_type": kind,
            "ce_time": made.isoformat(), "content-type": "application/json",
        }  # fmt: skip
        if received is not None:
            attributes["ce_receivedtime"] = received.isoformat()
        headers = [(name, value.encode()) for name, value in attributes.items()]
        return Outgoing(topic, partition_of(key, self.partitions), key.encode(), orjson.dumps(data), headers)

    def plan(self, received: datetime, known: datetime) -> list[tuple[datetime, datetime, str]]:
        """What a department will report of a case that it knows of since `known`: (told, happened, what), in order.

        It is in time or late, told at once or minutes later, by a clock that is right or fast, or there is nothing.
        """
        chance = self.chance
        said: list[tuple[datetime, datetime, str]] = []
        told = known
        for what, usual_s, late_s in (
            ("acknowledged", (5, 55), (61, 150)),
            ("customer_answered", (56, 118), (121, 260)),
        ):
            fate = chance.choices(
                ("in time", "at once", "told late", "late", "fast clock", "never"), (35, 15, 15, 15, 8, 12)
            )[0]
            if fate == "never":
                continue
            happened = received + chance.uniform(*(late_s if fate == "late" else usual_s)) * SECOND
            if fate == "at once":
                happened = known + chance.uniform(0, 6) * SECOND
            told = max(told, happened + (chance.uniform(5, 170) * SECOND if fate == "told late" else 0 * SECOND))
            if fate == "fast clock":
                happened = told + chance.uniform(1, 60) * SECOND
            said.append((told, happened, what))
        return said


START = datetime(2026, 1, 5, 1, 0, tzinfo=UTC)

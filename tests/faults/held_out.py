"""All five processors in one process while an input of one of them is silent, and what an operator does about it.

Limits of a minute, simulated time: the broker's append time is the world's. What is expected of a case is written in
each test, by when its answer was told.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

import orjson

from tests.faults.short_limits import START
from tests.faults.standstill import policies
from tests.integration.runtime.world import LogOf, World, header
from tests.rules.intake.gate import BLOCKS
from tousu import contract
from tousu.contract import validator
from tousu.runtime.acts import Operator, in_order, told_in
from tousu.runtime.audit import as_output, digest_of
from tousu.runtime.broker import Record
from tousu.runtime.history import History
from tousu.runtime.holding_out import hold_out, let_in
from tousu.runtime.inspection import Inspection
from tousu.runtime.loop import Loop
from tousu.runtime.operating import Done, Site
from tousu.runtime.outgoing import check_output
from tousu.runtime.partition import partition_of
from tousu.runtime.processor import Processor
from tousu.runtime.replay import KeepingSink, Number, ReplayLoop, number_of
from tousu.runtime.simulated import SimulatedSource
from tousu.runtime.store import Store
from tousu.runtime.wiring import Wiring
from tousu.simulation.pipeline import composed
from tousu.simulation.processors import WITH_CHECKPOINT

PARTITIONS = 2
PHONE = "complaints.inbound.phone"
HANDLING = "complaints.inbound.handling"
WHO = Operator("li.na", "no leader, #815")


def made(name: str) -> Processor:
    """A processor with the pack of short limits."""
    wiring = Wiring(
        policies=policies(), partitions=PARTITIONS, time_from_events=False, master_key=b"k" * 32, check=check_output,
        schema_of=None,
    )  # fmt: skip
    processor: Processor = composed(name, wiring)
    return processor


class Works:
    """The pipeline, and who tells it things."""

    def __init__(self, folder: Path) -> None:
        self.url = f"sqlite:///{folder / 'works.sqlite'}"
        self.world = World(self.url, PARTITIONS, topics=[card.topic for card in contract.cards()])
        self.broker = self.world.broker
        self._told = 0
        self.pass_to(START)
        for name in WITH_CHECKPOINT:
            self.world.copy(made(name))

    def rest(self, name: str, shard: int) -> None:
        """A shard stands still until it is woken."""
        self.world.sources[self.loop(name)].take(shard)

    def wake(self, name: str, shard: int) -> None:
        self.world.sources[self.loop(name)].give(shard)

    # -- what is told -------------------------------------------------------------------------------------------

    @property
    def now(self) -> datetime:
        return self.world.clock.now()

    def complain(self, shard: int) -> str:
        """A complaint by phone to a shard of intake. Returns its case number, once it is routed and has clocks."""
        before = {header(record, "ce_subject") for record in self.on("complaints.cases", "complaint.routed")}
        waybill = self._key_in(shard)
        data = {
            "kind": "complaint", "content": "快递员态度很差。", "class": "attitude", "waybill_number": waybill,
            "complainant": {"name": "测试客户", "phone": "19900000042", "role": "recipient"}, "phone": BLOCKS["phone"],
        }  # fmt: skip
        self.tell(PHONE, shard, waybill, "complaint.received.phone", data)
        self.pass_time(3)
        routed = {header(record, "ce_subject") for record in self.on("complaints.cases", "complaint.routed")}
        (number,) = routed - before
        return number

    def report(self, number: str, what: str, employee: str) -> None:
        """The department in the lead reports something of a case, in this moment."""
        (routed,) = (
            each for each in self.told("complaints.cases", "complaint.routed") if each["case_number"] == number
        )
        data: dict[str, Any] = {
            "case_number": number,
            "department": routed["departments"][0],
            "employee": employee,
        }
        if what == "customer_answered":
            data |= {"settled": True, "text": "客户表示接受", "elements": ["apology", "liability", "suggestions"]}
        self.tell(HANDLING, partition_of(number, PARTITIONS), number, f"handling.{what}", data)

    def tell(self, topic: str, shard: int, key: str, name: str, data: dict[str, Any]) -> None:
        self._told += 1
        attributes = {
            "ce_specversion": "1.0", "ce_id": f"in-{self._told}", "ce_source": "/test", "ce_type": f"tousu.{name}.v1",
            "ce_time": self.now.isoformat(), "content-type": "application/json",
        }  # fmt: skip
        headers = [(name, value.encode()) for name, value in attributes.items()]
        self.broker.append(topic, shard, key.encode(), orjson.dumps(data), headers)

    def _key_in(self, shard: int) -> str:
        names = (f"TS{self._told:010d}{number:03d}" for number in range(999))
        return next(name for name in names if partition_of(name, PARTITIONS) == shard)

    # -- time and operators -------------------------------------------------------------------------------------

    def pass_to(self, moment: datetime) -> None:
        self.world.clock.set(moment)
        self.world.run()

    def pass_time(self, seconds: float) -> None:
        """Second by second, as it passes in life."""
        for _ in range(int(seconds)):
            self.pass_to(self.now + timedelta(seconds=1))

    def act(self, act: Callable[[Site, Operator, str], Done], name: str, shard: int, topic: str, origin: str) -> Done:
        """An operator's command on a shard."""
        inspection = Inspection(self.url, name)
        processor = made(name)
        store = Store(self.url, name, processor.kinds)
        try:
            history = cast(History, LogOf(self.broker))
            return act(Site(processor, shard, topic, inspection, store, history), WHO, origin)
        finally:
            store.close()
            inspection.close()

    def hold_out(self, name: str, shard: int, topic: str, origin: str = "") -> Done:
        return self.act(hold_out, name, shard, topic, origin)

    def let_in(self, name: str, shard: int, topic: str, origin: str = "") -> Done:
        return self.act(let_in, name, shard, topic, origin)

    def loop(self, name: str) -> Loop:
        return next(loop for loop in self.world.loops if loop.processor.name == name)

    # -- what came of it ----------------------------------------------------------------------------------------

    def on(self, topic: str, name: str) -> list[Record]:
        """The events of a type, held against their schema."""
        kind = f"tousu.{name}.v1"
        records = [record for record in self.world.fresh(topic) if header(record, "ce_type") == kind]
        assert all(validator(kind)(orjson.loads(record.value or b"")) is None for record in records)
        return records

    def told(self, topic: str, name: str) -> list[dict[str, Any]]:
        return [orjson.loads(record.value or b"") for record in self.on(topic, name)]

    def of_clock(self, number: str, clock: str) -> list[str]:
        """What was told of a clock, in short; a breach that is in doubt says so."""
        found = []
        for record in self.world.fresh("complaints.sla"):
            data = orjson.loads(record.value or b"")
            if data.get("case_number") == number and data.get("clock") == clock:
                what = header(record, "ce_type").removeprefix("tousu.clock.").removesuffix(".v1")
                found.append(f"{what} unconfirmed" if data.get("unconfirmed") else what)
        return found

    def rebuilt(self, name: str) -> tuple[dict[Number, str], dict[Number, str]]:
        """What a rebuild of a processor from the log says, and what stands on the topics."""
        processor = made(name)
        store = Store("sqlite://", name, processor.kinds)
        store.create()
        topics = [each.topic for each in processor.inputs]
        published, told = dict[Number, str](), []
        for topic in dict.fromkeys((*processor.outputs, *processor.ticks_to)):
            for record in self.world.fresh(topic):
                if header(record, "tousu-origin").startswith(f"{name}/"):
                    output = as_output(record)
                    published[number_of(output)] = digest_of(output)
                    told += [act] if (act := told_in(output)) is not None else []
        sink = KeepingSink()
        source = SimulatedSource(self.broker, topics, range(PARTITIONS))
        loop = ReplayLoop(processor, source, sink, store, self.world.clock)
        loop.expect(in_order(told))
        quiet = 0
        while quiet < 5:
            quiet = 0 if loop.step(0) else quiet + 1
        assert not loop.halted, loop.halted
        store.close()
        return sink.digests, published

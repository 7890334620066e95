"""One shard's part of a turn: inputs are folded through the rules into changes, all in memory, nothing yet decided.

The same code serves live work, a rebuild and the simulator, so the outcome is a function of the log alone.
Source: design.md, section 4.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import orjson

from tousu.decision import Decision, Output, Ref, Refusal, State
from tousu.event import ORGANISATION, Event, text_of_time
from tousu.failure import Stop
from tousu.runtime import bookmark as bm
from tousu.runtime import frontier
from tousu.runtime.agenda import Agenda
from tousu.runtime.arrival import TICK, Arrival, fault, named_in
from tousu.runtime.broker import OutRecord, Record
from tousu.runtime.partition import partition_of
from tousu.runtime.processor import Processor
from tousu.runtime.report import TurnReport
from tousu.runtime.store import Change, Opened, Store

REJECTED: Final = "complaints.rejected"
FIRES_PER_EVENT: Final = 8
"""Due clocks woken in front of one event. A herd must not hold up live events; a fixed number keeps rebuilds equal."""
FIRES_PER_TICK: Final = 200
"""The same for a tick, unless the processor says otherwise."""
SPREAD_TICK_US: Final = 1_000_000
"""Times the number of partitions: how often a shard tells its time to one partition of a spread topic. Shards take
turns, so that each partition hears of one a second, as where shard p alone writes it; P x P ticks would be a load."""
CARRIED: Final = ("correlationid", "traceparent", "inboundtime")
"""Attributes that an output takes over from the event that caused it."""
OUR_FAULTS: Final = frozenset({"internal_error", "unpublishable", "unstorable"})
OUR_FAULTS_MAX: Final = 100
NAME_LENGTH_MAX: Final = 500
"""So much of the id, source and type of a refused event is repeated in headers; more is no name."""


class Draft:
    """The working copy of one shard during one turn."""

    def __init__(
        self, processor: Processor, shard: int, opened: Opened, partitions: Mapping[str, int], store: Store,
        bound_us: Mapping[str, int], report: TurnReport,
    ) -> None:  # fmt: skip
        self.shard = shard
        self._processor = processor
        self.opened = opened
        self.bound_us = bound_us
        self._partitions = partitions
        self._report = report
        self.bookmark = bm.copy(opened.bookmark)
        self.agenda = Agenda(store, shard, bound_us)
        self.states: dict[Ref, State | None] = {}
        self.changes: dict[Ref, State | None] = {}
        self.outputs: list[OutRecord] = []
        self.faults_in_a_row = 0
        self._stamped = (bm.NEVER_US, b"")
        self._origin = bm.origin_of(processor.name, shard, self.bookmark.generation)
        self._is_spread = any(each.spread for each in processor.inputs)
        self._expected = frontier.expected_origins(processor.inputs, shard, partitions[processor.inputs[0].topic])

    def change(self) -> Change:
        """The turn's outcome, ready for the database."""
        return Change(
            self.shard, self.opened.epoch, self.opened.turn, self.bookmark, bm.pack_pending(self.outputs),
            self.changes, self.agenda.dues,
        )  # fmt: skip

    def writes(self) -> int:
        """How much the turn writes so far: rows and outputs."""
        return len(self.changes) + len(self.outputs)

    def fold(self, arrival: Arrival, stamp_us: int) -> None:
        """Apply one input. `stamp_us` is the time that this shard gives to what comes from outside.

        Raises Stop when the shard must halt in front of this input.
        """
        record = arrival.record
        if record.offset < self.bookmark.offsets.get(record.topic, 0):
            return  # delivered again by the broker's client; its effect is in the bookmark
        if arrival.origin and self._is_repeated(arrival):
            self._report.events[(arrival.event.type if arrival.event else "unreadable", "duplicate")] += 1
        else:
            if arrival.origin:
                self._advance(self._time_us(arrival))
            elif arrival.refusal is None:
                self._advance(arrival.time_us if arrival.time_us >= 0 else stamp_us)
            if arrival.refusal is not None:
                self._reject(arrival, arrival.refusal)
            else:
                self._fold_event(arrival)
        self.bookmark.offsets[record.topic] = record.offset + 1
        self._report.records += 1

    def _time_us(self, arrival: Arrival) -> int:
        """Pipeline time at a record of ours.

        Inputs are merged by time, so where each has one origin nothing earlier than this record can come any more, even
        though the other inputs' last records are older. What it tells happened at its time and not at theirs.
        """
        promised_us = frontier.shard_time_us(self.bookmark.frontier, self._expected)
        return promised_us if self._is_spread else max(promised_us, arrival.time_us)

    def _is_repeated(self, arrival: Arrival) -> bool:
        seen = frontier.observe(
            self.bookmark.frontier, arrival.record.topic, arrival.origin, arrival.seq, arrival.time_us
        )
        return seen is frontier.Arrival.DUPLICATE

    def tick(self, time_us: int) -> None:
        """Let time pass to `time_us`: wake what is due, tell the readers. Only for the processor that keeps time."""
        self._advance(time_us)
        self._pass_tick()

    def _advance(self, time_us: int) -> None:
        self.bookmark.time_us = max(self.bookmark.time_us, time_us)

    def _fold_event(self, arrival: Arrival) -> None:
        event = arrival.event
        assert event is not None
        if event.type == TICK:
            self._report.events[(TICK, "ticked")] += 1
            self._pass_tick()
            return
        now_us = self.bookmark.time_us
        # An event stamped t meets a case on which every clock due before t has fired, herd or no herd.
        self._fire(now_us - 1, FIRES_PER_EVENT)
        mine = {ref: self._woken_up_to(ref, now_us - 1) for ref in arrival.refs}
        try:
            decision = self._processor.rules.apply(mine, event, bm.moment(now_us))
        except Exception as error:  # noqa: BLE001 - a fault in the rules must not stop the other customers
            self._report.faults.append(error)
            decision = Decision(refusal=fault(error))
        self._settle(arrival, event, decision)

    def _settle(self, arrival: Arrival, event: Event, decision: Decision) -> None:
        refusal = decision.refusal
        if refusal is None:
            problem = self._carry_out(decision, event)
            refusal = Refusal(reason="unpublishable", message=problem) if problem else None
        if refusal is not None:
            self._reject(arrival, refusal)
            return
        self.faults_in_a_row = 0
        self._report.events[(event.type, "no_op" if decision.no_op else "applied")] += 1
        if decision.no_op:
            self._report.no_ops[decision.no_op] += 1
        inbound = event.extensions.get("inboundtime")
        if inbound:
            self._report.inbound_ms.append(int(inbound))

    def _woken_up_to(self, ref: Ref, until_us: int) -> State | None:
        """The state of a ref after all its own clocks due by then, even when a herd is still being worked off."""
        state = self.states.get(ref)
        while state is not None:
            due = self._processor.rules.due(ref, state)
            if due is None or bm.micros(due) > until_us:
                break
            self._wake(ref, state, bm.micros(due))
            state = self.states.get(ref)
        return state

    def _fire(self, until_us: int, count_max: int) -> None:
        for _ in range(count_max):
            wake = self.agenda.pop(until_us)
            if wake is None:
                return
            state = self.states.get(wake.ref) or wake.stored
            assert state is not None
            self._wake(wake.ref, state, wake.due_us)

    def _wake(self, ref: Ref, state: State, due_us: int) -> None:
        decision = self._processor.rules.fire(ref, state, bm.moment(self.bookmark.time_us))
        self._report.lateness_s.append((self.bookmark.time_us - due_us) / 1e6)
        problem = self._carry_out(decision, None)
        if problem:
            raise Stop("unpublishable", f"a clock of {ref.kind} cannot say what it must: {problem}")
        due_next = self.agenda.dues.get(ref, due_us)
        if due_next is not None and due_next <= due_us:
            raise Stop("clock_stands_still", f"a clock of {ref.kind} fired and is due at the same time again")

    def _pass_tick(self) -> None:
        now_us = self.bookmark.time_us
        own = self._processor.fires_per_tick
        self._fire(now_us, FIRES_PER_TICK if own is None else own)
        last_us = self.bookmark.tick_us
        if now_us <= last_us:
            return
        self.bookmark.tick_us = now_us
        for topic in self._processor.ticks_to:
            self._tick_to(topic, self.shard)
        for topic in self._processor.ticks_spread_to:
            for partition in self._whose_turn(self._partitions[topic], last_us, now_us):
                self._tick_to(topic, partition)

    def _whose_turn(self, partitions: int, last_us: int, now_us: int) -> list[int]:
        """The partitions of a spread topic that are told the time now, by the times of the log alone."""
        if partitions == 1:
            return [0]
        every_us = SPREAD_TICK_US * partitions
        shifts_us = [(self.shard + partition) % partitions * SPREAD_TICK_US for partition in range(partitions)]
        return [p for p, us in enumerate(shifts_us) if (now_us + us) // every_us > (last_us + us) // every_us]

    def _tick_to(self, topic: str, partition: int) -> None:
        time = bm.moment(self.bookmark.time_us)
        self._publish(Output(topic=topic, type=TICK, subject="", time=time, data={}), b"{}", None, partition)

    def _carry_out(self, decision: Decision, cause: Event | None) -> str:
        """Take a decision over. Returns a sentence, and does nothing, when one of its outputs must not leave."""
        ready = []
        for output in decision.outputs:
            value = orjson.dumps(output.data)
            problem = self._processor.check(output, len(value)) if self._processor.check else ""
            if not (output.key or output.subject):
                problem = problem or f"an output to {output.topic} has no key"
            if problem:
                return problem
            ready.append((output, value))
        for output, value in ready:
            partition = partition_of(output.key or output.subject, self._partitions[output.topic])
            self._publish(output, value, cause, partition)
        for ref, state in decision.states.items():
            self.states[ref] = self.changes[ref] = state
            due = self._processor.rules.due(ref, state) if state is not None else None
            self.agenda.changed(ref, None if due is None else bm.micros(due))
        return ""

    def _publish(self, output: Output, value: bytes, cause: Event | None, partition: int) -> None:
        headers = self._standing_headers(output.type)
        headers.append(("ce_time", text_of_time(output.time).encode()))
        if output.subject:
            headers.append(("ce_subject", output.subject.encode()))
        causation = output.causation or (cause.id if cause is not None else "")
        if causation:
            headers.append(("ce_causationid", causation.encode()))
        organisation = output.organisation or (cause.organisation if cause is not None else "")
        if organisation:
            headers.append((f"ce_{ORGANISATION}", organisation.encode()))
        if cause is not None:
            headers += [(f"ce_{n}", cause.extensions[n].encode()) for n in CARRIED if n in cause.extensions]
        key = (output.key or output.subject).encode() or None
        self._number(OutRecord(output.topic, partition, key, value, headers))
        self._report.outputs[(output.topic, output.type)] += 1

    def _standing_headers(self, kind: str) -> list[tuple[str, bytes]]:
        """The headers that every output of a type has."""
        headers = [("ce_specversion", b"1.0"), ("content-type", b"application/json"), ("ce_type", kind.encode())]
        headers.append(("ce_source", f"tousu/{self._processor.name}".encode()))
        address = self._processor.schema_of(kind) if self._processor.schema_of else ""
        if address:
            headers.append(("ce_dataschema", address.encode()))
        return headers

    def _stamp(self) -> bytes:
        """Pipeline time as every output of this moment carries it."""
        time_us = max(self.bookmark.time_us, 0)
        if self._stamped[0] != time_us:
            self._stamped = (time_us, text_of_time(bm.moment(time_us)).encode())
        return self._stamped[1]

    def _stamp_of(self, record: Record) -> bytes:
        """When a record was refused; where the shard has heard no time yet, when the record came."""
        if self.bookmark.time_us > 0 or record.time_ms <= 0:
            return self._stamp()
        return text_of_time(bm.moment(record.time_ms * 1000)).encode()

    def _number(self, record: OutRecord, stamp: bytes = b"") -> None:
        """Give an output its number, its id and its time, and add it to the running digest."""
        where = f"{record.topic}/{record.partition}"
        seq = self.bookmark.numbers.get(where, 0) + 1
        self.bookmark.numbers[where] = seq
        record.headers.extend(
            (
                ("ce_id", f"{self._origin}:{where}:{seq}".encode()),
                ("tousu-origin", self._origin.encode()),
                ("tousu-seq", str(seq).encode()),
                ("tousu-time", stamp or self._stamp()),
            )
        )
        self.bookmark.digests[where] = bm.chained(self.bookmark.digests.get(where, ""), record)
        self.outputs.append(record)

    def _reject(self, arrival: Arrival, refusal: Refusal) -> None:
        """Send an input to complaints.rejected: bytes untouched, reason, place, and where it came from."""
        record = arrival.record
        said = {
            "tousu-reason": refusal.reason, "tousu-message": refusal.message[:2000], "tousu-place": refusal.place[:500],
            "tousu-schema": refusal.schema, "tousu-topic": record.topic, "tousu-partition": str(record.partition),
            "tousu-offset": str(record.offset), "tousu-timestamp": str(record.time_ms),
        }  # fmt: skip
        headers = [h for h in self._standing_headers("tousu.event.rejected.v1") if h[0] != "content-type"]
        named = named_in(record)
        said |= {f"tousu-event-{name}": text[:NAME_LENGTH_MAX] for name, text in named.items()}
        stamp = self._stamp_of(record)
        headers.append(("ce_time", stamp))
        headers += [(name, value.encode("utf-8", "replace")) for name, value in said.items()]
        headers += [(f"original-{name}", value) for name, value in record.headers if value is not None]
        if record.value is None:
            headers.append(("tousu-no-value", b"1"))
        self._number(OutRecord(REJECTED, self.shard, record.key, record.value or b"", headers), stamp)
        kind = arrival.event.type if arrival.event is not None else "unreadable"
        self._report.events[(kind, "rejected")] += 1
        self._report.rejects[refusal.reason] += 1
        self.faults_in_a_row = self.faults_in_a_row + 1 if refusal.reason in OUR_FAULTS else 0

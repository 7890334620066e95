"""One shard's part of a turn: inputs are folded through the rules into changes, all in memory, nothing yet decided.

The same code serves live work, a rebuild and the simulator, so the outcome is a function of the log alone.
Source: docs/architecture.md, section 7.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final

import orjson
from msgspec.structs import replace

from tousu.decision import Accompanied, Decision, Fallback, Following, Output, Refusal, State, StateKey, Wary
from tousu.event import Event, text_of_time
from tousu.failure import Failure
from tousu.runtime import checkpoint as cp
from tousu.runtime import doubts, watermark
from tousu.runtime.arrival import TICK, Arrival, fault, kept, known
from tousu.runtime.attributes import headers_of, standing
from tousu.runtime.broker import OutRecord, Record
from tousu.runtime.faults import OUR_FAULTS, InARow
from tousu.runtime.handing_on import handed_on
from tousu.runtime.outgoing import WrongOutput
from tousu.runtime.partition import partition_of
from tousu.runtime.processor import Processor
from tousu.runtime.ready import Ready
from tousu.runtime.rejection import REJECTED, REJECTED_BYTES_MAX, rejection
from tousu.runtime.report import FOREIGN, TurnReport
from tousu.runtime.spreading import whose_turn
from tousu.runtime.store import Change, Opened, Store, read_new
from tousu.runtime.timer_queue import TimerQueue
from tousu.runtime.traces_of_causes import note
from tousu.runtime.unpublishable import check_fits

TIMERS_PER_EVENT: Final = 8
"""Due clocks woken in front of one event. A herd must not hold up live events; a fixed number keeps rebuilds equal."""
TIMERS_PER_TICK: Final = 200
"""The same for a tick, unless the processor says otherwise."""
HELD_OUT_US: Final = 3_600_000_000
"""How long a clock that cannot be fired is held out before it is tried again, by the watermark."""


class ShardTurn:
    """The working copy of one shard during one turn."""

    def __init__(
        self, processor: Processor, shard: int, opened: Opened, partitions: Mapping[str, int], store: Store,
        bound_us: Mapping[str, int], report: TurnReport, limits: Mapping[str, int] = {},
    ) -> None:  # fmt: skip
        self.shard = shard
        self._processor = processor
        self.opened = opened
        self.bound_us = bound_us
        self._partitions = partitions
        self._report = report
        self._limits = limits
        self.checkpoint = cp.copy(opened.checkpoint)
        self.timer_queue = TimerQueue(store, shard, bound_us)
        self.states: dict[StateKey, State | None] = {}
        self.changes: dict[StateKey, State | None] = {}
        self.outputs: list[OutRecord] = []
        self._packed: list[bytes] = []
        self.faults = InARow()
        self._now_us, self._now, self._stamped = cp.NEVER_US, cp.moment(cp.NEVER_US), b""
        self._origin = cp.origin_of(processor.name, shard, self.checkpoint.generation)
        self._origin_raw = self._origin.encode()
        self._from_ours = frozenset(input_.topic for input_ in processor.inputs if input_.writer)
        self._is_spread = any(input_.spread for input_ in processor.inputs)
        expected = watermark.expected_origins(processor.inputs, shard, partitions[processor.inputs[0].topic])
        self._expected = self.checkpoint.awaited(expected)
        self._marks_max = watermark.marks_for(self._expected)
        self._wary = processor.rules if isinstance(processor.rules, Wary) else None
        self._following = processor.rules if isinstance(processor.rules, Following) else None
        self._accompanied = processor.rules if isinstance(processor.rules, Accompanied) else None
        self._store = store

    def change(self) -> Change:
        """The turn's outcome, ready for the database."""
        return Change(
            self.shard, self.opened.epoch, self.opened.turn, self.checkpoint, cp.join_pending(self._packed),
            self.changes, self.timer_queue.dues,
        )  # fmt: skip

    def writes(self) -> int:
        """How much the turn writes so far: rows and outputs."""
        return len(self.changes) + len(self.outputs)

    def fold(self, arrival: Arrival) -> None:
        """Apply one input. Raises Stop when the shard must halt in front of it."""
        record = arrival.record
        if record.offset < self.checkpoint.offsets.get(record.topic, 0):
            return  # delivered again by the broker's client; its effect is in the checkpoint
        if arrival.origin and self._is_repeated(known(arrival)):
            self._report.events[(arrival.event.type if arrival.event else "unreadable", "duplicate")] += 1
        else:
            if arrival.is_ahead or (arrival.refusal and arrival.refusal.reason == FOREIGN):
                self._report.disbelieved["ahead" if arrival.is_ahead else FOREIGN] += 1
            if arrival.origin or record.topic not in self._from_ours:  # there, what none of ours wrote moves no time
                self._advance(self._time_us(arrival) if arrival.origin else arrival.time_us)
                doubts.note(self.checkpoint, arrival)
            if arrival.error is not None:
                self._report.failed(arrival.error, record, arrival.event)
            if arrival.refusal is not None:
                self._reject(arrival, arrival.refusal)
            elif arrival.handed_on:
                self._report.events[(arrival.event.type if arrival.event else "unreadable", "handed_on")] += 1
                self._hand_on(record, arrival.handed_on)
            else:
                self._fold_event(arrival)
        self.checkpoint.offsets[record.topic] = record.offset + 1
        self._report.records += 1

    def _time_us(self, arrival: Arrival) -> int:
        """The watermark at a record of ours.

        Inputs are merged by time, so where each has one origin nothing earlier than this record can come any more, even
        though the other inputs' last records are older. What it tells happened at its time and not at theirs.
        """
        promised_us = watermark.shard_time_us(self.checkpoint.watermarks, self._expected)
        return promised_us if self._is_spread else max(promised_us, arrival.time_us)

    def _is_repeated(self, arrival: Arrival) -> bool:
        seen = watermark.observe(
            self.checkpoint.watermarks, arrival.record.topic, arrival.origin, arrival.seq, arrival.time_us,
            self.checkpoint.forgiven, arrival.mark, self._marks_max,
        )  # fmt: skip
        return seen is watermark.ArrivalOrder.DUPLICATE

    def tick(self, time_us: int) -> None:
        """Let time pass to `time_us`: wake what is due, tell the readers. Only for the processor that keeps time."""
        self._advance(time_us)
        doubts.caught_up(self.checkpoint)
        self._pass_tick()

    def _advance(self, time_us: int) -> None:
        self.checkpoint.time_us = max(self.checkpoint.time_us, time_us)

    def _fold_event(self, arrival: Arrival) -> None:
        event = arrival.event
        assert event is not None
        if arrival.is_tick:
            self._report.events[(event.type, "ticked")] += 1
            self._pass_tick()
            return
        now_us = self.checkpoint.time_us
        # An event stamped t meets a case on which every clock due before t has fired, herd or no herd.
        self._fire(now_us - 1, TIMERS_PER_EVENT)
        refusal = self._stuck(arrival.state_keys, now_us - 1)
        if refusal is None and self._following is not None:
            try:
                behind = self._following.keys_behind({key: self.states.get(key) for key in arrival.state_keys}, event)
            except Exception as error:  # noqa: BLE001 - a fault in the rules must not stop the other customers
                self._report.failed(error, arrival.record, event)
                behind, refusal = (), fault(error)
            read_new(self._store, self.shard, self.states, behind)
            refusal = refusal or self._stuck(behind, now_us - 1)
            arrival = replace(arrival, state_keys=(*arrival.state_keys, *behind)) if behind else arrival
        if refusal is not None:
            self._reject(arrival, refusal)
            return
        self._apply(arrival, event)

    def _apply(self, arrival: Arrival, event: Event) -> None:
        """Apply an event. Where our own code fails on it, its processor may have a second answer, which counts too."""
        rules, now, where = self._processor.rules, self._moment(), arrival.record
        mine = {key: self.states.get(key) for key in arrival.state_keys}
        ready = self._ready(lambda: rules.apply(mine, event, now), event, where)
        refusal = ready.refusal
        if refusal is not None and refusal.reason in OUR_FAULTS and isinstance(rules, Fallback):
            second = self._ready(lambda: rules.fallback(mine, event, now) or Decision(refusal=refusal), event, where)
            if second.refusal is None:
                self._report.covered[refusal.reason, "fallback"] += 1
                ready = second
        if ready.refusal is not None:
            self._reject(arrival, ready.refusal)
            return
        self._take_over(ready)
        if ready.decision.handed_on:
            self._hand_on(where, ready.decision.handed_on)
        if refusal is not None:
            self.faults.input_failed()
        else:
            self.faults.input_went_well()
        no_op = ready.decision.no_op
        result = "handed_on" if ready.decision.handed_on else "no_op" if no_op else "applied"
        self._report.events[(event.type, result)] += 1
        if no_op:
            self._report.no_ops[no_op] += 1
        self._report.applied(event)
        note(self.checkpoint.traces, event)

    def _stuck(self, state_keys: Sequence[StateKey], until_us: int) -> Refusal | None:
        """Wake these states; the refusal of their event where a clock cannot be fired."""
        for state_key in state_keys:
            if not self._is_woken_up_to(state_key, until_us):
                message = f"a clock of this {state_key.kind} cannot be fired; see the processor's log"
                return Refusal(reason="internal_error", message=message)
        return None

    def _is_woken_up_to(self, state_key: StateKey, until_us: int) -> bool:
        """Wake a state until all its own clocks due by then have fired, even while a herd is still being worked off.

        False where one of them cannot be fired.
        """
        state = self.states.get(state_key)
        while state is not None:
            due = self._processor.rules.next_timer(state_key, state)
            if due is None or cp.micros(due) > until_us:
                break
            if not self._wake(state_key, state, cp.micros(due)):
                return False
            state = self.states.get(state_key)
        return True

    def _fire(self, until_us: int, count_max: int) -> None:
        for _ in range(count_max):
            wake = self.timer_queue.pop(until_us)
            if wake is None:
                return
            state = self.states.get(wake.state_key) or wake.stored
            assert state is not None
            self._wake(wake.state_key, state, wake.due_us)

    def _wake(self, state_key: StateKey, state: State, due_us: int) -> bool:
        """Fire a clock. One that cannot be fired is held out for a while, so that it does not stop all others."""
        beside = self._accompanied.keys_beside(state_key, state) if self._accompanied is not None else ()
        read_new(self._store, self.shard, self.states, beside)
        ready = self._ready(lambda: self._fired(state_key, state, beside), None, state_key)
        refusal, due_next = ready.refusal, ready.dues.get(state_key, due_us)
        if refusal is None and due_next is not None and due_next <= due_us:
            refusal = Refusal(reason="internal_error", message="it fired and is due at the same time again")
            self._report.failed(Failure("clock_stands_still", refusal.message), state_key)
        if refusal is None:
            self._report.lateness_s.append((self.checkpoint.time_us - due_us) / 1e6)
            self._take_over(ready)
            self.faults.clock_went_well()
            return True
        self.faults.clock_failed(state_key)
        self._report.covered[refusal.reason, "clock_held_out"] += 1
        self.states[state_key] = self.changes[state_key] = state
        self.timer_queue.changed(state_key, self.checkpoint.time_us + HELD_OUT_US)
        return False

    def _fired(self, state_key: StateKey, state: State, beside: Sequence[StateKey]) -> Decision:
        decision = self._processor.rules.on_timer(state_key, state, self._moment())
        states = {key: self.states.get(key) for key in beside}
        return self._accompanied.beside_timer(decision, states) if self._accompanied and beside else decision

    def _pass_tick(self) -> None:
        now_us = self.checkpoint.time_us
        own = self._processor.timers_per_tick
        self._fire(now_us, TIMERS_PER_TICK if own is None else own)
        last_us = self.checkpoint.tick_us
        if now_us <= last_us:
            return
        self.checkpoint.tick_us = now_us
        for topic in self._processor.ticks_to:
            self._tick_to(topic, self.shard)
        for topic in self._processor.ticks_spread_to:
            for partition in whose_turn(self.shard, self._partitions[topic], last_us, now_us):
                self._tick_to(topic, partition)

    def _tick_to(self, topic: str, partition: int) -> None:
        output = Output(topic=topic, type=TICK, subject="", time=self._moment(), data={})
        self._publish(output, self._record(output, b"{}", None, partition))

    def _ready(self, rule: Callable[[], Decision], cause: Event | None, where: Record | StateKey) -> Ready:
        """What a rule decides, worked out. Where our own code fails, or says what must not leave, a refusal says so."""
        try:
            decision = rule()
            if decision.refusal is not None:
                return Ready(decision)
            if self._wary is not None and decision.states:
                decision = self._wary.in_doubt(decision, self._moment(), self._confirmed())
            records = tuple([self._checked(output, cause) for output in decision.outputs])
            dues = {state_key: self._due_us(state_key, state) for state_key, state in decision.states.items()}
            return Ready(decision, records, dues)
        except Exception as error:  # noqa: BLE001 - a fault in the rules must not stop the other customers
            self._report.failed(error, where, cause)
            if isinstance(error, WrongOutput):
                return Ready(Decision(refusal=Refusal(reason=error.reason, message=error.message)))
            return Ready(Decision(refusal=fault(error)))

    def _confirmed(self) -> datetime | None:
        us = doubts.confirmed_us(self.checkpoint) if self.checkpoint.doubts else None
        return None if us is None else cp.moment(us)

    def _due_us(self, state_key: StateKey, state: State | None) -> int | None:
        due = self._processor.rules.next_timer(state_key, state) if state is not None else None
        return None if due is None else cp.micros(due)

    def _take_over(self, ready: Ready) -> None:
        for output, record in zip(ready.decision.outputs, ready.records, strict=True):
            self._publish(output, record)
        for state_key, state in ready.decision.states.items():
            self.states[state_key] = self.changes[state_key] = state
            self.timer_queue.changed(state_key, ready.dues[state_key])
        for event, refusal in ready.decision.refused:
            self._reject(kept(event, refusal, self._processor.inputs[0].topic, self.shard), refusal)

    def _publish(self, output: Output, record: OutRecord) -> None:
        self._number(record)
        self._report.count_output(output, self._processor.tallies)

    def _checked(self, output: Output, cause: Event | None) -> OutRecord:
        """The record of an output, still without its number. Raises WrongOutput where it must not leave."""
        value = orjson.dumps(output.data)
        problem = self._processor.check(output, len(value)) if self._processor.check else ""
        key = output.key or output.subject
        if not key:
            problem = problem or f"an output to {output.topic} has no key"
        if problem:
            raise WrongOutput(problem)
        return self._record(output, value, cause, partition_of(key, self._partitions[output.topic]))

    def _record(self, output: Output, value: bytes, cause: Event | None, partition: int) -> OutRecord:
        now = self._moment()
        happened = self._stamp() if output.time == now >= cp.EPOCH else text_of_time(output.time).encode()
        name, schema_of = self._processor.name, self._processor.schema_of
        headers = headers_of(output, cause, name, schema_of, happened, self.checkpoint.traces)
        return OutRecord(output.topic, partition, (output.key or output.subject).encode() or None, value, headers)

    def _moment(self) -> datetime:
        """The watermark, as rules are told it."""
        if self._now_us != self.checkpoint.time_us:
            self._now_us, self._stamped = self.checkpoint.time_us, b""
            self._now = cp.moment(self._now_us)
        return self._now

    def _stamp(self) -> bytes:
        """The watermark as every output of this moment carries it."""
        now = self._moment()
        if not self._stamped:
            self._stamped = text_of_time(max(now, cp.EPOCH)).encode()
        return self._stamped

    def _number(self, record: OutRecord, stamp: bytes = b"") -> None:
        """Give an output its number, its id and its time, and add it to the running digest."""
        where = f"{record.topic}/{record.partition}"
        number = self.checkpoint.numbers.get(where, 0) + 1
        self.checkpoint.numbers[where] = number
        seq = str(number)
        record.headers.extend((
            ("ce_id", f"{self._origin}:{where}:{seq}".encode()),
            ("tousu-origin", self._origin_raw),
            ("tousu-seq", seq.encode()),
            ("tousu-time", stamp or self._stamp()),
        ))  # fmt: skip
        confirmed = self._confirmed()
        if confirmed is not None:
            record.headers.append((doubts.CONFIRMED, text_of_time(confirmed).encode()))
        check_fits([record], self._limits, self.shard)
        self._packed.append(cp.packed(record))
        self.checkpoint.digests[where] = cp.chained_packed(self.checkpoint.digests.get(where, ""), self._packed[-1])
        self.outputs.append(record)

    def _hand_on(self, record: Record, key: str) -> None:
        """Write an input where its key belongs. It is no output of ours and has no number: its id tells it there."""
        self.outputs.append(handed_on(record, key, self._partitions))
        self._packed.append(cp.packed(self.outputs[-1]))

    def put(self, state_key: StateKey, state: State | None) -> None:
        """Change a state as a rule would."""
        self.states[state_key] = self.changes[state_key] = state
        self.timer_queue.changed(state_key, self._due_us(state_key, state))

    def tell(self, record: OutRecord) -> None:
        """Put out a record that is ready but for its number."""
        self._number(record)

    def say(self, output: Output, headers: Mapping[str, str] = {}) -> None:
        """Put out an event of this shard's own, in its own partition; `headers` stands in its headers, too."""
        record = self._record(output, orjson.dumps(output.data), None, self.shard)
        record.headers.extend((name, text.encode()) for name, text in headers.items())
        self._publish(output, record)

    def pass_over(self, record: Record, refusal: Refusal, headers: Mapping[str, str]) -> None:
        """Tell complaints.rejected of a record that an operator passes over; `headers` stands in its headers, too."""
        self._reject(Arrival(record, None, refusal, "", 0, cp.NEVER_US), refusal, headers)

    def _reject(self, arrival: Arrival, refusal: Refusal, more: Mapping[str, str] = {}) -> None:
        """Send an input to complaints.rejected. It always fits there, so a refusal never halts a shard."""
        record, name, schema_of = arrival.record, self._processor.name, self._processor.schema_of
        # Where the shard has heard no time yet, it is refused when it came.
        stamp = self._stamp()
        if self.checkpoint.time_us <= 0 < record.time_ms:
            stamp = text_of_time(cp.moment(record.time_ms * 1000)).encode()
        kept = (h for h in standing(name, schema_of, "tousu.event.rejected.v1") if h[0] != "content-type")
        headers = [*kept, ("ce_time", stamp)]
        limit_bytes = min(REJECTED_BYTES_MAX, self._limits.get(REJECTED, REJECTED_BYTES_MAX))
        self._number(rejection(record, refusal, headers, self.shard, limit_bytes, more), stamp)
        self._report.events[(arrival.event.type if arrival.event is not None else "unreadable", "rejected")] += 1
        self._report.rejected(refusal.reason, arrival.event)
        if refusal.reason in OUR_FAULTS:
            self.faults.input_failed()
        else:
            self.faults.input_went_well()

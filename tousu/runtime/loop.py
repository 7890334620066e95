"""The loop: poll, read, fold, commit, publish (design.md, section 3), for every processor and both brokers.

Shards are opened and dropped as the group says. Whatever goes wrong, the answer is the same: give up what is in
memory, open the shard again from its checkpoint, publish what may not be out, go on.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Final, NamedTuple

from tousu.decision import Refusal, State, StateKey
from tousu.failure import Retry, Stop
from tousu.runtime import checkpoint as cp
from tousu.runtime.archiving import Archiving
from tousu.runtime.arrival import Arrival, addressed, from_ours, from_outside, halves, in_front_of
from tousu.runtime.broker import Record, Sink, Source, place_of
from tousu.runtime.clock import TimeSource
from tousu.runtime.failpoints import Reached, nothing
from tousu.runtime.observer import Observer, Silent
from tousu.runtime.opening import check_count, check_identity, next_to_try, partitions_of
from tousu.runtime.processor import Processor
from tousu.runtime.report import TurnReport
from tousu.runtime.shard import Shard, append_time_us
from tousu.runtime.shard_turn import ShardTurn
from tousu.runtime.store import Fenced, Opened, Store, Unstorable
from tousu.runtime.takeovers import Takeovers
from tousu.runtime.unpublishable import Unpublishable, check_fits

TICK_EVERY: Final = timedelta(seconds=1)
TICK_EVERY_US: Final = TICK_EVERY // timedelta(microseconds=1)
WAITS_S: Final = 0.002
"""How long a poll may take while records are held back until another topic is heard."""
FLUSH_S: Final = 1.0
FLUSH_ROUNDS: Final = 30
FINISH_ROUNDS: Final = 3
WRITES_PER_TURN: Final = 4_000
"""Rows and outputs after which a turn ends early, so that a herd fits in memory; what is left makes the next turn."""


class Tuning(NamedTuple):
    """How the loop is tuned. `time_from_events`: the watermark comes from the events themselves (simulated time)."""

    batch_max: int = 500
    time_from_events: bool = False
    retry_delay_s: float = 0.2
    retry_delay_s_max: float = 2.0
    opening_s: float = 5.0
    halted_again_s: float = 30.0
    """How long a shard that could not publish stays halted before it is tried again."""


class Loop:
    """One copy of a processor at work."""

    turn_class: type[ShardTurn] = ShardTurn
    """What folds; a test that breaks a safeguard on purpose puts its own in."""

    def __init__(
        self, processor: Processor, source: Source, sink: Sink, store: Store, clock: TimeSource, *,
        tuning: Tuning | None = None, reached: Reached = nothing, observer: Observer | None = None,
    ) -> None:  # fmt: skip
        self.processor = processor
        self.shards: dict[int, Shard] = {}
        self.halted: dict[int, Stop] = {}
        self._source, self._sink, self._store, self._clock = source, sink, store, clock
        self._tuning, self._reached = tuning or Tuning(), reached
        self._observer: Observer = observer or Silent()
        self._inputs = {input_.topic: input_ for input_ in processor.inputs}
        self._by_append_time = processor.keeps_time and not self._tuning.time_from_events
        self._in_order = len(processor.inputs) > 1 or self._by_append_time
        self._partitions: dict[str, int] = {}
        self._takeovers, self._archiving = Takeovers(store, clock), Archiving(processor, store)
        self._asked_at: datetime | None = None
        self._reached_us = cp.NEVER_US
        """The latest append time that was read."""
        self._failure, self._unflushed, self._not_before_s, self._halted_again_s = 0, False, 0.0, 0.0

    # -- one turn -----------------------------------------------------------------------------------------------

    def step(self, timeout_s: float = 0.1) -> int:
        """One turn. Returns how many inputs were applied. Never raises Retry: it backs off and says so."""
        records = self._source.poll(self._tuning.batch_max, min(timeout_s, WAITS_S) if self._waits() else timeout_s)
        self._reached("after_poll")
        self._follow_the_group()
        try:
            # Before anything is opened: what was read for a former ownership of a shard is not for the new one.
            self._take_in(records)
            self._takeovers.notice(self.halted, self.shards)
            self._open_wanted()
            self._try_a_halted_one()
            self._listen()
            applied = self._work()
            self._let_time_pass()
            if not applied:
                self._flush()
                self._archiving.rest(self.shards)
            return applied
        except Fenced:
            self._observer.fenced(frozenset(self.shards))
            self._drop_all()
        except Unpublishable as error:
            # The sink is empty now: the others, too, have something to publish again.
            self._drop_all()
            self._unflushed = False
            self._halt(error.shard, error)
        except Retry as error:
            self._back_off(error)
        return 0

    def finish(self) -> None:
        """Stop gracefully: what is committed is published (by the next owner if not at once), the group is left."""
        try:
            self._flush(FINISH_ROUNDS)
        except Retry as error:
            self._observer.retrying(error)
        except Unpublishable as error:
            self._halt(error.shard, error)
        self._source.close()
        self._sink.close()
        self._store.close()

    def idle(self) -> bool:
        """Whether every output handed over is acknowledged (for simulations); a merge may still hold inputs back."""
        return not self._unflushed

    # -- ownership ----------------------------------------------------------------------------------------------

    def _follow_the_group(self) -> None:
        wanted, lost = self._source.wanted(), self._source.lost()
        for shard in [s for s in self.shards if s not in wanted or s in lost]:
            self._drop(shard)
        for shard, error in self._source.broken().items():
            self._halt(shard, error)
        self.halted = {shard: error for shard, error in self.halted.items() if shard in wanted}

    def _open_wanted(self) -> None:
        if time.monotonic() < self._not_before_s:
            return
        until_s = time.monotonic() + self._tuning.opening_s  # then the group is served, however slow the network is
        wanted = sorted(self._source.wanted() - self.shards.keys() - self.halted.keys())
        for shard in takewhile(lambda _: time.monotonic() < until_s, wanted):
            self._reached("before_open")
            try:
                self._open(shard)
            except Unpublishable:
                raise  # may be about what another shard has under way
            except Stop as error:
                self._halt(shard, error)

    def _try_a_halted_one(self) -> None:
        """Its topic may have been mended. It publishes apart from the others, so that a failure disturbs nobody."""
        if not self.halted or time.monotonic() < self._halted_again_s:
            return
        self._halted_again_s = time.monotonic() + self._tuning.halted_again_s / len(self.halted)
        shard = next_to_try(self.halted, self._sink.limits())
        if shard is None:
            return
        opened = self._takeovers.take(shard)
        if self._sink.publish_alone(shard, cp.unpack_pending(opened.pending)):
            del self.halted[shard]

    def _take(self, shard: int) -> Opened:
        return self._takeovers.take(shard)

    def _open(self, shard: int) -> None:
        """Take a shard over: raise the epoch, read the checkpoint, publish what may not be out, start there."""
        self._partitions = self._partitions or partitions_of(self.processor, self._source)
        opened = self._take(shard)
        self._reached("after_epoch")
        partitions = check_count(opened.checkpoint, shard, self._partitions[self.processor.inputs[0].topic])
        check_identity(opened.checkpoint, self._source.identity(), self._inputs)
        pending = cp.unpack_pending(opened.pending)
        check_fits(pending, self._sink.limits(), shard)
        self._sink.send(shard, pending)
        self._unflushed = True
        self._flush()
        self._reached("after_pending")
        self._source.start(shard, opened.checkpoint.starts(self._inputs))
        self.shards[shard] = Shard(shard, opened, self.processor.inputs, partitions, in_order=self._in_order)
        self._observer.opened(shard, opened.epoch)
        self._reached("after_start")

    def _halt(self, shard: int, error: Stop) -> None:
        self._drop(shard)
        if shard not in self.halted:
            self.halted[shard] = error
            self._observer.halted(shard, error)

    def _drop(self, shard: int) -> None:
        self._source.stop(shard)
        self.shards.pop(shard, None)

    def _drop_all(self) -> None:
        for shard in list(self.shards):
            self._drop(shard)

    def _back_off(self, error: Retry) -> None:
        """A dependency is away: drop everything, stay in the group, come back later and later (with jitter by name)."""
        self._drop_all()
        self._unflushed = False
        self._failure += 1
        delay_s = min(self._tuning.retry_delay_s * 2 ** min(self._failure - 1, 10), self._tuning.retry_delay_s_max)
        jitter = (hash(self.processor.name) % 100) / 200
        self._not_before_s = time.monotonic() + delay_s * (0.75 + jitter)
        self._store.reset()
        self._observer.retrying(error)

    # -- the work -----------------------------------------------------------------------------------------------

    def _take_in(self, records: Iterable[Record]) -> None:
        for record in records:
            shard = self.shards.get(record.partition)
            if shard is None:
                continue  # read before the shard was lost; its new owner reads it again
            if self._inputs[record.topic].writer:
                arrival = from_ours(record, shard.expected, by_broker=not self._tuning.time_from_events)
            else:
                try:
                    arrival = self._from_outside(shard, record)
                except Stop as error:
                    self._halt(record.partition, error)
                    continue
            shard.merge.add(addressed(arrival, self.processor.rules))
        if len(self._inputs) > 1:
            for shard in self.shards.values():
                shard.hold_back(self._source)

    def _from_outside(self, shard: Shard, record: Record) -> Arrival:
        assert self.processor.edge is not None
        if self._by_append_time:
            time_us = append_time_us(record)
            shard.check_time(time_us, place_of(record), self._clock.now(), self._source.others_us())
            self._reached_us = max(self._reached_us, time_us)
        return shard.own(from_outside(record, self.processor.edge, self._tuning.time_from_events))

    def _waits(self) -> bool:
        """Whether a question about the ends would let records go; of inputs of ours only their writers can."""
        return self._by_append_time and any(shard.merge.waits() for shard in self.shards.values())

    def _listen(self) -> None:
        """Ask where the inputs from outside end, and hear up to when they have been read."""
        if not self._by_append_time:
            return
        if self._waits() or self._asked_at is None or self._clock.now() - self._asked_at >= TICK_EVERY:
            self._asked_at = self._clock.now()
            self._source.ask_ends(self._asked_at, self._reached_us)
        ends = self._source.ends()
        for shard in self.shards.values():
            if ends is not None and ends.time_us != cp.NEVER_US:
                shard.note(ends)
            shard.listen(self._source)

    def _work(self) -> int:
        batch = {number: list(shard.merge.ready()) for number, shard in self.shards.items()}
        batch = {number: arrivals for number, arrivals in batch.items() if arrivals}
        if not batch:
            return 0
        self._turn(batch)
        return sum(map(len, batch.values()))

    def _turn(self, batch: dict[int, list[Arrival]]) -> None:
        """Fold and commit a batch; when the database refuses its content, halve it until the poison stands alone."""
        rest: Mapping[int, list[Arrival]] = batch
        try:
            while rest:
                turns, report, rest = self._fold(rest)
                self._commit(turns, report)
        except Unstorable as error:
            if sum(map(len, batch.values())) == 1:
                refusal = Refusal(reason="unstorable", message=error.message)
                poison = {n: [arrival.as_refused(refusal) for arrival in batch[n]] for n in batch}
                self._commit(*self._fold(poison)[:2])
                return
            for half in halves(batch):
                self._turn({number: arrivals for number, arrivals in half.items() if number in self.shards})

    def _fold(self, batch: Mapping[int, list[Arrival]]) -> tuple[list[ShardTurn], TurnReport, dict[int, list[Arrival]]]:
        """Fold a batch, or as much of it as one turn may write; the third answer is what is left."""
        report = TurnReport()
        started_s = time.monotonic()
        wanted: dict[str, set[tuple[int, str]]] = defaultdict(set)
        for number, arrivals in batch.items():
            for arrival in arrivals:
                for state_key in arrival.state_keys:
                    wanted[state_key.kind].add((number, state_key.key))
        states = self._store.read(wanted) if wanted else {}
        self._reached("after_read")
        read_s = time.monotonic()
        turns, rest = list[ShardTurn](), dict[int, list[Arrival]]()
        for number, arrivals in batch.items():
            room = WRITES_PER_TURN - sum(turn.writes() for turn in turns)
            turn, left = self._fold_shard(number, arrivals, states, report, room) if room > 0 else (None, arrivals)
            turns += [] if turn is None else [turn]
            rest |= {number: left} if left else {}
        self._reached("after_fold")
        report.durations_s = {"read": read_s - started_s, "fold": time.monotonic() - read_s}
        return turns, report, rest

    def _fold_shard(
        self, number: int, arrivals: list[Arrival], states: Mapping[tuple[int, StateKey], State], report: TurnReport,
        room: int,
    ) -> tuple[ShardTurn | None, list[Arrival]]:  # fmt: skip
        """Fold inputs until `room` is used up; also what is left. On a Stop the sound part is kept, the shard halts."""
        shard = self.shards[number]
        turn = self._turn_of(number, shard, arrivals, states, report)
        for index, arrival in enumerate(arrivals):
            try:
                turn.fold(arrival)
                if turn.writes() >= room:
                    return turn, arrivals[index + 1 :]
            except Stop as error:
                in_front_of(error, arrival)
                self._halt(number, error)
                if index == 0:
                    return None, []
                turn = self._turn_of(number, shard, arrivals, states, TurnReport())
                for sound in arrivals[:index]:
                    turn.fold(sound)
                return turn, []
        return turn, []

    def _turn_of(
        self, number: int, shard: Shard, arrivals: Iterable[Arrival], states: Mapping[tuple[int, StateKey], State],
        report: TurnReport,
    ) -> ShardTurn:  # fmt: skip
        turn = self.turn_class(
            self.processor, number, shard.opened, self._partitions, self._store, shard.bound_us, report,
            self._sink.limits(),
        )  # fmt: skip
        turn.faults = shard.faults.copy()
        turn.states = {key: states.get((number, key)) for arrival in arrivals for key in arrival.state_keys}
        return turn

    def _commit(self, turns: list[ShardTurn], report: TurnReport) -> None:
        if not turns:
            return
        # The former turn's outputs must be out before its record of them is overwritten.
        started_s = time.monotonic()
        self._flush()
        flushed_s = time.monotonic()
        self._reached("before_commit")
        self._store.commit([turn.change() for turn in turns])
        self._failure = 0
        self._reached("after_commit")
        report.durations_s |= {"flush": flushed_s - started_s, "commit": time.monotonic() - flushed_s}
        for turn in turns:
            shard = self.shards.get(turn.shard)
            if shard is not None:
                shard.opened = Opened(shard.opened.epoch, shard.opened.turn + 1, turn.checkpoint, b"")
                shard.bound_us = turn.timer_queue.committed()
                shard.faults = turn.faults
            report.time_us[turn.shard] = turn.checkpoint.time_us
            self._source.note(turn.shard, turn.checkpoint.offsets)
        self._reached("before_publish")
        for turn in turns:
            self._sink.send(turn.shard, turn.outputs)
        report.pending = sum(len(turn.outputs) for turn in turns)
        self._unflushed = bool(report.pending)
        self._reached("after_send")
        self._observer.turned(report, self._clock.now())

    def _flush(self, rounds: int = FLUSH_ROUNDS) -> None:
        """Wait until the outputs of the last turn are acknowledged.

        Raises Retry after a while, so that the group is served: the shards are opened again and publish.
        """
        while self._unflushed:
            if self._sink.flush(FLUSH_S):
                self._unflushed = False
                self._reached("after_publish")
            elif rounds := rounds - 1:
                self._observer.waiting_for_broker()
            else:
                self._sink.reset()
                raise Retry("broker_away", "outputs were not acknowledged for too long")

    # -- time ---------------------------------------------------------------------------------------------------

    def _let_time_pass(self) -> None:
        """The time keeper's tick: once a second of the brokers' time, when everything before it has been applied."""
        if not self._by_append_time:
            return
        turns, report = list[ShardTurn](), TurnReport()
        for number, shard in list(self.shards.items()):
            time_us = shard.merge.complete_us() - 1  # at that very millisecond something may still come
            if time_us < shard.opened.checkpoint.tick_us + TICK_EVERY_US:
                continue
            try:
                shard.check_time(time_us, "the brokers' clock", self._clock.now(), self._source.others_us())
                turn = self._turn_of(number, shard, (), {}, report)
                turn.tick(time_us)
                turns.append(turn)
            except Stop as error:
                self._halt(number, error)
        self._commit(turns, report)

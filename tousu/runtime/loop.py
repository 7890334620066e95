"""The loop: poll, read, fold, commit, publish (design.md, section 3), for every processor and both brokers.

Shards are opened and dropped as the group gives and takes them. Whatever goes wrong, the answer is the same: give up
what is in memory, open the shard again from its bookmark, publish what may not be out, go on.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from tousu.decision import Ref, Refusal, State
from tousu.failure import Retry, Stop
from tousu.runtime import bookmark as bm
from tousu.runtime.arrival import Arrival, addressed, from_ours, from_outside, in_front_of
from tousu.runtime.broker import Ends, Record, Sink, Source
from tousu.runtime.clock import Clock
from tousu.runtime.draft import OUR_FAULTS_MAX, Draft
from tousu.runtime.failpoints import Reached, nothing
from tousu.runtime.merge import Merge
from tousu.runtime.observer import Observer, Silent
from tousu.runtime.processor import Processor
from tousu.runtime.report import TurnReport
from tousu.runtime.store import Fenced, Opened, Store, Unstorable
from tousu.runtime.takeovers import Takeovers

TICK_EVERY: Final = timedelta(seconds=1)
SETTLE_S: Final = 1.0
SETTLE_ROUNDS: Final = 30
WRITES_PER_TURN: Final = 4_000
"""Rows and outputs after which a turn ends early, so that a herd fits in memory; what is left makes the next turn."""


class Tuning(NamedTuple):
    """How the loop is tuned. `time_from_events`: pipeline time comes from the events themselves (simulated time)."""

    batch_max: int = 500
    time_from_events: bool = False
    retry_delay_s: float = 0.2
    retry_delay_s_max: float = 5.0


class Shard:
    """A shard that this copy owns, as far as memory goes."""

    def __init__(self, opened: Opened, merge: Merge) -> None:
        self.opened = opened
        self.merge = merge
        self.bound_us: dict[str, int] = {}
        self.goal: Ends | None = None
        self.paused: set[str] = set()
        self.faults_in_a_row = 0


class Loop:
    """One copy of a processor at work."""

    drafting: type[Draft] = Draft
    """What folds; a test that breaks a safeguard on purpose puts its own in."""

    def __init__(
        self, processor: Processor, source: Source, sink: Sink, store: Store, clock: Clock, *,
        tuning: Tuning | None = None, reached: Reached = nothing, observer: Observer | None = None,
    ) -> None:  # fmt: skip
        self.processor = processor
        self.shards: dict[int, Shard] = {}
        self.halted: dict[int, Stop] = {}
        self._source, self._sink, self._store, self._clock = source, sink, store, clock
        self._tuning = tuning or Tuning()
        self._reached = reached
        self._observer: Observer = observer or Silent()
        self._inputs = {each.topic: each for each in processor.inputs}
        self._by_time = self._tuning.time_from_events or not processor.keeps_time
        self._partitions: dict[str, int] = {}
        self._takeovers = Takeovers(store, clock)
        self._asked_at: datetime | None = None
        self._trouble = 0
        self._not_before_s = 0.0
        self._unsettled = False

    # -- one turn -----------------------------------------------------------------------------------------------

    def step(self, timeout_s: float = 0.1) -> int:
        """One turn. Returns how many inputs were applied. Never raises Retry: it backs off and says so."""
        records = self._source.poll(self._tuning.batch_max, timeout_s)
        self._reached("after_poll")
        self._follow_the_group()
        try:
            # Before anything is opened: what was read for a former ownership of a shard is not for the new one.
            self._take_in(records)
            self._takeovers.notice(self.halted, self.shards)
            self._open_wanted()
            applied = self._work()
            self._let_time_pass()
            if not applied:
                self._settle()
            return applied
        except Fenced:
            self._observer.fenced(frozenset(self.shards))
            self._drop_all()
        except Retry as error:
            self._back_off(error)
        return 0

    def finish(self) -> None:
        """Stop gracefully: what is committed is published, then the group is left."""
        try:
            self._settle()
        except Retry as error:
            self._observer.retrying(error)
        self._source.close()
        self._sink.close()
        self._store.close()

    def idle(self) -> bool:
        """Whether every output handed over is acknowledged (for simulations); a merge may still hold inputs back."""
        return not self._unsettled

    # -- ownership ----------------------------------------------------------------------------------------------

    def _follow_the_group(self) -> None:
        wanted, lost = self._source.wanted(), self._source.lost()
        for shard in [s for s in self.shards if s not in wanted or s in lost]:
            self._drop(shard)
        for shard, words in self._source.broken().items():
            self._halt(shard, Stop("offset_gone", f"the bookmark's offset is not in the log any more: {words}"))
        self.halted = {shard: error for shard, error in self.halted.items() if shard in wanted}

    def _open_wanted(self) -> None:
        if time.monotonic() < self._not_before_s:
            return
        for shard in sorted(self._source.wanted() - self.shards.keys() - self.halted.keys()):
            self._reached("before_open")
            try:
                self._open(shard)
            except Stop as error:
                self._halt(shard, error)

    def _open(self, shard: int) -> None:
        """Take a shard over: raise the epoch, read the bookmark, publish what may not be out, start at its offsets."""
        self._know_partitions()
        opened = self._store.take(shard)
        self._takeovers.note(shard, opened.epoch)
        self._reached("after_epoch")
        self._check_identity(opened.bookmark)
        self._sink.send(bm.unpack_pending(opened.pending))
        self._unsettled = True
        self._settle()
        self._reached("after_pending")
        topics = tuple(self._inputs)
        self._source.start(shard, {topic: opened.bookmark.offsets.get(topic, 0) for topic in topics})
        self.shards[shard] = Shard(opened, Merge(topics, self._by_time))
        self._observer.opened(shard, opened.epoch)
        self._reached("after_start")

    def _know_partitions(self) -> None:
        """All topics of a processor have one partition count; anything else would tear the order of a case."""
        if self._partitions:
            return
        topics = [*self._inputs, *self.processor.outputs, *self.processor.ticks_to]
        counts = {topic: self._source.partitions(topic) for topic in topics}
        if len(set(counts.values())) != 1:
            listed = ", ".join(f"{topic}: {count}" for topic, count in sorted(counts.items()))
            raise Stop("not_co_partitioned", f"all topics of {self.processor.name} need one partition count: {listed}")
        self._partitions = counts

    def _check_identity(self, bookmark: bm.Bookmark) -> None:
        identity = self._source.identity()
        known = (bookmark.cluster_id, bookmark.topic_ids)
        if bookmark.cluster_id and identity.cluster_id != bookmark.cluster_id:
            raise Stop("other_cluster", f"the bookmark belongs to cluster {known[0]}, this is {identity.cluster_id}")
        for topic, topic_id in bookmark.topic_ids.items():
            if identity.topic_ids.get(topic, topic_id) != topic_id:
                raise Stop("topic_recreated", f"{topic} was made again since the bookmark was written; see the runbook")
        bookmark.cluster_id = identity.cluster_id
        bookmark.topic_ids = {t: i for t, i in identity.topic_ids.items() if t in self._inputs}

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
        self._unsettled = False
        self._trouble += 1
        delay_s = min(self._tuning.retry_delay_s * 2 ** min(self._trouble - 1, 10), self._tuning.retry_delay_s_max)
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
                arrival = from_ours(record)
            else:
                assert self.processor.edge is not None
                arrival = from_outside(record, self.processor.edge, self._tuning.time_from_events)
            shard.merge.add(addressed(arrival, self.processor.rules))
        if self._by_time:
            self._hold_back()

    def _hold_back(self) -> None:
        """Bound what is held in memory while one input of a shard waits for another."""
        for number, shard in self.shards.items():
            full = shard.merge.full()
            for topic in full - shard.paused:
                self._source.pause(number, topic)
            for topic in shard.paused - full:
                self._source.resume(number, topic)
            shard.paused = set(full)

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
                drafts, report, rest = self._fold(rest)
                self._commit(drafts, report)
        except Unstorable as error:
            flat = [(number, arrival) for number, arrivals in batch.items() for arrival in arrivals]
            if len(flat) == 1:
                refusal = Refusal(reason="unstorable", message=error.message)
                poison = flat[0][1]._replace(refusal=refusal, refs=())
                self._commit(*self._fold({flat[0][0]: [poison]})[:2])
                return
            middle = len(flat) // 2
            for part in (flat[:middle], flat[middle:]):
                half: dict[int, list[Arrival]] = defaultdict(list)
                for number, arrival in part:
                    if number in self.shards:
                        half[number].append(arrival)
                self._turn(half)

    def _fold(self, batch: Mapping[int, list[Arrival]]) -> tuple[list[Draft], TurnReport, Mapping[int, list[Arrival]]]:
        """Fold a batch, or as much of it as one turn may write; the third answer is what is left."""
        report = TurnReport()
        started_s = time.monotonic()
        wanted: dict[str, set[tuple[int, str]]] = defaultdict(set)
        for number, arrivals in batch.items():
            for arrival in arrivals:
                for ref in arrival.refs:
                    wanted[ref.kind].add((number, ref.key))
        found = self._store.read(wanted) if wanted else {}
        self._reached("after_read")
        read_s = time.monotonic()
        drafts: list[Draft] = []
        rest: dict[int, list[Arrival]] = {}
        for number, arrivals in batch.items():
            room = WRITES_PER_TURN - sum(draft.writes() for draft in drafts)
            draft, left = self._fold_shard(number, arrivals, found, report, room) if room > 0 else (None, arrivals)
            drafts += [] if draft is None else [draft]
            rest |= {number: left} if left else {}
        self._reached("after_fold")
        report.durations_s = {"read": read_s - started_s, "fold": time.monotonic() - read_s}
        return drafts, report, rest

    def _fold_shard(
        self, number: int, arrivals: list[Arrival], found: Mapping[tuple[int, Ref], State], report: TurnReport,
        room: int,
    ) -> tuple[Draft | None, list[Arrival]]:  # fmt: skip
        """Fold inputs until `room` is used up; also what is left. On a Stop the sound part is kept, the shard halts."""
        shard = self.shards[number]
        draft = self._draft(number, shard, arrivals, found, report)
        for index, arrival in enumerate(arrivals):
            try:
                draft.fold(arrival, self._stamp_us(draft))
                if draft.faults_in_a_row > OUR_FAULTS_MAX:
                    raise Stop("too_many_faults", f"{OUR_FAULTS_MAX} inputs in a row failed through our own fault")
                if draft.writes() >= room:
                    return draft, arrivals[index + 1 :]
            except Stop as error:
                self._halt(number, in_front_of(arrival, error))
                if index == 0:
                    return None, []
                draft = self._draft(number, shard, arrivals, found, TurnReport())
                for sound in arrivals[:index]:
                    draft.fold(sound, self._stamp_us(draft))
                return draft, []
        return draft, []

    def _draft(
        self, number: int, shard: Shard, arrivals: Iterable[Arrival], found: Mapping[tuple[int, Ref], State],
        report: TurnReport,
    ) -> Draft:  # fmt: skip
        draft = self.drafting(
            self.processor, number, shard.opened, self._partitions, self._store, shard.bound_us, report
        )
        draft.faults_in_a_row = shard.faults_in_a_row
        draft.states = {ref: found.get((number, ref)) for arrival in arrivals for ref in arrival.refs}
        return draft

    def _stamp_us(self, draft: Draft) -> int:
        """The time keeper accepts at the time of its last tick. A new shard has no clocks that it could wrong."""
        known = draft.bookmark.time_us
        return known if known != bm.NEVER_US else bm.micros(self._clock.now())

    def _commit(self, drafts: list[Draft], report: TurnReport) -> None:
        if not drafts:
            return
        # The former turn's outputs must be out before its record of them is overwritten.
        started_s = time.monotonic()
        self._settle()
        settled_s = time.monotonic()
        self._reached("before_commit")
        self._store.commit([draft.change() for draft in drafts])
        self._trouble = 0
        self._reached("after_commit")
        report.durations_s |= {"settle": settled_s - started_s, "commit": time.monotonic() - settled_s}
        outputs = [record for draft in drafts for record in draft.outputs]
        for draft in drafts:
            shard = self.shards.get(draft.shard)
            if shard is not None:
                shard.opened = Opened(shard.opened.epoch, shard.opened.turn + 1, draft.bookmark, b"")
                shard.bound_us = draft.agenda.committed()
                shard.faults_in_a_row = draft.faults_in_a_row
            report.time_us[draft.shard] = draft.bookmark.time_us
            self._source.note(draft.shard, draft.bookmark.offsets)
        self._reached("before_publish")
        self._sink.send(outputs)
        self._unsettled = bool(outputs)
        self._reached("after_send")
        report.pending = len(outputs)
        self._observer.turned(report, self._clock.now())

    def _settle(self) -> None:
        """Wait until the outputs of the last turn are acknowledged.

        Raises Retry after a while, so that the group is served: the shards are opened again and publish.
        """
        for _ in range(SETTLE_ROUNDS):
            if not self._unsettled:
                return
            if self._sink.settle(SETTLE_S):
                self._unsettled = False
                self._reached("after_publish")
            else:
                self._observer.waiting_for_broker()
        if self._unsettled:
            self._sink.reset()
            raise Retry("broker_away", f"outputs were not acknowledged within {SETTLE_ROUNDS * SETTLE_S:g} s")

    # -- time ---------------------------------------------------------------------------------------------------

    def _let_time_pass(self) -> None:
        """The time keeper's tick: when everything up to a known moment has been read, time moves to that moment."""
        if not self.processor.keeps_time or self._tuning.time_from_events:
            return
        now = self._clock.now()
        ends = self._source.ends()
        if ends is not None:
            for shard in self.shards.values():
                shard.goal = shard.goal or ends
        if self._asked_at is None or now - self._asked_at >= TICK_EVERY:
            self._asked_at = now
            self._source.ask_ends(now)
        drafts = []
        report = TurnReport()
        for number, shard in self.shards.items():
            if shard.goal is not None and self._reached_goal(number, shard):
                draft = self._draft(number, shard, (), {}, report)
                draft.tick(bm.micros(shard.goal.asked_at))
                drafts.append(draft)
                shard.goal = None
        self._commit(drafts, report)

    def _reached_goal(self, number: int, shard: Shard) -> bool:
        assert shard.goal is not None
        offsets = shard.opened.bookmark.offsets
        ends = {topic: end for (topic, owner), end in shard.goal.offsets.items() if owner == number}
        return bool(ends) and all(
            self._source.next_record(number, topic, offsets.get(topic, 0)) >= end for topic, end in ends.items()
        )

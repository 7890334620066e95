"""A shard whose database was restored from a backup goes its way once more, as its own log says that it went.

From outside one reads in an order that is made while reading: how topics are merged within a millisecond, when time
passes, what an operator did. The log shows that order, since everything in it says from which inbound record it comes,
or that it comes from none. So the inputs are taken as the log had them, ticks and acts come where they stood, and what
comes out is held against what is there, number for number, before it is committed. Where one differs the shard halts:
nothing is ever said under a number that says something else already. Behind the end of the log the shard works on.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

import orjson
from msgspec.structs import replace

from tousu.event import time_of_text
from tousu.failure import Stop
from tousu.runtime import acts
from tousu.runtime import checkpoint as cp
from tousu.runtime.acts import PublishedAct
from tousu.runtime.arrival import Arrival
from tousu.runtime.audit import JUMP_ACCEPTED, digest_of
from tousu.runtime.broker import OutRecord, Record
from tousu.runtime.checkpoint import NEVER_US
from tousu.runtime.loop import Loop
from tousu.runtime.merge import Merge
from tousu.runtime.own_log import CONTRADICTED, LoggedOutput, OwnLog
from tousu.runtime.report import TurnReport
from tousu.runtime.shard import Shard
from tousu.runtime.shard_turn import ShardTurn
from tousu.runtime.store import Change, Opened

NOWHERE: Final = ""
"""The topic of an arrival that is none: time passes."""


class RetracingMerge(Merge):
    """The inputs of a shard in the order in which its log says that they were taken, and the ticks between them.

    `by_topic`: what the log holds beyond the checkpoint. `next` is what has to come out next, None behind the end of
    the log: from there on inputs come by time, as ever.
    """

    def __init__(
        self, topics: tuple[str, ...], by_topic: Mapping[str, Sequence[LoggedOutput]], *, in_order: bool
    ) -> None:
        super().__init__(topics, in_order=in_order)
        self.fault: Stop | None = None
        self._left = {topic: deque(published) for topic, published in by_topic.items()}
        self._by_number = {(logged.topic, logged.number): logged for many in by_topic.values() for logged in many}
        self._waiting: dict[tuple[str, str], deque[int]] = defaultdict(deque)
        """Topic of ours and topic from outside -> the offsets of what has to come out there yet."""
        for output in self._by_number.values():
            if output.cause is not None:
                self._waiting[output.topic, output.cause[0]].append(output.cause[1])
        self._taken: dict[str, int] = {}

    @property
    def next(self) -> LoggedOutput | None:
        heads = [queue[0] for queue in self._left.values() if queue]
        first: LoggedOutput | None = None
        for output in [head for head in heads if not self._is_behind_another(head)] or heads:
            if first is None or _comes_first(output, first):
                first = output
        return first

    def _is_behind_another(self, head: LoggedOutput) -> bool:
        """Whether something on another topic came of an inbound record that stands in front of this one's."""
        return any(
            waiting[0] <= offset - (head.cause is not None)
            for topic, offset in _places(head)
            for other in self._left
            if other != head.topic and (waiting := self._waiting[other, topic])
        )

    @property
    def holds(self) -> bool:
        """Whether the log holds something that has not come out again yet."""
        return bool(self._by_number)

    def take(self, published: LoggedOutput) -> None:
        """It is being made again."""
        self._left[published.topic].popleft()
        if published.cause is not None:
            self._waiting[published.topic, published.cause[0]].popleft()

    def ready(self) -> Iterator[Arrival]:
        """Up to the next thing that an operator did, or for which an input has not been read yet."""
        while (wanted := self.next) is not None:
            if wanted.is_tick:
                self.take(wanted)
                yield Arrival(Record(NOWHERE, -1, -1, None, None, ()), None, None, "", 0, wanted.time_us)
                continue
            for topic, offset in _places(wanted):
                yield from self._up_to(topic, offset, wanted)
            if wanted.cause is None or not self._is_taken(*wanted.cause):
                return
            self.take(wanted)
        yield from super().ready()

    def complete_us(self) -> int:
        """No time passes that the log does not tell of."""
        return super().complete_us() if self.next is None else NEVER_US

    def _up_to(self, topic: str, offset: int, wanted: LoggedOutput) -> Iterator[Arrival]:
        """What has been read of a topic, up to an offset. What nothing in the log came of is taken on the way."""
        queue = self._queues.get(topic, deque())
        while queue and queue[0].record.offset <= offset:
            arrival = queue.popleft()
            self._taken[topic] = arrival.record.offset
            if arrival.record.offset < offset or wanted.cause is None:
                yield replace(arrival, time_us=min(arrival.time_us, wanted.time_us))
                continue
            arrival = replace(arrival, time_us=wanted.time_us)
            yield arrival.as_refused(wanted.refusal) if wanted.refusal is not None else arrival
        if wanted.cause is not None and queue and not self._is_taken(topic, offset):
            message = f"{wanted.place} comes from {topic} offset {offset}, and there is no such record in front of us"
            self.fault = Stop(CONTRADICTED, message)

    def _is_taken(self, topic: str, offset: int) -> bool:
        return self._taken.get(topic, -1) >= offset

    def unsaid(self, outputs: Sequence[OutRecord]) -> list[OutRecord]:
        """Those of a turn's outputs that the log does not hold yet. Raises Stop where it says something else."""
        unlogged = []
        for output in outputs:
            number = int(next((value for name, value in output.headers if name == "tousu-seq"), b"0"))
            there = self._by_number.pop((output.topic, number), None) if number else None  # what is handed on has none
            if there is None:
                unlogged.append(output)
            elif there.digest != digest_of(output):
                message = f"{there.place} says something else than what comes out now: pack, code or keys are not those"
                raise Stop(CONTRADICTED, f"{message} of then, or an inbound record is another one; see the runbook")
        return unlogged

    def whats_wrong(self) -> Stop | None:
        """Why the shard cannot go on, once a turn has been committed."""
        if self.fault is None and self.next is None and self.holds:
            missing = min(self._by_number.values(), key=lambda output: output.number)
            message = f"{missing.place} and what follows does not come out again; see the runbook"
            self.fault = Stop(CONTRADICTED, message)
        return self.fault


def _places(wanted: LoggedOutput) -> list[tuple[str, int]]:
    """Up to which offset, and with it, each topic has been read when this comes out."""
    if wanted.act is not None:
        return [(topic, next_ - 1) for topic, next_ in wanted.act.at.items()]
    return [wanted.cause] if wanted.cause is not None else []


def _comes_first(output: LoggedOutput, other: LoggedOutput) -> bool:
    """Whether of two things on different topics the one came first. At one time acts say what had been read by then."""
    if output.time_us != other.time_us:
        return output.time_us < other.time_us
    if output.act is not None and other.act is not None:
        return sum(output.act.at.values()) < sum(other.act.at.values())
    if output.act is not None and other.cause is not None:
        topic, offset = other.cause
        return offset >= output.act.at.get(topic, 0)
    if other.act is not None and output.cause is not None:
        return not _comes_first(other, output)
    if output.cause is not None and other.cause is not None and output.cause[0] == other.cause[0]:
        return output.cause[1] < other.cause[1]
    return output.cause is not None


class RetracingTurn(ShardTurn):
    """A turn that lets time pass where the log did, and keeps of its outputs only those that are to be published."""

    is_filtered = False

    def fold(self, arrival: Arrival) -> None:
        if arrival.record.topic == NOWHERE:
            self.tick(arrival.time_us)
        else:
            super().fold(arrival)

    def change(self) -> Change:
        change = super().change()
        return change._replace(pending=cp.pack_pending(self.outputs)) if self.is_filtered else change


class RetracingLoop(Loop):
    """The loop of a processor that reads from outside and keeps time. `noticed` is told of a shard that has to retrace
    its log, and how many numbers."""

    turn_class: type[ShardTurn] = RetracingTurn

    def __init__(self, *args: Any, own_log: OwnLog, noticed: Callable[[int, int], None], **named: Any) -> None:
        super().__init__(*args, **named)
        self._own_log, self._noticed = own_log, noticed
        self._logged: dict[int, dict[str, list[LoggedOutput]]] = defaultdict(dict)

    def _take(self, shard: int) -> Opened:
        opened = super()._take(shard)
        # Before anything leaves: what waits to be published may have been made without the log's knowledge.
        self._logged[shard] = self._own_log.behind(shard, opened.checkpoint, cp.unpack_pending(opened.pending))
        return opened

    def _open(self, shard: int) -> None:
        super()._open(shard)
        outputs = self._logged.pop(shard)
        if outputs:
            topics = self.shards[shard].opened.checkpoint.awaited(input_.topic for input_ in self.processor.inputs)
            self.shards[shard].merge = RetracingMerge(topics, outputs, in_order=self._in_order)
            self._noticed(shard, sum(map(len, outputs.values())))

    def _work(self) -> int:
        applied = super()._work()
        for number, shard in list(self.shards.items()):
            merge = shard.merge
            if isinstance(merge, RetracingMerge):
                fault = merge.whats_wrong()
                if fault is not None:
                    self._halt(number, fault)
                else:
                    applied += self._act_again(number, shard, merge)
        return applied

    def _act_again(self, number: int, shard: Shard, merge: RetracingMerge) -> int:
        """Do once more what an operator did, where everything before it has come out."""
        wanted = merge.next
        if wanted is None or wanted.record is None:
            return 0
        if wanted.act is not None and not acts.stands_at(shard.opened.checkpoint, wanted.act.at):
            return 0
        merge.take(wanted)
        report = TurnReport()
        turn = self._turn_of(number, shard, (), {}, report)
        try:
            if wanted.act is not None:
                acts.repeat(turn, PublishedAct(wanted.act, wanted.record))
            else:
                self._say_again(turn, wanted.record)
        except Stop as error:
            self._halt(number, error)
            return 0
        self._commit([turn], report)
        if wanted.act is not None:
            self._drop(number)  # it may go on at another place
        return 1

    def _say_again(self, turn: ShardTurn, record: OutRecord) -> None:
        if dict(record.headers).get("ce_type") == JUMP_ACCEPTED.encode():
            turn.checkpoint.clock_accepted_us = cp.micros(time_of_text(orjson.loads(record.value)["until"], "until"))
        elif self.processor.act_again is not None:
            self.processor.act_again(turn, self._store, record)
        acts.tell_again(turn, record)

    def _fold(self, batch: Mapping[int, list[Arrival]]) -> tuple[list[ShardTurn], TurnReport, dict[int, list[Arrival]]]:
        return super()._fold({number: arrivals for number, arrivals in batch.items() if number in self.shards})

    def _commit(self, turns: list[ShardTurn], report: TurnReport) -> None:
        sound = []
        for turn in turns:
            try:
                self._hold_against_the_log(turn)
            except Stop as error:
                self._halt(turn.shard, error)
            else:
                sound.append(turn)
        super()._commit(sound, report)

    def _hold_against_the_log(self, turn: ShardTurn) -> None:
        merge = self.shards[turn.shard].merge
        if isinstance(merge, RetracingMerge) and merge.holds and isinstance(turn, RetracingTurn):
            turn.outputs[:] = merge.unsaid(turn.outputs)
            turn.is_filtered = True

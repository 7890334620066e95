"""What a shard has published beyond what its database knows: there is something only where the database is a former
one, restored from a backup.

Then the log decides. What it holds under a number counts, and must come out again before anything new gets one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Final, Protocol

import msgspec

from tousu.connection import Connected
from tousu.decision import Refusal
from tousu.event import time_of_text
from tousu.failure import Stop
from tousu.runtime import checkpoint as cp
from tousu.runtime.acts import Act, told_in
from tousu.runtime.arrival import TICK
from tousu.runtime.attributes import INBOUND
from tousu.runtime.audit import as_output, digest_of
from tousu.runtime.broker import OutRecord, Partition, Record
from tousu.runtime.checkpoint import Checkpoint
from tousu.runtime.faults import OUR_FAULTS
from tousu.runtime.history import Extent
from tousu.runtime.processor import Processor

CONTRADICTED: Final = "log_contradicted"
PAGE: Final = 64
"""How many records at the end of a log are looked at first; then four times as many, and so on."""


class LogReader(Protocol):
    """Reads partitions as `History` does."""

    def extents(self, places: Sequence[Partition]) -> Mapping[Partition, Extent]: ...

    def read(self, intervals: Mapping[Partition, Extent]) -> Iterator[Record]: ...

    def close(self) -> None: ...


class LoggedOutput(msgspec.Struct, frozen=True, kw_only=True):
    """What the log holds under one number of a shard. `time_us`: the shard's time at which it was said.

    cause: topic and offset of the record from outside that it comes from; None for what has none: a tick, or what an
    operator did. refusal: why that record was refused, where it was. record: all of it, of what an operator did.
    """

    topic: str
    number: int
    time_us: int
    digest: str
    cause: tuple[str, int] | None = None
    refusal: Refusal | None = None
    act: Act | None = None
    record: OutRecord | None = None

    @property
    def is_tick(self) -> bool:
        return self.cause is None and self.record is None

    @property
    def place(self) -> str:
        return f"number {self.number} of {self.topic}"


class OwnLog(Connected):
    """Looks what a processor's shards have published. `connect` makes a reader, once one is wanted."""

    def __init__(self, processor: Processor, connect: Callable[[], LogReader]) -> None:
        self._processor, self._connect = processor, connect
        self._reader: LogReader | None = None

    def behind(self, shard: int, checkpoint: Checkpoint, pending: Iterable[OutRecord]) -> dict[str, list[LoggedOutput]]:
        """What the log holds of a shard beyond the numbers of its checkpoint, in order, by topic; topics with nothing
        are left out. `pending`: what waits to be published.

        Raises Retry while the broker is away; Stop `log_contradicted` where the log holds one number with two contents,
        or an output that waits to be published says something else than what is there under its number;
        `missing_record` for a hole.
        """
        by_topic: dict[str, list[LoggedOutput]] = {}
        origin = cp.origin_of(self._processor.name, shard, checkpoint.generation)
        pending = list(pending)
        for topic in dict.fromkeys((*self._processor.outputs, *self._processor.ticks_to)):
            known = checkpoint.numbers.get(f"{topic}/{shard}", 0)
            waiting = [record for record in pending if (record.topic, record.partition) == (topic, shard)]
            there = self._after((topic, shard), origin, known - len(waiting))
            _check_waiting(waiting, there)
            unknown = [there[number] for number in sorted(there) if number > known]
            if unknown:
                _check_whole(unknown, known)
                self._check_causes(unknown, shard)
                by_topic[topic] = unknown
        return by_topic

    def _after(self, place: Partition, origin: str, known: int) -> dict[int, LoggedOutput]:
        """What an origin has written to a partition beyond a number, read from the end of the log back to there."""
        reader = self._reader = self._reader or self._connect()
        extent = reader.extents([place])[place]
        outputs: dict[int, LoggedOutput] = {}
        low, page, is_reached = extent.end, PAGE, False
        while low > extent.start and not is_reached:
            high, low, page = low, max(extent.start, low - page), 4 * page
            for record in reader.read({place: Extent(low, high)}):
                headers = dict(record.headers)
                number = headers.get("tousu-seq") or b""
                if headers.get("tousu-origin") != origin.encode() or not number.isdigit():
                    continue
                if int(number) <= known:
                    is_reached = True
                    continue
                output = _published(record)
                if outputs.setdefault(output.number, output).digest != output.digest:
                    raise Stop(CONTRADICTED, f"{output.place} stands in the log of {origin} with two contents")
        return outputs

    def _check_causes(self, unknown: Iterable[LoggedOutput], shard: int) -> None:
        """What it comes from must be there to be read again; for what is not the shard would wait for ever."""
        inputs = {input_.topic for input_ in self._processor.inputs}
        newest: dict[str, tuple[int, LoggedOutput]] = {}
        for output in unknown:
            if output.cause is not None:
                topic, offset = output.cause
                newest[topic] = max(newest.get(topic, (-1, output)), (offset, output), key=itemgetter(0))
        for topic, (offset, output) in newest.items():
            end = self._end((topic, shard)) if topic in inputs else 0
            if offset >= end:
                ends = f"which ends at {end}" if topic in inputs else "which it does not read"
                message = f"{output.place} comes from offset {offset} of {topic}/{shard}, {ends}"
                raise Stop(CONTRADICTED, f"{message}: was the topic made again, or does another processor write here?")

    def _end(self, place: Partition) -> int:
        assert self._reader is not None
        return self._reader.extents([place])[place].end

    def close(self) -> None:
        if self._reader is not None:
            self._reader.close()


def check_numbers(shard: str, behind: Mapping[str, Sequence[LoggedOutput]], checkpoint: Checkpoint) -> None:
    """For whoever would write beside the running copy. `checkpoint`: read after the log was, since the copy goes on.

    Raises Stop `not_retraced`.
    """
    for topic, published in behind.items():
        known, last = checkpoint.numbers.get(f"{topic}/{shard.partition('/')[2]}", 0), published[-1].number
        if known < last:
            message = f"the database of {shard} was restored: it knows {topic} up to number {known}, the log goes up to"
            raise Stop("not_retraced", f"{message} {last}; start the processor and let it follow its log first")


def _published(record: Record) -> LoggedOutput:
    output = as_output(record)
    headers = {name: value.decode("utf-8", "replace") for name, value in output.headers}
    past_act = told_in(output)
    cause, refusal = None, None
    if past_act is None and "tousu-reason" in headers:
        cause = headers["tousu-topic"], int(headers["tousu-offset"])
        refusal = Refusal(
            reason=headers["tousu-reason"], message=headers["tousu-message"], place=headers["tousu-place"],
            schema=headers["tousu-schema"],
        )  # fmt: skip
    elif INBOUND in headers:
        topic, _, offset = headers[INBOUND].rpartition("/")
        cause = topic, int(offset)
    is_plain = cause is not None or headers.get("ce_type") == TICK
    return LoggedOutput(
        topic=record.topic, number=int(headers["tousu-seq"]), digest=digest_of(output), cause=cause,
        time_us=cp.micros(time_of_text(headers["tousu-time"], "tousu-time")),
        refusal=refusal if refusal is not None and refusal.reason in OUR_FAULTS else None,
        act=past_act.act if past_act is not None else None, record=None if is_plain else output,
    )  # fmt: skip


def _check_waiting(waiting: Iterable[OutRecord], there: Mapping[int, LoggedOutput]) -> None:
    """Whoever worked on a restored database before it had followed its log has made outputs that must not leave."""
    for record in waiting:
        number = int(dict(record.headers)["tousu-seq"])
        if number in there and there[number].digest != digest_of(record):
            message = f"{there[number].place} waits to be published, and the log holds something else under it"
            raise Stop(CONTRADICTED, f"{message}; restore the backup once more, and let intake follow its log first")


def _check_whole(unknown: Sequence[LoggedOutput], known: int) -> None:
    for number, output in enumerate(unknown, known + 1):
        if output.number != number:
            message = (
                f"its own log goes from number {number - 1} to {output.number} of {output.topic}; records are missing"
            )
            raise Stop("missing_record", f"{message}: restore a later backup")

"""Looking over the loop's shoulder: a source and a sink that pass everything through and note what there is to see."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, Protocol

from tousu.failure import Stop
from tousu.runtime.broker import Ends, Identity, OutRecord, Record, Sink, Source
from tousu.runtime.clock import TimeSource

ASK_EVERY: Final = timedelta(seconds=1)


class TrafficObserver(Protocol):
    """Is told what passes; must not raise and must not take long."""

    def polled(self, records: Sequence[Record], wanted: frozenset[int]) -> None: ...

    def ends(self, ends: Ends) -> None: ...

    def pending(self, count: int) -> None:
        """So many outputs are handed over and not acknowledged."""
        ...


class PassingSource:
    """A source that passes everything through."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def poll(self, records_max: int, timeout_s: float) -> list[Record]:
        return self._source.poll(records_max, timeout_s)

    def ends(self) -> Ends | None:
        return self._source.ends()

    def wanted(self) -> frozenset[int]:
        return self._source.wanted()

    def lost(self) -> frozenset[int]:
        return self._source.lost()

    def broken(self) -> Mapping[int, Stop]:
        return self._source.broken()

    def position(self, shard: int, topic: str) -> int:
        return self._source.position(shard, topic)

    def others_us(self) -> int:
        return self._source.others_us()

    def start(self, shard: int, offsets: Mapping[str, int]) -> None:
        self._source.start(shard, offsets)

    def stop(self, shard: int) -> None:
        self._source.stop(shard)

    def pause(self, shard: int, topic: str) -> None:
        self._source.pause(shard, topic)

    def resume(self, shard: int, topic: str) -> None:
        self._source.resume(shard, topic)

    def identity(self) -> Identity:
        return self._source.identity()

    def partitions(self, topic: str) -> int:
        return self._source.partitions(topic)

    def ask_ends(self, asked_at: datetime, reached_us: int = -1) -> None:
        self._source.ask_ends(asked_at, reached_us)

    def note(self, shard: int, offsets: Mapping[str, int]) -> None:
        self._source.note(shard, offsets)

    def close(self) -> None:
        self._source.close()


class PassingSink:
    """A sink that passes everything through."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink

    def limits(self) -> Mapping[str, int]:
        return self._sink.limits()

    def send(self, shard: int, records: Sequence[OutRecord]) -> None:
        self._sink.send(shard, records)

    def publish_alone(self, shard: int, records: Sequence[OutRecord]) -> bool:
        return self._sink.publish_alone(shard, records)

    def flush(self, timeout_s: float) -> bool:
        return self._sink.flush(timeout_s)

    def reset(self) -> None:
        self._sink.reset()

    def close(self) -> None:
        self._sink.close()


class WatchedSource(PassingSource):
    """A source seen by an onlooker. Asks where the inputs end, unless the loop itself does (`asks` is false then)."""

    def __init__(self, source: Source, onlooker: TrafficObserver, clock: TimeSource, *, asks: bool) -> None:
        super().__init__(source)
        self._onlooker = onlooker
        self._clock = clock
        self._asks = asks
        self._asked_at: datetime | None = None

    def poll(self, records_max: int, timeout_s: float) -> list[Record]:
        records = self._source.poll(records_max, timeout_s)
        self._onlooker.polled(records, self._source.wanted())
        if self._asks:
            self.ends()
            now = self._clock.now()
            if self._asked_at is None or now - self._asked_at >= ASK_EVERY:
                self._asked_at = now
                self._source.ask_ends(now)
        return records

    def ends(self) -> Ends | None:
        ends = self._source.ends()
        if ends is not None:
            self._onlooker.ends(ends)
        return ends


class WatchedSink(PassingSink):
    """A sink that counts what is not acknowledged."""

    def __init__(self, sink: Sink, onlooker: TrafficObserver) -> None:
        super().__init__(sink)
        self._onlooker = onlooker
        self._count = 0

    def send(self, shard: int, records: Sequence[OutRecord]) -> None:
        self._tell(self._count + len(records))
        self._sink.send(shard, records)

    def flush(self, timeout_s: float) -> bool:
        flushed = self._sink.flush(timeout_s)
        if flushed:
            self._tell(0)
        return flushed

    def reset(self) -> None:
        """What was pending still is: the loop sends it again when it opens the shard, and it is counted anew there."""
        self._count = 0
        self._sink.reset()

    def _tell(self, count: int) -> None:
        self._count = count
        self._onlooker.pending(count)


class Pending:
    """How many outputs are not acknowledged, and since when (seconds of a monotonic clock)."""

    def __init__(self) -> None:
        self.count = 0
        self.since_s: float | None = None

    def note(self, count: int) -> None:
        self.count = count
        if not count:
            self.since_s = None
        elif self.since_s is None:
            self.since_s = time.monotonic()

    def age_s(self) -> float:
        since_s = self.since_s
        return 0.0 if since_s is None else time.monotonic() - since_s

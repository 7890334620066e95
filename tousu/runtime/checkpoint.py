"""The checkpoint: one shard's place in its inputs, its output numbers, its watermarks, and what is not yet known to be
out.

It is committed together with the states it belongs to, under a compare-and-set on (owner_epoch, turn): `turn` rises by
one with every commit, so equal turns mean equal offsets. Source: docs/architecture.md, sections 4 and 7.
"""

from __future__ import annotations

import hashlib
from binascii import b2a_base64
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec

from tousu.runtime.broker import OutRecord, Record

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
NEVER_US: Final = -1
"""The watermark before anything is known."""
_DAY_US: Final = 86_400_000_000


def micros(moment: datetime) -> int:
    """A time as whole microseconds since 1970 (UTC), exactly."""
    since = moment - EPOCH
    return since.days * _DAY_US + since.seconds * 1_000_000 + since.microseconds


def moment(us: int) -> datetime:
    """The time of a number of microseconds since 1970."""
    return EPOCH + timedelta(microseconds=us)


class Seen(msgspec.Struct, array_like=True):
    """The last output number and the time promised by one origin on one input topic.

    marks: a short digest (`mark_of`) of each of the last numbers, by which a repetition is compared.
    """

    seq: int
    time_us: int
    marks: str = ""


class Checkpoint(msgspec.Struct):
    """One shard's checkpoint as stored; `epoch` and `turn` stand in columns of their own, `pending` too.

    offsets: input topic -> next offset. numbers: 'topic/partition' -> last output number. digests: the same key ->
    running digest over all outputs there, which lets an audit compare SQL with the topic. watermarks: 'topic|origin' ->
    last number and time. generation: raised by an operator when a rebuilt shard must not repeat its old numbers.
    clock_accepted_us: up to which time an operator accepts a jump of a broker's clock.
    forgiven: 'topic|origin' of which an operator passed over what has no number that can be trusted: the next record
    from there may have any number, once.
    held_out: the silent inputs for which an operator lets time not wait: a topic from outside, or 'topic|origin'.
    doubts: the same names, and those that told so themselves -> up to when their time is confirmed (`doubts`).
    states: kind -> the version (`Kind`) in which the shard's owner writes its states, where it is not the first.
    traces: the last events that carried a trace, and their traces (`traces_of_causes`).
    partitions: how many shards there are in all; 0 before that was noted. grown_from: how many there were before, each
    time that there came to be more (`growing`), the first count first.
    """

    offsets: dict[str, int] = {}
    numbers: dict[str, int] = {}
    digests: dict[str, str] = {}
    watermarks: dict[str, Seen] = {}
    time_us: int = NEVER_US
    tick_us: int = NEVER_US
    generation: int = 0
    cluster_id: str = ""
    topic_ids: dict[str, str] = {}
    clock_accepted_us: int = NEVER_US
    forgiven: list[str] = []
    held_out: list[str] = []
    doubts: dict[str, int] = {}
    states: dict[str, int] = {}
    traces: list[tuple[str, str]] = []
    partitions: int = 0
    grown_from: list[int] = []

    def awaited(self, inputs: Iterable[str]) -> tuple[str, ...]:
        """Those of these inputs (topics, or 'topic|origin') for which time waits: nobody holds them out."""
        return tuple(name for name in inputs if name not in self.held_out)

    def starts(self, topics: Iterable[str]) -> dict[str, int]:
        """Where to read on in each of these topics that nobody holds out."""
        return {topic: self.offsets.get(topic, 0) for topic in self.awaited(topics)}


def origin_of(processor: str, shard: int, generation: int) -> str:
    """The name under which a shard numbers its outputs: `router/3`, or `router/3.2` in its second generation."""
    return f"{processor}/{shard}.{generation}" if generation else f"{processor}/{shard}"


def chained(digest: str, record: OutRecord) -> str:
    """The running digest after one more output: 16 bytes in hexadecimal digits."""
    return chained_packed(digest, packed(record))


def chained_packed(digest: str, raw: bytes) -> str:
    """As `chained`, of an output that is packed."""
    return hashlib.sha256(digest.encode() + raw).hexdigest()[:32]


_PACKER: Final = msgspec.msgpack.Encoder()


def packed(record: OutRecord) -> bytes:
    """An output as it lies in a `pending` column, and goes into its digest."""
    return _PACKER.encode(record)


MARK_CHARACTERS: Final = 8
"""Of a mark: 6 bytes, which a forger would have to hit without knowing what the true record will say."""


def mark_of(record: Record) -> str:
    """A short digest of what a record says, the same whenever it is sent again."""
    packed = _PACKER.encode((record.key or b"", record.value or b"", record.headers))
    return b2a_base64(hashlib.sha256(packed).digest()[:6], newline=False).decode()


_DECODER = msgspec.msgpack.Decoder(list[OutRecord])
_DOC_ENCODER = msgspec.json.Encoder(order="sorted")
_DOC_DECODER = msgspec.json.Decoder(Checkpoint)


def pack_pending(records: Iterable[OutRecord]) -> bytes:
    """Outputs as bytes for the checkpoint's `pending` column."""
    return join_pending(map(packed, records))


def join_pending(raws: Iterable[bytes]) -> bytes:
    """As `pack_pending`, of outputs that are packed."""
    return _PACKER.encode([msgspec.Raw(raw) for raw in raws])


def unpack_pending(raw: bytes) -> list[OutRecord]:
    """The outputs of a `pending` column, in order."""
    return _DECODER.decode(raw) if raw else []


def encode(checkpoint: Checkpoint) -> str:
    return _DOC_ENCODER.encode(checkpoint).decode()


def decode(doc: str) -> Checkpoint:
    return _DOC_DECODER.decode(doc)


def copy(checkpoint: Checkpoint) -> Checkpoint:
    """An independent copy to work on during a turn."""
    return Checkpoint(
        offsets=dict(checkpoint.offsets),
        numbers=dict(checkpoint.numbers),
        digests=dict(checkpoint.digests),
        watermarks=dict(checkpoint.watermarks),
        time_us=checkpoint.time_us,
        tick_us=checkpoint.tick_us,
        generation=checkpoint.generation,
        cluster_id=checkpoint.cluster_id,
        topic_ids=dict(checkpoint.topic_ids),
        clock_accepted_us=checkpoint.clock_accepted_us,
        forgiven=list(checkpoint.forgiven),
        held_out=list(checkpoint.held_out),
        doubts=dict(checkpoint.doubts),
        states=dict(checkpoint.states),
        traces=list(checkpoint.traces),
        partitions=checkpoint.partitions,
        grown_from=list(checkpoint.grown_from),
    )

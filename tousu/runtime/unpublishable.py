"""What can never be published as things stand: how large a record is on its topic, and the halt of its shard.

A broker holds the limit of a topic against a batch as it was sent. Compression is left out of account: what fits only
when it is compressed fits by chance.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from tousu.failure import Stop
from tousu.runtime.broker import OutRecord

BATCH_BYTES_MIN: Final = 61
"""The head of a batch (Kafka protocol, record batch)."""
_RECORD_BYTES: Final = 36
"""The numbers of a record at their longest: length, attributes, time, offset, lengths of key and value, headers."""
_HEADER_BYTES: Final = 10
"""The lengths of a header's name and value at their longest."""


class Unpublishable(Stop):
    """Outputs of one shard cannot be published until somebody mends the topic: its limit, its rights, its existence.

    `size_bytes` is what the record needs where its size is the trouble, else 0.
    """

    def __init__(self, reason: str, message: str, *, shard: int, topic: str, size_bytes: int = 0) -> None:
        super().__init__(reason, message)
        self.shard = shard
        self.topic = topic
        self.size_bytes = size_bytes


def header_bytes(name: str, value: bytes | None) -> int:
    """What a header takes in a record, at most."""
    return _HEADER_BYTES + len(name.encode()) + len(value or b"")


def record_bytes(record: OutRecord) -> int:
    """What a record takes on its topic, alone in its batch and not compressed, at most."""
    size_bytes = BATCH_BYTES_MIN + _RECORD_BYTES + len(record.key or b"") + len(record.value)
    for name, value in record.headers:
        size_bytes += _HEADER_BYTES + len(name if name.isascii() else name.encode()) + len(value)
    return size_bytes


def check_fits(records: Iterable[OutRecord], limits: Mapping[str, int], shard: int) -> None:
    """Raise Unpublishable for the first record that is larger than its topic takes. No limit known: none is held."""
    if not limits:
        return
    for record in records:
        limit_bytes = limits.get(record.topic)
        if limit_bytes is not None and record_bytes(record) > limit_bytes:
            raise too_large(record.topic, record.partition, record_bytes(record), limit_bytes, shard)


def too_large(topic: str, partition: int, size_bytes: int, limit_bytes: int, shard: int) -> Unpublishable:
    """The halt in front of an output that is larger than its topic takes."""
    message = (
        f"an output to {topic}/{partition} takes {size_bytes} bytes and the topic takes at most {limit_bytes}: "
        f"raise its max.message.bytes (`tousu topics apply` sets what its card says)"
    )
    return Unpublishable("unpublishable_output", message, shard=shard, topic=topic, size_bytes=size_bytes)

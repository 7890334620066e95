"""Which partition a key belongs to: murmur2 as Kafka's Java client computes it, so that every client agrees."""

from __future__ import annotations

from functools import lru_cache
from struct import unpack

_MASK = 0xFFFFFFFF
_M = 0x5BD1E995


def murmur2(data: bytes) -> int:
    """The 32-bit murmur2 hash (seed 0x9747b28c) of Apache Kafka's default partitioner."""
    return ended(begun(data, len(data)), data[len(data) & ~3 :])


def begun(data: bytes, length: int) -> int:
    """The hash of the whole words in the beginning of a key of this length; `ended` needs what is behind them."""
    h = (0x9747B28C ^ length) & _MASK
    words = len(data) >> 2
    for word in unpack(f"<{words}I", data[: words << 2]):
        k = word * _M & _MASK
        h = (h * _M ^ (k ^ k >> 24) * _M) & _MASK
    return h


def ended(h: int, rest: bytes) -> int:
    """The hash of a key that was `begun`, with the last bytes, fewer than four."""
    if rest:
        h = (h ^ int.from_bytes(rest, "little")) * _M & _MASK
    h = (h ^ h >> 13) * _M & _MASK
    return h ^ h >> 15


@lru_cache(maxsize=65_536)
def partition_of(key: str, partitions: int) -> int:
    """The partition of a key among `partitions`, equal to the Java client's choice."""
    return (murmur2(key.encode()) & 0x7FFFFFFF) % partitions

"""Which partition a key belongs to: murmur2 as Kafka's Java client computes it, so that every client agrees."""

from __future__ import annotations

from functools import lru_cache
from struct import unpack

_MASK = 0xFFFFFFFF
_M = 0x5BD1E995


def murmur2(data: bytes) -> int:
    """The 32-bit murmur2 hash (seed 0x9747b28c) of Apache Kafka's default partitioner."""
    length = len(data)
    h = (0x9747B28C ^ length) & _MASK
    whole = length & ~3
    for word in unpack(f"<{whole >> 2}I", data[:whole]):
        k = word * _M & _MASK
        h = (h * _M ^ (k ^ k >> 24) * _M) & _MASK
    rest = length - whole
    if rest:
        h ^= int.from_bytes(data[whole:], "little")
        h = (h * _M) & _MASK
    h ^= h >> 13
    h = (h * _M) & _MASK
    return h ^ (h >> 15)


@lru_cache(maxsize=65_536)
def partition_of(key: str, partitions: int) -> int:
    """The partition of a key among `partitions`, equal to the Java client's choice."""
    return (murmur2(key.encode()) & 0x7FFFFFFF) % partitions

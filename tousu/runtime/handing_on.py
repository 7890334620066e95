"""An input that lies in another partition than it belongs to is written where it belongs.

An adapter may choose another key, and its client another partitioner than murmur2. It learns of new partitions
(`growing`) some minutes late; and a further telling of a case may come by a key that is another shard's by then. The
shard that reads such an event writes it once more, as it was, under the key of the shard whose it is. That may happen
twice, as when an adapter sends again: the id tells.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from tousu.runtime.broker import OutRecord, Record, place_of
from tousu.runtime.partition import partition_of
from tousu.trace import TRACEPARENT, TRACESTATE

_READ: Final = frozenset({"content-type", TRACEPARENT, TRACESTATE})
FROM: Final = "tousu-handed-on"
"""The header that says where a record stood first."""


def strayed(record: Record, partitions: int, former: Collection[int]) -> str:
    """The key of a record that lies where it belonged among fewer partitions; empty for all others."""
    if not former or not record.key:
        return ""
    try:
        key = record.key.decode()
    except UnicodeDecodeError:
        return ""
    if partition_of(key, partitions) == record.partition:
        return ""
    return key if any(partition_of(key, count) == record.partition for count in former) else ""


def handed_on(record: Record, key: str, partitions: Mapping[str, int]) -> OutRecord:
    """The record as it is written in the partition of a key, with the headers that an event is read from.

    What else an adapter put there may fill the topic's limit, and would not leave room for where it stood.
    """
    headers = [(n, value) for n, value in record.headers if value is not None and (n in _READ or n.startswith("ce_"))]
    headers.append((FROM, place_of(record).encode()))
    return OutRecord(
        record.topic, partition_of(key, partitions[record.topic]), key.encode(), record.value or b"", headers
    )

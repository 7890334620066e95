"""An input that lies in the wrong partition since there are more of them (`growing`) is written where it belongs.

An adapter learns of new partitions some minutes late, so what it sends goes where it belonged before; and a further
telling of a case may come by a key that is another shard's now. The shard that reads it writes it once more, as it was,
under the key of the shard whose it is. That may happen twice, as when an adapter sends again: the id tells.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from tousu.runtime.broker import OutRecord, Record, place_of
from tousu.runtime.partition import partition_of

_OF_OURS: Final = frozenset({"tousu-origin", "tousu-seq", "tousu-time"})
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
    """The record as it is written in the partition of a key. Headers without a value mean nothing and are left out."""
    headers = [(name, value) for name, value in record.headers if value is not None and name not in _OF_OURS]
    headers.append((FROM, place_of(record).encode()))
    return OutRecord(
        record.topic, partition_of(key, partitions[record.topic]), key.encode(), record.value or b"", headers
    )

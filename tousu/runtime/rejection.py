"""The record on complaints.rejected: what was refused, why, and where it came from; as much of it as fits.

What fits goes there untouched. Of a value or key that is too large stand the first bytes, the length and the SHA-256;
headers that do not fit, or that nobody could read, are left out and counted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Final

from tousu.contract import card
from tousu.decision import Refusal
from tousu.event import Headers
from tousu.runtime.arrival import named_in
from tousu.runtime.broker import OutRecord, Record
from tousu.runtime.unpublishable import header_bytes, record_bytes
from tousu.shown import printable

REJECTED: Final = "complaints.rejected"
REJECTED_BYTES_MAX: Final = card(REJECTED).max_message_bytes
FIRST_BYTES: Final = 65_536
"""What is kept of a value that is too large."""
KEY_BYTES_MAX: Final = 16_384
HEADERS_MAX: Final = 10_000
NAME_LENGTH_MAX: Final = 500
"""So much of the id, source and type of a refused event is repeated in headers; more is no name."""
_RESERVE_BYTES: Final = 1_024
"""For number, origin and time, which come later, and for what is said of a cut."""
CUT: Final = frozenset({
    "tousu-value-bytes", "tousu-value-sha256", "tousu-key-bytes", "tousu-key-sha256", "tousu-headers-left-out",
})  # fmt: skip
"""Headers that only a refusal has of which something was left out."""


def rejection(
    record: Record, refusal: Refusal, standing: Iterable[tuple[str, bytes]], shard: int, limit_bytes: int,
    more: Mapping[str, str] = {},
) -> OutRecord:  # fmt: skip
    """The refusal of a record, not numbered yet. `standing` are the headers of every output, `limit_bytes` what the
    topic takes; at least 32 KB are needed for all that is said. `more` is said beside the refusal, by an operator."""
    texts = {
        "tousu-reason": refusal.reason, "tousu-message": printable(refusal.message[:2000]),
        "tousu-place": printable(refusal.place[:500]),
        "tousu-schema": refusal.schema, "tousu-topic": record.topic, "tousu-partition": str(record.partition),
        "tousu-offset": str(record.offset), "tousu-timestamp": str(record.time_ms),
        **{f"tousu-event-{name}": text[:NAME_LENGTH_MAX] for name, text in named_in(record).items()}, **more,
    }  # fmt: skip
    headers = [*standing, *((name, value.encode("utf-8", "replace")) for name, value in texts.items())]
    if record.value is None:
        headers.append(("tousu-no-value", b"1"))
    key = record.key
    if key is not None and len(key) > KEY_BYTES_MAX:
        headers += _shortened("key", key)
        key = key[: KEY_BYTES_MAX // 4]
    room_bytes = limit_bytes - _RESERVE_BYTES - record_bytes(OutRecord(REJECTED, shard, key, b"", headers))
    kept, left_out = _original(record.headers, room_bytes // 2)
    headers += kept
    if left_out or record.flaw:
        headers.append(("tousu-headers-left-out", b"all" if record.flaw else str(left_out).encode()))
    room_bytes -= sum(header_bytes(name, value) for name, value in kept)
    value = record.value or b""
    if len(value) > room_bytes:
        headers += _shortened("value", value)
        value = value[: min(FIRST_BYTES, max(0, room_bytes))]
    return OutRecord(REJECTED, shard, key, value, headers)


def _original(headers: Headers, room_bytes: int) -> tuple[list[tuple[str, bytes]], int]:
    """The headers that the record came with, as many as there is room for, and how many there is none for."""
    kept: list[tuple[str, bytes]] = []
    left_out = 0
    for name, value in headers:
        if value is None:
            continue
        size_bytes = header_bytes(f"original-{name}", value)
        if size_bytes > room_bytes or len(kept) == HEADERS_MAX:
            left_out += 1
            continue
        room_bytes -= size_bytes
        kept.append((f"original-{name}", value))
    return kept, left_out


def _shortened(part: str, whole: bytes) -> list[tuple[str, bytes]]:
    digest = hashlib.sha256(whole).hexdigest().encode()
    return [(f"tousu-{part}-bytes", str(len(whole)).encode()), (f"tousu-{part}-sha256", digest)]

"""A refused event, mended by a JSON patch, ready to be handed in again under its own id."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from tousu.failure import Reject, Stop

if TYPE_CHECKING:
    from tousu.runtime.broker import Record

PATCH: Final = "tousu-patch"
"""The header that keeps what was mended: every patch so far, as one."""
PATCH_LENGTH_MAX: Final = 65_536


class MendedRecord(NamedTuple):
    """A record to be written: the mended event in structured mode. `key` is None where the old one stays."""

    value: bytes
    headers: list[tuple[str, str | bytes | None]]
    key: str | None


def read_patch(file: Path) -> Any:
    """A patch from a file, as any JSON. Raises Stop when it is not there or no JSON."""
    import orjson

    if not file.is_file():
        raise Stop("no_file", f"{file} is not there; give a file with a JSON patch (RFC 6902)")
    try:
        return orjson.loads(file.read_bytes())
    except orjson.JSONDecodeError as error:
        raise Stop("bad_patch", f"{file} is no JSON: {error}") from None


def mended(refused: Record, headers: list[tuple[str, str | bytes | None]], patch: Any) -> MendedRecord:
    """The event of a refused record after the patch, checked as intake will check it.

    `headers`: those that the event came with. The patch is applied to the event in its structured form: `/time`,
    `/data/waybill_number`. Raises Stop where the patch does not fit, changes the identity, or leaves it wrong.
    """
    import orjson

    from tousu.contract import taken
    from tousu.contract.json_patch import BadPatch, patched
    from tousu.edge import parse
    from tousu.event import STRUCTURED_TYPE, event_of_structured

    name = dict(refused.headers).get("ce_id", b"") or b""
    before = document_of(refused, headers)
    try:
        after = patched(before, patch)
        raw = orjson.dumps(after)
        document = parse(raw)
        event = event_of_structured(document)
        _, _, refusal = taken(event.type, event.data)
    except (BadPatch, Reject) as error:
        message = error.message if isinstance(error, Reject) else str(error)
        raise Stop("bad_patch", f"{name.decode()}: {message}") from None
    if refusal is not None:
        raise Stop("bad_patch", f"{name.decode()} would be refused again: {refusal.message}")
    for attribute in ("id", "source"):
        if before.get(attribute) not in (None, "", document[attribute]):
            raise Stop("bad_patch", f"{name.decode()}: the patch changes {attribute}; an event keeps its identity")
    earlier = next((value for header, value in headers if header == PATCH), None)
    so_far = orjson.dumps([*(orjson.loads(earlier) if earlier else []), *patch])
    if len(so_far) > PATCH_LENGTH_MAX:
        raise Stop("bad_patch", f"{name.decode()}: the patches have {len(so_far)} bytes; {PATCH_LENGTH_MAX} are kept")
    kept = [
        (header, value)
        for header, value in headers
        if not header.startswith("ce_") and header not in ("content-type", PATCH)
    ]
    written = [*kept, ("content-type", STRUCTURED_TYPE), (PATCH, so_far)]
    return MendedRecord(raw, written, _key_of(event.type, event.data))


def document_of(refused: Record, headers: list[tuple[str, str | bytes | None]]) -> dict[str, Any]:
    """The refused event in structured form, as far as it can be read: without data where they are no JSON."""
    import orjson

    from tousu.event import is_structured

    bare = [(name, value.encode() if isinstance(value, str) else value) for name, value in headers]
    try:
        data = orjson.loads(refused.value or b"")
    except orjson.JSONDecodeError:
        data = None
    if is_structured(bare):
        return data if isinstance(data, dict) else {}
    attributes = {
        name[3:]: value.decode("utf-8", "replace") for name, value in bare if name.startswith("ce_") and value
    }
    return attributes | ({} if data is None else {"data": data})


def _key_of(event_type: str, data: dict[str, Any]) -> str | None:
    """The key that intake wants of a report; a complaint keeps the shard that it was sent to."""
    if event_type.startswith("tousu.handling."):
        return str(data["case_number"])
    return str(data["department"]) if event_type.startswith("tousu.operations.") else None

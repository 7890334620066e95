"""Codes that a pack does not know: a complaint stays, the field goes, and a sentence says why.

Figures of a department that there is not would be measured against nothing, so they are refused.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from tousu.decision import Refusal
from tousu.dropped import LEFT_OUT, without
from tousu.event import Event
from tousu.events.operations import OperationsReported
from tousu.policy.marks import why_unknown
from tousu.policy.pack import Pack


class _Piece(msgspec.Struct, frozen=True):
    """What a piece says by a code."""

    class_: str | None = msgspec.field(name="class", default=None)


class _Coded(_Piece, frozen=True):
    """What a complaint says by codes of its pack."""

    customer_tier: str | None = None
    pieces: tuple[_Piece, ...] = ()


def without_unknown_codes(event: Event, pack: Pack) -> Event:
    """The complaint without classes and marks that its pack does not have."""
    odd = dict(_unknown(msgspec.convert(event.data, _Coded), pack))
    if not odd:
        return event
    return without(event, {place: why + LEFT_OUT for place, why in odd.items()})


def unknown_department(event: Event, pack: Pack) -> Refusal | None:
    """Why figures of operations are nobody's, by the pack that holds; None where the department is there."""
    if event.type != OperationsReported.TYPE or event.read(OperationsReported).department in pack.departments:
        return None
    message = f"department is none of pack {pack.id} {pack.version}; use one of: {', '.join(pack.departments)}"
    return Refusal(reason="unknown_department", message=message, place="/department")


def _unknown(data: _Coded, pack: Pack) -> Iterator[tuple[str, str]]:
    """The place of each code that the pack does not know, and why."""
    if data.customer_tier is not None and (why := why_unknown(pack, "customer_tier", data.customer_tier)):
        yield "/customer_tier", why
    for place, part in (("", data), *((f"/pieces/{at}", piece) for at, piece in enumerate(data.pieces))):
        if part.class_ is not None and part.class_ not in pack.classes:
            classes = ", ".join(pack.classes)
            yield f"{place}/class", f"class is none of pack {pack.id} {pack.version}; use one of: {classes}"[:450]

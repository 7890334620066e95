"""Codes that a pack does not know: a complaint stays, the field goes, and a sentence says why.

Figures of a department that there is not would be measured against nothing, so they are refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import orjson
from msgspec.structs import replace

from services.intake.registration import DROPPED
from tousu.decision import Refusal
from tousu.event import Event
from tousu.events.operations import OperationsReported
from tousu.policy.marks import LEFT_OUT, why_unknown
from tousu.policy.pack import Pack

DROPPED_MAX: Final = 50
"""So many sentences one complaint carries; the edge says no more of them either."""


def without_unknown_codes(event: Event, pack: Pack) -> Event:
    """The complaint without classes and marks that its pack does not have."""
    odd = dict(_unknown(event.data, pack))
    if not odd:
        return event
    data = {name: value for name, value in event.data.items() if f"/{name}" not in odd}
    if "pieces" in data:
        data["pieces"] = [
            {name: value for name, value in piece.items() if f"/pieces/{at}/{name}" not in odd}
            for at, piece in enumerate(data["pieces"])
        ]
    former = orjson.loads(event.extensions.get(DROPPED) or "[]")
    told = [*former, *({"place": place, "message": why + LEFT_OUT} for place, why in odd.items())][:DROPPED_MAX]
    return replace(event, data=data, extensions={**event.extensions, DROPPED: orjson.dumps(told).decode()})


def unknown_department(event: Event, pack: Pack) -> Refusal | None:
    """Why figures of operations are nobody's, by the pack that holds; None where the department is there."""
    if event.type != OperationsReported.TYPE or event.read(OperationsReported).department in pack.departments:
        return None
    message = f"department is none of pack {pack.id} {pack.version}; use one of: {', '.join(pack.departments)}"
    return Refusal(reason="unknown_department", message=message, place="/department")


def _unknown(said: Mapping[str, Any], pack: Pack) -> Iterator[tuple[str, str]]:
    """The place of each code that the pack does not know, and why."""
    if "customer_tier" in said and (why := why_unknown(pack, "customer_tier", said["customer_tier"])):
        yield "/customer_tier", why
    named = [("/class", said), *((f"/pieces/{at}/class", piece) for at, piece in enumerate(said.get("pieces", ())))]
    for place, one in named:
        if "class" in one and one["class"] not in pack.classes:
            classes = ", ".join(pack.classes)
            yield place, f"class is none of pack {pack.id} {pack.version}; use one of: {classes}"[:450]

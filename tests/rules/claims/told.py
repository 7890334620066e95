"""What the router tells claims of a case."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tests.rules.casework import NUMBER, START, event, registration
from tousu.event import Event

WAYBILL = "TS77001"


def routed(*classes: str, at: datetime = START, waybill: str | None = WAYBILL, **more: Any) -> Event:
    """A complaint about one piece with these classes, the first of them naming it."""
    piece = {"waybill_number": waybill} if waybill else {}
    return routed_pieces([{"class": name} | piece for name in classes], at=at, **piece, **more)


def routed_pieces(troubles: list[dict[str, str]], at: datetime = START, **more: Any) -> Event:
    """A complaint with these troubles."""
    data = registration(**more)
    del data["source_event"]
    data |= {
        "kind": "complaint",
        "grade": "major",
        "stars": 5,
        "departments": ["storage_and_transport"],
        "decided_by": "adapter",
        "pack": {"id": "courier-network", "version": "1.0.0"},
        "section": "C 3",
        "triage": not troubles,
        "revision": more.get("revision", 1),
    } | {name: more[name] for name in ("grade", "priority", "priority_section") if name in more}
    if troubles:
        data |= {"class": troubles[0]["class"], "classes": troubles}
    return event("complaint.routed", data, data.get("case_number", NUMBER), at)

"""The class decided again: by a department's judgement, or by whoever passes the case on and names its class.

- Where nothing was known, everything gets the class.
- A case of one piece (or none): the trouble that named the case gets the new class; a milder one beside it stays.
- A case of several pieces: pieces without a class get it. A class that one of the pieces has already is that piece's
  and changes nothing; any other class is that of the pieces that named the case.
- The gravest class names the case again; departments are those of all its classes. What facts make of that follows
  in `services.router.ranking`.

Source: docs/sources.md, sections 3 and 4 (C), section 10 (case 7).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tousu.policy.pack import ComplaintClass, Pack

Trouble = dict[str, Any]


def decided_again(routed: Mapping[str, Any], class_name: str, pack: Pack) -> dict[str, Any]:
    """What changes in the routed data of a complaint now that it has this class; empty where nothing does."""
    old: list[Trouble] = routed.get("classes", [])
    troubles = _troubles(routed, old, class_name)
    if troubles == old and not routed["triage"]:
        return {}
    classes = _by_gravity(troubles, pack)
    first = classes[0]
    return {
        "class": first.name,
        "classes": troubles,
        "departments": _departments(classes, pack),
        "decided_by": "department",
        "section": first.section,
        "triage": False,
    }


def _troubles(routed: Mapping[str, Any], old: Sequence[Trouble], class_name: str) -> list[Trouble]:
    waybills = _waybills(routed)
    known = {trouble.get("waybill_number") for trouble in old}
    bare = [waybill for waybill in waybills if waybill not in known]
    names = {trouble["class"] for trouble in old}
    settled = len(waybills) > 1 and (bool(bare) or class_name in names)
    naming = None if settled else routed.get("class")
    kept = [trouble | {"class": class_name} if trouble["class"] == naming else trouble for trouble in old]
    new = [{"class": class_name} | ({"waybill_number": waybill} if waybill else {}) for waybill in bare]
    return _distinct([*kept, *new])


def _waybills(routed: Mapping[str, Any]) -> list[str | None]:
    """The pieces of a case by waybill number, each once; [None] where the case names no piece."""
    pieces = routed.get("pieces") or [routed]
    return list(dict.fromkeys(piece.get("waybill_number") for piece in pieces))


def _distinct(troubles: Iterable[Trouble]) -> list[Trouble]:
    unique = {(trouble["class"], trouble.get("waybill_number")): trouble for trouble in troubles}
    return list(unique.values())


def _by_gravity(troubles: Sequence[Trouble], pack: Pack) -> list[ComplaintClass]:
    names = dict.fromkeys(trouble["class"] for trouble in troubles)
    classes = [pack.classes[name] for name in names]
    return sorted(classes, key=lambda class_: -pack.grades[class_.grade].stars)


def _departments(classes: Sequence[ComplaintClass], pack: Pack) -> list[str]:
    chosen = classes if pack.routing.several_departments else classes[:1]
    return list(dict.fromkeys(name for class_ in chosen for name in class_.departments))

"""What a pack knows, as a document: its codes with their labels, the words that mark a case, and what moves each clock.

For whoever writes an adapter or a report and must know which codes will be taken (`tousu policy show`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from tousu.policy.clock_rule import ClockRule, Limit, Trigger
from tousu.policy.pack import PLANS, Pack

SECTIONS: Final = ("channels", "departments", "grades", "classes", "causes", "delay_causes", "plans")
"""The lists of codes of a pack, in the order in which they are shown."""
_PLANS_IN_CHINESE: Final = ("道歉", "查找", "赔偿", "减免运费", "补救", "承诺", "其他")
_MORE: Final = ("group", "partner", "persons", "stars", "category", "grade", "departments")
"""What else a code says of itself."""


def codes_of(pack: Pack) -> dict[str, Any]:
    """All codes, marks and clocks of a pack. Every label is there in English and in Chinese."""
    listed = {name: [_code(code) for code in getattr(pack, name).values()] for name in SECTIONS}
    if not pack.plans:
        plans = zip(PLANS, _PLANS_IN_CHINESE, strict=True)
        listed |= {
            "plans": [{"code": name, "en": name.replace("_", " "), "zh": zh, "section": "L 6"} for name, zh in plans]
        }
    claims = pack.claims.clocks if pack.claims is not None else {}
    return {
        "pack": pack.reference() | _label(pack),
        **listed,
        "marks": [{"fact": fact, **_code(mark)} for fact, marks in pack.marks.items() for mark in marks.values()],
        "clocks": [_clock(rule) for rule in (*pack.clocks.values(), *claims.values())],
    }


def _label(one: Any) -> dict[str, str]:
    return {"en": one.label.en, "zh": one.label.zh}


def _code(one: Any) -> dict[str, Any]:
    """A code with its labels, its section and what else it says."""
    more = {name: value for name in _MORE if (value := getattr(one, name, None))}
    return {"code": one.name, **_label(one), **more, "section": one.section}


def _clock(rule: ClockRule) -> dict[str, Any]:
    """A clock: how long it is, what starts, meets, restarts, pauses and ends it, and for which reasons it may pause."""
    starts = {"event": rule.starts_on, "counts_from": rule.starts_at, "data": rule.starts_with}
    said = {
        "applies_when": rule.applies_when,
        "limits": _limits(rule),
        "starts": {name: value for name, value in starts.items() if value},
        "met_by": _triggers(rule.met_by),
        "restarted_by": _triggers(rule.restarted_by),
        "reset_by": _triggers(rule.reset_by),
        "paused_by": _triggers(rule.paused_by),
        "resumed_by": _triggers(rule.resumed_by),
        "pause_reasons": rule.pauses.reasons if rule.pauses is not None else (),
        "cancelled_by": _triggers(rule.cancelled_by),
        "on_reopen": rule.on_reopen,
        "owed_by_each_department": rule.each_department,
    }
    kept = {name: value for name, value in said.items() if value}
    return {"clock": rule.name, **_label(rule), "kind": rule.kind, **kept, "section": rule.section}


def _limits(rule: ClockRule) -> list[dict[str, Any]]:
    if rule.promised_in:
        return [{"promised_in": rule.promised_in}]
    by_grade: Iterable[tuple[str, Limit]] = rule.limit_by_grade.items()
    if rule.limit is not None:
        by_grade = (("", rule.limit),)
    return [
        ({"grade": grade} if grade else {}) | limit.as_data() | {"set_by": limit.set_by} for grade, limit in by_grade
    ]


def _triggers(triggers: Iterable[Trigger]) -> list[dict[str, Any]]:
    return [
        {name: value for name in ("event", "data", "says", "case") if (value := getattr(one, name))} for one in triggers
    ]


def words_of(trigger: Mapping[str, Any]) -> str:
    """A trigger in one line: `customer_answered settled=true`, `acknowledged (answer_by)`, `… if stands=false`."""
    said = [trigger["event"], *(f"{name}={_either(values)}" for name, values in trigger.get("data", {}).items())]
    if "says" in trigger:
        said.append(f"({', '.join(trigger['says'])})")
    if "case" in trigger:
        said += ["if", *(f"{name}={_either(values)}" for name, values in trigger["case"].items())]
    return " ".join(said)


def _either(values: Iterable[Any]) -> str:
    return "|".join(str(value).lower() if isinstance(value, bool) else str(value) for value in values)

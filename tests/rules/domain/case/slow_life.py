"""The life of a complaint worked out slowly: everything that was told is sorted by time and walked through once.

It shares no code with the fold: plain dicts, one `if` after another, the rules of docs/sources.md in other words.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.rules.domain.case.caselog import Said

MEDIATOR = "customer_service"
CENTRE = "customer_service"
RANKS = ("", "acknowledged", "judged", "plan_proposed", "plan_approved", "plan_executed")
"""The steps of a department; the place in the row is how far it has come."""


def walked(story: Sequence[Said], departments: Sequence[str], way: str) -> dict[str, Any]:
    """Where the case stands behind everything.

    way: plain; strict (plans are approved first, an end needs one and a confirmation); instructed (plans are approved
    first, by somebody who names a person in charge, and none may wait at the end).
    """
    case: dict[str, Any] = {
        "where": "received", "plan": None, "upheld": None, "end": None, "why": "", "round": 0,
        "with": list(departments), "dispute": None, "done": {}, "said": {}, "took": {}, "named": None,
    }  # fmt: skip
    for one in sorted(story, key=lambda each: each.hours):
        if one.name == "reopened":
            if case["end"] is not None:
                case |= {
                    "where": "reopened", "plan": None, "upheld": None, "end": None, "why": "", "said": {}, "took": {},
                    "round": case["round"] + 1,
                }  # fmt: skip
        elif one.name == "satisfaction_given":
            case["said"] = {"score": one.data["score"]}
        elif one.name.startswith("corrective"):
            _measure(case, one)
        elif one.name == "responsibility_settled":
            _settled(case, one)
        elif case["end"] is None:
            _while_open(case, one, way)
    return case


def _while_open(case: dict[str, Any], one: Said, way: str) -> None:
    name = one.name
    if name in ("passed_on", "disputed", "taken_back"):
        _moved(case, one)
    elif name == "withdrawn":
        case |= {"where": "closed", "end": one.hours, "why": "withdrawn"}
    elif name == "customer_answered":
        _answered(case, one, way)
    elif name in (*RANKS, "plan_refused") and _may_step(case, one, way):
        _stepped(case, one)


def _answered(case: dict[str, Any], one: Said, way: str) -> None:
    ends = one.data["settled"] or case["upheld"] is False
    holds = {"plain": (), "strict": (None, "proposed", "approved", "refused"), "instructed": ("proposed",)}
    if not ends:
        case |= {"where": "reissued", "plan": None}
    elif case["upheld"] is not False and case["plan"] in holds[way]:
        return
    elif way != "strict" or "confirmation" in one.data:
        case |= {"where": "closed", "end": one.hours, "why": "not" if case["upheld"] is False else "settled"}


def _may_step(case: dict[str, Any], one: Said, way: str) -> bool:
    name = one.name
    if name.startswith("plan") and case["where"] == "not_standing":
        return False
    if name == "plan_approved":
        return case["plan"] is not None and (way != "instructed" or "in_charge" in one.data)
    if name == "plan_refused":
        return case["plan"] in ("proposed", "approved", "refused")
    return not (name == "plan_executed" and way != "plain" and case["plan"] not in ("approved", "executed"))


def _stepped(case: dict[str, Any], one: Said) -> None:
    name, data = one.name, one.data
    if name == "acknowledged" and case["where"] in ("received", "reissued", "reopened"):
        case["where"] = "acknowledged"
    if name == "judged":
        case |= {"upheld": data["stands"], "where": "judged" if data["stands"] else "not_standing"}
        case["plan"] = case["plan"] if data["stands"] else None
        case["named"] = (data["responsible"], "judgement", one.hours) if "responsible" in data else case["named"]
    if name == "plan_proposed":
        case |= {"where": "planned", "plan": "proposed"}
    if name == "plan_approved" and case["plan"] in ("proposed", "refused"):
        case |= {"where": "approved", "plan": "approved"}
    if name == "plan_refused":
        case |= {"where": "judged" if case["upheld"] else "acknowledged", "plan": "refused"}
    if name == "plan_executed":
        case |= {"where": "executed", "plan": "executed"}
    rank, who = RANKS.index("plan_approved" if name == "plan_refused" else name), data.get("department")
    if who in case["with"] and case["took"].get(who, 0) < rank:
        case["took"] = {**case["took"], who: rank}


def _moved(case: dict[str, Any], one: Said) -> None:
    """Somebody passes it on, disputes it, or the centre takes it back."""
    before, who = case["with"], one.data.get("department")
    if one.name == "taken_back":
        case["with"], case["dispute"] = [CENTRE], None
    elif one.name == "passed_on":
        to = one.data["to_department"]
        case["with"] = _swapped(before, who, to)
        if MEDIATOR not in case["with"]:
            case["dispute"] = None
    else:
        leaving = [who] if who in before else list(before)
        if case["dispute"] is None:
            case["dispute"] = (leaving, MEDIATOR in before and MEDIATOR not in leaving)
        else:
            more = [each for each in leaving if each != MEDIATOR and each not in case["dispute"][0]]
            case["dispute"] = ([*case["dispute"][0], *more], case["dispute"][1])
        case["with"] = _swapped(before, who, MEDIATOR)
    _handed(case, before)


def _settled(case: dict[str, Any], one: Said) -> None:
    by = one.data["by"]
    if (by == "mediation") != (case["dispute"] is not None) or by == "agreement":
        return
    case["named"] = (one.data["responsible"], by, one.hours)
    if by == "mediation":
        (disputing, beside), before = case["dispute"], case["with"]
        case["dispute"] = None
        if case["end"] is None:
            named = one.data["responsible"].get("department")
            coming = [named] if named else list(disputing)
            coming += [MEDIATOR] if beside else []
            new: list[str] = []
            for each in before:
                new += coming if each == MEDIATOR else [each]
            case["with"] = list(dict.fromkeys(new))
            _handed(case, before)


def _handed(case: dict[str, Any], before: list[str]) -> None:
    if not any(each in before for each in case["with"]):
        case |= {"where": "received", "plan": None, "took": {}}
    case["took"] = {name: rank for name, rank in case["took"].items() if name in case["with"]}


def _swapped(before: list[str], who: str | None, to: str) -> list[str]:
    if who not in before:
        return [to]
    return list(dict.fromkeys(to if each == who else each for each in before))


def _measure(case: dict[str, Any], one: Said) -> None:
    number = one.data["action_id"]
    if one.name.endswith("planned"):
        case["done"].setdefault(number, None)
    elif number in case["done"] and case["done"][number] is None:
        case["done"][number] = one.hours

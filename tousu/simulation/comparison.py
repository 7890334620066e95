"""What would have come of a recorded period under another pack: the same events run under both, case by case."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec
import orjson

from tousu.policy.policies import Policies
from tousu.simulation.simulate import simulate

COUNTED: Final = {
    "tousu.complaint.registered.v1": "complaints",
    "tousu.inquiry.registered.v1": "inquiries",
    "tousu.claim.registered.v1": "claims_filed",
    "tousu.duplicate.joined.v1": "joined",
    "tousu.clock.warned.v1": "warnings",
    "tousu.clock.breached.v1": "breaches",
    "tousu.clock.breach_withdrawn.v1": "breaches_withdrawn",
    "tousu.case.escalated.v1": "escalations",
    "tousu.case.closed.v1": "closed",
    "tousu.claim.opened.v1": "claims",
    "tousu.event.rejected.v1": "rejected",
}
_CLOCK: Final = "tousu.clock."
_ROUTED: Final = frozenset({"tousu.complaint.routed.v1", "tousu.inquiry.routed.v1", "tousu.claim.routed.v1"})


class RunResult(msgspec.Struct, kw_only=True):
    """What came of one run: counts, and each case by the inbound event that began it (`source id`)."""

    counts: Counter[str]
    cases: dict[str, dict[str, Any]]


class CaseDifference(msgspec.Struct, frozen=True, kw_only=True):
    """One case that came out otherwise: its number in either run (empty: no case of its own), and what differs."""

    submission: str
    old_number: str
    new_number: str
    fields: dict[str, tuple[Any, Any]]


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """Two runs side by side: counts of both, and the cases that differ."""

    old: dict[str, int]
    new: dict[str, int]
    cases: list[CaseDifference]


def compare(old: Policies, new: Policies, lines: Sequence[bytes], until: datetime | None = None) -> Comparison:
    """Run inbound lines (as `tousu simulate` takes them) under both. Raises as `simulate` does."""
    before, after = told(simulate(old, lines, until)), told(simulate(new, lines, until))
    differing = []
    for event_id in [*before.cases, *(added for added in after.cases if added not in before.cases)]:
        left, right = before.cases.get(event_id, {}), after.cases.get(event_id, {})
        fields = _fields(left, right)
        if fields:
            differing.append(
                CaseDifference(
                    submission=event_id, old_number=left.get("case_number", ""),
                    new_number=right.get("case_number", ""), fields=fields,
                )
            )  # fmt: skip
    return Comparison(old=dict(before.counts), new=dict(after.counts), cases=differing)


def told(published: Iterable[bytes]) -> RunResult:
    """Gather what a run published."""
    counts: Counter[str] = Counter()
    cases: dict[str, dict[str, Any]] = {}
    by_number: dict[str, dict[str, Any]] = {}
    for line in published:
        document = orjson.loads(line)
        event = document["event"]
        kind, data = event["type"], event.get("data") or {}
        name = COUNTED.get(kind)
        if name and not (name == "joined" and document["topic"] != "complaints.accepted"):
            counts[name] += 1
        if kind.endswith(".registered.v1"):
            source = data["source_event"]
            case = {"case_number": data["case_number"], "kind": data["kind"] if "kind" in data else kind.split(".")[1]}
            cases[f"{source['source']} {source['id']}"] = by_number[data["case_number"]] = case
        elif event.get("subject") in by_number:
            _note(by_number[event["subject"]], kind, data)
    return RunResult(counts=counts, cases=cases)


def _note(case: dict[str, Any], kind: str, data: Mapping[str, Any]) -> None:
    """What an event says of its case, the newest word of each field."""
    if kind in _ROUTED:
        case |= {name: data[name] for name in ("class", "grade", "priority", "departments") if name in data}
    elif kind == "tousu.case.passed_on.v1":
        case["departments"] = data["to_departments"]
    elif kind.startswith(_CLOCK):
        step, clock = kind.removeprefix(_CLOCK).partition(".")[0], data["clock"]
        if "due_at" in data:
            case[f"{clock}.due"] = data["due_at"]
        if step in ("met", "met_late", "cancelled"):
            case[f"{clock}.ended"] = step
        if step in ("breached", "breach_withdrawn"):
            case[f"{clock}.breached"] = step == "breached"
    elif kind == "tousu.case.closed.v1":
        case |= {"result": data["result"], "closed_at": data["closed_at"], "in_time": data["in_time"]}
    elif kind == "tousu.claim.opened.v1":
        case["claims"] = case.get("claims", 0) + 1


def _fields(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    names = [*old, *(name for name in new if name not in old)]
    return {
        name: (old.get(name), new.get(name))
        for name in names
        if name != "case_number" and old.get(name) != new.get(name)
    }

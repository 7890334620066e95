"""What must come out in the end, reckoned from the newest charges alone: whole fen, no order, no rules of ours.

Written apart from the code it judges, from docs/sources.md, section 8 (A), and the pack's own figures: 500 above 1.00
%.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, NamedTuple

from tousu.event import Event


class Outcome(NamedTuple):
    """By penalty number what is owed in fen; by party the complaints of March; who is suspended; who is sanctioned."""

    owed_fen: dict[str, int]
    complaints: dict[str, int]
    suspended: set[str]
    sanctioned: set[str]


def outcome_of(events: Iterable[Event]) -> Outcome:
    """The outcome of a month, whatever the order in which its events came."""
    newest: dict[tuple[str, str], dict[str, Any]] = {}
    served: dict[str, int] = {}
    for one in events:
        if one.type == "tousu.operations.reported.v1":
            served[one.subject or ""] = one.data["services"]  # each party reports once in these tests
            continue
        party = "{kind}/{id}".format(**one.data["party"])
        known = newest.get((party, one.data["case_number"]))
        if known is None or known["revision"] < one.data["revision"]:
            newest[party, one.data["case_number"]] = one.data
    owed: dict[str, int] = {}
    count: dict[str, int] = defaultdict(int)
    sanctioned: set[str] = set()
    for (party, case), charge in newest.items():
        firm = [each for each in charge["grounds"] if not each.get("unconfirmed")]
        named = [each for each in firm if each["ground"] == "complaint"]
        count[party] += any(each.get("stands") is not False for each in named)
        owed[f"{case}/{party}"] = _fen(party, firm)
        grave = any(each["grade"] == "a" and each.get("stands") is not False for each in named)
        sanctioned |= {f"{case}/{party}"} if grave and party.startswith("person/") else set()
    for party in {*count, *served}:
        if party.startswith("department/"):
            owed[f"2026-03/{party}"] = _head_fen(count[party], served.get(party, 0))
    suspended = {party for party, number in count.items() if number >= 3 and party.startswith("person/")}
    return Outcome({name: fen for name, fen in owed.items() if fen}, dict(count), suspended, sanctioned)


def _fen(party: str, grounds: list[dict[str, Any]]) -> int:
    fen = lost = 0
    for each in grounds:
        if each["ground"] == "late_resolution" and "excused_by" not in each:
            fen += 5_000
        if each["ground"] == "late_acceptance":
            fen += 10_000 * each["days"]
        if each["ground"] == "complaint" and party.startswith("person/"):
            loss = int(each.get("loss_yuan", "0.00").replace(".", ""))
            dead = each.get("stands") is False
            fen += {"d": 5_000, "c": 0 if dead else 10_000}.get(each["grade"], 0)
            if each["grade"] in "ab" and not dead:
                fen += {"b": 20_000, "a": 50_000}[each["grade"]]
                lost += loss
    doubled = party.startswith("person/") and any(each["ground"] == "neglect" for each in grounds)
    return (2 * fen if doubled else fen) + lost


def _head_fen(complaints: int, served: int) -> int:
    """Tiers by cross-multiplying: complaints per 10,000 services against 80, 85, 90, 95, 100."""
    if served == 0 or complaints * 10_000 < 80 * served:
        return 0
    if complaints * 10_000 == 80 * served:
        return 5_000
    return next((fen for top, fen in ((85, 10_000), (90, 15_000), (95, 20_000), (100, 30_000))
                 if complaints * 10_000 <= top * served), 50_000)  # fmt: skip

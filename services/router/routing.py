"""The first decision: from a case as registered to the case as routed (domain, sections 1, 3, 4; source C).

And what becomes of a case where that decision fails (`left_to_the_desk`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from services.router.states import RoutedCase
from tousu.domain.case.fold import CaseFile
from tousu.domain.case.ranking import assigned, ranked, with_priority
from tousu.domain.case.state import DECIDED, Kind, begun
from tousu.event import text_of_time, time_of_text
from tousu.policy.calendar import UnpublishedYear
from tousu.policy.pack import Pack
from tousu.policy.text import Classifier
from tousu.policy.working_time import deadline

CARRIED_ON: Final = (
    "channel", "channel_group", "received_at", "registered_at", "content", "complainant", "waybill_number",
    "posted_at", "promised_at", "route", "demand", "object", "amount_yuan", "pieces", "first_asked", "inquiry_number",
    "evidence", "web_result", "region", "customer_tier", "subject", "severity", "dropped_fields", "occurred_at",
    "place",
)  # fmt: skip
"""What readers of cases need of a registration; of a claim, its claim too."""
CARRIED_OF_REFERENCE: Final = (
    "answer_deadline", "regulator", "platform_case_number", "association_case_number", "coordinator",
)  # fmt: skip


def arrived_complaint(
    registered: Mapping[str, Any], classifier: Classifier, pack: Pack, organisation: str = ""
) -> RoutedCase:
    """A registered complaint as it begins: class, grade, priority, departments and what decided."""
    classified = classifier.classify(
        registered.get("content", ""),
        registered.get("class"),
        registered.get("pieces", ()),
        registered.get("waybill_number"),
    )
    routed = _carried("complaint", registered)
    if classified.class_name is not None:
        routed |= {"class": classified.class_name, "classes": [trouble.as_data() for trouble in classified.troubles]}
    routed |= {"decided_by": classified.decided_by} | ({"words": list(classified.words)} if classified.words else {})
    if classified.candidates:
        routed["candidates"] = list(classified.candidates)
    routed = ranked(pack, routed | {"pack": pack.reference(), "section": classified.section, "revision": 1}, {})
    assignment = assigned(pack, routed, {}, classified.departments)
    routed["departments"] = list(assignment.departments)
    routed["triage"] = classified.triage and pack.routing.unsure.department in assignment.departments
    return _case(routed, pack, organisation, class_departments=classified.departments, assigned=assignment.departments)


def arrived_inquiry(registered: Mapping[str, Any], pack: Pack, organisation: str = "") -> RoutedCase:
    """A registered inquiry as it begins: the pack says who answers, and until when it could be made.

    The year bounds asking: one that was asked in time is answered however late, one that was not is answered, too.
    """
    routed = _carried("inquiry", registered)
    if registered.get("class") in pack.classes:
        routed["class"] = registered["class"]
    inquiries = pack.inquiries
    assert inquiries is not None  # intake lets no inquiry in otherwise
    until = deadline(_time(registered, "posted_at"), inquiries.valid_for, pack.calendar.newest) if (
        "posted_at" in registered
    ) else None  # fmt: skip
    if until is not None and not isinstance(until, UnpublishedYear):
        routed |= {"inquiry_deadline": text_of_time(until), "expired": _time(registered, "received_at") > until}
    routed |= {
        "departments": list(inquiries.departments),
        "decided_by": "adapter",
        "pack": pack.reference(),
        "section": inquiries.section,
        "triage": False,
    }
    return _case(with_priority(pack, routed, {}), pack, organisation)


def arrived_claim(registered: Mapping[str, Any], pack: Pack, organisation: str = "") -> RoutedCase:
    """A registered claim as it begins: those answer who answer for complaints of its cause."""
    routed = _carried("claim", registered) | {"claim": registered["claim"], "decided_by": "adapter"}
    departments, section = _of_cause(pack, registered["claim"]["cause"], registered.get("class"))
    routed |= {"departments": list(departments), "pack": pack.reference(), "section": section, "triage": False}
    return _case(routed, pack, organisation)


def left_to_the_desk(kind: Kind, registered: Mapping[str, Any], pack: Pack, organisation: str = "") -> RoutedCase:
    """A registered case for which the rules failed: the desk gets it, with its number and all that is known of it.

    Nothing is read or worked out here, so that nothing can go wrong again.
    """
    unsure = pack.routing.unsure
    routed = _carried(kind, registered) | {"departments": [unsure.department], "section": unsure.section}
    routed |= {"decided_by": "triage", "triage": True, "pack": pack.reference()}
    if kind == "claim":  # it says its cause, so nobody need ask what it is about
        routed |= {"decided_by": "adapter", "triage": False, "claim": registered["claim"]}
    elif kind == "complaint":
        routed |= {"grade": unsure.grade, "stars": pack.grades[unsure.grade].stars, "revision": 1}
        if registered.get("class") in pack.classes:
            routed["candidates"] = [registered["class"]]
    called = (unsure.department,)
    return _case(routed, pack, organisation, class_departments=called, assigned=called)


def _case(routed: dict[str, Any], pack: Pack, organisation: str, **more: Any) -> RoutedCase:
    """The case as its life begins."""
    state = begun(
        routed["kind"],
        _time(routed, "received_at"),
        pack.version,
        departments=tuple(routed["departments"]),
        decided={name: routed[name] for name in DECIDED if name in routed},
        **more,
    )
    return RoutedCase(told=routed, file=CaseFile(state=state), organisation=organisation)


def _of_cause(pack: Pack, cause: str, class_name: str | None) -> tuple[tuple[str, ...], str]:
    """Who answers for a claim of this cause, and the section that says so: as for complaints that open such a claim.

    Of several classes with this cause the one that the adapter names, else the one of that name, else the first. Where
    no class has it, whoever gets what words do not decide.
    """
    fitting = {
        name: class_
        for name, class_ in pack.classes.items()
        if class_.claim is not None and class_.claim.cause == cause
    }
    named = next((name for name in (class_name, cause, *fitting) if name in fitting), None)
    if named is None:
        return (pack.routing.unsure.department,), pack.routing.unsure.section
    return fitting[named].departments, fitting[named].departments_section


def _carried(kind: str, registered: Mapping[str, Any]) -> dict[str, Any]:
    routed = {"case_number": registered["case_number"], "kind": kind}
    routed |= {name: registered[name] for name in CARRIED_ON if name in registered}
    reference = registered.get("reference", {})
    return routed | {name: reference[name] for name in CARRIED_OF_REFERENCE if name in reference}


def _time(registered: Mapping[str, Any], name: str) -> datetime:
    return time_of_text(registered[name], name)

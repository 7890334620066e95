"""The first decision: from a case as registered to the case as routed (domain, sections 1, 3, 4; source C)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from services.router.states import RoutedCase
from tousu.event import text_of_time, time_of_text
from tousu.policy.calendar import UnpublishedYear
from tousu.policy.course import begun
from tousu.policy.pack import Pack
from tousu.policy.text import Classifier
from tousu.policy.working_time import deadline

CARRIED_ON: Final = (
    "channel", "channel_group", "received_at", "registered_at", "content", "complainant", "waybill_number",
    "posted_at", "promised_at", "route", "demand", "object", "amount_yuan", "pieces", "first_asked", "evidence",
    "web_result",
)  # fmt: skip
"""What readers of cases need of a registration."""
CARRIED_OF_REFERENCE: Final = ("answer_deadline", "regulator")


def routed_complaint(registered: Mapping[str, Any], classifier: Classifier, pack: Pack) -> dict[str, Any]:
    """The data of `complaint.routed` for a registered complaint: class, grade, stars, departments and what decided."""
    found = classifier.classify(
        registered.get("content", ""),
        registered.get("class"),
        registered.get("pieces", ()),
        registered.get("waybill_number"),
    )
    told = _carried("complaint", registered)
    if found.class_name is not None:
        told |= {"class": found.class_name, "classes": [trouble.as_data() for trouble in found.troubles]}
    told |= {
        "grade": found.grade,
        "stars": found.stars,
        "departments": list(found.departments),
        "decided_by": found.decided_by,
    }
    if found.words:
        told["words"] = list(found.words)
    return told | {"pack": pack.reference(), "section": found.section, "triage": found.triage, "revision": 1}


def routed_inquiry(registered: Mapping[str, Any], pack: Pack) -> dict[str, Any]:
    """The data of `inquiry.routed`: the pack says who answers, and until when the inquiry could be made."""
    told = _carried("inquiry", registered)
    if registered.get("class") in pack.classes:
        told["class"] = registered["class"]
    inquiries = pack.inquiries
    assert inquiries is not None  # intake lets no inquiry in otherwise
    until = deadline(_time(registered, "posted_at"), inquiries.valid_for, pack.calendar.newest) if (
        "posted_at" in registered
    ) else None  # fmt: skip
    if until is not None and not isinstance(until, UnpublishedYear):
        told |= {"inquiry_deadline": text_of_time(until), "expired": _time(registered, "received_at") > until}
    return told | {
        "departments": list(inquiries.departments),
        "decided_by": "adapter",
        "pack": pack.reference(),
        "section": inquiries.section,
        "triage": False,
    }


def arrived(told: dict[str, Any], organisation: str = "") -> RoutedCase:
    """The case as it begins, from the data of its routed event."""
    lapses_at = _time(told, "inquiry_deadline") if "inquiry_deadline" in told else None
    course = begun(told["kind"], _time(told, "received_at"), lapses_at)
    return RoutedCase(told=told, course=course, organisation=organisation)


def _carried(kind: str, registered: Mapping[str, Any]) -> dict[str, Any]:
    told = {"case_number": registered["case_number"], "kind": kind}
    told |= {name: registered[name] for name in CARRIED_ON if name in registered}
    reference = registered.get("reference", {})
    return told | {name: reference[name] for name in CARRIED_OF_REFERENCE if name in reference}


def _time(registered: Mapping[str, Any], name: str) -> datetime:
    return time_of_text(registered[name], name)

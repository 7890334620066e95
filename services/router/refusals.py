"""What the router refuses, in words that name the field and the fix."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tousu.decision import Decision, Refusal
from tousu.event import Event
from tousu.events.handling_plan import HandlingPlanApproved, HandlingPlanProposed
from tousu.policy.event_catalogue import BESIDE_THE_CASE
from tousu.policy.pack import PLANS, Pack

_PLANS: Final[Mapping[str, type[HandlingPlanProposed | HandlingPlanApproved]]] = {
    kind.TYPE: kind for kind in (HandlingPlanProposed, HandlingPlanApproved)
}
"""What names kinds of plans: a proposal, and an approval that changes them."""


def unknown_name(pack: Pack, event: Event) -> Decision | None:
    """Nobody can answer as a department that the pack does not have, and no limit is known for a strange class."""
    if "class" in event.data and event.data["class"] not in pack.classes:
        message = f"class is none of pack {pack.id} {pack.version}; use one of: {', '.join(pack.classes)}"
        return Decision(refusal=Refusal(reason="unknown_class", message=message, place="/class"))
    if event.type in _PLANS and (refusal := _unknown_plan(pack, event)) is not None:
        return refusal
    responsible = event.data.get("responsible", {})
    named = (
        ("/department", event.data.get("department")),
        ("/to_department", event.data.get("to_department")),
        ("/proposed_department", event.data.get("proposed_department")),
        ("/responsible/department", responsible.get("department")),
        ("/responsible/partner", responsible.get("partner")),
    )
    for place, name in named:
        if name is None:
            continue
        is_partner = place == "/responsible/partner"
        known = [
            candidate for candidate, department in pack.departments.items() if department.partner or not is_partner
        ]
        if name not in known:
            problem = f"{place[1:].replace('/', '.')} is none of pack {pack.id} {pack.version}"
            message = (
                f"{problem}; use one of: {', '.join(known)}"
                if known
                else f"{problem}, which has no partner; leave it out"
            )
            return Decision(refusal=Refusal(reason="unknown_department", message=message, place=place))
    return None


def _unknown_plan(pack: Pack, event: Event) -> Decision | None:
    content = event.read(_PLANS[event.type])
    known = pack.plans or PLANS
    kinds = [("/plan", content.plan), *((f"/more_kinds/{at}", kind) for at, kind in enumerate(content.more_kinds))]
    for place, kind in kinds:
        if kind is not None and kind not in known:
            message = f"{place[1:]} is none of pack {pack.id} {pack.version}; use one of: {', '.join(known)}"
            return Decision(refusal=Refusal(reason="unknown_kind", message=message, place=place))
    return None


def not_of_a_claim(event: Event, event_name: str) -> Decision:
    """A report of the handling of a complaint, for a claim that was filed without one."""
    message = (
        f"{event.subject} is a claim, filed without a complaint, which {event_name} does not fit; "
        f"possible: {', '.join(sorted(BESIDE_THE_CASE))}"
    )
    return Decision(refusal=Refusal(reason="illegal_transition", message=message, place="type"))


def twice(event: Event) -> Decision:
    """A case that is registered again."""
    message = f"case {event.subject} is there already and is registered once; give another case another number"
    return Decision(refusal=Refusal(reason="exists_with_different_content", message=message, place="subject"))


def unknown_case(event: Event) -> Decision:
    """A report about a case that never came."""
    message = f"case {event.subject} was never routed here; take the number from complaints.cases"
    return Decision(refusal=Refusal(reason="unknown_case", message=message, place="subject"))


def unknown_organisation(event: Event) -> Decision:
    """A case of an organisation that has no pack here."""
    message = f"no pack is set for organisation {event.organisation}; add it to TOUSU_ORGANISATIONS of the router"
    return Decision(refusal=Refusal(reason="unknown_organisation", message=message, place="organisation"))


def unknown_type(event: Event) -> Decision:
    """An event that the router has no rule for."""
    message = f"type {event.type} means nothing here; the types are listed in schemas/asyncapi.yaml"
    return Decision(refusal=Refusal(reason="unknown_type", message=message, place="type"))

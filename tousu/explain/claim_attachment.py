"""Why a limit runs for a claim, or the first condition that it fails: each claim of a case has limits of its own.

The conditions are looked at in this order: the event that starts the limit, what is known of the claim when it comes
(its cause, the route, what was found out), and the time from which it counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tousu.explain.accounts import claim_clocks
from tousu.explain.attachment import Attachment, Reason, attached, first_failing, started_in, undecided, without_start
from tousu.explain.claim_order import of_claim
from tousu.explain.story import ROUTED, CaseHistory, PublishedEvent
from tousu.policy.clock_rule import ClockRule
from tousu.policy.pack import Pack

PULLS: Final[Mapping[str, tuple[str, ...]]] = {
    "claim.opened": ("opened",),
    "claim.filed": ("form_received",),
    "claim.answered": ("form_answered",),
    "claim.offered": ("offered",),
    "claim.refused": ("refused",),
    "claim.agreed": ("agreed",),
    "claim.ruled": ("agreed",),
    "claim.disputed": ("disputed",),
    "claim.paid": ("paid",),
    "claim.followed_up": ("followed_up",),
    "claim.outlet_notified": ("outlet_notified",),
    "handling.outlet_contacted": ("outlet_contacted", "negotiation_begun"),
    "claim.outlets_settled": ("negotiation_settled",),
    "claim.arbitrated": ("arbitrated",),
    "claim.reopened": ("opened", "form_received"),
}
"""By which names limits wait for what is told of a claim. One that becomes a loss takes its form along."""


def claim_attachments(story: CaseHistory, pack: Pack, number: str) -> tuple[Attachment, ...]:
    """Every limit of claims in the pack, and whether it runs for this claim."""
    events = of_claim(story, number)
    return tuple(_attachment(story, rule, number, events) for rule in claim_clocks(pack).values())


def _attachment(story: CaseHistory, rule: ClockRule, number: str, events: list[PublishedEvent]) -> Attachment:
    started = started_in(story, rule, number)
    if started is not None:
        known = _happened(events)
        return attached(story, rule, started, known[-1][1] if known else {})
    return without_start(rule, *_obstacle(story, rule, events), claim_number=number)


def _obstacle(story: CaseHistory, rule: ClockRule, events: list[PublishedEvent]) -> tuple[Reason, str]:
    came = [facts for name, facts in _happened(events) if name == rule.starts_on]
    if not came:
        return "not_happened", f"it starts on {rule.starts_on}, which has not happened"
    failing = [first_failing(rule.applies_when, facts) for facts in came]
    if all(failing):
        return undecided(rule, came[-1]) or ("not_applicable", failing[-1])
    if rule.starts_at == "promised_at" and not story.newest.get("promised_at"):
        return "no_promise", "it counts from the promised time of delivery, and the case names none"
    return "not_started", "all its conditions hold; claims has not started it"


def _happened(events: list[PublishedEvent]) -> list[tuple[str, dict[str, Any]]]:
    """What happened to the claim, by the names that limits wait for, with the facts of that time."""
    facts: dict[str, Any] = {}
    happenings: list[tuple[str, dict[str, Any]]] = []
    for event in events:
        if event.name in ROUTED and event.data.get("route"):
            facts = {"route": event.data["route"]} | facts
        elif event.name == "handling.claim_facts_found":
            facts |= event.data["facts"]
        elif event.name == "claim.opened":
            facts["cause"] = event.data["cause"]
        names = PULLS.get(event.name, ())
        if event.name == "claim.opened" and "instead_of" in event.data:
            names = (*names, "form_received")
        happenings += [(name, dict(facts)) for name in names]
    return happenings

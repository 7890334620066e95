"""Reports of a claim that wait for another one: a true report is never refused for its order.

What fits in no place that is known by now (an agreement before its offer) waits with the case, whole. It counts as soon
as what it needs is there, where it happened. What waited in vain goes back to its sender.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from msgspec.structs import replace

from services.claims import limits
from services.claims.life import happened_at
from services.claims.states import Claim, ClaimedCase, WaitingReport
from services.claims.turn import Turn
from tousu.decision import Refusal
from tousu.domain.clock.state import first_next_at
from tousu.event import Event, text_of_time, time_of_text
from tousu.events.claim_handling import (
    HandlingClaimDecided,
    HandlingClaimExtended,
    HandlingClaimFiled,
    HandlingClaimPaused,
)
from tousu.events.claim_outlets import HandlingOutletNotified

WAITING_MAX: Final = 40
"""So many reports of a case wait at most; each is kept whole."""
_FOR_ANOTHER_REPORT: Final = frozenset(
    {
        "illegal_transition", "facts_missing", "file_incomplete", "nothing_due", "no_ground_to_refuse",
        "negotiation_goes_on", "other_outlet", "way_not_open", "amount_missing", "no_rule", "materials_missing",
        "unknown_payment", "not_allowed",
    }
)  # fmt: skip
"""Why a report does not fit where another report could always make it fit: a fact, an offer, evidence, a payment that
happened before it and is told after it."""
Report = Callable[[Turn, Event], Refusal | None]


def wait(turn: Turn, event: Event, refusal: Refusal) -> Refusal | None:
    """Let a report wait, where another one could make it fit; why it is refused otherwise."""
    if not _may_fit_yet(turn, event, refusal):
        return refusal
    waiting = turn.case.waiting
    if len(waiting) >= WAITING_MAX:
        message = (
            f"{WAITING_MAX} reports of claims of this case wait already; report first what they need: {refusal.message}"
        )
        return Refusal(reason="too_many_waiting", message=message, place=refusal.place)
    until = turn.now + timedelta(hours=turn.pack.waiting_hours)
    name = event.type.split(".")[2]
    new = WaitingReport(turn.at, name, refusal.message, until, event, refusal.reason, refusal.place)
    turn.case = replace(turn.case, waiting=(*waiting, new))
    return None


def set_free(turn: Turn, report: Report) -> None:
    """Report what waited and fits by now, the first that happened first."""
    while True:
        for waiting in sorted(turn.case.waiting, key=lambda entry: entry.at):
            then = turn.at_moment(waiting.at, waiting.event.id, turn.now)
            fire_what_was_due(then)
            refusal = report(then, waiting.event)
            if refusal is None or not _may_fit_yet(turn, waiting.event, refusal):
                break
        else:
            return
        if refusal is None:
            turn.take_over(then)
        else:
            turn.refused.append((waiting.event, refusal))
        turn.case = replace(turn.case, waiting=tuple(kept for kept in turn.case.waiting if kept is not waiting))


def fire_what_was_due(turn: Turn) -> None:
    """Let limits fire that the report in hand has started and that were over before what is set free happened.

    Not those by which a delay becomes a loss: they fire in their own time, with what follows of it.
    """
    for claim in turn.case.claims:
        while (due := _next_due(turn, claim)) is not None and due < turn.at:
            then = turn.at_moment(due, "", due)
            claim = then.keep(limits.fire(then, claim))  # noqa: PLW2901 - the same claim, later
            turn.take_over(then)


def _next_due(turn: Turn, claim: Claim) -> datetime | None:
    return first_next_at(clock for clock in claim.clocks if clock.name not in turn.rules.turns_into_loss)


def give_up(turn: Turn) -> None:
    """Send back what has waited long enough."""
    case: ClaimedCase = turn.case
    for waiting in case.waiting:
        if waiting.until <= turn.now:
            turn.refused.append((waiting.event, _in_vain(waiting)))
    turn.case = replace(case, waiting=tuple(kept for kept in case.waiting if kept.until > turn.now))


def _may_fit_yet(turn: Turn, event: Event, refusal: Refusal) -> bool:
    """Whether another report could make one right that does not fit: not where it is wrong in itself."""
    rules = turn.rules.clocks
    match refusal.reason, event.content:
        case "not_pausable", HandlingClaimPaused(reason=reason):
            return any(rule.may_pause(reason) for rule in rules.values())
        case "not_extendable", HandlingClaimExtended(clock=name):  # a limit may start, a pause or another one move it
            is_of_the_clock = refusal.place in ("/clock", "/until")
            return is_of_the_clock and name in rules and rules[name].extensions is not None
        case "other_amount", HandlingClaimDecided(amount=old, amount_with_fee=new):
            return old is None or new is None or Decimal(old) == Decimal(new)
        case "other_amount" | "amount_above_limit", _:  # what was found, decided or agreed before tells the amount
            return True
        case "other_exemption", _:  # of what was found; which one counts in principle only says the pack
            return refusal.place == "/exemption"
        case "bad_fact", HandlingClaimDecided():
            return True
        case "same_outlet", HandlingOutletNotified(compensated_outlet=named):
            return named is None  # it is that of an earlier notice
        case "payee_not_entitled", HandlingClaimFiled(claimant=claimant):  # the sender may have thought better of it
            return claimant.role == "beneficiary" and claimant.named_by_sender is None
        case "impossible_promise", _:  # which limit it is may be a matter of what is found out
            until = event.data.get(refusal.place.removeprefix("/"))
            return isinstance(until, str) and time_of_text(until) > happened_at(event)
        case reason, _:
            return reason in _FOR_ANOTHER_REPORT


def _in_vain(waiting: WaitingReport) -> Refusal:
    message = (
        f"it waited until {text_of_time(waiting.until)} for another report that would make it fit, and none came: "
        f"{waiting.refusal.message}; if it is true, report what is missing with the time at which it happened, then "
        "this once more under a new id"
    )
    return replace(waiting.refusal, message=message)

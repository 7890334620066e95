"""The way of a claim: which report fits where it stands, and what it does (domain, section 7, C).

opened -> filed -> answered -> offered -> agreed -> paid. A claim may be decided without an answer before; a refusal and
an offer may be disputed, decided again, or overtaken by an authority's ruling. Outlets go their own way beside it.
What a claim that has ended still takes: a ruling, what outlets settle, a follow-up call, and what people find out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from services.claims import deciding, filing, limits, outlets
from services.claims.ending import close
from services.claims.history import forget_payment, happened
from services.claims.parcel import parcel_data
from services.claims.paying import compensation_given, payment_confirmed
from services.claims.questions import question_settled
from services.claims.settling import OPENED_BY_FORM, delivered
from services.claims.states import Claim, ClaimFact, Stage
from services.claims.telling import refusal
from services.claims.turn import Turn, time_text
from tousu.decision import Refusal
from tousu.event import Event, time_of_text
from tousu.policy.claims import ClaimOpener

Said = Mapping[str, Any]
Step = Callable[[Turn, ClaimOpener, Claim, Said], Claim | Refusal]

_ANY: Final[frozenset[Stage]] = frozenset(
    {"opened", "filed", "answered", "offered", "refused", "disputed", "agreed", "paid"}
)
_UNDECIDED: Final[frozenset[Stage]] = frozenset({"filed", "answered", "refused", "disputed", "offered"})


def _withdrawn(turn: Turn, opener: ClaimOpener, claim: Claim, data: Said) -> Claim:
    return close(turn, claim, "claim_withdrawn")


def _followed_up(turn: Turn, opener: ClaimOpener, claim: Claim, data: Said) -> Claim:
    """After the payment the claimant is asked how satisfied they are (domain, section 7, H)."""
    rated = {name: data[name] for name in ("score", "rating") if name in data}
    turn.tell("followed_up", claim, rated | {"followed_up_at": time_text(turn.at)})
    return limits.pull(turn, claim, "followed_up", data)


FITS: Final[Mapping[str, frozenset[Stage]]] = {
    "claim_evidence_given": _ANY - {"agreed", "paid"},
    "claim_facts_found": _ANY,
    "claim_form_answered": frozenset({"filed"}),
    "claim_decided": _UNDECIDED,
    "claim_agreed": frozenset({"offered", "disputed"}),
    "claim_disputed": frozenset({"offered", "refused", "disputed"}),
    "claim_ruled": _ANY - {"opened"},
    "amount_confirmed": _ANY,
    "claim_withdrawn": _ANY - {"paid"},
    "compensation_given": frozenset({"agreed"}),
    "claim_followed_up": frozenset({"paid", "refused"}),
    "claim_paused": _ANY,
    "claim_resumed": _ANY,
    "claim_extended": _ANY,
    "outlet_notified": _ANY,
    "outlet_contacted": _ANY,
    "outlet_negotiation_settled": _ANY,
    "outlet_arbitration_requested": _ANY,
    "outlet_ruled": _ANY,
}
"""Where each report fits; `claim_filed` and what is said of payments look for their claim themselves."""
HELD_AGAINST_OTHERS: Final = frozenset({"claim_decided", "claim_agreed"})
"""What depends on the other claims of the piece, as they stand when it is told."""
AFTER_THE_END: Final = frozenset(
    {
        "claim_facts_found", "claim_ruled", "amount_confirmed", "claim_followed_up", "outlet_notified",
        "outlet_contacted", "outlet_negotiation_settled", "outlet_arbitration_requested", "outlet_ruled",
        "claim_paused", "claim_resumed", "claim_extended",
    }
)  # fmt: skip

TOLD_IN: Final[Mapping[str, str]] = {
    "tousu.handling.claim_form_answered.v1": "answered_at",
    "tousu.handling.claim_agreed.v1": "agreed_at",
    "tousu.handling.claim_ruled.v1": "ruled_at",
    "tousu.handling.payment_confirmed.v1": "paid_at",
    "tousu.handling.outlet_notified.v1": "seen_at",
    "tousu.handling.outlet_contacted.v1": "contacted_at",
}
"""Where a report may say that what it reports happened before it."""

STEPS: Final[Mapping[str, Step]] = {
    "claim_evidence_given": filing.evidence_given,
    "claim_facts_found": filing.with_facts,
    "claim_form_answered": deciding.form_answered,
    "claim_decided": deciding.decided,
    "claim_agreed": lambda turn, _, claim, data: deciding.agreed(turn, claim, data),
    "claim_disputed": lambda turn, _, claim, data: deciding.disputed(turn, claim, data),
    "claim_ruled": lambda turn, _, claim, data: deciding.ruled(turn, claim, data),
    "amount_confirmed": lambda turn, _, claim, data: deciding.confirmed(turn, claim, data),
    "claim_withdrawn": _withdrawn,
    "compensation_given": lambda turn, _, claim, data: compensation_given(turn, claim, data),
    "claim_followed_up": _followed_up,
    "claim_paused": lambda turn, _, claim, data: limits.paused(turn, claim, data),
    "claim_resumed": lambda turn, _, claim, data: limits.resumed(turn, claim, data),
    "claim_extended": lambda turn, _, claim, data: limits.extended(turn, claim, data),
    "outlet_notified": lambda turn, _, claim, data: outlets.notified(turn, claim, data),
    "outlet_contacted": lambda turn, _, claim, data: outlets.contacted(turn, claim, data),
    "outlet_negotiation_settled": lambda turn, _, claim, data: outlets.settled(turn, claim, data),
    "outlet_arbitration_requested": lambda turn, _, claim, data: outlets.arbitration_requested(turn, claim, data),
    "outlet_ruled": lambda turn, _, claim, data: outlets.ruled(turn, claim, data),
}


def happened_at(event: Event) -> datetime:
    """When that happened which is reported: the time that it tells, which cannot lie after the report itself."""
    field = TOLD_IN.get(event.type)
    text = getattr(event.content, field) if field is not None else None
    return event.time if text is None else min(time_of_text(text), event.time)


def report(turn: Turn, opener: ClaimOpener, event_name: str, report_data: Said) -> Refusal | None:
    """What a report does to the claims of the case in `turn`, or why it is refused."""

    def step(then: Turn, name: str, data: Said) -> Refusal | None:
        return _stepped(then, opener, name, data)

    number: Any
    payment_id: Any
    number, payment_id = (report_data.get(name) for name in ("claim_number", "payment_id"))
    if event_name == "claim_filed":
        number = filing.number_meant(turn.case, report_data)
    claim = next((candidate for candidate in turn.case.claims if candidate.number == number), None)
    if claim is None or event_name == "payment_question_settled" or claim.reason in OPENED_BY_FORM:
        why = step(turn, event_name, report_data)
    else:
        kept = {name: value for name, value in report_data.items() if name not in ("case_number", "note")}
        kept |= parcel_data(turn, claim) if event_name in HELD_AGAINST_OTHERS else {}
        fact = ClaimFact(turn.at, event_name, turn.cause, kept | {"claim_number": claim.number})
        why = happened(turn, claim, fact, step)
    if why is None and event_name == "payment_question_settled":
        forget_payment(turn, payment_id)
    if why is None and event_name == "claim_facts_found" and report_data["facts"].get("delivered") is True:
        delivered(turn, opener, turn.claim(number))
    return why


def _stepped(turn: Turn, opener: ClaimOpener, event_name: str, data: Said) -> Refusal | None:
    """What a report does to the claims of the case as they stand, or why it does not fit."""
    if event_name == "claim_filed":
        return filing.filed(turn, opener, data)
    if event_name == "payment_confirmed":
        payment_confirmed(turn, data)
        return None
    if event_name == "payment_question_settled":
        return question_settled(turn, data)
    claim = next((candidate for candidate in turn.case.claims if candidate.number == data["claim_number"]), None)
    if claim is None:
        known = ", ".join(candidate.number for candidate in turn.case.claims) or "none"
        message = f"case {turn.number} has no claim {data['claim_number']}; it has {known}"
        return refusal("unknown_claim", message, "/claim_number")
    problem = _unfit(claim, event_name)
    if problem is not None:
        return problem
    new = STEPS[event_name](turn, opener, claim, data)
    if isinstance(new, Refusal):
        return new
    turn.keep(new)
    return None


def _unfit(claim: Claim, event_name: str) -> Refusal | None:
    """Why a report does not fit where a claim stands: the state met, and what was possible."""
    is_over = claim.state == "closed"
    if claim.stage in FITS[event_name] and (not is_over or event_name in AFTER_THE_END):
        return None
    fitting = [
        name for name, stages in FITS.items() if claim.stage in stages and (not is_over or name in AFTER_THE_END)
    ]
    state = f"closed ({claim.reason})" if is_over else claim.stage
    message = f"claim {claim.number} is {state}, which {event_name} does not follow; possible: {', '.join(fitting)}"
    return refusal("illegal_transition", message, "type")

"""Deciding a claim: the answer to the form, the offer or the refusal, agreement, dispute, a ruling from outside.

The amount is the table's (`tousu.policy.award`). Where the table leaves it to people it must stay within its limits;
only an authority's ruling goes above them. Source: docs/sources.md, section 7 (C, H).
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final, Literal

import msgspec
from msgspec.structs import replace

from services.claims import limits
from services.claims.ending import PAID, close
from services.claims.missing import missing_items, waiting
from services.claims.offering import (
    Circumstances,
    award_of,
    giver_of_kind,
    not_in_principle,
    offer_of,
    reported_amount,
    unknown_kind,
    why_not,
)
from services.claims.owing import (
    COMPANY,
    COMPENSATION,
    cancel_instruction,
    compensate,
    giver_of,
    owe,
    payee_of,
    release,
)
from services.claims.parcel import beside_in, exceeds
from services.claims.paying import paid_before
from services.claims.second_person import hold
from services.claims.states import Awaiting, Claim, Offer
from services.claims.telling import refusal
from services.claims.turn import Turn, time_text
from tousu.decision import Refusal
from tousu.ledger.payment import money
from tousu.policy.claim_facts import BadFact
from tousu.policy.claims import ClaimOpener
from tousu.policy.owed import Award, Awarded, NotOwed

WAYS_ON: Final = ("negotiation", "complaint", "regulator", "arbitration", "court")
"""What a claimant can do who does not accept: as they choose (domain, section 7, C)."""
_ONLY_IF: Final = {"arbitration": "arbitration_agreed"}
"""Ways that are open only where that is a fact: nobody is bound to arbitration who did not agree to it at posting."""
EVERYBODY: Final = ("claimant", "company")


def form_answered(turn: Turn, opener: ClaimOpener, claim: Claim, data: Mapping[str, Any]) -> Claim | Refusal:
    """The claimant has been told until when the claim is decided; that is the limit from then on."""
    claim = limits.pull(turn, replace(claim, stage="answered"), "form_answered", data)
    problem = limits.impossible_time(turn, claim, "decision_due_at", data, "offered")
    if problem is not None:
        return problem
    offer_due = next((clock.due_at for clock in limits.waiting_for(turn, claim, "offered")), None)
    turn.tell(
        "answered",
        claim,
        {
            "answered_at": time_text(turn.at),
            "decision_due_at": data.get("decision_due_at") or time_text(offer_due),
        },
    )
    return waiting(turn, opener, claim)


def decided(turn: Turn, opener: ClaimOpener, claim: Claim, data: Mapping[str, Any]) -> Claim | Refusal:
    """Something is offered, or nothing is due."""
    in_spite_of, reason = (data.get(name, "") for name in ("in_spite_of", "reason"))
    circumstances = Circumstances(beside_in(data), in_spite_of)
    problem = not_in_principle(turn, data)
    if problem is not None:
        return problem
    award = award_of(turn, claim, circumstances)
    if isinstance(award, BadFact):
        return refusal(
            "bad_fact", f"{award.name}: {award.message} ({award.reason}); report it again", f"/facts/{award.name}"
        )
    if data["outcome"] == "refuse":
        return _refused(turn, claim, award, data)
    missing = missing_items(turn, opener, claim, EVERYBODY)
    if missing:
        lacks = f"the file of claim {claim.number} lacks {', '.join(missing)}"
        message = f"{lacks}; hand them in (claim_evidence_given), then decide"
        return refusal("file_incomplete", message, "/claim_number")
    kind = data.get("kind", "cash")
    problem = unknown_kind(turn, kind)
    if problem is not None:
        return problem
    given = reported_amount(data)
    offer = given if isinstance(given, Refusal) else offer_of(turn, claim, award, kind, given, circumstances)
    if isinstance(offer, Refusal):
        return offer
    decided = replace(offer[0], by=data.get("employee", ""), in_spite_of=circumstances.in_spite_of)
    return _offered(turn, claim, decided, offer[1], reason)


def agreed(turn: Turn, claim: Claim, data: Mapping[str, Any]) -> Claim | Refusal:
    """The claimant accepts: from now on the amount is owed, and finance pays it within the limit."""
    offer = claim.offer
    if offer is None:
        message = f"claim {claim.number} was refused, so nothing can be agreed; claim_decided with an offer comes first"
        return refusal("illegal_transition", message, "type")
    given = reported_amount(data)
    if isinstance(given, Refusal):
        return given
    amount = Decimal(given) if given is not None else offer.amount
    if amount <= 0:
        return refusal("amount_not_positive", "amount must be above 0, such as 120.00", "/amount")
    if offer.most is not None and amount > offer.most:
        message = f"at most {money(offer.most)} {offer.currency} may be agreed (pack {turn.pack.id}, {offer.section})"
        return refusal("amount_above_limit", message, "/amount")
    kind = data.get("kind", offer.kind)
    problem = unknown_kind(turn, kind)
    if problem is not None:
        return problem
    fee = min(offer.fee, amount)
    most = exceeds(turn, claim, amount, fee, beside_in(data))
    if most is not None:
        message = f"other claims of the piece leave at most {money(most)}; decide this one anew (claim_decided)"
        return refusal("amount_above_limit", message, "/amount")
    offer = replace(offer, amount=amount, kind=kind, given_by=giver_of_kind(turn, claim, kind), fee=fee)
    return _due(turn, claim, offer, "agreed", {}, data)


def ways_on(claim: Claim) -> list[str]:
    """The ways that are open to this claimant."""
    holds = {name for name, fact in claim.facts.items() if fact.value is True}
    return [way for way in WAYS_ON if _ONLY_IF.get(way) in (None, *holds)]


def disputed(turn: Turn, claim: Claim, data: Mapping[str, Any]) -> Claim | Refusal:
    """The claimant does not accept, and goes the way that they choose."""
    way, open_ways = data["way"], ways_on(claim)
    if way not in open_ways:
        message = f"{way} is open only where it was agreed at posting ({_ONLY_IF[way]}); open: {', '.join(open_ways)}"
        return refusal("way_not_open", message, "/way")
    dispute = {"way": way, "ways_on": open_ways, "reason": data.get("reason"), "disputed_at": time_text(turn.at)}
    turn.tell("disputed", claim, dispute)
    claim = replace(claim, stage="disputed", way=way, awaiting=None)
    return limits.pull(turn, claim, "disputed", data)


def ruled(turn: Turn, claim: Claim, data: Mapping[str, Any]) -> Claim | Refusal:
    """An authority has decided. Its amount counts, whatever the table says; nothing that was paid is asked back."""
    amount, currency = Decimal(data["amount"]), data.get("currency", turn.pack.currency)
    obligation = claim.obligation(COMPENSATION)
    if obligation is not None and currency != obligation.currency:
        message = f"claim {claim.number} is owed in {obligation.currency}; give the ruling in that currency"
        return refusal("other_currency", message, "/currency")
    if amount == 0:
        return refusal(
            "amount_not_positive", "a ruling that nothing is due ends the claim: report claim_withdrawn", "/amount"
        )
    fee = min(claim.offer.fee, amount) if claim.offer is not None else Decimal(0)  # it has gone back with the ruling
    offer = Offer(
        amount=amount, currency=currency, kind="cash", at=turn.at, decided="by_ruling", section=claim.asked.section,
        fee=fee,
    )  # fmt: skip
    ruling = {name: data[name] for name in ("by", "reason") if name in data}
    return _due(turn, claim, offer, "ruled", ruling, data)


def confirmed(turn: Turn, claim: Claim, data: Mapping[str, Any]) -> Claim | Refusal:
    """A second person confirms what waits for one; with the last that is missing the amount is owed."""
    waits, who = claim.awaiting, data["by"]
    if waits is None:
        message = f"claim {claim.number} waits for nobody's confirmation; confirm what claim.confirmation_awaited names"
        return refusal("illegal_transition", message, "type")
    if (Decimal(data["amount"]), data.get("currency", waits.offer.currency)) != (
        waits.offer.amount, waits.offer.currency,
    ):  # fmt: skip
        message = f"{money(waits.offer.amount)} {waits.offer.currency} wait for confirmation; look again, and name that"
        return refusal("other_amount", message, "/amount")
    if who in (*waits.acted, *waits.confirmed_by):
        message = f"{who} has offered, reported or confirmed it already; another person must confirm it"
        return refusal("not_allowed", message, "/by")
    waits = replace(waits, confirmed_by=(*waits.confirmed_by, who))
    if waits.missing > 0:
        return hold(turn, claim, waits)
    return _awarded(turn, claim, waits)


def _offered(turn: Turn, claim: Claim, offer: Offer, awarded: Awarded | None, reason: str) -> Claim:
    data: dict[str, Any] = {
        "amount": money(offer.amount),
        "currency": offer.currency,
        "kind": offer.kind,
        "decided": offer.decided,
        "fee_refunded": money(offer.fee) if offer.fee else None,
        "offered_at": time_text(turn.at),
        "ways_on": ways_on(claim),
    }
    if offer.in_spite_of:
        data |= {"in_spite_of": offer.in_spite_of, "reason": reason}
    if awarded is not None:
        data |= {"rule": awarded.rule, "trace": _trace(awarded)}
    turn.tell("offered", claim, data, section=offer.section)
    return limits.pull(turn, replace(claim, stage="offered", offer=offer, awaiting=None), "offered")


def _refused(turn: Turn, claim: Claim, award: Award, data: Mapping[str, Any]) -> Claim | Refusal:
    if not isinstance(award, NotOwed):
        return refusal("no_ground_to_refuse", _reason_of(award), "/outcome")
    if "exemption" in data and data["exemption"] != award.exemption:
        message = f"what was found out is {why_not(award)} ({award.section}); give that exemption, or leave it out"
        return refusal("other_exemption", message, "/exemption")
    turn.tell(
        "refused",
        claim,
        {
            "exemption": award.exemption or None,
            "reason": data.get("reason") or why_not(award),
            "ways_on": ways_on(claim),
            "refused_at": time_text(turn.at),
            "trace": _trace(award),
        },
        section=award.section,
    )
    return limits.pull(turn, replace(claim, stage="refused", offer=None, awaiting=None), "refused")


def _trace(award: Award) -> dict[str, Any]:
    """An answer of the table as events carry it; the same for the same pack and facts."""
    data: dict[str, Any] = msgspec.to_builtins(award, order="deterministic")
    for step in data.get("steps", ()):
        step["inputs"] = _named(step["inputs"])
    for limit in data.get("limits", ()):
        limit["of"] = _named(limit["of"])
    for part in data.get("parts", ()):
        part["what"] = part.pop("name")
    if "assumed" in data:
        data["assumed"] = _named(data["assumed"])
    return data


def _named(values: Mapping[str, str]) -> list[dict[str, str]]:
    """A map as a list of its entries: the contract knows every name of a field beforehand."""
    return [{"input": name, "value": value} for name, value in values.items()]


def _reason_of(award: Award) -> str:
    unproven = getattr(award, "unproven", ())
    if unproven:
        first = unproven[0]
        missing = ", ".join(first.evidence_missing)
        return f"{first.exemption} counts only with its proof in the file; add {missing} (claim_evidence_given)"
    if isinstance(award, Awarded):
        due = f"{money(award.amount)} {award.currency}"
        return f"by {award.section} {due} is due; offer it, or report the exemption first (claim_facts_found)"
    return "no exemption of the pack holds by what was found out; report it with claim_facts_found"


def _due(
    turn: Turn, claim: Claim, offer: Offer, basis: Literal["agreed", "ruled"], ruling: dict[str, str],
    data: Mapping[str, Any],
) -> Claim | Refusal:  # fmt: skip
    """What is agreed or ruled is owed at once, or once a second person has confirmed it."""
    problem = limits.impossible_time(turn, claim, "pay_by", data)
    if problem is not None:
        return problem
    offered_by = offer.by if basis == "agreed" else ""
    acted = tuple(dict.fromkeys(who for who in (offered_by, data.get("employee", "")) if who))
    due = Awaiting(offer=offer, what=basis, at=turn.at, ruling=ruling, acted=acted, pay_by=data.get("pay_by", ""))
    rule = turn.rules.second_person_above
    is_much = rule is not None and rule.must_confirm(offer.amount, offer.currency)
    must_wait = is_much or bool(offer.in_spite_of)
    return hold(turn, claim, due) if must_wait else _awarded(turn, claim, due)


def _awarded(turn: Turn, claim: Claim, due: Awaiting) -> Claim:
    """The amount of an agreement or a ruling is owed, in place of what was owed and not paid before.

    The payment is due by when it was agreed or ruled, also where a second person confirmed it later.
    """
    offer, basis, at, was_closed = due.offer, due.what, due.at or turn.at, claim.state == "closed"
    former = claim.obligation(COMPENSATION)
    owed_so_far = former.awarded - former.withdrawn if former is not None else Decimal(0)
    if former is not None and former.outstanding and offer.amount < owed_so_far:
        drop = min(former.outstanding, owed_so_far - offer.amount)
        claim = release(turn, claim, COMPENSATION, drop, basis)
    elif offer.amount > owed_so_far:
        more_owed = offer.amount - owed_so_far
        creditor = claim.claimant.role if claim.claimant is not None else claim.asked.payee_role
        claim = owe(
            turn, claim, COMPENSATION, "compensation", more_owed, offer.currency, COMPANY, creditor, basis
        )  # fmt: skip
    after = claim.obligation(COMPENSATION)
    is_paid = after is not None and not after.outstanding
    promised = claim.offer
    claim = replace(claim, stage="paid" if is_paid else "agreed", offer=offer, awaiting=None)
    if not is_paid:  # a ruling for more opens a claim again that had ended
        claim = replace(claim, state="open", reason="", closed_at=None)
    promise = {"pay_by": due.pay_by} if due.pay_by else {}
    if basis == "ruled" and not is_paid:
        claim = limits.pull(turn, claim, "ruled", promise, at=at)
    claim = limits.pull(turn, claim, "agreed", promise, at=at)
    pay_by = next((clock.due_at for clock in limits.waiting_for(turn, claim, "paid")), None)
    data: dict[str, Any] = {
        "amount": money(offer.amount),
        "currency": offer.currency,
        "kind": offer.kind,
        "fee_refunded": money(offer.fee) if offer.fee and basis == "agreed" else None,
        **payee_of(claim),
        f"{basis}_at": time_text(at),
        "pay_by": time_text(pay_by),
    }
    turn.tell(basis, claim, {**data, **due.ruling}, section=offer.section)
    if was_closed and not is_paid:
        turn.tell("reopened", claim, {"reopened_at": time_text(turn.at), "reason": "ruled"})
    if after is not None and (after != former or giver_of(promised) != giver_of(offer)):
        if former is not None and former.outstanding:
            cancel_instruction(turn, claim, former, after, payee_of(claim) | giver_of(promised))
        if after.outstanding and (paid := paid_before(turn, claim)) is not None:
            rest = paid.obligation(COMPENSATION)
            if rest is not None and rest.outstanding:
                compensate(turn, paid, rest, pay_by)
            return paid
        if after.outstanding:
            compensate(turn, claim, after, pay_by)
    # A ruling for no more than was paid ends a claim that had been opened again for more.
    return close(turn, claim, PAID) if is_paid and claim.state == "open" else claim

"""Filing a claim: the form comes, the file is completed, facts are found out (domain, section 7, C).

A file that is handed in incomplete goes back to the claimant; after so many returns (the pack says how many) an
incomplete one ends the claim. Only the claimant's own items count there; what the company must add is told, too.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any, Final

from msgspec.structs import replace

from services.claims import limits
from services.claims.ending import MATERIALS_MISSING, PAYEE_DENIED, close
from services.claims.missing import CLAIMANT, looked_at, missing_data, missing_items, tell_missing, waiting
from services.claims.opening import file_claim
from services.claims.settling import JUDGED_OTHERWISE, OPENED_BY_FORM, reconcile
from services.claims.states import Claim, Claimant, ClaimedCase, Fact
from services.claims.telling import refusal
from services.claims.turn import Turn, time_text
from tousu.decision import Refusal
from tousu.policy.claim_facts import BadFact, read_facts
from tousu.policy.claims import ClaimOpener

CURRENCY: Final = "currency"
OUTLET: Final = "outlet"
NAMED: Final = "named_by_sender"
"""The fact that the sender named whoever claims; not true where the sender denies them."""


def filed(turn: Turn, opener: ClaimOpener, data: Mapping[str, Any]) -> Refusal | None:
    """A claim form: for a claim that is there, or for a new one of this case."""
    claimant = Claimant(**data["claimant"])
    problem = _not_entitled(turn, claimant, data) or _amount_problem(data)
    if problem is not None:
        return problem
    claim = _claim_meant(turn, opener, data)
    if isinstance(claim, Refusal):
        return claim
    waybill = data.get("waybill_number") if claim is None else claim.ground.waybill_number
    problem = _evidence_problem(turn, data, waybill)
    if problem is not None:
        return problem
    if claim is None:
        claim = file_claim(turn, opener, data, claimant.role)
        if isinstance(claim, Refusal):
            return claim
    if claim.stage not in ("opened", "filed", "answered"):
        return refusal(
            "illegal_transition",
            f"claim {claim.number} is {claim.stage}, and a form comes before it is decided; use claim_evidence_given",
            "type",
        )
    if all(asked.ground != claim.ground for asked in turn.case.filed):
        turn.case = replace(turn.case, filed=(*turn.case.filed, claim.asked))
    amount = data.get("claimed_amount")
    former, claim = (
        claim,
        replace(
            claim,
            claimant=claimant,
            claimed_amount=Decimal(amount) if amount is not None else claim.claimed_amount,
            currency=data.get("currency", claim.currency or turn.pack.currency),
            stage="filed" if claim.stage == "opened" else claim.stage,
            file=_with(claim.file, data.get("evidence", ())),
        ),
    )
    turn.tell(
        "filed",
        claim,
        {
            "cause": claim.ground.cause,
            "waybill_number": claim.ground.waybill_number,
            "claimant": dict(data["claimant"]),
            "claimed_amount": amount,
            "currency": claim.currency,
            "evidence_held": list(claim.file),
            "filed_at": time_text(turn.at),
        }
        | missing_data(turn, opener, claim),
    )
    claim = limits.pull(turn, claim, "form_received", data)
    turn.keep(_handed_in(turn, opener, former, claim))
    return None


def evidence_given(turn: Turn, opener: ClaimOpener, claim: Claim, data: Mapping[str, Any]) -> Claim | Refusal:
    """More items for the file: single ones build one hand-in, which is given back once it is handed in as such."""
    problem = _evidence_problem(turn, data, claim.ground.waybill_number)
    if problem is not None:
        return problem
    more = replace(claim, file=_with(claim.file, data["evidence"]))
    items = turn.rules.evidence
    theirs = any(name in items and items[name].given_by == CLAIMANT for name in _with((), data["evidence"]))
    is_handed_in = data.get("handed_in", False) and theirs
    return (_handed_in if is_handed_in else looked_at)(turn, opener, claim, more)


def with_facts(turn: Turn, opener: ClaimOpener, claim: Claim, data: Mapping[str, Any]) -> Claim | Refusal:
    """What was found out; of each fact the newest report counts, by when it was found.

    One that cannot be right goes back to who told it, before anybody decides by it.
    """
    problem = _bad_fact(turn, claim, data["facts"])
    if problem is not None:
        return problem
    new = {
        name: Fact(value, turn.at)
        for name, value in data["facts"].items()
        if name not in claim.facts or claim.facts[name].at <= turn.at
    }
    former, claim = claim, limits.settled(turn, replace(claim, facts={**claim.facts, **new}))
    if data["facts"].get("delivered") is True:
        claim = limits.pull(turn, claim, "delivered", data)
    is_open = claim.stage != "paid" and claim.state == "open"
    if is_open and claim.claimant is not None and _is_denied(turn, claim.claimant.role, claim):
        return close(turn, claim, PAYEE_DENIED)
    return looked_at(turn, opener, former, claim) if claim.state == "open" else claim


def _bad_fact(turn: Turn, claim: Claim, facts: Mapping[str, Any]) -> Refusal | None:
    """Why one of the facts that are told cannot be right by the table."""
    table = turn.rules.compensation
    if table is None:
        return None
    currency = {name: fact.value for name, fact in claim.facts.items() if name == CURRENCY}
    day = turn.at.astimezone(turn.calendar.zone).date()
    result = read_facts(currency | dict(facts), table, turn.pack.currency, day)
    if not isinstance(result, BadFact) or result.name not in facts:
        return None
    return refusal(
        "bad_fact", f"{result.name}: {result.message} ({result.reason}); report it again", f"/facts/{result.name}"
    )


def _handed_in(turn: Turn, opener: ClaimOpener, former: Claim, claim: Claim) -> Claim:
    """The claim after its file was handed in and looked at: complete, given back, or ended for good."""
    if claim.stage not in ("filed", "answered") or not missing_items(turn, opener, claim):
        return looked_at(turn, opener, former, claim)
    if claim.returns >= turn.rules.incomplete_returns_max:
        return close(turn, claim, MATERIALS_MISSING, missing_data(turn, opener, claim))
    claim = replace(claim, returns=claim.returns + 1)
    tell_missing(turn, opener, claim)
    return waiting(turn, opener, claim)


def number_meant(case: ClaimedCase, data: Mapping[str, Any]) -> str | None:
    """The number of the claim that a form is for; None where it asks for a new one."""
    number, cause, waybill = (data.get(name) for name in ("claim_number", "cause", "waybill_number"))
    if isinstance(number, str):
        return number
    same = (claim for claim in case.claims if claim.ground.cause == cause)
    return next((claim.number for claim in same if waybill in (None, claim.ground.waybill_number)), None)


def _claim_meant(turn: Turn, opener: ClaimOpener, data: Mapping[str, Any]) -> Claim | Refusal | None:
    """The claim that a form is for, None for a new one."""
    number = data.get("claim_number")
    waybill = data.get("waybill_number")
    if number is None and waybill is not None and turn.case.pieces and waybill not in turn.case.pieces:
        message = f"{waybill} is no piece of case {turn.number}; file the claim with the case of that piece"
        return refusal("piece_not_of_this_case", message, "/waybill_number")
    meant = number_meant(turn.case, data)
    for claim in turn.case.claims:
        if claim.number == meant:
            if claim.ground.cause != data["cause"]:
                message = f"claim {number} is for {claim.ground.cause}; leave claim_number out to file another one"
                return refusal("other_cause", message, "/cause")
            if claim.reason in OPENED_BY_FORM:
                claim = _opened_by_form(turn, opener, claim)  # noqa: PLW2901 - the same claim, open again
            if claim.state == "closed":
                message = f"claim {claim.number} is closed ({claim.reason}); only a ruling changes it (claim_ruled)"
                return refusal("illegal_transition", message, "/claim_number")
            return claim
    if number is not None:
        known = ", ".join(claim.number for claim in turn.case.claims) or "none"
        return refusal("unknown_claim", f"case {turn.number} has no claim {number}; it has {known}", "/claim_number")
    return None


def _opened_by_form(turn: Turn, opener: ClaimOpener, claim: Claim) -> Claim:
    """A claim that went with the class of its complaint comes back with a form: it rests on that from now on.

    So does one whose claimant the sender denied, with the form of whoever is entitled.
    """
    if claim.reason == PAYEE_DENIED:
        claim = turn.keep(replace(claim, claimant=None, reason=JUDGED_OTHERWISE))
    before = turn.case.filed
    turn.case = replace(turn.case, filed=(*before, claim.asked))
    reconcile(turn, opener, "filed")
    reopened = next(candidate for candidate in turn.case.claims if candidate.number == claim.number)
    if reopened.state == "closed":  # the complaint is withdrawn or does not stand
        turn.case = replace(turn.case, filed=before)
    return reopened


def _not_entitled(turn: Turn, claimant: Claimant, data: Mapping[str, Any]) -> Refusal | None:
    """Who may claim: the sender, or whom the sender names (domain, section 7); an outlet in its own dealings."""
    meant = number_meant(turn.case, data)
    claim = next((candidate for candidate in turn.case.claims if candidate.number == meant), None)
    is_denied = claimant.named_by_sender is None and claim is not None and _is_denied(turn, claimant.role, claim)
    if (claimant.named_by_sender is False or is_denied) and claimant.role not in (*turn.rules.payee_roles, OUTLET):
        message = f"the sender said that this {claimant.role} is not to be paid; the claimant must be the sender"
        return refusal("payee_not_entitled", message, "/claimant/role")
    named = claimant.role == "beneficiary" or claimant.named_by_sender
    if claimant.role not in turn.rules.payee_roles and not named and claimant.role != OUTLET:
        message = f"a {claimant.role} is paid only where the sender names them; say named_by_sender if that is so"
        return refusal("payee_not_entitled", message, "/claimant/role")
    theirs = turn.case.complainant
    pseudonym = claimant.reference if claimant.reference.startswith("p_") else ""
    if pseudonym and theirs and pseudonym != theirs and not named:
        message = f"the piece of case {turn.number} is another customer's; file the claim with that customer's own case"
        return refusal("piece_of_another_customer", message, "/claimant/reference")
    return None


def _is_denied(turn: Turn, role: str, claim: Claim) -> bool:
    """Whether the sender has said that whoever claims is not to be paid."""
    fact = claim.facts.get(NAMED)
    return fact is not None and fact.value is False and role not in (*turn.rules.payee_roles, OUTLET)


def _amount_problem(data: Mapping[str, Any]) -> Refusal | None:
    if "claimed_amount" in data and Decimal(data["claimed_amount"]) <= 0:
        return refusal(
            "amount_not_positive",
            "claimed_amount must be above 0; leave it out if unknown",
            "/claimed_amount",
        )
    return None


def _evidence_problem(turn: Turn, data: Mapping[str, Any], waybill: str | None) -> Refusal | None:
    table = turn.rules.compensation
    known = (*turn.rules.evidence, *(table.proofs if table is not None else ()))
    for index, item in enumerate(data.get("evidence", ())):
        if item["item"] not in known:
            message = f"pack {turn.pack.id} knows no evidence {item['item']}; use one of: {', '.join(known)}"
            return refusal("unknown_evidence", message, f"/evidence/{index}/item")
        theirs = item.get("waybill_number")
        if theirs is not None and waybill is not None and theirs != waybill:
            message = f"this shows piece {theirs}, the claim is for {waybill}; hand it in with the claim for that piece"
            return refusal("evidence_of_another_piece", message, f"/evidence/{index}/waybill_number")
    return None


def _with(held: tuple[str, ...], given: Collection[Mapping[str, Any]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*held, *(item["item"] for item in given))))

"""Filing a claim: the form comes, the file is completed, facts are found out (domain, section 7, C).

An incomplete file goes back to the claimant; after so many returns (the pack says how many) an incomplete one ends the
claim. Only the claimant's own items count there; what the company must add is asked for when the claim is decided.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any, Final

from msgspec.structs import replace

from services.claims import limits
from services.claims.ending import MATERIALS_MISSING, close
from services.claims.opening import file_claim
from services.claims.settling import JUDGED_OTHERWISE, reconcile
from services.claims.states import Claim, Claimant, ClaimedCase, Fact
from services.claims.telling import refusal
from services.claims.turn import Turn, time_text
from tousu.decision import Refusal
from tousu.policy.claims import ClaimOpener

CLAIMANT: Final = "claimant"
WORDS_OF_FACTS: Final = frozenset({"ecommerce_goods", "mis_sorted"})
"""Facts on which some evidence depends."""


def filed(turn: Turn, opener: ClaimOpener, said: Mapping[str, Any]) -> Refusal | None:
    """A claim form: for a claim that is there, or for a new one of this case."""
    claimant = Claimant(**said["claimant"])
    problem = _not_entitled(turn, claimant) or _amount_problem(said)
    if problem is not None:
        return problem
    claim = _claim_meant(turn, opener, said)
    if isinstance(claim, Refusal):
        return claim
    waybill = said.get("waybill_number") if claim is None else claim.ground.waybill_number
    problem = _evidence_problem(turn, said, waybill)
    if problem is not None:
        return problem
    if claim is None:
        claim = file_claim(turn, opener, said)
        if isinstance(claim, Refusal):
            return claim
    if claim.stage not in ("opened", "filed", "answered"):
        return refusal(
            "illegal_transition",
            f"claim {claim.number} is {claim.stage}, and a form comes before it is decided; use claim_evidence_given",
            "type",
        )
    if all(one.ground != claim.ground for one in turn.case.filed):
        turn.case = replace(turn.case, filed=(*turn.case.filed, claim.asked))
    amount = said.get("claimed_amount")
    claim = replace(
        claim,
        claimant=claimant,
        claimed_amount=Decimal(amount) if amount is not None else claim.claimed_amount,
        currency=said.get("currency", claim.currency or turn.pack.currency),
        stage="filed" if claim.stage == "opened" else claim.stage,
        file=_with(claim.file, said.get("evidence", ())),
    )
    missing = missing_items(turn, opener, claim)
    turn.tell(
        "filed",
        claim,
        {
            "cause": claim.ground.cause,
            "waybill_number": claim.ground.waybill_number,
            "claimant": dict(said["claimant"]),
            "claimed_amount": amount,
            "currency": claim.currency,
            "evidence_held": list(claim.file),
            "evidence_missing": list(missing),
            "filed_at": time_text(turn.at),
        },
    )
    claim = limits.pull(turn, claim, "form_received", said)
    turn.keep(_checked(turn, opener, claim))
    return None


def evidence_given(turn: Turn, opener: ClaimOpener, claim: Claim, said: Mapping[str, Any]) -> Claim | Refusal:
    """More items for the file."""
    problem = _evidence_problem(turn, said, claim.ground.waybill_number)
    if problem is not None:
        return problem
    more = replace(claim, file=_with(claim.file, said["evidence"]))
    return _checked(turn, opener, more)


def facts_found(turn: Turn, opener: ClaimOpener, claim: Claim, said: Mapping[str, Any]) -> Claim:
    """What was found out; of each fact the newest report counts, by when it was found."""
    new = {
        name: Fact(value, turn.at)
        for name, value in said["facts"].items()
        if name not in claim.facts or claim.facts[name].at <= turn.at
    }
    claim = limits.settled(turn, replace(claim, facts={**claim.facts, **new}))
    if said["facts"].get("delivered") is True:
        claim = limits.pull(turn, claim, "delivered", said)
    if claim.stage in ("filed", "answered"):
        claim = limits.wait_for_file(turn, claim, waiting=bool(missing_items(turn, opener, claim)))
    return claim


def missing_items(
    turn: Turn, opener: ClaimOpener, claim: Claim, given_by: Collection[str] = (CLAIMANT,)
) -> tuple[str, ...]:
    """What the file of a claim still needs from these, in the order of the pack."""
    holding = {name for name in WORDS_OF_FACTS if (fact := claim.facts.get(name)) is not None and fact.value is True}
    needed = opener.evidence_for(claim.ground.cause, holding)
    items = turn.rules.evidence
    return tuple(name for name in needed if name not in claim.file and items[name].given_by in given_by)


def _checked(turn: Turn, opener: ClaimOpener, claim: Claim) -> Claim:
    """The claim after its file was looked at: complete, sent back, or ended for good."""
    if claim.stage not in ("filed", "answered"):
        return claim
    missing = missing_items(turn, opener, claim)
    if not missing:
        if claim.returns:
            turn.tell("file_completed", claim, {"returns": claim.returns, "completed_at": time_text(turn.at)})
        return limits.wait_for_file(turn, claim, waiting=False)
    if claim.returns >= turn.rules.incomplete_returns_max:
        return close(turn, claim, MATERIALS_MISSING)
    claim = replace(claim, returns=claim.returns + 1)
    turn.tell(
        "file_incomplete",
        claim,
        {
            "evidence_missing": list(missing),
            "returns": claim.returns,
            "returns_left": turn.rules.incomplete_returns_max - claim.returns,
            "returned_at": time_text(turn.at),
        },
    )
    return limits.wait_for_file(turn, claim, waiting=True)


def number_meant(case: ClaimedCase, said: Mapping[str, Any]) -> str | None:
    """The number of the claim that a form is for; None where it asks for a new one."""
    number, cause, waybill = (said.get(name) for name in ("claim_number", "cause", "waybill_number"))
    if isinstance(number, str):
        return number
    same = (each for each in case.claims if each.ground.cause == cause)
    return next((each.number for each in same if waybill in (None, each.ground.waybill_number)), None)


def _claim_meant(turn: Turn, opener: ClaimOpener, said: Mapping[str, Any]) -> Claim | Refusal | None:
    """The claim that a form is for, None for a new one."""
    number = said.get("claim_number")
    waybill = said.get("waybill_number")
    if number is None and waybill is not None and turn.case.pieces and waybill not in turn.case.pieces:
        message = f"{waybill} is no piece of case {turn.number}; file the claim with the case of that piece"
        return refusal("piece_not_of_this_case", message, "/waybill_number")
    meant = number_meant(turn.case, said)
    for claim in turn.case.claims:
        if claim.number == meant:
            if claim.ground.cause != said["cause"]:
                message = f"claim {number} is for {claim.ground.cause}; leave claim_number out to file another one"
                return refusal("other_cause", message, "/cause")
            if claim.reason == JUDGED_OTHERWISE:
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
    """A claim that went with the class of its complaint comes back with a form: it rests on that from now on."""
    before = turn.case.filed
    turn.case = replace(turn.case, filed=(*before, claim.asked))
    reconcile(turn, opener, "filed")
    found = next(each for each in turn.case.claims if each.number == claim.number)
    if found.state == "closed":  # the complaint is withdrawn or does not stand
        turn.case = replace(turn.case, filed=before)
    return found


def _not_entitled(turn: Turn, claimant: Claimant) -> Refusal | None:
    """Who may claim: the sender, or whom the sender names (domain, section 7); an outlet in its own dealings."""
    named = claimant.role == "beneficiary" or claimant.named_by_sender
    if claimant.role not in turn.rules.payee_roles and not named and claimant.role != "outlet":
        message = f"a {claimant.role} is paid only where the sender names them; say named_by_sender if that is so"
        return refusal("payee_not_entitled", message, "/claimant/role")
    theirs = turn.case.complainant
    pseudonym = claimant.reference if claimant.reference.startswith("p_") else ""
    if pseudonym and theirs and pseudonym != theirs and not named:
        message = f"the piece of case {turn.number} is another customer's; file the claim with that customer's own case"
        return refusal("piece_of_another_customer", message, "/claimant/reference")
    return None


def _amount_problem(said: Mapping[str, Any]) -> Refusal | None:
    if "claimed_amount" in said and Decimal(said["claimed_amount"]) <= 0:
        return refusal(
            "amount_not_positive",
            "claimed_amount must be above 0; leave it out if unknown",
            "/claimed_amount",
        )
    return None


def _evidence_problem(turn: Turn, said: Mapping[str, Any], waybill: str | None) -> Refusal | None:
    table = turn.rules.compensation
    known = (*turn.rules.evidence, *(table.proofs if table is not None else ()))
    for index, item in enumerate(said.get("evidence", ())):
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

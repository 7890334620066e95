"""The amount of an offer: the table's, or what people decide within its limits, and what it is decided by.

Source: docs/sources.md, section 7 (C, H).
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final, Literal, NamedTuple

from msgspec.structs import replace

from services.claims import limits
from services.claims.states import Claim, Offer
from services.claims.telling import refusal
from services.claims.turn import Turn
from tousu.decision import Refusal
from tousu.ledger.payment import money
from tousu.policy.amount_calculation import Beside
from tousu.policy.award import award
from tousu.policy.owed import Award, Awarded, Lacking, NotOwed, Referred


def reported_amount(data: Mapping[str, Any]) -> str | Refusal | None:
    """The amount of a report, the fee that goes back in it. `amount` is the name that it had first."""
    old, new = (data.get(name) for name in ("amount", "amount_with_fee"))
    if old is not None and new is not None and Decimal(old) != Decimal(new):
        message = "amount and amount_with_fee are the same thing; give one of them, the fee that goes back in it"
        return refusal("other_amount", message, "/amount")
    return old if new is None else new


class Circumstances(NamedTuple):
    """What the other claims of a piece have, and the exemption in spite of which a claim is paid."""

    others: Beside
    in_spite_of: str = ""


def award_of(turn: Turn, claim: Claim, by: Circumstances, amount: str | None = None) -> Award:
    """What the pack's table says of a claim as it is known now; `amount` where people decide it."""
    day = turn.at.astimezone(turn.calendar.zone).date()
    facts = {name: value for name, value in limits.facts_of(turn, claim).items() if name not in _NO_INPUTS}
    return award(
        turn.pack, claim.ground.cause, facts, on=day, evidence=claim.file, decided=amount, beside=by.others,
        in_spite_of=by.in_spite_of,
    )  # fmt: skip


def not_in_principle(turn: Turn, data: Mapping[str, Any]) -> Refusal | None:
    """Why a claim cannot be paid in spite of an exemption: it holds always, or nobody says why it should not here."""
    name, outcome, reason = (data.get(name) for name in ("in_spite_of", "outcome", "reason"))
    if name is None or outcome != "offer":
        return None
    table = turn.rules.compensation
    exemptions = table.exemptions if table is not None else {}
    known = [exemption.name for exemption in exemptions.values() if exemption.in_principle]
    if name not in known:
        message = f"{name} is no exemption that holds in principle only; one of: {', '.join(known) or 'none'}"
        return refusal("other_exemption", message, "/in_spite_of")
    if not reason:
        return refusal("other_exemption", f"the reason must be said why {name} does not count here", "/reason")
    return None


_NO_INPUTS: Final = frozenset({"cause", "delivered"})


def unknown_kind(turn: Turn, kind: str) -> Refusal | None:
    """Why the pack lets no claim be made good in this way; None where it does."""
    table = turn.rules.compensation
    kinds = tuple(table.kinds) if table is not None and table.kinds else ("cash",)
    if kind in kinds:
        return None
    return refusal("unknown_kind", f"kind must be one of {', '.join(kinds)} (pack {turn.pack.id})", "/kind")


def giver_of_kind(turn: Turn, claim: Claim, kind: str) -> str:
    """The department that gives what is not cash: whom the pack names, else the one in the lead of the case."""
    table = turn.rules.compensation
    if kind == "cash" or table is None:
        return ""
    return table.kinds[kind].given_by or (turn.case.departments or claim.asked.departments)[0]


def offer_of(
    turn: Turn, claim: Claim, award: Award, kind: str, amount: str | None, by: Circumstances
) -> tuple[Offer, Awarded | None] | Refusal:
    """The offer that the table allows."""
    match award:
        case Lacking(inputs=inputs):
            message = f"for the amount these must be found out first: {', '.join(inputs)} (claim_facts_found)"
            return refusal("facts_missing", message, "/claim_number")
        case NotOwed(section=section):
            message = f"nothing is due ({why_not(award)}, {section}); refuse the claim, or correct what was found out"
            return refusal("nothing_due", message, "/outcome")
        case Referred() if amount is not None:
            return _by_hand(turn, claim, award, kind, amount, by)
        case Referred(usual=usual) if usual:
            again = award_of(turn, claim, by, money(usual))
            fee = again.fee if isinstance(again, Awarded) else Decimal(0)
            return _by_hand(turn, claim, award, kind, money(usual + fee), by)
        case Referred():
            most = "" if award.at_most is None else f", at most {money(award.at_most)} {turn.pack.currency} and the fee"
            message = f"the pack leaves the amount to people{most}; give amount_with_fee"
            return refusal("amount_missing", message, "/amount")
        case Awarded():
            if amount is not None and Decimal(amount) != award.amount:
                message = (
                    f"by {award.section} it is {money(award.amount)} {award.currency} with the fee; leave amount out"
                )
                return refusal("other_amount", message, "/amount")
            return _as_offer(turn, award, kind, "by_table"), award
        case _:
            raise AssertionError(f"a bad fact is answered before: {award}")


def _by_hand(
    turn: Turn, claim: Claim, referred: Referred, kind: str, amount: str, by: Circumstances
) -> tuple[Offer, Awarded | None] | Refusal:
    given = Decimal(amount)
    if given <= 0:
        return refusal("amount_not_positive", "amount must be above 0, such as 120.00", "/amount")
    if referred.reason == "no_table":
        offer = Offer(
            amount=given, currency=turn.pack.currency, kind=kind, at=turn.at, decided="by_hand",
            section=claim.asked.section,
        )  # fmt: skip
        return offer, None
    again = award_of(turn, claim, by, amount)
    most = None if referred.at_most is None else referred.at_most + getattr(again, "fee", 0)
    if most is not None and given > most:
        message = f"at most {money(most)} {turn.pack.currency} ({referred.section}), the fee that goes back in it"
        return refusal("amount_above_limit", message, "/amount")
    is_less = isinstance(again, NotOwed) and again.reason == "nothing_lost"
    if is_less or (isinstance(again, Awarded) and again.amount != given):
        message = "the fee goes back in any case; the amount must be above it, such as 120.00 where the fee is 12.00"
        return refusal("other_amount", message, "/amount")
    if isinstance(again, Awarded):
        return replace(_as_offer(turn, again, kind, "by_hand"), most=most), again
    if isinstance(again, Lacking | NotOwed):
        return offer_of(turn, claim, again, kind, amount, by)
    message = f"the table of pack {turn.pack.id} has no single rule for this claim; see `tousu policy check`"
    return refusal("no_rule", message, "/claim_number")


def _as_offer(turn: Turn, award: Awarded, kind: str, decided: Literal["by_table", "by_hand"]) -> Offer:
    return Offer(
        amount=award.amount, currency=award.currency, kind=kind, at=turn.at, decided=decided, section=award.section,
        rule=award.rule, most=award.amount, fee=award.fee,
    )  # fmt: skip


def why_not(not_owed: NotOwed) -> str:
    """The exemption, or why by the figures nothing is due."""
    return not_owed.exemption or not_owed.reason

"""What people do with a claim over the days: it is filed, completed, found out, answered, offered, agreed, paid.

Every report is that of the desk it comes from; the amounts are those of the pack's own table, as finance was told them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple

from tousu.demo.diary import Diary
from tousu.policy.award import award
from tousu.policy.owed import Award, Awarded, Referred
from tousu.policy.pack import Pack

SENDER: Final[Mapping[str, Any]] = {"role": "sender"}
RECIPIENT: Final[Mapping[str, Any]] = {"role": "recipient", "named_by_sender": True}
"""Who claims: the sender, or whom the sender names (domain, section 7, C)."""
FINANCE: Final = "finance"
UNLIMITED: Final = 100
"""What people agree on where the pack sets no limit."""


class Claimed(NamedTuple):
    """A claim as the desks see it: the event that opened its case, and its running number in that case."""

    pack: Pack
    diary: Diary
    case_of: str
    cause: str
    waybill: str | None = None
    number: int = 1
    department: str = "customer_service"

    def note(
        self, event_name: str, when: datetime, *, desk: str = "", arrival: datetime | None = None, **data: Any
    ) -> datetime:
        """Report something of the claim; returns when it happened."""
        report = {"department": desk or self.department, "claim_number": claim_number(self.number), **data}
        self.diary.handling(self.case_of, event_name, when, report, arrival=arrival)
        return when


def claim_number(number: int) -> str:
    """The number of a claim before its case has one (`tousu.demo.numbering.about_case` fills it in)."""
    return f"/{number}"


def file_of(claim: Claimed) -> tuple[str, ...]:
    """What the pack wants from the claimant for this cause."""
    assert claim.pack.claims is not None
    return tuple(
        item.name
        for item in claim.pack.claims.evidence.values()
        if claim.cause in item.causes and item.given_by == "claimant" and not item.only_when
    )


def form(
    claim: Claimed, when: datetime, *, items: Iterable[str] | None = None, claimant: Mapping[str, Any] = SENDER,
    **data: Any,
) -> datetime:  # fmt: skip
    """The claim form, with the complete file or with these items. Who fills it in knows no number of a claim."""
    report: dict[str, Any] = {"department": claim.department, "cause": claim.cause, "claimant": dict(claimant), **data}
    report |= {} if claim.waybill is None else {"waybill_number": claim.waybill}
    held = evidence(file_of(claim) if items is None else items)
    report |= {"evidence": held} if held else {}
    claim.diary.handling(claim.case_of, "claim_filed", when, report)
    return when


def evidence(items: Iterable[str]) -> list[dict[str, str]]:
    """Items of the check-list, as events carry them."""
    return [{"item": name} for name in items]


def pay(claim: Claimed, when: datetime, amount: str, **data: Any) -> datetime:
    """Finance confirms a payment; unless named otherwise it has a number of its own."""
    report = {"payment_id": f"PAY-{claim.diary.number('payment'):05d}", "amount": amount, **data}
    return claim.note("payment_confirmed", when, desk=FINANCE, **report)


def offer_of(claim: Claimed, facts: Mapping[str, Any], when: datetime) -> tuple[dict[str, Any], str]:
    """What the decision must say beside `offer`, and the amount that comes out.

    Where the table leaves the amount to people they give all that it allows, for want of a limit what is asked for.
    """

    def owed(decided: str | None = None) -> Award:
        return award(claim.pack, claim.cause, facts, on=when.date(), evidence=file_of(claim), decided=decided)

    awarded = owed()
    terms: dict[str, Any] = {}
    if isinstance(awarded, Referred):
        awarded = owed(money((awarded.at_most or Decimal(0)) + Decimal(UNLIMITED)))
        terms = {"amount_with_fee": money(awarded.amount)} if isinstance(awarded, Awarded) else {}
    assert isinstance(awarded, Awarded), f"{claim.case_of}: {awarded}"
    return terms, money(awarded.amount)


def money(amount: Decimal) -> str:
    """Two places, as finance writes it."""
    return f"{amount:.2f}"


class ClaimSchedule(NamedTuple):
    """When each step of a claim that goes its whole way happens; None: it does not."""

    answered: datetime
    decided: datetime
    agreed: datetime
    paid: datetime | None = None
    asked: datetime | None = None


def go_through(claim: Claimed, schedule: ClaimSchedule, amount: str, **by_hand: str) -> None:
    """Answered, offered by the table (or `by_hand`), agreed, paid exactly that, and the customer asked how it was."""
    claim.note("claim_form_answered", schedule.answered)
    decision: dict[str, Any] = {"outcome": "offer", **by_hand}
    claim.note("claim_decided", schedule.decided, **decision)
    claim.note("claim_agreed", schedule.agreed)
    if schedule.paid is not None:
        pay(claim, schedule.paid, amount)
    if schedule.asked is not None:
        claim.note("claim_followed_up", schedule.asked, score=claim.diary.chance.randint(3, 5))

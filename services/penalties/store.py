"""The tables of penalties: charges, months, payments and questions are what the rules read, entries the ledger."""

from __future__ import annotations

from typing import Final

from services.penalties.paying import PAYMENT, QUESTION
from services.penalties.rules import CHARGE, MONTH
from services.penalties.states import Charge, Month, Paid, PenaltyPaymentQuestion
from tousu.runtime.ledger import LEDGER
from tousu.runtime.metrics import DEPARTMENTS_UNRATED, PAYMENT_QUESTIONS, PENALTIES_STANDING, PERSONS_SUSPENDED, Counted
from tousu.runtime.processor import Kind


def _unrated(month: Month) -> str | None:
    return "yes" if month.rated and not month.served else None


def party_in(key: str) -> str:
    """The party by which charges are keyed, as the keys of its states begin; an organisation stands before it."""
    first, _, rest = key.partition("|")
    return first if "/" in first else f"{first}|{rest.partition('|')[0]}"


KINDS: Final = (
    Kind(
        CHARGE,
        Charge,
        columns={
            "party": lambda charge: charge.party.key,
            "kind": lambda charge: charge.party.kind,
            "month": lambda charge: charge.month,
            "case_number": lambda charge: charge.case_number,
            "standing": lambda charge: "yes" if charge.sentence.lines else None,
        },
        timed=True,
        belongs_to=party_in,
        gauges=(Counted(PENALTIES_STANDING, "standing = 'yes'", ("kind",)),),
        version=2,  # partners that are charged
    ),
    Kind(
        MONTH,
        Month,
        columns={
            "party": lambda month: month.party.key,
            "month": lambda month: month.month,
            "state": lambda month: "closed" if month.is_closed else "open",
            "suspended": lambda month: "yes" if month.suspended else None,
            "unrated": _unrated,
        },
        timed=True,
        belongs_to=party_in,
        gauges=(
            Counted(PERSONS_SUSPENDED, "suspended = 'yes' AND state = 'open'"),
            Counted(DEPARTMENTS_UNRATED, "unrated = 'yes'"),
        ),
        version=2,  # partners that are charged
    ),
    LEDGER,
    Kind(PAYMENT, Paid, columns={"obligation": lambda paid: paid.obligation}, belongs_to=party_in),
    Kind(
        QUESTION,
        PenaltyPaymentQuestion,
        columns={
            "reason": lambda question: question.reason if not question.settled else None,
            "penalty": lambda question: question.penalty_number,
        },
        belongs_to=party_in,
        gauges=(Counted(PAYMENT_QUESTIONS, "reason IS NOT NULL", ("reason",)),),
        version=2,  # partners that are charged
    ),
)
"""standing: whether the charge costs anything now. unrated: a closed month whose services nobody has told. reason: why
somebody must look at a payment; none once it is settled."""

"""What events of the family penalty say. Made by `python -m tousu.contract.structs` from schemas/: do not edit by
hand.
"""

# fmt: off
from __future__ import annotations

from typing import ClassVar, Literal, TypeAlias

from tousu.events.content import Content
from tousu.events.shared_penalty import (
    PenaltyAmount, PenaltyAt, PenaltyCurrency, PenaltyDifference, PenaltyLines, PenaltyMonth, PenaltyNumber,
    PenaltyObligation, PenaltyParty, PenaltyPaymentId, PenaltyRevision,
)
from tousu.events.shared_values import CaseNumber, Moment, PackReference, Section


class PenaltyAssessed(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Penalty assessed (处罚核定). A party is to be penalised for a case, or the head of a department for the
    complaint rate of a month.
    """
    TYPE: ClassVar[str] = "tousu.penalty.assessed.v1"
    penalty_number: PenaltyNumber
    party: PenaltyParty
    case_number: CaseNumber | None = None
    """The case it is for; absent for a complaint rate."""
    month: PenaltyMonth
    """The month to which it belongs: that in which the complaint was received, or that of the rate."""
    revision: PenaltyRevision
    amount: PenaltyAmount
    """What it amounts to from now on; '0' where it is no money."""
    difference: PenaltyDifference
    currency: PenaltyCurrency
    lines: PenaltyLines
    at: PenaltyAt
    pack: PackReference


class PenaltyCorrected(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Penalty corrected (处罚更正). A penalty is another than it was, since what it rests on changed."""
    TYPE: ClassVar[str] = "tousu.penalty.corrected.v1"
    penalty_number: PenaltyNumber
    party: PenaltyParty
    case_number: CaseNumber | None = None
    """The case it is for; absent for a complaint rate."""
    month: PenaltyMonth
    """The month to which it belongs: that in which the complaint was received, or that of the rate."""
    revision: PenaltyRevision
    amount: PenaltyAmount
    """What it amounts to from now on; '0' where it is no money."""
    difference: PenaltyDifference
    currency: PenaltyCurrency
    lines: PenaltyLines
    at: PenaltyAt
    pack: PackReference


class PenaltyDoubled(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Penalty doubled (加倍处罚). The penalty of a person was doubled, since neglect caused a second complaint."""
    TYPE: ClassVar[str] = "tousu.penalty.doubled.v1"
    penalty_number: PenaltyNumber
    party: PenaltyParty
    case_number: CaseNumber | None = None
    """The case it is for; absent for a complaint rate."""
    month: PenaltyMonth
    """The month to which it belongs: that in which the complaint was received, or that of the rate."""
    revision: PenaltyRevision
    amount: PenaltyAmount
    """What it amounts to from now on; '0' where it is no money."""
    difference: PenaltyDifference
    currency: PenaltyCurrency
    lines: PenaltyLines
    at: PenaltyAt
    pack: PackReference
    section: Section | None = None


class PenaltyPaid(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Penalty paid (处罚款项已结). A deduction for a penalty, or a repayment of one, is confirmed and booked."""
    TYPE: ClassVar[str] = "tousu.penalty.paid.v1"
    penalty_number: PenaltyNumber
    party: PenaltyParty
    case_number: CaseNumber | None = None
    """The case it is for; absent for a complaint rate."""
    payment_id: PenaltyPaymentId
    obligation: PenaltyObligation
    amount: PenaltyAmount
    """What was deducted or repaid, as a decimal string with two places."""
    currency: PenaltyCurrency
    paid_at: Moment
    """When it was deducted or repaid."""
    at: PenaltyAt
    pack: PackReference


class PenaltyPaymentQuestionSettled(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Payment question of a penalty settled (处罚款项疑问了结). A payment in question is one no longer: it was
    booked after all, or somebody reported how it ended.
    """
    TYPE: ClassVar[str] = "tousu.penalty.payment_question_settled.v1"
    penalty_number: PenaltyNumber
    party: PenaltyParty
    case_number: CaseNumber | None = None
    """The case it is for; absent for a complaint rate."""
    payment_id: PenaltyPaymentId
    how: Literal["booked", "returned", "booked_elsewhere", "mistake"]
    """How it ended: booked (here, after all), returned (the money came back), booked_elsewhere (it was for
    something else), mistake (nothing was paid).
    """
    at: PenaltyAt
    pack: PackReference


PenaltyPaymentQuestionedReason: TypeAlias = Literal[
    "unknown_penalty", "unknown_obligation", "not_owed", "already_booked", "already_paid", "other_amount",
    "other_currency",
]


class PenaltyPaymentQuestioned(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Payment of a penalty questioned (处罚款项存疑). A confirmed deduction or repayment fits nothing that is owed.
    Nothing was booked; a person must look.
    """
    TYPE: ClassVar[str] = "tousu.penalty.payment_questioned.v1"
    penalty_number: PenaltyNumber
    party: PenaltyParty
    case_number: CaseNumber | None = None
    """The case it is for; absent for a complaint rate."""
    payment_id: PenaltyPaymentId
    reason: PenaltyPaymentQuestionedReason
    """Why it does not fit: unknown_penalty, unknown_obligation, not_owed, already_booked, already_paid,
    other_amount, other_currency.
    """
    message: str
    """The same as a sentence, with what would fit."""
    amount: PenaltyAmount
    """What is said to have been paid, as a decimal string with two places."""
    currency: PenaltyCurrency
    expected: PenaltyAmount | None = None
    """What was outstanding, where that is known, as a decimal string with two places."""
    at: PenaltyAt
    pack: PackReference


PenaltyWithdrawnReason: TypeAlias = Literal["charge_dropped", "no_penalty_for_it", "unconfirmed", "rate_changed"]


class PenaltyWithdrawn(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Penalty withdrawn (处罚撤销). A penalty no longer stands."""
    TYPE: ClassVar[str] = "tousu.penalty.withdrawn.v1"
    penalty_number: PenaltyNumber
    party: PenaltyParty
    case_number: CaseNumber | None = None
    """The case it is for; absent for a complaint rate."""
    month: PenaltyMonth
    """The month to which it belongs: that in which the complaint was received, or that of the rate."""
    revision: PenaltyRevision
    amount: PenaltyAmount
    """What it amounts to from now on; '0' where it is no money."""
    difference: PenaltyDifference
    currency: PenaltyCurrency
    at: PenaltyAt
    pack: PackReference
    reason: PenaltyWithdrawnReason
    """Why: charge_dropped (no ground is left), no_penalty_for_it (the grounds left call for none), unconfirmed
    (they may turn out otherwise), rate_changed (the complaint rate calls for none).
    """

"""What events of the family operations say. Made by `python -m tousu.contract.structs` from schemas/: do not edit
by hand.
"""

# fmt: off
from __future__ import annotations

from typing import ClassVar, Literal

from tousu.events.content import Content
from tousu.events.shared_handling import HandlingNote
from tousu.events.shared_penalty import (
    PenaltyAmount, PenaltyCurrency, PenaltyMonth, PenaltyNumber, PenaltyObligation, PenaltyPaymentId,
)
from tousu.events.shared_values import Department, Employee, Outlet, ToldMoment


class OperationsCorrectionDone(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Correction done (整改完成). Human resources confirm what a suspended person has done: the correction report,
    the training, the publication. With the last of them the suspension ends. It belongs to no case.
    """
    TYPE: ClassVar[str] = "tousu.operations.correction_done.v1"
    department: Department
    """The department of the person."""
    employee: Employee | None = None
    """Who reports."""
    note: HandlingNote | None = None
    suspended: Employee
    """Who is suspended, as person.suspended names the person."""
    month: PenaltyMonth
    """The month whose complaints suspended the person, as person.suspended names it."""
    measure: Literal["correction_report", "training", "publication"]
    """What is done: correction_report (handed in and accepted), training, publication."""


class OperationsDeductionConfirmed(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Deduction from a head confirmed (确认负责人扣款). Human resources confirm that the penalty of the head of a
    department for the complaint rate of a month was deducted, or repaid. It belongs to no case.
    """
    TYPE: ClassVar[str] = "tousu.operations.deduction_confirmed.v1"
    department: Department
    """The department whose head it is."""
    employee: Employee | None = None
    """Who reports."""
    note: HandlingNote | None = None
    penalty_number: PenaltyNumber
    payment_id: PenaltyPaymentId
    obligation: PenaltyObligation | None = None
    """What was paid: the penalty where it is absent, or its repayment (the number of the penalty and /repayment)."""
    amount: PenaltyAmount
    """How much it was, as a decimal string, at most two places, such as '200.00'."""
    currency: PenaltyCurrency | None = None
    deducted_at: ToldMoment | None = None
    """When it was deducted or repaid; absent where that was when the event happened."""


class OperationsPaymentQuestionSettled(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Payment question of a head settled (负责人付款疑问了结). Somebody has dealt with a payment for the penalty of
    the head of a department that fitted nothing that was owed.
    """
    TYPE: ClassVar[str] = "tousu.operations.payment_question_settled.v1"
    department: Department
    """The department whose head it is."""
    employee: Employee | None = None
    """Who reports."""
    note: HandlingNote | None = None
    payment_id: PenaltyPaymentId
    how: Literal["returned", "booked_elsewhere", "mistake"]
    """How it ended: returned (the money came back), booked_elsewhere (it was for something else), mistake (nothing
    was paid).
    """


class OperationsReported(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Operations reported (运营数据). How many services a department or outlet gave in a month: what complaint
    rates are measured by.
    """
    TYPE: ClassVar[str] = "tousu.operations.reported.v1"
    period: str
    """The month, such as 2026-01."""
    department: Department
    outlet: Outlet | None = None
    services: int
    """How many services were given in the month."""
    delivered: int | None = None
    """How many pieces were delivered in the month."""
    on_time: int | None = None
    """How many of these were delivered in time."""

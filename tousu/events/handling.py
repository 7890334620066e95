"""What events of the family handling say. Made by `python -m tousu.contract.structs` from schemas/: do not edit by
hand.
"""

# fmt: off
from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal, TypeAlias

from tousu.events.content import Content
from tousu.events.shared_case import CaseBehind
from tousu.events.shared_claim import ClaimNumber, ClaimPaymentId
from tousu.events.shared_handling import HandlingNote, HandlingOrderId, HandlingText
from tousu.events.shared_values import CaseNumber, ClockName, Code, Department, Employee, Reason, ToldMoment


class HandlingAcknowledged(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Acknowledged (已受理). The responsible department tells the customer that it has the case and when it
    answers.
    """
    TYPE: ClassVar[str] = "tousu.handling.acknowledged.v1"
    case_number: CaseNumber
    department: Department | None = None
    """The department that reports."""
    employee: Employee | None = None
    """Who reports."""
    note: HandlingNote | None = None
    answer_by: ToldMoment | None = None
    """When the department will answer."""
    process: HandlingText | None = None
    """The process that the customer was told; no personal data."""
    contact: HandlingText | None = None
    """Whom the customer was told to turn to, such as a hotline with the number of the desk; no personal data."""
    in_charge: Employee | None = None
    """The person who is in charge of it from now on."""
    case: CaseBehind | None = None


class HandlingCompensationGiven(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Compensation given (交付补偿). Whoever had to give goods, a service or something else for a claim has given
    it to the customer, whole.
    """
    TYPE: ClassVar[str] = "tousu.handling.compensation_given.v1"
    case_number: CaseNumber
    department: Department | None = None
    """The department that reports."""
    employee: Employee | None = None
    """Who reports."""
    note: HandlingNote | None = None
    claim_number: ClaimNumber
    receipt: ClaimPaymentId
    """The number of the receipt, the delivery or the voucher in the company's own records."""


class HandlingCustomerAnswered(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Customer answered (回复客户). The customer was told the result. Settled closes the case; not settled issues
    it to the department again. A reply that lacks what its kind must hold does neither.
    """
    TYPE: ClassVar[str] = "tousu.handling.customer_answered.v1"
    case_number: CaseNumber
    department: Department | None = None
    """The department that reports."""
    employee: Employee | None = None
    """Who reports."""
    note: HandlingNote | None = None
    settled: bool
    """True when the customer takes the case as settled."""
    text: HandlingText
    """What the customer was told; no personal data."""
    added: HandlingText | None = None
    """What the customer added where it is not settled (补充); no personal data. The departments get it with the
    case.
    """
    kind: Code | None = None
    """What kind of reply it is, such as final; the pack says what each kind must hold. An answer that ends the case
    counts as final where it names none that the pack has.
    """
    elements: Sequence[Code] | None = None
    """What the reply holds, by the names of the pack, such as decision, reason, redress, next_body, next_deadline.
    What the pack has no name for is left out.
    """
    by_phone: bool | None = None
    """True when it was said by telephone."""
    confirmation: Literal["spoken", "written"] | None = None
    """How the customer confirmed that the case may be closed: spoken or written."""
    no_confirmation_reason: Reason | None = None
    """Why no confirmation of the customer can be had; no personal data."""
    case: CaseBehind | None = None


class HandlingEvaluated(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Evaluated (总结评价). Somebody looked back at how the case was handled, and says what is to be learned from
    it.
    """
    TYPE: ClassVar[str] = "tousu.handling.evaluated.v1"
    case_number: CaseNumber
    department: Department | None = None
    """The department that reports."""
    employee: Employee | None = None
    """Who reports."""
    note: HandlingNote | None = None
    text: HandlingText
    """How it was handled, and what came of it; no personal data."""
    improvement: HandlingText | None = None
    """What is to be done better (改善对策); no personal data."""
    evaluated_by: Employee
    """Who evaluated it."""
    case: CaseBehind | None = None


class HandlingExtended(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Extended (延期). A clock gets a later limit."""
    TYPE: ClassVar[str] = "tousu.handling.extended.v1"
    case_number: CaseNumber
    department: Department | None = None
    """The department that reports."""
    employee: Employee | None = None
    """Who reports."""
    note: HandlingNote | None = None
    clock: ClockName
    until: ToldMoment
    """The new limit."""
    reason: Reason
    approved_by: Employee | None = None
    """Who approved it."""
    notified_at: ToldMoment | None = None
    """When the customer was told of it; some packs extend nothing before that."""
    case: CaseBehind | None = None


class HandlingFollowedUp(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Followed up (回访). The customer was called or visited again: after acceptance, after the end, or about a
    payment.
    """
    TYPE: ClassVar[str] = "tousu.handling.followed_up.v1"
    case_number: CaseNumber
    department: Department | None = None
    """The department that reports."""
    employee: Employee | None = None
    """Who reports."""
    note: HandlingNote | None = None
    kind: Literal["acceptance_call", "revisit", "payment_visit"]
    """Why: acceptance_call (after the complaint was taken in), revisit (some time after the end), payment_visit
    (after compensation was paid).
    """
    score: int | None = None
    """From 1 (not at all) to 5 (very)."""
    rating: Literal["satisfied", "neutral", "dissatisfied"] | None = None
    """In words: satisfied, neutral, dissatisfied."""
    text: HandlingText | None = None
    """What the customer said, in short; no personal data."""
    case: CaseBehind | None = None


HandlingInquiryAnsweredOutcome: TypeAlias = Literal[
    "delayed", "no_result", "result_found", "turned_into_complaint", "no_waybill_number", "expired",
]


class HandlingInquiryAnswered(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Inquiry answered (查询答复). The customer was told the result of an inquiry."""
    TYPE: ClassVar[str] = "tousu.handling.inquiry_answered.v1"
    case_number: CaseNumber
    department: Department | None = None
    """The department that reports."""
    employee: Employee | None = None
    """Who reports."""
    note: HandlingNote | None = None
    outcome: HandlingInquiryAnsweredOutcome
    """What came out: delayed, no_result, result_found, turned_into_complaint (the inquiry ends; whoever answers
    registers the complaint on a channel before, as a case of its own that names the inquiry, and names it here),
    no_waybill_number, expired (it was asked later than an inquiry may be made, and the customer is told so).
    """
    complaint_number: CaseNumber | None = None
    """The complaint that the inquiry became, by its case number; wanted with turned_into_complaint."""
    text: HandlingText | None = None
    """What the customer was told; no personal data."""
    case: CaseBehind | None = None


class HandlingInterimAnswered(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Interim answer (阶段性答复). The customer was told an intermediate result, or when to expect the answer; the
    case goes on.
    """
    TYPE: ClassVar[str] = "tousu.handling.interim_answered.v1"
    case_number: CaseNumber
    department: Department | None = None
    """The department that reports."""
    employee: Employee | None = None
    """Who reports."""
    note: HandlingNote | None = None
    text: HandlingText
    """What the customer was told; no personal data."""
    next_by: ToldMoment | None = None
    """Until when the customer hears again, as promised."""
    case: CaseBehind | None = None


class HandlingPaused(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Paused (暂停计时). Clocks of the case are to stand still, where the pack allows it."""
    TYPE: ClassVar[str] = "tousu.handling.paused.v1"
    case_number: CaseNumber
    department: Department | None = None
    """The department that reports."""
    employee: Employee | None = None
    """Who reports."""
    note: HandlingNote | None = None
    reason: Reason
    clocks: Sequence[ClockName] = ()
    """The clocks meant; absent: all that may pause."""
    case: CaseBehind | None = None


class HandlingRecountOrdered(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Recount ordered (下令重新计算). The clocks of a case that still wait are to be worked out anew: by another
    version of the pack, or by the calendar as it is now.
    """
    TYPE: ClassVar[str] = "tousu.handling.recount_ordered.v1"
    case_number: CaseNumber
    department: Department | None = None
    """The department that orders it."""
    employee: Employee | None = None
    """Who reports."""
    note: HandlingNote | None = None
    order_id: HandlingOrderId
    reason: Reason
    approved_by: Employee
    """Who approved it."""
    pack_version: str | None = None
    """The version of the pack that judges the case from now on; absent where it keeps its own."""
    mode: Literal["retroactive", "proportional", "reset"] | None = None
    """What the change does with what has been used, for all clocks of the case: retroactive keeps the time,
    proportional the share, reset starts the limit afresh. Absent: each clock as the pack says.
    """
    case: CaseBehind | None = None


class HandlingReopened(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Reopened (重新受理). A closed case is taken up again."""
    TYPE: ClassVar[str] = "tousu.handling.reopened.v1"
    case_number: CaseNumber
    department: Department | None = None
    """The department that reports."""
    employee: Employee | None = None
    """Who reports."""
    note: HandlingNote | None = None
    reason: Reason
    through_neglect: bool | None = None
    """True when handling that was ignored, perfunctory or late caused the second complaint, false when not; absent
    where nobody said.
    """
    neglected_by: Employee | None = None
    """Who ignored it, was perfunctory or late; absent where that was whoever had it in hand."""
    case: CaseBehind | None = None


class HandlingResumed(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Resumed (恢复计时). Paused clocks go on."""
    TYPE: ClassVar[str] = "tousu.handling.resumed.v1"
    case_number: CaseNumber
    department: Department | None = None
    """The department that reports."""
    employee: Employee | None = None
    """Who reports."""
    note: HandlingNote | None = None
    reason: Reason | None = None
    case: CaseBehind | None = None


class HandlingSatisfactionGiven(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Satisfaction given (满意度评价). The customer said how satisfied they are."""
    TYPE: ClassVar[str] = "tousu.handling.satisfaction_given.v1"
    case_number: CaseNumber
    department: Department | None = None
    """The department that reports."""
    employee: Employee | None = None
    """Who reports."""
    note: HandlingNote | None = None
    score: int | None = None
    """From 1 (not at all) to 5 (very)."""
    rating: Literal["satisfied", "neutral", "dissatisfied"] | None = None
    """In words: satisfied, neutral, dissatisfied."""
    case: CaseBehind | None = None


class HandlingSpecialReasonApproved(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Special reason approved (特殊原因批准). There is a special reason why the case is not resolved in time, and
    somebody in charge approved it. The limit stays; who was late is not punished for it where the pack says so.
    Whoever was late cannot approve it.
    """
    TYPE: ClassVar[str] = "tousu.handling.special_reason_approved.v1"
    case_number: CaseNumber
    department: Department | None = None
    """The department that reports."""
    employee: Employee | None = None
    """Who reports."""
    note: HandlingNote | None = None
    reason: Reason
    approved_by: Employee
    """Who approved it."""
    case: CaseBehind | None = None


class HandlingWithdrawn(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Withdrawn (撤诉). The customer withdraws the complaint."""
    TYPE: ClassVar[str] = "tousu.handling.withdrawn.v1"
    case_number: CaseNumber
    department: Department | None = None
    """The department that reports."""
    employee: Employee | None = None
    """Who reports."""
    note: HandlingNote | None = None
    reason: Reason
    case: CaseBehind | None = None

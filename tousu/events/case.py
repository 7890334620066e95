"""What events of the family case say. Made by `python -m tousu.contract.structs` from schemas/: do not edit by
hand.
"""

# fmt: off
from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal, TypeAlias

from msgspec import field

from tousu.events.content import Content, Part
from tousu.events.shared_case import CaseBehind, CaseClocks, CaseOutcome
from tousu.events.shared_claim import ClaimNumber
from tousu.events.shared_clock import ClockAt, ClockCauseEvent, ClockDueAt, ClockGeneration
from tousu.events.shared_handling import HandlingActionId, HandlingPlanId, HandlingText
from tousu.events.shared_values import (
    CaseNumber, ClassCode, ClockName, Code, Departments, Employee, Grade, Moment, PackReference, Reason,
    ResponsibleParty, Section,
)


CaseClosedResult: TypeAlias = Literal[
    "settled", "does_not_stand", "withdrawn", "inquiry_delayed", "inquiry_no_result", "inquiry_result_found",
    "inquiry_turned_into_complaint", "inquiry_no_waybill_number", "inquiry_expired",
]


class CaseClosedSatisfaction(Part, frozen=True, kw_only=True, omit_defaults=True):
    """What the customer said of the handling."""
    score: int | None = None
    """From 1 (not at all) to 5 (very)."""
    rating: Literal["satisfied", "neutral", "dissatisfied"] | None = None
    """In words: satisfied, neutral, dissatisfied."""


class CaseClosed(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Case closed (结案). The case came to its end, and how."""
    TYPE: ClassVar[str] = "tousu.case.closed.v1"
    case_number: CaseNumber
    kind: Literal["complaint", "inquiry"] | None = None
    """What the case was: complaint or inquiry."""
    result: CaseClosedResult
    """How it ended: settled, does_not_stand, withdrawn; for inquiries inquiry_ and the outcome, or inquiry_expired
    where nobody answered within the right to ask.
    """
    closed_at: Moment
    """When it ended."""
    received_at: Moment | None = None
    """When the company had received it."""
    in_time: bool
    """True when no clock of the case stands as breached."""
    breached_clocks: Sequence[ClockName]
    """The clocks that stand as breached. Those that outlive the case, such as that of an appeal, are judged by
    themselves.
    """
    outcome: CaseOutcome | None = None
    clocks: CaseClocks | None = None
    class_: ClassCode | None = field(name="class", default=None)
    grade: Grade | None = None
    departments: Departments
    satisfaction: CaseClosedSatisfaction | None = None
    """What the customer said of the handling."""
    confirmation: Literal["spoken", "written"] | None = None
    """How the customer confirmed the end: spoken or written."""
    no_confirmation_reason: Reason | None = None
    """Why no confirmation of the customer could be had."""
    first_asked: Employee | None = None
    """Who was asked first and registered it (首问责任)."""
    handling_hours: int | float
    """Hours from receipt to the end, round the clock."""
    pack: PackReference | None = None
    section: Section | None = None


class CaseCorrectiveActionOverdue(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Corrective action overdue (整改逾期). A corrective action was not done when it was due. It may come after the
    end of the case.
    """
    TYPE: ClassVar[str] = "tousu.case.corrective_action_overdue.v1"
    case_number: CaseNumber
    action_id: HandlingActionId
    action: HandlingText
    """What is to be done; no personal data."""
    due_at: Moment
    """Until when it was to be done."""
    at: ClockAt
    responsible: ResponsibleParty | None = None
    """Who is to do it."""
    departments: Departments
    pack: PackReference


class CaseEscalated(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Case escalated (升级). Somebody higher up is told of the case: after a breach (then clock and generation say
    of which), or at once upon an event that the pack names.
    """
    TYPE: ClassVar[str] = "tousu.case.escalated.v1"
    case_number: CaseNumber
    claim_number: ClaimNumber | None = None
    """The claim whose limit it is; absent for a clock of the case."""
    clock: ClockName | None = None
    generation: ClockGeneration | None = None
    plan_id: HandlingPlanId | None = None
    """The plan that the clock is about, where each plan has its own; absent for a plan without number."""
    level: int
    """Which rung of the ladder, from 1."""
    to: Code
    """To whom, such as department_head or general_manager."""
    repetition: int | None = None
    """Which repetition of this rung it is; absent the first time."""
    reason: Reason
    passed_over: Sequence[int] | None = None
    """Lower levels whose time had passed, too, when the breach became known: this one notice stands for all of
    them.
    """
    at: ClockAt | None = None
    due_at: ClockDueAt | None = None
    departments: Departments | None = None
    pack: PackReference | None = None
    section: Section | None = None


class CaseEscalationSuppressed(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Escalation suppressed (升级取消). Somebody was still to be told of a clock, and need not be any more: before
    the breach, at the next opening of the office, or once again.
    """
    TYPE: ClassVar[str] = "tousu.case.escalation_suppressed.v1"
    case_number: CaseNumber
    claim_number: ClaimNumber | None = None
    """The claim whose limit it is; absent for a clock of the case."""
    clock: ClockName
    generation: ClockGeneration
    plan_id: HandlingPlanId | None = None
    """The plan that the clock is about, where each plan has its own; absent for a plan without number."""
    level: int
    """Which rung of the ladder, from 1."""
    to: Code
    """Who was to be told, such as department_head or general_manager."""
    repetition: int | None = None
    """Which repetition of this rung it would have been; absent where it would have been the first time."""
    reason: Reason
    """Why nobody need be told: answered, withdrawn, case_closed, restarted, or the event that met the clock."""
    at: ClockAt
    planned_at: Moment | None = None
    """When it would have been told; absent where the clock stood still, so that nobody can say."""
    departments: Departments | None = None
    pack: PackReference
    section: Section | None = None


CaseOutcomeCorrectedResult: TypeAlias = Literal[
    "settled", "does_not_stand", "withdrawn", "inquiry_delayed", "inquiry_no_result", "inquiry_result_found",
    "inquiry_turned_into_complaint", "inquiry_no_waybill_number", "inquiry_expired",
]


class CaseOutcomeCorrectedSatisfaction(Part, frozen=True, kw_only=True, omit_defaults=True):
    """What the customer said of the handling, where that is known by now."""
    score: int | None = None
    """From 1 (not at all) to 5 (very)."""
    rating: Literal["satisfied", "neutral", "dissatisfied"] | None = None
    """In words: satisfied, neutral, dissatisfied."""


class CaseOutcomeCorrected(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Outcome corrected (结案更正). A report that came late changes the end of a case that was told: when or how it
    ended, whether it was in time, or that it has not ended at all. It takes the place of the last case.closed of
    the case.
    """
    TYPE: ClassVar[str] = "tousu.case.outcome_corrected.v1"
    case_number: CaseNumber
    reason: Reason
    """What led to it: the short name of the report that came late, or breach_withdrawn."""
    is_closed: bool
    """False when the case turned out not to have ended; then nothing is said of an end."""
    result: CaseOutcomeCorrectedResult | None = None
    """How it ended, as in case.closed."""
    closed_at: Moment | None = None
    """When it ended."""
    received_at: Moment
    """When the company had received it."""
    in_time: bool | None = None
    """True when no clock of the case stands as breached."""
    breached_clocks: Sequence[ClockName] | None = None
    """The clocks that stand as breached."""
    outcome: CaseOutcome | None = None
    clocks: CaseClocks | None = None
    handling_hours: int | float | None = None
    """Hours from receipt to the end, round the clock."""
    satisfaction: CaseOutcomeCorrectedSatisfaction | None = None
    """What the customer said of the handling, where that is known by now."""
    at: Moment
    """When that became known."""
    departments: Departments
    pack: PackReference


class CasePassedOn(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Case passed on (案件转交). Responsibility for the case moved."""
    TYPE: ClassVar[str] = "tousu.case.passed_on.v1"
    case_number: CaseNumber
    from_departments: Departments
    """Who answered for it before."""
    to_departments: Departments
    """Who answers for it now."""
    reason: Reason
    by: Literal["department", "mediation", "centre"]
    """Who decided: the department itself, mediation of a dispute, or the customer-service centre."""
    class_: ClassCode | None = field(name="class", default=None)
    """The class, where it changed."""
    grade: Grade | None = None
    """The grade, where it changed."""
    stars: int | None = None
    """The stars of the grade, from 1 to 5, where it changed."""
    at: Moment | None = None
    """When it moved."""
    pack: PackReference | None = None
    section: Section | None = None
    case: CaseBehind | None = None


class CaseReissued(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Case issued again (补充客户诉求，下发责任部门跟进). The customer was answered and does not take the complaint
    as settled: the responsible departments have it again, with what the customer added.
    """
    TYPE: ClassVar[str] = "tousu.case.reissued.v1"
    case_number: CaseNumber
    departments: Departments
    """The departments that have it again; what each of them owes begins anew."""
    times: int
    """How often the case was issued again so far, this time included."""
    added: HandlingText | None = None
    """What the customer added; absent where the answer says nothing of it."""
    text: HandlingText | None = None
    """What the customer had been told."""
    at: Moment
    """When the customer did not take it as settled."""
    pack: PackReference
    case: CaseBehind


class CaseReopened(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Case reopened (重新立案). A closed case was taken up again; its earlier outcome no longer holds."""
    TYPE: ClassVar[str] = "tousu.case.reopened.v1"
    case_number: CaseNumber
    reopened_at: Moment
    """When it was taken up again."""
    reason: Reason
    times: int | None = None
    """How often the case has been reopened, this time counted."""
    departments: Departments | None = None


class CaseReplyIncomplete(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Reply incomplete (答复不完整). A reply to the customer lacks what its kind must hold, so it stopped no clock
    and ended nothing: the case goes on.
    """
    TYPE: ClassVar[str] = "tousu.case.reply_incomplete.v1"
    case_number: CaseNumber
    kind: Code
    """The kind of reply, such as final."""
    missing: Sequence[Code]
    """What the reply lacks, in the order of the pack."""
    required: Sequence[Code]
    """Everything that a reply of this kind must hold."""
    at: ClockAt
    """When the customer was answered."""
    cause_event: ClockCauseEvent | None = None
    departments: Departments | None = None
    pack: PackReference
    section: Section

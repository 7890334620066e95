"""What events of the family clock say. Made by `python -m tousu.contract.structs` from schemas/: do not edit by
hand.
"""

# fmt: off
from __future__ import annotations

from typing import ClassVar, Literal

from tousu.events.content import Content
from tousu.events.shared_claim import ClaimNumber
from tousu.events.shared_clock import (
    ClockAt, ClockCauseEvent, ClockDueAt, ClockElapsedS, ClockGeneration, ClockStartedAt,
)
from tousu.events.shared_handling import HandlingOrderId, HandlingPlanId
from tousu.events.shared_values import (
    CalendarReference, CaseNumber, ClockName, Department, Departments, Employee, Moment, PackReference, Reason,
    Section, TimeLimit,
)


class ClockBreachConfirmed(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Breach confirmed (超时确认). A breach was published while an input was held out (unconfirmed), and then
    everything that can have come by its limit had been read.
    """
    TYPE: ClassVar[str] = "tousu.clock.breach_confirmed.v1"
    case_number: CaseNumber
    claim_number: ClaimNumber | None = None
    """The claim whose limit it is; absent for a clock of the case."""
    clock: ClockName
    generation: ClockGeneration
    plan_id: HandlingPlanId | None = None
    """The plan that the clock is about, where each plan has its own; absent for a plan without number."""
    limit: TimeLimit | None = None
    started_at: ClockStartedAt | None = None
    due_at: ClockDueAt
    at: ClockAt
    calendar: CalendarReference | None = None
    pack: PackReference
    section: Section | None = None
    departments: Departments | None = None


class ClockBreachWithdrawn(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Breach withdrawn (超时撤销). A breach was published, and then it became known that the answer had been in
    time.
    """
    TYPE: ClassVar[str] = "tousu.clock.breach_withdrawn.v1"
    case_number: CaseNumber
    claim_number: ClaimNumber | None = None
    """The claim whose limit it is; absent for a clock of the case."""
    clock: ClockName
    generation: ClockGeneration
    plan_id: HandlingPlanId | None = None
    """The plan that the clock is about, where each plan has its own; absent for a plan without number."""
    limit: TimeLimit | None = None
    started_at: ClockStartedAt | None = None
    due_at: ClockDueAt
    at: ClockAt
    elapsed_s: ClockElapsedS | None = None
    reason: Reason | None = None
    """Why: the reason code of the rule, or the reason that a department gave."""
    cause_event: ClockCauseEvent | None = None
    calendar: CalendarReference | None = None
    pack: PackReference
    section: Section | None = None
    departments: Departments | None = None
    employee: Employee | None = None
    """Whose duty it was, where the pack makes it the receiving department's and it is known who was asked first."""


class ClockBreached(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Clock breached (超时). The limit was reached and what it waited for had not happened."""
    TYPE: ClassVar[str] = "tousu.clock.breached.v1"
    case_number: CaseNumber
    claim_number: ClaimNumber | None = None
    """The claim whose limit it is; absent for a clock of the case."""
    clock: ClockName
    generation: ClockGeneration
    plan_id: HandlingPlanId | None = None
    """The plan that the clock is about, where each plan has its own; absent for a plan without number."""
    limit: TimeLimit | None = None
    started_at: ClockStartedAt | None = None
    due_at: ClockDueAt
    at: ClockAt
    elapsed_s: ClockElapsedS | None = None
    reason: Reason | None = None
    """Absent for a limit that was reached as time went by; back_dated where a recalculation put it into the past."""
    unconfirmed: bool | None = None
    """True while an operator holds a silent input out, so that an answer in time may still lie unread: nobody is
    punished for it until clock.breach_confirmed. Else absent.
    """
    cause_event: ClockCauseEvent | None = None
    calendar: CalendarReference | None = None
    pack: PackReference
    section: Section | None = None
    departments: Departments | None = None
    employee: Employee | None = None
    """Whose duty it was, where the pack makes it the receiving department's and it is known who was asked first."""


class ClockCancelled(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Clock cancelled (计时取消). The clock no longer matters: the case was withdrawn or closed, or the clock
    starts anew. What happened late is no cancellation (clock.met_late).
    """
    TYPE: ClassVar[str] = "tousu.clock.cancelled.v1"
    case_number: CaseNumber
    claim_number: ClaimNumber | None = None
    """The claim whose limit it is; absent for a clock of the case."""
    clock: ClockName
    generation: ClockGeneration
    plan_id: HandlingPlanId | None = None
    """The plan that the clock is about, where each plan has its own; absent for a plan without number."""
    limit: TimeLimit | None = None
    started_at: ClockStartedAt | None = None
    due_at: ClockDueAt | None = None
    at: ClockAt
    elapsed_s: ClockElapsedS | None = None
    reason: Reason
    """Why: the reason code of the rule, or the reason that a department gave."""
    cause_event: ClockCauseEvent | None = None
    calendar: CalendarReference | None = None
    pack: PackReference
    section: Section | None = None
    departments: Departments | None = None


class ClockExtended(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Clock extended (延期). The clock got a later limit."""
    TYPE: ClassVar[str] = "tousu.clock.extended.v1"
    case_number: CaseNumber
    claim_number: ClaimNumber | None = None
    """The claim whose limit it is; absent for a clock of the case."""
    clock: ClockName
    generation: ClockGeneration
    plan_id: HandlingPlanId | None = None
    """The plan that the clock is about, where each plan has its own; absent for a plan without number."""
    limit: TimeLimit | None = None
    started_at: ClockStartedAt | None = None
    due_at: ClockDueAt
    at: ClockAt
    elapsed_s: ClockElapsedS | None = None
    reason: Reason | None = None
    """Why: the reason code of the rule, or the reason that a department gave."""
    cause_event: ClockCauseEvent | None = None
    calendar: CalendarReference | None = None
    pack: PackReference
    section: Section | None = None
    departments: Departments | None = None


class ClockMet(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Clock met (按时完成). What the clock waited for happened in time."""
    TYPE: ClassVar[str] = "tousu.clock.met.v1"
    case_number: CaseNumber
    claim_number: ClaimNumber | None = None
    """The claim whose limit it is; absent for a clock of the case."""
    clock: ClockName
    generation: ClockGeneration
    plan_id: HandlingPlanId | None = None
    """The plan that the clock is about, where each plan has its own; absent for a plan without number."""
    limit: TimeLimit | None = None
    started_at: ClockStartedAt | None = None
    due_at: ClockDueAt
    at: ClockAt
    elapsed_s: ClockElapsedS | None = None
    reason: Reason | None = None
    """Why: the reason code of the rule, or the reason that a department gave."""
    cause_event: ClockCauseEvent | None = None
    calendar: CalendarReference | None = None
    pack: PackReference
    section: Section | None = None
    departments: Departments | None = None
    employee: Employee | None = None
    """Whose duty it was, where the pack makes it the receiving department's and it is known who was asked first."""


class ClockMetLate(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Clock met late (逾期完成). What the clock waited for happened after its limit. The breach stands. A report
    that is told later may still show that it had been in time: then clock.breach_withdrawn and clock.met follow.
    """
    TYPE: ClassVar[str] = "tousu.clock.met_late.v1"
    case_number: CaseNumber
    claim_number: ClaimNumber | None = None
    """The claim whose limit it is; absent for a clock of the case."""
    clock: ClockName
    generation: ClockGeneration
    plan_id: HandlingPlanId | None = None
    """The plan that the clock is about, where each plan has its own; absent for a plan without number."""
    limit: TimeLimit | None = None
    started_at: ClockStartedAt | None = None
    due_at: ClockDueAt
    at: ClockAt
    elapsed_s: ClockElapsedS | None = None
    reason: Reason | None = None
    """Absent where it was reported as it happened; known_late or now_known where that became known afterwards."""
    cause_event: ClockCauseEvent | None = None
    calendar: CalendarReference | None = None
    pack: PackReference
    section: Section | None = None
    departments: Departments | None = None


class ClockPaused(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Clock paused (计时暂停). The clock stands still; it has no due time until it goes on."""
    TYPE: ClassVar[str] = "tousu.clock.paused.v1"
    case_number: CaseNumber
    claim_number: ClaimNumber | None = None
    """The claim whose limit it is; absent for a clock of the case."""
    clock: ClockName
    generation: ClockGeneration
    plan_id: HandlingPlanId | None = None
    """The plan that the clock is about, where each plan has its own; absent for a plan without number."""
    limit: TimeLimit | None = None
    started_at: ClockStartedAt | None = None
    due_at: ClockDueAt | None = None
    at: ClockAt
    elapsed_s: ClockElapsedS | None = None
    reason: Reason
    """Why: the reason code of the rule, or the reason that a department gave."""
    cause_event: ClockCauseEvent | None = None
    calendar: CalendarReference | None = None
    pack: PackReference
    section: Section | None = None
    departments: Departments | None = None
    department: Department | None = None
    """The department that said so, where one did."""
    employee: Employee | None = None
    """Who said so, where it is known."""


class ClockRecalculated(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Clock recalculated (重新计算). Grade, calendar, pack or receipt changed, and with it the due time. What it
    was before stands beside what it is now.
    """
    TYPE: ClassVar[str] = "tousu.clock.recalculated.v1"
    case_number: CaseNumber
    claim_number: ClaimNumber | None = None
    """The claim whose limit it is; absent for a clock of the case."""
    clock: ClockName
    generation: ClockGeneration
    plan_id: HandlingPlanId | None = None
    """The plan that the clock is about, where each plan has its own; absent for a plan without number."""
    limit: TimeLimit | None = None
    started_at: ClockStartedAt | None = None
    due_at: ClockDueAt | None = None
    """When the limit is reached now. Absent while the clock stands still, and where the calendar lacks a year that
    it needs: the reason names the year.
    """
    at: ClockAt
    elapsed_s: ClockElapsedS | None = None
    old_due_at: ClockDueAt | None = None
    """When the limit was reached before the change. Absent where the clock had no due time."""
    old_limit: TimeLimit | None = None
    """The limit before the change."""
    old_calendar: CalendarReference | None = None
    """The calendar that counted before the change."""
    old_pack: PackReference | None = None
    """The policy pack that decided before the change."""
    mode: Literal["retroactive", "proportional", "reset"] | None = None
    """What the change did with what had been used: retroactive kept the time, proportional the share, reset began
    afresh.
    """
    order_id: HandlingOrderId | None = None
    approved_by: Employee | None = None
    """Who approved the recalculation, where one was ordered."""
    reason: Reason | None = None
    """Why: the reason code of the rule, or the reason that a department gave."""
    cause_event: ClockCauseEvent | None = None
    calendar: CalendarReference | None = None
    pack: PackReference
    section: Section | None = None
    departments: Departments | None = None


class ClockResumed(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Clock resumed (计时恢复). The clock goes on, with a new due time. Where its pauses together reached the cap
    of the pack it does so by itself, with the reason pause_cap_reached.
    """
    TYPE: ClassVar[str] = "tousu.clock.resumed.v1"
    case_number: CaseNumber
    claim_number: ClaimNumber | None = None
    """The claim whose limit it is; absent for a clock of the case."""
    clock: ClockName
    generation: ClockGeneration
    plan_id: HandlingPlanId | None = None
    """The plan that the clock is about, where each plan has its own; absent for a plan without number."""
    limit: TimeLimit | None = None
    started_at: ClockStartedAt | None = None
    due_at: ClockDueAt | None = None
    """When the limit is reached now. Absent where the calendar lacks a year that it needs: the reason names the
    year, and nothing is guessed.
    """
    at: ClockAt
    elapsed_s: ClockElapsedS | None = None
    reason: Reason | None = None
    """Why: the reason code of the rule, or the reason that a department gave."""
    cause_event: ClockCauseEvent | None = None
    calendar: CalendarReference | None = None
    pack: PackReference
    section: Section | None = None
    departments: Departments | None = None
    paused_at: Moment | None = None
    """When the pause that is over now had begun."""
    stood_still_s: int | float | None = None
    """How long this pause lasted, in seconds."""
    stood_still_in_all_s: int | float | None = None
    """How long all pauses of this clock lasted together, in seconds."""


class ClockStarted(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Clock started (计时开始). A clock of the case began to count."""
    TYPE: ClassVar[str] = "tousu.clock.started.v1"
    case_number: CaseNumber
    claim_number: ClaimNumber | None = None
    """The claim whose limit it is; absent for a clock of the case."""
    clock: ClockName
    generation: ClockGeneration
    plan_id: HandlingPlanId | None = None
    """The plan that the clock is about, where each plan has its own; absent for a plan without number."""
    limit: TimeLimit
    started_at: ClockStartedAt
    due_at: ClockDueAt | None = None
    """When the limit is reached. Absent where the calendar lacks a year that it needs: the reason names the year,
    and nothing is guessed.
    """
    at: ClockAt
    elapsed_s: ClockElapsedS | None = None
    reason: Reason | None = None
    """Why: the reason code of the rule, or the reason that a department gave."""
    cause_event: ClockCauseEvent | None = None
    calendar: CalendarReference | None = None
    pack: PackReference
    section: Section
    departments: Departments | None = None


class ClockWarned(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Clock warned (即将超时). Part of the limit is used up, or little of it is left, and the clock still runs.
    Which of the two, `share` or `left` says.
    """
    TYPE: ClassVar[str] = "tousu.clock.warned.v1"
    case_number: CaseNumber
    claim_number: ClaimNumber | None = None
    """The claim whose limit it is; absent for a clock of the case."""
    clock: ClockName
    generation: ClockGeneration
    plan_id: HandlingPlanId | None = None
    """The plan that the clock is about, where each plan has its own; absent for a plan without number."""
    limit: TimeLimit | None = None
    started_at: ClockStartedAt | None = None
    due_at: ClockDueAt
    at: ClockAt
    elapsed_s: ClockElapsedS | None = None
    reason: Reason | None = None
    """Why: the reason code of the rule, or the reason that a department gave."""
    cause_event: ClockCauseEvent | None = None
    calendar: CalendarReference | None = None
    pack: PackReference
    section: Section | None = None
    departments: Departments | None = None
    share: int | float | None = None
    """Which part of the limit is used up, such as 0.8."""
    left: TimeLimit | None = None
    """How much of the limit is left, in the measure of the clock's own unit."""

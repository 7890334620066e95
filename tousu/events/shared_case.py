"""What events share: What the router says of a case with every event that counts for it. Made by `python -m
tousu.contract.structs` from schemas/: do not edit by hand.
"""

# fmt: off
from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

from tousu.events.content import Part
from tousu.events.shared_claim import ClaimAmount, ClaimCurrency
from tousu.events.shared_clock import ClockDueAt, ClockGeneration
from tousu.events.shared_handling import HandlingPlanId, HandlingText
from tousu.events.shared_values import (
    Channel, ChannelGroup, ClockName, Code, ComplainedObject, Department, Departments, DroppedFields, Employee,
    Moment, Reason, Region, ResponsibleParty, WaybillNumber,
)


class CaseCompensation(Part, frozen=True, kw_only=True, omit_defaults=True):
    """What a plan gives the customer in money. What is paid for a claim is told on complaints.claims under the same
    key, the case number.
    """
    amount: ClaimAmount
    currency: ClaimCurrency | None = None


class CaseOutcomePlan(Part, frozen=True, kw_only=True, omit_defaults=True):
    """One plan."""
    plan_id: HandlingPlanId | None = None
    department: Department | None = None
    """Whose plan it is."""
    kinds: Sequence[Code] = ()
    """Its kinds, such as apology and compensation; absent for a plan that was carried out and never proposed."""
    compensation: CaseCompensation | None = None
    approved: bool
    """Whether it was approved."""
    executed: bool
    """Whether it was carried out."""


class CaseOutcome(Part, frozen=True, kw_only=True, omit_defaults=True):
    """What came of a case, for whoever reads only its end; absent while it is open."""
    channel: Channel
    channel_group: ChannelGroup | None = None
    waybill_number: WaybillNumber | None = None
    object: ComplainedObject | None = None
    region: Region | None = None
    category: Code | None = None
    """What the source groups the class under, where the pack has groups."""
    priority: Code | None = None
    """Which went first, where the pack has it, such as first, next, normal."""
    upheld: bool | None = None
    """Whether the complaint was found to stand (投诉成立), by the newest judgement of the last round; absent where
    nobody judged it.
    """
    reason: Reason | None = None
    """Why it is upheld or not; of a case that was withdrawn, why that."""
    cause: Code | None = None
    """What caused the trouble, one of the causes of the pack."""
    delay_cause: Literal["objective", "human", "information", "out_of_range"] | None = None
    """For delay, its cause: objective (weather, accident), human (late or forgotten), information (unreachable
    number, incomplete address), out_of_range.
    """
    responsible: ResponsibleParty | None = None
    plans: Sequence[CaseOutcomePlan] = ()
    """The plans of the last round, the newest last."""
    reissued: int
    """How often the departments got the case again, since the customer did not take it as settled."""
    answered_at: Moment | None = None
    """When the customer was answered last; absent where nobody answered."""
    answered_by: Employee | None = None
    """Who answered; absent where the answer does not say."""
    answering_department: Department | None = None
    """Whose answer it is; absent where the answer does not say."""
    text: HandlingText | None = None
    """What the customer was told at last; no personal data."""


class CaseClock(Part, frozen=True, kw_only=True, omit_defaults=True):
    """One clock."""
    clock: ClockName
    generation: ClockGeneration
    plan_id: HandlingPlanId | None = None
    """The plan that the clock is about, where each plan has its own; absent for a plan without number."""
    status: Literal["met", "met_late", "cancelled"]
    """How it ended: met and met_late (what it waited for happened, in time or not), cancelled (it no longer
    mattered, breached or not).
    """
    due_at: ClockDueAt | None = None
    met_at: Moment | None = None
    """When what it waited for happened; absent where it did not."""
    breached: bool
    """Whether its breach stands."""


CaseClocks: TypeAlias = Sequence[CaseClock]
"""The clocks of the case, each in its last generation and in those before it whose breach stands, without those
that outlive the case.
"""


CaseBehindEffect: TypeAlias = Literal["moved", "noted", "incomplete", "closed", "reopened", "corrected"]


CaseBehindLife: TypeAlias = Literal[
    "received", "acknowledged", "judged", "not_standing", "planned", "approved", "executed", "reissued",
    "reopened", "closed",
]


CaseBehindResult: TypeAlias = Literal[
    "settled", "does_not_stand", "withdrawn", "inquiry_delayed", "inquiry_no_result", "inquiry_result_found",
    "inquiry_turned_into_complaint", "inquiry_no_waybill_number", "inquiry_expired",
]


class CaseBehindConfirmation(Part, frozen=True, kw_only=True, omit_defaults=True):
    """How the customer confirmed the end, or why no confirmation could be had; absent where nothing was said."""
    confirmation: Literal["spoken", "written"] | None = None
    """How the customer confirmed the end."""
    no_confirmation_reason: Reason | None = None


class CaseBehindSatisfaction(Part, frozen=True, kw_only=True, omit_defaults=True):
    """What the customer said last in this round; absent where nothing was said."""
    score: int | None = None
    """From 1 to 5."""
    rating: Literal["satisfied", "neutral", "dissatisfied"] | None = None
    """In words: satisfied, neutral, dissatisfied."""


class CaseBehindResponsibility(Part, frozen=True, kw_only=True, omit_defaults=True):
    """Who is responsible; absent while nobody has said."""
    responsible: ResponsibleParty
    by: Literal["judgement", "department", "agreement", "mediation"]
    """By whose word."""
    at: Moment
    """When that was said."""
    measure: Literal["assessment", "penalty", "training", "none"] | None = None
    """What human resources is to do about the person responsible; absent while that is open."""


class CaseBehind(Part, frozen=True, kw_only=True, omit_defaults=True):
    """Where the case stands behind this event. Only the router writes it; a report that says it is refused."""
    sequence: int
    """The number of this event among all on complaints.cases that count for the life of the case: 1, 2, 3 without
    gaps.
    """
    effect: CaseBehindEffect
    """What it did: moved (something of the case is otherwise now), noted (nothing is; it is recorded, and it can
    still meet a clock), incomplete (an answer that lacks what its kind must hold: it answers nothing), closed,
    reopened, corrected (when or how the case ended is otherwise than was told, or it turned out not to have
    ended).
    """
    life: CaseBehindLife
    """How far the case has come."""
    round_at: Moment
    """When the present round began: with the receipt or the last reopening."""
    assigned_at: Moment
    """When wholly other departments got the case in this round; round_at where none did."""
    reopened: int | None = None
    """How often it was taken up again; absent where it never was."""
    stands: bool | None = None
    """The newest judgement of this round, by the time at which it was made; absent before one."""
    ended_at: Moment | None = None
    """When it ended; absent while it is open."""
    result: CaseBehindResult | None = None
    """How it ended; absent while it is open."""
    plans_waiting: int | None = None
    """How many plans wait for an approval or a refusal; absent where none does."""
    is_disputed: bool | None = None
    """There while somebody mediates who is responsible."""
    answerable: Departments | None = None
    """There while somebody mediates: who answers for what goes wrong meanwhile, which is who disputes it, never the
    mediator in their place.
    """
    confirmation: CaseBehindConfirmation | None = None
    """How the customer confirmed the end, or why no confirmation could be had; absent where nothing was said."""
    satisfaction: CaseBehindSatisfaction | None = None
    """What the customer said last in this round; absent where nothing was said."""
    responsibility: CaseBehindResponsibility | None = None
    """Who is responsible; absent while nobody has said."""
    outcome: CaseOutcome | None = None
    not_in_charge: Department | None = None
    """The department that reports this work, where by all that was known it did not have the case when it did it;
    the report counts.
    """
    dropped_fields: DroppedFields = ()
    """What of this report could not be right for its case and was left out, such as a word that the pack does not
    know or a time before the complaint; whoever reported can mend it.
    """

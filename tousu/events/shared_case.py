"""What events share: What the router says of a case with every event that counts for it. Made by `python -m
tousu.contract.structs` from schemas/: do not edit by hand.
"""

# fmt: off
from __future__ import annotations

from typing import Literal, TypeAlias

from tousu.events.content import Part
from tousu.events.shared_values import Departments, Moment, Reason, ResponsibleParty


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

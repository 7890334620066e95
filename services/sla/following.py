"""What an event says of its case, taken over: sla decides nothing of the life of a case, it lets the clocks follow it.

The router says with every event where the case stands behind it (`tousu.domain.case.view`). Where that ends the case,
takes it up again, or corrects an end that was told, the clocks do what the pack says, and the outcome is told.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from msgspec.structs import replace

from services.sla.case_context import CaseContext
from services.sla.measures import finish_action, plan_action
from services.sla.outcome import Outcome, outcome_of, tell_closed, tell_corrected, tell_incomplete, tell_reopened
from services.sla.promises import impossible_promise
from services.sla.states import Case
from services.sla.triggers import CASE_CLOSED, CLOSED, Triggers, clocks_of, with_clocks
from tousu.decision import Refusal
from tousu.domain.case.view import CaseView
from tousu.domain.clock.counting import all_marks, plan_rest, planned
from tousu.domain.clock.moves import acquit
from tousu.domain.clock.reports import extend, pause_all, resume_all
from tousu.domain.clock.state import Clock
from tousu.domain.clock.triggers import ended, reopened
from tousu.policy.facts import with_found
from tousu.policy.replies import incomplete_reply

END_UNDONE: Final = "end_undone"


def follow(
    context: CaseContext, triggers: Triggers, event_name: str, data: Mapping[str, Any], view: CaseView, at: datetime
) -> Case | Refusal:
    """The case after a report that counts. Refused is only what its clocks do not allow."""
    case = context.case
    if not view.counts:
        lack = incomplete_reply(context.pack, event_name, data, case.stands, case.class_name)
        if lack is not None:
            tell_incomplete(context, lack, at)
        return case
    impossible = impossible_promise(context, data, at)
    if impossible is not None:
        return impossible
    if event_name == "reopened" and view.reopened > case.reopened and view.ended_at is None:
        return _reopened(context, triggers, data, view)
    noted = _noted(context, event_name, data, at)
    if isinstance(noted, Refusal):
        return noted
    return advanced_case(context, triggers, noted, event_name, data, view, at)


def advanced_case(
    context: CaseContext,
    triggers: Triggers,
    case: Case,
    event_name: str,
    data: Mapping[str, Any],
    view: CaseView,
    at: datetime,
) -> Case:
    """The case as an event leaves it, after the event has moved its clocks; ended, or not ended after all."""
    was_closed = case.life == "closed"
    is_closed = view.ended_at is not None
    new = viewed(case, view)
    if is_closed and not was_closed:
        # Until the clocks have seen the event the case is open: what ends it may start clocks that outlive it.
        new = triggers.pull(context, replace(new, life=case.life, closed_at=None, outcome={}), event_name, data, at)
        return close(context, triggers, viewed(new, view))
    if was_closed and not is_closed:
        new = _end_undone(context, case, new, at)
    new = triggers.pull(context, new, event_name, data, at)
    if was_closed and new.closed_at is not None and new.closed_at != case.closed_at:
        new = _ended_otherwise(context, new, new.closed_at)
    return new


def viewed(case: Case, view: CaseView) -> Case:
    """The case as the router says that it stands; the very same where it does so already."""
    new = replace(
        case,
        life=view.life,
        round_at=view.round_at if view.reopened else case.round_at,
        assigned_at=max(view.assigned_at, case.received_at),
        reopened=view.reopened,
        stands=view.stands,
        result=view.result,
        closed_at=view.ended_at,
        outcome=view.outcome,
        confirmation=view.confirmation,
        satisfaction=view.satisfaction,
        plans_waiting=view.plans_waiting,
        disputed=view.is_disputed,
        answerable=view.answerable,
        responsibility=view.responsibility,
    )
    return case if new == case else new


def close(context: CaseContext, triggers: Triggers, case: Case) -> Case:
    """End a case: whatever clock still waits and does not outlive the case is cancelled, and the outcome is told."""
    assert case.closed_at is not None
    at, context.case = case.closed_at, case
    case = with_clocks(case, ended(context, clocks_of(case), at, CASE_CLOSED))
    tell_closed(context, case)
    return triggers.pull(context, case, CLOSED, {"result": case.result}, at)


def tell_if_corrected(context: CaseContext, outcome: Outcome | None, case: Case, why: str) -> None:
    """Tell that an end is otherwise than it was told. `outcome`: the end as published, None where none was."""
    if outcome is not None and outcome_of(context, case) != outcome:
        tell_corrected(context, case, why)


def _reopened(context: CaseContext, triggers: Triggers, data: Mapping[str, Any], view: CaseView) -> Case:
    """Begin the next round. Each clock does what the pack says: it starts anew, goes on, or rests."""
    at = view.round_at
    case = viewed(context.case, view)
    tell_reopened(context, case, at, data["reason"])
    context.case = case
    case = with_clocks(case, reopened(context, clocks_of(case), at))
    return triggers.pull(context, case, "reopened", data, at)


def _ended_otherwise(context: CaseContext, case: Case, ended_at: datetime) -> Case:
    """A closed case that turned out to have ended at another time: what breached only after that is no breach."""
    acquitted = tuple(
        acquit(context, clock, ended_at) if clock.breached and not context.outlives(clock) else clock
        for clock in case.clocks
    )
    past = tuple(
        clock
        for clock in (clock if context.outlives(clock) else acquit(context, clock, ended_at) for clock in case.past)
        if clock.breached
    )
    return replace(case, clocks=acquitted, past=past)


def _end_undone(context: CaseContext, former: Case, case: Case, at: datetime) -> Case:
    """A case that turned out not to have ended: the clocks that its end had cancelled go on as if nothing had been."""
    context.case = case
    moved = tuple(
        _going_on(context, clock, at) if clock.status == "cancelled" and clock.ended_at == former.closed_at else clock
        for clock in case.clocks
    )
    return replace(case, clocks=moved)


def _going_on(context: CaseContext, clock: Clock, at: datetime) -> Clock:
    """A clock that was cancelled for nothing: it counts on from where it had counted, in its next generation."""
    rule = context.rule(clock)
    if rule is None or clock.breached:
        return clock
    clock = replace(
        clock,
        generation=clock.generation + 1,
        status="running",
        ended_at=None,
        moves=tuple(move for move in clock.moves if (move.name, move.at) != ("cancelled", clock.ended_at)),
        cause=context.cause,
        calendar=context.calendar.version,
        marks=all_marks(rule, clock.anchor),
    )
    clock = planned(clock, plan_rest(context, clock), silent_until=context.now)
    context.clock("started", clock, at, reason=clock.missing or END_UNDONE)
    return clock


def _noted(context: CaseContext, event_name: str, data: Mapping[str, Any], at: datetime) -> Case | Refusal:
    case = context.case
    match event_name:
        case "paused":
            paused = pause_all(context, case.clocks, data, at)
            return paused if isinstance(paused, Refusal) else replace(case, clocks=paused)
        case "extended":
            extended = extend(context, case.clocks, data, at)
            return extended if isinstance(extended, Refusal) else replace(case, clocks=extended)
        case "resumed":
            resumed = resume_all(context, case.clocks, data.get("reason", ""), at)
            return _nothing_stands_still(case) if resumed is None else replace(case, clocks=resumed)
        case "assessed":
            return replace(case, found=with_found(case.found, data, at))
        case "corrective_action_planned":
            return plan_action(context, data, at)
        case "corrective_action_done":
            return finish_action(context, data, at)
        case _:  # for triggers alone, or a request to move the case: the router decides, in an event of its own
            return case


def _nothing_stands_still(case: Case) -> Refusal:
    message = f"no clock of {case.kind} {case.number} stands still; resumed follows paused"
    return Refusal(reason="illegal_transition", message=message, place="type")

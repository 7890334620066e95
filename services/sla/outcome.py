"""How a case ended, that it was taken up again, or why an answer did not end it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from services.sla.case_context import OUTCOMES, SLA, CaseContext
from services.sla.states import Case
from tousu.domain.clock.state import Clock
from tousu.event import text_of_time
from tousu.policy.replies import Incomplete

HOUR: Final = timedelta(hours=1)


class Outcome(NamedTuple):
    """The end of a case as it was told last."""

    ended_at: datetime | None
    result: str
    data: dict[str, Any]


def outcome_of(context: CaseContext, case: Case) -> Outcome | None:
    """How a case has ended; None while it goes on."""
    if case.closed_at is None:
        return None
    return Outcome(case.closed_at, case.result, _verdict(context, case))


def _breached(context: CaseContext, case: Case) -> list[str]:
    """The clocks that stand as breached, without those that outlive the case: these are judged by themselves."""
    every = (*case.past, *case.clocks)
    return list(dict.fromkeys(clock.name for clock in every if clock.breached and not context.outlives(clock)))


def tell_closed(context: CaseContext, case: Case) -> None:
    """Tell that a case ended. It was in time when no clock, of whatever generation, stands as breached.

    Clocks that outlive the case are judged by themselves.
    """
    assert case.closed_at is not None
    data: dict[str, Any] = {
        "case_number": case.number,
        "kind": case.kind,
        "result": case.result,
        "received_at": text_of_time(case.received_at),
        "closed_at": text_of_time(case.closed_at),
        "departments": context.departments,
        "pack": context.reference,
        **_verdict(context, case),
    }
    if case.class_name is not None:
        data["class"] = case.class_name
    if case.grade is not None:
        data["grade"] = case.grade
    if case.first_asked:
        data["first_asked"] = case.first_asked
    data |= case.confirmation
    context.tell(OUTCOMES, "tousu.case.closed.v1", case.closed_at, data, case.cause)


def tell_corrected(context: CaseContext, case: Case, why: str) -> None:
    """Tell that the end of a case is otherwise than it was told, or that the case has not ended at all."""
    data: dict[str, Any] = {
        "case_number": case.number,
        "reason": why,
        "is_closed": case.closed_at is not None,
        "received_at": text_of_time(case.received_at),
        "at": text_of_time(context.now),
        "departments": context.departments,
        "pack": context.reference,
    }
    if case.closed_at is not None:
        data |= {"result": case.result, "closed_at": text_of_time(case.closed_at), **_verdict(context, case)}
    context.tell(OUTCOMES, "tousu.case.outcome_corrected.v1", context.now, data, case.cause)


def _verdict(context: CaseContext, case: Case) -> dict[str, Any]:
    """What is said of an end beside when and how it came: what came of the case, and what its clocks did."""
    breached = _breached(context, case)
    verdict: dict[str, Any] = {
        "in_time": not breached,
        "breached_clocks": breached,
        "handling_hours": _handling_hours(case),
        "clocks": [_clock(clock) for clock in (*case.past, *case.clocks) if not _is_by_itself(context, clock)],
    }
    verdict |= {"satisfaction": case.satisfaction} if case.satisfaction else {}
    return verdict | ({"outcome": case.outcome} if case.outcome else {})


def _clock(clock: Clock) -> dict[str, Any]:
    """One clock of a case that is over: until when it ran, and when it was met."""
    status = "met_late" if clock.status == "late" else clock.status
    moments = {"due_at": clock.due_at, "met_at": clock.ended_at if status != "cancelled" else None}
    times = {name: text_of_time(at) for name, at in moments.items() if at is not None}
    times |= {"plan_id": clock.plan_id} if clock.plan_id else {}
    return {"clock": clock.name, "generation": clock.generation, "status": status, "breached": clock.breached} | times


def _is_by_itself(context: CaseContext, clock: Clock) -> bool:
    """Whether nothing is said of a clock with the end: it goes on after it, or nobody knows whether it applied."""
    return context.outlives(clock) or bool(clock.undecided)


def _handling_hours(case: Case) -> float:
    assert case.closed_at is not None
    return max(0.0, round((case.closed_at - case.received_at) / HOUR, 4))


def tell_reopened(context: CaseContext, case: Case, at: datetime, reason: str) -> None:
    """Tell that a closed case is taken up again."""
    data: dict[str, Any] = {
        "case_number": case.number,
        "reopened_at": text_of_time(at),
        "reason": reason,
        "times": case.reopened,
        "departments": context.departments,
    }
    context.tell(OUTCOMES, "tousu.case.reopened.v1", at, data, case.cause)


def tell_incomplete(context: CaseContext, lack: Incomplete, at: datetime) -> None:
    """Tell that a reply lacks what its kind must hold, so that the case goes on as if there had been none."""
    data: dict[str, Any] = {
        "case_number": context.case.number,
        "kind": lack.kind,
        "missing": list(lack.missing),
        "required": list(lack.required),
        "at": text_of_time(at),
        "cause_event": context.cause,
        "departments": context.departments,
        "pack": context.reference,
        "section": lack.section,
    }
    context.tell(SLA, "tousu.case.reply_incomplete.v1", at, data, context.case.cause)

"""The way of a case: from where, by which event, to where (domain, section 6, source C).

Steps go forward and may be skipped; a finding may be corrected and a plan worked out again; `plan_approved` needs a
plan that was proposed, and where the pack asks for approval (L), `plan_executed` needs one that was approved. The
customer's answer ends a complaint that is settled or does not stand; one that is not settled is issued to the
department again. An inquiry ends with its answer. After the end only a reopening moves the case.

Where several departments answer together, each goes its own way through the steps: what one reports that the case has
behind it is recorded (KEPT), as is a step that is reported late, that is, with a time before the last step. What lies
before the last reopening is of an earlier round, and a step from before the case was handed over is of whoever had it
then: both are recorded and move nothing. Everything else that the table does not list is ILLEGAL.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from types import MappingProxyType
from typing import Any, Final, NamedTuple, get_args

from services.sla.states import Case, Life


class Outcome(Enum):
    """What an event does to a case."""

    MOVED = "moved"
    KEPT = "kept"
    NOTED = "noted"
    CLOSED = "closed"
    REOPENED = "reopened"
    ILLEGAL = "illegal"


class Step(NamedTuple):
    """An event's effect: what it is, where the case stands then, and with which result it ended."""

    outcome: Outcome
    life: Life
    result: str = ""


RANK: Final[Mapping[str, int]] = MappingProxyType(
    {"acknowledged": 1, "judged": 2, "plan_proposed": 3, "plan_approved": 4, "plan_executed": 5}
)
"""The steps of a department, in order."""
_REACHED: Final[Mapping[Life, int]] = MappingProxyType(
    {
        "received": 0, "reissued": 0, "reopened": 0, "acknowledged": 1, "judged": 2, "not_standing": 2, "planned": 3,
        "approved": 4, "executed": 5, "closed": 0,
    }
)  # fmt: skip

_NOTED_WHILE_OPEN: Final = frozenset(
    {
        "paused", "resumed", "extended", "pass_requested", "disputed", "taken_back", "satisfaction_given",
        "corrective_action_planned", "corrective_action_done", "followed_up", "responsibility_settled", "assessed",
        "passed_up", "final_opinion_given", "interim_answered", "appeal_referred", "appeal_answered",
    }
)  # fmt: skip
_NOTED_AFTER_THE_END: Final = frozenset(
    {
        "satisfaction_given", "followed_up", "responsibility_settled", "corrective_action_planned",
        "corrective_action_done", "appeal_referred", "appeal_answered",
    }
)  # fmt: skip
_OF_CLOCKS: Final = frozenset({"paused", "resumed", "extended"})
_APPROVED: Final = frozenset({"approved", "executed"})
_ENDS: Final = frozenset({"customer_answered", "inquiry_answered", "withdrawn"})

_FIRST: Final[Mapping[str, Life]] = {
    "acknowledged": "acknowledged", "judged": "judged", "plan_proposed": "planned", "plan_executed": "executed",
}  # fmt: skip
_LATER: Final[Mapping[str, Life]] = {"judged": "judged", "plan_proposed": "planned", "plan_executed": "executed"}
COMPLAINT: Final[Mapping[Life, Mapping[str, Life]]] = MappingProxyType(
    {
        "received": _FIRST,
        "acknowledged": _LATER,
        "judged": _LATER,
        "not_standing": {"judged": "judged"},
        "planned": {**_LATER, "plan_approved": "approved"},
        "approved": _LATER,
        "executed": _LATER,
        "reissued": _FIRST,
        "reopened": _FIRST,
        "closed": {},
    }
)
"""The steps of a complaint. `judged` leads to not_standing where it says so."""

_ACKNOWLEDGED: Final[Mapping[str, Life]] = {"acknowledged": "acknowledged"}
INQUIRY: Final[Mapping[Life, Mapping[str, Life]]] = MappingProxyType(
    {life: _ACKNOWLEDGED if life in ("received", "reopened") else {} for life in get_args(Life)}
)
"""The steps of an inquiry."""


def step(
    case: Case, what: str, said: Mapping[str, Any], happened_at: datetime, *, needs_approval: bool = False
) -> Step:
    """What a handling event (short name, data, when it happened) does to a case.

    needs_approval: whether a plan of this case is executed only after it was approved.
    """
    if case.life == "closed":
        if what == "reopened":
            return Step(Outcome.REOPENED, "reopened")
        return Step(Outcome.NOTED if _fits_a_closed(case, what) else Outcome.ILLEGAL, "closed")
    if what in _NOTED_WHILE_OPEN:
        return Step(Outcome.NOTED, case.life)
    if what in _ENDS and what in possible(case):
        if case.reopened and happened_at < case.round_at:
            return Step(Outcome.KEPT, case.life)
        return _end(case, what, said)
    rank = RANK.get(what)
    if rank is None or (case.kind == "inquiry" and what != "acknowledged"):
        return Step(Outcome.ILLEGAL, case.life)
    if happened_at < case.assigned_at != case.received_at:
        return Step(Outcome.KEPT, case.life)
    life = _steps(case, needs_approval).get(what)
    if life is not None:
        return Step(Outcome.MOVED, "not_standing" if what == "judged" and not said["stands"] else life)
    is_late = happened_at < case.moved_at
    if rank <= _REACHED[case.life] and (is_late or _is_of_another_department(case, said.get("department"), rank)):
        return Step(Outcome.KEPT, case.life)
    return Step(Outcome.ILLEGAL, case.life)


def possible(case: Case, *, needs_approval: bool = False) -> tuple[str, ...]:
    """The events that may follow where a case stands, for the words of a refusal."""
    if case.life == "closed":
        return ("reopened", *sorted(_NOTED_AFTER_THE_END))
    answer = "customer_answered" if case.kind == "complaint" else "inquiry_answered"
    noted = sorted("passed_on" if what == "pass_requested" else what for what in _NOTED_WHILE_OPEN)
    return (*_steps(case, needs_approval), answer, "withdrawn", *noted)


def _fits_a_closed(case: Case, what: str) -> bool:
    """Facts that come after the end; and what is said of a clock that outlives the case."""
    return what in _NOTED_AFTER_THE_END or (what in _OF_CLOCKS and any(clock.is_active for clock in case.clocks))


def _steps(case: Case, needs_approval: bool) -> Mapping[str, Life]:
    """The steps that follow where a case stands."""
    steps = (COMPLAINT if case.kind == "complaint" else INQUIRY)[case.life]
    if needs_approval and case.life not in _APPROVED:
        return {what: life for what, life in steps.items() if what != "plan_executed"}
    return steps


def _end(case: Case, what: str, said: Mapping[str, Any]) -> Step:
    if what == "withdrawn":
        return Step(Outcome.CLOSED, "closed", "withdrawn")
    if what == "inquiry_answered":
        return Step(Outcome.CLOSED, "closed", f"inquiry_{said['outcome']}")
    if case.stands is False:
        return Step(Outcome.CLOSED, "closed", "does_not_stand")
    if said["settled"]:
        return Step(Outcome.CLOSED, "closed", "settled")
    return Step(Outcome.MOVED, "reissued")


def _is_of_another_department(case: Case, department: str | None, rank: int) -> bool:
    """Whether a department in charge reports a step that it has not reported itself: another one had done so before."""
    return department in case.departments and case.steps.get(department or "", 0) < rank

"""That a case is accepted: somebody took it up, or settled it at once. What a pack makes of it may depend on its grade.

A clock that starts on `accepted` hears of it again whenever the grade of an accepted case changes, so that a pack can
drop it or let it start (docs/sources.md, section 5, A: the follow-up call of a general complaint).
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from services.sla.case_context import CaseContext
from services.sla.states import Case
from services.sla.triggers import Triggers

ACCEPTED: Final = "accepted"
_NOT_YET: Final = frozenset({"received", "reopened"})
_ANSWERED: Final = frozenset({"settled", "does_not_stand"})


def accept(context: CaseContext, triggers: Triggers, former: Case, case: Case, at: datetime) -> Case:
    """The case, with the clocks moved that follow its acceptance, where an event brought that or another grade."""
    if not _is_accepted(case) or (_is_accepted(former) and former.grade == case.grade):
        return case
    return triggers.pull(context, case, ACCEPTED, {"grade": case.grade}, at)


def _is_accepted(case: Case) -> bool:
    if case.closed_at is not None:
        return case.result in _ANSWERED
    return case.kind == "complaint" and case.life not in _NOT_YET

"""The ladder after a breach: whom to tell, when. Each level once for each generation of a clock.

Source: domain, section 4 (who answers), section 5 (limits); the rungs themselves are the pack's.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec.structs import replace

from services.sla.scene import SLA, Scene
from services.sla.states import Clock
from tousu.event import text_of_time
from tousu.policy.calendar import MICROSECOND, UnpublishedYear
from tousu.policy.clock_rule import DAY_UNITS, Rung
from tousu.policy.working_time import deadline


def next_rung(scene: Scene, clock: Clock, at: datetime) -> Clock:
    """The clock, waiting for its next rung: counted from its due time, never before `at`. None left: it waits no more.

    A rung whose time needs an unpublished year has no time; the clock says which year is missing.
    """
    rung = _rung(scene, clock)
    after = rung.after if rung is not None else None
    if after is None or clock.due_at is None:
        return replace(clock, rung_at=None)
    # A limit in days is due at 24:00, which is still that day: the first day after it counts.
    breached_at = clock.due_at - MICROSECOND if after.unit in DAY_UNITS else clock.due_at
    moment = clock.due_at if after.amount == 0 else deadline(breached_at, after, scene.calendar)
    if isinstance(moment, UnpublishedYear):
        return replace(clock, rung_at=None, missing=moment.reason)
    return replace(clock, rung_at=max(moment, at))


def escalate(scene: Scene, clock: Clock, at: datetime) -> Clock:
    """Climb the rung whose time has come, and wait for the next."""
    rung = _rung(scene, clock)
    assert rung is not None
    data: dict[str, Any] = {
        "case_number": scene.case.number,
        "clock": clock.name,
        "generation": clock.generation,
        "level": rung.level,
        "to": rung.to,
        "reason": "clock_breached",
        "at": text_of_time(at),
        "departments": scene.departments,
        "pack": scene.reference,
        "section": rung.section or (rung.after.section if rung.after is not None else ""),
    }
    if clock.due_at is not None:
        data["due_at"] = text_of_time(clock.due_at)
    scene.tell(SLA, "tousu.case.escalated.v1", at, data, clock.cause)
    return next_rung(scene, replace(clock, rung=clock.rung + 1), at)


def _rung(scene: Scene, clock: Clock) -> Rung | None:
    rule = scene.rule(clock)
    return rule.escalation[clock.rung] if rule is not None and clock.rung < len(rule.escalation) else None

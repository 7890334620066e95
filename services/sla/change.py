"""Another grade, pack, calendar or start in mid-case: when an active clock is due now.

retroactive    what has been used stays used, counted from the same start (in another measure, the same share of it)
proportional   the share of the limit that has been used stays used
reset          nothing is used any more: the new limit counts from the change on, in the clock's next generation

What has ended is never touched. A published breach that a retroactive change undoes is withdrawn; the other two change
nothing about a limit that had passed before. A limit that now lies in the past is told as one breach, reason
`back_dated`, without the warnings before it, and of all rungs whose time has passed only the highest. Where only
warnings and rungs before the limit lie in the past, the last warning and the highest rung are told. Source: features,
section 1, numbers 6 and 9.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

from msgspec.structs import replace

from services.sla.clocks import RESET, limit_of
from services.sla.counting import Rest, all_marks, next_generation, plan_rest, planned, revive, used_at, was_in_time
from services.sla.escalation import catch_up, in_order
from services.sla.scene import Scene
from services.sla.states import Case, Clock, Mark
from tousu.event import text_of_time
from tousu.policy.calendar import MICROSECOND, Calendar, UnpublishedYear
from tousu.policy.clock_rule import ClockRule, Limit, OnChange, Rung
from tousu.policy.pack import Pack
from tousu.policy.working_time import plan_clock

BACK_DATED: Final = "back_dated"


class Why(NamedTuple):
    """Why a clock is worked out anew: reason, the pack that judged it so far, what else its event says."""

    reason: str
    former: Pack
    more: Mapping[str, Any] = {}


def recount_case(scene: Scene, former: Pack, ordered: Mapping[str, Any], at: datetime) -> Case:
    """A recalculation was ordered: the case goes over to the pack of the scene, its active clocks with it.

    `former` is the pack that judged it so far. The very same case where nothing changes.
    """
    told = {name: ordered[name] for name in ("order_id", "approved_by")}
    why = Why(ordered["reason"], former, told)
    case = scene.case
    moved = tuple(
        _recounted(scene, clock, ordered.get("mode"), at, why) if clock.is_active else clock for clock in case.clocks
    )
    if case.pack_version == scene.pack.version and all(a is b for a, b in zip(moved, case.clocks, strict=True)):
        return case
    return replace(case, pack_version=scene.pack.version, clocks=moved)


def regrade(scene: Scene, clock: Clock, limit: Limit, at: datetime) -> Clock:
    """The limit of another grade, by what the clock's rule says of a change."""
    rule = scene.rule(clock)
    mode = rule.on_change if rule is not None else "retroactive"
    return _changed(scene, clock, clock, limit, mode, at, Why("grade_changed", scene.pack))


def count_again(scene: Scene, clock: Clock, at: datetime) -> Clock:
    """Try an uncounted clock once more: the year may have been published meanwhile."""
    if clock.status != "uncounted" or isinstance(plan_rest(scene, clock), UnpublishedYear):
        return clock
    return _changed(scene, clock, clock, clock.limit, "retroactive", at, Why("calendar_published", scene.pack))


def restart_from(scene: Scene, clock: Clock, started_at: datetime, at: datetime) -> Clock:
    """The trouble had been received at another time than was known. A clock that was paused keeps what it has used."""
    if clock.status not in ("running", "uncounted") or clock.anchor != clock.started_at or clock.begun_at is not None:
        return clock
    reason = "received_earlier" if started_at < clock.started_at else "received_later"
    other = replace(clock, started_at=started_at, anchor=started_at)
    return _changed(scene, clock, other, clock.limit, "retroactive", at, Why(reason, scene.pack))


def _recounted(scene: Scene, clock: Clock, mode: OnChange | None, at: datetime, why: Why) -> Clock:
    """A clock by the pack and calendar of the scene. One that the pack no longer has keeps its limit.

    Unless `mode` says so, only another limit is a change of the rule: a calendar counts from the same start.
    """
    rule = scene.rule(clock)
    limit = limit_of(rule, scene.case.grade) if rule is not None else clock.limit
    by_rule = rule.on_change if rule is not None and not _is_same(limit, clock.limit) else "retroactive"
    former = why.former.clocks.get(clock.name)
    again = clock
    if rule is not None and former is not None and not clock.breached:
        again = replace(clock, marks=_yet_to_tell(clock, rule, former))
    return _changed(scene, clock, again, limit, mode or by_rule, at, why)


def _changed(scene: Scene, old: Clock, clock: Clock, limit: Limit, mode: OnChange, at: datetime, why: Why) -> Clock:
    """The clock with this limit; `clock` is the old one, or what has become of it otherwise.

    The old one, untouched, where nothing changes, or where the change comes after a limit that had passed.
    """
    if mode != "retroactive" and not was_in_time(clock, at):
        return old
    why = why._replace(more={**why.more, "mode": mode})
    if mode == RESET:
        clock = replace(clock, used_us=0, anchor=_from_when(clock, at))
    whole = plan_clock(clock.started_at if clock.used_us else clock.anchor, limit, scene.calendar)
    clock = replace(clock, limit=limit)
    if isinstance(whole, UnpublishedYear):
        return _without_year(scene, old, clock, whole, at, why)
    clock = replace(clock, total_us=whole.total // MICROSECOND + clock.extended_us, missing="")
    if mode != RESET:
        clock = _with_used(scene, old, clock, mode, at, why)
    ahead = plan_rest(scene, clock)
    if _says_the_same(old, clock, ahead):
        return _marked_anew(scene, old, clock)
    clock = replace(clock, calendar=scene.calendar.version)
    if mode == RESET:
        clock = replace(clock, started_at=max(at, clock.anchor), begun_at=clock.begun_at or clock.started_at)
    if mode == RESET and not clock.breached:
        clock = next_generation(scene, clock, at, RESET)
        ahead = plan_rest(scene, clock)
    if clock.status != "paused":
        return _due_anew(scene, old, clock, ahead, at, why)
    _tell(scene, old, clock, at, why)
    return clock


def _with_used(scene: Scene, old: Clock, clock: Clock, mode: OnChange, at: datetime, why: Why) -> Clock:
    """The clock with what counts as used of its new limit, and the moment from which the rest counts."""
    if mode == "proportional" and old.total_us:
        used_us = used_at(old, at, _calendar_of(scene, old, why.former))
        if used_us:
            used_us = used_us * clock.total_us // old.total_us
            return replace(clock, used_us=used_us, anchor=_from_when(clock, at))
    elif old.used_us and old.limit.unit != clock.limit.unit:
        return replace(clock, used_us=old.used_us * clock.total_us // old.total_us)
    return clock


def _from_when(clock: Clock, at: datetime) -> datetime:
    """From when the rest counts after a change at this moment: while it stands still, that waits for the resumption."""
    return clock.anchor if clock.status == "paused" else max(at, clock.anchor)


def _due_anew(scene: Scene, old: Clock, clock: Clock, ahead: Rest | UnpublishedYear, at: datetime, why: Why) -> Clock:
    """A clock that counts, with something else ahead: a breach that is undone, the change, what is in the past now."""
    if clock.breached and not isinstance(ahead, UnpublishedYear) and ahead.due_at > scene.now:
        clock = revive(scene, clock)
        clock = planned(clock, plan_rest(scene, clock), silent_until=scene.now)
        _tell(scene, old, clock, at, why)
        return clock
    if clock.breached and isinstance(ahead, UnpublishedYear):
        clock = replace(clock, missing=ahead.reason)
        _tell(scene, old, clock, at, why)
        return clock
    if clock.breached and not isinstance(ahead, UnpublishedYear):
        clock = replace(clock, due_at=ahead.due_at)
        _tell(scene, old, clock, at, why)
        return catch_up(scene, clock)
    clock = planned(clock, ahead)
    _tell(scene, old, clock, at, why)
    if clock.due_at is None or clock.due_at >= scene.now:
        return replace(clock, marks=_without_storm(clock.marks, scene.now))
    clock = replace(clock, breached=True)
    scene.clock("breached", clock, clock.due_at or at, reason=BACK_DATED, elapsed_us=clock.total_us)
    rungs = [Mark(at=scene.now, level=rung.level) for rung in _ladder(scene, clock) if rung.after is not None]
    return catch_up(scene, replace(clock, marks=(*(mark for mark in clock.marks if mark.level), *rungs)))


def _ladder(scene: Scene, clock: Clock) -> tuple[Rung, ...]:
    rule = scene.rule(clock)
    return rule.escalation if rule is not None else ()


def _without_year(scene: Scene, old: Clock, clock: Clock, whole: UnpublishedYear, at: datetime, why: Why) -> Clock:
    """What stands still or stands as breached stays so; the year is missed when it goes on."""
    clock = replace(clock, calendar=scene.calendar.version)
    kept = clock.status == "paused" or clock.breached
    clock = replace(clock, missing=whole.reason) if kept else planned(clock, whole)
    if _is_same(old.limit, clock.limit) and (old.status, old.missing) == (clock.status, clock.missing):
        return old
    _tell(scene, old, clock, at, why)
    return clock


def _says_the_same(old: Clock, clock: Clock, ahead: Rest | UnpublishedYear) -> bool:
    """Whether nobody would learn anything from the change."""
    if not _is_same(old.limit, clock.limit) or old.started_at != clock.started_at or old.missing:
        return False
    if clock.status == "paused":
        return (old.total_us, old.used_us) == (clock.total_us, clock.used_us)
    return not isinstance(ahead, UnpublishedYear) and ahead.due_at == old.due_at


def _is_same(one: Limit, other: Limit) -> bool:
    return (one.amount, one.unit, one.ends) == (other.amount, other.unit, other.ends)


def _marked_anew(scene: Scene, old: Clock, clock: Clock) -> Clock:
    """A clock that is due when it was, with its warnings and rungs as pack and calendar place them now."""
    new = replace(old, marks=clock.marks)
    ahead = plan_rest(scene, new)
    if not old.breached and old.status == "running" and not isinstance(ahead, UnpublishedYear):
        new = replace(new, marks=_without_storm(ahead.marks, scene.now))
    return old if new == old else new


def _without_storm(marks: tuple[Mark, ...], now: datetime) -> tuple[Mark, ...]:
    """All that is to come; of the warnings whose moment has passed the last alone, and of the rungs the highest."""
    past = [mark for mark in marks if mark.at < now]
    warnings = [mark for mark in past if not mark.level][-1:]
    rungs = sorted((mark for mark in past if mark.level), key=lambda mark: mark.level)[-1:]
    return in_order([*warnings, *rungs, *(mark for mark in marks if mark.at >= now)])


def _yet_to_tell(clock: Clock, rule: ClockRule, former: ClockRule) -> tuple[Mark, ...]:
    """What a newer rule tells before the breach, without what was told already, and the repetitions that wait."""
    waiting = {_place(mark) for mark in clock.marks}
    told = {_place(mark) for mark in all_marks(former, clock.anchor)} - waiting
    new = [mark for mark in all_marks(rule, clock.anchor) if _place(mark) not in told]
    if {_place(mark) for mark in new} == {_place(mark) for mark in clock.marks if not mark.told}:
        return clock.marks
    return in_order([*new, *(mark for mark in clock.marks if mark.told)])


def _place(mark: Mark) -> tuple[float | None, Any, int]:
    return mark.share, mark.left and (mark.left.amount, mark.left.unit), mark.level


def _calendar_of(scene: Scene, clock: Clock, pack: Pack) -> Calendar:
    """The version of the calendar that counted so far."""
    found = next((each for each in pack.calendar.versions if each.version == clock.calendar), None)
    return found.for_region(scene.case.region) if found is not None else scene.calendar


def _tell(scene: Scene, old: Clock, clock: Clock, at: datetime, why: Why) -> None:
    before: dict[str, Any] = {"old_limit": old.limit.as_data()}
    if old.due_at is not None:
        before["old_due_at"] = text_of_time(old.due_at)
    before["old_calendar"] = {"id": why.former.calendar.id, "version": old.calendar}
    before["old_pack"] = why.former.reference()
    scene.clock("recalculated", clock, at, reason=clock.missing or why.reason, **before, **why.more)

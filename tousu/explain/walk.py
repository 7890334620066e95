"""One clock followed from event to event: since when it runs or stands still, and what was used before.

It knows how `services.sla` counts and nothing else of it: from the start or the last resumption, by the newest limit
and calendar; what was used before a pause stays used, in another measure the same share of it; an end that is reported
as before the last pause or resumption ends the clock there. Source: docs/architecture.md, section 7.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, Literal

import msgspec
from msgspec.structs import replace

from tousu.explain.account import ClockMark, Interval, Status
from tousu.explain.counting import parts_of
from tousu.explain.story import CaseHistory, PublishedEvent
from tousu.policy.calendar import MICROSECOND, Calendar, CalendarHistory, UnpublishedYear, moment_of
from tousu.policy.clock_rule import Limit
from tousu.policy.working_time import elapsed_between, plan_clock

CONTINUED: Final = "breach_withdrawn"
"""The reason with which a clock starts that goes on after its breach was withdrawn."""
REOPENED: Final = "reopened"
"""The reason with which a clock starts that goes on where it had ended with its case."""
RESET: Final = "reset"
"""The reason, and the mode, of a recalculation that gives a clock its full limit again."""
PROPORTIONAL: Final = "proportional"
"""The mode of a recalculation that keeps the share used."""
_PLANS: Final = frozenset({"started", "resumed", "extended", "recalculated"})
"""Events that say when a clock is due; where one of these names no time, a year is missing."""


class Walk(msgspec.Struct, kw_only=True):
    """A clock so far. `done` are the intervals before the anchor; from there it runs or stands still (`reason`).

    total_us, extended_us: the limit in its measure and the part of it that extensions added; None while a year is
    missing.
    """

    limit: Limit
    calendar: str
    started_at: datetime
    anchor: datetime
    cause: str
    mode: Literal["running", "paused", "uncounted"] = "running"
    reason: str = ""
    end: Status | None = None
    ended_at: datetime | None = None
    breached: bool = False
    due_at: datetime | None = None
    total_us: int | None = None
    extended_us: int = 0
    done: tuple[Interval, ...] = ()
    marks: tuple[ClockMark, ...] = ()
    turns: tuple[PublishedEvent, ...] = ()

    @property
    def used_us(self) -> int:
        """What was used before the anchor."""
        return sum(interval.counted_us for interval in self.done)

    @property
    def status(self) -> Status:
        """How it stands."""
        return self.end or self.mode


class Follower:
    """Follows the clocks of one story. `region`: whose suspensions let them stand still, if anybody's."""

    def __init__(self, story: CaseHistory, calendars: CalendarHistory, region: str | None) -> None:
        self._story = story
        self._calendars = calendars
        self._region = region

    def start(self, event: PublishedEvent, limit: Limit, before: Walk | None) -> Walk:
        """A clock that starts; one that goes on after a withdrawn breach keeps what it had (`before`)."""
        started_at = event.moment("started_at") or event.at
        if event.data.get("reason") == CONTINUED and before is not None:
            walk = replace(before, breached=False, end=None, ended_at=None, marks=())
            before.end, before.ended_at = "continued", max(event.at, before.anchor)
        elif event.data.get("reason") == REOPENED and before is not None and before.ended_at is not None:
            walk = self._go_on(before, before.ended_at, event)
        else:
            version, cause = _version(event), _cause(event)
            walk = Walk(limit=limit, calendar=version, started_at=started_at, anchor=started_at, cause=cause)
            if event.data.get("reason") == RESET and before is not None:
                walk = replace(walk, mode=before.mode, reason=before.reason, extended_us=before.extended_us)
                before.end, before.ended_at = "continued", max(event.at, before.anchor)
            walk.total_us = self._whole_us(walk)
        self._see_the_plan(walk, event)
        self._mark(walk, event)
        return walk

    def follow(self, walk: Walk, event: PublishedEvent, limit: Limit) -> None:
        """Take one more event of the clock."""
        step = event.name.rpartition(".")[2]
        match step:
            case "paused" | "resumed":
                if self._turn(walk, event, *_mode_of(event)):
                    self._turn_again(walk, event.at)
                walk.turns = (*walk.turns, event)
            case "extended":
                self._extend(walk, event)
            case "recalculated":
                self._recalculate(walk, event, limit)
            case "met" | "met_late" | "cancelled":
                self._end(walk, event, step)
            case "breached" | "breach_withdrawn":
                walk.breached = step == "breached"
            case _:  # it moves nothing: a warning, or what was not known when this was written
                pass
        if step in _PLANS:
            self._see_the_plan(walk, event)
        elif step != "paused":
            walk.due_at = event.moment("due_at") or walk.due_at
        self._mark(walk, event)

    def intervals(self, walk: Walk, until: datetime) -> tuple[Interval, ...]:
        """Everything from the start of a clock to its end, or to `until`."""
        return (*walk.done, *self._since_anchor(walk, max(walk.ended_at or until, walk.anchor)))

    def rest(self, walk: Walk, until: datetime) -> tuple[Interval, ...]:
        """What of a clock that counts still lies before its due time at its end, or at `until`."""
        start, due_at = max(walk.ended_at or until, walk.anchor), walk.due_at
        if walk.mode != "running" or due_at is None or due_at <= start or walk.end == "cancelled":
            return ()
        return tuple(self._running(walk, start, due_at))

    def _turn(self, walk: Walk, event: PublishedEvent, mode: Literal["running", "paused"], reason: str) -> bool:
        """Close what lies behind, and go on from here, running or standing still. Whether it was told late."""
        has_gone_back = _go_back(walk, event)
        at = max(event.at, walk.anchor)
        self._settle(walk, event, at)
        walk.done = (*walk.done, *self._since_anchor(walk, at))
        walk.mode, walk.anchor, walk.reason, walk.cause = mode, at, reason, _cause(event)
        walk.calendar = _version(event) or walk.calendar
        return has_gone_back

    def _turn_again(self, walk: Walk, since: datetime) -> None:
        """What is known of later pauses: where no more is used by then than was told, nobody tells it again."""
        for known in sorted((known for known in walk.turns if known.at > since), key=lambda known: known.at):
            mode, reason = _mode_of(known)
            if mode != walk.mode:
                self._turn(walk, known, mode, reason)

    def _end(self, walk: Walk, event: PublishedEvent, how: Status) -> None:
        _go_back(walk, event)
        walk.end, walk.ended_at = how, max(event.at, walk.anchor)
        self._settle(walk, event, walk.ended_at)

    def _extend(self, walk: Walk, event: PublishedEvent) -> None:
        until, walk.calendar = event.moment("due_at"), _version(event) or walk.calendar
        if walk.due_at is None or until is None or walk.total_us is None:
            return
        more = elapsed_between(walk.due_at, until, walk.limit, self._calendar(walk.calendar))
        if not isinstance(more, UnpublishedYear):
            walk.extended_us += more // MICROSECOND
            walk.total_us += more // MICROSECOND

    def _go_on(self, before: Walk, ended_at: datetime, event: PublishedEvent) -> Walk:
        """A clock that goes on in a reopened case: what it had used stays used, the time between counts nothing."""
        walk = replace(before, end=None, ended_at=None, marks=(), done=self.intervals(before, ended_at))
        walk.mode, walk.anchor, walk.reason = "paused", ended_at, "closed"
        self._turn(walk, event, "running", "")
        return walk

    def _reset(self, walk: Walk, event: PublishedEvent, limit: Limit) -> None:
        """From here on nothing is used, and no extension counts."""
        at = max(event.at, walk.anchor)
        walk.done = (*walk.done, *self._since_anchor(walk, at))
        walk.limit, walk.anchor, walk.extended_us = limit, at, 0
        walk.started_at, walk.calendar = event.moment("started_at") or at, _version(event) or walk.calendar
        anew = self._interval(
            replace(walk, cause=_cause(event)), start=at, end=at, counts=True, why="reset",
            words="the limit begins anew", counted_us=-walk.used_us,
        )  # fmt: skip
        walk.done = (*walk.done, anew)
        walk.total_us = self._whole_us(walk)

    def _recalculate(self, walk: Walk, event: PublishedEvent, limit: Limit) -> None:
        if event.data.get("reason") == RESET and "mode" not in event.data:
            self._reset(walk, event, limit)
            return
        started_at = event.moment("started_at") or walk.started_at
        mode = event.data.get("mode")
        if mode == RESET:
            walk.done, walk.anchor = (), started_at
        elif mode == PROPORTIONAL:
            self._cut(walk, max(event.at, walk.anchor))
        elif walk.anchor == walk.started_at:
            walk.anchor = started_at
        old, walk.limit, walk.started_at = walk.limit, limit, started_at
        walk.calendar = _version(event) or walk.calendar
        whole_us = self._whole_us(walk)
        if whole_us is None:
            return
        used_us, total_us = walk.used_us, whole_us + walk.extended_us
        if used_us and (mode == PROPORTIONAL or old.unit != limit.unit) and walk.total_us:
            walk.done = (*walk.done, self._converted(walk, event, used_us * total_us // walk.total_us - used_us))
        walk.total_us = total_us

    def _cut(self, walk: Walk, at: datetime) -> None:
        """Close what lies behind where something of it counts, so that its share can be kept."""
        behind = self._since_anchor(walk, at)
        if walk.mode == "running" and walk.used_us + sum(part.counted_us for part in behind):
            walk.done, walk.anchor = (*walk.done, *behind), at

    def _see_the_plan(self, walk: Walk, event: PublishedEvent) -> None:
        """Take over the due time. A clock that runs and has none lacks a year, which the reason names."""
        due_at = event.moment("due_at")
        if due_at is not None:
            walk.due_at = due_at
            if walk.mode == "uncounted":
                walk.mode, walk.reason = "running", ""
        elif walk.mode != "paused":
            walk.mode, walk.reason, walk.due_at = "uncounted", event.data.get("reason", "") or walk.reason, None

    def _mark(self, walk: Walk, event: PublishedEvent) -> None:
        data, counted_us = event.data, None
        if "elapsed_s" in data:
            until = max(event.at, walk.anchor)
            counted_us = walk.used_us + sum(part.counted_us for part in self._since_anchor(walk, until))
        mark = ClockMark(
            name=event.name.rpartition(".")[2],
            at=event.at,
            event_id=event.id,
            cause=_cause(event),
            cause_name=self._story.name_of_cause(_cause(event)),
            reason=data.get("reason", "unconfirmed" if data.get("unconfirmed") else ""),
            share=data.get("share"),
            due_at=walk.due_at,
            elapsed_s=data.get("elapsed_s"),
            counted_us=counted_us,
        )
        walk.marks = (*walk.marks, mark)

    def _settle(self, walk: Walk, event: PublishedEvent, until: datetime) -> None:
        """Count with the version of the calendar that gives the elapsed time that was published.

        An event names the version by which its clock was planned; what was used is counted by the one that held when
        the event was read, which may be newer. Where none gives the figure, the version that is named counts.
        """
        published_s = event.data.get("elapsed_s")
        if published_s is None or walk.mode != "running":
            return
        named = walk.calendar
        versions = [calendar.version for calendar in self._calendars.versions]
        newer = versions[versions.index(named) + 1 :] if named in versions else []
        for version in [named, *newer]:
            walk.calendar = version
            counted_us = walk.used_us + sum(part.counted_us for part in self._since_anchor(walk, until))
            if abs(counted_us / 1e6 - published_s) < 1:
                return
        walk.calendar = named

    def _whole_us(self, walk: Walk) -> int | None:
        """The limit in its measure, counted from the start."""
        plan = plan_clock(walk.started_at, walk.limit, self._calendar(walk.calendar))
        return None if isinstance(plan, UnpublishedYear) else plan.total // MICROSECOND

    def _calendar(self, version: str) -> Calendar:
        """A version by its name, as it counts in the region; the newest where it is no longer there."""
        calendar = next(
            (candidate for candidate in self._calendars.versions if candidate.version == version),
            self._calendars.newest,
        )
        return calendar.for_region(self._region)

    def _since_anchor(self, walk: Walk, until: datetime) -> list[Interval]:
        if until <= walk.anchor:
            return []
        if walk.mode == "paused":
            is_closed = walk.reason == "closed"
            words = "the case was closed" if is_closed else f"paused: {walk.reason.replace('_', ' ')}"
            return [self._interval(walk, start=walk.anchor, end=until, counts=False, why="paused", words=words)]
        if walk.mode == "uncounted":
            why = "unpublished_year"
            return [self._interval(walk, start=walk.anchor, end=until, counts=False, why=why, words=walk.reason)]
        return self._running(walk, walk.anchor, until)

    def _running(self, walk: Walk, start: datetime, until: datetime) -> list[Interval]:
        return [
            self._interval(
                walk, start=moment_of(part.start_us), end=moment_of(part.end_us), counts=part.counts, why=part.why,
                words=part.words, counted_us=part.counted_us,
            )
            for part in parts_of(walk.started_at, start, until, walk.limit, self._calendar(walk.calendar))
        ]  # fmt: skip

    def _converted(self, walk: Walk, event: PublishedEvent, more_us: int) -> Interval:
        words = f"the share used so far, of {walk.limit.amount} {walk.limit.unit.replace('_', ' ')}"
        kept = replace(walk, cause=_cause(event))
        at = walk.anchor
        return self._interval(kept, start=at, end=at, counts=True, why="converted", words=words, counted_us=more_us)

    def _interval(self, walk: Walk, *, counted_us: int = 0, **parts: Any) -> Interval:
        name = self._story.name_of_cause(walk.cause)
        return Interval(calendar=walk.calendar, cause=walk.cause, cause_name=name, counted_us=counted_us, **parts)


def _mode_of(event: PublishedEvent) -> tuple[Literal["running", "paused"], str]:
    """How a clock goes on behind a pause or a resumption, and why."""
    is_pause = event.name.endswith("paused")
    return ("paused", event.data.get("reason", "")) if is_pause else ("running", "")


def _go_back(walk: Walk, event: PublishedEvent) -> bool:
    """Back to the time of an event that was told late; whether that was done.

    Not where what was published as used says that the clock was judged as it stood when the event was read.
    """
    if event.at >= walk.anchor:
        return False
    done = []
    for part in walk.done:
        if part.start >= event.at and part.end > event.at:
            break
        cut = part if part.end <= event.at else replace(part, end=event.at)
        counted_us = (cut.end - cut.start) // MICROSECOND if cut is not part and cut.counts else part.counted_us
        done.append(replace(cut, counted_us=counted_us if cut.counts else 0))
    published_s = event.data.get("elapsed_s")
    used_s = sum(interval.counted_us for interval in done) / 1e6
    if published_s is not None and abs(used_s - published_s) >= 1:
        return False
    walk.done, walk.anchor, walk.mode = tuple(done), max(event.at, walk.started_at), "running"
    return True


def _version(event: PublishedEvent) -> str:
    """The version of the calendar that counted, as an event names it; empty where it names none."""
    calendar = event.data.get("calendar")
    return calendar.get("version", "") if isinstance(calendar, dict) else ""


def _cause(event: PublishedEvent) -> str:
    cause: str = event.data.get("cause_event", "")
    return cause

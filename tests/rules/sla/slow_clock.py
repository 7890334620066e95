"""What one clock must tell, and when, walked minute by minute from what was reported at once.

It shares nothing with services.sla: it plans nothing, but asks every minute whether something is to be told. Times are
whole minutes; minute 0 is the midnight before a Monday. What is due at a minute is told after what is reported then.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

DAY = 1440
OPENS, CLOSES = 8 * 60, 18 * 60


class Step(NamedTuple):
    """A rung: `before` (so much left), `share` (percent used), `after` the breach; told `again` times more at most."""

    level: int
    kind: str
    minutes: int
    quiet: bool = False
    every: int = 0
    again: int = 0


class Terms(NamedTuple):
    """What the pack says of the clock, in minutes; shares in percent. In the office only its hours count."""

    limit: int
    office: bool
    shares: tuple[int, ...] = ()
    lefts: tuple[int, ...] = ()
    rungs: tuple[Step, ...] = ()
    cap: int = 0
    extensions: int = 0


class Told(NamedTuple):
    """One thing told of the clock: warned (which), breached, escalated or suppressed (level, repetition)."""

    what: str
    at: int
    generation: int
    which: int = 0
    again: int = 0


def is_open(minute: int) -> bool:
    """Whether the office is open in the minute that begins then."""
    return minute // DAY % 7 < 5 and OPENS <= minute % DAY < CLOSES


class SlowClock:
    """One clock that begins with the receipt.

    life: running, paused, met, late (met after the breach), or rests (a breached one in a later round).
    """

    def __init__(self, terms: Terms, received: int) -> None:
        self.terms = terms
        self.minute = received
        self.told: list[Told] = []
        self.generation = 1
        self.total = terms.limit
        self.still = 0
        self.extended = 0
        self.used = 0
        self.life = "running"
        self.breached_at: int | None = None
        self._begin()

    def _begin(self) -> None:
        """A generation begins: everything is to be told, but for warnings whose place lies behind."""
        self.warned: set[tuple[str, int]] = set()
        self.times: dict[int, int] = {}
        self.told_at: dict[int, int] = {}
        self._skip_warnings()

    def _skip_warnings(self) -> None:
        if self.used:
            self.warned |= {mark for mark in self._warnings() if self._place(*mark) <= self.used}

    def _warnings(self) -> Sequence[tuple[str, int]]:
        return [("share", each) for each in self.terms.shares] + [("before", each) for each in self.terms.lefts]

    def _place(self, kind: str, figure: int) -> float:
        """How much must be used for a mark to be reached."""
        return self.total * figure / 100 if kind == "share" else self.total - figure

    def walk(self, until: int) -> None:
        """Go on up to a minute, and not with it: what is reported then comes first."""
        while self.minute < until:
            self._tell()
            if self.life == "running" and self.breached_at is None and self._counts(self.minute):
                self.used += 1
            if self.life == "paused":
                self.still += 1
            self.minute += 1

    def due_after(self, more: int) -> int:
        """When the limit and so much more is used up, if nothing happens."""
        minute, used = self.minute, self.used
        while used < self.total + more:
            used += self._counts(minute)
            minute += 1
        return minute

    def _counts(self, minute: int) -> bool:
        return not self.terms.office or is_open(minute)

    def take(self, what: str, minutes: int = 0) -> bool:
        """Take in what is reported now (an extension by so many minutes); False where it may not be."""
        match what:
            case "paused":
                return self._pause()
            case "resumed":
                return self._resume()
            case "reset":
                return self._reset()
            case "extended":
                return self._extend(minutes)
            case "answered":
                return self._answer()
            case _:
                return self._reopen()

    def _is_before_its_limit(self) -> bool:
        return self.life == "running" and self.breached_at is None and self.used < self.total

    def _pause(self) -> bool:
        may = self._is_before_its_limit() and not (self.terms.cap and self.still >= self.terms.cap)
        self.life = "paused" if may else self.life
        return self.life in {"running", "paused"}

    def _resume(self) -> bool:
        """One that does not stand still remembers it: the pause may be read later than its end."""
        if self.life == "paused":
            self.life = "running"
            self._skip_warnings()
        return self.life == "running"

    def _reset(self) -> bool:
        if self.life == "paused" or (self.life == "running" and self.breached_at is None):
            self.used, self.total = 0, self.terms.limit
        return self.life in {"running", "paused"}

    def _extend(self, minutes: int) -> bool:
        due_now = self.life == "running" and self.breached_at is None
        if not due_now or self.extended >= self.terms.extensions:
            return False
        self.extended += 1
        self.total += minutes
        return True

    def _answer(self) -> bool:
        if self.life in {"met", "late"}:
            return False
        for rung in self.terms.rungs if self.life != "rests" else ():
            times = self.times.get(rung.level, 0)
            is_place = rung.kind != "after"
            waits = not is_place and self._is_reached(rung)
            if (times == 0 and (is_place or waits)) or 0 < times <= rung.again:
                self.told.append(Told("suppressed", self.minute, self.generation, rung.level, times))
        self.life = "late" if self.breached_at is not None else "met"
        return True

    def _reopen(self) -> bool:
        if self.life not in {"met", "late"}:
            return False
        if self.life == "met":
            self.life = "running"
            self.generation += 1
            self._begin()
        else:
            self.life = "rests"
        return True

    def _is_reached(self, rung: Step) -> bool:
        if rung.kind == "after":
            return self.breached_at is not None and self.minute >= self.breached_at + rung.minutes
        return self.used >= self._place(rung.kind, rung.minutes)

    def _tell(self) -> None:
        """Everything that is to be told at this minute."""
        if self.life == "paused" and self.terms.cap and self.still >= self.terms.cap:
            self.life = "running"
            self._skip_warnings()
        if self.life != "running":
            return
        if self.breached_at is None:
            self._warn()
            if self.used >= self.total:
                self.breached_at = self.minute
                self.told.append(Told("breached", self.minute, self.generation))
        for rung in self.terms.rungs:
            self._climb(rung)

    def _warn(self) -> None:
        for mark in self._warnings():
            if mark not in self.warned and self._place(*mark) <= self.used:
                self.warned.add(mark)
                self.told.append(Told("warned", self.minute, self.generation, *_which(mark)))

    def _climb(self, rung: Step) -> None:
        times = self.times.get(rung.level, 0)
        if times > rung.again or (rung.quiet and not is_open(self.minute)) or not self._is_reached(rung):
            return
        if times and self.minute < self.told_at[rung.level] + rung.every:
            return
        self.times[rung.level] = times + 1
        self.told_at[rung.level] = self.minute
        self.told.append(Told("escalated", self.minute, self.generation, rung.level, times))


def _which(mark: tuple[str, int]) -> tuple[int, int]:
    kind, figure = mark
    return (figure, 0) if kind == "share" else (0, figure)

"""What an explanation is made of: intervals of a clock, its marks, and its account."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from tousu.policy.clock_rule import Limit, Names

Status = Literal["running", "paused", "uncounted", "met", "met_late", "cancelled", "continued"]
"""continued: its breach was withdrawn while it goes on; it does so in its next generation."""


class Interval(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of a clock that counts, or does not, for one reason.

    why: a code (`weekend`); words: the same for a reader. counted_us: what it adds to the elapsed time, microseconds.
    calendar: the version that counted. cause, cause_name: id and name of the event from which the clock ran or stood
    still so; empty where the story does not hold it. Two kinds have no length of their own:
    `converted` puts what was used into the measure of a new limit and may take away as well as add, `reset` takes
    everything away.
    """

    start: datetime
    end: datetime
    counts: bool
    why: str
    words: str
    counted_us: int
    calendar: str
    cause: str
    cause_name: str


class ClockMark(msgspec.Struct, frozen=True, kw_only=True):
    """Something that a clock did at a moment: `started`, `warned`, `breached`, ... in the order of publication.

    due_at: the due time from then on. share: of a warning. elapsed_s, counted_us: the elapsed time that the event says,
    and what the intervals up to it add up to; None where it says none.
    """

    name: str
    at: datetime
    event_id: str
    cause: str
    cause_name: str
    reason: str = ""
    share: float | None = None
    due_at: datetime | None = None
    elapsed_s: float | None = None
    counted_us: int | None = None

    @property
    def difference_s(self) -> float | None:
        """Counted less published; None where nothing was published."""
        if self.elapsed_s is None or self.counted_us is None:
            return None
        return self.counted_us / 1e6 - self.elapsed_s


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """One clock in one generation: its figure and where that comes from, its intervals, its marks.

    grade: the grade that chose the limit, empty where all grades have one. until: up to when it is accounted for.
    breached: a breach is published and stands. rest: how it would go on, or would have gone on, from there to its due
    time; empty where that has passed or the clock stands still. claim_number: of a limit of a claim. plan_id: of a
    clock that every plan has for itself.
    """

    clock: str
    label: Names | None
    generation: int
    status: Status
    breached: bool
    limit: Limit
    grade: str
    pack: str
    calendar: str
    started_at: datetime
    until: datetime
    due_at: datetime | None
    intervals: tuple[Interval, ...]
    marks: tuple[ClockMark, ...]
    rest: tuple[Interval, ...] = ()
    starts_at: str = ""
    note: str = ""
    claim_number: str = ""
    plan_id: str = ""

    @property
    def elapsed_us(self) -> int:
        """The elapsed time of the clock: what its intervals add up to, in microseconds."""
        return sum(interval.counted_us for interval in self.intervals)

    @property
    def is_open(self) -> bool:
        """Whether the clock still waits for something."""
        return self.status in ("running", "paused", "uncounted")

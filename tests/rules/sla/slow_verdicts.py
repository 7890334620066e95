"""What must come out for the clocks of a complaint, worked out slowly from what was reported: times, kinds, limits.

It shares nothing with services.sla: it walks through minutes and knows neither states nor generations nor outputs.
Times are whole minutes; minute 0 is a local midnight.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

NEVER = 10**9
DAY = 1440
TWO_HOURS = 120
ANSWERS = frozenset({"settled", "withdrawn"})
WORDS = ANSWERS | {"acknowledged", "judged", "plan_proposed", "plan_executed", "unsettled"}


class Report(NamedTuple):
    """Something that was reported and taken in: what, when it happened, and a new limit in days where it is one."""

    what: str
    happened: int
    days: int = 0


class Round(NamedTuple):
    """From the receipt, or a reopening, to the end: when it began, the first limit in days, what was reported."""

    begin: int
    days: int
    reports: list[Report]

    @property
    def end(self) -> int:
        """When the customer was first answered, or withdrew, whenever that was told."""
        return min((report.happened for report in self.reports if report.what in ANSWERS), default=NEVER)


def resolution_breaches(rounds: Sequence[Round], horizon: int, is_worked: Sequence[bool]) -> int:
    """In how many rounds the customer was not answered in time, by the minute `horizon`."""
    return sum(due(each, is_worked) <= horizon and each.end > due(each, is_worked) for each in rounds)


def due(each: Round, is_worked: Sequence[bool]) -> int:
    """When the limit is used up, NEVER while it stands still. Only worked days count, from the midnight after."""
    limit = next((report.days for report in reversed(each.reports) if report.what == "regraded"), each.days)
    ahead = pauses_of(each)
    used, minute, paused = 0, each.begin, False
    while paused or used < limit * DAY:
        while ahead and ahead[0].happened <= minute:
            paused = ahead.pop(0).what == "paused"
        if paused:
            if not ahead:
                return NEVER
            minute = ahead[0].happened
            continue
        used += is_worked[minute // DAY] if minute // DAY > each.begin // DAY else 0
        minute += 1
    return minute


def pauses_of(each: Round, until: int = NEVER) -> list[Report]:
    """What was reported of standing still and going on up to a moment, in the order in which it happened."""
    found = [report for report in each.reports if report.what in {"paused", "resumed"} and report.happened <= until]
    return sorted(found, key=lambda report: report.happened)


def acknowledgement_breaches(rounds: Sequence[Round], horizon: int) -> int:
    """How many departments said nothing within two hours of getting the case, by the minute `horizon`.

    What was said before the case was handed over is not what the next department said, whenever either is told; what
    was said in the same moment is, where it was told afterwards.
    """
    read = [(each, report) for each in rounds for report in each.reports]
    assigned = [(0, rounds[0].begin, rounds[0])]
    for index, (each, report) in enumerate(read, 1):
        if report.what == "passed_on":
            assigned.append((index, max(report.happened, assigned[-1][1], each.begin), each))
    breaches = 0
    for (index, start, each), following in zip(assigned, [*assigned[1:], (0, NEVER, rounds[-1])], strict=True):
        limit = start + TWO_HOURS
        heard = any(
            (start, index) <= (report.happened, place) and report.happened <= limit
            for place, (_, report) in enumerate(read)
            if report.what in WORDS
        )
        breaches += limit <= horizon and not heard and following[1] > limit and each.end > limit
    return breaches

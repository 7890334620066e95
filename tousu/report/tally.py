"""What is counted for one period and group, and the figures that come of it.

Shares and rates are percent with two decimals, hours and points have two decimals, halves go up. A figure whose
denominator is zero is None: nothing is known, which is not the same as zero.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Final, NamedTuple

import msgspec

from tousu.report.measures import IN_TIME_OF_CLOCK

Value = Decimal | int | None
_CENT: Final = Decimal("0.01")
_HOUR_US: Final = 3_600_000_000


class Figure(NamedTuple):
    """A value; for a share or a mean, out of how many it comes (`of`), and for a share how many had it (`having`).

    exact: a share or a mean before it was rounded; comparisons are made with it.
    """

    value: Value
    having: int | None = None
    of: int | None = None
    exact: Fraction | None = None

    @property
    def compared(self) -> Fraction | None:
        """What is held against a target; None where nothing is known."""
        if self.exact is not None or self.value is None:
            return self.exact
        return Fraction(self.value)


class Tally(msgspec.Struct):
    """Counts of one period and group. Times in microseconds."""

    complaints: int = 0
    inquiries: int = 0
    received: int = 0
    received_handled: int = 0
    received_to_answer: int = 0
    received_answered: int = 0
    handled_us: list[int] = []
    in_time: int = 0
    settled: int = 0
    does_not_stand: int = 0
    scores: list[int] = []
    ratings: Counter[str] = msgspec.field(default_factory=Counter)
    ends: int = 0
    reopened: int = 0
    breaches: int = 0
    clocks_met: Counter[str] = msgspec.field(default_factory=Counter)
    clocks: Counter[str] = msgspec.field(default_factory=Counter)
    answers: int = 0
    answers_held: int = 0
    held_us: int = 0
    held: int = 0
    open: int = 0
    services: int | None = None
    complaints_by_services: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to say."""
        return not any(getattr(self, name) for name in self.__struct_fields__)

    @property
    def has_cases(self) -> bool:
        """Whether anything happened to a case; services and answers alone are no reason for a longer report."""
        return any(
            getattr(self, name)
            for name in self.__struct_fields__
            if name not in {"services", "complaints_by_services", "open", "answers", "answers_held"}
        )

    def figure(self, measure: str) -> Figure:
        """One figure by the name of its measure."""
        if measure.startswith(IN_TIME_OF_CLOCK):
            clock = measure.removeprefix(IN_TIME_OF_CLOCK)
            return percent(self.clocks_met[clock], self.clocks[clock])
        match measure:
            case "complaints" | "inquiries" | "open" | "breaches":
                return Figure(getattr(self, measure))
            case "handled":
                return Figure(len(self.handled_us))
            case "rated":
                return Figure(len(self.scores))
            case "services":
                return Figure(self.services)
            case "satisfaction":
                return _mean(self.scores, 1, len(self.scores))
            case "mean_hours" | "median_hours" | "p90_hours" | "held_hours":
                return self._hours(measure)
            case _:
                return percent(*self._share(measure))

    def _hours(self, measure: str) -> Figure:
        if measure == "held_hours":
            return _mean((self.held_us,) if self.held else (), _HOUR_US, self.held)
        times = sorted(self.handled_us)
        match measure:
            case "mean_hours":
                counted = times
            case "median_hours":
                counted = [times[(len(times) - 1) // 2], times[len(times) // 2]] if times else []
            case _:
                counted = [times[-(-9 * len(times) // 10) - 1]] if times else []
        return _mean(counted, _HOUR_US, len(times))

    def _share(self, measure: str) -> tuple[int, int]:
        ratings = sum(self.ratings.values())
        return {
            "handled_percent": (self.received_handled, self.received),
            "answered_percent": (self.received_answered, self.received_to_answer),
            "in_time_percent": (self.in_time, len(self.handled_us)),
            "satisfied_percent": (self.ratings["satisfied"], ratings),
            "neutral_percent": (self.ratings["neutral"], ratings),
            "dissatisfied_percent": (self.ratings["dissatisfied"], ratings),
            "reopened_percent": (self.reopened, self.ends),
            "solved_percent": (self.settled, len(self.handled_us)),
            "quality_percent": (self.answers_held, self.answers),
            "upheld_percent": (self.settled, self.settled + self.does_not_stand),
            "complaint_rate_percent": (self.complaints_by_services, self.services or 0),
        }[measure]


def percent(count: int, of: int) -> Figure:
    """A share in percent with two decimals; no value where there is nothing to take a share of."""
    exact = Fraction(100 * count, of) if of else None
    return Figure(_rounded(exact), count, of, exact)


def _mean(values: Sequence[int], unit: int, of: int) -> Figure:
    """The mean of some values in units; no value where there are none. of: how many it speaks for."""
    exact = Fraction(sum(values), len(values) * unit) if values else None
    return Figure(_rounded(exact), of=of, exact=exact)


def _rounded(value: Fraction | None) -> Decimal | None:
    if value is None:
        return None
    return (Decimal(value.numerator) / value.denominator).quantize(_CENT, ROUND_HALF_UP)

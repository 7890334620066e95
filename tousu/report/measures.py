"""The measures of a report: name with its unit last, what it says, and which way is better. Domain, section 9."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Final, Literal, NamedTuple

Better = Literal["more", "less", "neither"]
IN_TIME_OF_CLOCK: Final = "in_time_percent."
"""With the name of a clock behind it: `in_time_percent.resolution`."""


class Measure(NamedTuple):
    """One figure of a report. `unit` is empty for a count; `label` stands above columns and charts."""

    name: str
    label: str
    unit: Literal["", "percent", "hours", "points"]
    better: Better
    meaning: str


MEASURES: Final = {
    measure.name: measure
    for measure in (
        Measure("complaints", "complaints", "", "neither", "Complaints received in the period."),
        Measure("inquiries", "inquiries", "", "neither", "Inquiries received in the period."),
        Measure("handled", "handled", "", "neither", "Cases whose end lies in the period and holds."),
        Measure("open", "open at end", "", "less", "Cases that are open when the period ends."),
        Measure("handled_percent", "handled %", "percent", "more", "Of the cases received, those that have ended."),
        Measure(
            "answered_percent", "answered %", "percent", "more",
            "Of the cases received and not withdrawn, those whose customer has been told the result.",
        ),
        Measure("in_time_percent", "in time %", "percent", "more", "Of the cases handled, those without a breach."),
        Measure("breaches", "breaches", "", "less", "Breaches that stand, by the moment the limit was reached."),
        Measure("mean_hours", "mean hours", "hours", "less", "Handling time, receipt to end, round the clock: mean."),
        Measure("median_hours", "median hours", "hours", "less", "Handling time: half took no longer."),
        Measure("p90_hours", "90 % within hours", "hours", "less", "Handling time: nine of ten took no longer."),
        Measure(
            "held_hours", "held hours", "hours", "less",
            "How long the department was in the lead of the cases handled, all together.",
        ),
        Measure("rated", "scores", "", "neither", "Cases handled for which the customer gave a score."),
        Measure("satisfaction", "score 1-5", "points", "more", "Mean of the customers' scores, 1 to 5."),
        Measure("satisfied_percent", "satisfied %", "percent", "more", "Of the ratings in words, satisfied."),
        Measure("neutral_percent", "neutral %", "percent", "neither", "Of the ratings in words, neutral."),
        Measure("dissatisfied_percent", "dissatisfied %", "percent", "less", "Of the ratings in words, dissatisfied."),
        Measure("reopened_percent", "reopened %", "percent", "less", "Of all ends in the period, those taken back."),
        Measure("solved_percent", "solved %", "percent", "more", "Of the cases handled, those that were settled."),
        Measure(
            "quality_percent", "quality %", "percent", "more",
            "Of the answers to customers, those that ended the case for good.",
        ),
        Measure(
            "upheld_percent", "upheld %", "percent", "neither",
            "Of the complaints settled or found not to stand, those that were settled.",
        ),
        Measure("services", "services", "", "neither", "Services given, by the operations figures of the months."),
        Measure(
            "complaint_rate_percent", "complaint rate %", "percent", "less",
            "Complaints received in months with operations figures, by the services of these months.",
        ),
    )
}  # fmt: skip

USUAL: Final = (
    "handled", "open", "handled_percent", "answered_percent", "in_time_percent", "breaches",
    "mean_hours", "satisfaction", "reopened_percent",
)  # fmt: skip
"""What a report shows where nothing is asked for, behind how many cases were received."""


def measure_of(name: str) -> Measure:
    """The measure of this name. Raises ValueError naming those that there are."""
    clock = name.removeprefix(IN_TIME_OF_CLOCK)
    if clock not in {name, ""}:
        meaning = f"Of the clocks {clock} that came to their end, those met in time."
        return Measure(name, f"{clock.replace('_', ' ')} in time %", "percent", "more", meaning)
    if name not in MEASURES:
        known = ", ".join((*MEASURES, f"{IN_TIME_OF_CLOCK}CLOCK"))
        raise ValueError(f"there is no measure {name!r}; take of {known}")
    return MEASURES[name]


class Target(NamedTuple):
    """What a figure should reach, at least or at most as its measure is better; the section says who wants it."""

    measure: str
    value: Decimal
    section: str = ""

    def is_missed_by(self, value: Fraction | Decimal | int | None) -> bool:
        """Whether a figure, unrounded, falls short. One that is not known misses nothing."""
        if value is None:
            return False
        actual, wanted = Fraction(value), Fraction(self.value)
        return actual < wanted if measure_of(self.measure).better == "more" else actual > wanted


def target_of(text: str) -> Target:
    """Read `satisfaction=4.0`. Raises ValueError for another form, and for a measure that has no better and worse."""
    name, _, value = text.partition("=")
    measure = measure_of(name.strip())
    try:
        wanted = Decimal(value.strip())
    except ArithmeticError:
        raise ValueError(f"{text!r} is no target; write MEASURE=NUMBER, such as satisfaction=4.0") from None
    if not wanted.is_finite():
        raise ValueError(f"{text!r}: a target is a number")
    if measure.better == "neither":
        raise ValueError(f"{measure.name} is neither better nor worse when it is high, so it has no target")
    return Target(measure.name, wanted)

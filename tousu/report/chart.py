"""What a report looks like as a chart: one panel a measure, over the periods; of a single period, over the groups.

Only what is to be drawn, in plain values; `tousu.report.svg` draws it, and so can anything else.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal, NamedTuple

from tousu.report.figures import Group, ReportResult
from tousu.report.measures import Measure, Target, measure_of

SHOWN_BY_DEFAULT: Final = ("complaints", "inquiries", "in_time_percent", "mean_hours", "satisfaction")
SERIES_MAX: Final = 6
GROUPS_MAX: Final = 24
"""Of a single period: bars in a panel."""
EVERYBODY: Final = "all"
NOBODY: Final = "(none)"


class Series(NamedTuple):
    """One line or one kind of bar: a value for each place on the axis, None where nothing is known."""

    name: str
    values: tuple[float | None, ...]
    is_everybody: bool


class Panel(NamedTuple):
    """One measure. `axis` names what `places` are: a kind of period, or what the report is grouped by."""

    label: str
    unit: str
    axis: str
    places: tuple[str, ...]
    series: tuple[Series, ...]
    form: Literal["lines", "bars", "ranking"]
    low: float
    high: float | None
    """None: as high as the values."""
    targets: tuple[float, ...]


class Chart(NamedTuple):
    """A titled column of panels, and what is to be said below."""

    title: str
    subtitle: str
    panels: tuple[Panel, ...]
    note: str


def chart_of(
    report: ReportResult, measures: Sequence[str], targets: Sequence[Target] = (), subtitle: str = ""
) -> Chart:
    """The chart of a report. Of many groups the largest are drawn, and the note says so."""
    places = tuple(dict.fromkeys(row.period for row in report.rows))
    named = [group for group in report.groups if group is not None]
    most = GROUPS_MAX if len(places) == 1 else SERIES_MAX
    largest = _largest(report, named)[:most]
    shown = largest if len(places) == 1 else sorted(largest)
    note = f"{len(shown)} of {len(named)} groups are drawn, those with the most cases" if len(named) > most else ""
    panels = tuple(_panel(report, measure_of(name), places, shown, targets) for name in measures)
    subject = "Complaints" if report.question.kind == "complaint" else "Inquiries"
    by = f" by {' and '.join(report.question.by)}".replace("_", " ") if report.question.by else ""
    span = places[0] if len(places) == 1 else f"{places[0]} to {places[-1]}" if places else "nothing to report"
    return Chart(f"{subject}{by}, {span}", subtitle, panels, note)


def _largest(report: ReportResult, groups: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """The groups by how many cases they have; those without a name last."""
    sizes: dict[Group, int] = dict.fromkeys(groups, 0)
    for row in report.rows:
        if row.group is not None:
            sizes[row.group] += row.tally.complaints + row.tally.inquiries + len(row.tally.handled_us)
    return sorted(groups, key=lambda group: ("" in group, -sizes[group], group))


def _panel(
    report: ReportResult, measure: Measure, places: Sequence[str], shown: Sequence[Group], targets: Sequence[Target]
) -> Panel:
    known = {(row.period, row.group): row.tally.figure(measure.name).value for row in report.rows}
    wanted = tuple(float(target.value) for target in targets if target.measure == measure.name)
    low, high = _range(measure)

    def value(period: str, group: Group) -> float | None:
        figure = known.get((period, group), None if measure.unit else 0)
        return None if figure is None else float(figure)

    if len(places) == 1 and shown:
        names = tuple(_name(group) for group in shown)
        values = tuple(value(places[0], group) for group in shown)
        axis = " and ".join(report.question.by).replace("_", " ")
        series: tuple[Series, ...] = (Series(places[0], values, is_everybody=False),)
        return Panel(measure.label, measure.unit, axis, names, series, "ranking", low, high, wanted)
    form: Literal["lines", "bars"] = "lines" if measure.unit and len(places) > 1 else "bars"
    groups: Sequence[Group] = (None, *shown) if form == "lines" or not shown else shown
    series = tuple(Series(_name(group), tuple(value(p, group) for p in places), group is None) for group in groups)
    return Panel(measure.label, measure.unit, report.question.period, tuple(places), series, form, low, high, wanted)


def _range(measure: Measure) -> tuple[float, float | None]:
    """Shares on one scale, scores on theirs; a rate of complaints is far below 100 % and would be a flat line there."""
    if measure.unit == "points":
        return 1.0, 5.0
    is_share = measure.unit == "percent" and measure.name not in {"complaint_rate_percent", "reopened_percent"}
    return 0.0, 100.0 if is_share else None


def _name(group: Group) -> str:
    if group is None:
        return EVERYBODY
    return " / ".join(value or NOBODY for value in group)

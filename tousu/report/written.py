"""A report as documents for machines and as CSV for spreadsheets. Figures are the same in both."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any, Final

from tousu.report.figures import ReportResult, Row
from tousu.report.measures import Target
from tousu.report.periods import following
from tousu.report.tally import Value
from tousu.shown import for_csv

EVERYBODY: Final = "*"
"""How CSV writes the row of all groups together; no code of a group looks so. An empty cell is a group without name."""


def number_of(value: Value) -> int | float | None:
    """A value as JSON writes numbers; two decimals at most."""
    return value if value is None or isinstance(value, int) else float(value)


def document_of(report: ReportResult, measures: Sequence[str], targets: Sequence[Target] = ()) -> dict[str, Any]:
    """The whole report as one JSON object."""
    question = report.question
    return {
        "kind": question.kind,
        "period": question.period,
        "by": list(question.by),
        "time_zone": str(question.zone),
        "targets": [_target(target) for target in targets],
        "rows": [_row(report, row, measures, targets) for row in report.rows],
    }  # fmt: skip


def _target(target: Target) -> dict[str, Any]:
    document = {"measure": target.measure, "value": number_of(target.value)}
    return document | ({"section": target.section} if target.section else {})


def _row(report: ReportResult, row: Row, measures: Sequence[str], targets: Sequence[Target]) -> dict[str, Any]:
    by = report.question.by
    group: dict[str, str | None] = dict.fromkeys(by) if row.group is None else dict(zip(by, row.group, strict=True))
    figures: dict[str, Any] = {}
    for name in measures:
        figure = row.tally.figure(name)
        figures[name] = {"value": number_of(figure.value)}
        figures[name] |= {word: number for word in ("having", "of") if (number := getattr(figure, word)) is not None}
        wanted = [target for target in targets if target.measure == name]
        if wanted and figure.value is not None:
            figures[name]["reached"] = not any(target.is_missed_by(figure.compared) for target in wanted)
    return {
        "period": row.period,
        "first_day": row.first.isoformat(),
        "last_day": _last_day(report, row),
        "group": group,
        "figures": figures,
    }


def csv_of(report: ReportResult, measures: Sequence[str]) -> str:
    """The report as CSV (RFC 4180) with one line of names; a figure that is not known is an empty cell."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows(_lines(report, measures))
    return text.getvalue()


def _lines(report: ReportResult, measures: Sequence[str]) -> Iterator[list[object]]:
    by = report.question.by
    yield ["period", "first_day", "last_day", *by, *measures]
    for row in report.rows:
        group = (EVERYBODY,) * len(by) if row.group is None else row.group
        names = map(for_csv, group)
        yield [row.period, row.first, _last_day(report, row), *names, *(row.tally.figure(m).value for m in measures)]


def _last_day(report: ReportResult, row: Row) -> str:
    return (following(row.first, report.question.period) - timedelta(days=1)).isoformat()

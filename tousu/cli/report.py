"""`tousu report`: figures from the log by period and group, as table, CSV, JSON and chart."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

import typer

from tousu.cli import options
from tousu.cli.exit_codes import FOUND

if TYPE_CHECKING:
    from tousu.report.figures import Question, ReportResult, Row
    from tousu.report.fold import Fold
    from tousu.report.measures import Target

STDOUT = "-"
ZONE_OF = "courier-network"
PERIODS_ABREAST = 6
"""So many periods stand beside each other, one measure a line; more of them, or groups, stand one a line."""
PROGRESS_EVERY = 5_000
Read = TypeVar("Read")


def report(
    by: Annotated[
        list[str] | None,
        typer.Option(
            help="Group by: department, outlet, region, employee, responsible, class, cause, grade, channel, "
            "channel_group, organisation. Twice: by both.",
            show_default=False,
        ),
    ] = None,
    period: Annotated[Literal["week", "month", "quarter", "year"], typer.Option(help="Weeks are ISO weeks.")] = "month",
    since: Annotated[
        str,
        typer.Option("--from", metavar="PERIOD", help="First period: 2026, 2026-Q3, 2026-09, 2026-W39 or a day."),
    ] = "",
    until: Annotated[str, typer.Option(metavar="PERIOD", help="Last period, itself included.")] = "",
    measure: Annotated[
        list[str] | None,
        typer.Option(help="What to show, several times or with commas; `all` for everything.", show_default=False),
    ] = None,
    kind: Annotated[Literal["complaint", "inquiry"], typer.Option(help="Which cases.")] = "complaint",
    as_of: Annotated[str, typer.Option(metavar="TIME", help="Only what was known at this moment (RFC 3339).")] = "",
    target: Annotated[
        list[str] | None, typer.Option(metavar="MEASURE=NUMBER", help="Mark what misses it.", show_default=False)
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Exit with 1 when a target is missed.")] = False,
    csv: Annotated[str, typer.Option(metavar="FILE", help="Write CSV; - for standard output.")] = "",
    plot: Annotated[Path | None, typer.Option(metavar="FILE", help="Draw a chart: .svg or .png.")] = None,
    pack: Annotated[
        str,
        typer.Option(
            help="The policy pack whose time zone counts, and its targets where there is no --target. Default: that "
            "of courier-network, without targets.",
            show_default=False,
        ),
    ] = "",
    data: options.Data = None,
    broker: options.Broker = "",
    as_json: options.AsJson = False,
) -> None:
    """Report from the log: received, handled, in time, satisfaction, handling time, reopened, complaint rate.

    Periods are those of the pack's time zone. Read from the topics, or from what an ended demo kept of them. What each
    figure counts stands in docs/reports.md.

    Example: tousu report --by department --period week --data data/demo --plot weeks.svg
    """
    from tousu.policy.loading import load_pack
    from tousu.report.figures import report as count
    from tousu.report.measures import Target, target_of

    judging = load_pack(pack or ZONE_OF)
    targets = [_read(target_of, text, "--target") for text in target or []]
    if pack and not targets:
        targets = [
            Target(pack_target.measure, pack_target.value, pack_target.section) for pack_target in judging.targets
        ]
    question = _question(period, by or [], kind, since, until, judging.time_zone)
    wanted = [name.strip() for text in measure or [] for name in text.split(",")]
    _check_measures(wanted)
    _check_picture(plot)
    _check_outputs(csv, as_json=as_json)
    made = count(_folded(data, broker, as_of), question)
    _say(made, _measures(wanted, targets, made), targets, csv, plot, as_of, as_json=as_json)
    if check and _missed(made, targets):
        raise typer.Exit(FOUND)


def _question(period: Any, by: Sequence[str], kind: str, since: str, until: str, zone: str) -> Question:
    from zoneinfo import ZoneInfo

    from tousu.report.figures import GROUPINGS, Question
    from tousu.report.periods import span

    groups = tuple(dict.fromkeys(name.strip() for option in by for name in option.split(",")))
    for name in groups:
        if name not in GROUPINGS:
            message = f"there is no grouping {name!r}; take of {', '.join(GROUPINGS)}"
            raise typer.BadParameter(message, param_hint="--by")
    first = _read(span, since, "--from")[0] if since else None
    last = _read(span, until, "--until")[1] if until else None
    if first is not None and last is not None and last < first:
        raise typer.BadParameter(f"{until} ends before {since} begins", param_hint="--until")
    return Question(period, ZoneInfo(zone), groups, kind, first, last)


def _read(read: Callable[[str], Read], text: str, option: str) -> Read:
    """Read the words of an option; what cannot be read is wrong usage and names the option."""
    try:
        return read(text)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint=option) from None


def _check_measures(names: Sequence[str]) -> None:
    from tousu.report.measures import measure_of

    for name in names:
        if name != "all":
            _read(measure_of, name, "--measure")


def _check_picture(plot: Path | None) -> None:
    """Before the log is read: can the picture be drawn at all?"""
    if plot is None:
        return
    if plot.suffix not in {".svg", ".png"}:
        raise typer.BadParameter(f"{plot.name} must end in .svg or .png", param_hint="--plot")
    if plot.suffix == ".png":
        from tousu.cli.png import need_matplotlib

        need_matplotlib()


def _check_outputs(csv: str, *, as_json: bool) -> None:
    if csv == STDOUT and as_json:
        raise typer.BadParameter("standard output is taken by --json; name a file", param_hint="--csv")


def _measures(wanted: Sequence[str], targets: Sequence[Target], made: ReportResult) -> list[str]:
    """What is shown: what was asked for, or what is usual (each clock, too, where nothing is grouped), and targets."""
    from tousu.report.measures import IN_TIME_OF_CLOCK, MEASURES, USUAL

    clocks = [IN_TIME_OF_CLOCK + clock for clock in made.clocks]
    if "all" in wanted:
        return list(dict.fromkeys([*MEASURES, *clocks, *(name for name in wanted if name != "all")]))
    received = "complaints" if made.question.kind == "complaint" else "inquiries"
    usual = (received, *USUAL) if made.question.by else (received, *USUAL, *clocks)
    return list(dict.fromkeys([*(wanted or usual), *(target.measure for target in targets)]))


def _folded(data: Path | None, broker: str, as_of: str) -> Fold:
    """Everything that was known, folded. Only the stories of the cases are kept in memory, never the log."""
    from rich.console import Console

    from tousu.cli.published import known
    from tousu.event import time_of_text
    from tousu.failure import Reject, Stop
    from tousu.report.fold import TOPICS, Fold

    bound = time_of_text(as_of, "--as-of") if as_of else None
    fold = Fold()
    console = Console(stderr=True)
    with console.status("reading the log") as status:
        for number, (known_at, event) in enumerate(known(TOPICS, data, broker), start=1):
            if bound is None or known_at <= bound:
                try:
                    fold.take(event)
                except (ValueError, Reject) as error:
                    raise Stop("strange_event", f"{event.get('id')}: {error}") from None
            if number % PROGRESS_EVERY == 0 and console.is_terminal:
                status.update(f"reading the log: {number:,} events, {len(fold.stories):,} cases")
    return fold


def _say(
    made: ReportResult, measures: Sequence[str], targets: Sequence[Target], csv: str, plot: Path | None, as_of: str, *,
    as_json: bool,
) -> None:  # fmt: skip
    from tousu.cli import output
    from tousu.report.written import csv_of, document_of

    if made.strays:
        output.note(f"{made.strays} cases are left out: how they were routed is not in this log")
    if csv == STDOUT:
        sys.stdout.write(csv_of(made, measures))
    elif csv:
        _write(Path(csv), csv_of(made, measures).encode())
    if plot is not None:
        _draw(made, _plotted(measures, made), targets, plot, as_of)
    if as_json:
        output.json_document(document_of(made, measures, targets) | ({"as_of": as_of} if as_of else {}))
    elif csv != STDOUT:
        _table(made, measures, targets, as_of)


def _table(made: ReportResult, measures: Sequence[str], targets: Sequence[Target], as_of: str) -> None:
    from tousu.cli import output
    from tousu.report.measures import measure_of

    by = made.question.by
    if not made.rows:
        output.lines("nothing to report: no case in this log")
        return
    subject = "Complaints" if made.question.kind == "complaint" else "Inquiries"
    known = f", as known at {as_of}" if as_of else ""
    title = f"{subject} by {made.question.period} ({made.question.zone}){known}"
    labels = [measure_of(name).label for name in measures]
    figures = [[_cell(row, name, targets) for name in measures] for row in made.rows]
    if not by and len(made.rows) <= PERIODS_ABREAST:
        periods = [row.period for row in made.rows]
        output.table(title, ["", *periods], zip(labels, *figures, strict=True), right=periods)
    else:
        named = [name.replace("_", " ") for name in by]
        rows = [(row.period, *_named(row, by), *cells) for row, cells in zip(made.rows, figures, strict=True)]
        output.table(title, ["period", *named, *labels], rows, right=labels, is_narrow=True)
    if targets:
        wanted = ", ".join(f"{measure_of(target.measure).label} {target.value}" for target in targets)
        output.lines(f"! misses the target: {wanted}")


def _named(row: Row, by: Sequence[str]) -> tuple[str, ...]:
    return ("all",) * len(by) if row.group is None else tuple(value or "(none)" for value in row.group)


def _cell(row: Row, measure: str, targets: Sequence[Target]) -> str:
    value = row.tally.figure(measure).value
    if value is None:
        return ""
    return f"{value:,}" + (
        " !" if any(target.measure == measure and target.is_missed_by(value) for target in targets) else ""
    )


def _missed(made: ReportResult, targets: Sequence[Target]) -> bool:
    return any(
        target.is_missed_by(row.tally.figure(target.measure).compared) for row in made.rows for target in targets
    )


def _plotted(measures: Sequence[str], made: ReportResult) -> list[str]:
    """The measures of a chart: those asked for; of the usual ones, the four that say most."""
    from tousu.report.chart import SHOWN_BY_DEFAULT
    from tousu.report.measures import USUAL

    if set(USUAL) <= set(measures):
        return [name for name in measures if name in SHOWN_BY_DEFAULT]
    return list(measures)


def _draw(made: ReportResult, measures: Sequence[str], targets: Sequence[Target], plot: Path, as_of: str) -> None:
    from tousu.report.chart import chart_of
    from tousu.report.svg import svg_of

    known = f"as known at {as_of}" if as_of else "as the log says now"
    chart = chart_of(made, measures, targets, f"{made.question.zone} time, {known}")
    if plot.suffix == ".svg":
        _write(plot, svg_of(chart).encode())
        return
    from tousu.cli.png import png_of

    _write(plot, png_of(chart))


def _write(file: Path, content: bytes) -> None:
    """Write a file. Raises Stop `no_file` where that cannot be done."""
    from tousu.cli import output
    from tousu.failure import Stop

    try:
        file.write_bytes(content)
    except OSError as error:
        raise Stop("no_file", f"cannot write {file}: {error.strerror}") from None
    output.note(f"{file} written")

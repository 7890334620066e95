"""What a dashboard is made of, as plain values, and how the SDK of Grafana makes its JSON of it.

A panel says what it shows and why somebody looks at it; what to do stands in docs/runbook.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Literal, NamedTuple

from grafana_foundation_sdk.builders import bargauge, common, dashboard, prometheus, stat, table, timeseries
from grafana_foundation_sdk.models import common as shapes
from grafana_foundation_sdk.models import dashboard as model
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

SOURCE: Final = model.DataSourceRef(type_val="prometheus", uid="${datasource}")
COLUMNS: Final = 24
"""So wide is the grid of Grafana."""
PARTS: Final = {
    "count": "short",
    "money": "short",
    "seconds": "s",
    "share": "percentunit",
    "rate": "cps",
    "moment": "s",
}
"""Our units in the words of Grafana."""

Unit = Literal["count", "money", "seconds", "share", "rate", "moment"]
Form = Literal["number", "lines", "areas", "bars", "table"]


class Query(NamedTuple):
    """A query of Prometheus and the name of its series (`{{label}}` stands for a label)."""

    expr: str
    legend: str = ""


class Look(NamedTuple):
    """One panel. `warn` and `alarm`: from where on a value is yellow or red; `low`: it is so below them.

    `nothing`: what an empty answer means, said in place of the value: a stated zero.
    """

    title: str
    why: str
    form: Form
    queries: tuple[Query, ...]
    unit: Unit = "count"
    width: int = 8
    height: int = 7
    warn: float | None = None
    alarm: float | None = None
    low: bool = False
    nothing: str = ""


class Chosen(NamedTuple):
    """A choice above the dashboard: the values of a label."""

    name: str
    metric: str
    several: bool


class Row(NamedTuple):
    """A titled row of panels."""

    title: str
    looks: tuple[Look, ...]


class Board(NamedTuple):
    """One dashboard. `name` is its file and, with a prefix, its uid."""

    name: str
    title: str
    why: str
    rows: tuple[Row, ...]
    choices: tuple[Chosen, ...] = ()
    span: str = "6h"

    @property
    def uid(self) -> str:
        return f"tousu-{self.name}"


def built(board: Board, others: Sequence[Board]) -> model.Dashboard:
    """The dashboard as Grafana loads it, with links to the others."""
    made = (
        dashboard.Dashboard(board.title).uid(board.uid).description(board.why).tags(["tousu"]).refresh("30s")
        .time(f"now-{board.span}", "now").timezone("browser").readonly().tooltip(model.DashboardCursorSync.CROSSHAIR)
        .with_variable(dashboard.DatasourceVariable("datasource").label("Prometheus").type("prometheus"))
    )  # fmt: skip
    for choice in board.choices:
        made = made.with_variable(_variable(choice))
    for other in others:
        if other.name != board.name:
            link = dashboard.DashboardLink(other.title).type(model.DashboardLinkType.LINK).url(f"/d/{other.uid}")
            made = made.link(link.keep_time(True).tooltip(other.why))
    number = 0
    for row in board.rows:
        made = made.with_row(dashboard.Row(row.title).id(100 + number))
        for look in row.looks:
            number += 1
            made = made.with_panel(_panel(look).id(number))
    return made.build()


def _variable(choice: Chosen) -> dashboard.QueryVariable:
    made = (
        dashboard.QueryVariable(choice.name).datasource(SOURCE).query(f"label_values({choice.metric}, {choice.name})")
        .refresh(model.VariableRefresh.ON_TIME_RANGE_CHANGED).sort(model.VariableSort.ALPHABETICAL_ASC)
    )  # fmt: skip
    if choice.several:
        return made.multi(True).include_all(True).all_value(".*")
    return made


def _panel(look: Look) -> Any:
    """The panel, told what all kinds are told. The builders of the SDK share these words, but no type."""
    made: Any = _FORMS[look.form]()
    made = made.title(look.title).description(look.why).datasource(SOURCE).unit(PARTS[look.unit])
    made = made.span(look.width).height(look.height).thresholds(_thresholds(look))
    if look.nothing:
        made = made.no_value(look.nothing)
    for letter, query in zip("ABCDEFGH", look.queries, strict=False):
        made = made.with_target(_target(letter, query, look))
    return made


def _target(letter: str, query: Query, look: Look) -> prometheus.Dataquery:
    made = prometheus.Dataquery().ref_id(letter).expr(query.expr).legend_format(query.legend or "__auto")
    if look.form in {"lines", "areas"}:
        return made.range()
    return made.instant().format(PromQueryFormat.TABLE) if look.form == "table" else made.instant()


def _thresholds(look: Look) -> dashboard.ThresholdsConfig:
    steps = [(None, "red" if look.low else "green"), (look.warn, "yellow"), (look.alarm, "red")]
    if look.low:
        steps = [(None, "red"), (look.alarm, "yellow"), (look.warn, "green")]
    kept = [step for index, step in enumerate(steps) if index == 0 or step[0] is not None]
    made = [
        model.Threshold(value=value, color=colour) for value, colour in (kept if len(kept) > 1 else [(None, "blue")])
    ]
    return dashboard.ThresholdsConfig().mode(model.ThresholdsMode.ABSOLUTE).steps(made)


def _by_threshold() -> dashboard.FieldColor:
    return dashboard.FieldColor().mode(model.FieldColorModeId.THRESHOLDS)


def _number() -> stat.Panel:
    return stat.Panel().reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"])).color_scheme(_by_threshold())


def _lines() -> timeseries.Panel:
    legend = common.VizLegendOptions().show_legend(True).placement(shapes.LegendPlacement.BOTTOM)
    legend = legend.display_mode(shapes.LegendDisplayMode.LIST)
    return timeseries.Panel().legend(legend).min(0).line_width(2).show_points(shapes.VisibilityMode.NEVER)


def _areas() -> timeseries.Panel:
    stacked = common.StackingConfig().mode(shapes.StackingMode.NORMAL).group("A")
    return _lines().fill_opacity(40).stacking(stacked)


def _bars() -> bargauge.Panel:
    made = bargauge.Panel().reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"])).min(0)
    return made.orientation(shapes.VizOrientation.HORIZONTAL).color_scheme(_by_threshold())


def _table() -> table.Panel:
    hidden = [
        model.DataTransformerConfig(id_val="organize", options={"excludeByName": {"Time": True, "__name__": True}})
    ]
    return table.Panel().transformations(hidden)


_FORMS: Final = {"number": _number, "lines": _lines, "areas": _areas, "bars": _bars, "table": _table}

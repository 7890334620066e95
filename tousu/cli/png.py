"""A chart as PNG. This takes matplotlib, which is not installed with tousu; SVG needs nothing."""

from __future__ import annotations

import io
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from tousu.failure import Stop

if TYPE_CHECKING:
    from tousu.report.chart import Chart, Panel

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
EVERYBODY = "#9aa5b1"
TARGET = "#b42318"


def need_matplotlib() -> None:
    """Raises Stop `no_matplotlib`, saying how to get it, where it is not installed."""
    if find_spec("matplotlib") is None:
        how = "install it with `python3 deploy/local/setup.py --group bench` or `pip install matplotlib`"
        raise Stop(
            "no_matplotlib", f"PNG needs matplotlib, which is not here; {how}, or write .svg, which needs nothing"
        )


def png_of(chart: Chart) -> bytes:
    """The chart as PNG, 150 dots an inch."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    heights = [max(2.6, 0.8 + 0.25 * len(p.places)) if p.form == "ranking" else 2.8 for p in chart.panels]
    figure = Figure(figsize=(9.6, sum(heights) + 0.9), layout="constrained")
    FigureCanvasAgg(figure)
    figure.suptitle(f"{chart.title}\n{chart.subtitle}", fontsize=12)
    for number, panel in enumerate(chart.panels):
        axes = figure.add_subplot(len(chart.panels), 1, number + 1)
        _ranking(axes, panel) if panel.form == "ranking" else _over_time(axes, panel)
        axes.set_title(panel.label[0].upper() + panel.label[1:], loc="left", fontsize=11)
        axes.spines[["top", "right"]].set_visible(False)
        axes.set_axisbelow(True)
    if chart.note:
        figure.supxlabel(chart.note, fontsize=8)
    content = io.BytesIO()
    figure.savefig(content, format="png", dpi=150, metadata={"Software": None})
    return content.getvalue()


def _over_time(axes: Any, panel: Panel) -> None:
    count = len(panel.series)
    named = [series.name for series in panel.series if not series.is_everybody]
    for number, series in enumerate(panel.series):
        colour = EVERYBODY if series.is_everybody else COLOURS[named.index(series.name) % len(COLOURS)]
        values = [float("nan") if value is None else value for value in series.values]
        if panel.form == "lines":
            axes.plot(range(len(values)), values, marker="o", color=colour, label=series.name)
        else:
            lefts = [place + (number - (count - 1) / 2) * 0.8 / count for place in range(len(values))]
            axes.bar(lefts, values, 0.8 / count, color=colour, label=series.name)
    axes.set_xticks(range(len(panel.places)), panel.places)
    axes.set_xlabel(panel.axis)
    axes.set_ylabel(panel.unit or "count")
    axes.set_ylim(panel.low, None if panel.high is None else panel.high * 1.02)
    axes.grid(axis="y", alpha=0.3)
    for target in panel.targets:
        axes.axhline(target, color=TARGET, linestyle="--", label=f"target {target:g}")
    if count > 1 or panel.targets:
        axes.legend(fontsize=8, loc="center left", bbox_to_anchor=(1.0, 0.5))


def _ranking(axes: Any, panel: Panel) -> None:
    (series,) = panel.series
    bars = axes.barh(range(len(panel.places)), [value or 0 for value in series.values], color=COLOURS[0])
    axes.bar_label(bars, ["not known" if value is None else f"{value:g}" for value in series.values], padding=3)
    axes.set_yticks(range(len(panel.places)), panel.places)
    axes.invert_yaxis()
    axes.set_xlabel(panel.unit or "count")
    axes.set_xlim(panel.low, panel.high)
    axes.grid(axis="x", alpha=0.3)
    for target in panel.targets:
        axes.axvline(target, color=TARGET, linestyle="--")

"""A chart drawn as SVG: plain shapes and text, no script, readable without colour by order, dashes and labels."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from html import escape
from typing import Final, NamedTuple

from tousu.report.chart import Chart, Panel, Series
from tousu.shown import printable

WIDTH: Final = 960
_LEFT: Final = 76
_RIGHT: Final = 40
_PLOT_HEIGHT: Final = 190
_PANEL_HEIGHT: Final = 282
_BAR_HEIGHT: Final = 22
_COLOURS: Final = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
"""Okabe and Ito's, which people with any colour vision tell apart."""
_DASHES: Final = ("", "7 3", "2 3", "9 3 2 3", "4 2", "12 4")
_FONT: Final = "font-family=\"system-ui, 'Segoe UI', 'Noto Sans', 'DejaVu Sans', sans-serif\""
_INK: Final = "#1f2933"
_GREY: Final = "#52606d"
_EVERYBODY: Final = "#9aa5b1"
_GRID: Final = "#e4e7eb"
_TARGET: Final = "#b42318"
_LETTER: Final = 7.4
"""Width of a letter of 13 pixels, on the safe side."""


class Scale(NamedTuple):
    """Values to pixels: `low` lies at `start`, `high` at `end`."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """Where a value lies; what is off the scale lies at its edge."""
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)


def svg_of(chart: Chart) -> str:
    """The chart as one SVG document."""
    parts: list[str] = []
    top = 74.0
    names = [(series.name, series.is_everybody) for series in _legend_of(chart)]
    if len(names) > 1:
        legend, top = _legend(names, top)
        parts += legend
    for panel in chart.panels:
        drawn, top = _ranking(panel, top) if panel.form == "ranking" else _over_time(panel, top, names)
        parts += drawn
    if chart.note:
        parts.append(_text(_LEFT, top, chart.note, size=12, colour=_GREY))
        top += 22
    height = math.ceil(top + 8)
    size = f'width="{WIDTH}" height="{height}"'
    head = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} viewBox="0 0 {WIDTH} {height}" role="img" {_FONT}>',
        f"<title>{escape(printable(chart.title))}</title>",
        f'<rect {size} fill="#ffffff"/>',
        _text(24, 34, chart.title, size=20, weight="600"),
        _text(24, 56, chart.subtitle, size=13, colour=_GREY),
    ]
    return "\n".join([*head, *parts, "</svg>", ""])


def ticks(low: float, high: float, count: int = 5, *, whole: bool = False) -> list[float]:
    """Round numbers from `low` to at least `high`, about so many steps; whole ones where things are counted."""
    raw = max((high - low) / count, 1e-9)
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= raw * 0.999)
    if whole:
        step = float(max(1, math.ceil(step)))
    return [low + step * index for index in range(math.ceil(round((high - low) / step, 9)) + 1)]


def _legend_of(chart: Chart) -> list[Series]:
    """The groups in their order, everybody last."""
    longest = max(chart.panels, key=lambda panel: len(panel.series), default=None)
    if longest is None or longest.form == "ranking":
        return []
    return sorted(longest.series, key=lambda series: series.is_everybody)


def _legend(names: Sequence[tuple[str, bool]], top: float) -> tuple[list[str], float]:
    parts, left = [], float(_LEFT)
    for index, (name, is_everybody) in enumerate(names):
        width = 40 + len(name) * _LETTER + 18
        if left + width > WIDTH - _RIGHT and left > _LEFT:
            left, top = float(_LEFT), top + 22
        colour, dash = _style(index, is_everybody)
        parts.append(_line(left, top + 6, left + 28, top + 6, colour, width=3, dash=dash))
        parts.append(_text(left + 36, top + 10.5, name, size=13))
        left += width
    return parts, top + 30


def _style(index: int, is_everybody: bool) -> tuple[str, str]:
    return (_EVERYBODY, "") if is_everybody else (_COLOURS[index % len(_COLOURS)], _DASHES[index % len(_DASHES)])


def _scale_of(panel: Panel, start: float, end: float) -> tuple[Scale, list[float]]:
    values = [value for series in panel.series for value in series.values if value is not None]
    high = panel.high if panel.high is not None else max([*values, *panel.targets, 0.0]) or 1.0
    marks = ticks(panel.low, high, 4 if panel.unit == "points" else 5, whole=panel.unit in ("", "points"))
    return Scale(panel.low, marks[-1], start, end), marks


def _over_time(panel: Panel, top: float, names: Sequence[tuple[str, bool]]) -> tuple[list[str], float]:
    """A panel whose axis is time: lines, or bars side by side."""
    upper, lower = top + 34, top + 34 + _PLOT_HEIGHT
    scale, marks = _scale_of(panel, lower, upper)
    right = WIDTH - _RIGHT
    parts = [_text(_LEFT, top + 16, _titled(panel), size=15, weight="600")]
    for mark in marks:
        y = scale.at(mark)
        parts.append(_line(_LEFT, y, right, y, _GREY if mark == panel.low else _GRID))
        parts.append(_text(_LEFT - 10, y + 4, _number(mark), anchor="end", colour=_GREY, size=12))
    slot = (right - _LEFT) / max(len(panel.places), 1)
    middles = [_LEFT + slot * (index + 0.5) for index in range(len(panel.places))]
    widest = max((len(place) for place in panel.places), default=1) * _LETTER + 14
    every = max(1, math.ceil(widest / slot))
    parts += [_text(x, lower + 19, place, anchor="middle", colour=_GREY, size=12)
              for x, place in list(zip(middles, panel.places, strict=True))[::every]]  # fmt: skip
    parts.append(_text((_LEFT + right) / 2, lower + 37, panel.axis, anchor="middle", colour=_GREY, size=12))
    middle = (upper + lower) / 2
    parts.append(_text(22, middle, _unit_of(panel), anchor="middle", colour=_GREY, size=12, turn=True))
    draw = _lines if panel.form == "lines" else _bars
    place_of = {name: index for index, (name, _) in enumerate(names)}
    parts += draw(panel, scale, middles, slot, place_of)
    for target in panel.targets:
        y = scale.at(target)
        parts.append(_line(_LEFT, y, right, y, _TARGET, width=1.5, dash="6 4"))
        parts.append(_text(right, y - 5, f"target {_number(target)}", anchor="end", colour=_TARGET, size=12))
    if not any(value is not None for series in panel.series for value in series.values):
        parts.append(_text((_LEFT + right) / 2, middle, "nothing known", anchor="middle", colour=_GREY))
    return parts, top + _PANEL_HEIGHT


def _lines(
    panel: Panel, scale: Scale, middles: Sequence[float], slot: float, place_of: dict[str, int]
) -> Iterator[str]:
    for series in panel.series:
        colour, dash = _style(place_of.get(series.name, 0), series.is_everybody)
        width = 4.5 if series.is_everybody and len(panel.series) > 1 else 2.5
        for stretch in _known_stretches(middles, series.values):
            points = " ".join(f"{x:.1f},{scale.at(value):.1f}" for x, value in stretch)
            dashes = f' stroke-dasharray="{dash}"' if dash else ""
            yield f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="{width}"{dashes}/>'
        for x, value in zip(middles, series.values, strict=True):
            if value is not None:
                y = scale.at(value)
                title = f"<title>{_label(series, value)}</title>"
                yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}">{title}</circle>'
                if len(panel.series) == 1 and slot > 48:
                    yield _text(x, y - 10, _number(value), anchor="middle", size=12)


def _known_stretches(middles: Sequence[float], values: Sequence[float | None]) -> Iterator[list[tuple[float, float]]]:
    """The points between two gaps: what is not known is not drawn through."""
    stretch: list[tuple[float, float]] = []
    for x, value in zip(middles, values, strict=True):
        if value is not None:
            stretch.append((x, value))
        elif stretch:
            yield stretch
            stretch = []
    if stretch:
        yield stretch


def _bars(panel: Panel, scale: Scale, middles: Sequence[float], slot: float, place_of: dict[str, int]) -> Iterator[str]:
    count = len(panel.series)
    width = min(slot * 0.8 / max(count, 1), 64.0)
    for number, series in enumerate(panel.series):
        colour, _ = _style(place_of.get(series.name, 0), series.is_everybody and count > 1)
        for middle, value in zip(middles, series.values, strict=True):
            if value is None:
                continue
            x, y = middle + (number - count / 2) * width, scale.at(value)
            title = f"<title>{_label(series, value)}</title>"
            yield _bar(x + width * 0.04, y, width * 0.92, scale.start - y, colour, title)
            if width >= len(_number(value)) * _LETTER:
                yield _text(x + width / 2, y - 5, _number(value), anchor="middle", size=12)


def _ranking(panel: Panel, top: float) -> tuple[list[str], float]:
    """A panel whose axis is the groups of one period: a bar each, with its value."""
    (series,) = panel.series
    left = 24 + min(max((len(name) for name in panel.places), default=0), 40) * _LETTER + 12
    right = WIDTH - _RIGHT - 60
    upper, lower = top + 30, top + 30 + len(panel.places) * _BAR_HEIGHT + 4
    scale, marks = _scale_of(panel, left, right)
    parts = [_text(24, top + 16, _titled(panel), size=15, weight="600")]
    for mark in marks:
        x = scale.at(mark)
        parts.append(_line(x, upper, x, lower, _GREY if mark == panel.low else _GRID))
        parts.append(_text(x, lower + 16, _number(mark), anchor="middle", colour=_GREY, size=12))
    for index, (name, value) in enumerate(zip(panel.places, series.values, strict=True)):
        y = upper + 4 + index * _BAR_HEIGHT
        shown = name if len(name) <= 40 else name[:39] + "…"
        parts.append(_text(left - 10, y + 13, shown, anchor="end", size=13))
        if value is not None:
            parts.append(_bar(left, y, scale.at(value) - left, _BAR_HEIGHT - 6, _COLOURS[0], ""))
        text = "not known" if value is None else _number(value)
        parts.append(_text((left if value is None else scale.at(value)) + 6, y + 13, text, size=12, colour=_INK))
    for target in panel.targets:
        x = scale.at(target)
        parts.append(_line(x, upper - 4, x, lower, _TARGET, width=1.5, dash="6 4"))
        parts.append(_text(x, upper - 8, f"target {_number(target)}", anchor="middle", colour=_TARGET, size=12))
    parts.append(_text((left + right) / 2, lower + 34, _unit_of(panel), anchor="middle", colour=_GREY, size=12))
    return parts, lower + 58


def _titled(panel: Panel) -> str:
    return panel.label[0].upper() + panel.label[1:]


def _unit_of(panel: Panel) -> str:
    return panel.unit or "count"


def _label(series: Series, value: float) -> str:
    return escape(printable(f"{series.name}: {_number(value)}"))


def _number(value: float) -> str:
    return f"{value:,.2f}".rstrip("0").rstrip(".")


def _text(
    x: float, y: float, text: str, *, size: int = 13, anchor: str = "start", colour: str = _INK, weight: str = "400",
    turn: bool = False,
) -> str:  # fmt: skip
    turned = f' transform="rotate(-90 {x:.1f} {y:.1f})"' if turn else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" font-weight="{weight}" text-anchor="{anchor}" '
        f'fill="{colour}"{turned}>{escape(printable(text))}</text>'
    )


def _line(x1: float, y1: float, x2: float, y2: float, colour: str, *, width: float = 1, dash: str = "") -> str:
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    at = f'x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
    return f'<line {at} stroke="{colour}" stroke-width="{width}"{dashes}/>'


def _bar(x: float, y: float, width: float, height: float, colour: str, inside: str) -> str:
    shape = f'x="{x:.1f}" y="{y:.1f}" width="{max(width, 0):.1f}" height="{max(height, 0):.1f}" rx="1.5"'
    return f'<rect {shape} fill="{colour}">{inside}</rect>'

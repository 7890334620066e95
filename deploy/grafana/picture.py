"""A dashboard drawn as SVG from the answers to its queries: what it looks like, without a Grafana.

Panels stand where Grafana puts them. Of many series the highest are drawn.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Final, NamedTuple

from deploy.grafana.board import COLUMNS, Board, Look
from tousu.report.svg import Scale, ticks

CELL_WIDTH: Final = 44
CELL_HEIGHT: Final = 30
GAP: Final = 8
EDGE: Final = 16
HEAD: Final = 62
SERIES_MAX: Final = 6
COLOURS: Final = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
"""Okabe and Ito's, which people with any colour vision tell apart."""
INK, GREY, GRID, PAPER, CARD = "#1f2933", "#52606d", "#e4e7eb", "#f3f5f7", "#ffffff"
GOOD, WARN, ALARM, PLAIN = "#1a7f37", "#b7791f", "#b42318", "#0b5394"
LETTER: Final = 6.1
"""Width of a letter of 11 pixels."""

Point = tuple[float, float]


class Told(NamedTuple):
    """One series of an answer: its name, and its value over time (the last one is now)."""

    name: str
    points: tuple[Point, ...]

    @property
    def last(self) -> float:
        return self.points[-1][1]


class Place(NamedTuple):
    """Where a panel lies, in pixels."""

    x: float
    y: float
    width: float
    height: float


def named(legend: str, labels: Mapping[str, str]) -> str:
    """The name of a series as Grafana writes it."""
    if not legend:
        return ", ".join(value for name, value in labels.items() if name != "__name__") or "value"
    return re.sub(r"\{\{(\w+)\}\}", lambda found: labels.get(found[1], ""), legend).strip()


def drawn(board: Board, answers: Mapping[Look, Sequence[Told]], subtitle: str) -> str:
    """The whole dashboard. `answers` has the series of each panel."""
    width = 2 * EDGE + COLUMNS * CELL_WIDTH
    parts: list[str] = []
    y = float(HEAD)
    for row in board.rows:
        parts.append(text(EDGE, y + 16, row.title, 14, INK, "600"))
        y += 26
        x, tallest = 0, 0
        for look in row.looks:
            if x + look.width > COLUMNS:
                x, y, tallest = 0, y + tallest * CELL_HEIGHT, 0
            place = Place(
                EDGE + x * CELL_WIDTH, y, look.width * CELL_WIDTH - GAP, look.height * CELL_HEIGHT - GAP,
            )  # fmt: skip
            parts += panel(look, answers[look], place)
            x, tallest = x + look.width, max(tallest, look.height)
        y += tallest * CELL_HEIGHT + 6
    height = math.ceil(y + EDGE)
    size = f'width="{width}" height="{height}"'
    font = "font-family=\"system-ui, 'Segoe UI', 'Noto Sans', 'DejaVu Sans', sans-serif\""
    head = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} viewBox="0 0 {width} {height}" role="img" {font}>',
        f"<title>{escape(board.title)}</title>", f'<rect {size} fill="{PAPER}"/>',
        text(EDGE, 28, board.title, 19, INK, "600"), text(EDGE, 48, subtitle, 12, GREY),
    ]  # fmt: skip
    return "\n".join([*head, *parts, "</svg>", ""])


def panel(look: Look, told: Sequence[Told], place: Place) -> Iterator[str]:
    """One panel with its frame and its title."""
    x, y, width, height = place
    yield f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="4" fill="{CARD}" stroke="{GRID}"/>'
    yield text(x + 10, y + 18, cut(look.title, width - 20, 12), 12, INK, "600")
    known = [each for each in told if any(math.isfinite(value) for _, value in each.points)]
    inside = Place(x + 10, y + 28, width - 20, height - 36)
    if not known:
        yield text(x + width / 2, y + height / 2 + 8, look.nothing or "nothing", 12, GREY, anchor="middle")
    elif look.form == "number":
        yield from number(look, known[0].last, inside)
    elif look.form in {"lines", "areas"}:
        yield from lines(look, highest(known), inside)
    elif look.form == "table":
        for index, each in enumerate(known):
            words = f"{said(look, each.last)}  {each.name}"
            yield text(inside.x, inside.y + 14 + index * 17, cut(words, inside.width, 11), 11, INK)
    else:
        yield from bars(look, sorted(known, key=lambda each: -each.last), inside)


def highest(told: Sequence[Told]) -> list[Told]:
    """The highest few, in the order of their names."""
    top = sorted(told, key=lambda each: -max(value for _, value in each.points if math.isfinite(value)))[:SERIES_MAX]
    return sorted(top, key=lambda each: each.name)


def number(look: Look, value: float, place: Place) -> Iterator[str]:
    colour = colour_of(look, value)
    size = 30 if place.height > 60 else 24
    yield text(
        place.x + place.width / 2, place.y + place.height / 2 + 8, said(look, value), size, colour, "600", "middle"
    )


def colour_of(look: Look, value: float) -> str:
    if look.warn is None and look.alarm is None:
        return PLAIN
    for limit, colour in ((look.alarm, ALARM), (look.warn, WARN)):
        if limit is not None and (value < limit if look.low else value >= limit):
            return colour
    return GOOD


def bars(look: Look, told: Sequence[Told], place: Place) -> Iterator[str]:
    """A bar a series, the largest first, as many as have room."""
    step = 19.0
    room = max(1, int(place.height // step))
    shown = told[:room]
    names = min(place.width * 0.55, max(len(each.name) for each in shown) * LETTER + 10)
    high = max(*(each.last for each in shown), 1e-9)
    for index, each in enumerate(shown):
        y = place.y + index * step
        length = (place.width - names - 58) * max(each.last, 0) / high
        yield text(place.x + names - 6, y + 13, cut(each.name or "(none)", names, 11), 11, INK, anchor="end")
        yield f'<rect x="{place.x + names:.1f}" y="{y + 3:.1f}" width="{max(length, 1):.1f}" height="13" rx="2" fill="{colour_of(look, each.last)}"/>'  # noqa: E501
        yield text(place.x + names + length + 5, y + 13.5, said(look, each.last), 11, GREY)


def lines(look: Look, told: Sequence[Told], place: Place) -> Iterator[str]:
    """Lines over time, or areas upon each other, with a legend below."""
    legend = legend_of([each.name for each in told], place)
    rows = 1 + max(row for _, row, _ in legend)
    left, lower = place.x + 40, place.y + place.height - 8 - rows * 15
    tops = stacked(told) if look.form == "areas" else [each.points for each in told]
    times = [at for each in told for at, _ in each.points]
    high = max(value for points in tops for _, value in points if math.isfinite(value))
    marks = ticks(0.0, high or 1.0, 3)
    up = Scale(0.0, marks[-1], lower, place.y + 4)
    along = Scale(min(times), max(*times, min(times) + 1), left, place.x + place.width - 4)
    for mark in marks:
        y = up.at(mark)
        yield f'<line x1="{left:.0f}" x2="{along.end:.0f}" y1="{y:.1f}" y2="{y:.1f}" stroke="{GRID}"/>'
        yield text(left - 5, y + 4, said(look, mark), 10, GREY, anchor="end")
    for index in reversed(range(len(told))):
        colour = COLOURS[index % len(COLOURS)]
        for stretch in stretches(tops[index]):
            places = [(along.at(at), up.at(value)) for at, value in stretch]
            path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
            if look.form == "areas":
                closed = f"{path} {places[-1][0]:.1f},{lower:.1f} {places[0][0]:.1f},{lower:.1f}"
                yield f'<polygon points="{closed}" fill="{CARD}"/>'
                yield f'<polygon points="{closed}" fill="{colour}" fill-opacity="0.55"/>'
            yield f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.8"/>'
    for index, (x, row, name) in enumerate(legend):
        y = lower + 18 + row * 15
        yield f'<rect x="{x:.0f}" y="{y - 8:.0f}" width="10" height="4" fill="{COLOURS[index % len(COLOURS)]}"/>'
        yield text(x + 14, y - 2, name, 11, GREY)


def legend_of(names: Sequence[str], place: Place) -> list[tuple[float, int, str]]:
    """x, row and words of each name."""
    found, x, row = [], place.x, 0
    for name in names:
        words = cut(name, place.width - 20, 11)
        width = 14 + len(words) * LETTER + 12
        if x + width > place.x + place.width and x > place.x:
            x, row = place.x, row + 1
        found.append((x, row, words))
        x += width
    return found


def stacked(told: Sequence[Told]) -> list[tuple[Point, ...]]:
    """Each series upon those before it."""
    below: dict[float, float] = {}
    found = []
    for each in told:
        points = []
        for at, value in each.points:
            below[at] = below.get(at, 0.0) + (value if math.isfinite(value) else 0.0)
            points.append((at, below[at]))
        found.append(tuple(points))
    return found


def stretches(points: Sequence[Point]) -> Iterator[list[Point]]:
    """The points between two gaps."""
    stretch: list[Point] = []
    for at, value in points:
        if math.isfinite(value):
            stretch.append((at, value))
        elif stretch:
            yield stretch
            stretch = []
    if stretch:
        yield stretch


def said(look: Look, value: float) -> str:
    """A value with its unit, in few signs."""
    if look.unit == "share":
        return f"{value:.1%}"
    if look.unit in {"seconds", "moment"}:
        steps = ((0.001, 1e6, "µs"), (1, 1e3, "ms"), (600, 1, "s"), (math.inf, 1 / 3600, "h"))
        factor, sign = next((factor, sign) for limit, factor, sign in steps if value < limit)
        return f"{value * factor:.3g} {sign}" if value else "0 s"
    shown = f"{value:,.0f}" if abs(value - round(value)) < 1e-9 or abs(value) >= 100 else f"{value:.3g}"
    return f"{shown}/s" if look.unit == "rate" else shown


def cut(words: str, width: float, size: int) -> str:
    room = max(3, int(width / (LETTER * size / 11)))
    return words if len(words) <= room else words[: room - 1] + "…"


def text(x: float, y: float, words: str, size: int, colour: str, weight: str = "400", anchor: str = "start") -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" font-weight="{weight}" text-anchor="{anchor}" '
        f'fill="{colour}">{escape(words)}</text>'
    )

"""The few shapes of SVG that a time line is made of, as text."""

from __future__ import annotations

from html import escape
from typing import Final

from tousu.shown import printable

INK: Final = "#1f2933"
SOFT: Final = "#616e7c"
FONTS: Final = (
    "'Noto Sans CJK SC','Noto Sans SC','Source Han Sans SC','PingFang SC','Microsoft YaHei','WenQuanYi Micro Hei',"
    "'Helvetica Neue',Arial,sans-serif"
)


def words(
    x: float, y: float, text: str, *, size: float = 11, colour: str = INK, bold: bool = False, halo: bool = False
) -> str:
    """A line of text that begins at a place, on a halo where it lies over lines; what no XML can hold is left out."""
    weight = ' font-weight="600"' if bold else ""
    lit = ' stroke="#ffffff" stroke-width="3" stroke-linejoin="round" paint-order="stroke"' if halo else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:g}" fill="{colour}"{weight}{lit}>{_clean(text)}</text>'


def box(x: float, y: float, width: float, height: float, fill: str, *, tooltip: str = "", more: str = "") -> str:
    """A rectangle; `tooltip` is shown where a pointer rests on it."""
    title = f"<title>{_clean(tooltip)}</title>" if tooltip else ""
    size = f'width="{max(width, 0.5):.1f}" height="{height:.1f}"'
    return f'<rect x="{x:.1f}" y="{y:.1f}" {size} fill="{fill}"{more}>{title}</rect>'


def line(x1: float, y1: float, x2: float, y2: float, colour: str, *, width: float = 1, dashes: str = "") -> str:
    """A straight line."""
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    ends = f'x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
    return f'<line {ends} stroke="{colour}" stroke-width="{width:g}"{dashed}/>'


def dot(x: float, y: float, radius: float, fill: str, *, stroke: str = "#ffffff") -> str:
    """A round mark."""
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:g}" fill="{fill}" stroke="{stroke}" stroke-width="1.5"/>'


def shape(points: list[tuple[float, float]], fill: str, *, stroke: str = "#ffffff") -> str:
    """A mark with corners."""
    corners = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polygon points="{corners}" fill="{fill}" stroke="{stroke}" stroke-width="1.2"/>'


def group(name: str, parts: list[str], **data: str) -> str:
    """Parts that belong together, with their data for whoever reads the picture by program."""
    attributes = "".join(f' data-{key}="{_clean(value)}"' for key, value in data.items())
    return f'<g class="{name}"{attributes}>\n' + "\n".join(parts) + "\n</g>"


def _clean(text: str) -> str:
    """Text as XML may hold it."""
    return escape(printable(text))

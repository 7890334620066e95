"""Labels of a picture: how wide a text is, about, and rows in which no two labels and no leader line meet."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from unicodedata import east_asian_width

import msgspec

EM_LATIN: Final = 0.6
EM_WIDE: Final = 1.02
GAP: Final = 10.0
SAME: Final = 1.5
"""Labels whose marks lie closer than this, in pixels, are one label."""


class Label(msgspec.Struct, frozen=True):
    """A text at a place of the time axis, in a row below its mark (0 is the topmost)."""

    x: float
    text: str
    colour: str
    row: int = 0


def width_of(text: str, size: float) -> float:
    """About how wide a text is in pixels; rather too much than too little."""
    return sum(EM_WIDE if east_asian_width(character) in "WFA" else EM_LATIN for character in text) * size


def shortened(text: str, size: float, width: float) -> str:
    """The text, cut with an ellipsis where it does not fit."""
    if width_of(text, size) <= width:
        return text
    while text and width_of(text + "…", size) > width:
        text = text[:-1]
    return text.rstrip() + "…"


def stacked(labels: Iterable[tuple[float, str, str]], size: float) -> list[Label]:
    """Labels (x, text, colour) in rows. Each begins at its mark, whose line comes down to it from above.

    From right to left each takes the topmost row in which it ends before the next one begins, and before the line of
    any that stands deeper.
    """
    free_until: list[float] = []
    placed: list[Label] = []
    for x, text, colour in reversed(_together(labels)):
        end = x + width_of(text, size) + GAP
        row = next((index for index, edge in enumerate(free_until) if end <= edge), len(free_until))
        free_until[: row + 1] = [x] * (row + 1)
        placed.append(Label(x, text, colour, row))
    return placed[::-1]


def _together(labels: Iterable[tuple[float, str, str]]) -> list[tuple[float, str, str]]:
    """Labels of one place as one, in the colour of the last."""
    merged: list[tuple[float, str, str]] = []
    for x, text, colour in sorted(labels, key=lambda label: label[0]):
        if merged and x - merged[-1][0] < SAME:
            merged[-1] = (merged[-1][0], f"{merged[-1][1]} · {text}", colour)
        else:
            merged.append((x, text, colour))
    return merged

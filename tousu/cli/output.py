"""How results are shown: a table for people, JSON for machines. Colours only where there is a terminal.

What others wrote never steers the terminal (`tousu.shown`); in JSON such signs are escaped.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from contextvars import ContextVar
from typing import Any, Final

import orjson

from tousu.shown import for_json, for_terminal

WIDTH_IN_FILES = 140
"""How wide a table may be where no terminal says so."""


def json_lines(rows: Iterable[Mapping[str, Any]]) -> None:
    """One JSON object a line."""
    for row in rows:
        sys.stdout.buffer.write(for_json(orjson.dumps(row)) + b"\n")
    sys.stdout.buffer.flush()


def json_document(document: Mapping[str, Any]) -> None:
    """One JSON object, indented."""
    sys.stdout.buffer.write(for_json(orjson.dumps(document, option=orjson.OPT_INDENT_2)) + b"\n")
    sys.stdout.buffer.flush()


def table(
    title: str, columns: Sequence[str], rows: Iterable[Sequence[object]], *, right: Sequence[str] = (),
    is_narrow: bool = False,
) -> None:  # fmt: skip
    """A table; the columns named in `right` hold numbers. Without any column's name it has no heading row.

    A narrow one has no lines between columns, so that more of them fit.
    """
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    heading = Text(for_terminal(title), style="bold") if title else None
    made = Table(
        title=heading, title_justify="left", header_style="bold", show_header=any(columns),
        box=box.SIMPLE_HEAD if is_narrow else box.HEAVY_HEAD, padding=(0, 0 if is_narrow else 1),
    )  # fmt: skip
    for column in columns:
        made.add_column(
            Text(for_terminal(column)),
            justify="right" if column in right else "left",
            overflow="fold",
            no_wrap=is_narrow and column not in right,
        )
    for row in rows:
        made.add_row(*("" if cell is None else Text(for_terminal(str(cell))) for cell in row))
    console = Console()
    if not console.is_terminal:
        console = Console(width=WIDTH_IN_FILES)
    console.print(made)


def lines(*texts: str) -> None:
    """Plain lines."""
    for line in texts:
        sys.stdout.write(for_terminal(line) + "\n")
    sys.stdout.flush()


def note(line: str) -> None:
    """Something that is not the result: to standard error."""
    sys.stderr.write(f"tousu: {for_terminal(line)}\n")


_ZONE: Final[ContextVar[str]] = ContextVar("zone", default="UTC")


def show_times_in(zone: str) -> None:
    """From now on times are shown in this zone (IANA), that of the pack by which they count."""
    _ZONE.set(zone)


def zone() -> str:
    """The zone in which times are shown, for the heading above them."""
    return _ZONE.get()


def local(text: str | None) -> str:
    """A time of an event in the zone in which times are shown, to the minute; empty for none."""
    if not text:
        return ""
    from datetime import datetime
    from zoneinfo import ZoneInfo

    return datetime.fromisoformat(text).astimezone(ZoneInfo(zone())).strftime("%Y-%m-%d %H:%M")

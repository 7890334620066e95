"""A YAML text as plain values, with the line of each: so that a fault can be shown where it stands.

Only the JSON part of YAML is understood: maps with text keys, lists, text, whole and decimal numbers, true, false,
null.
Unlike YAML's own reading, 18:00 and 2026-01-01 stay text, and a key given twice is a fault instead of a loss. Aliases
are faults: a few lines of them make gigabytes of values, or a value that holds itself. So are tags, which say of a
value that it is another.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

import msgspec
import yaml

Path = tuple[str | int, ...]

DEPTH_MAX: Final = 40
"""A pack has eleven levels."""
FAULTS_MAX: Final = 50
"""More than anybody mends before looking again."""
_PLAIN: Final = {"true": True, "false": False, "null": None, "~": None, "": None}
_WHOLE: Final = re.compile(r"-?(0|[1-9][0-9]*)")
_DECIMAL: Final = re.compile(r"-?(0|[1-9][0-9]*)\.[0-9]+")


class PackFault(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is wrong in a pack or calendar: where, what, and how it would be right."""

    file: str
    line: int
    field: str
    problem: str
    fix: str
    example: str = ""

    def __str__(self) -> str:
        """The fault as one paragraph for a person."""
        place = f"{self.file}:{self.line}: {self.field or 'the whole document'}: {self.problem}. {self.fix}"
        return f"{place}\n    for example: {self.example}" if self.example else place


class Document(msgspec.Struct, frozen=True):
    """The values of a YAML text, the line (from 1) of every path in it, and the faults of its form."""

    value: Any
    lines: dict[Path, int]
    faults: tuple[tuple[Path, int, str, str], ...]

    def line_of(self, path: Path) -> int:
        """The line of a path, or of its nearest parent that stands in the text."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def read_document(text: str) -> Document:
    """Read a YAML text. A text that is no YAML gives a document without value and one fault."""
    reader = _Reader(text)
    try:
        return reader.document()
    except _Enough:
        return Document(None, reader.lines, tuple(reader.faults))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        return no_document(line, f"this is no YAML ({error.problem})", "Check indentation, quotes and brackets here")
    except yaml.YAMLError:
        return no_document(1, "this is no YAML text", "Save the file as UTF-8 without control characters")


def no_document(line: int, problem: str, fix: str) -> Document:
    """A text of which nothing can be used, for one fault."""
    return Document(None, {}, (((), line, problem, fix),))


class _Enough(Exception):
    """There are so many faults, or so many levels, that reading on helps nobody."""


class _Reader:
    """Goes over the events of a text once; never deeper than DEPTH_MAX, and never over the same place twice."""

    def __init__(self, text: str) -> None:
        self.events: Iterator[yaml.Event] = yaml.parse(text, Loader=yaml.CBaseLoader)
        self.lines: dict[Path, int] = {}
        self.faults: list[tuple[Path, int, str, str]] = []

    def document(self) -> Document:
        next(self.events)  # the stream begins
        if isinstance(next(self.events), yaml.StreamEndEvent):
            return no_document(1, "the file is empty", "Start from a pack that works")
        value = self.value(next(self.events), ())
        next(self.events)  # the document ends
        after = next(self.events)
        if not isinstance(after, yaml.StreamEndEvent):
            self.fault((), after, "a second document begins here", "Write one document a file")
        return Document(value, self.lines, tuple(self.faults))

    def value(self, event: yaml.Event, path: Path) -> Any:
        self.lines.setdefault(path, _line(event))
        if isinstance(event, yaml.AliasEvent):
            self.fault(path, event, f"*{event.anchor} stands for another place", "Write it out: aliases are not taken")
            return None
        tag = getattr(event, "tag", None)
        if tag is not None:
            self.fault(path, event, f"the tag {tag} is not taken", "Take it out; put text into quotes")
        if isinstance(event, yaml.ScalarEvent):
            return event.value if event.style else _scalar(event.value)
        if len(path) >= DEPTH_MAX:
            self.fault(path, event, f"this is nested deeper than {DEPTH_MAX} levels", "Close brackets that stand open")
            raise _Enough  # YAML's own reader takes the square of the depth
        if isinstance(event, yaml.SequenceStartEvent):
            return [self.value(item, (*path, index)) for index, item in enumerate(self.until(yaml.SequenceEndEvent))]
        return self.mapping(path)

    def mapping(self, path: Path) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for key_event in self.until(yaml.MappingEndEvent):
            if not isinstance(key_event, yaml.ScalarEvent):
                self.fault(path, key_event, "a key must be text", "Write a plain word before the colon")
                self.skip(key_event)
                self.skip(next(self.events))
                continue
            key = key_event.value
            if key in values:
                self.fault((*path, key), key_event, f"{key} stands here a second time", "Keep one of the two")
                self.skip(next(self.events))
                continue
            self.lines[*path, key] = _line(key_event)
            values[key] = self.value(next(self.events), (*path, key))
        return values

    def until(self, end: type[yaml.Event]) -> Iterator[yaml.Event]:
        """The first event of each child; whoever takes one takes all of the child."""
        return iter(lambda: None if isinstance(event := next(self.events), end) else event, None)

    def skip(self, event: yaml.Event) -> None:
        """Pass over the rest of what this event begins."""
        depth = int(isinstance(event, yaml.CollectionStartEvent))
        while depth:
            event = next(self.events)
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > DEPTH_MAX:
                raise _Enough

    def fault(self, path: Path, event: yaml.Event, problem: str, fix: str) -> None:
        self.faults.append((path, _line(event), problem, fix))
        if len(self.faults) == FAULTS_MAX:
            raise _Enough


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


def _scalar(text: str) -> Any:
    if text in _PLAIN:
        return _PLAIN[text]
    if _WHOLE.fullmatch(text):
        return int(text)
    return float(text) if _DECIMAL.fullmatch(text) else text

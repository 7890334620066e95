"""A YAML text as plain values, with the line of each: so that a fault can be shown where it stands.

Only the JSON part of YAML is understood: maps with text keys, lists, text, whole and decimal numbers, true, false,
null.
Unlike YAML's own reading, 18:00 and 2026-01-01 stay text, and a key given twice is a fault instead of a loss.
"""

from __future__ import annotations

import re
from typing import Any, Final

import msgspec
import yaml

Path = tuple[str | int, ...]

_PLAIN: Final = {"true": True, "false": False, "null": None, "~": None, "": None}
_WHOLE: Final = re.compile(r"-?(0|[1-9][0-9]*)")
_DECIMAL: Final = re.compile(r"-?(0|[1-9][0-9]*)\.[0-9]+")


class Fault(msgspec.Struct, frozen=True, kw_only=True):
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
    try:
        node = yaml.compose(text, Loader=yaml.CBaseLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        fault = ((), line, f"this is no YAML ({error.problem})", "Check indentation, quotes and brackets of this line")
        return Document(None, {}, (fault,))
    except yaml.YAMLError:
        return Document(
            None, {}, (((), 1, "this is no YAML text", "Save the file as UTF-8 without control characters"),)
        )
    if node is None:
        return Document(None, {}, (((), 1, "the file is empty", "Start from a pack that works"),))
    lines: dict[Path, int] = {}
    faults: list[tuple[Path, int, str, str]] = []
    return Document(_value(node, (), lines, faults), lines, tuple(faults))


def _value(node: yaml.Node, path: Path, lines: dict[Path, int], faults: list[tuple[Path, int, str, str]]) -> Any:
    lines.setdefault(path, node.start_mark.line + 1)
    match node:
        case yaml.MappingNode():
            return _mapping(node, path, lines, faults)
        case yaml.SequenceNode():
            return [_value(item, (*path, index), lines, faults) for index, item in enumerate(node.value)]
        case _:
            return _scalar(str(node.value)) if _is_plain(node) else node.value


def _is_plain(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and not node.style


def _mapping(
    node: yaml.MappingNode, path: Path, lines: dict[Path, int], faults: list[tuple[Path, int, str, str]]
) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key, line = str(key_node.value), key_node.start_mark.line + 1
        if key in values:
            faults.append(((*path, key), line, f"{key} stands here a second time", "Keep one of the two"))
            continue
        lines[*path, key] = line
        values[key] = _value(value_node, (*path, key), lines, faults)
    return values


def _scalar(text: str) -> Any:
    if text in _PLAIN:
        return _PLAIN[text]
    if _WHOLE.fullmatch(text):
        return int(text)
    return float(text) if _DECIMAL.fullmatch(text) else text

"""Every sentence with which an input is refused, read off the code; holes stand for what is filled in."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

ROOT: Final = Path(__file__).resolve().parents[2]
ROOMS: Final = (
    "services",
    "tousu/contract",
    "tousu/domain",
    "tousu/policy",
    "tousu/ledger",
    "tousu/edge.py",
    "tousu/event.py",
)
REFUSES: Final = frozenset({"Reject", "Refusal", "refusal", "_refused"})
HOLE: Final = "{}"


class Sentence(NamedTuple):
    """One place in the code that refuses. `place`: the field that is named, "" for none, HOLE where it is filled in."""

    file: str
    line: int
    reason: str
    words: str
    place: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line} {self.reason} [{self.place}] {self.words}"


def sentences() -> list[Sentence]:
    """All of them, in the order of the files. Where words come from elsewhere, they are only a hole."""
    found: list[Sentence] = []
    for path in files():
        found += sentences_in(path.read_text(encoding="utf-8"), str(path.relative_to(ROOT)))
    return found


def files() -> Iterator[Path]:
    """The modules in which something is refused that was sent from outside, or by one of ours."""
    for room in ROOMS:
        root = ROOT / room
        yield from sorted(root.rglob("*.py")) if root.is_dir() else [root]


def sentences_in(text: str, file: str) -> Iterator[Sentence]:
    tree = ast.parse(text)
    whole: dict[str, str] = {}
    for node in tree.body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
            whole[node.target.id] = _words(node.value, whole)
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
        said = dict(whole)
        for each in _in_order(function):
            if isinstance(each, ast.Assign) and isinstance(each.targets[0], ast.Name):
                said[each.targets[0].id] = _words(each.value, said)
            elif isinstance(each, ast.Call) and isinstance(each.func, ast.Name) and each.func.id in REFUSES:
                yield from _sentence(each, said, file)


def _in_order(function: ast.FunctionDef) -> Iterator[ast.AST]:
    """The nodes of a function in the order of the text, those of functions within it left to their own turn."""
    nodes: list[ast.AST] = []
    waiting: list[ast.AST] = list(function.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef):
            continue
        nodes.append(node)
        waiting += ast.iter_child_nodes(node)
    yield from sorted((each for each in nodes if isinstance(each, ast.Assign | ast.Call)), key=lambda each: each.lineno)


def _sentence(call: ast.Call, said: dict[str, str], file: str) -> Iterator[Sentence]:
    named = {word.arg: _words(word.value, said) for word in call.keywords if word.arg}
    plain = [_words(each, said) for each in call.args]
    assert isinstance(call.func, ast.Name)
    if call.func.id == "_refused" and len(plain) == 2:
        plain = [HOLE, *plain]
    reason = named.get("reason", plain[0] if plain else HOLE)
    words = named.get("message", plain[1] if len(plain) > 1 else HOLE)
    place = named.get("place", plain[2] if len(plain) > 2 else "")
    yield Sentence(file, call.lineno, reason, words, place)


def _words(node: ast.expr, said: dict[str, str]) -> str:
    match node:
        case ast.Constant(value=str() as text):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(_words(part, said) for part in parts)
        case ast.FormattedValue(value=ast.Name(id=name)) | ast.Name(id=name):
            return said.get(name, HOLE)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _words(left, said) + _words(right, said)
        case ast.IfExp(body=body, orelse=other):
            return max(_words(body, said), _words(other, said), key=len)
        case _:
            return HOLE

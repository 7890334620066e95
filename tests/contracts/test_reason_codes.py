"""The reason codes of refused events: one list in the contract, and no code that is not on it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tousu.contract.schemas import ADDRESS, documents

ROOT = Path(__file__).resolve().parents[2]
CODES = frozenset(documents().by_address[ADDRESS + "shared/rejection.json"]["$defs"]["reason"]["enum"])


def codes_in(tree: ast.AST) -> Iterator[str]:
    """Reason codes where something is refused: Reject("code"), refusal("code"), Refusal(reason="code")."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            first = node.args[:1] if node.func.id in {"Reject", "refusal"} else []
            named = [word.value for word in node.keywords if word.arg == "reason" and node.func.id == "Refusal"]
            for value in (*first, *named):
                if isinstance(value, ast.Constant) and isinstance(value.value, str):
                    yield value.value


def test_every_code_that_the_code_uses_is_in_the_contract() -> None:
    for room in ("tousu", "services"):
        for path in sorted((ROOT / room).rglob("*.py")):
            unknown = set(codes_in(ast.parse(path.read_text(encoding="utf-8")))) - CODES
            assert not unknown, f"{path.relative_to(ROOT)}: {unknown} must be listed in schemas/shared/rejection.json"


def test_a_code_that_is_not_listed_is_found() -> None:
    written = (
        'raise Reject("no_such_code", "x")\nx = Refusal(reason="other_code", message="x")\nrefusal("third_code", "x")'
    )
    assert set(codes_in(ast.parse(written))) == {"no_such_code", "other_code", "third_code"}
    assert not {"no_such_code", "other_code", "third_code"} & CODES

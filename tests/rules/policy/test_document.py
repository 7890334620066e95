"""A YAML text holds no surprises: no value means something else, none takes for ever, and a fault has its line."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest

from tests.rules.policy.test_loading import GOOD, faults_of
from tousu.policy.document import PackFault, read_document
from tousu.policy.loading import read_pack


@pytest.mark.parametrize(
    ("text", "value"),
    (
        ("a: 18:00", {"a": "18:00"}),
        ("a: 2026-01-01", {"a": "2026-01-01"}),
        ("a: no", {"a": "no"}),
        ("a: 010", {"a": "010"}),
        ("a: '5'", {"a": "5"}),
        ("a: [5, -1, 0.5, true, null]", {"a": [5, -1, 0.5, True, None]}),
        ("2026: x", {"2026": "x"}),
    ),
)
def test_yaml_holds_no_surprises(text: str, value: object) -> None:
    assert read_document(text).value == value


@pytest.mark.parametrize("text", ("", "a: [", "a: 1\n\tb: 2", "\x00", "a: &x [1]\nb: *x"))
def test_what_is_no_document_gives_a_fault_not_an_exception(tmp_path: Path, text: str) -> None:
    assert faults_of(tmp_path, text)


def _bomb(levels: int) -> str:
    """Ten to the power of `levels` values in as many lines."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, levels)]
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    (
        (_bomb(8), 2, "*a0 stands for another place"),
        (_bomb(2000), 2, "*a0 stands for another place"),
        ("x: 1\na: &a [*a]", 2, "*a stands for another place"),
        ("a: &a\n  b:\n    c: *a", 3, "*a stands for another place"),
        ("a: &a {b: 1}\nc:\n  <<: *a", 3, "*a stands for another place"),
        (f"x: 1\na: {'[' * 5_000}{']' * 5_000}", 2, "nested deeper than 40 levels"),
        (f"x: 1\na: {'[' * 1_000_000}", 2, "nested deeper than 40 levels"),
        (f"x: 1\na: {'{b: ' * 1_000}1{'}' * 1_000}", 2, "nested deeper than 40 levels"),
        ("\n".join(" " * n + "a:" for n in range(2_000)), 41, "nested deeper than 40 levels"),
        ("\n".join(" " * n + "-" for n in range(100)), 41, "nested deeper than 40 levels"),
        ("x: 1\n? [a, b]\n: 1", 2, "a key must be text"),
        (f"x: 1\n? {'[' * 100_000}", 2, "a key must be text"),
        ("x: 1\n---\nx: 1", 2, "a second document begins here"),
        ("x: 1\na: !!str 18", 2, "the tag tag:yaml.org,2002:str is not taken"),
        ("x: 1\na: !!python/object/apply:os.system [ls]", 2, "is not taken"),
        ("\n".join(["a: 1"] * 1_000), 2, "a stands here a second time"),
    ),
)
def test_what_would_take_for_ever_or_means_something_else_is_a_fault_with_a_line(
    tmp_path: Path, text: str, line: int, problem: str
) -> None:
    first, *others = faults_of(tmp_path, text)
    assert (first.line, problem in first.problem, len(others) < 50) == (line, True, True)


def test_a_file_that_is_no_utf_8_or_too_large_is_a_fault(tmp_path: Path) -> None:
    path = tmp_path / "pack.yaml"
    path.write_bytes(b"id: x\nname: caf\xe9\n")
    (found,) = cast("tuple[PackFault, ...]", read_pack(path))
    assert (found.line, found.problem) == (2, "byte 15 of the file is no UTF-8")
    path.write_bytes(b"#" * 4_000_001)
    (found,) = cast("tuple[PackFault, ...]", read_pack(path))
    assert found.problem == "the file has more than 4000000 bytes"


def test_a_byte_order_mark_does_not_matter(tmp_path: Path) -> None:
    assert faults_of(tmp_path, f"\ufeff{GOOD}") == ()

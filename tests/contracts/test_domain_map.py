"""docs/domain.md maps the source documents to packs, rules and tests: every place is there, no section left out."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec
import pytest

from tests.packs_read import load_pack
from tousu.policy.pack import Pack

ROOT: Final = Path(__file__).resolve().parents[2]
SOURCES: Final = {
    "H": "courier-handbook", "A": "auto-service", "S": "after-sales", "L": "logistics", "C": "courier-network",
}  # fmt: skip
WANTED: Final = {
    *(f"H {section}" for section in (1, 2, 3, 4, 5, 6, 7, 8, 9)),
    *(f"A {section}" for section in (1, 2, 3, 4, 5, 6, 8, 9)),
    *(f"S {section}" for section in (3, 4, 5, 6, 9)),
    *(f"L {section}" for section in (2, 4, 5, 6)),
    *(f"C {section}" for section in (1, 2, 3, 4, 5, 6, 7, 8, 9)),
}
"""The sections in which each document says something that is carried out."""


class Row(NamedTuple):
    """A row of the table."""

    section: str
    text: str
    pack: str
    rule: str
    test: str


def rows(page: str) -> list[Row]:
    cells = [[cell.strip() for cell in line.strip("|\n ").split(" | ")] for line in page.splitlines()]
    return [Row(*each) for each in cells if len(each) == 5 and re.fullmatch(r"[A-Z] \d", each[0])]


PAGE: Final = (ROOT / "docs/domain.md").read_text("utf-8")
ROWS: Final = rows(PAGE)


@cache
def pack_of(name: str) -> Pack:
    return load_pack(name)


def fault_of(row: Row) -> str:
    """What is wrong with a row, empty where nothing is."""
    pack, _, field = row.pack.partition(": ")
    if pack != SOURCES[row.section[0]]:
        return f"{row.section} is of {SOURCES[row.section[0]]}, not of {pack}"
    value: Any = pack_of(pack)
    for step in field.strip("`").split("."):
        value = value.get(step) if isinstance(value, dict) else getattr(value, step, None)
    if value in (None, (), {}):
        return f"{pack} has no {field}"
    if not (ROOT / row.rule.strip("`")).is_file():
        return f"{row.rule} is not there"
    file, _, test = row.test.strip("`").partition("::")
    if not (ROOT / file).is_file() or f"def {test}(" not in (ROOT / file).read_text("utf-8"):
        return f"{row.test} is not there"
    return ""


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.section}: {row.text[:40]}")
def test_every_place_of_the_map_is_there(row: Row) -> None:
    assert fault_of(row) == ""


def test_no_section_of_a_document_is_left_out() -> None:
    assert {row.section for row in ROWS} >= WANTED


@pytest.mark.parametrize("letter", SOURCES)
def test_every_section_that_a_pack_cites_of_its_document_has_a_row(letter: str) -> None:
    text = msgspec.json.encode(
        {name: getattr(pack_of(SOURCES[letter]), name) for name in Pack.__struct_fields__ if name != "calendar"}
    ).decode()
    cited = set(re.findall(rf'"[a-z_]*section":"({letter} \d)"', text))
    assert cited
    assert cited <= {row.section for row in ROWS}


GOOD: Final = Row(
    "H 1", "x", "courier-handbook: `channels`", "`services/intake/rules.py`",
    "`tests/contracts/test_domain_map.py::test_a_row_that_points_nowhere_is_found`",
)  # fmt: skip


@pytest.mark.parametrize(
    "wrong",
    [
        {"pack": "auto-service: `channels`"},
        {"pack": "courier-handbook: `canals`"},
        {"rule": "`services/none.py`"},
        {"test": "`tests/contracts/test_domain_map.py::none`"},
    ],
)
def test_a_row_that_points_nowhere_is_found(wrong: dict[str, str]) -> None:
    assert fault_of(GOOD) == ""
    assert fault_of(GOOD._replace(**wrong)) != ""

"""What others wrote does nothing where it is shown."""

from __future__ import annotations

import unicodedata

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tousu.cli import output
from tousu.shown import for_csv, for_json, for_terminal, printable

BIDI = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c"


@given(st.text(max_size=60))
def test_nothing_steers_a_terminal_or_turns_the_writing(told: str) -> None:
    shown = for_terminal(told)
    assert len(shown) == len(told)
    assert not [sign for sign in shown if unicodedata.category(sign) in {"Cc", "Cs", "Zl", "Zp"} and sign not in "\n\t"]
    assert not set(shown) & set(BIDI)


def test_the_signs_are_seen() -> None:
    assert for_terminal("\x1b[31mnot ours\x1b[0m\u202e\x9b\x7f") == "␛[31mnot ours␛[0m\ufffd\ufffd␡"
    assert for_terminal("快件丢了\n👩\u200d👧 a\u00a0b") == "快件丢了\n👩\u200d👧 a\u00a0b"


@pytest.mark.parametrize(
    "told", ("=1+1", "+1", "-2+3", "@SUM(1)", "\t=1", "\r=1", " =1", "＝1", "\x00=1", '=HYPERLINK("x")')
)
def test_a_cell_is_no_formula(told: str) -> None:
    assert for_csv(told)[0] == "'"


def test_a_cell_that_is_none_stays_as_it_is() -> None:
    assert for_csv("CN-ZJ") == "CN-ZJ"


@given(st.text(max_size=60))
def test_a_drawing_holds_only_signs_that_xml_knows(told: str) -> None:
    assert printable(told).isprintable()


@given(st.text(max_size=60))
def test_json_says_the_same_and_steers_nothing(told: str) -> None:
    shown = for_json(orjson.dumps({"x": told}))
    assert orjson.loads(shown) == {"x": told}
    assert not [sign for sign in shown.decode() if unicodedata.category(sign) in {"Cc", "Zl", "Zp"} or sign in BIDI]


def test_what_the_command_line_writes_steers_nothing(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    told = "\x1b[31mnot ours\x1b[0m\u202e\x1b]8;;http://evil.example\x1b\\x"
    output.lines(told)
    output.note(told)
    output.table(told, [told, ""], [[told, told]])
    output.json_lines([{"x": told}])
    output.json_document({"x": told})
    written = b"".join(capfdbinary.readouterr()).decode()
    assert not set(written) & {"\x1b", "\x07", *BIDI}
    assert "not ours" in written

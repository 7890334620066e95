"""docs/classification.md shows the figures that are measured."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.packs_read import load_pack, load_words
from tousu.cli.policy.measure import as_markdown
from tousu.policy.measuring import (
    ClassedText,
    ClassingFigures,
    LabelledText,
    answers_of_pack,
    answers_of_words,
    labelled_texts,
    measured,
)

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "classification.md").read_text("utf-8")


def texts_of(name: str) -> tuple[LabelledText, ...]:
    return labelled_texts(name, (ROOT / "examples" / "texts" / f"{name}.jsonl").read_bytes().splitlines())


def figures(answers: Sequence[ClassedText], names: Sequence[str]) -> tuple[ClassingFigures, ClassingFigures]:
    return measured(answers, names), measured([one for one in answers if one.text.held_out], names)


def missing(table: Sequence[str], page: str) -> bool:
    return "\n".join(table) + "\n" not in page


@pytest.mark.parametrize("name", ["courier", "auto-service", "after-sales", "united-kingdom"])
def test_the_page_shows_how_well_words_do(name: str) -> None:
    lists = load_words(name)
    table = as_markdown(*figures(answers_of_words(texts_of(name), lists), list(lists.classes)))
    assert not missing(table, PAGE), (
        f"write it anew: tousu policy measure examples/texts/{name}.jsonl --words {name} --markdown"
    )


def test_the_page_shows_how_well_the_pack_of_couriers_does() -> None:
    pack = load_pack("courier-network")
    table = as_markdown(*figures(answers_of_pack(texts_of("courier"), pack), list(pack.classes)))
    assert not missing(table, PAGE), "write it anew: tousu policy measure ... --pack courier-network --markdown"


def test_the_pack_of_couriers_keeps_the_floor() -> None:
    """It has six of the twelve classes of its words; the texts of the other six must reach a person."""
    pack = load_pack("courier-network")
    whole, held_out = figures(answers_of_pack(texts_of("courier"), pack), list(pack.classes))
    assert (whole.together.precision or 0) >= 0.94
    assert (whole.together.recall or 0) >= 0.92
    assert (held_out.together.precision or 0) >= 0.84
    assert (held_out.together.recall or 0) >= 0.77
    assert [one for one in whole.classes if (one.precision or 0) < 0.8 or (one.recall or 0) < 0.8] == []


def test_a_figure_that_is_not_measured_is_found() -> None:
    lists = load_words("courier")
    table = as_markdown(*figures(answers_of_words(texts_of("courier")[1:], lists), list(lists.classes)))
    assert missing(table, PAGE)

"""docs/reports-of-departments.md says what cards and schemas say, and its examples can be published as they stand."""

from __future__ import annotations

import json
import re
from pathlib import Path

from tousu.contract import inbound_cards, validator
from tousu.domain.case.fold import READ
from tousu.policy.event_catalogue import BESIDE_THE_CASE

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "reports-of-departments.md").read_text(encoding="utf-8")
SECTIONS = {text.partition("\n")[0].strip(): text for text in re.split(r"^## handling\.", PAGE, flags=re.MULTILINE)[1:]}
CARDS = {
    (name.removeprefix("handling."), card.topic): card
    for card in inbound_cards()
    for name in card.events
    if name.startswith("handling.")
}


def test_every_report_has_a_section_or_a_row() -> None:
    reported = {name for name, _ in CARDS}
    assert set(SECTIONS) == reported - BESIDE_THE_CASE
    assert set(READ) - {"joined"} <= set(SECTIONS)  # what intake says, not a department
    rows = set(re.findall(r"^\| `handling\.([a-z_]+)` \|", PAGE, flags=re.MULTILINE))
    assert rows == reported & BESIDE_THE_CASE


def test_topics_and_sources_are_those_of_the_cards() -> None:
    for (name, topic), card in CARDS.items():
        sources = ", ".join(f"`{source}`" for source in card.sources)
        row = f"| `{topic}` | {sources} |" if name in SECTIONS else f"`{topic}`"
        assert row in SECTIONS.get(name, PAGE), (name, topic)


def test_every_example_can_be_published() -> None:
    for name, text in SECTIONS.items():
        (example,) = re.findall(r"```json\n(.*?)\n```", text)
        assert validator(f"tousu.handling.{name}.v1")(json.loads(example)) is None, name

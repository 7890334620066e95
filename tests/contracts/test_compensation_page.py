"""docs/compensation.md shows the answer that the pack gives, names every fact, and every answer."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Final, get_args

import msgspec

from tests.packs_read import load_pack
from tousu.policy.award import award
from tousu.policy.claim_facts import CLAIM_FACTS
from tousu.policy.owed import Award, trace

ROOT: Final = Path(__file__).resolve().parents[2]
PAGE: Final = (ROOT / "docs" / "compensation.md").read_text("utf-8")
VASE: Final = {
    "insured": False, "real_value": "640", "share_lost": "0.45", "service_fee": "12.50", "damage_degree": "damaged",
    "proof": "invoice",
}  # fmt: skip


def test_the_example_is_what_the_pack_gives() -> None:
    (shown,) = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    given = trace(award(load_pack("courier-network"), "damage", VASE, on=date(2026, 9, 22)))
    assert msgspec.json.decode(shown) == msgspec.json.decode(given)


def test_every_fact_and_every_answer_is_named() -> None:
    answers = {one.__struct_config__.tag for one in get_args(Award)}
    assert {name for name in (CLAIM_FACTS - {"cause"}) | answers if f"`{name}`" not in PAGE} == set()

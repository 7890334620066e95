"""A claim that was filed without a complaint: what was decided is told, and no clock of a complaint runs for it."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import Any

import pytest

from tests.rules.explain.telling import line
from tests.rules.sla.desk import NUMBER, PACK, at
from tousu.explain.explanation import Explanation, document, explain
from tousu.explain.picture import picture
from tousu.explain.story import read_story
from tousu.explain.wording import happening_words
from tousu.policy.pack import Pack

ROUTED: dict[str, Any] = {
    "case_number": NUMBER, "kind": "claim", "channel": "web", "received_at": "2026-01-05T02:00:00Z",
    "registered_at": "2026-01-05T02:00:00Z", "complainant": {"pseudonym": "p_7Qk2m9Xc4Rt1"},
    "claim": {"cause": "contents_mismatch", "claimant": {"role": "sender"}}, "departments": ["storage_and_transport"],
    "decided_by": "adapter", "pack": PACK, "section": "C 4", "triage": False,
}  # fmt: skip


@pytest.fixture
def found(pack: Pack) -> Explanation:
    lines = [
        line("complaints.cases", "claim.routed", at("01-05 10:00"), ROUTED, "router:1"),
        line("complaints.cases", "handling.claim_filed", at("01-05 11:00"), {"case_number": NUMBER}, "router:2"),
    ]
    return explain(read_story(NUMBER, lines), pack)


def test_it_is_there_and_says_what_was_decided(found: Explanation) -> None:
    assert found.story.is_there
    assert ("claim", "for contents mismatch, filed without a complaint") in found.decisions
    assert document(found)["pack"] == PACK
    assert [hop.departments for hop in found.hops] == [("storage_and_transport",)]


def test_no_clock_runs_for_it_and_why(found: Explanation) -> None:
    words = {each.clock: each.words for each in found.attachments}
    assert found.accounts == ()
    assert words["resolution"] == "it is for complaints, and the case is a claim"
    assert words["inquiry_answer"] == "it is for inquiries, and the case is a claim"
    assert words["payment"] == "it is for claims, and no claim was opened"


def test_its_picture_names_its_cause(found: Explanation) -> None:
    drawn = picture(found)
    ET.fromstring(drawn)
    assert "claim 索赔, contents mismatch" in drawn
    assert [happening_words(each) for each in found.story.events] == ["routed: claim", "claim filed"]

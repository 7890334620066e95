"""A recalculation moves a case to another version of its pack; an incomplete reply ends nothing here either."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from services.router.rules import RouterRules
from services.router.states import RoutedCase
from services.router.store import KINDS
from tests.rules.casework import NUMBER, START, Desk, complaint, handling, kinds_of
from tousu.decision import StateKey
from tousu.policy.handling_rule import ReplyRule
from tousu.policy.pack import Pack
from tousu.policy.policies import Policies

ORDER: dict[str, Any] = {"order_id": "R-1", "reason": "新版生效", "approved_by": "L50001"}
QUALITY = "quality_management"
CASE = StateKey("case", NUMBER)


@pytest.fixture
def newer(pack: Pack) -> Pack:
    """A version in which damage is simple, a matter of quality management, and final replies say who is next."""
    damage = replace(pack.classes["damage"], grade="simple", departments=(QUALITY,))
    replies = {"final": ReplyRule(required=("next_body",), section="T 1")}
    later = START + timedelta(days=40)
    classes = {**pack.classes, "damage": damage}
    return replace(pack, version="2.0.0", effective_from=later, classes=classes, replies=replies)


def desk_of(*versions: Pack) -> Desk:
    return Desk(RouterRules(Policies.of(*versions)), KINDS)


def test_later_decisions_are_those_of_the_version_that_is_ordered(pack: Pack, newer: Pack) -> None:
    desk = desk_of(pack, newer)
    desk.tell(complaint(**{"class": "delay"}))
    forwarded = desk.tell(handling("recount_ordered", **ORDER, pack_version="2.0.0"))
    assert kinds_of(forwarded) == ["handling.recount_ordered"]
    told = desk.tell(handling("judged", 2, stands=True, **{"class": "damage"}))
    routed = told[-1].data
    assert (routed["grade"], routed["departments"]) == ("simple", [QUALITY])
    assert routed["pack"]["version"] == "2.0.0"


def test_an_order_without_a_version_is_forwarded_and_changes_nothing(pack: Pack, newer: Pack) -> None:
    desk = desk_of(pack, newer)
    desk.tell(complaint(**{"class": "delay"}))
    before = desk.state(CASE)
    (forwarded,) = desk.tell(handling("recount_ordered", **ORDER))
    after = desk.state(CASE)
    assert isinstance(before, RoutedCase)
    assert isinstance(after, RoutedCase)
    assert (forwarded.data["case"]["effect"], after.state) == ("noted", before.state)


@pytest.mark.parametrize(
    ("changed", "version", "reason"),
    [
        ({}, "3.0.0", "unknown_pack_version"),
        ({"classes": {}}, "2.0.0", "pack_does_not_fit"),
        ({"departments": {}}, "2.0.0", "pack_does_not_fit"),
    ],
)
def test_a_version_that_cannot_take_over_is_refused(
    pack: Pack, newer: Pack, changed: dict[str, Any], version: str, reason: str
) -> None:
    desk = desk_of(pack, replace(newer, **changed))
    desk.tell(complaint(**{"class": "delay"}))
    rows = dict(desk.rows)
    refusal = desk.take(handling("recount_ordered", **ORDER, pack_version=version)).refusal
    assert refusal is not None
    assert (refusal.reason, refusal.place) == (reason, "/pack_version")
    assert desk.rows == rows


def test_a_version_without_the_grade_of_the_case_is_refused(pack: Pack, newer: Pack) -> None:
    grades = {name: grade for name, grade in pack.grades.items() if name != "complex"}
    classes = {name: replace(one, grade="major") for name, one in newer.classes.items()}
    desk = desk_of(pack, replace(newer, grades=grades, classes=classes))
    desk.tell(complaint(**{"class": "delay"}))
    refusal = desk.take(handling("recount_ordered", **ORDER, pack_version="2.0.0")).refusal
    assert refusal is not None
    assert (refusal.reason, "no grade complex" in refusal.message) == ("pack_does_not_fit", True)


def test_24_after_an_incomplete_reply_the_case_goes_on(newer: Pack) -> None:
    desk = desk_of(newer)
    desk.tell(complaint(**{"class": "delay"}))
    forwarded = desk.tell(handling("customer_answered", settled=True, text="已答复"))
    assert kinds_of(forwarded) == ["handling.customer_answered"]
    passed = {"to_department": QUALITY, "reason": "不属本部门"}
    assert kinds_of(desk.tell(handling("passed_on", 2, **passed)))[-1] == "case.passed_on"
    desk.tell(handling("customer_answered", 3, settled=True, text="已答复", elements=["next_body"]))
    back = {"to_department": "storage_and_transport", "reason": "不属本部门"}
    assert desk.tell(handling("passed_on", 4, **back)) == [], "it is over"

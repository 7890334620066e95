"""Who told of a case is erased: readers of cases hear of it, and the router says nothing of the person any more."""

from __future__ import annotations

from typing import Any

import pytest

from services.router.rules import RouterRules
from services.router.states import RoutedCase
from services.router.store import KINDS
from tests.rules.casework import NUMBER, Desk, complaint, event, handling
from tousu.decision import StateKey
from tousu.policy.pack import Pack
from tousu.policy.policies import Policies

SAID: dict[str, Any] = {
    "demand": "赔偿", "pieces": [{"waybill_number": "YT7700000000099", "content": "茶壶碎了"}],
    "complainant": {"pseudonym": "p_7Qk2m9Xc4Rt1", "masked_name": "王**", "masked_phone": "199****0042"},
}  # fmt: skip


def erased(*, began: bool) -> dict[str, Any]:
    telling = {"source": "call-centre", "id": "c-1"}
    return {"case_number": NUMBER, "tellings": [telling], "began_the_case": began}


@pytest.fixture
def desk(pack: Pack) -> Desk:
    desk = Desk(RouterRules(Policies.of(pack)), KINDS)
    desk.take(complaint("包裹丢了", **SAID))
    return desk


def told(desk: Desk) -> dict[str, Any]:
    case = desk.state(StateKey("case", NUMBER))
    assert isinstance(case, RoutedCase)
    return case.told


def test_who_began_the_case_is_gone_from_it_and_from_later_routings(desk: Desk) -> None:
    one = event("person.erased", erased(began=True), NUMBER)
    (forwarded,) = desk.take(one).outputs
    assert (forwarded.type, forwarded.data) == (one.type, one.data)
    outputs = desk.take(handling("judged", stands=True, **{"class": "loss", "reason": "x"})).outputs
    for said in (told(desk), *(output.data for output in outputs if output.type.endswith("routed.v1"))):
        assert not said.keys() & {"content", "demand"}
        assert said["complainant"] == {"pseudonym": "p_7Qk2m9Xc4Rt1"}
        assert said["pieces"] == [{"waybill_number": "YT7700000000099"}]
    assert any(output.type.endswith("routed.v1") for output in outputs)


def test_who_joined_leaves_the_case_as_it_is(desk: Desk) -> None:
    before = told(desk)
    assert len(desk.take(event("person.erased", erased(began=False), NUMBER)).outputs) == 1
    assert told(desk) == before


def test_of_an_unknown_case_nothing_is_erased(desk: Desk) -> None:
    refusal = desk.take(event("person.erased", erased(began=True), "20260101-00-0001-22")).refusal
    assert refusal is not None
    assert refusal.reason == "unknown_case"

"""An answer that sla refuses for want of the customer's confirmation ends nothing (domain, section 6, L)."""

from __future__ import annotations

from typing import Any

import pytest

from services.router.rules import RouterRules
from services.router.store import KINDS
from tests.rules.casework import Desk, complaint, handling, kinds_of
from tests.rules.packs import as_l
from tousu.policy.policies import Policies

MOVE = handling("passed_on", 3, to_department="quality_management", reason="不属本部门")


@pytest.mark.parametrize(
    ("said", "over"),
    [
        ({}, False),
        ({"confirmation": "spoken"}, True),
        ({"confirmation": "written"}, True),
        ({"no_confirmation_reason": "号码停机"}, True),
    ],
)
@pytest.mark.parametrize("stands", [True, False])
def test_a_case_is_over_only_with_confirmation(said: dict[str, Any], over: bool, stands: bool) -> None:
    desk = Desk(RouterRules(Policies.of(as_l())), KINDS)
    desk.tell(complaint(**{"class": "delay"}), handling("judged", stands=stands))
    answer = desk.take(handling("customer_answered", 2, settled=stands, text="已答复", **said))
    if over:
        assert kinds_of(answer.outputs) == ["handling.customer_answered"]
    elif stands:
        assert answer.refusal is not None
        assert answer.refusal.reason == "confirmation_missing"
    else:
        assert not answer.outputs, "it waits: upheld by an earlier judgement, the complaint would go on"
    assert kinds_of(desk.tell(MOVE)) == ([] if over else ["handling.passed_on", "case.passed_on"])

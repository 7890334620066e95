"""The gate knows which version of its pack judges a case: by it, an incomplete reply is no answer yet."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from services.intake.identity import Keys
from services.intake.rules import IntakeRules
from tests.packs_read import load_pack
from tests.rules.intake.gate import PARTITIONS, PERSONAL, START, Gate, complaint, hours, report
from tousu.policy.handling_rule import ReplyRule
from tousu.policy.policies import Policies
from tousu.runtime.partition import partition_of

PACK = load_pack("courier-network")
STRICT = msgspec.structs.replace(
    PACK, version="2.0.0", replies={"final": ReplyRule(required=("next_body",), section="T 1")}
)
ORDER: dict[str, Any] = {"order_id": "R-1", "reason": "新版生效", "approved_by": "L50001"}
TOLD: dict[str, Any] = {"waybill_number": "YT7700000000001", "content": "快件丢了"}


@pytest.fixture
def gate() -> Gate:
    gate = Gate(PACK)
    later = msgspec.structs.replace(STRICT, effective_from=START + hours(1000))
    keys = Keys(pseudonym=b"p" * 32, fingerprint=b"f" * 32)
    gate.rules = IntakeRules(Policies.of(PACK, later), keys, lambda key: partition_of(key, PARTITIONS), PERSONAL)
    return gate


def answer(number: str, **more: Any) -> Any:
    return report("customer_answered", number, settled=True, text="已答复", **more)


def test_an_order_passes_on(gate: Gate) -> None:
    number = gate.registers(complaint(**TOLD))
    (passed_on,) = gate.hear(report("recount_ordered", number, **ORDER)).outputs
    assert (passed_on.topic, passed_on.subject) == ("complaints.accepted", number)


def test_a_version_that_is_not_there_is_refused_at_the_gate(gate: Gate) -> None:
    number = gate.registers(complaint(**TOLD))
    refusal = gate.hear(report("recount_ordered", number, **ORDER, pack_version="3.0.0")).refusal
    assert refusal is not None
    assert (refusal.reason, refusal.place) == ("unknown_pack_version", "/pack_version")
    assert gate.case(number).pack_version == ""


def test_24_an_incomplete_reply_is_no_answer_so_the_same_trouble_still_joins(gate: Gate) -> None:
    number = gate.registers(complaint(**TOLD))
    gate.hear(report("recount_ordered", number, **ORDER, pack_version="2.0.0"))
    gate.hear(answer(number))
    assert gate.case(number).status == "open"
    assert gate.joins(complaint("web", **TOLD)) == number
    gate.hear(answer(number, elements=["next_body"]))
    assert gate.case(number).status == "answered"


def test_24_a_case_whose_version_asks_nothing_is_answered_by_any_reply(gate: Gate) -> None:
    number = gate.registers(complaint(**TOLD))
    gate.hear(answer(number))
    assert gate.case(number).status == "answered"


def test_the_same_order_twice_has_one_effect(gate: Gate) -> None:
    number = gate.registers(complaint(**TOLD))
    order = report("recount_ordered", number, id_=f"R-1/{number}", **ORDER)
    assert len(gate.hear(order).outputs) == 1
    assert gate.hear(order).no_op == "exists"

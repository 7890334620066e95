"""A trade without waybills says what identifies its object, and the same trouble with it is one case."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import orjson
import pytest

from tests.packs_read import load_pack
from tests.rules.intake.gate import START, Gate, complaint, hours
from tousu.client.publisher import complaint_key
from tousu.policy.pack import JoinRules

PLATE = "沪A·D12345"
POLICY = "PY-2026-0099"


def gate_of(*same: str) -> Gate:
    """The gate of a courier's pack whose tellings join by these."""
    pack = load_pack("courier-network")
    join = JoinRules(window=pack.join.window, same=same)
    return Gate(msgspec.structs.replace(pack, join=join))


def about(name: str, value: str, *others: tuple[str, str], **data: Any) -> dict[str, Any]:
    given = [{"what": each, "object_number": number} for each, number in ((name, value), *others)]
    return {"identifiers": given, "class_": "damage", **data}


SAME_CAR: Sequence[tuple[str, str]] = (
    ("as it was", PLATE),
    ("without the dot", "沪AD12345"),
    ("in small letters, with blanks", " 沪a d12345"),
    ("in wide signs", "沪ＡＤ１２３４５"),
    ("with a hyphen", "沪A-D12345"),
)


@pytest.mark.parametrize("written", [each for _, each in SAME_CAR], ids=[name for name, _ in SAME_CAR])
def test_the_same_trouble_with_one_car_joins_however_its_number_is_written(written: str) -> None:
    gate = gate_of("vehicle_number", "class")
    number = gate.registers(complaint("phone", **about("vehicle_number", PLATE)))
    assert gate.joins(complaint("web", at=START + hours(2), **about("vehicle_number", written))) == number


@pytest.mark.parametrize(
    "second",
    [
        about("vehicle_number", "沪AD12346"),
        about("vehicle_number", PLATE, class_="attitude"),
        about("policy_number", PLATE),
        {"class_": "damage"},
        about("vehicle_number", PLATE, kind="inquiry"),
    ],
    ids=["another car", "another trouble", "a number of another kind", "no number", "an inquiry"],
)
def test_what_differs_is_a_case_of_its_own(second: dict[str, Any]) -> None:
    gate = gate_of("vehicle_number", "class")
    number = gate.registers(complaint("phone", **about("vehicle_number", PLATE)))
    assert gate.registers(complaint("web", at=START + hours(2), **second)) != number


def test_a_number_that_the_pack_does_not_name_joins_nothing() -> None:
    gate = gate_of("vehicle_number", "class")
    first = complaint(**about("policy_number", POLICY, waybill_number="TS7702260102001"))
    second = complaint(**about("policy_number", POLICY, waybill_number="TS7702260102001"))
    assert gate.registers(first) != gate.registers(second)


def test_of_two_numbers_that_are_named_all_that_are_given_must_be_those_of_one_case() -> None:
    gate = gate_of("vehicle_number", "policy_number", "class")
    number = gate.registers(complaint(**about("vehicle_number", PLATE, ("policy_number", POLICY))))
    assert gate.joins(complaint(**about("policy_number", POLICY))) == number
    other = gate.registers(complaint(**about("vehicle_number", "京B00001")))
    assert gate.registers(complaint(**about("vehicle_number", "京B00001", ("policy_number", POLICY)))) not in (
        number, other,
    )  # fmt: skip


def test_two_organisations_may_have_one_number() -> None:
    gate = gate_of("meter", "class")
    keys = {str(state_key.key) for state_key in gate.states if state_key.kind == "trouble"}
    gate.registers(complaint(**about("meter", "0001")))
    (row,) = {str(state_key.key) for state_key in gate.states if state_key.kind == "trouble"} - keys
    assert "0001" not in row, "whoever sees the table cannot tell the number"
    assert row.startswith("meter:")


def test_the_number_stays_with_intake_and_leaves_no_text() -> None:
    gate = gate_of("vehicle_number", "class")
    gate.registers(complaint(**about("vehicle_number", PLATE, content=f"我的车{PLATE}被划伤了")))
    assert "D12345" not in orjson.dumps([output.data for output in gate.outputs]).decode()
    (record,) = gate.records(gate.outputs[0].subject)
    assert record.data["identifiers"] == [{"what": "vehicle_number", "object_number": PLATE}]


@pytest.mark.parametrize("written", [each for _, each in SAME_CAR], ids=[name for name, _ in SAME_CAR])
def test_the_publisher_sends_all_tellings_of_one_thing_to_one_shard(written: str) -> None:
    key = complaint_key(
        {"identifiers": [{"what": "vehicle_number", "object_number": PLATE}], "complainant": {"phone": "1"}}
    )
    assert key == complaint_key({"identifiers": [{"what": "vehicle_number", "object_number": written}]})
    assert key is not None
    assert "D12345" not in key


OF_A_CAR = ("vehicle_number", "vin", "work_order_number", "order_number")


@pytest.mark.parametrize("name", OF_A_CAR)
def test_the_auto_service_joins_by_the_car_the_work_order_and_the_like(name: str) -> None:
    gate = Gate(load_pack("auto-service"))
    number = gate.registers(complaint(**about(name, "WX-2026-0417", class_="repair_cost")))
    assert (
        gate.joins(complaint("web", at=START + hours(2), **about(name, "wx20260417", class_="repair_cost"))) == number
    )
    other = about(name, "WX-2026-0418", class_="repair_cost")
    assert gate.registers(complaint("web", at=START + hours(2), **other)) != number


@pytest.mark.parametrize("name", ["vehicle_number", "work_order_number"])
def test_told_with_both_either_of_them_joins(name: str) -> None:
    numbers = {"vehicle_number": PLATE, "work_order_number": "WX-2026-0417"}
    gate = Gate(load_pack("auto-service"))
    both = about("vehicle_number", PLATE, ("work_order_number", "WX-2026-0417"), class_="repair_cost")
    number = gate.registers(complaint(**both))
    second = about(name, numbers[name], class_="repair_cost")
    assert gate.joins(complaint("web", at=START + hours(2), **second)) == number


def test_a_report_in_the_press_needs_no_complainant() -> None:
    """A 1: press and media; who is reported about often wants no name in it."""
    event = complaint("media", **about("vehicle_number", PLATE, class_="repair_cost"))
    del event.data["complainant"]
    gate = Gate(load_pack("auto-service"))
    number = gate.registers(event)
    (registered,) = [one for one in gate.outputs if one.subject == number]
    assert registered.type == "tousu.complaint.registered.v1"
    assert set(registered.data["complainant"]) == {"pseudonym"}

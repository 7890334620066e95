"""A penalty follows the newest charge: assessed, doubled, corrected, withdrawn, with its difference (section 8)."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from tests.packs_read import load_pack
from tests.rules.casework import START, event, kinds_of
from tests.rules.penalties.charges import PERSON, PenaltyDesk, complaint, instructions, laid, told
from tousu.event import binary_headers, data_bytes, text_of_time
from tousu.ledger.balance import Sums
from tousu.policy.policies import PackHistory, Policies
from tousu.runtime.arrival import addressed, from_ours
from tousu.runtime.broker import Record

NUMBER = "TS-1/person/E10023"
NEGLECT = {"ground": "neglect"}
NOBODY_YET = complaint("b", "1200.00", unconfirmed=True)


@pytest.fixture
def desk() -> PenaltyDesk:
    return PenaltyDesk()


def test_a_penalty_is_assessed_instructed_and_booked(desk: PenaltyDesk) -> None:
    outputs = desk.tell(laid("TS-1", complaint("b", "1200.00")))
    assert kinds_of(outputs) == ["penalty.assessed", "instruction.issued"]
    assert outputs[0].data == {
        "penalty_number": NUMBER,
        "party": {"kind": "person", "id": "E10023"},
        "case_number": "TS-1",
        "month": "2026-03",
        "revision": 1,
        "amount": "1400.00",
        "difference": "1400.00",
        "currency": "CNY",
        "lines": [
            {
                "ground": "complaint", "amount": "1400.00", "set_by": "source", "section": "A 8",
                "steps": ["grade b: 200", "plus the economic loss: 1200.00"],
            }
        ],
        "at": "2026-03-02T02:00:00Z",
        "pack": {"id": "auto-service", "version": "1.0.0"},
    }  # fmt: skip
    (instruction,) = told(outputs, "instruction.issued")
    assert (instruction["instruction_number"], instruction["to"]) == (f"{NUMBER}/1/deduct", "human_resources")
    assert (instruction["what"], instruction["of"], instruction["amount"]) == ("deduct", NUMBER, "1400.00")
    assert {output.key for output in outputs} == {PERSON}
    assert {output.subject for output in outputs} == {"TS-1"}
    assert desk.sums() == {NUMBER: Sums(awarded=Decimal("1400.00"))}


STEPS: tuple[tuple[list[Any], list[Any], str, str, str], ...] = (  # before, after, event, amount, difference
    ([complaint("c")], [complaint("c"), NEGLECT], "doubled", "200.00", "100.00"),
    ([complaint("c")], [complaint("b", "1"), NEGLECT], "doubled", "401.00", "301.00"),
    ([complaint("a", "4000")], [complaint("c")], "corrected", "100.00", "-4400.00"),
    ([complaint("c")], [complaint("c"), {"ground": "late_resolution"}], "corrected", "150.00", "50.00"),
    ([complaint("c"), NEGLECT], [complaint("c")], "corrected", "100.00", "-100.00"),
    ([complaint("c"), NEGLECT], [complaint("b"), NEGLECT], "corrected", "400.00", "200.00"),
    ([complaint("c")], [], "withdrawn", "0", "-100.00"),
    ([complaint("c")], [complaint("c", stands=False)], "withdrawn", "0", "-100.00"),
    ([complaint("c")], [complaint("c", unconfirmed=True)], "withdrawn", "0", "-100.00"),
    ([], [complaint("c"), NEGLECT], "assessed", "200.00", "200.00"),
    ([NOBODY_YET], [complaint("b", "1200.00")], "assessed", "1400.00", "1400.00"),
)


@pytest.mark.parametrize(("before", "after", "step", "amount", "difference"), STEPS)
def test_a_newer_charge_moves_the_penalty_by_the_difference(
    desk: PenaltyDesk, before: list[Any], after: list[Any], step: str, amount: str, difference: str
) -> None:
    desk.tell(laid("TS-1", *before))
    outputs = desk.tell(laid("TS-1", *after, revision=2))
    (said,) = told(outputs, f"penalty.{step}")
    assert (said["amount"], said["difference"]) == (amount, difference)
    (sums,) = desk.sums().values()
    assert sums.outstanding == Decimal(amount)
    assert len([one for one in kinds_of(outputs) if one.startswith("penalty.")]) == 1


@pytest.mark.parametrize(
    ("after", "reason"),
    [
        ([], "charge_dropped"),
        ([complaint("c", stands=False)], "no_penalty_for_it"),
        ([complaint("c", unconfirmed=True)], "unconfirmed"),
    ],
)
def test_a_withdrawal_says_why(desk: PenaltyDesk, after: list[Any], reason: str) -> None:
    desk.tell(laid("TS-1", complaint("c")))
    (said,) = told(desk.tell(laid("TS-1", *after, revision=2)), "penalty.withdrawn")
    assert said["reason"] == reason


def test_what_may_turn_out_otherwise_punishes_nobody_until_it_is_confirmed(desk: PenaltyDesk) -> None:
    assert desk.tell(laid("TS-1", NOBODY_YET)) == []
    assert desk.month().complaints == 0
    assert kinds_of(desk.tell(laid("TS-1", complaint("b", "1200.00"), revision=2)))[0] == "penalty.assessed"
    assert desk.month().complaints == 1


def test_a_changed_figure_takes_the_former_instruction_back_by_name(desk: PenaltyDesk) -> None:
    desk.tell(laid("TS-1", complaint("a", "4000")))
    lower = desk.tell(laid("TS-1", complaint("c"), revision=2))
    assert instructions(lower) == [
        ("cancel", f"{NUMBER}/1/deduct"),
        ("cancel", f"{NUMBER}/1/sanction"),
        ("deduct", "100.00"),
    ]
    gone = desk.tell(laid("TS-1", revision=3))
    assert instructions(gone) == [("cancel", f"{NUMBER}/2/deduct")]
    again = desk.tell(laid("TS-1", complaint("a", "4000"), revision=4))
    assert instructions(again) == [("deduct", "4500.00"), ("sanction", "")]
    numbers = [one["instruction_number"] for one in told(desk.published, "instruction.issued")]
    assert len(set(numbers)) == len(numbers)


def test_an_instruction_that_still_fits_is_not_issued_again(desk: PenaltyDesk) -> None:
    desk.tell(laid("TS-1", complaint("a", "4000")))
    again = desk.tell(laid("TS-1", complaint("a", "4001"), revision=2))
    assert instructions(again) == [("cancel", f"{NUMBER}/1/deduct"), ("deduct", "4501.00")]


@pytest.mark.parametrize("revision", [1, 2])
def test_a_charge_that_is_not_newer_changes_nothing(desk: PenaltyDesk, revision: int) -> None:
    desk.tell(laid("TS-1", complaint("c"), revision=2))
    decision = desk.take(laid("TS-1", complaint("a", "9000"), revision=revision))
    assert decision.no_op == "charge_not_newer"
    assert desk.charge("TS-1").sentence.amount == 100


def test_a_newer_charge_that_says_the_same_is_kept_and_tells_nothing(desk: PenaltyDesk) -> None:
    desk.tell(laid("TS-1", complaint("c")))
    assert desk.tell(laid("TS-1", complaint("c"), revision=5)) == []
    assert desk.charge("TS-1").revision == 5


@pytest.mark.parametrize(
    ("one", "reason", "place"),
    [
        (laid("TS-1", complaint("c"), pack={"id": "auto-service", "version": "9"}), "unknown_pack_version", "/pack"),
        (laid("TS-1", complaint("c"), pack={"id": "other", "version": "1.0.0"}), "unknown_pack_version", "/pack"),
        (laid("TS-1", complaint("b", "999999999999.99")), "number_out_of_range", "/grounds"),
        (laid("TS-1", complaint("b", "999999800.01")), "number_out_of_range", "/grounds"),
        (
            laid("TS-1", *[complaint("b", "600000000")] * 2), "number_out_of_range", "/grounds",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_right_is_refused_and_nobody_punished(
    desk: PenaltyDesk, one: Any, reason: str, place: str
) -> None:
    refusal = desk.take(one).refusal
    assert refusal is not None
    assert (refusal.reason, refusal.place) == (reason, place)
    assert desk.rows == {}


def test_the_largest_penalty_that_is_believed(desk: PenaltyDesk) -> None:
    (said,) = told(desk.tell(laid("TS-1", complaint("b", "999999800"))), "penalty.assessed")
    assert said["amount"] == "1000000000.00"


def test_a_case_is_received_in_one_month_for_good(desk: PenaltyDesk) -> None:
    desk.tell(laid("TS-1", complaint("c")))
    decision = desk.take(laid("TS-1", complaint("c"), revision=2, received_at=START + timedelta(days=40)))
    assert decision.refusal is not None
    assert decision.refusal.reason == "exists_with_different_content"


def test_a_pack_without_penalties_punishes_nobody() -> None:
    pack = replace(load_pack("auto-service"), penalties=None)
    desk = PenaltyDesk(Policies.of(pack))
    assert desk.take(laid("TS-1", complaint("c"))).no_op == "pack_without_penalties"


def test_events_of_others_are_no_concern(desk: PenaltyDesk) -> None:
    one = event("penalty.withdrawn", told_example(), "TS-1")
    assert desk.rules.state_keys(one) == []
    assert desk.take(one).no_op == "no_concern_of_penalties"


def told_example() -> dict[str, Any]:
    return {
        "penalty_number": NUMBER, "party": {"kind": "person", "id": "E10023"}, "month": "2026-03", "revision": 1,
        "amount": "0", "difference": "0", "currency": "CNY", "reason": "charge_dropped", "at": "2026-03-02T02:00:00Z",
        "pack": {"id": "auto-service", "version": "1.0.0"},
    }  # fmt: skip


def test_every_party_of_a_case_bears_its_own() -> None:
    desk = PenaltyDesk(Policies.of(load_pack("courier-network")))
    pack = {"id": "courier-network", "version": "1.0.0"}
    loss = complaint("major", "4000")
    person = desk.tell(laid("TS-1", loss, {"ground": "late_handling"}, pack=pack))
    head = desk.tell(laid("TS-1", loss, party="department/storage_and_transport", pack=pack))
    outlet = desk.tell(laid("TS-1", {"ground": "false_report"}, party="outlet/HZ-017", pack=pack))
    assert instructions(person) == [("share_performance_pay", "12")]
    assert instructions(head) == [("share_performance_pay", "5")]
    assert instructions(outlet) == [("deduct", "500.00")]
    assert [one["to"] for one in told([*person, *head, *outlet], "instruction.issued")] == [
        "human_resources", "human_resources", "finance",
    ]  # fmt: skip
    assert desk.sums() == {"TS-1/outlet/HZ-017": Sums(awarded=Decimal("500.00"))}  # a share of pay is no known amount


def test_human_resources_assesses_and_then_trains() -> None:
    desk = PenaltyDesk(Policies.of(load_pack("courier-handbook")))
    pack = {"id": "courier-handbook", "version": "1.0.0"}
    assert instructions(desk.tell(laid("TS-1", complaint("general"), pack=pack))) == [("assess", "")]
    decided = {"ground": "assessment", "measure": "training"}
    outputs = desk.tell(laid("TS-1", complaint("general"), decided, pack=pack, revision=2))
    assert kinds_of(outputs) == ["penalty.corrected", "instruction.issued"]
    assert instructions(outputs) == [("train", "")]
    assert desk.entries == []


def test_two_organisations_may_have_an_employee_of_one_number() -> None:
    pack = load_pack("auto-service")
    desk = PenaltyDesk(Policies({"": PackHistory((pack,)), "north": PackHistory((pack,))}))
    for organisation in ("", "north"):
        outputs = desk.tell(*[laid(f"TS-{n}", complaint("c"), organisation=organisation) for n in (1, 2)])
        assert {output.key for output in outputs} == {f"{organisation}|{PERSON}" if organisation else PERSON}
        assert {output.organisation for output in outputs} == {organisation}
    assert desk.month().complaints == desk.month(f"north|{PERSON}").complaints == 2
    assert set(desk.sums()) == {f"{prefix}TS-{n}/{PERSON}" for prefix in ("", "north|") for n in (1, 2)}


def test_a_charge_is_weighed_by_the_version_that_laid_it() -> None:
    """A newer version holds from 15 March: what it laid is weighed by it, the count of the month is not."""
    old = load_pack("auto-service")
    assert old.penalties is not None
    dear = replace(old.penalties.by_grade["c"], amount=Decimal(999))
    rules = replace(old.penalties, by_grade=old.penalties.by_grade | {"c": dear}, suspension=None)
    new = replace(
        old, version="2.0.0", effective_from=datetime.fromisoformat("2026-03-15T00:00:00+08:00"), penalties=rules
    )
    desk = PenaltyDesk(Policies.of(old, new))
    late = START + timedelta(days=20)
    pack = {"id": "auto-service", "version": "2.0.0"}
    desk.tell(laid("TS-1", complaint("c")), laid("TS-2", complaint("c"), received_at=late, pack=pack))
    outputs = desk.tell(laid("TS-3", complaint("c"), received_at=late, pack=pack))
    assert [desk.charge(f"TS-{n}").sentence.amount for n in (1, 2, 3)] == [100, 999, 999]
    assert told(outputs, "person.suspended")[0]["pack"]["version"] == "1.0.0"


def test_a_charge_of_another_shape_than_its_type_is_refused_by_its_place() -> None:
    """What one of ours wrote in a wrong shape is a fault of the input, named, and none of the rules that read it."""
    charge = laid("TS-1", complaint("c"))
    broken = replace(charge, data=charge.data | {"revision": "first"})
    headers = (
        *binary_headers(broken),
        ("tousu-origin", b"claims/0"),
        ("tousu-seq", b"1"),
        ("tousu-time", text_of_time(START).encode()),
    )
    record = Record("complaints.charges", 0, 0, b"person/E10023", data_bytes(broken), headers, 0)
    arrival = addressed(from_ours(record), PenaltyDesk().rules)
    assert arrival.refusal is not None
    assert (arrival.refusal.reason, arrival.refusal.place) == ("wrong_schema", "/revision")

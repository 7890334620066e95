"""Claims at the gate: filed without a complaint, or reported about a case; what is wrong is refused before."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from tests.packs_read import load_pack, load_policies
from tests.rules.claim_reports import BESIDE_SAID, CLAIM
from tests.rules.intake.gate import START, Gate, complaint, hours, report
from tousu.event import Event
from tousu.policy.currencies import CURRENCIES
from tousu.policy.event_catalogue import BESIDE_THE_CASE, CLAIM_ANSWERS, CLAIM_REPORTS
from tousu.policy.pack import Pack

W = "TS7702260102001"
OTHER = "TS7702260102002"


def claim(channel: str = "phone", *, cause: str = "loss", **data: Any) -> Event:
    """A claim that is filed without a complaint. `more` goes into its claim."""
    said = CLAIM | {"cause": cause} | data.pop("more", {})
    return complaint(channel, **{"kind": "claim", "claim": said, "waybill_number": W, **data})


def about(what: str, number: str, **data: Any) -> Event:
    """A report about the first claim of a case."""
    said = BESIDE_SAID[what] | ({"claim_number": f"{number}/1"} if "claim_number" in BESIDE_SAID[what] else {})
    return report(what, number, **said | data)


# -- filed without a complaint ----------------------------------------------------------------------------------------


def test_a_claim_is_registered_as_what_it_is(gate: Gate) -> None:
    number = gate.registers(claim(more={"currency": "HKD", "evidence": [{"item": "waybill_image"}]}))
    (output,) = gate.outputs
    assert (output.topic, output.type) == ("complaints.accepted", "tousu.claim.registered.v1")
    assert output.data["claim"] == CLAIM | {"currency": "HKD", "evidence": [{"item": "waybill_image"}]}
    assert output.data["complainant"]["role"] == "sender"
    assert gate.case(number).kind == "claim"


def test_a_complaint_and_a_claim_count_in_one_row_of_numbers(gate: Gate) -> None:
    first, second = gate.registers(complaint()), gate.registers(claim())
    assert [number.split("-")[2] for number in (first, second)] == ["0001", "0002"]


@pytest.mark.parametrize("name", ["courier-handbook", "auto-service", "after-sales", "logistics", "courier-network"])
def test_a_pack_takes_claims_where_it_has_any(name: str) -> None:
    pack = load_pack(name)
    channel = next(iter(pack.channels))
    decision = Gate(pack).hear(claim(channel))
    if pack.claims is not None:
        assert decision.outputs[0].type == "tousu.claim.registered.v1"
        return
    assert decision.refusal is not None
    assert (decision.refusal.reason, decision.refusal.place) == ("kind_not_taken", "/kind")
    assert "takes no claims; send it as a complaint" in decision.refusal.message


def test_one_pack_takes_claims_and_one_does_not() -> None:
    """So that the test above looks at both."""
    assert {load_policies(name).own.claims is None for name in ("courier-network", "logistics")} == {True, False}


# -- told twice -------------------------------------------------------------------------------------------------------

DIFFERENT: dict[str, dict[str, Any]] = {
    "another cause": {"cause": "damage"},
    "another piece": {"waybill_number": OTHER},
    "one piece more": {"pieces": [{"waybill_number": W}, {"waybill_number": OTHER}]},
    "no piece": {"waybill_number": ""},
}


def test_the_same_piece_and_cause_told_again_joins_with_what_was_claimed(gate: Gate) -> None:
    number = gate.registers(claim())
    again = claim("web", at=START + hours(70), more={"evidence": [{"item": "price_evidence"}]})
    assert gate.joins(again) == number
    data = gate.outputs[-1].data
    assert (data["kind"], data["claim"]) == ("claim", CLAIM | {"evidence": [{"item": "price_evidence"}]})
    assert len(gate.records(number)) == 2


@pytest.mark.parametrize("second", DIFFERENT.values(), ids=DIFFERENT)
def test_another_matter_is_a_claim_of_its_own(gate: Gate, second: dict[str, Any]) -> None:
    number = gate.registers(claim())
    event = claim("web", at=START + hours(2), **second)
    if not event.data["waybill_number"]:
        del event.data["waybill_number"]
    assert gate.registers(event) != number


def test_after_the_window_it_is_a_claim_of_its_own(gate: Gate) -> None:
    number = gate.registers(claim())
    assert gate.registers(claim("web", at=START + hours(72.001))) != number


@pytest.mark.parametrize("other", [{"class_": "loss"}, {"class_": "loss", "kind": "inquiry"}])
def test_a_claim_never_joins_a_complaint_or_inquiry_nor_they_a_claim(gate: Gate, other: dict[str, Any]) -> None:
    first = gate.registers(complaint("phone", waybill_number=W, **other))
    second = gate.registers(claim("web", at=START + hours(1), class_="loss"))
    third = gate.joins(complaint("app", at=START + hours(2), waybill_number=W, **other))
    assert second != first == third


@pytest.mark.parametrize("what", sorted(CLAIM_REPORTS))
def test_once_the_claimant_is_answered_nobody_joins_any_more(gate: Gate, what: str) -> None:
    number = gate.registers(claim())
    gate.hear(about(what, number, at=START + hours(1)))
    again = gate.hear(claim("web", at=START + hours(2)))
    assert (again.outputs[0].subject != number) is (what in CLAIM_ANSWERS)


def test_reports_of_a_complaint_leave_a_claim_open_at_the_gate(gate: Gate) -> None:
    """The router refuses them; here they must not count either."""
    number = gate.registers(claim())
    for what, said in (("withdrawn", {"reason": "x"}), ("judged", {"stands": False}), ("reopened", {"reason": "x"})):
        gate.hear(report(what, number, at=START + hours(1), **said))
    assert (gate.case(number).status, gate.case(number).life) == ("open", None)


def test_a_telling_that_joined_can_leave_and_is_a_claim_again(gate: Gate) -> None:
    number = gate.registers(claim())
    telling = claim("web", at=START + hours(1), id_="again")
    gate.joins(telling)
    source = {"source": telling.source, "id": telling.id}
    left, registered = gate.hear(report("separated", number, telling=source, reason="另一件")).outputs
    assert (left.data["kind"], registered.type) == ("claim", "tousu.claim.registered.v1")
    assert registered.data["claim"] == CLAIM


# -- reported about a case --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", sorted(BESIDE_THE_CASE))
@pytest.mark.parametrize("kind", ["complaint", "inquiry", "claim"])
def test_a_report_about_a_claim_or_penalty_goes_through_for_every_known_case(gate: Gate, kind: str, what: str) -> None:
    first = claim() if kind == "claim" else complaint(kind=kind)
    number = gate.registers(first)
    gate.hear(report("withdrawn", number, reason="x"))  # after its end, too
    event = about(what, number)
    (output,) = gate.hear(event).outputs
    assert (output.topic, output.type, output.subject, output.data) == (
        "complaints.accepted", event.type, number, event.data,
    )  # fmt: skip


@pytest.mark.parametrize("what", sorted(BESIDE_THE_CASE))
def test_of_an_unknown_case_it_is_refused(gate: Gate, what: str) -> None:
    refusal = gate.hear(about(what, "20260105-03-0099-01")).refusal
    assert refusal is not None
    assert (refusal.reason, refusal.place) == ("unknown_case", "/case_number")


# -- currencies -------------------------------------------------------------------------------------------------------

IN_REPORTS: dict[str, tuple[str, dict[str, Any], str]] = {
    "of what is claimed": ("claim_filed", {"claimed_amount": "1", "currency": "CNX"}, "/currency"),
    "of a ruling": ("claim_ruled", {"currency": "YUA"}, "/currency"),
    "of a payment": ("payment_confirmed", {"currency": "RMB"}, "/currency"),
    "of facts": ("claim_facts_found", {"facts": {"currency": "XXX"}}, "/facts/currency"),
}


@pytest.mark.parametrize(("what", "said", "place"), IN_REPORTS.values(), ids=IN_REPORTS)
def test_a_currency_that_there_is_not_is_refused(gate: Gate, what: str, said: dict[str, Any], place: str) -> None:
    number = gate.registers(complaint())
    before = dict(gate.states)
    refusal = gate.hear(about(what, number, **said)).refusal
    assert refusal is not None
    assert (refusal.reason, refusal.place) == ("unknown_currency", place)
    assert "ISO 4217" in refusal.message
    assert gate.states == before


def test_so_it_is_in_a_claim_without_a_complaint(gate: Gate) -> None:
    refusal = gate.hear(claim(more={"currency": "RMB"})).refusal
    assert refusal is not None
    assert (refusal.reason, refusal.place) == ("unknown_currency", "/claim/currency")
    assert gate.states == {}


@pytest.mark.parametrize("currency", ["CNY", "HKD", "MOP", "TWD", "USD", "EUR", "JPY", "GBP", "XDR"])
def test_every_other_currency_goes_through(gate: Gate, currency: str) -> None:
    number = gate.registers(complaint())
    assert gate.hear(about("payment_confirmed", number, currency=currency)).refusal is None


def test_the_list_is_one_of_codes() -> None:
    assert all(len(code) == 3 and code.isascii() and code.isupper() for code in CURRENCIES)
    assert len(CURRENCIES) > 150


def test_an_organisation_with_other_packs_is_looked_up_by_the_pack_of_its_time(pack: Pack) -> None:
    """A version without claims refuses what the next one takes."""
    later = replace(pack, version="9.0.0", effective_from=START + hours(24))
    gate = Gate(replace(pack, claims=None))
    assert gate.hear(claim()).refusal is not None
    gate.rules = Gate(later).rules
    assert gate.hear(claim("web", at=START + hours(25))).refusal is None

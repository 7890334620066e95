"""What is deducted and confirmed is booked once; what fits nothing is a question; what was too much comes back."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from services.penalties.paying import question_key
from services.penalties.states import ChargedParty, PenaltyPaymentQuestion
from tests.packs_read import load_pack
from tests.rules.casework import START, event, kinds_of
from tests.rules.ledger.test_proof_of_penalties import told_by
from tests.rules.penalties.charges import (
    CLOSED,
    PERSON,
    WORKSHOP,
    PenaltyDesk,
    complaint,
    instructions,
    laid,
    services,
    told,
)
from tests.rules.penalties.payments import LATER, deducted, deducted_from_head, settled
from tousu.event import Event
from tousu.ledger.balance import Sums
from tousu.ledger.proof import prove
from tousu.policy.policies import PackHistory, Policies

NUMBER = f"TS-1/{PERSON}"
BACK = f"{NUMBER}/repayment"
B1400, C100, A500 = complaint("b", "1200.00"), complaint("c"), complaint("a")
AFTER = CLOSED + timedelta(days=1)


def question(desk: PenaltyDesk, payment: str = "P-1", party: str = PERSON) -> PenaltyPaymentQuestion:
    """The question about a payment of a party."""
    kind, _, name = party.partition("/")
    found = desk.state(question_key(ChargedParty(kind=kind, id=name), payment))  # type: ignore[arg-type]
    assert isinstance(found, PenaltyPaymentQuestion)
    return found


def sums(awarded: str = "0", paid: str = "0", withdrawn: str = "0") -> Sums:
    return Sums(Decimal(awarded), Decimal(paid), Decimal(withdrawn))


@pytest.fixture
def desk() -> PenaltyDesk:
    desk = PenaltyDesk()
    desk.tell(laid("TS-1", B1400))
    return desk


# -- what fits nothing ------------------------------------------------------------------------------------------------

BROKEN: dict[str, tuple[Event, str, str | None, str]] = {  # payment, reason, expected, in the message
    "one fen too little": (deducted("TS-1", "1399.99"), "other_amount", "1400.00", "1400.00 CNY is outstanding"),
    "one fen too much": (deducted("TS-1", "1400.01"), "other_amount", "1400.00", "1400.00 CNY"),
    "nothing": (deducted("TS-1", "0"), "other_amount", "1400.00", "1400.00 CNY"),
    "the largest amount": (deducted("TS-1", "999999999999999.99"), "other_amount", "1400.00", "1400.00 CNY"),
    "another currency": (deducted("TS-1", "1400.00", currency="HKD"), "other_currency", "1400.00", "owed in CNY"),
    "a case without a penalty": (deducted("TS-9", "1400.00"), "unknown_penalty", None, "case TS-9 has none"),
    "another party": (
        deducted("TS-1", "1400.00", party="person/E2"), "unknown_penalty", None, "person/E2 has no penalty",
    ),
    "a penalty of another party": (
        deducted("TS-1", "1400.00", number="TS-1/person/E2"), "unknown_penalty", None, "no penalty TS-1/person/E2",
    ),
    "a penalty of another case": (
        deducted("TS-1", "1400.00", number=f"TS-2/{PERSON}"), "unknown_penalty", None, f"no penalty TS-2/{PERSON}",
    ),
    "a rate in the name of a case": (
        deducted("TS-1", "1400.00", number=f"2026-03/{PERSON}"), "unknown_penalty", None, "no penalty 2026-03",
    ),
    "a repayment of what nobody paid": (
        deducted("TS-1", "1400.00", repaid=True), "not_owed", None, f"nothing was ever owed of {BACK}",
    ),
    "the obligation of another penalty": (
        deducted("TS-1", "1400.00", obligation=f"TS-2/{PERSON}"), "unknown_obligation", None, f"{NUMBER}, {BACK}",
    ),
    "a rate of no month": (
        deducted_from_head("50.00", at=LATER), "unknown_penalty", None, "the month has none",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("one", "reason", "expected", "words"), BROKEN.values(), ids=BROKEN)
def test_what_fits_nothing_pays_nothing_and_is_a_question(
    desk: PenaltyDesk, one: Event, reason: str, expected: str | None, words: str
) -> None:
    before, rows = desk.sums(), dict(desk.rows)
    outputs = desk.tell(one)
    (said,) = told(outputs, "penalty.payment_questioned")
    assert len(outputs) == 1
    assert (said["reason"], said.get("expected")) == (reason, expected)
    assert words in said["message"]
    assert said["penalty_number"] == one.data["penalty_number"]
    assert (desk.sums(), {state_key: row for state_key, row in desk.rows.items() if state_key.kind != "question"}) == (
        before,
        rows,
    )
    party = "{kind}/{id}".format(**said["party"])
    asked = question(desk, party=party)
    assert (asked.reason, asked.settled, asked.case_number) == (reason, "", one.data.get("case_number", ""))
    assert (asked.amount, asked.expected) == (Decimal(said["amount"]), Decimal(expected) if expected else None)


def test_a_payment_of_a_penalty_that_was_withdrawn_before_is_a_question(desk: PenaltyDesk) -> None:
    desk.tell(laid("TS-1", revision=2))
    (said,) = told(desk.tell(deducted("TS-1", "1400.00")), "penalty.payment_questioned")
    assert (said["reason"], said["expected"]) == ("not_owed", "0.00")


def test_paid_twice_is_a_question_by_the_same_number_and_by_another(desk: PenaltyDesk) -> None:
    desk.tell(laid("TS-2", C100), deducted("TS-1", "1400.00"))
    same, other, elsewhere = (
        told(desk.tell(one), "penalty.payment_questioned")[0]["reason"]
        for one in (
            deducted("TS-1", "1400.00", at=LATER + timedelta(hours=1)),
            deducted("TS-1", "1400.00", "P-2"),
            deducted("TS-2", "100.00", "P-1"),
        )
    )
    assert (same, other, elsewhere) == ("already_booked", "already_paid", "already_booked")
    assert desk.sums()[NUMBER] == sums("1400.00", "1400.00")
    assert desk.sums()[f"TS-2/{PERSON}"] == sums("100.00")


def test_two_persons_may_be_paid_by_payments_of_one_number(desk: PenaltyDesk) -> None:
    desk.tell(laid("TS-1", C100, party="person/E2"))
    outputs = desk.tell(deducted("TS-1", "1400.00"), deducted("TS-1", "100.00", party="person/E2"))
    assert kinds_of(outputs) == ["penalty.paid", "penalty.paid"]
    assert prove(told_by(desk), desk.entries).faults == ()


def test_a_share_of_performance_pay_is_no_money_that_could_be_confirmed() -> None:
    desk = PenaltyDesk(Policies.of(load_pack("courier-network")))
    desk.tell(laid("TS-1", complaint("major", "4000"), pack={"id": "courier-network", "version": "1.0.0"}))
    (said,) = told(desk.tell(deducted("TS-1", "200.00")), "penalty.payment_questioned")
    assert said["reason"] == "not_owed"


# -- what is booked ---------------------------------------------------------------------------------------------------


def test_exactly_what_is_outstanding_is_booked_and_told(desk: PenaltyDesk) -> None:
    (output,) = desk.tell(deducted("TS-1", "1400", deducted_at="2026-03-02T18:00:00+08:00"))
    assert output.type == "tousu.penalty.paid.v1"
    assert (output.key, output.subject) == (PERSON, "TS-1")
    assert output.data == {
        "penalty_number": NUMBER,
        "party": {"kind": "person", "id": "E10023"},
        "case_number": "TS-1",
        "payment_id": "P-1",
        "obligation": NUMBER,
        "amount": "1400.00",
        "currency": "CNY",
        "paid_at": "2026-03-02T18:00:00+08:00",
        "at": "2026-03-03T02:00:00Z",
        "pack": {"id": "auto-service", "version": "1.0.0"},
    }
    assert desk.sums() == {NUMBER: sums("1400.00", "1400.00")}
    (*_, entry) = desk.entries
    assert (entry.movement, entry.reference, entry.debtor) == ("paid", "P-1", PERSON)
    assert desk.charge("TS-1").sentence.issued == ()


@pytest.mark.parametrize("organisation", ["", "north"])
def test_the_owner_of_an_organisation_books_its_own(organisation: str) -> None:
    pack = load_pack("auto-service")
    desk = PenaltyDesk(Policies({"": PackHistory((pack,)), "north": PackHistory((pack,))}))
    for each in ("", "north"):
        desk.tell(laid("TS-1", C100, organisation=each))
    prefix = f"{organisation}|" if organisation else ""
    (output,) = desk.tell(deducted("TS-1", "100.00", organisation=organisation))
    assert (output.data["obligation"], output.key) == (NUMBER, f"{prefix}{PERSON}")
    assert {number: one.paid for number, one in desk.sums().items() if one.paid} == {f"{prefix}{NUMBER}": 100}
    desk.tell(laid("TS-1", revision=2, organisation=organisation, at=LATER))
    desk.tell(deducted("TS-1", "100.00", "P-2", repaid=True, organisation=organisation))
    assert desk.sums()[f"{prefix}{BACK}"] == sums("100.00", "100.00")
    assert prove(told_by(desk), desk.entries).faults == ()


def test_an_outlet_pays_for_a_false_report_to_finance() -> None:
    desk = PenaltyDesk(Policies.of(load_pack("courier-network")))
    pack, outlet = {"id": "courier-network", "version": "1.0.0"}, "outlet/HZ-017"
    desk.tell(laid("TS-1", {"ground": "false_report"}, party=outlet, pack=pack))
    assert kinds_of(desk.tell(deducted("TS-1", "500.00", party=outlet))) == ["penalty.paid"]
    back = desk.tell(laid("TS-1", party=outlet, pack=pack, revision=2, at=LATER))
    (said,) = told(back, "instruction.issued")
    assert (said["to"], said["what"], said["amount"]) == ("finance", "repay", "500.00")


# -- changed after it was paid ----------------------------------------------------------------------------------------

CHANGES: dict[str, tuple[list[Any], list[tuple[str, str]], Sums, Sums | None]] = {
    "withdrawn": ([], [("repay", "1400.00")], sums("1400.00", "1400.00"), sums("1400.00")),
    "lowered": ([C100], [("repay", "1300.00")], sums("1400.00", "1400.00"), sums("1300.00")),
    "raised": ([B1400, {"ground": "late_resolution"}], [("deduct", "50.00")], sums("1450.00", "1400.00"), None),
    "doubled": ([B1400, {"ground": "neglect"}], [("deduct", "200.00")], sums("1600.00", "1400.00"), None),
    "other lines, one amount": ([complaint("b", "1100.00"), {"ground": "late_acceptance", "days": 1}], [],
                                sums("1400.00", "1400.00"), None),
}  # fmt: skip


@pytest.mark.parametrize(("grounds", "ordered", "own", "back"), CHANGES.values(), ids=CHANGES)
def test_what_changes_after_it_was_deducted_is_a_matter_of_the_difference(
    desk: PenaltyDesk, grounds: list[Any], ordered: list[tuple[str, str]], own: Sums, back: Sums | None
) -> None:
    """No instruction that was carried out is cancelled."""
    desk.tell(deducted("TS-1", "1400.00"))
    outputs = desk.tell(laid("TS-1", *grounds, revision=2, at=LATER))
    assert instructions(outputs) == ordered
    assert desk.sums() == {NUMBER: own} | ({BACK: back} if back is not None else {})
    assert prove(told_by(desk), desk.entries).faults == ()


def test_a_repayment_is_an_obligation_of_the_company_with_an_instruction_of_its_own(desk: PenaltyDesk) -> None:
    desk.tell(deducted("TS-1", "1400.00"))
    outputs = desk.tell(laid("TS-1", revision=2, at=LATER))
    (said,) = told(outputs, "instruction.issued")
    assert said["instruction_number"] == f"{NUMBER}/2/repay"
    assert (said["to"], said["of"], said["party"]["id"], said["section"]) == ("human_resources", BACK, "E10023", "A 8")
    (*_, entry) = desk.entries
    assert (entry.kind, entry.debtor, entry.creditor, entry.case_number) == ("repayment", "company", PERSON, "TS-1")
    (paid,) = desk.tell(deducted("TS-1", "1400.00", "P-2", repaid=True))
    assert (paid.type, paid.data["obligation"], paid.data["penalty_number"]) == ("tousu.penalty.paid.v1", BACK, NUMBER)
    assert desk.sums() == {NUMBER: sums("1400.00", "1400.00"), BACK: sums("1400.00", "1400.00")}
    (again,) = told(desk.tell(deducted("TS-1", "1400.00", "P-3", repaid=True)), "penalty.payment_questioned")
    assert again["reason"] == "already_paid"


RISES: dict[str, tuple[bool, list[Any], list[tuple[str, str]], Sums, Sums]] = {  # repaid before? raised to, ...
    "not repaid yet, as much": (
        False, [B1400], [("cancel", f"{NUMBER}/2/repay")], sums("1400.00", "1400.00"), sums("1400.00", "0", "1400.00"),
    ),
    "not repaid yet, less": (
        False, [C100], [("cancel", f"{NUMBER}/2/repay"), ("repay", "1300.00")], sums("1400.00", "1400.00"),
        sums("1400.00", "0", "100.00"),
    ),
    "not repaid yet, more": (
        False, [complaint("b", "1300.00")], [("cancel", f"{NUMBER}/2/repay"), ("deduct", "100.00")],
        sums("1500.00", "1400.00"), sums("1400.00", "0", "1400.00"),
    ),
    "repaid, as much": (
        True, [B1400], [("deduct", "1400.00")], sums("2800.00", "1400.00"), sums("1400.00", "1400.00"),
    ),
    "repaid, less": (True, [C100], [("deduct", "100.00")], sums("1500.00", "1400.00"), sums("1400.00", "1400.00")),
}  # fmt: skip


@pytest.mark.parametrize(("repaid", "grounds", "ordered", "own", "back"), RISES.values(), ids=RISES)
def test_raised_again_only_the_difference_moves_and_no_entry_of_the_past(
    desk: PenaltyDesk, repaid: bool, grounds: list[Any], ordered: list[tuple[str, str]], own: Sums, back: Sums
) -> None:
    desk.tell(deducted("TS-1", "1400.00"), laid("TS-1", revision=2, at=LATER))
    if repaid:
        desk.tell(deducted("TS-1", "1400.00", "P-2", repaid=True))
    past = list(desk.entries)
    assert instructions(desk.tell(laid("TS-1", *grounds, revision=3, at=LATER))) == ordered
    assert desk.sums() == {NUMBER: own, BACK: back}
    assert desk.entries[: len(past)] == past
    assert prove(told_by(desk), desk.entries).faults == ()


def test_a_part_that_was_paid_stays_paid_while_the_rest_falls_away(desk: PenaltyDesk) -> None:
    """1,400 deducted, raised to 1,600, lowered to 100: of the rest nothing was paid, so 1,300 come back."""
    desk.tell(deducted("TS-1", "1400.00"), laid("TS-1", B1400, {"ground": "neglect"}, revision=2, at=LATER))
    outputs = desk.tell(laid("TS-1", C100, revision=3, at=LATER))
    assert instructions(outputs) == [("cancel", f"{NUMBER}/2/deduct"), ("repay", "1300.00")]
    assert desk.sums() == {NUMBER: sums("1600.00", "1400.00", "200.00"), BACK: sums("1300.00")}


# -- the head of a department -----------------------------------------------------------------------------------------


def test_the_penalty_for_a_rate_is_deducted_and_comes_back_with_a_late_figure() -> None:
    """One complaint in 125 services costs 50; with one service more it costs nothing."""
    desk, number = PenaltyDesk(), f"2026-03/{WORKSHOP}"
    desk.tell(laid("TS-1", C100, party=WORKSHOP), services(125))
    desk.pass_to(CLOSED)
    (paid,) = desk.tell(deducted_from_head("50.00", at=AFTER))
    assert (paid.subject, paid.key, "case_number" in paid.data) == ("", WORKSHOP, False)
    assert desk.month(WORKSHOP).rate.owed.paid == 50  # type: ignore[union-attr]
    assert instructions(desk.tell(services(126, at=AFTER))) == [("repay", "50.00")]
    desk.tell(deducted_from_head("50.00", "P-2", at=AFTER, repaid=True))
    assert desk.sums() == {number: sums("50.00", "50.00"), f"{number}/repayment": sums("50.00", "50.00")}
    assert prove(told_by(desk), desk.entries).faults == ()


def test_of_a_month_that_is_final_nothing_is_known_any_more() -> None:
    desk = PenaltyDesk()
    desk.tell(laid("TS-1", C100))
    final = desk.month().final_at + timedelta(days=1)
    desk.pass_to(final)
    (said,) = told(desk.tell(deducted("TS-1", "100.00", at=final)), "penalty.payment_questioned")
    assert said["reason"] == "unknown_penalty"


# -- questions end ----------------------------------------------------------------------------------------------------


def test_a_question_ends_when_the_payment_is_booked_after_all(desk: PenaltyDesk) -> None:
    desk.tell(deducted("TS-1", "140.00"))
    outputs = desk.tell(deducted("TS-1", "1400.00", at=LATER + timedelta(hours=1)))
    assert kinds_of(outputs) == ["penalty.paid", "penalty.payment_question_settled"]
    assert (outputs[1].data["how"], question(desk).settled) == ("booked", "booked")


def test_a_payment_has_one_question_the_newest(desk: PenaltyDesk) -> None:
    desk.tell(deducted("TS-1", "140.00"), deducted("TS-1", "1400.00", currency="USD"))
    assert question(desk).reason == "other_currency"
    assert len([state_key for state_key in desk.rows if state_key.kind == "question"]) == 1


@pytest.mark.parametrize("how", ["returned", "booked_elsewhere", "mistake"])
def test_a_question_ends_when_somebody_says_how(desk: PenaltyDesk, how: str) -> None:
    desk.tell(deducted("TS-1", "140.00"))
    (output,) = desk.tell(settled("TS-1", "P-1", how))
    assert (output.data["how"], output.data["penalty_number"], question(desk).settled) == (how, NUMBER, how)
    assert desk.sums() == {NUMBER: sums("1400.00")}
    refusal = desk.take(settled("TS-1", "P-1", how)).refusal
    assert refusal is not None
    assert (refusal.reason, refusal.place) == ("unknown_payment", "/payment_id")


def test_so_does_one_about_the_head_of_a_department(desk: PenaltyDesk) -> None:
    desk.tell(deducted_from_head("50.00", at=LATER))
    said = {"department": "workshop", "payment_id": "P-1", "how": "mistake"}
    (output,) = desk.tell(event("operations.payment_question_settled", said, WORKSHOP, LATER))
    assert (output.data["how"], question(desk, party=WORKSHOP).settled) == ("mistake", "mistake")


@pytest.mark.parametrize("one", [settled("TS-1", "P-9"), settled("TS-1", "P-1", party="person/E2")])
def test_nothing_can_be_settled_that_nobody_asked(desk: PenaltyDesk, one: Event) -> None:
    desk.tell(deducted("TS-1", "140.00"))
    refusal = desk.take(one).refusal
    assert refusal is not None
    assert refusal.reason == "unknown_payment"
    assert question(desk).settled == ""


def test_a_settled_question_is_asked_again_when_the_payment_comes_again(desk: PenaltyDesk) -> None:
    desk.tell(deducted("TS-1", "140.00"), settled("TS-1", "P-1"), deducted("TS-1", "140.00"))
    assert question(desk).settled == ""


def test_without_a_pack_of_penalties_a_payment_is_still_a_question() -> None:
    desk = PenaltyDesk(Policies.of(replace(load_pack("auto-service"), penalties=None)))
    (said,) = told(desk.tell(deducted("TS-1", "140.00")), "penalty.payment_questioned")
    assert said["reason"] == "unknown_penalty"


def test_a_payment_changes_no_figure_of_the_month(desk: PenaltyDesk) -> None:
    month = desk.month()
    desk.tell(deducted("TS-1", "1400.00"))
    assert desk.month() == month
    assert START < LATER < CLOSED

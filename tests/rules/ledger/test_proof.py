"""The proof: entries against events, folded apart (reliability.md, I7). What was tampered with is found, and named."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.rules.casework import NUMBER, START, handling
from tests.rules.claims.filed import OTHER, OUTLET, SENDER, agree_claim, offer_claim
from tests.rules.claims.told import reported
from tests.rules.ledger.books import Recorded, instruction, penalty
from tests.rules.whole import whole
from tousu.ledger.balance import Sums, sums_by_obligation
from tousu.ledger.obligation import Entry, Obligation, award, withdraw
from tousu.ledger.proof import prove
from tousu.ledger.told import Bookkeeper, LedgerEvent, LedgerFault
from tousu.policy.pack import Pack

OWED = f"{NUMBER}/1/compensation"
BILL = f"{NUMBER}/1/bill"


def settled(desk: Recorded) -> tuple[list[LedgerEvent], list[Entry]]:
    """A loss that is agreed, ruled higher, billed between the outlets with fees, and paid; the bill is not yet."""
    agree_claim(desk)
    desk.report("claim_ruled", 6, by="court", amount="1000.00")
    desk.report("outlet_arbitration_requested", 24 * 31, outlet=OTHER)
    desk.report("outlet_ruled", 24 * 31 + 1, report_true=True)
    desk.report("payment_confirmed", 24 * 32, payment_id="P-1", amount="1000.00")
    return desk.told(), desk.ledger()


def places(told: list[LedgerEvent], entries: list[Entry]) -> list[str]:
    return [fault.place for fault in prove(told, entries).faults]


def words(told: list[LedgerEvent], entries: list[Entry]) -> str:
    return "\n".join(f"{fault.place}: {fault.message}" for fault in prove(told, entries).faults)


def test_what_the_rules_of_claims_book_is_what_they_tell(desk: Recorded) -> None:
    told, entries = settled(desk)
    proof = prove(told, entries)
    assert proof.faults == ()
    assert (proof.entries, proof.obligations) == (6, 4)


AMOUNTS = st.sampled_from(["0.01", "188.00", "500.00", "812.00", "1000.00"])
STEPS = st.one_of(
    st.tuples(st.just("claim_agreed"), st.fixed_dictionaries({}, optional={"amount": AMOUNTS})),
    st.tuples(st.just("claim_ruled"), st.fixed_dictionaries({"by": st.just("court"), "amount": AMOUNTS})),
    st.tuples(st.just("claim_decided"), st.just({"outcome": "offer"})),
    st.tuples(st.just("claim_disputed"), st.just({"way": "court"})),
    st.tuples(st.just("claim_withdrawn"), st.just({})),
    st.tuples(
        st.just("payment_confirmed"),
        st.fixed_dictionaries(
            {"payment_id": st.sampled_from(["P-1", "P-2", "P-3"]), "amount": AMOUNTS},
            optional={"obligation": st.sampled_from([OWED, BILL, f"{NUMBER}/1/fee_of_fined"])},
        ),
    ),
    st.tuples(st.just("outlet_negotiation_settled"), st.just({"outlet": OUTLET})),
    st.tuples(st.just("outlet_arbitration_requested"), st.just({"outlet": OTHER})),
    st.tuples(st.just("outlet_ruled"), st.fixed_dictionaries({"report_true": st.booleans()})),
    st.tuples(st.just("withdrawn"), st.just({"reason": "件到了"})),
    st.tuples(st.just("judged"), st.fixed_dictionaries({"stands": st.booleans()})),
    st.tuples(st.just("reopened"), st.just({"reason": "money_did_not_come"})),
)


def test_a_payment_made_before_it_was_owed_needs_no_instruction(pack: Pack) -> None:
    """It was in question, and the agreement made it right: finance was never told to pay it once more."""
    desk = Recorded(pack)
    offer_claim(desk)
    desk.take(reported("payment_confirmed", 5, payment_id="P-1", amount="812.00"))
    desk.take(reported("claim_agreed", 6))
    assert [entry.movement for entry in desk.ledger()] == ["awarded", "paid"]
    assert prove(desk.told(), desk.ledger()).faults == ()


@settings(max_examples=150, deadline=None)
@given(steps=st.lists(st.tuples(STEPS, st.sampled_from([1.0, 24.0, 24.0 * 31])), max_size=14))
def test_whatever_happens_to_a_claim_its_ledger_is_proven_by_its_events(
    pack: Pack, steps: list[tuple[tuple[str, dict[str, Any]], float]]
) -> None:
    """Steps that do not fit are refused or questioned; at every moment the balance holds."""
    desk = Recorded(pack)
    offer_claim(desk)
    hours = 5.0
    for (what, said), more in steps:
        hours += more
        is_of_case = what in ("withdrawn", "judged", "reopened")
        desk.take(handling(what, hours, **said) if is_of_case else reported(what, hours, **said))
        assert prove(desk.told(), desk.ledger()).faults == ()


@given(st.lists(st.tuples(st.sampled_from(["agreed", "paid", "closed", "billed"]), st.integers(1, 5)), max_size=12))
def test_the_books_of_events_are_those_of_a_slow_count(steps: list[tuple[str, int]]) -> None:
    """By hand: the last agreement says what is owed; it falls no lower than what is paid."""
    books = Bookkeeper()
    paid = owed = billed = Decimal(0)
    for number, (what, hundreds) in enumerate(steps):
        amount = Decimal(hundreds * 100)
        said: dict[str, Any] = {"claim_number": "T/1", "currency": "CNY", "amount": f"{amount}"}
        if what == "agreed":
            owed = max(amount, paid)
        elif what == "paid":
            amount = min(amount, owed - paid)
            if not amount:
                continue
            paid += amount
            said |= {"obligation": "T/1/compensation", "payment_id": f"P-{number}", "amount": f"{amount}"}
        elif what == "billed":
            billed += amount
            said |= {"obligation": "T/1/bill", "kind": "bill", "debtor": "A", "creditor": "B"}
        else:
            left = {"obligation": "T/1/compensation", "amount": f"{owed - paid}", "currency": "CNY"}
            said = {"claim_number": "T/1", "reason": "withdrawn"} | ({"withdrawn": [left]} if owed > paid else {})
            owed = paid
        books.take(LedgerEvent(f"e{number}", f"claim.{what}", START, whole(f"tousu.claim.{what}.v1", said)))
        sums = books.sums.get("T/1/compensation", Sums())
        assert (sums.awarded - sums.withdrawn, sums.paid, sums.outstanding) == (owed, paid, owed - paid)
        assert books.sums.get("T/1/bill", Sums()).awarded == billed
    assert books.faults == []


Tampered = Callable[[list[LedgerEvent], list[Entry]], tuple[list[LedgerEvent], list[Entry]]]


def changed(place: int, **change: Any) -> Tampered:
    """One entry says something else."""
    return lambda told, entries: (
        told,
        [replace(one, **change) if at == place else one for at, one in enumerate(entries)],
    )


def without_event(kind: str, what: str = "") -> Tampered:
    return lambda told, entries: (
        [one for one in told if one.type != kind or (what and one.data.get("what") != what)],
        entries,
    )


def without_entry(place: int) -> Tampered:
    return lambda told, entries: (told, [one for at, one in enumerate(entries) if at != place])


def with_event(kind: str, **change: Any) -> Tampered:
    """The last event of a kind is there once more, with other words."""

    def tamper(told: list[LedgerEvent], entries: list[Entry]) -> tuple[list[LedgerEvent], list[Entry]]:
        last = next(one for one in reversed(told) if one.type == kind and one.data.get("what") != "cancel")
        return [*told, last._replace(id="more", data={**last.data, **change})], entries

    return tamper


@pytest.mark.parametrize(
    ("tamper", "place", "message"),
    [
        (changed(0, amount=Decimal("812.01")), OWED, "has 812.01 CNY awarded"),
        (changed(0, amount=Decimal("812.01")), OWED, "says 812.00 CNY awarded"),
        (changed(0, amount=Decimal("812.01")), f"case {NUMBER} (CNY)", "awarded 2100.01"),
        (changed(0, amount=Decimal("812.01")), "in all (CNY)", "in the ledger"),
        (changed(0, currency="USD"), "in all (USD)", "awarded 812.00"),
        (changed(0, at=START), OWED, "and no event says so"),
        (changed(2, debtor="NB-002"), BILL, "debtor other than"),
        (changed(2, creditor="NB-002"), BILL, "creditor other than"),
        (changed(2, case_number="TS-other"), BILL, "case_number other than"),
        (changed(2, kind="handling_fee"), BILL, "kind other than"),
        (changed(5, reference="P-2"), OWED, "no event says so"),
        (without_entry(1), OWED, "and no entry does"),
        (without_entry(0), OWED, "entries are missing or doubled"),
        (without_entry(5), OWED, "1000.00 CNY paid"),
        (without_event("claim.billed"), BILL, "no event says so"),
        (without_event("claim.paid"), OWED, "no event says so"),
        (without_event("instruction.issued", "bill_outlet"), BILL, "no instruction stands"),
        (without_event("instruction.issued", "pay_claimant"), OWED, "no instruction for it was ever standing"),
        (with_event("claim.paid"), OWED, "payment P-1 is booked twice"),
        (with_event("claim.paid", obligation=BILL), BILL, f"payment P-1 is booked twice: before for {OWED}"),
        (with_event("instruction.issued", instruction_number="x", of=BILL), BILL, "2 instructions stand"),
        (with_event("instruction.issued", instruction_number="x", of="T/9"), "T/9", "that nobody owes"),
        (with_event("instruction.issued", instruction_number="x", of=OWED), OWED, "nothing is outstanding"),
        (with_event("instruction.issued"), f"{NUMBER}/1/fee_of_compensated", "was issued twice"),
        (with_event("claim.billed", amount="many"), "more", "cannot be read"),
    ],
)  # fmt: skip
def test_each_kind_of_tampering_is_found_and_names_its_obligation(
    desk: Recorded, tamper: Tampered, place: str, message: str
) -> None:
    found = prove(*tamper(*settled(desk))).faults
    assert [fault for fault in found if fault.place == place and message in fault.message], found


def test_an_entry_that_is_there_twice_is_found(desk: Recorded) -> None:
    told, entries = settled(desk)
    assert "entries are missing or doubled" in words(told, [*entries, entries[-1]])
    invented = replace(entries[2], number=f"{BILL}/2", cause="nobody")
    assert f"entry {BILL}/2 has" in words(told, [*entries, invented])


def test_an_instruction_for_another_amount_is_found(desk: Recorded) -> None:
    told, entries = settled(desk)
    other = [
        one._replace(data={**one.data, "amount": "0.01"}) if one.data.get("what") == "bill_outlet" else one
        for one in told
    ]
    assert f"{BILL}: instruction {BILL}/1 says 0.01 CNY, outstanding are 1000.00 CNY" in words(other, entries)


def test_a_claim_that_was_closed_while_something_was_owed_is_found(desk: Recorded) -> None:
    agree_claim(desk)
    desk.report("claim_withdrawn", 6)
    told = [
        one._replace(data={name: value for name, value in one.data.items() if name != "withdrawn"})
        for one in desk.told()
    ]
    assert f"{OWED}: the claim was closed (claim_withdrawn) with 812.00 outstanding" in words(told, desk.ledger())


def test_the_tenth_entry_comes_behind_the_ninth(desk: Recorded) -> None:
    offer_claim(desk)
    for number in range(1, 12):
        desk.report("claim_ruled", 5 + number, by="court", amount=f"{100 * number}.00")
    assert prove(desk.told(), reversed(desk.ledger())).faults == ()


PENALTY = Obligation(
    number="TS-9/person/E1", kind="penalty", debtor="person/E1", creditor="company", currency="CNY", case_number="TS-9"
)


def fined(prefix: str = "") -> tuple[list[LedgerEvent], list[Entry]]:
    """A penalty that is assessed, doubled, then lowered; human resources was told each time."""
    organisation = prefix.rstrip("|")
    owed = replace(PENALTY, number=f"{prefix}{PENALTY.number}", debtor=f"{prefix}person/E1")
    owed, first = award(owed, Decimal(100), START, "e")
    owed, second = award(owed, Decimal(100), START, "e")
    _, third = withdraw(owed, Decimal(150), START, "e", "corrected")
    told = [
        penalty("100", "100", 1, "assessed", organisation), instruction("a", "100"),
        penalty("200", "100", 2, "doubled", organisation), instruction("a/x", what="cancel", cancels="a"),
        instruction("b", "200"), penalty("50", "-150", 3, "corrected", organisation),
        instruction("b/x", what="cancel", cancels="b"), instruction("c", "50"),
    ]  # fmt: skip
    return [one._replace(organisation=organisation) for one in told], [first, second, third]


@pytest.mark.parametrize("prefix", ["", "acme|"])
def test_penalties_are_proven_by_the_same_fold(prefix: str) -> None:
    told, entries = fined(prefix)
    assert prove(told, entries).faults == ()
    assert sums_by_obligation(entries)[f"{prefix}{PENALTY.number}"].outstanding == 50


@pytest.mark.parametrize(
    ("place", "message"),
    [
        (0, "after revision 0 comes 2"),
        (2, "the difference is -50, and p-3 says -150"),
        (3, "2 instructions stand for what is owed once: a, c"),
        (7, "50 CNY are outstanding, and no instruction stands"),
    ],
)
def test_what_is_missing_of_a_penalty_is_found(place: int, message: str) -> None:
    told, entries = fined()
    del told[place]
    assert LedgerFault(PENALTY.number, message) in [
        fault._replace(message=fault.message[: len(message)]) for fault in prove(told, entries).faults
    ]


def test_penalties_without_money_have_neither_entry_nor_instruction_of_money() -> None:
    told = [penalty("0", "0"), instruction("s", what="share_performance_pay", percent="5")]
    assert prove(told, []).faults == ()


def test_the_order_in_which_topics_are_read_does_not_matter(desk: Recorded) -> None:
    told, entries = settled(desk)
    apart = sorted(told, key=lambda one: one.type == "instruction.issued")
    assert prove(apart, entries).faults == ()
    assert prove(sorted(told, key=lambda one: one.type != "instruction.issued"), entries).faults == ()


def test_a_sender_and_a_late_payment_are_no_fault(desk: Recorded) -> None:
    agree_claim(desk)
    desk.let_time_pass(START + timedelta(days=20))
    desk.report("payment_confirmed", 24 * 21, payment_id="P-1", amount="812.00", payee=SENDER)
    assert prove(desk.told(), desk.ledger()).faults == ()

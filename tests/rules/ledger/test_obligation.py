"""The ledger balances at every moment: docs/architecture.md, section 4; docs/architecture.md, I7."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tousu.ledger.balance import faults, sums_by_obligation, trial_balance
from tousu.ledger.obligation import NOTHING, Booked, Entry, Obligation, award, pay, withdraw

AT = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
OWED = Obligation(
    number="TS-1/1/compensation", kind="compensation", debtor="company", creditor="sender", currency="CNY",
    case_number="TS-1",
)  # fmt: skip
CENTS = st.decimals(min_value=Decimal("0.01"), max_value=Decimal("99999999.99"), places=2)


def test_what_is_awarded_is_outstanding_until_it_is_paid() -> None:
    owed, entry = award(OWED, Decimal("1000.00"), AT, "e1")
    assert (owed.outstanding, entry.number) == (Decimal("1000.00"), "TS-1/1/compensation/1")
    owed, entry = pay(owed, Decimal("1000.00"), AT, "e2", "P-77")
    assert (owed.outstanding, owed.paid, entry.reference) == (NOTHING, Decimal("1000.00"), "P-77")


def test_each_entry_has_a_debit_and_a_credit() -> None:
    owed, awarded = award(OWED, Decimal(50), AT, "e1")
    owed, paid = pay(owed, Decimal(20), AT, "e2", "P-1")
    _, withdrawn = withdraw(owed, Decimal(30), AT, "e3", "withdrawn")
    assert [entry.postings for entry in (awarded, paid, withdrawn)] == [
        (("compensation:awarded", Decimal(50)), ("compensation:outstanding", Decimal(-50))),
        (("compensation:outstanding", Decimal(20)), ("compensation:paid", Decimal(-20))),
        (("compensation:outstanding", Decimal(30)), ("compensation:withdrawn", Decimal(-30))),
    ]


@pytest.mark.parametrize("amount", [Decimal(0), Decimal(-1)])
def test_nothing_and_less_is_no_entry(amount: Decimal) -> None:
    with pytest.raises(AssertionError):
        award(OWED, amount, AT, "e1")


@pytest.mark.parametrize("book", [pay, withdraw])
def test_more_than_is_outstanding_is_never_paid_or_withdrawn(book: object) -> None:
    owed, _ = award(OWED, Decimal(10), AT, "e1")
    with pytest.raises(AssertionError):
        book(owed, Decimal("10.01"), AT, "e2", "x")  # type: ignore[operator]


def test_an_entry_travels_as_json_without_losing_a_cent() -> None:
    entry = award(OWED, Decimal("0.10"), AT, "e1").entry
    written = msgspec.json.encode(entry)
    assert b'"amount":"0.10"' in written
    assert msgspec.json.decode(written, type=Entry) == entry


def booked(steps: list[tuple[str, Decimal]]) -> list[Entry]:
    """The entries of an obligation that takes these steps, as far as they fit."""
    owed, entries = OWED, []
    for what, amount in steps:
        if what == "award":
            step: Booked = award(owed, amount, AT, "e")
        elif owed.outstanding > 0:
            part = min(amount, owed.outstanding)
            step = pay(owed, part, AT, "e", "P") if what == "pay" else withdraw(owed, part, AT, "e", "why")
        else:
            continue
        owed = step.obligation
        entries.append(step.entry)
    return entries


@given(st.lists(st.tuples(st.sampled_from(["award", "pay", "withdraw"]), CENTS), max_size=12))
def test_awarded_is_paid_and_outstanding_and_withdrawn_at_every_moment(steps: list[tuple[str, Decimal]]) -> None:
    entries = booked(steps)
    for count in range(len(entries) + 1):
        so_far = entries[:count]
        balances = {each.account.partition(":")[2]: each.balance for each in trial_balance(so_far)}
        assert sum(balances.values()) == 0
        # The slow way: each movement added up by itself.
        by_hand = {name: sum((e.amount for e in so_far if e.movement == name), Decimal(0)) for name in
                   ("awarded", "paid", "withdrawn")}  # fmt: skip
        assert balances.get("awarded", 0) == by_hand["awarded"]
        assert -balances.get("outstanding", 0) == by_hand["awarded"] - by_hand["paid"] - by_hand["withdrawn"]
        for sums in sums_by_obligation(so_far).values():
            assert sums._asdict() == by_hand
    assert list(faults(entries)) == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"number": "TS-1/1/compensation/3"}, "missing or doubled"),
        ({"amount": Decimal("10.001")}, "no amount of money"),
        ({"amount": Decimal(99)}, "more than 10 awarded"),
        ({"currency": "USD"}, "currency differ"),
    ],
)
def test_a_ledger_that_was_tampered_with_is_found_out(change: dict[str, object], words: str) -> None:
    first, second = booked([("award", Decimal(10)), ("pay", Decimal(10))])
    assert any(words in fault for fault in faults([first, msgspec.structs.replace(second, **change)]))

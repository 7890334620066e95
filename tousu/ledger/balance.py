"""Adding a ledger up: the balance of every account, and what does not balance."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import NamedTuple

from tousu.ledger.obligation import NOTHING, Entry


class Balance(NamedTuple):
    """One account in one currency: all debits, all credits (both above zero), debits less credits."""

    account: str
    currency: str
    debit: Decimal
    credit: Decimal

    @property
    def balance(self) -> Decimal:
        """Above zero: more debit than credit."""
        return self.debit - self.credit


class Sums(NamedTuple):
    """What was awarded, paid and withdrawn, of one obligation, one case, one kind or in all."""

    awarded: Decimal = NOTHING
    paid: Decimal = NOTHING
    withdrawn: Decimal = NOTHING

    @property
    def outstanding(self) -> Decimal:
        """What is still to be paid."""
        return self.awarded - self.paid - self.withdrawn

    def with_entry(self, entry: Entry) -> Sums:
        """The sums with one entry more."""
        return self._replace(**{entry.movement: getattr(self, entry.movement) + entry.amount})


def trial_balance(entries: Iterable[Entry]) -> list[Balance]:
    """Every account by currency and name. In each currency debits and credits are equal (a double entry each)."""
    debits: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    credits: dict[tuple[str, str], Decimal] = defaultdict(Decimal)  # noqa: A001 - the accountant's word
    for entry in entries:
        for account, amount in entry.postings:
            side = debits if amount > 0 else credits
            side[entry.currency, account] += abs(amount)
    return [
        Balance(account, currency, debits[currency, account], credits[currency, account])
        for currency, account in sorted({*debits, *credits})
    ]


def sums_by_obligation(entries: Iterable[Entry]) -> dict[str, Sums]:
    """Awarded, paid and withdrawn of every obligation."""
    sums: dict[str, Sums] = {}
    for entry in entries:
        sums[entry.obligation] = sums.get(entry.obligation, Sums()).with_entry(entry)
    return sums


def faults(entries: Iterable[Entry]) -> Iterator[str]:
    """What must not be in a ledger, a sentence each: holes, amounts that are none, more paid than was awarded.

    Entries of one obligation come in the order of their numbers.
    """
    seen: dict[str, tuple[int, Entry, Sums]] = {}
    for entry in entries:
        count, first, sums = seen.get(entry.obligation, (0, entry, Sums()))
        if entry.number != f"{entry.obligation}/{count + 1}":
            yield f"{entry.obligation}: after entry {count} comes {entry.number}: entries are missing or doubled"
        if entry.amount <= 0 or entry.amount != round(entry.amount, 2):
            yield f"{entry.number}: {entry.amount} is no amount of money"
        same = ("kind", "currency", "debtor", "creditor", "case_number")
        differing = [name for name in same if getattr(entry, name) != getattr(first, name)]
        if differing:
            yield f"{entry.number}: {', '.join(differing)} differ from the obligation's first entry"
        sums = sums.with_entry(entry)
        if sums.outstanding < 0:
            gone = f"{sums.paid} paid and {sums.withdrawn} withdrawn"
            yield f"{entry.number}: {gone} are more than {sums.awarded} awarded"
        seen[entry.obligation] = (count + 1, first, sums)

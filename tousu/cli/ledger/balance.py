"""`tousu ledger balance`: the trial balance, and whether what was awarded is paid, outstanding or withdrawn."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import typer

from tousu.cli import options
from tousu.cli.exit_codes import FOUND
from tousu.cli.ledger.filters import Currency, OfKind, only
from tousu.cli.ledger.reading import LedgerView, money, read_books

if TYPE_CHECKING:
    from pathlib import Path

    from tousu.ledger.balance import Balance, Sums
    from tousu.ledger.obligation import Entry

FAULTS_SHOWN_MAX = 50


def balance(
    currency: Currency = "",
    kind: OfKind = None,
    data: options.Data = None,
    database: options.Database = "",
    as_json: options.AsJson = False,
) -> None:
    """Show the trial balance: every account in each currency with its debits and credits; and by kind of obligation
    what was awarded, and that this is what was paid, is outstanding and was withdrawn.

    Exit code 1 where the ledger does not balance: an entry is missing, doubled or unreadable, its amount is none, or
    more was paid than awarded. Whether the ledger is what the events say, `tousu audit` finds out.

    Example: tousu ledger balance --currency CNY --data data/demo
    """
    if shown(currency, kind, data, database, as_json=as_json).faults:
        raise typer.Exit(FOUND)


def shown(currency: str, kind: str | None, data: Path | None, database: str, *, as_json: bool) -> LedgerView:
    """Show the balance; what it was read from."""
    from tousu.cli import output
    from tousu.ledger.balance import trial_balance

    books = read_books(data, database)
    entries = only(books.entries, currency, kind)
    accounts, sums = trial_balance(entries), sums_by_kind(entries)
    if as_json:
        output.json_document(
            {
                "balances": not books.faults, "entries": len(entries),
                "obligations": len({entry.obligation for entry in entries}),
                "accounts": [account_row(account) for account in accounts],
                "sums": [{"kind": name, "currency": code, **_in_words(total)} for (code, name), total in sums],
                "faults": [{"place": place, "what": fault} for place, fault in books.faults],
                "parcels": list(books.parcels),
            }
        )  # fmt: skip
    else:
        _show(accounts, sums)
        output.lines(*_verdict(books, entries))
        if books.questions:
            output.lines(f"payments in question: {books.questions} (`tousu ledger questions`)")
        output.lines(*(f"MORE THAN ITS WORTH: {parcel}; withdraw one of the claims" for parcel in books.parcels))
    return books


def account_row(account: Balance) -> dict[str, str]:
    """One account as JSON has it."""
    return {
        "account": account.account, "currency": account.currency, "debit": money(account.debit),
        "credit": money(account.credit), "balance": money(account.balance),
    }  # fmt: skip


def sums_by_kind(entries: Iterable[Entry]) -> list[tuple[tuple[str, str], Sums]]:
    """What was awarded, paid and withdrawn in each currency: of each kind, and last (kind '') in all."""
    from tousu.ledger.balance import Sums

    sums: dict[tuple[str, str], Sums] = {}
    for entry in entries:
        for name in (entry.kind, ""):
            sums[entry.currency, name] = sums.get((entry.currency, name), Sums()).with_entry(entry)
    return sorted(sums.items(), key=lambda item: (item[0][0], not item[0][1], item[0][1]))


def _in_words(sums: Sums) -> dict[str, str]:
    return {
        "awarded": money(sums.awarded), "paid": money(sums.paid), "outstanding": money(sums.outstanding),
        "withdrawn": money(sums.withdrawn),
    }  # fmt: skip


def _show(accounts: list[Balance], sums: list[tuple[tuple[str, str], Sums]]) -> None:
    from tousu.cli import output

    numbers = ("debit", "credit", "balance")
    output.table(
        "Trial balance", ("account", "currency", *numbers),
        [list(account_row(account).values()) for account in accounts], right=numbers,
    )  # fmt: skip
    parts = ("awarded", "= paid", "+ outstanding", "+ withdrawn")
    rows = [(name or "in all", code, *_in_words(total).values()) for (code, name), total in sums]
    output.table("Awarded = paid + outstanding + withdrawn", ("kind", "currency", *parts), rows, right=parts)


def _verdict(books: LedgerView, entries: list[Entry]) -> Iterable[str]:
    """Whether it balances, in a sentence; else what does not."""
    if books.faults:
        yield f"THE LEDGER DOES NOT BALANCE: {len(books.faults)} faults (whatever --currency and --kind show)"
        yield from (f"  {place}: {fault}" for place, fault in books.faults[:FAULTS_SHOWN_MAX])
        if len(books.faults) > FAULTS_SHOWN_MAX:
            yield f"  and {len(books.faults) - FAULTS_SHOWN_MAX} more (--json has them all)"
        return
    obligations = len({entry.obligation for entry in entries})
    yield (
        f"the ledger balances: {len(entries)} entries of {obligations} obligations; in each currency debits equal "
        "credits, and what was awarded is paid, outstanding or withdrawn"
    )

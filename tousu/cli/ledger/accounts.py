"""`tousu ledger accounts`: which accounts there are, what stands on each, and what each means."""

from __future__ import annotations

from collections import Counter

from tousu.cli import options
from tousu.cli.ledger.balance import account_row
from tousu.cli.ledger.filters import Currency, OfKind, only
from tousu.cli.ledger.reading import read_books

KINDS = {
    "compensation": "what the company owes claimants",
    "bill": "what outlets owe for losses that they answer for",
    "handling_fee": "what outlets owe headquarters for its ruling",
    "penalty": "what persons, outlets and heads of departments have to bear",
    "repayment": "what is to be given back of penalties that should not have been",
}
SIDES = {
    "awarded": "all that was ever awarded",
    "outstanding": "awarded, and neither paid nor withdrawn (a credit)",
    "paid": "confirmed payments",
    "withdrawn": "awarded, and not to be paid after all",
}


def accounts(
    currency: Currency = "",
    kind: OfKind = None,
    data: options.Data = None,
    database: options.Database = "",
    as_json: options.AsJson = False,
) -> None:
    """List the accounts that have entries: balance in each currency, how many postings, and what stands there.

    Every kind of obligation has four accounts. An award debits `awarded` and credits `outstanding`; a payment or a
    withdrawal debits `outstanding` and credits `paid` or `withdrawn`. So each entry stands twice.

    Example: tousu ledger accounts --kind penalty --data data/demo
    """
    from tousu.cli import output
    from tousu.ledger.balance import trial_balance

    entries = only(read_books(data, database).entries, currency, kind)
    postings = Counter((account, entry.currency) for entry in entries for account, _ in entry.postings)
    rows = [
        account_row(account)
        | {"postings": postings[account.account, account.currency], "meaning": meaning_of(account.account)}
        for account in trial_balance(entries)
    ]
    if as_json:
        output.json_lines(rows)
        return
    output.table(
        "Accounts", ("account", "currency", "balance", "postings", "what stands there"),
        [(row["account"], row["currency"], row["balance"], row["postings"], row["meaning"]) for row in rows],
        right=("balance", "postings"),
    )  # fmt: skip


def meaning_of(account: str) -> str:
    """What stands on an account, in words."""
    kind, _, side = account.partition(":")
    return f"{KINDS[kind]}: {SIDES[side]}"

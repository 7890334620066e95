"""`tousu ledger`: what is owed, what of it was paid or withdrawn, and which payments fit nothing."""

from __future__ import annotations

import typer

from tousu.cli import options
from tousu.cli.exit_codes import FOUND
from tousu.cli.ledger.accounts import accounts
from tousu.cli.ledger.balance import balance, shown
from tousu.cli.ledger.entries import entries
from tousu.cli.ledger.filters import Currency, OfKind
from tousu.cli.ledger.questions import questions

app = typer.Typer(rich_markup_mode=None)
for command in (balance, entries, accounts, questions):
    app.command(command.__name__)(command)


@app.callback(invoke_without_command=True)
def ledger(
    context: typer.Context,
    currency: Currency = "",
    kind: OfKind = None,
    data: options.Data = None,
    database: options.Database = "",
    as_json: options.AsJson = False,
) -> None:
    """Look at the ledger of claims and penalties: the trial balance, a claim's entries, payments in question.

    Without a command: the balance. Exit code 1 where it does not balance, questions are open, or a parcel has more
    than it is worth.

    Example: tousu ledger --data data/demo
    """
    if context.invoked_subcommand is None:
        books = shown(currency, kind, data, database, as_json=as_json)
        if books.faults or books.questions or books.parcels:
            raise typer.Exit(FOUND)
    elif currency or kind or data or database or as_json:
        name = context.invoked_subcommand
        raise typer.BadParameter(f"write the options behind the command: tousu ledger {name} ...")

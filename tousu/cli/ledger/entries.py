"""`tousu ledger entries`: how the money of a claim, an obligation, a case or a penalty moved, entry by entry."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tousu.cli import options
from tousu.cli.exit_codes import FOUND
from tousu.cli.ledger.filters import Currency, OfKind, only
from tousu.cli.ledger.reading import money, read_books

if TYPE_CHECKING:
    from tousu.ledger.obligation import Entry

OF_NUMBER = (
    "case_number = :number OR obligation = :number OR substr(obligation, 1, length(:below)) = :below "
    "OR obligation LIKE :organised ESCAPE '!' OR obligation LIKE :organised_below ESCAPE '!'"
)
"""The number itself, what stands below it, and the same behind the name of an organisation (`acme|...`)."""
COLUMNS = ("movement", "amount", "outstanding", "currency", "from", "to", "why")


def entries(
    number: Annotated[
        str, typer.Argument(help="A claim, an obligation, a case or a penalty.", metavar="NUMBER", show_default=False)
    ],
    currency: Currency = "",
    kind: OfKind = None,
    data: options.Data = None,
    database: options.Database = "",
    as_json: options.AsJson = False,
) -> None:
    """Show the entries behind a number in their order, each with what is outstanding after it.

    Exit code 1 where these entries do not balance, 4 where there is no such number.

    Example: tousu ledger entries 20260922-03-0020-22/1 --data data/demo
    """
    from tousu.cli import output

    books = read_books(data, database, OF_NUMBER, _values(number))
    if not books.entries and not books.faults:
        _nothing_booked(number, data, database, as_json=as_json)
        return
    rows = list(_rows(only(books.entries, currency, kind)))
    if as_json:
        faults = [{"place": place, "what": fault} for place, fault in books.faults]
        output.json_document({"number": number, "balances": not faults, "entries": rows, "faults": faults})
    else:
        options.show_times_of(data)
        columns = ("entry", f"when ({output.zone()})", *COLUMNS)
        output.table(f"Entries of {number}", columns, [_cells(row) for row in rows], right=("amount", "outstanding"))
        output.lines(*(f"DOES NOT BALANCE: {place}: {fault}" for place, fault in books.faults))
    if books.faults:
        raise typer.Exit(FOUND)


def _values(number: str) -> dict[str, str]:
    plain = number.replace("!", "!!").replace("%", "!%").replace("_", "!_")
    below = f"{number}/"
    return {"number": number, "below": below, "organised": f"%|{plain}", "organised_below": f"%|{plain}/%"}


def _rows(entries: Iterable[Entry]) -> Iterator[dict[str, Any]]:
    """The entries with what is outstanding of their obligation after each; obligations by when they began."""
    from tousu.event import text_of_time
    from tousu.ledger.balance import Sums
    from tousu.ledger.proof import by_obligation

    groups = sorted(by_obligation(entries).values(), key=lambda group: (group[0].at, group[0].obligation))
    for group in groups:
        sums = Sums()
        for entry in group:
            sums = sums.with_entry(entry)
            yield {
                "entry": entry.number, "obligation": entry.obligation, "kind": entry.kind,
                "movement": entry.movement, "amount": money(entry.amount), "currency": entry.currency,
                "outstanding": money(sums.outstanding), "debtor": entry.debtor, "creditor": entry.creditor,
                "at": text_of_time(entry.at), "case_number": entry.case_number, "cause": entry.cause,
                "reference": entry.reference, "reason": entry.reason,
            }  # fmt: skip


def _cells(row: dict[str, Any]) -> tuple[object, ...]:
    from tousu.cli import output

    why = f"payment {row['reference']}" if row["reference"] else row["reason"]
    return (
        row["entry"], output.local(row["at"]), row["movement"], row["amount"], row["outstanding"], row["currency"],
        row["debtor"], row["creditor"], why,
    )  # fmt: skip


def _nothing_booked(number: str, data: Path | None, database: str, *, as_json: bool) -> None:
    """A number without entries is one that is known, of which nothing is owed yet, or a wrong one.

    Raises Stop `no_number` for the latter.
    """
    from tousu.cli import output
    from tousu.failure import Stop

    claims = options.inspection("claims", data, database)
    known = claims.state("claim", number) or claims.state("case", number)
    claims.close()
    if known is None:
        message = (
            f"there is no entry of {number}; give the number of a claim (CASE/1), an obligation (CASE/1/compensation), "
            "a case or a penalty; `tousu case CASE` shows the claims of a case"
        )
        raise Stop("no_number", message)
    if as_json:
        output.json_document({"number": number, "balances": True, "entries": [], "faults": []})
    else:
        output.lines(f"nothing was ever owed for {number}")

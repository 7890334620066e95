"""`tousu ledger questions`: confirmed payments that fit nothing that is owed. A person must look at each."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer

from tousu.cli import FOUND, options
from tousu.cli.ledger.filters import Currency, code_of

TO_DO = {
    "unknown_claim": "ask finance which claim it is for, and let it be confirmed with that number",
    "unknown_obligation": "let it be confirmed with a number that `tousu ledger entries CLAIM` shows",
    "not_owed": "nothing may be paid here: ask the money back, or agree the claim first",
    "already_paid": "paid before: ask the money back",
    "already_booked": "the same payment was confirmed twice: nothing to do, unless the money was sent twice",
    "other_amount": "correct the amount with finance: it must be what is outstanding, to the cent",
    "other_currency": "correct the currency with finance",
    "payee_not_entitled": "somebody else got the money: ask it back, and pay the claimant",
}
"""What a person does, by reason."""


def questions(
    currency: Currency = "",
    data: options.Data = None,
    database: options.Database = "",
    as_json: options.AsJson = False,
) -> None:
    """List payments that finance confirmed and that fit nothing that is owed: why, what was expected, what to do.
    Nothing was booked for them. One is settled when the payment is booked after all, or when somebody reports
    handling.payment_question_settled.

    Exit code 1 where a question is open.

    Example: tousu ledger questions --data data/demo
    """
    from tousu.cli import output

    found = [row for row in asked(data, database) if code_of(currency) in ("", row["currency"])]
    if as_json:
        output.json_lines(found)
    else:
        columns = ("claim", "payment", "when (Beijing time)", "amount", "expected", "currency", "why", "what to do")
        output.table(f"Payments in question: {len(found)}", columns, [
            (row["claim_number"], row["payment_id"], output.local(row["at"]), row["amount"], row["expected"],
             row["currency"], f"{row['reason']}: {row['message']}", row["to_do"])
            for row in found
        ], right=("amount", "expected"))  # fmt: skip
    if found:
        raise typer.Exit(FOUND)


def asked(data: Path | None, database: str) -> list[dict[str, Any]]:
    """The open questions, the oldest first."""
    import orjson

    inspection = options.inspection("claims", data, database)
    rows = [orjson.loads(doc) for _, doc in inspection.each("question")]
    inspection.close()
    open_ones = [
        row | {"expected": row.get("expected"), "to_do": TO_DO.get(row["reason"], "ask finance")}
        for row in rows
        if not row.get("settled")
    ]
    return sorted(open_ones, key=lambda row: (row["at"], row["case_number"], row["payment_id"]))

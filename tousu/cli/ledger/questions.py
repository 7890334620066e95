"""`tousu ledger questions`: confirmed payments of claims and penalties that fit nothing that is owed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer

from tousu.cli import options
from tousu.cli.exit_codes import FOUND
from tousu.cli.ledger.filters import Currency, code_of
from tousu.cli.ledger.reading import open_questions

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
TO_DO_FOR_PENALTIES = {
    "unknown_penalty": "ask who confirmed it which penalty it is for, and let it be confirmed with that number",
    "unknown_obligation": "let it be confirmed with the number of the penalty, or of its repayment",
    "not_owed": "nothing is to be deducted here: give back what was deducted, and report how it ended",
    "already_paid": "deducted before: give it back where it was deducted twice, and report how it ended",
    "other_amount": "correct the amount with human resources: it must be what is outstanding, to the cent",
    "other_currency": "correct the currency with human resources",
}
"""The same where it is other for penalties."""


def questions(
    currency: Currency = "",
    data: options.Data = None,
    database: options.Database = "",
    as_json: options.AsJson = False,
) -> None:
    """List payments of claims and penalties that were confirmed and fit nothing that is owed: why, what was expected,
    what to do. Nothing was booked for them. One is settled when the payment is booked after all, or when somebody
    reports handling.payment_question_settled.

    Exit code 1 where a question is open.

    Example: tousu ledger questions --data data/demo
    """
    from tousu.cli import output

    rows = [row for row in asked(data, database) if code_of(currency) in ("", row["currency"])]
    if as_json:
        output.json_lines(rows)
    else:
        options.show_times_of(data)
        columns = (
            "claim or penalty", "payment", f"when ({output.zone()})", "amount", "expected", "currency", "why",
            "what to do",
        )  # fmt: skip
        output.table(f"Payments in question: {len(rows)}", columns, [
            (row.get("claim_number") or row["penalty_number"], row["payment_id"], output.local(row["at"]),
             row["amount"], row["expected"], row["currency"], f"{row['reason']}: {row['message']}", row["to_do"])
            for row in rows
        ], right=("amount", "expected"))  # fmt: skip
    if rows:
        raise typer.Exit(FOUND)


def asked(data: Path | None, database: str) -> list[dict[str, Any]]:
    """The open questions of claims and of penalties, which may not be there; the oldest first."""
    from tousu.simulation.processors import LEDGERS

    rows: list[dict[str, Any]] = []
    for inspection in options.inspections(LEDGERS, data, database):
        rows += open_questions(inspection)
        inspection.close()
    open_ones = [
        row | {"case_number": row.get("case_number", ""), "expected": row.get("expected"), "to_do": _to_do(row)}
        for row in rows
    ]
    return sorted(open_ones, key=lambda row: (row["at"], row["case_number"], row["payment_id"]))


def _to_do(row: dict[str, Any]) -> str:
    if "penalty_number" in row:
        return TO_DO_FOR_PENALTIES.get(row["reason"]) or TO_DO.get(row["reason"], "ask human resources")
    return TO_DO.get(row["reason"], "ask finance")

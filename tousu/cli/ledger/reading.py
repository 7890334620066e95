"""The ledgers of all processors that keep one, read as one, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from tousu.cli import options

if TYPE_CHECKING:
    from tousu.ledger.obligation import Entry
    from tousu.runtime.inspection import Inspection


class LedgerView(NamedTuple):
    """All entries, those of each obligation in the order of their numbers, and the faults found in them.

    questions: how many payments are in question.
    """

    entries: list[Entry]
    faults: list[tuple[str, str]]
    questions: int = 0


def read_books(
    data: Path | None, database: str, condition: str = "1 = 1", values: Mapping[str, Any] = {}
) -> LedgerView:
    """Read the ledgers of claims and penalties; penalties may not be there, which is said.

    Raises Stop `no_database` where claims has none, Retry while one does not answer.
    """
    from tousu.ledger.balance import faults
    from tousu.ledger.proof import by_obligation
    from tousu.runtime.ledger import read_ledger
    from tousu.simulation.processors import LEDGERS

    entries: list[Entry] = []
    found: list[tuple[str, str]] = []
    questions = 0
    for inspection in options.inspections(LEDGERS, data, database):
        ledger = read_ledger(inspection, condition, values)
        questions += len(open_questions(inspection))
        inspection.close()
        entries += ledger.entries
        found += ledger.broken
    ordered = by_obligation(entries)
    for obligation, group in ordered.items():
        found += [(obligation, message) for message in faults(group)]
    return LedgerView([entry for group in ordered.values() for entry in group], found, questions)


def open_questions(inspection: Inspection) -> list[dict[str, Any]]:
    """The payments in question that nobody has settled, as their rows have them."""
    import orjson

    if not inspection.keeps("question"):
        return []
    rows = [orjson.loads(doc) for _, doc in inspection.each("question")]
    return [row for row in rows if not row.get("settled")]


def money(amount: Decimal) -> str:
    """An amount as people and events write it."""
    return f"{amount:.2f}"

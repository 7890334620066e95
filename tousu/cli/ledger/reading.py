"""The ledgers of all processors that keep one, read as one, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from tousu.cli import options

if TYPE_CHECKING:
    from tousu.ledger.obligation import Entry


class LedgerView(NamedTuple):
    """All entries, those of each obligation in the order of their numbers, and the faults found in them."""

    entries: list[Entry]
    faults: list[tuple[str, str]]


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
    for inspection in options.inspections(LEDGERS, data, database):
        ledger = read_ledger(inspection, condition, values)
        inspection.close()
        entries += ledger.entries
        found += ledger.broken
    ordered = by_obligation(entries)
    for obligation, group in ordered.items():
        found += [(obligation, message) for message in faults(group)]
    return LedgerView([entry for group in ordered.values() for entry in group], found)


def money(amount: Decimal) -> str:
    """An amount as people and events write it."""
    return f"{amount:.2f}"

"""The table of a ledger, the same for every processor that keeps one, and how it is read from outside."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import msgspec

from tousu.ledger.obligation import Entry
from tousu.runtime.inspection import Inspection
from tousu.runtime.metrics import LEDGER_AMOUNT, LEDGER_OUTSTANDING, LEDGER_OVERDRAWN, Counted
from tousu.runtime.processor import Kind, stays

ENTRY: Final = "entry"
_CENTS: Final = "CAST(ROUND(CAST(amount AS NUMERIC) * 100) AS BIGINT)"
"""Whole cents are added, so that a sum of a million entries is exact on every database."""
_LEFT: Final = f"CASE movement WHEN 'awarded' THEN {_CENTS} ELSE -{_CENTS} END"

LEDGER: Final = Kind(
    ENTRY,
    Entry,
    columns={
        "obligation": lambda entry: entry.obligation,
        "kind": lambda entry: entry.kind,
        "movement": lambda entry: entry.movement,
        "amount": lambda entry: str(entry.amount),
        "currency": lambda entry: entry.currency,
        "debtor": lambda entry: entry.debtor,
        "case_number": lambda entry: entry.case_number or None,
    },
    belongs_to=stays,
    gauges=(
        Counted(LEDGER_AMOUNT, by=("movement", "kind", "currency"), expression=f"SUM({_CENTS}) / 100.0"),
        Counted(LEDGER_OUTSTANDING, by=("kind", "currency"), expression=f"SUM({_LEFT}) / 100.0"),
        Counted(LEDGER_OVERDRAWN, column="obligation", having=f"SUM({_LEFT}) < 0"),
    ),
)
"""Rows are only ever added, and no rule reads them: they stay in the shard that wrote them."""


class Ledger(NamedTuple):
    """The entries of one processor, and the rows that are not what was written: key and what is wrong."""

    entries: tuple[Entry, ...]
    broken: tuple[tuple[str, str], ...] = ()


def read_ledger(inspection: Inspection, condition: str = "1 = 1", values: Mapping[str, Any] = {}) -> Ledger:
    """Every entry that meets a condition (SQL over its columns, `values` bound into it)."""
    entries, broken = [], []
    for row in inspection.matching_rows(ENTRY, condition, values):
        try:
            entry = LEDGER.codec.decode(row["doc"])
        except (msgspec.DecodeError, msgspec.ValidationError) as error:
            broken.append((row["key"], f"cannot be read: {error}"))
            continue
        assert isinstance(entry, Entry)
        entries.append(entry)
        expected = {"key": entry.number} | {name: read(entry) for name, read in LEDGER.columns.items()}
        other = [name for name, value in expected.items() if name in row and row[name] != value]
        if other:
            broken.append((row["key"], f"column {', '.join(other)} and document say different things"))
    return Ledger(tuple(entries), tuple(broken))

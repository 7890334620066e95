"""The ledgers of all processors that keep one, read as one, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from tousu.cli import options

if TYPE_CHECKING:
    from services.claims.states import ParcelShare
    from tousu.ledger.obligation import Entry
    from tousu.runtime.inspection import Inspection


class LedgerView(NamedTuple):
    """All entries, those of each obligation in the order of their numbers, and the faults found in them.

    questions: how many payments are in question. parcels: those that have more than they are worth, a sentence each.
    """

    entries: list[Entry]
    faults: list[tuple[str, str]]
    questions: int = 0
    parcels: tuple[str, ...] = ()


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
    broken: list[tuple[str, str]] = []
    questions = 0
    parcels: list[str] = []
    for inspection in options.inspections(LEDGERS, data, database):
        ledger = read_ledger(inspection, condition, values)
        questions += len(open_questions(inspection))
        parcels += parcels_above_their_worth(inspection)
        inspection.close()
        entries += ledger.entries
        broken += ledger.broken
    ordered = by_obligation(entries)
    for obligation, group in ordered.items():
        broken += [(obligation, message) for message in faults(group)]
    return LedgerView([entry for group in ordered.values() for entry in group], broken, questions, tuple(parcels))


def parcels_above_their_worth(inspection: Inspection) -> list[str]:
    """Parcels claimed in cases of several shards, where nobody compares them beforehand, that have more than their
    worth: a sentence each. In one shard that is an authority's ruling. Where partitions were added, shards have copies
    of a parcel's row; that of the case's own shard has the newest share."""
    from msgspec.json import decode

    from services.claims.states import Parcel
    from tousu.runtime.partition import partition_of

    if not inspection.keeps("parcel"):
        return []
    shards = len(inspection.standings())
    parcels: dict[str, dict[str, tuple[int, ParcelShare]]] = {}
    rows = inspection.rows(f"SELECT key, shard, doc FROM {inspection.place_of('parcel')} ORDER BY key, shard")  # noqa: S608
    for key, shard, doc in (row.values() for row in rows):
        claims = parcels.setdefault(key, {})
        for share in decode(doc, type=Parcel).shares:
            if share.claim_number not in claims or partition_of(share.case_number, shards) == shard:
                claims[share.claim_number] = shard, share
    sentences = []
    for key, claims in parcels.items():
        shares = [share for _, (_, share) in sorted(claims.items())]
        booked = sum((share.booked for share in shares), Decimal(0))
        fee = max((share.fee for share in shares if share.booked), default=Decimal(0))
        worth = _worth(shares)
        is_spread = len({shard for shard, _ in claims.values()}) > 1
        if is_spread and worth is not None and booked > worth + fee:
            cases = ", ".join(dict.fromkeys(share.case_number for share in shares))
            sentences.append(
                f"parcel {key.rpartition('|')[2]} has {money(booked)}, is worth {money(worth)}: cases {cases}"
            )
    return sentences


def _worth(shares: list[ParcelShare]) -> Decimal | None:
    """By the newest finding of its value, else of the insured amount."""
    for name in ("real_value", "insured_amount"):
        known = [(share.worth[name].at, share.worth[name].amount) for share in shares if name in share.worth]
        if known:
            return max(known)[1]
    return None


def open_questions(inspection: Inspection) -> list[dict[str, Any]]:
    """The payments in question that nobody has settled, as their rows have them."""
    import orjson

    if not inspection.keeps("question"):
        return []
    rows = [orjson.loads(doc) for _, doc in inspection.matching_states("question")]
    return [row for row in rows if not row.get("settled")]


def money(amount: Decimal) -> str:
    """An amount as people and events write it."""
    return f"{amount:.2f}"

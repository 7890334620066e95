"""What claims of one parcel have of it, in whichever cases: a table of claims, filled from the cases that are there.

The form of its documents is that of version 0.2: claims brings each row up to date with the next event of its case.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import orjson
import sqlalchemy as sa

from tousu.runtime.upgrading import Tables

TABLE, ARCHIVE = "claims_parcel", "claims_parcel_archive"
OF_NO_PIECE = frozenset({"poor_service", "price", "information_security", "contract"})
STANDING = frozenset({"offered", "disputed", "agreed", "paid"})
WORTH = ("real_value", "insured_amount")
Share = dict[str, Any]


def upgrade(tables: Tables) -> None:
    """The table of parcels, its archive and their view; a row for each parcel of which a claim has something."""
    if tables.processor != "claims":
        return
    _make(tables)
    parcels: dict[tuple[int, str], list[Share]] = defaultdict(list)
    changed: dict[tuple[int, str], str] = {}
    for shard, number, case in tables.documents("case"):
        for key, at, share in _shares(number, case):
            parcels[shard, key].append(share)
            changed[shard, key] = max(changed.get((shard, key), ""), at)
    statement = sa.text(
        "INSERT INTO claims_parcel (shard, key, version, over_since, doc) VALUES (:shard, :key, 1, :over_since, :doc)"
    )
    for (shard, key), shares in parcels.items():
        at = changed[shard, key]
        doc = {"shares": sorted(shares, key=lambda share: str(share["claim_number"])), "changed_at": at}
        row = {"shard": shard, "key": key, "over_since": _column(at), "doc": orjson.dumps(doc).decode()}
        tables.connection.execute(statement, row)


def _make(tables: Tables) -> None:
    is_big = tables.connection.dialect.name == "postgresql"
    big, view = ("BIGINT", "CREATE OR REPLACE VIEW") if is_big else ("INTEGER", "CREATE VIEW IF NOT EXISTS")
    for table in (TABLE, ARCHIVE):
        tables.op.execute(
            f"CREATE TABLE IF NOT EXISTS {table} (shard INTEGER NOT NULL, key TEXT NOT NULL, version {big} NOT NULL, "
            f"next_due {big}, over_since TEXT, doc TEXT NOT NULL, PRIMARY KEY (shard, key))"
        )
    tables.op.execute(
        f"CREATE INDEX IF NOT EXISTS {TABLE}_ended ON {TABLE} (shard, over_since) WHERE over_since IS NOT NULL"
    )
    columns = "SELECT shard, key, version, next_due, over_since, doc"
    both = (f"{columns} FROM {table}" for table in (TABLE, ARCHIVE))
    tables.op.execute(f"{view} claims_parcel_all AS " + " UNION ALL ".join(both))


def _shares(number: str, case: Mapping[str, Any]) -> Iterator[tuple[str, str, Share]]:
    """What the claims of a case have of their parcels: key of the parcel, newest time, share."""
    pieces = case.get("pieces", ())
    for claim in case.get("claims", ()):
        ground = claim["asked"]["ground"]
        waybill = ground.get("waybill_number") or (pieces[0] if len(pieces) == 1 else None)
        if waybill is None or ground["cause"] in OF_NO_PIECE:
            continue
        amount, fee, booked = _sums(claim)
        worth = _worth(claim)
        if amount or worth:
            share: Share = {"case_number": number, "claim_number": claim["number"]}
            share |= {name: str(sum_) for name, sum_ in (("amount", amount), ("fee", fee), ("booked", booked)) if sum_}
            share |= {"worth": worth} if worth else {}
            owner = f"{case['organisation']}|" if case.get("organisation") else ""
            at = claim.get("closed_at") or claim["opened_at"]
            yield f"{owner}{waybill.upper()}", at, share


def _sums(claim: Mapping[str, Any]) -> tuple[Decimal, Decimal, Decimal]:
    owed: Mapping[str, Any] = next(
        (each for each in claim.get("owed", ()) if each["number"].endswith("/compensation")), {}
    )
    booked = Decimal(owed.get("awarded", 0)) - Decimal(owed.get("withdrawn", 0))
    offers = [each for each in (claim.get("offer"), claim.get("awaiting", {}).get("offer")) if each]
    fee = max((Decimal(each.get("fee", 0)) for each in offers), default=Decimal(0))
    amount = booked
    if claim.get("state", "open") == "open" and claim.get("stage", "opened") in STANDING:
        amount = max([booked, *(Decimal(each["amount"]) for each in offers)])
    return amount, min(fee, amount), booked


def _worth(claim: Mapping[str, Any]) -> dict[str, list[str]]:
    """What was found in the currency of the company; another currency is read again with the next event of the case."""
    facts = claim.get("facts", {})
    known = {name: facts[name] for name in WORTH if name in facts and "currency" not in facts}
    return {name: [fact["at"], str(fact["value"])] for name, fact in known.items()}


def _column(at: str) -> str:
    """A time as columns hold it: UTC with six places."""
    whole, _, part = at.removesuffix("Z").partition(".")
    return f"{whole}.{part:0<6}Z"

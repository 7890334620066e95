"""Parcels of cases that were there before: the migration writes the rows that claims would have written."""

from __future__ import annotations

from contextlib import closing
from importlib import import_module

import sqlalchemy as sa
from msgspec.structs import replace

from services.claims.states import Parcel
from services.claims.store import KINDS
from tests.rules.casework import NUMBER
from tests.rules.claims.test_one_parcel_two_cases import AGAIN, TwoCases
from tousu.policy.loading import load_pack
from tousu.runtime.processor import JsonCodec
from tousu.runtime.store import Store
from tousu.runtime.upgrading import Tables

MIGRATION = import_module("tousu.migrations.0003_pre_parcels")


def parcel_of(doc: str) -> Parcel:
    parcel = JsonCodec(Parcel).decode(doc)
    assert isinstance(parcel, Parcel)
    return parcel


def test_the_rows_are_those_that_claims_writes(database_url: str) -> None:
    desk = TwoCases(replace(load_pack("courier-network"), penalties=None))
    desk.file(NUMBER, "delay")
    desk.file(AGAIN, "damage")
    desk.decide(NUMBER)
    desk.agree(NUMBER)
    desk.decide(AGAIN)
    ((key, written),) = ((key.key, row) for key, row in desk.rows.items() if key.kind == "parcel")
    with closing(Store(database_url, "claims", KINDS)) as store:
        store.create()
        with store.transaction("as before") as connection:
            for word, name in (("VIEW", "parcel_all"), ("TABLE", "parcel"), ("TABLE", "parcel_archive")):
                connection.execute(sa.text(f"DROP {word} claims_{name}"))
            for place, table in ((NUMBER, "case_archive"), (AGAIN, "case")):  # one of them has ended long ago
                doc = next(row for state, row in desk.rows.items() if state == ("case", place))
                statement = f"INSERT INTO claims_{table} (shard, key, version, doc) VALUES (0, :key, 1, :doc)"
                connection.execute(sa.text(statement), {"key": place, "doc": doc})
            MIGRATION.upgrade(Tables(connection, "claims"))
            rows = connection.execute(sa.text("SELECT shard, key, doc FROM claims_parcel")).all()
    ((shard, found, doc),) = rows
    assert (shard, found) == (0, key)
    assert parcel_of(doc).shares == parcel_of(written).shares

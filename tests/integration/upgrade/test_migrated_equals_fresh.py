"""Tables that a release made and migrations brought here are those that this version makes: on both databases."""

from __future__ import annotations

import tarfile
from contextlib import closing
from functools import cache
from typing import Any

import orjson
import pytest
import sqlalchemy as sa

from tests.integration.upgrade.release import KEPT, TABLES
from tousu.local.embedded import PARTITIONS
from tousu.runtime.store import Store
from tousu.runtime.upgrading import Tables, upgrade
from tousu.runtime.wiring import Wiring
from tousu.simulation.pipeline import composed, rebuild_wiring
from tousu.simulation.processors import WITH_CHECKPOINT

RELEASES = sorted(file.name.removesuffix(".tar.xz") for file in KEPT.glob("*.tar.xz"))


@cache
def wiring() -> Wiring:
    return rebuild_wiring("", PARTITIONS)


@cache
def tables_of(release: str) -> dict[str, dict[str, list[str]]]:
    with tarfile.open(KEPT / f"{release}.tar.xz") as archive:
        part = archive.extractfile(TABLES)
        assert part is not None
        found: dict[str, dict[str, list[str]]] = orjson.loads(part.read())
        return found


def layout(connection: sa.Connection, processor: str) -> dict[str, Any]:
    """Tables, columns, keys, indexes and views of a processor, whatever their order."""
    inspector = sa.inspect(connection)
    found: dict[str, Any] = {}
    for name in inspector.get_table_names():
        columns = {each["name"]: (str(each["type"]), each["nullable"]) for each in inspector.get_columns(name)}
        found[name] = {"columns": columns, "key": inspector.get_pk_constraint(name)}
        for each in inspector.get_indexes(name):
            options = {option: str(said) for option, said in each.get("dialect_options", {}).items()}
            found[name][f"index {each['name']}"] = each["column_names"], each["unique"], options
    for name in inspector.get_view_names():
        found[name] = sorted(column["name"] for column in inspector.get_columns(name))
    own = {name: said for name, said in found.items() if name.startswith(f"{processor}_")}
    rows = connection.execute(sa.text(f"SELECT version_num FROM {processor}_version"))
    return own | {"version": sorted(rows.scalars())}


def migrated(url: str, processor: str, release: str) -> dict[str, Any]:
    with closing(Store(url, processor, ())) as store:
        with store.transaction("as the release made them") as connection:
            for statement in tables_of(release)[processor][connection.dialect.name]:
                connection.execute(sa.text(statement))
        for phase in ("pre", "post"):
            list(upgrade(store, processor, phase))
        with store.transaction("look") as connection:
            found = layout(connection, processor)
            inspector = sa.inspect(connection)
            for word, names in (("VIEW", inspector.get_view_names()), ("TABLE", inspector.get_table_names())):
                for name in found.keys() & set(names):
                    connection.execute(sa.text(f"DROP {word} {name}"))
    return found


def fresh(url: str, processor: str) -> dict[str, Any]:
    with closing(Store(url, processor, composed(processor, wiring()).kinds)) as store:
        store.create()
        with store.transaction("look") as connection:
            return layout(connection, processor)


@pytest.mark.parametrize("release", RELEASES)
def test_migrated_equals_fresh(database_url: str, release: str) -> None:
    for processor in tables_of(release):
        before = migrated(database_url, processor, release)
        assert before == fresh(database_url, processor), processor
        assert len(before) > 2


def test_every_processor_with_a_database_was_kept() -> None:
    assert all(set(WITH_CHECKPOINT) <= set(tables_of(release)) for release in RELEASES[-1:])


def test_a_difference_is_found(sqlite_url: str) -> None:
    """The comparison can fail: a column, an index, a migration that is not written down."""
    made = fresh(sqlite_url, "router")
    with closing(Store(sqlite_url, "router", ())) as store, store.transaction("change it") as connection:
        Tables(connection, "router").op.add_column("router_case", sa.Column("mood", sa.Text))
        with_column = layout(connection, "router")
        connection.execute(sa.text("DROP INDEX router_case_ended"))
        without_index = layout(connection, "router")
        connection.execute(sa.text("DELETE FROM router_version"))
        assert made != with_column != without_index != layout(connection, "router")

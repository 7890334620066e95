"""A database whose tables another version made is not touched: the start says which table, and what to do."""

from __future__ import annotations

from contextlib import closing

import pytest
import sqlalchemy as sa

from tests.integration.runtime.counting import Tally
from tousu.failure import Stop
from tousu.runtime.processor import Kind
from tousu.runtime.store import Store


def kind(*columns: str, ended: str = "") -> Kind:
    return Kind("tally", Tally, columns=dict.fromkeys(columns, lambda tally: "1"), ended=ended)


NOW = kind("amount", ended="amount")
OLDER, NEWER = kind("amount", "region"), kind("ended_on")


def make(url: str, kind: Kind) -> None:
    with closing(Store(url, "counter", (kind,))) as store:
        store.create()


def schema(url: str) -> dict[str, list[str]]:
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    inspector = sa.inspect(engine)
    return {name: [column["name"] for column in inspector.get_columns(name)] for name in inspector.get_table_names()}


def test_its_own_tables_are_found_again(database_url: str) -> None:
    make(database_url, NOW)
    make(database_url, NOW)


@pytest.mark.parametrize(
    "made_by, words",
    [
        (OLDER, "has region, which this version does not know: another version"),
        (NEWER, "lacks amount and has ended_on, which this version does not know: another version"),
    ],
    ids=["older", "newer"],
)
def test_tables_of_another_version_stop_the_start_before_anything_is_touched(
    database_url: str, made_by: Kind, words: str
) -> None:
    make(database_url, made_by)
    before = schema(database_url)
    with pytest.raises(Stop) as stopped:
        make(database_url, NOW)
    assert stopped.value.reason == "other_tables"
    assert f"table counter_tally {words}" in stopped.value.message
    assert schema(database_url) == before

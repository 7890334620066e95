"""A database on whose tables or states this version cannot work is not touched: the start says why, and what to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import orjson
import pytest
import sqlalchemy as sa

from tests.integration.runtime.counting import Tally
from tousu.cli.commands import app
from tousu.decision import StateKey
from tousu.failure import Stop
from tousu.runtime.processor import Kind
from tousu.runtime.store import Change, Opened, Store
from tousu.runtime.table_versions import known, missing
from tousu.runtime.upgrading import Tables


def kind(*columns: str, ended: str = "", version: int = 1) -> Kind:
    return Kind("tally", Tally, columns=dict.fromkeys(columns, lambda tally: "1"), ended=ended, version=version)


NOW = kind("amount", ended="amount")
OLDER, NEWER = kind("amount", "region"), kind("ended_on")


def make(url: str, kind: Kind) -> None:
    with closing(Store(url, "counter", (kind,))) as store:
        store.create()


@contextmanager
def sql(url: str) -> Iterator[sa.Connection]:
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        yield connection


def content(url: str) -> dict[str, tuple[list[str], list[tuple[object, ...]]]]:
    """Every table, its columns and its rows."""
    with sql(url) as connection:
        inspector = sa.inspect(connection)
        return {
            name: (
                [column["name"] for column in inspector.get_columns(name)],
                [tuple(row) for row in connection.execute(sa.text(f"SELECT * FROM {name}"))],
            )
            for name in inspector.get_table_names()
        }


def forget(url: str, migration: str) -> None:
    with sql(url) as connection:
        gone = connection.execute(sa.text("DELETE FROM counter_version WHERE version_num = :name"), {"name": migration})
        assert gone.rowcount == 1


def apply(url: str, *migrations: str) -> None:
    """As a newer version's `tousu upgrade` would write it down."""
    with sql(url) as connection:
        for name in migrations:
            connection.execute(sa.text("INSERT INTO counter_version VALUES (:name)"), {"name": name})


def refused(url: str, kind: Kind) -> Stop:
    """Why a start is refused; nothing was touched."""
    before = content(url)
    with pytest.raises(Stop) as stopped:
        make(url, kind)
    assert content(url) == before
    return stopped.value


def test_its_own_tables_are_found_again(database_url: str) -> None:
    make(database_url, NOW)
    made = content(database_url)
    assert [row[0] for row in made["counter_version"][1]] == list(known())
    make(database_url, NOW)
    assert content(database_url) == made


@pytest.mark.parametrize(
    "made_by, words",
    [
        (OLDER, "has region, which this version does not know"),
        (NEWER, "lacks amount and has ended_on, which this version does not know"),
    ],
    ids=["more", "other"],
)
def test_tables_that_no_migration_explains_stop_the_start(database_url: str, made_by: Kind, words: str) -> None:
    make(database_url, made_by)
    stopped = refused(database_url, NOW)
    assert stopped.reason == "other_tables"
    assert f"table counter_tally {words}" in stopped.message


def test_tables_that_lack_a_migration_stop_the_start_and_the_command_is_named(database_url: str) -> None:
    make(database_url, NOW)
    first = next(name for name in known() if "_pre_" in name)
    forget(database_url, first)
    stopped = refused(database_url, NOW)
    assert stopped.reason == "older_tables"
    assert first in stopped.message and "`tousu upgrade counter`" in stopped.message
    assert sa.make_url(database_url).database in stopped.message  # type: ignore[operator]


def test_tables_from_before_there_were_versions_are_older_ones(database_url: str) -> None:
    make(database_url, NOW)
    with sql(database_url) as connection:
        connection.execute(sa.text("DROP TABLE counter_version"))
    assert refused(database_url, NOW).reason == "older_tables"


def test_what_the_next_release_adds_beforehand_does_not_hinder_this_one(database_url: str) -> None:
    make(database_url, NOW)
    with sql(database_url) as connection:
        connection.execute(sa.text("ALTER TABLE counter_tally ADD COLUMN region TEXT"))
    apply(database_url, "9998_pre_region")
    make(database_url, NOW)
    with closing(Store(database_url, "counter", (NOW,))) as store:
        write(store, store.take(0), 3)
        assert store.read({"tally": [(0, "k")]}) == {(0, StateKey("tally", "k")): Tally(count=3)}


def test_what_a_newer_release_took_away_stops_the_start(database_url: str) -> None:
    make(database_url, NOW)
    apply(database_url, "9998_pre_region", "9999_post_amount_goes")
    stopped = refused(database_url, NOW)
    assert stopped.reason == "newer_tables"
    assert "9999_post_amount_goes" in stopped.message and "start the newer version" in stopped.message


def write(store: Store, opened: Opened, count: int) -> None:
    """One turn of an owner: one state, and the checkpoint."""
    states = {StateKey("tally", "k"): Tally(count=count)}
    store.commit([Change(0, opened.epoch, opened.turn, opened.checkpoint, b"", states, {})])


def test_states_of_a_newer_form_are_not_taken_back_by_an_older_copy(database_url: str) -> None:
    """Side by side: the older copy keeps the shards that it has, until a newer one has written in them."""
    newer = kind("amount", ended="amount", version=2)
    with (
        closing(Store(database_url, "counter", (NOW,))) as old,
        closing(Store(database_url, "counter", (newer,))) as new,
    ):
        old.create()
        write(old, old.take(0), 1)
        new.create()
        opened = new.take(0)
        write(old, old.take(0), 2)  # nothing newer has been written yet
        opened = new.take(0)
        write(new, opened, 3)
        epochs = old.epochs()
        with pytest.raises(Stop) as stopped:
            old.take(0)
        assert stopped.value.reason == "newer_states"
        assert "counter/0" in stopped.value.message and "tally" in stopped.value.message
        assert old.epochs() == epochs, "the new owner keeps its shard"
        assert old.take(1).checkpoint.states == {}, "other shards go on"
        assert new.read({"tally": [(0, "k")]}) == {(0, StateKey("tally", "k")): Tally(count=3)}
    stopped_at_start = refused(database_url, NOW)
    assert stopped_at_start.reason == "newer_states"
    assert "start the newer version" in stopped_at_start.message
    make(database_url, newer)


def test_a_migration_rewrites_every_state_wherever_it_lies(database_url: str) -> None:
    make(database_url, NOW)
    with sql(database_url) as connection:
        for number in range(2_005):
            table = "counter_tally" if number % 2 else "counter_tally_archive"
            connection.execute(
                sa.text(f"INSERT INTO {table} (shard, key, version, doc) VALUES (:shard, :key, 1, :doc)"),
                {"shard": number % 3, "key": f"k{number}", "doc": f'{{"counted":{number},"rung":0}}'},
            )
    with sql(database_url) as connection:
        tables = Tables(connection, "counter")
        assert (
            tables.rewrite("tally", lambda doc: {("count" if n == "counted" else n): v for n, v in doc.items()})
            == 2_005
        )
        assert tables.rewrite("tally", dict) == 0
    with closing(Store(database_url, "counter", (NOW,))) as store:
        found = store.read({"tally": [(number % 3, f"k{number}") for number in range(2_005)]})
    assert found == {(n % 3, StateKey("tally", f"k{n}")): Tally(count=n) for n in range(2_005)}


def test_phases_are_told_apart_by_name() -> None:
    assert missing((), "pre") + missing((), "post") == sorted(known(), key=lambda name: ("_post_" in name[:9], name))
    assert missing(known(), "pre") == []


def tousu(*words: str) -> int:
    """The exit code of a command, run in this process."""
    return app([str(word) for word in words], standalone_mode=False) or 0


def test_the_command_says_what_it_would_do_does_it_and_then_finds_nothing(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    url = f"sqlite:///{tmp_path / 'sla.sqlite'}"
    make_sla(url)
    with sql(url) as connection:
        connection.execute(sa.text("DROP TABLE sla_version"))
    assert tousu("upgrade", "--dry-run", "--json", "--data", str(tmp_path)) == 1
    (said,) = map(orjson.loads, capfdbinary.readouterr().out.splitlines())
    assert said["processor"] == "sla" and said["waiting"] == missing((), "pre") and said["applied"] == []
    assert said["database"] == url
    assert tousu("upgrade", "sla", "--json", "--data", str(tmp_path)) == 0
    assert orjson.loads(capfdbinary.readouterr().out)["applied"] == missing((), "pre")
    assert tousu("upgrade", "--dry-run", "--data", str(tmp_path)) == 0
    assert capfdbinary.readouterr().out.split(b"(")[0].split() == [b"sla", b"nothing", b"to", b"apply"]


def make_sla(url: str) -> None:
    with closing(Store(url, "sla", ())) as store:
        store.create()


def test_a_database_without_tables_is_named(tmp_path: Path) -> None:
    with pytest.raises(Stop, match=f"{tmp_path}/sla.sqlite is not there"):
        tousu("upgrade", "sla", "--data", str(tmp_path))
    make_sla(f"sqlite:///{tmp_path / 'router.sqlite'}")
    with pytest.raises(Stop, match=r"router\.sqlite has no tables of router"):
        tousu("upgrade", "router", "--data", str(tmp_path))
    with pytest.raises(Stop, match="'trends' has no database of states; there are intake"):
        tousu("upgrade", "trends", "--data", str(tmp_path))

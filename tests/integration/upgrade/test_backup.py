"""A backup taken while a processor works is put into an empty database, of either kind, and goes on from there."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.integration.runtime.counting import counter, key_in
from tests.integration.runtime.world import World, both, counts
from tousu.failure import Stop
from tousu.runtime.backup import Kept, Manifest, put, read_manifest, take, write_manifest
from tousu.runtime.inspection import Inspection
from tousu.runtime.store import Store

KEYS = [key_in(shard, 2, n) for shard in (0, 1) for n in range(3)]


@pytest.fixture(params=["sqlite", "postgres"])
def other_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Another empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'restored.sqlite'}"
    url: str = request.getfixturevalue("postgres_url")
    return url


def backed_up(url: str, folder: Path) -> Kept:
    folder.mkdir()
    with closing(Inspection(url, "counter")) as look:
        return take(look, counter(), folder)


def restored(url: str, folder: Path, kept: Kept) -> dict[str, int]:
    with closing(Store(url, "counter", counter().kinds)) as store:
        return put(kept, counter(), folder, store)


def test_a_restored_processor_catches_up_and_says_nothing_else(sqlite_url: str, other_url: str, tmp_path: Path) -> None:
    """The drill: the database is lost, an older backup takes its place, nothing is said twice or left out."""
    _drill(sqlite_url, other_url, tmp_path)


def test_a_backup_of_postgresql_goes_into_sqlite(postgres_url: str, sqlite_url: str, tmp_path: Path) -> None:
    _drill(postgres_url, sqlite_url, tmp_path)


def _drill(url: str, other_url: str, tmp_path: Path) -> None:
    world = World(url)
    _, loop = both(world)
    for key in KEYS:
        world.send(key)
    world.run()
    kept = backed_up(url, tmp_path / "backup")
    with closing(Store(url, "counter", counter().kinds)) as store:
        then = store.digest()
    for key in KEYS:
        world.send(key)
    world.pass_time(30)
    before = {key: counts(world, key) for key in KEYS}
    world.crash(loop)
    rows = restored(other_url, tmp_path / "backup", kept)
    assert rows == kept.rows and rows["counter_tally"] + rows["counter_tally_archive"] == len(KEYS)
    with closing(Store(other_url, "counter", counter().kinds)) as store:
        store.create()
        assert store.digest() == then, "what was taken is what was there at that moment"
    world.url = other_url
    again = world.copy(counter())
    world.run()
    assert not again.halted
    assert {key: counts(world, key) for key in KEYS} == before, "numbers that readers have say the same"
    for key in KEYS:
        world.send(key)
    world.run()
    assert {key: counts(world, key) for key in KEYS} == {key: [1, 2, 3] for key in KEYS}


def worked(url: str) -> None:
    world = World(url)
    both(world)
    world.send(KEYS[0])
    world.run()


def damaged(folder: Path, kept: Kept) -> Kept:
    file = folder / kept.file
    file.write_bytes(file.read_bytes()[:-1])
    return kept


def gone(folder: Path, kept: Kept) -> Kept:
    (folder / kept.file).unlink()
    return kept


def of_another_version(folder: Path, kept: Kept) -> Kept:
    return Kept(kept.file, kept.sha256, kept.rows, (*kept.migrations, "9999_post_amount_goes"))


@pytest.mark.parametrize(
    "change, reason, words",
    [(damaged, "damaged_backup", "use another backup"), (gone, "damaged_backup", "use another backup"),
     (of_another_version, "other_version", "9999_post_amount_goes")],
)  # fmt: skip
def test_what_is_no_whole_backup_of_this_version_is_refused(
    change: Callable[[Path, Kept], Kept], reason: str, words: str, sqlite_url: str, tmp_path: Path
) -> None:
    worked(sqlite_url)
    folder = tmp_path / "backup"
    kept = change(folder, backed_up(sqlite_url, folder))
    with pytest.raises(Stop) as stopped:
        restored(f"sqlite:///{tmp_path / 'new.sqlite'}", folder, kept)
    assert stopped.value.reason == reason and words in stopped.value.message


def test_a_database_that_is_in_use_is_left_alone(database_url: str, tmp_path: Path) -> None:
    worked(database_url)
    kept = backed_up(database_url, tmp_path / "backup")
    with pytest.raises(Stop, match="has tables of counter already") as stopped:
        restored(database_url, tmp_path / "backup", kept)
    assert stopped.value.reason == "not_empty"
    with closing(Store(database_url, "counter", counter().kinds)) as store:
        assert store.digest()


def test_a_folder_without_its_manifest_is_no_backup(tmp_path: Path, sqlite_url: str) -> None:
    worked(sqlite_url)
    kept = backed_up(sqlite_url, tmp_path / "backup")
    with pytest.raises(Stop, match="holds no whole backup"):
        read_manifest(tmp_path / "backup")
    manifest = Manifest("0", World(sqlite_url).clock.now(), {"counter": kept})
    write_manifest(tmp_path / "backup", manifest)
    assert read_manifest(tmp_path / "backup") == manifest
    assert not (tmp_path / "backup" / kept.file).stat().st_mode & 0o077, "it holds what the database holds"

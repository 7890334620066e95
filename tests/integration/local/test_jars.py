"""Jars are the locked ones or none; a fetch that was broken off leaves nothing half and is taken up again."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tousu.local.jarlock import lock_lines
from tousu.local.jars import LOCK, fetch_jars, jar_folder, jar_paths, read_lock
from tousu.local.machine import NotOnThisMachine

BROKER = "org/example/broker/4.0/broker-4.0.jar"
LOGGER = "org/example/log/logger/1.2/logger-1.2.jar"


class Silent(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the parent's
        """Say nothing."""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A folder laid out as Maven Central is, with two jars."""
    for name in (BROKER, LOGGER):
        jar = tmp_path / "central" / name
        jar.parent.mkdir(parents=True)
        jar.write_bytes(name.encode() * 1000)
    return tmp_path / "central"


@pytest.fixture
def source(repository: Path) -> Iterator[str]:
    """Its address on this machine."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Silent, directory=str(repository))) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def lock(repository: Path, tmp_path: Path) -> Path:
    file = tmp_path / "jars.lock"
    file.write_text("# two jars\n" + "\n".join(lock_lines(repository)) + "\n")
    return file


def fetch(lock: Path, cache: Path, source: str) -> list[str]:
    said: list[str] = []
    fetch_jars(said.append, lock, cache, source=source, through_maven=False)
    return said


def test_lock_is_made_from_a_repository(repository: Path) -> None:
    digests = [hashlib.sha256((repository / name).read_bytes()).hexdigest() for name in (LOGGER, BROKER)]
    sizes = [(repository / name).stat().st_size for name in (LOGGER, BROKER)]
    assert lock_lines(repository) == [
        f"org.example.log:logger:1.2 {digests[0]} {sizes[0]}",
        f"org.example:broker:4.0 {digests[1]} {sizes[1]}",
    ]


def test_jars_are_fetched_once(lock: Path, tmp_path: Path, source: str) -> None:
    said = fetch(lock, tmp_path / "cache", source)
    assert [line for line in said if "2/2 broker-4.0.jar" in line]
    names = {file.name for file in jar_folder(lock, tmp_path / "cache").iterdir()}
    assert names == {"broker-4.0.jar", "logger-1.2.jar"}
    assert fetch(lock, tmp_path / "cache", source) == []


def test_other_bytes_than_the_locked_ones_are_refused(
    lock: Path, tmp_path: Path, source: str, repository: Path
) -> None:
    jar = repository / BROKER
    jar.write_bytes(jar.read_bytes()[:-1] + b"!")
    with pytest.raises(NotOnThisMachine, match=r"broker-4\.0\.jar is not the locked jar"):
        fetch(lock, tmp_path / "cache", source)
    assert not jar_folder(lock, tmp_path / "cache").exists()


def test_broken_off_fetch_is_taken_up_where_it_was(lock: Path, tmp_path: Path, source: str, repository: Path) -> None:
    kept = (repository / BROKER).rename(tmp_path / "away")
    with pytest.raises(NotOnThisMachine, match=r"broker-4\.0\.jar could not be fetched"):
        fetch(lock, tmp_path / "cache", source)
    assert not jar_folder(lock, tmp_path / "cache").exists()
    kept.rename(repository / BROKER)
    said = fetch(lock, tmp_path / "cache", source)
    assert [line for line in said if "1/1 broker-4.0.jar" in line]
    assert jar_folder(lock, tmp_path / "cache").is_dir()


def test_half_a_jar_left_by_a_killed_fetch_is_fetched_again(
    lock: Path, tmp_path: Path, source: str, repository: Path
) -> None:
    folder = jar_folder(lock, tmp_path / "cache")
    unfinished = folder.with_name(folder.name + ".unfinished")
    unfinished.mkdir(parents=True)
    (unfinished / "broker-4.0.jar").write_bytes(b"half")
    (unfinished / "broker-4.0.jar.part").write_bytes(b"half")
    fetch(lock, tmp_path / "cache", source)
    assert (folder / "broker-4.0.jar").read_bytes() == (repository / BROKER).read_bytes()
    assert len(list(folder.iterdir())) == 2


def test_line_that_is_no_jar_is_named(tmp_path: Path) -> None:
    lock = tmp_path / "jars.lock"
    lock.write_text("# comment\norg.example:broker 12 34\n")
    with pytest.raises(ValueError, match="line 2"):
        read_lock(lock)


def test_jars_that_were_not_fetched_are_asked_for_in_one_sentence(tmp_path: Path) -> None:
    lock = tmp_path / "jars.lock"
    lock.write_text("org.example:never-fetched:1.0 00 1\n")
    with pytest.raises(NotOnThisMachine, match="make kafka"):
        jar_paths(lock)


def test_lock_of_the_repository_has_a_broker() -> None:
    assert "org.apache.kafka:kafka_2.13" in {f"{jar.group}:{jar.artifact}" for jar in read_lock(LOCK)}

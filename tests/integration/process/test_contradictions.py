"""A setting that contradicts another, or what is there, stops the start: one sentence, the fix, and nothing touched."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.integration.process.conftest import WAIT_S, Stage
from tests.integration.runtime.counting import counter, keeper
from tousu.runtime.processor import Processor
from tousu.runtime.store import Store

Contradiction = Callable[[Path], dict[str, str]]
"""Brings about what does not fit in a folder, and names the settings to start with."""


def made_by(processor: Processor, file: Path) -> Path:
    with closing(Store(f"sqlite:///{file}", processor.name, processor.kinds)) as store:
        store.create()
    return file


def of_another_processor(folder: Path) -> dict[str, str]:
    return {"database": f"sqlite:///{made_by(counter(), folder / 'counter.sqlite')}"}


def of_a_newer_version(folder: Path) -> dict[str, str]:
    file = made_by(keeper(), folder / "newer.sqlite")
    engine = sa.create_engine(f"sqlite:///{file}", poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.execute(sa.text("INSERT INTO keeper_version VALUES ('9999_post_all_else')"))
    return {"database": f"sqlite:///{file}"}


def with_an_authority_that_is_not_there(folder: Path) -> dict[str, str]:
    return {"kafka_protocol": "SSL", "kafka_ca_file": str(folder / "no.pem")}


def with_an_authority_and_no_encryption(folder: Path) -> dict[str, str]:
    file = folder / "ca.pem"
    file.write_text("")
    return {"kafka_ca_file": str(file)}


@contextmanager
def taken_port() -> Iterator[str]:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield str(other.getsockname()[1])


def ended_with(stage: Stage, settings: dict[str, str]) -> tuple[int, str]:
    """Exit code of a keeper, and what it says."""
    started = stage.start("keeper", **settings)
    return started.process.wait(WAIT_S), started.text()


@pytest.mark.parametrize(
    ("contradict", "words"),
    [
        (of_another_processor, ("other_processor", "the database of counter", "set TOUSU_DATABASE")),
        (of_a_newer_version, ("newer_tables", "9999_post_all_else", "start the newer version")),
        (with_an_authority_that_is_not_there, ("TOUSU_KAFKA_CA_FILE", "no.pem")),
        (with_an_authority_and_no_encryption, ("TOUSU_KAFKA_CA_FILE", "TOUSU_KAFKA_PROTOCOL=SSL")),
    ],
)
def test_it_is_said_in_one_sentence_and_nothing_is_touched(
    stage: Stage, tmp_path: Path, contradict: Contradiction, words: tuple[str, ...]
) -> None:
    settings = contradict(tmp_path)
    before = {file: file.read_bytes() for file in tmp_path.glob("*.sqlite")}
    code, said = ended_with(stage, settings)
    assert code == 78
    assert [word for word in words if word not in said] == [], said
    assert {file: file.read_bytes() for file in tmp_path.glob("*.sqlite")} == before


def test_a_port_that_is_taken_is_named(stage: Stage, tmp_path: Path) -> None:
    with taken_port() as port:
        code, said = ended_with(stage, {"metrics_port": port, "database": f"sqlite:///{tmp_path / 'new'}"})
    assert code == 78
    assert f"127.0.0.1:{port}" in said and "set TOUSU_METRICS_PORT to a free port or 0" in said
    assert not (tmp_path / "new").exists()

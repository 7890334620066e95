"""A broker and databases of a fault test's own: the contract's topics have fixed names, and servers are killed here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tousu.local.kafka import KafkaBroker
from tousu.local.postgres import PostgresServer

Database = Callable[[str], str]
ON_SQLITE = ("intake", "sla", "penalties")
"""Where databases are mixed, these are on SQLite and the others on PostgreSQL."""


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[KafkaBroker]:
    """A real broker that the test may kill. Patient with itself: on a busy machine it must not fence itself off."""
    with KafkaBroker(tmp_path / "kafka", settings={"broker.session.timeout.ms": "6000"}) as started:
        yield started


@pytest.fixture
def own_postgres(tmp_path: Path) -> Iterator[PostgresServer]:
    """A PostgreSQL server that the test may kill."""
    with PostgresServer(tmp_path / "postgres") as started:
        yield started


@pytest.fixture
def sqlite(tmp_path: Path) -> Database:
    """Where each processor keeps its states: a SQLite file of its own."""
    return lambda name: f"sqlite:///{tmp_path / name}.sqlite"


@pytest.fixture
def postgresql(own_postgres: PostgresServer) -> Database:
    """Where each processor keeps its states: a database of its own on PostgreSQL."""
    return own_postgres.create_database


@pytest.fixture
def mixed(sqlite: Database, postgresql: Database) -> Database:
    """Where each processor keeps its states: neighbours on different databases, so that one run has deaths on both."""
    return lambda name: (sqlite if name in ON_SQLITE else postgresql)(name)


@pytest.fixture(params=["mixed", *(pytest.param(name, marks=pytest.mark.long) for name in ("sqlite", "postgresql"))])
def database(request: pytest.FixtureRequest) -> Database:
    """The test runs once on both databases; the long form has all processors on SQLite, and all on PostgreSQL, too."""
    made: Database = request.getfixturevalue(request.param)
    return made

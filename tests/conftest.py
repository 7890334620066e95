"""Servers for tests: each is started once, when the first test asks for it, and ends with the run."""

from __future__ import annotations

import itertools
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tousu.local.embedded import EmbeddedBroker
from tousu.local.kafka import KafkaBroker
from tousu.local.postgres import PostgresServer

# Time is no reason to fail: how long an example takes says how busy the machine is.
settings.register_profile("tousu", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("tousu")

_numbers = itertools.count(1)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that draw their examples are heavy; others that are say so themselves."""
    for item in items:
        if getattr(getattr(item, "obj", None), "is_hypothesis_test", False):
            item.add_marker("heavy")


@pytest.fixture(scope="session", autouse=True)
def interruptible() -> None:
    """Ctrl-C works for what tests start, even if a shell put this run in the background and had SIGINT ignored."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def server_folder() -> Iterator[Path]:
    """Where the servers of this run keep their data; gone after the run."""
    with tempfile.TemporaryDirectory(prefix="tousu-tests-") as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def kafka(server_folder: Path) -> Iterator[KafkaBroker]:
    """One real broker for the run. A test makes its own topics; one that stops or kills a broker starts its own."""
    with KafkaBroker(server_folder / "kafka") as broker:
        yield broker


@pytest.fixture(scope="session")
def embedded(server_folder: Path) -> Iterator[EmbeddedBroker]:
    """One embedded broker for the run: in memory, topics of 4 partitions on first use."""
    with EmbeddedBroker(server_folder / "embedded") as broker:
        yield broker


@pytest.fixture(scope="session")
def postgres(server_folder: Path) -> Iterator[PostgresServer]:
    """One PostgreSQL server for the run. A test that stops or kills a server starts its own."""
    with PostgresServer(server_folder / "postgres") as server:
        yield server


@pytest.fixture
def postgres_url(postgres: PostgresServer) -> Iterator[str]:
    """An empty PostgreSQL database of the test's own; dropped after it."""
    name = f"test_{next(_numbers)}"
    yield postgres.create_database(name)
    postgres.drop_database(name)


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """A SQLite database of the test's own, in a file that does not exist yet."""
    return f"sqlite:///{tmp_path / 'tousu.sqlite'}"


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """An empty database of the test's own: the test runs once on SQLite and once on PostgreSQL."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url

"""A broker that holds everybody to ACLs, with the users and ACLs that `tousu topics apply` has written."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.integration.cli.test_commands import run
from tousu.connection import Connection
from tousu.local.kafka import KafkaBroker
from tousu.local.secured import Secured

PARTITIONS = 2


@dataclass
class Guarded:
    """The broker, its certificates, and the file of passwords."""

    broker: KafkaBroker
    security: Secured
    users_file: Path

    def settings(self, connection: Connection) -> dict[str, str]:
        """The settings of a process that comes in by this way."""
        return {
            "TOUSU_BROKER": connection.servers, "TOUSU_PARTITIONS": str(PARTITIONS),
            "TOUSU_KAFKA_PROTOCOL": connection.protocol, "TOUSU_KAFKA_USER": connection.user,
            "TOUSU_KAFKA_PASSWORD": connection.password, "TOUSU_KAFKA_CA_FILE": str(self.security.authority_file),
        }  # fmt: skip

    def root(self) -> Connection:
        return self.security.connection(self.broker.address)

    def way_in(self, user: str) -> Connection:
        """As one of the users of the file."""
        passwords = dict(line.split() for line in self.users_file.read_text().splitlines())
        return self.security.connection_of(self.broker.address, user, passwords[user])

    def tousu(self, *arguments: str, user: str = "") -> subprocess.CompletedProcess[bytes]:
        """A command of the command line as one of the users; as the super user unless said."""
        return run(*arguments, stdin=b"", **self.settings(self.way_in(user) if user else self.root()))

    def apply(self, *more: str) -> subprocess.CompletedProcess[bytes]:
        how = ("--partitions", str(PARTITIONS), "--acls", "--users", str(self.users_file), *more)
        done = self.tousu("topics", "apply", *how)
        assert done.returncode == 0, done.stderr.decode()
        return done


def guarded(folder: Path) -> Iterator[Guarded]:
    security = Secured(folder / "security")
    with KafkaBroker(folder / "kafka", security=security) as broker:
        yield Guarded(broker, security, folder / "users")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    """One for the tests of a module, with its users and ACLs."""
    for found in guarded(tmp_path_factory.mktemp("guarded")):
        found.apply()
        yield found

"""The users of the contract on a cluster, and the file that holds their passwords (`tousu topics apply --users`)."""

from __future__ import annotations

import os
import re
import secrets
import stat
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Final, Literal, NamedTuple, NoReturn

from kafka.admin import KafkaAdminClient, ScramMechanism, UserScramCredentialUpsertion
from kafka.errors import ClusterAuthorizationFailedError

from tousu.client.acls import asked
from tousu.client.dialling import options
from tousu.connection import Connected, Connection
from tousu.failure import Stop

MECHANISM: Final = ScramMechanism.SCRAM_SHA_512
ITERATIONS: Final = 16_384
"""The most that Kafka takes: a password that somebody chose is guessed more slowly."""
PASSWORD_BYTES: Final = 32
PASSWORD_MIN: Final = 16
LINE: Final = re.compile(r"(?P<user>[a-z][a-z0-9-]*) (?P<password>\S+)")


class UserStep(NamedTuple):
    """What is to be done for one user. `set`: the user is there and gets the password of the file."""

    user: str
    action: Literal["create", "set"]

    def __str__(self) -> str:
        return f"{self.action} user {self.user}"


def read_passwords(path: Path) -> dict[str, str]:
    """User -> password. Nothing where there is no file.

    Raises Stop `insecure_file` where others may read it, `invalid_users` naming the line (never a password).
    """
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return {}
    if not stat.S_ISREG(mode):
        raise Stop("invalid_users", f"{path} is no file")
    if mode & 0o077:
        raise Stop("insecure_file", f"{path} can be read by others: chmod 600 {path}, and change the passwords in it")
    passwords: dict[str, str] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        pair = LINE.fullmatch(line.strip())
        if pair is None:
            message = "must be a user, one blank and a password without blanks"
            raise Stop("invalid_users", f"{path}, line {number}: {message}")
        user, password = pair["user"], pair["password"]
        if user in passwords:
            raise Stop("invalid_users", f"{path}, line {number}: {user} is there twice")
        if len(password) < PASSWORD_MIN:
            message = f"the password of {user} is shorter than {PASSWORD_MIN} signs; without one a strong one is made"
            raise Stop("invalid_users", f"{path}, line {number}: {message}")
        passwords[user] = password
    return passwords


def complete(path: Path, users: Collection[str]) -> dict[str, str]:
    """The passwords of these users; those that are missing are made and written, for the owner's eyes alone.

    Raises Stop as `read_passwords`, and `invalid_users` for a user that the contract does not know.
    """
    known = read_passwords(path)
    strange = sorted(known.keys() - set(users))
    if strange:
        message = f"{path}: nobody is called {', '.join(strange)}; there are {', '.join(sorted(users))}"
        raise Stop("invalid_users", message)
    made = {user: secrets.token_urlsafe(PASSWORD_BYTES) for user in sorted(users) if user not in known}
    if made:
        kept = path.read_text(encoding="utf-8") if path.exists() else ""
        kept += "" if not kept or kept.endswith("\n") else "\n"
        _write(path, kept + "".join(f"{user} {password}\n" for user, password in made.items()))
    return known | made


def _write(path: Path, text: str) -> None:
    """Whole or not at all: a password that the cluster has and nobody knows would lock its user out."""
    unfinished = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    unfinished.replace(path)


def _refuse() -> NoReturn:
    raise ClusterAuthorizationFailedError


class Users(Connected):
    """The users of one cluster. Raises Retry `broker_away` while it does not answer, Stop where it refuses."""

    def __init__(self, servers: str | Connection, *, timeout_s: float = 10.0) -> None:
        self._admin: KafkaAdminClient = asked(lambda: KafkaAdminClient(**options(servers, timeout_s)))

    def missing(self, users: Collection[str]) -> tuple[str, ...]:
        """Those of these users that cannot log in by SCRAM-SHA-512. Whether a password is right nobody can ask."""
        # By name: asked for all users, Kafka 4.3 gives whoever may not know no answer at all, not even a refusal.
        answers = asked(lambda: self._admin.describe_user_scram_credentials(sorted(users)))
        there = {
            user
            for user, answer in answers.items()
            for credential in answer["credential_infos"]
            if credential["mechanism"] == MECHANISM
        }
        return tuple(sorted(set(users) - there))

    def plan(self, users: Collection[str]) -> tuple[UserStep, ...]:
        """What `apply` would do."""
        missing = self.missing(users)
        return tuple(UserStep(user, "create" if user in missing else "set") for user in sorted(users))

    def apply(self, steps: Sequence[UserStep], passwords: Mapping[str, str]) -> None:
        """Give each user its password. Who is logged in stays so."""
        wanted = [
            UserScramCredentialUpsertion(step.user, MECHANISM, passwords[step.user], iterations=ITERATIONS)
            for step in steps
        ]
        answers = asked(lambda: self._admin.alter_user_scram_credentials(wanted))
        wrong = {user: words for user, words in answers.items() if words is not None}
        if any("permission" in words for words in wrong.values()):  # kafka-python keeps the words, not the code
            asked(_refuse)
        if wrong:
            user, words = next(iter(wrong.items()))
            raise Stop("refused_by_broker", f"the broker did not take {len(wrong)} users; of {user} it says: {words}")

    def close(self) -> None:
        self._admin.close()

"""`tousu topics apply --acls --users` makes users and rights and never shows a password; `check` names what differs."""

from __future__ import annotations

import stat
from pathlib import Path

import orjson
import pytest

from tests.integration.cli.test_commands import run
from tests.integration.security.conftest import PARTITIONS, Guarded
from tests.rights_table import table
from tousu.client.acls import Acls, AclStep, Rule
from tousu.client.users import complete, read_passwords
from tousu.failure import Stop
from tousu.local.kafka import KafkaBroker

USERS = table().users
COUNT = ("--partitions", str(PARTITIONS))
CHECK = ("topics", "check", *COUNT, "--acls")
NOTHING = (
    b"nothing differs: every topic stands as its card says, every user and every ACL is there and none is superfluous\n"
)


def passwords_of(path: Path) -> dict[str, str]:
    return dict(line.split() for line in path.read_text().splitlines())


def test_every_user_has_a_password_of_its_own_that_nobody_else_sees(cluster: Guarded) -> None:
    assert stat.S_IMODE(cluster.users_file.stat().st_mode) == 0o600
    passwords = passwords_of(cluster.users_file)
    assert tuple(sorted(passwords)) == USERS
    assert len(set(passwords.values())) == len(USERS) and min(map(len, passwords.values())) >= 40
    again = cluster.apply()
    assert not [word for word in passwords.values() if word.encode() in again.stdout + again.stderr]


def test_a_second_time_changes_nothing(cluster: Guarded) -> None:
    before = cluster.users_file.read_bytes()
    rows = [orjson.loads(line) for line in cluster.apply("--json").stdout.splitlines()]
    assert {row["action"] for row in rows if "topic" in row} == {"keep"}
    assert {row["user"]: row["action"] for row in rows if "user" in row} == dict.fromkeys(USERS, "set")
    assert [row for row in rows if "acl" in row] == []
    assert cluster.users_file.read_bytes() == before
    found = cluster.tousu(*CHECK)
    assert (found.returncode, found.stdout) == (0, NOTHING)
    assert cluster.tousu(*CHECK, user="admin").returncode == 0


def test_what_is_superfluous_is_named_and_goes_only_when_told(cluster: Guarded) -> None:
    extra = Rule("User:router", "topic", "complaints.inbound.", "prefixed", "read")
    with Acls(cluster.root()) as acls:
        acls.apply([AclStep("add", extra)])
        found = cluster.tousu(*CHECK, "--json")
        assert found.returncode == 1
        assert [orjson.loads(line) for line in found.stdout.splitlines()] == [
            {"acl": extra._asdict(), "action": "superfluous"}
        ]
        left = cluster.apply()
        assert b"superfluous: allow User:router read on topic complaints.inbound.*\n" in left.stdout
        assert b"1 superfluous ACLs are left as they are" in left.stderr
        assert extra in acls.standing()
        gone = cluster.apply("--remove-superfluous")
        assert b"remove: allow User:router read on topic complaints.inbound.*\n" in gone.stdout
        assert extra not in acls.standing()
    assert cluster.tousu(*CHECK).returncode == 0


def test_a_missing_user_and_a_missing_right_are_named_before_anything_is_done(tmp_path: Path, cluster: Guarded) -> None:
    missing = Rule("User:sla", "group", "tousu.sla", "literal", "read")
    with Acls(cluster.root()) as acls:
        acls.apply([AclStep("superfluous", missing)], remove=True)
    nowhere = tmp_path / "users"
    planned = cluster.tousu("topics", "apply", *COUNT, "--acls", "--users", str(nowhere), "--dry-run")
    assert b"add: allow User:sla read on group tousu.sla\n" in planned.stdout and not nowhere.exists()
    assert cluster.tousu(*CHECK).returncode == 1
    cluster.apply()
    assert cluster.tousu(*CHECK).returncode == 0


def test_a_password_is_changed_by_taking_its_line_away(cluster: Guarded) -> None:
    old = cluster.way_in("ops")
    lines = cluster.users_file.read_text().splitlines()
    cluster.users_file.write_text("".join(f"{line}\n" for line in lines if not line.startswith("ops ")))
    cluster.apply()
    assert passwords_of(cluster.users_file)["ops"] != old.password
    assert cluster.tousu("topics", "check", *COUNT, user="admin").returncode == 0
    refused = run("tail", "cases", stdin=b"", **cluster.settings(old))
    assert refused.returncode == 4
    assert b"the brokers know no such user and password" in refused.stderr
    assert run("tail", "cases", stdin=b"", **cluster.settings(cluster.way_in("ops"))).returncode == 0


def test_a_broker_without_an_authorizer_is_told_from_one_that_refuses(kafka: KafkaBroker) -> None:
    done = run("topics", "check", "--broker", kafka.address, "--acls")
    assert done.returncode == 4
    assert b"the brokers hold nobody to ACLs: authorizer.class.name is not set" in done.stderr


def users_file(folder: Path, text: str, mode: int = 0o600) -> Path:
    path = folder / "users"
    path.write_text(text)
    path.chmod(mode)
    return path


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o660, 0o644])
def test_a_file_that_others_may_touch_is_refused(tmp_path: Path, mode: int) -> None:
    with pytest.raises(Stop, match=r"can be read by others: chmod 600") as refused:
        read_passwords(users_file(tmp_path, f"ops {'x' * 20}\n", mode))
    assert refused.value.reason == "insecure_file"


@pytest.mark.parametrize(
    "text, sentence",
    [
        ("ops secret-of-the-operators\nops another-one-of-theirs\n", r"line 2: ops is there twice"),
        ("# ours\n\nops short\n", r"line 3: the password of ops is shorter than 16 signs"),
        ("ops two words-that-are-long-enough\n", r"line 1: must be a user, one blank and a password"),
        ("ops:secret-of-the-operators\n", r"line 1: must be a user, one blank and a password"),
        ("Ops secret-of-the-operators\n", r"line 1: must be a user, one blank and a password"),
        ("opps secret-of-the-operators\n", r"nobody is called opps; there are admin, app-adapter"),
    ],
)
def test_a_wrong_line_is_named_without_the_password(tmp_path: Path, text: str, sentence: str) -> None:
    path = users_file(tmp_path, text)
    with pytest.raises(Stop, match=sentence) as refused:
        complete(path, USERS)
    assert refused.value.reason == "invalid_users"
    assert "secret" not in refused.value.message and "words" not in refused.value.message
    assert path.read_text() == text


def test_what_is_in_the_file_stays_and_what_is_missing_is_added(tmp_path: Path) -> None:
    path = users_file(tmp_path, "# kept by hand\nops secret-of-the-operators")
    found = complete(path, ["ops", "sla"])
    assert found["ops"] == "secret-of-the-operators"
    assert path.read_text() == f"# kept by hand\nops secret-of-the-operators\nsla {found['sla']}\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert complete(path, ["ops", "sla"]) == found

"""The master key of intake: one that will not do stops the start with the fix in a sentence, and a new one takes over
while intake works."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import closing
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import orjson
import pytest
import sqlalchemy as sa

from services.intake.keyring import Keyring, Master, master_keys
from services.intake.rotating import RotationProgress, retire, rotate
from services.intake.sealing import CaseCodec, RecordCodec
from services.intake.store import count_wrapped, kinds, records_page
from tests.integration.intake.test_intake import START, ArchivingStore, Works, header, said
from tests.rules.intake.gate import SEALED, complaint
from tousu.failure import Stop
from tousu.runtime.store import Store

ROOT = Path(__file__).resolve().parents[3]
GOOD = sha256(b"a key of tests").hexdigest()
WRONG_SETTINGS = 78


def started(folder: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """A start of intake that is expected to end by itself, with the end of its log."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TOUSU_")}
    environment |= {"TOUSU_LOG": "json", "TOUSU_DATA": str(folder), "TOUSU_START_WAIT_S": "0", **settings}
    command = [sys.executable, "-m", "services.intake"]
    return subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=120)


@pytest.mark.parametrize(
    "text, mode, reason, fix",
    [
        ("11" * 32, 0o600, "weak_master_key", "make one with `openssl rand -hex 32`"),
        ("password", 0o600, "weak_master_key", "make one with `openssl rand -hex 32`"),
        (GOOD, 0o640, "readable_key_file", "chmod 600"),
    ],
)
def test_a_key_that_will_not_do_ends_the_start(text: str, mode: int, reason: str, fix: str, tmp_path: Path) -> None:
    file = tmp_path / "master.key"
    file.write_text(text)
    file.chmod(mode)
    ended = started(tmp_path, TOUSU_MASTER_KEY_FILE=str(file))
    assert ended.returncode == WRONG_SETTINGS, ended.stderr
    assert f'"reason":"{reason}"' in ended.stderr.replace(": ", ":") and fix in ended.stderr
    assert text not in ended.stderr


def test_a_wrong_key_is_noticed_at_the_start_and_changes_nothing(tmp_path: Path) -> None:
    other = sha256(b"another key").hexdigest()
    with closing(store_of(f"sqlite:///{tmp_path / 'intake.sqlite'}", Keyring(bytes.fromhex(GOOD)))) as store:
        store.create()
    before = (tmp_path / "intake.sqlite").read_bytes()
    ended = started(tmp_path, TOUSU_MASTER_KEY=other)
    assert ended.returncode == WRONG_SETTINGS, ended.stderr
    names = Master(bytes.fromhex(GOOD)).name, Master(bytes.fromhex(other)).name
    assert '"wrong_master_key"' in ended.stderr and all(name in ended.stderr for name in names)
    assert GOOD not in ended.stderr and other not in ended.stderr
    assert (tmp_path / "intake.sqlite").read_bytes() == before


OLD, NEW, THIRD = (sha256(each).digest() for each in (b"old", b"new", b"third"))
PHONE = {"name": "王小明", "phone": "19900000042", "role": "sender"}


def store_of(url: str, keyring: Keyring) -> Store:
    return Store(url, "intake", kinds(RecordCodec(keyring, SEALED), CaseCodec(keyring)), on_opening=keyring.open)


def wrong(url: str, key: bytes) -> str:
    """What a start with a key is answered."""
    with closing(store_of(url, Keyring(key))) as store, pytest.raises(Stop, match="wrong_master_key") as stopped:
        store.create()
    return stopped.value.message


def test_a_database_from_before_keys_were_noted_knows_its_key_by_its_records(database_url: str) -> None:
    works = Works(database_url, master=OLD)
    works.complain(complaint("phone", at=START, complainant=PHONE))
    works.run()
    connection = works.connection()
    connection.execute(sa.text("DELETE FROM intake_master_key"))
    connection.commit()
    works.loop.finish()
    assert Master(OLD).name in wrong(database_url, NEW)
    with closing(store_of(database_url, Keyring(OLD))) as store:
        store.create()
    assert Master(OLD).name in wrong(database_url, NEW)


def all_rows(works: Works) -> dict[str, int]:
    found = count_wrapped(works.connection())
    works.connection().rollback()
    return found


def go_on(works: Works) -> None:
    """Work on after somebody else had the shards."""
    works.run()
    works.pass_time(timedelta(seconds=5))
    works.run()


def rotation(works: Works, key: bytes, given: bytes, batch: int) -> list[RotationProgress]:
    """A rotation to its end by a command of its own."""
    keyring = Keyring(given)
    with closing(store_of(works.url, keyring)) as store:
        store.create()
        return list(rotate(store, keyring, Master(key), batch))


@pytest.mark.parametrize("store_type", [Store, ArchivingStore])
def test_a_new_key_takes_over_while_intake_works(database_url: str, store_type: type[Store]) -> None:
    works = Works(database_url, master=OLD, store_type=store_type)
    events = [complaint("phone", at=START, id_=f"c-{n}", complainant=PHONE) for n in range(20)]
    for event in events[:10]:
        works.complain(event)
    works.run()
    assert all_rows(works) == {Master(OLD).name: 20}  # of each complaint the record and the case
    keyring = Keyring(OLD)
    with closing(store_of(database_url, keyring)) as store:
        store.create()
        steps = rotate(store, keyring, Master(NEW), 3)
        assert [next(steps), next(steps)] == [RotationProgress(0, 20), RotationProgress(3, 17)]
        del steps  # the command is cut short
    for event in events[10:]:
        works.complain(event)
    go_on(works)  # fenced, it opens its shards again, and knows both keys
    assert all_rows(works) == {Master(OLD).name: 17, Master(NEW).name: 23}
    assert rotation(works, NEW, OLD, 3)[-1] == RotationProgress(17, 0)
    assert all_rows(works) == {Master(NEW).name: 40}
    for event in events:
        works.complain(event)
    go_on(works)
    assert len(works.told()) == works.rows("record") == 20
    assert len({said(one)["complainant"]["pseudonym"] for one in works.told()}) == 1
    works.loop.finish()
    for key in (OLD, NEW):  # both open the database, and read everything, until the old one is retired
        works.master = key
        works.loop = works.start()
        codec = works.loop.processor.kinds[-2].codec
        assert isinstance(codec, RecordCodec)
        for one in works.told():
            (row,) = records_page(works.connection(), header(one, "ce_subject"), (-1, ""), 10)
            assert codec.decode(row.doc).data["complainant"] == PHONE
        works.connection().rollback()
        works.complain(events[0])
        go_on(works)
        assert works.rows("record") == 20
        works.loop.finish()


def test_a_former_key_is_retired_only_when_the_new_one_is_at_hand_and_opens_nothing_then(database_url: str) -> None:
    works = Works(database_url, master=OLD)
    works.complain(complaint("phone", at=START, complainant=PHONE))
    works.run()
    rotation(works, NEW, OLD, 500)
    go_on(works)
    keyring = Keyring(OLD)
    with closing(store_of(database_url, keyring)) as store:
        for name, reason in ((Master(OLD).name, "key_in_use"), (Master(NEW).name, "key_in_use"), ("x", "unknown_key")):
            with pytest.raises(Stop, match=reason):
                retire(store, keyring, name)
    with pytest.raises(Stop, match="rotation_unfinished"):
        rotation(works, THIRD, OLD, 500)
    keyring = Keyring(NEW)
    with closing(store_of(database_url, keyring)) as store:
        with pytest.raises(Stop, match="rotation_unfinished"):
            list(rotate(store, keyring, Master(OLD)))
        retire(store, keyring, Master(OLD).name)
        with store.transaction("look") as connection:
            assert list(master_keys(connection)) == [Master(NEW).name]
    assert Master(NEW).name in wrong(database_url, OLD)
    works.complain(complaint("phone", at=START, complainant=PHONE))
    go_on(works)  # the running copy has the new key
    assert rotation(works, THIRD, NEW, 500)[-1] == RotationProgress(4, 0)
    works.loop.finish()


def test_the_command_rotates_and_says_how_far_it_is(tmp_path: Path) -> None:
    works = Works(f"sqlite:///{tmp_path / 'intake.sqlite'}", master=OLD)
    for number in range(5):
        works.complain(complaint("phone", at=START, id_=f"c-{number}", complainant=PHONE))
    works.run()
    rows = (
        works.connection()
        .execute(sa.text("SELECT doc FROM intake_record UNION SELECT doc FROM intake_case"))
        .scalars()
        .all()
    )
    works.loop.finish()
    new = tmp_path / "new.key"
    done = tousu(tmp_path, "rotate", "--to", str(new), "--batch", "2", "--json", key=OLD)
    assert done.returncode == 0, done.stderr
    steps = [orjson.loads(line) for line in done.stdout.splitlines()]
    assert [(step["rewrapped"], step["left"]) for step in steps] == [
        (0, 10), (2, 8), (4, 6), (5, 5), (7, 3), (9, 1), (10, 0), (10, 0),
    ]  # fmt: skip
    assert new.stat().st_mode & 0o777 == 0o600
    shown = [orjson.loads(line) for line in tousu(tmp_path, "show", "--json", key=OLD).stdout.splitlines()]
    assert [(row["in_force"], row["given"], row["rows"]) for row in shown] == [(False, True, 0), (True, False, 10)]
    assert tousu(tmp_path, "retire", shown[0]["name"], key=OLD).returncode == 4
    key = bytes.fromhex(new.read_text())
    assert tousu(tmp_path, "retire", shown[0]["name"], key=key).returncode == 0
    refused = tousu(tmp_path, "show", key=OLD)
    assert (refused.returncode, "was sealed with master key" in refused.stderr) == (4, True)
    left = b"".join(path.read_bytes() for path in tmp_path.glob("intake.sqlite*"))
    assert not [doc for doc in rows if orjson.loads(doc)["key"]["wrapped"].encode() in left]


def tousu(folder: Path, *words: str, key: bytes) -> subprocess.CompletedProcess[str]:
    """`tousu keys` beside a database."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TOUSU_")}
    environment |= {"TOUSU_DATA": str(folder), "TOUSU_MASTER_KEY": key.hex()}
    command = [str(Path(sys.executable).with_name("tousu")), "keys", *words]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)

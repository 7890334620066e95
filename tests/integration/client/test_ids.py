"""Ids that tell nothing: the same for the same report and key, another for another; the key is the owner's."""

from __future__ import annotations

import hashlib
import stat
from pathlib import Path

import orjson
import pytest

from tousu.client.ids import id_of, kept_key
from tousu.failure import Stop

SAID = {"content": "快件丢了", "complainant": {"name": "王芳", "phone": "19900000042"}}


def test_a_key_is_made_once_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "id.key"
    key = kept_key(path)
    assert kept_key(path) == key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert kept_key(tmp_path / "other.key") != key
    assert sorted(each.name for each in tmp_path.iterdir()) == ["id.key", "other.key"]


def test_an_id_is_the_same_for_the_same_words_under_the_same_key() -> None:
    one = id_of(b"a" * 32, "//s", SAID)
    assert one == id_of(b"a" * 32, "//s", dict(reversed(SAID.items())))
    assert one != id_of(b"a" * 32, "//s", SAID | {"content": "快件坏了"})
    assert one != id_of(b"b" * 32, "//s", SAID)


def test_whoever_knows_all_that_was_said_and_not_the_key_cannot_tell_the_id() -> None:
    """The guess by which a name and a number came back: the digest of every candidate, here of the right one."""
    said = orjson.dumps(("//s", SAID), option=orjson.OPT_SORT_KEYS)
    guesses = {
        hashlib.blake2b(said, digest_size=16).hexdigest(),
        hashlib.blake2b(said, digest_size=16, person=b"event id").hexdigest(),
    }
    assert id_of(b"a" * 32, "//s", SAID) not in guesses


@pytest.mark.parametrize("held", ("", "00", "x" * 64, "é"))
def test_what_is_no_key_is_refused(tmp_path: Path, held: str) -> None:
    path = tmp_path / "id.key"
    path.write_text(held, encoding="utf-8")
    path.chmod(0o600)
    with pytest.raises(Stop, match="must be 32 bytes"):
        kept_key(path)


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "id.key"
    kept_key(path)
    path.chmod(0o640)
    with pytest.raises(Stop, match="others can read"):
        kept_key(path)

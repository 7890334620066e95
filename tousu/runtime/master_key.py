"""Where the master key comes from that wraps the keys of personal records, and whether it is fit for that.

A key is 32 random bytes. What people type, count or repeat is not, and is told apart by what random bytes practically
never are: few different ones, in equal steps, or all of them printable signs (each less than once in 10^12 keys).
"""

from __future__ import annotations

import base64
import binascii
from itertools import pairwise
from pathlib import Path
from typing import Final

from tousu.failure import Stop
from tousu.key_file import KEY_BYTES, make_key_file, read_key_file

DEVELOPMENT_FILE: Final = "development.key"
_EXAMPLE: Final = "make one with `openssl rand -hex 32`"
_DIFFERENT_MIN: Final = 18
_STEPS_MIN: Final = 12
_BASE64_SIGNS: Final = 43
"""So many signs 32 bytes take at least, written down."""


def master_key(text: str, file: Path | None, data: Path, *, is_production: bool) -> tuple[bytes, Path | None]:
    """The key, and the path of the development key where that one is used (somebody should be told).

    Given as text or as a file it is used; a production database without one gives no key (empty): intake, which alone
    needs it, then refuses to start. Otherwise a development key is made in the data folder, once, readable by its
    owner only. Raises Stop: `weak_master_key` for one that is too short or not random, `readable_key_file` where others
    can read it, `wrong_setting` for what is no key of 32 bytes.
    """
    if text and file is not None:
        raise Stop("wrong_setting", "give TOUSU_MASTER_KEY or TOUSU_MASTER_KEY_FILE, not both")
    if text:
        return _key_of(text, "TOUSU_MASTER_KEY"), None
    if file is not None:
        return master_key_in(file, "TOUSU_MASTER_KEY_FILE"), None
    if is_production:
        return b"", None
    path = data / DEVELOPMENT_FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    make_key_file(path)
    return master_key_in(path, str(path)), path


def master_key_in(path: Path, name: str) -> bytes:
    """The key in a file; messages call it `name`. Raises Stop as `master_key`."""
    raw = read_key_file(path)
    return _strong(raw, name) if len(raw) == KEY_BYTES else _key_of(raw.decode("ascii", "replace").strip(), name)


def _key_of(text: str, name: str) -> bytes:
    is_short = len(text) < _BASE64_SIGNS
    for decode in (bytes.fromhex, _base64):
        try:
            key = decode(text)
        except (ValueError, binascii.Error):
            continue
        if len(key) == KEY_BYTES:
            return _strong(key, name)
        is_short |= len(key) < KEY_BYTES
    wanted = f"must be {KEY_BYTES} bytes in hex or base64; {_EXAMPLE}"
    if is_short:
        raise Stop("weak_master_key", f"{name} is too short: it {wanted}")
    raise Stop("wrong_setting", f"{name} {wanted}")


def _strong(key: bytes, name: str) -> bytes:
    if weakness := _weakness(key):
        raise Stop("weak_master_key", f"{name} can be guessed: {weakness}; {_EXAMPLE}")
    return key


def _weakness(key: bytes) -> str:
    """Why a key is not taken for random, empty where it is."""
    if all(0x20 <= byte < 0x7F for byte in key):
        return "it is a text"
    if len(set(key)) < _DIFFERENT_MIN:
        return f"only {len(set(key))} of its {KEY_BYTES} bytes are different"
    if len({(after - before) % 256 for before, after in pairwise(key)}) < _STEPS_MIN:
        return "its bytes are counted off"
    return ""


def _base64(text: str) -> bytes:
    return base64.b64decode(text, validate=True)

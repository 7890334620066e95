"""Ids of events that tell nothing: a keyed digest of what an event says, so that the same report has the same id.

A plain digest could be guessed back to the name and number in it, and ids travel downstream. The key stays with the
adapter, in a file beside it: all copies of an adapter share one, and whoever loses it sends what was sent before under
other ids.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import orjson

from tousu.failure import Stop
from tousu.key_file import KEY_BYTES, make_key_file, read_key_file


def kept_key(path: Path) -> bytes:
    """The key in a file, made there once if there is none, readable by its owner only.

    Raises Stop `readable_key_file` where others can read it, `wrong_setting` where it is no key.
    """
    make_key_file(path)
    try:
        key = bytes.fromhex(read_key_file(path).decode("ascii"))
    except ValueError:
        key = b""
    return checked_key(key, str(path))


def checked_key(key: bytes, name: str) -> bytes:
    """The key. Raises Stop `wrong_setting` for one of another length."""
    if len(key) != KEY_BYTES:
        raise Stop("wrong_setting", f"{name} must be {KEY_BYTES} bytes (in a file: {2 * KEY_BYTES} hexadecimal digits)")
    return key


def id_of(key: bytes, *parts: object) -> str:
    """The id of what an event says, in 32 hexadecimal digits; the order of the data's fields does not matter."""
    content = orjson.dumps(parts, option=orjson.OPT_SORT_KEYS)
    return hashlib.blake2b(content, key=key, digest_size=16, person=b"event id").hexdigest()

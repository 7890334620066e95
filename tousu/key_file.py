"""A key of our own making in a file: written once, whole, readable by its owner alone, and read only if it still is."""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path
from typing import Final

from tousu.failure import Stop

KEY_BYTES: Final = 32
_ROOT: Final = 0
_MORE_THAN_OWNER: Final = 0o177
"""Everything beyond reading and writing by the owner (0600)."""


def make_key_file(path: Path) -> None:
    """Write a new key in hexadecimal digits unless there is one. Several processes may start at once: one makes it."""
    if path.exists():
        return
    unfinished = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        out.write(secrets.token_hex(KEY_BYTES) + "\n")
    try:
        os.link(unfinished, path)
    except FileExistsError:
        return
    finally:
        unfinished.unlink()


def read_key_file(path: Path) -> bytes:
    """What stands in a key file. Raises Stop `readable_key_file` where others than its reader and root can read it."""
    try:
        with path.open("rb") as file:
            status = os.fstat(file.fileno())  # of what was opened: a link may lead elsewhere by now
            _check_owner(path, status)
            return file.read()
    except OSError as error:
        raise Stop("wrong_setting", f"the key file {path} cannot be read: {error.strerror}") from None


def _check_owner(path: Path, status: os.stat_result) -> None:
    if status.st_uid not in {_ROOT, os.geteuid()}:
        message = f"{path} belongs to another user, who can read this key; chown it to yours, then chmod 600"
        raise Stop("readable_key_file", message)
    mode = stat.S_IMODE(status.st_mode)
    if mode & _MORE_THAN_OWNER:
        message = f"others can read this key: {path} has mode {mode:04o}; chmod 600 it, and if they may have read it, "
        raise Stop("readable_key_file", f"{message}make another")

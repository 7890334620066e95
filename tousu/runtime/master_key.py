"""Where the master key comes from that wraps the keys of personal records (design.md, section 6)."""

from __future__ import annotations

import base64
import binascii
from pathlib import Path
from typing import Final

from tousu.failure import Stop
from tousu.key_file import KEY_BYTES, make_key_file

DEVELOPMENT_FILE: Final = "development.key"
_EXAMPLE: Final = "make one with `openssl rand -hex 32`"


def master_key(text: str, file: Path | None, data: Path, *, is_production: bool) -> tuple[bytes, Path | None]:
    """The key, and the path of the development key where that one is used (somebody should be told).

    Given as text or as a file it is used; a production database without one gives no key (empty): intake, which alone
    needs it, then refuses to start. Otherwise a development key is made in the data folder, once, readable by its
    owner only. Raises Stop `wrong_setting` for a key that is not 32 bytes.
    """
    if text and file is not None:
        raise Stop("wrong_setting", "give TOUSU_MASTER_KEY or TOUSU_MASTER_KEY_FILE, not both")
    if text:
        return _key_of(text, "TOUSU_MASTER_KEY"), None
    if file is not None:
        return _read(file, "TOUSU_MASTER_KEY_FILE"), None
    if is_production:
        return b"", None
    path = data / DEVELOPMENT_FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    make_key_file(path)
    return _read(path, str(path)), path


def _read(path: Path, name: str) -> bytes:
    raw = path.read_bytes()
    return raw if len(raw) == KEY_BYTES else _key_of(raw.decode("ascii", "replace").strip(), name)


def _key_of(text: str, name: str) -> bytes:
    for decode in (bytes.fromhex, _base64):
        try:
            key = decode(text)
        except (ValueError, binascii.Error):
            continue
        if len(key) == KEY_BYTES:
            return key
    raise Stop("wrong_setting", f"{name} must be {KEY_BYTES} bytes in hex or base64; {_EXAMPLE}")


def _base64(text: str) -> bytes:
    return base64.b64decode(text, validate=True)

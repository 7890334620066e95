"""What others wrote, shown without doing anything: on a terminal, in a table that a spreadsheet opens, in a drawing.

Source: ECMA-48 (control functions); Unicode Standard Annex 9, 2 (bidirectional controls); OWASP, CSV injection; XML
1.0, 2.2 (characters).
"""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Final

_JOINS: Final = "\u200c\u200d"
"""Format characters that belong to words and emoji and move nothing."""
_REPLACED: Final = "\ufffd"
_STEERS: Final = re.compile(
    "[\\x7f-\\x9f\\u061c\\u200b\\u200e\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ufeff\\U000e0000-\\U000e007f]"
)
_FORMULA: Final = re.compile(r"[\s\x00-\x1f]*[=+\-@＝＋－＠\t\r]")


def for_terminal(text: str) -> str:
    """The text with each sign made visible that would steer a terminal or turn the writing round; lines stay lines."""
    if text.isprintable():
        return text
    return "".join(sign if sign.isprintable() or sign in "\n\t" else _sign(sign) for sign in text)


def for_csv(text: str) -> str:
    """The text of a cell that no spreadsheet takes for a formula: such a one gets an apostrophe in front."""
    return f"'{for_terminal(text)}" if _FORMULA.match(text) else for_terminal(text)


def for_json(document: bytes) -> bytes:
    """JSON of the same meaning, every sign in it escaped that would steer a terminal or turn the writing round."""
    if document.isascii() and b"\x7f" not in document:
        return document
    return _STEERS.sub(lambda match: json.dumps(match.group())[1:-1], document.decode()).encode()


def printable(text: str) -> str:
    """The text with a blank for every sign that is not seen: for XML, which does not know some, and for messages."""
    return text if text.isprintable() else "".join(sign if sign.isprintable() else " " for sign in text)


def _sign(sign: str) -> str:
    if sign in _JOINS or unicodedata.category(sign) == "Zs":
        return sign
    code = ord(sign)
    return chr(0x2400 + code) if code < 0x20 else "\u2421" if code == 0x7F else _REPLACED

"""Text in the form in which it is compared: case, width, accents and invisible signs set aside.

Each sign is folded by itself (NFKD, marks and format characters left out, case folded), so the cost of a text grows
with its length and with nothing else, and every folded sign knows the place it comes from.

Source: Unicode Standard Annex 15 (NFKD); Unicode 3.13, definition 145 (compatibility caseless match).
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_KEPT_MAX: Final = 20_000
"""So many signs are remembered; the rarer ones are worked out each time."""
_NO_SIGNS: Final = frozenset("\u115f\u1160\u3164\uffa0")
"""Letters by their category that show nothing: the fillers of Hangul."""


_ONE_TO_ONE: Final = re.compile(r"[ -~\u3001\u3002\u300a-\u3011\u4e00-\u9fff\uff01-\uff5e]*+")
"""Signs that each fold to one: ASCII, wide ASCII, Chinese characters and marks. Nearly every text has no others."""
_WIDE: Final = re.compile(r"([\uff01-\uff5e])")
_NARROW: Final = {chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}


def quickly_folded(text: str) -> str | None:
    """The folded text where every sign in it folds to one; None where that takes a closer look (`Folds`)."""
    if text.isascii() and text.isprintable():
        return text.lower()
    if _ONE_TO_ONE.fullmatch(text) is None:
        return None
    parts = _WIDE.split(text)
    parts[1::2] = [_NARROW[sign] for sign in parts[1::2]]
    return "".join(parts).lower()


class Folds(dict[int, str]):
    """What every sign is folded to, by code point: for `str.translate`. `set` gives some signs a fold of their own."""

    def __init__(self, own: dict[str, str] | None = None) -> None:
        super().__init__({ord(sign): fold for sign, fold in (own or {}).items()})

    def __missing__(self, code: int) -> str:
        fold = folded_sign(chr(code))
        if len(self) < _KEPT_MAX:
            self[code] = fold
        return fold


def folded_sign(sign: str) -> str:
    """One sign as it is compared: none or several where it shows nothing or stands for several."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", sign).casefold())
    return "".join(" " if part.isspace() else part for part in plain if not _is_unseen(part))


def _is_unseen(sign: str) -> bool:
    """Marks on another sign, format characters, controls that are no blank."""
    category = unicodedata.category(sign)
    return category[0] == "M" or category == "Cf" or (category == "Cc" and not sign.isspace()) or sign in _NO_SIGNS

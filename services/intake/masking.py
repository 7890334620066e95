"""Personal data out of free text, and the masked forms in which a person may be mentioned.

In free text everything goes that looks like a telephone number, an identity document, a bank card, a licence plate, an
e-mail address or a chat account, and every personal value that the same event gives elsewhere (the customer's name,
say), in whatever writing. It is better to mask too much: the words that class a complaint are no numbers. What stays:
the waybill numbers of the event, the forms of known carriers, dates, times, amounts. What no pattern can find (a third
person's name, an address told in prose) stays too: a pack that cannot live with that sets `text_downstream: false`,
and then no text leaves at all. Markup goes: a text is masked as a reader sees it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from services.intake.identity import HOME, dialled_digits
from services.intake.spotting import Known, Plain, Span, spots
from tousu.policy.markup import visible

NOBODY: Final = Known()
_MASK: Final = "***"
_STABLE: Final = re.compile(
    r"[\u0000-\u02ff\u2010-\u2027\u3001-\u3020\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fff\uff01-\uff5e]*+"
)
"""Signs that are in normal form C whatever stands beside them: nearly every text has no others."""
_MARKS_MAX: Final = 30
"""So many marks may stand on one sign (Unicode Standard Annex 15, stream-safe text); more is no script."""


def masked_text(text: str, known: Known = NOBODY) -> str:
    """Free text, as a reader sees it, without what points to a person; never longer than before."""
    seen = visible(text)
    plain = Plain(seen)
    spans = spots(plain.text, known)
    if not spans:
        return seen
    kept: list[str] = []
    done = 0
    for start, end in _merged(map(plain.in_text, spans)):
        kept += (seen[done:start], _MASK[: end - start])
        done = end
    return "".join((*kept, seen[done:]))


def _merged(spans: Iterable[Span]) -> list[Span]:
    """Spans in order, those that touch as one."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return merged


def masked_name(name: str) -> str:
    """A name with all but the first character gone: 王小明 becomes 王**. Empty where there is nothing to mask."""
    name = name.strip()
    return f"{name[0]}**" if name else ""


def masked_phone(phone: str, region: str = HOME) -> str:
    """A telephone number without middle and extension: 199****0042; of short numbers less stays.

    `region`: where numbers without a country code belong.
    """
    digits = dialled_digits(phone, region)
    if len(digits) >= 11:
        return f"{digits[:3]}****{digits[-4:]}"
    return f"****{digits[-2:]}" if len(digits) >= 7 else "****"


def composed(text: str) -> str:
    """Text in normal form C, so that equal words are equal bytes; script and wording stay as written.

    The few characters that this form takes apart (musical notes, say) are left alone: no text grows beyond its limit.
    So is a text that piles up marks on one sign.
    """
    if text.isascii() or _STABLE.fullmatch(text) is not None or _is_stacked(text):
        return text
    normal = unicodedata.normalize("NFC", text)
    return normal if len(normal) <= len(text) else text


def _is_stacked(text: str) -> bool:
    """Whether more marks stand on one sign than a script has: ordering them takes the square of their number."""
    if len(text) <= _MARKS_MAX:
        return False
    marks = 0
    for sign in text:
        marks = marks + 1 if unicodedata.combining(sign) else 0
        if marks > _MARKS_MAX:
            return True
    return False

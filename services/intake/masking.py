"""Personal data out of free text, and the masked forms in which a person may be mentioned.

In free text everything goes that looks like a telephone number, an identity document, a bank card, an e-mail address
or a chat account, and every personal value that the same event gives elsewhere (the customer's name, say). It is
better to mask too much: the words that class a complaint are no numbers. What stays: the waybill numbers of the event,
numbers built like waybill numbers, dates. What no pattern can find (a third person's name, an address told in
prose) stays too: a pack that cannot live with that sets `text_downstream: false`, and then no text leaves at all.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from typing import Final

_MASK: Final = "***"
_WORTH_A_LOOK: Final = re.compile(r"[@＠\d]|[零〇一二三四五六七八九幺]{7}")
_NOT_IN_NUMBERS: Final = re.compile(r"[^A-Za-z0-9]")
_FOUND: Final = re.compile(
    r"""
    (?P<email>[A-Za-z0-9._%+-]{1,64}[@＠][A-Za-z0-9.-]{1,253})
  | (?P<kept>
        (?<!\d)(?:19|20)\d\d[-./年]\d{1,2}[-./月]\d{1,2}(?!\d)      # a date
      | (?<![A-Za-z0-9])[A-Za-z]{2,4}\d{11,15}(?![A-Za-z0-9])      # built like a waybill number
    )
  | (?P<account>(?i:微信|wechat|weixin|vx|qq)(?:号码|号|id)?\s{0,2}[:：是为]?\s{0,2})(?P<name>[A-Za-z0-9_-]{5,20})
  | (?<![A-Za-z0-9])(?P<document>[A-Za-z]{1,2}\d{6,10}(?:[(（][0-9A-Za-z][)）]|[A-Za-z])?)(?![A-Za-z0-9])
  | (?P<number>[+＋]?\d(?:[ \-‐–—.·()（）]{0,2}\d){6,}[Xx]?)
  | (?P<spoken>[零〇一二三四五六七八九幺]{7,})
    """,
    re.VERBOSE,
)


def masked_text(text: str, own_values: Iterable[str] = (), waybill_numbers: Collection[str] = ()) -> str:
    """Free text without what points to a person; never longer than before.

    `own_values`: personal values known from the same event. `waybill_numbers` (in capitals) stay readable.
    """
    for value in sorted(own_values, key=len, reverse=True):
        if len(value) > 1 and value in text and value.upper() not in waybill_numbers:
            text = text.replace(value, _MASK[: len(value)])
    if not _WORTH_A_LOOK.search(text):
        return text

    def mask(found: re.Match[str]) -> str:
        whole = found.group()
        if found["kept"] or _NOT_IN_NUMBERS.sub("", whole).upper() in waybill_numbers:
            return whole
        if found["account"]:
            return found["account"] + _MASK
        return _MASK

    return _FOUND.sub(mask, text)


def masked_name(name: str) -> str:
    """A name with all but the first character gone: 王小明 becomes 王**. Empty where there is nothing to mask."""
    name = name.strip()
    return f"{name[0]}**" if name else ""


def masked_phone(phone: str) -> str:
    """A telephone number without its middle: 199****0042; of short numbers less stays."""
    digits = "".join(sign for sign in phone if sign.isdigit())
    if len(digits) >= 11:
        return f"{digits[:3]}****{digits[-4:]}"
    return f"****{digits[-2:]}" if len(digits) >= 7 else "****"


def composed(text: str) -> str:
    """Text in normal form C, so that equal words are equal bytes; script and wording stay as written.

    The few characters that this form takes apart (musical notes, say) are left alone: no text grows beyond its limit.
    """
    if text.isascii():
        return text
    normal = unicodedata.normalize("NFC", text)
    return normal if len(normal) <= len(text) else text

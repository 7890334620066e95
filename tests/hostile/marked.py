"""A person whose every trait is marked, told in many writings; nothing of the marks may leave intake."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Any, Final

NAME: Final = "欧阳慕橘"
LATIN: Final = "Quillon Farquhar"
PHONE: Final = "13987654021"
EMAIL: Final = "quillon.farquhar77@marked.example"
ADDRESS: Final = "槐荫里77弄9号503室"
WECHAT: Final = "qfarquhar_77"
MARKS: Final = ("欧阳慕橘", "farquhar", "13987654021", "98765", "87654021", "槐荫里77弄", "marked", "503室")
"""As they are looked for: in normal form KC, case folded, without whatever is no letter or digit."""

_SEPARATED: Final = (
    "{} {} {}",
    "{}-{}-{}",
    "{}.{}.{}",
    "{}/{}/{}",
    "{}—{}—{}",
    "{}\u200b{}\u2060{}",
    "({}) {} {}",
    "{}·{}·{}",
    "{}&nbsp;{}&#45;{}",
)
_WIDE: Final = str.maketrans("0123456789", "０１２３４５６７８９")
_HAN: Final = str.maketrans("0123456789", "零一二三四五六七八九")
_CAPITAL: Final = str.maketrans("0123456789", "零壹贰叁肆伍陆柒捌玖")
_ARABIC: Final = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


def writings() -> Iterator[tuple[str, str]]:
    """The name that the person tells, and a way in which a trait of theirs stands in a text."""
    for text in _of_the_latin_name():
        yield LATIN, text
    for text in _of_the_name():
        yield NAME, text
    for text in built():
        yield NAME, text


def _of_the_latin_name() -> Iterator[str]:
    yield from (
        LATIN,
        LATIN.upper(),
        LATIN.replace(" ", "  "),
        "Farquhar, Quillon",
        "Ｆarquhar Quillon",
        "Quillon\u00adFarquhar",
    )
    yield from ("Qu\u00edllon Farqu\u0301har", "quillon_farquhar", "&#81;uillon <b>Far</b>quhar")


def _of_the_name() -> Iterator[str]:
    yield from (
        NAME,
        " ".join(NAME),
        "\u200b".join(NAME),
        f"<i>{NAME[:2]}</i>{NAME[2:]}",
        "&#27431;&#38451;&#24917;&#27224;",
    )
    yield from (ADDRESS, ADDRESS.translate(_WIDE))


def built() -> Iterator[str]:
    """Those that anybody recognises by how they are built."""
    parts = PHONE[:3], PHONE[3:7], PHONE[7:]
    for frame in _SEPARATED:
        yield frame.format(*parts)
    for digits in (
        PHONE,
        PHONE.translate(_WIDE),
        PHONE.translate(_HAN),
        PHONE.translate(_CAPITAL),
        PHONE.translate(_ARABIC),
    ):
        yield from (
            digits,
            f"+86 {digits}",
            f"vx{digits}",
            f"TEL{digits}",
            f"手机{digits}转1",
            f"<b>{digits[:5]}</b>{digits[5:]}",
        )
    yield from (
        EMAIL,
        EMAIL.upper(),
        f"<{EMAIL}>",
        f"mailto:{EMAIL}",
        EMAIL.replace("@", " (at) "),
        EMAIL.replace("@", "&#64;"),
    )
    yield from (f"微信：{WECHAT}", f"wechat {WECHAT}")


def told(text: str, name: str, number: int) -> dict[str, Any]:
    """The data of a complaint, each text and code of which is about the person."""
    return {
        "kind": "complaint",
        "content": f"快件丢了。{text}，请回复",
        "demand": text,
        "waybill_number": f"YT88000000{number:05d}",
        "complainant": {"name": name, "phone": PHONE, "email": EMAIL, "address": ADDRESS, "handle": WECHAT},
        "region": text,
        "object": {"outlet": "HZ-017", "goods": text, "route": text},
        "evidence": [{"kind": "photo", "uri": f"https://files.example/{PHONE}/{number}.jpg?who={PHONE}"}],
        "pieces": [{"waybill_number": f"YT88000000{number:05d}", "content": text}],
        "phone": {
            "call_id": text,
            "agent": "E1",
            "caller_number": PHONE,
            "recording_uri": f"https://r.example/{PHONE}.wav",
        },
    }


def report_texts(text: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """What departments report, their texts about the person."""
    yield "acknowledged", {"note": text}
    yield "passed_on", {"to_department": "quality_management", "reason": text}
    yield "customer_answered", {"settled": False, "text": text}


def hits(left: str) -> list[str]:
    """The marks that can be read in what has left, however it is written there."""
    plain = unicodedata.normalize("NFKC", left).casefold()
    digits = "".join(
        str(int(value)) if 0 <= (value := unicodedata.numeric(sign, -1.0)) <= 9 and value == int(value) else sign
        for sign in plain
    )
    return [mark for mark in MARKS if mark in re.sub(r"[\W_]", "", plain) or mark in re.sub(r"[\W_]", "", digits)]

"""Where in a text somebody can be recognised: numbers, addresses, accounts, plates, documents, own names.

Signs are compared by what they mean (`Plain`), never by how they are written, and every finding is mapped back to the
places in the text. All searches take one pass: no pattern looks further than a fixed number of signs ahead or back.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from itertools import pairwise
from typing import Final, NamedTuple, Self

from tousu.policy.folding import Folds, quickly_folded

Span = tuple[int, int]
"""From the first sign to behind the last one."""

_NO_DIGIT: Final = re.compile(r"\D+")
_NO_DIGITS_IN_ASCII: Final = bytes(range(0x30)) + bytes(range(0x3A, 0x80))
_GRAM: Final = 5
"""So many digits in a row of the person's own number are the number."""
_IN_A_CODE: Final = 8
_APART_MAX: Final = 5
"""How far from digit to digit within the person's own number: at most four other signs between them."""
_LOCAL_MAX: Final = 64
_HAN_LOCAL_MAX: Final = 8
_KEPT_SIGN: Final = "口"
"""Stands for what is kept: a letter that no pattern knows."""
_JOINERS: Final = " ·•‧・∙⋅●‐‑‒–—−.,'’‘`´_-"
"""What may stand inside a name without making it another one."""
_JOINS: Final = re.compile(f"[{_JOINERS}]+")
_JOINERS_IN_ASCII: Final = "".join(filter(str.isascii, _JOINERS)).encode()
_SEPARATOR: Final = r"(?:(?![$€£¥%°@])[\W_]|[杠横])"


class _Digits(dict[int, str]):
    """A digit for every sign that means one: 一, 壹, ٣, and 幺 as it is said on the telephone."""

    def __missing__(self, code: int) -> str:
        value = unicodedata.numeric(chr(code), -1.0)
        sign = str(int(value)) if value in range(10) else chr(code)
        if len(self) < 20_000:
            self[code] = sign
        return sign


_FOLDS: Final = Folds()
_DIGITS: Final = _Digits({ord("幺"): "1", ord("○"): "0"})

_PLATES: Final = "京津沪滬渝冀豫云雲辽遼黑湘皖鲁魯新苏蘇浙赣贛鄂桂甘晋晉蒙陕陝吉闽閩贵貴粤粵青藏川宁寧琼瓊使领領"
"""What a licence plate begins with."""
_HAN_DIGITS: Final = "".join(sign for sign in map(chr, range(0x4E00, 0xA000)) if ord(_DIGITS[ord(sign)]) < 0x80)
_MAY_BE_DIGIT: Final = (
    rf"[0-9{_HAN_DIGITS}\x00-\x1f\x7f-\u3000\u3003-\u3009\u3012-\u4dff\ua000-\uff00\uff5f-\U0010ffff]"
)
"""The digits among the signs that texts are made of, and every other sign."""
_DIGITS_IN_A_ROW: Final = re.compile(rf"{_MAY_BE_DIGIT}(?:.{{0,4}}?{_MAY_BE_DIGIT}){{4}}", re.DOTALL)
_MAY_BE_ACCOUNT: Final = re.compile(r"[@a-z信扣号]|[(\[]at")
_ACCOUNT: Final = re.compile(
    r"@|\(at\)|\[at\]|v信|[微薇威维]信|wechat|weixin|whatsapp|telegram|skype|wx|vx|qq|扣扣|抖音号|快手号"
    r"|加我?(?:[vw][ :=是为]|[微薇威维])|(?<![a-z0-9])v ?:"
    rf"|[{_PLATES}][ ·•・‧.-]{{0,2}}[a-z][a-z ·•・‧.-]{{0,7}}{_MAY_BE_DIGIT}"
)
_KEPT: Final = re.compile(
    r"""
    (?<![a-z0-9])(?:                                            # carriers' forms (CN), UPS, Universal Postal Union S10
        sf\d{12,13} | yt\d{13,15} | (?:jt|yd)\d{13,15} | jd[a-z]{0,2}\d{11,13} | dpk\d{12} | 1z[0-9a-z]{16}
      | (?P<postal>[a-z]{2}\d{9}[a-z]{2})
    )(?![a-z0-9])
  | (?<!\d)(?<!\d[-./_])(?:19|20)\d\d[-./年](?:0?[1-9]|1[0-2])[-./月](?:[12]\d|3[01]|0?[1-9])(?!\d|[./_-]\d)  # a date
  | (?<![\d:])(?<!\d[-./_])(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)?                                       # a time of day
    (?:-(?:[01]?\d|2[0-3]):[0-5]\d)?(?![\d:]|[./_-]\d)
  | (?<![\d.,])(?<=[¥$€£])\d{1,3}(?:,\d{3}){1,3}(?:\.\d{1,2})?(?![\d,])                                      # an amount
  | (?<![\d.,])\d{1,3}(?:,\d{3}){1,3}(?:\.\d{1,2})?(?=\ ?(?:元|块|圆|rmb|cny|hkd|usd|gbp))
    """,
    re.VERBOSE,
)
_FOUND: Final = re.compile(
    rf"""
    (?P<kept>(?:(?<![a-z])(?:(?P<english>wechat|weixin|whatsapp|telegram|skype)|wx|vx|qq|v信|[微薇威维]信|扣扣|抖音号|快手号)
          | 加我?(?:[vw](?=[\ :=是为])|[微薇威维]) | (?<![a-z0-9])v(?=\ ?:))
        (?P<says>(?:号码|号|账号|帐号|id)?\ {{0,2}}[:=是为加]?)\ {{0,2}})(?P<account>
            \d(?:{_SEPARATOR}{{0,4}}\d){{4,}}+[a-z0-9_-]{{0,24}} | [a-z0-9][a-z0-9_-]{{4,31}})
  | (?<![a-z])wxid_[a-z0-9_-]{{4,30}}
  | [{_PLATES}]
        [\ ·•・‧.-]{{0,2}}[a-z][\ ·•・‧.-]{{0,2}}(?=[a-z]{{0,5}}\d)[a-z0-9]{{4,5}}[a-z0-9挂掛学學警港澳](?![a-z0-9])
  | (?<![a-z0-9])[a-z]{{1,2}}\d{{6}}\([0-9a]\)
  | (?:(?<![a-z0-9])[a-z]{{1,2}})?
        (?:\(\+?\d{{2,4}}\)\ {{0,2}}\d(?:{_SEPARATOR}{{0,4}}\d){{4,}}+|\+?\d(?:{_SEPARATOR}{{0,4}}\d){{6,}}+)
        (?:x(?![a-z0-9]))?
  | (?<![a-z0-9])[a-z]{{1,2}}\d{{6}}[a-z]?(?![a-z0-9])
    """,
    re.VERBOSE,
)
_AT: Final = re.compile(r" {0,2}(?:@|[(\[]at[)\]]) {0,2}(?=[^\W_])")
_LABEL: Final = r"(?:(?![a-z\u3400-\u9fff])[\w-]){2,63}"
_HAN_ZONES: Final = (
    "中国|中國|公司|网络|網絡|网址|网站|网店|香港|台湾|台灣|澳门|澳門|新加坡|在线|中文网|集团|商城|商店|手机|政务|公益"
)
_DOMAIN: Final = re.compile(
    rf"(?:[a-z0-9-]{{1,63}}+|(?:(?![a-z])[\w-]){{1,63}}+(?=[.。]))"
    rf"(?:\.(?:[a-z0-9-]{{1,63}}+|(?:(?![a-z])[\w-]){{1,63}}+(?=\.)|(?:{_HAN_ZONES})|{_LABEL})|。(?:{_HAN_ZONES}))*+"
)
_LOCAL: Final = re.compile(r"[^\W\u3400-\u9fff]|[.%+'_-]")


class Plain:
    """A text as it is compared, and where each of its signs stands in the text."""

    __slots__ = ("_places", "_said", "text")

    def __init__(self, text: str) -> None:
        self._said = len(text)
        self._places: list[int] | None = None
        quick = quickly_folded(text)
        if quick is not None:
            self.text = quick
            return
        folds = [*map(_FOLDS.__getitem__, map(ord, text))]
        self.text = "".join(folds)
        if len(self.text) != len(text) or "" in folds:
            self._places = [place for place, fold in enumerate(folds) for _ in fold]

    def in_text(self, span: Span) -> Span:
        """Where a span of signs stands in the text, with the marks and invisible signs behind it."""
        if self._places is None:
            return span
        start, end = span
        behind = self._places[end] if end < len(self._places) else self._said
        return self._places[start], max(behind, self._places[end - 1] + 1)


def folded(text: str) -> str:
    """A text as it is compared, where nobody asks for places."""
    quick = quickly_folded(text)
    return text.translate(_FOLDS) if quick is None else quick


class Known(NamedTuple):
    """What an event says of its person and its pieces elsewhere, ready to be looked for in its texts.

    `own`: values that name or reach the person, folded. `phones`: the person's numbers in national digits. `waybills`:
    numbers of pieces, folded, which stay readable.
    """

    own: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    waybills: tuple[str, ...] = ()

    @classmethod
    def of(cls, own: Iterable[str] = (), phones: Iterable[str] = (), waybills: Iterable[str] = ()) -> Self:
        """`phones`: the person's numbers in national digits; `waybills` in any writing."""
        pieces = tuple(dict.fromkeys(folded(number).replace("-", "") for number in waybills))
        ways = dict.fromkeys(way for value in own for way in _ways(value) if way not in pieces)
        return cls(tuple(ways), tuple(dict.fromkeys(phones)), pieces)


def spots(plain: str, known: Known) -> list[Span]:
    """Every span of a folded text that points to a person, in no order; spans may overlap."""
    spans = list(_own(plain, known.own))
    if not _is_worth_a_look(plain):
        return spans
    digits = plain.translate(_DIGITS)
    text = _without(digits, _waybills(digits, known.waybills)) if known.waybills else digits
    if known.phones:
        spans += _grams(text, frozenset(part for phone in known.phones for part in _parts(phone, _GRAM)))
    text = _KEPT.sub(lambda kept: kept.group() if _is_no_item(kept) else _KEPT_SIGN * len(kept.group()), text)
    spans += _addresses(text)
    for match in _FOUND.finditer(text):
        if match["account"] is None:
            spans.append(match.span())
        elif _is_account(match):
            spans.append(match.span("account"))
    return spans


def _is_worth_a_look(plain: str) -> bool:
    """False where none of the patterns can find anything: there are no five digits close to each other, no address, no
    account, no licence plate. Nearly every text is one of these, and this is much quicker."""
    if _DIGITS_IN_A_ROW.search(plain) is not None:
        return True
    return _MAY_BE_ACCOUNT.search(plain) is not None and _ACCOUNT.search(plain) is not None


def names_person(plain: str, known: Known) -> bool:
    """Whether a folded code holds something known of the person: a value (a long one though it is a part of a word), or
    eight digits in a row of a number."""
    compact = _joined(plain)
    for key in known.own:
        if key in compact and (len(key) >= _IN_A_CODE or any(True for _ in _own(plain, (key,)))):
            return True
    if not known.phones or len(plain) < _IN_A_CODE:
        return False
    digits = ascii_digits(plain) if plain.isascii() else _NO_DIGIT.sub("", plain.translate(_DIGITS))
    if len(digits) < _IN_A_CODE:
        return False
    for phone in known.phones:
        for at in range(len(phone) - _IN_A_CODE + 1):
            if phone[at : at + _IN_A_CODE] in digits:
                return True
    return False


def ascii_digits(plain: str) -> str:
    """The digits of a text in ASCII."""
    return plain.encode().translate(None, _NO_DIGITS_IN_ASCII).decode()


def _joined(plain: str) -> str:
    """A folded text without what may stand inside a name."""
    if plain.isascii():
        return plain.encode().translate(None, _JOINERS_IN_ASCII).decode()
    return _JOINS.sub("", plain)


def _parts(phone: str, length: int) -> Iterator[str]:
    """Every row of so many digits in a number."""
    return (phone[at : at + length] for at in range(len(phone) - length + 1))


def _is_account(match: re.Match[str]) -> bool:
    """Behind an English name of a messenger may stand any word: there only what looks like an account is one."""
    return not match["english"] or bool(match["says"].strip()) or any(not sign.isalpha() for sign in match["account"])


def _is_no_item(kept: re.Match[str]) -> bool:
    """Whether what is built like an international postal item has another check digit (S10, 4.2)."""
    item = kept["postal"]
    if item is None:
        return False
    rest = (
        11 - sum(int(digit) * weight for digit, weight in zip(item[2:10], (8, 6, 4, 2, 3, 5, 9, 7), strict=True)) % 11
    )
    return int(item[10]) != {10: 0, 11: 5}.get(rest, rest)


def _own(plain: str, keys: Iterable[str]) -> Iterator[Span]:
    """What the event says of the person elsewhere, whatever stands between the parts; in Latin script whole words."""
    compact, places = _joined(plain), None
    keys = [key for key in keys if key in compact]
    for key in keys:
        start = compact.find(key)
        while start >= 0:
            places = places or [place for place, sign in enumerate(plain) if sign not in _JOINERS]
            first, last = places[start], places[start + len(key) - 1]
            if not (_goes_on(plain, first - 1, key[0]) or _goes_on(plain, last + 1, key[-1])):
                yield first, last + 1
            start = compact.find(key, start + 1)


def _ways(value: str) -> Iterator[str]:
    """A value as it is looked for; a name of two Latin words also with the last one first."""
    plain = folded(value)
    key = _joined(plain)
    if len(key) < 2 or (key.isdecimal() and len(key) < _GRAM):
        return
    yield key
    if key.isascii() and key.isalpha() and len(words := plain.replace(",", " ").split()) > 1:
        yield _joined("".join((words[-1], *words[:-1])))


def _goes_on(plain: str, place: int, beside: str) -> bool:
    """Whether a letter or digit stands there that makes one word with the one beside it."""
    if not 0 <= place < len(plain) or beside >= "\u2e80":
        return False
    return plain[place].isalnum() and plain[place] < "\u2e80"


def _waybills(text: str, waybills: Collection[str]) -> Iterator[Span]:
    """Where the event's own numbers stand, however they are spaced."""
    places = [place for place, sign in enumerate(text) if sign.isalnum()]
    compact = "".join(text[place] for place in places)
    for number in waybills:
        start = compact.find(number)
        while start >= 0:
            first, last = places[start], places[start + len(number) - 1]
            apart = last - first < len(number) * 2
            if apart and not (_goes_on(text, first - 1, number[0]) or _goes_on(text, last + 1, number[-1])):
                yield first, last + 1
            start = compact.find(number, start + 1)


def _without(text: str, spans: Iterable[Span]) -> str:
    signs = list(text)
    for start, end in spans:
        signs[start:end] = _KEPT_SIGN * (end - start)
    return "".join(signs)


def _grams(text: str, grams: Collection[str]) -> Iterator[Span]:
    """Where five digits or more of the person's own numbers stand in a row, whatever stands between them."""
    places = [digit.start() for digit in re.finditer("[0-9]", text)]
    digits = "".join(text[place] for place in places)
    for at in range(len(digits) - _GRAM + 1):
        if digits[at : at + _GRAM] not in grams:
            continue
        there = places[at : at + _GRAM]
        if all(after - before <= _APART_MAX for before, after in pairwise(there)):
            yield there[0], there[-1] + 1


def _addresses(text: str) -> Iterator[Span]:
    """Addresses of mail, in any script."""
    for at in _AT.finditer(text):
        domain = _DOMAIN.match(text, at.end())
        if domain is None:
            continue
        start = at.start()
        least = max(0, start - _LOCAL_MAX)
        while start > least and _LOCAL.match(text, start - 1):
            start -= 1
        if start == at.start():
            least = max(0, start - _HAN_LOCAL_MAX)
            while start > least and text[start - 1].isalnum():
                start -= 1
        if start < at.start():
            yield start, domain.end()

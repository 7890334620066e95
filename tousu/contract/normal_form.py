"""Other writings of a value, put into the form that its schema asks for, where there is no doubt what was meant.

A schema names its rule (`x-normalised`); a value without a rule is read by its type. Each rule gives the value in the
right form, or the value as it came where it is not plain. A rule applied twice gives what it gave the first time.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, tzinfo
from functools import cache
from typing import Any, Final
from urllib.parse import quote

Schema = Mapping[str, Any]
Rule = Callable[[Any, Schema, tzinfo | None], Any]
"""A value, its schema, and the time zone in which a date alone is a day (None: it is no time then)."""

CUT: Final = " […]"
"""Stands where a text was cut."""

_NOT_SEEN: Final = re.compile(
    "[\u0000-\u0020\u007f-\u00a0\u00ad\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u2064\u3000\ufeff]+"
)
_NOT_OF_NUMBERS: Final = re.compile(r"^[^A-Za-z0-9]+|[^A-Za-z0-9]+$")
_DASHES: Final = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"))
_GROUPED: Final = re.compile(r"(?:0|[1-9][0-9]{0,2}(?:,[0-9]{3})+|[1-9][0-9]*)(?:\.[0-9]{1,2})?")
_YUAN: Final = re.compile(r"(?:RMB|CNY|[¥￥])?(.*?)(?:RMB|CNY|元整?)?", re.IGNORECASE)
_IN_ADDRESS: Final = r"[^\s<>@,;:\"()\[\]]"
# It begins where such signs begin, so that a long row of them is read once.
_ADDRESS: Final = re.compile(rf"(?<!{_IN_ADDRESS}){_IN_ADDRESS}++@{_IN_ADDRESS}++")
_IN_BRACKETS: Final = re.compile(rf"<({_ADDRESS.pattern})>")
_DATE: Final = re.compile(
    r"([0-9]{4})(?:-([0-9]{1,2})-([0-9]{1,2})|/([0-9]{1,2})/([0-9]{1,2})|年([0-9]{1,2})月([0-9]{1,2})日?)"
)
_MOMENT: Final = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ]([0-9]{2}:[0-9]{2}:[0-9]{2})(\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_PART_OF_NUMBER: Final = re.compile(r"[0-9A-Za-z０-９+()（） .@_-]{1,64}\Z")
_WHOLE_NUMBER_LENGTH_MIN: Final = 9
_NUMERAL_LENGTH_MAX: Final = 15


def normalised(value: Any, schema: Schema, zone: tzinfo | None) -> Any:
    """The value in the form of its schema where it is plain, else as it came."""
    name = schema.get("x-normalised")
    if name is not None:
        return RULES[name](value, schema, zone)
    if "enum" in schema:
        return _listed(value, schema, zone)
    kind = schema.get("type")
    if kind == "integer":
        return _whole(value)
    if kind == "boolean":
        return {"true": True, "false": False}.get(value.strip().lower(), value) if isinstance(value, str) else value
    return _text(value, schema, zone) if kind == "string" else value


def is_blank(value: object) -> bool:
    """Whether nothing was said: null, nothing in the list or object, or no sign that can be seen."""
    if isinstance(value, str):
        return not _NOT_SEEN.sub("", value)
    return value is None or (isinstance(value, dict | list) and not value)


@cache
def waybill_key(value: str) -> str:
    """A waybill number as cases and record keys know it; what is not plain stays as it is."""
    return str(_waybill_number(value, {}, None))


def _waybill_number(value: Any, _: Schema, __: tzinfo | None) -> Any:
    """Capitals without blanks. Two whole numbers in one field are not one number."""
    text = _as_text(value)
    if text is None:
        return value
    parts = [part for part in _NOT_SEEN.split(unicodedata.normalize("NFKC", text).translate(_DASHES)) if part]
    if sum(len(part) >= _WHOLE_NUMBER_LENGTH_MIN for part in parts) > 1:
        return value
    return _NOT_OF_NUMBERS.sub("", "".join(parts)).upper() or value


def _identifier(value: Any, _: Schema, __: tzinfo | None) -> Any:
    text = _as_text(value)
    return value if text is None else _NOT_SEEN.sub("", unicodedata.normalize("NFKC", text)) or value


def _code(value: Any, _: Schema, __: tzinfo | None) -> Any:
    return value.strip().lower() if isinstance(value, str) else value


def _currency(value: Any, _: Schema, __: tzinfo | None) -> Any:
    return value.strip().upper() if isinstance(value, str) else value


def _telephone(value: Any, _: Schema, __: tzinfo | None) -> Any:
    """As it was told: who reads it may need every sign of it."""
    text = _as_text(value)
    return value if text is None else text.strip()


def _email(value: Any, _: Schema, __: tzinfo | None) -> Any:
    """The address out of `Name <address>`, `mailto:address` or `address (Name)`, where there is one only."""
    if not isinstance(value, str):
        return value
    text = value.replace("＠", "@")
    addresses = {address.casefold(): address for address in _IN_BRACKETS.findall(text) or _ADDRESS.findall(text)}
    return addresses.popitem()[1] if len(addresses) == 1 else value


def _amount(value: Any, _: Schema, __: tzinfo | None) -> Any:
    """1,200.00 is plain; 1.200,00 is not, and a JSON number is no amount of money."""
    if not isinstance(value, str):
        return value
    compact = _NOT_SEEN.sub("", unicodedata.normalize("NFKC", value))
    return compact.replace(",", "") if _GROUPED.fullmatch(compact) else value


def _amount_yuan(value: Any, schema: Schema, zone: tzinfo | None) -> Any:
    if isinstance(value, str):
        match = _YUAN.fullmatch(_NOT_SEEN.sub("", unicodedata.normalize("NFKC", value)))
        bare = _amount(match[1], schema, zone) if match else value
        return bare if _GROUPED.fullmatch(bare) else value
    if isinstance(value, float):  # what a customer says is involved; nothing is paid by it
        return repr(value).removesuffix(".0")
    return value if _as_text(value) is None else str(value)


def _moment(value: Any, _: Schema, zone: tzinfo | None) -> Any:
    """Other writings of a time; a date alone is the beginning of its day."""
    return _time(value, zone, timedelta())


def _deadline(value: Any, _: Schema, zone: tzinfo | None) -> Any:
    """As a moment, but a date alone is the end of its day: until then it is kept."""
    return _time(value, zone, timedelta(days=1))


def _time(value: Any, zone: tzinfo | None, shift: timedelta) -> Any:
    if not isinstance(value, str):
        return value
    text = value.strip()
    match = _MOMENT.fullmatch(text)
    if match is not None:
        day, clock, fraction, offset = match.groups("")
        return f"{day}T{clock}{fraction[:7]}{offset.upper()}"
    date = _DATE.fullmatch(text)
    if date is None or zone is None:
        return value
    numbers = [int(part) for part in date.groups() if part is not None]
    try:
        return (datetime(numbers[0], numbers[1], numbers[2], tzinfo=zone) + shift).isoformat()
    except (ValueError, OverflowError):
        return value


def _uri(value: Any, _: Schema, __: tzinfo | None) -> Any:
    """Blanks and signs beyond ASCII written as a URI writes them (RFC 3987, 3.1)."""
    return quote(value.strip().strip("<>"), safe="!#$%&'()*+,/:;=?@[]~-._") if isinstance(value, str) else value


def _text(value: Any, schema: Schema, _: tzinfo | None) -> Any:
    text = _as_text(value)
    if text is None:
        return value
    limit = schema.get("maxLength")
    return cut(text, limit) if limit is not None and len(text) > limit else text


def cut(text: str, length_max: int) -> str:
    """The beginning of a text with a mark that it was cut; never within a number or an address."""
    text = text.strip()
    if len(text) <= length_max:
        return text
    return _PART_OF_NUMBER.sub("", text[: length_max - len(CUT)]) + CUT


def _listed(value: Any, schema: Schema, _: tzinfo | None) -> Any:
    plain = value.strip().lower() if isinstance(value, str) else value
    return plain if plain in schema["enum"] else value


def _whole(value: Any) -> Any:
    text = value.strip() if isinstance(value, str) else ""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _NUMERAL_LENGTH_MAX else value


def _as_text(value: Any) -> str | None:
    """A text, or a whole number as one; None for anything else."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else None


RULES: Final[Mapping[str, Rule]] = {
    "amount": _amount,
    "amount_yuan": _amount_yuan,
    "code": _code,
    "currency": _currency,
    "deadline": _deadline,
    "email": _email,
    "identifier": _identifier,
    "moment": _moment,
    "note": _text,
    "telephone": _telephone,
    "text": _text,
    "uri": _uri,
    "waybill_number": _waybill_number,
}

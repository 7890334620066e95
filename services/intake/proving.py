"""What may leave of a field that is personal until proven otherwise: a masked text, a proven code, part of an address.

A code (a region, a line, a number in the channel's own system) leaves only where it is built like one and holds no
telephone number, identity document, bank card or anything known of the person. Of an address of a file leave scheme,
host and path; the path becomes *** unless it is made of codes.

Sources: GB 11643 (check digit of identity numbers); ISO/IEC 7812-1 (Luhn); RFC 3986; RFC 5322, 3.6.4 (Message-ID); RFC
5321, 4.5.3.1.1 (the part of an address before the @ has at most 64 octets).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal

from services.intake.masking import composed, masked_text
from services.intake.spotting import Known, ascii_digits, folded, names_person

Form = Literal["text", "code", "uri"]
Forms = Mapping[str, Any]
"""Nested like the data: field name (`*` for any item) to its form, or to what is below."""

HIDDEN: Final = "***"
_CODE: Final = re.compile(r"\w[\w.:/+#-]*+")
_PATH: Final = re.compile(r"(?:/[A-Za-z0-9._~!$&'()*+,;=:-]*+)*+")
_URI: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*+):(?://([A-Za-z0-9.:\[\]-]*+)(/[^?#]*+)?(?:[?#].*)?|.*)", re.DOTALL)
_MESSAGE_ID: Final = re.compile(
    r"(?:<|(?=[A-Za-z0-9]))([A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+)@(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f.:]+\])>?"
)
_MAILBOX_MAX: Final = 64
_MADE: Final = re.compile(r"\d|(?:[a-z][A-Z][^A-Z]*){4}")
"""A digit, or small and capital letters by chance: what stands so before the @ is no name of a mailbox."""
_UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{32,64}")
_RUN: Final = re.compile(r"\d(?:[._:/+#~-]?\d)*+x?")
_LONG_MIN: Final = 10
_LONG: Final = re.compile(rf"(?:\d\D*+){{{_LONG_MIN}}}")
_SEGMENT: Final = re.compile(r"\d+x?")
_PHONE: Final = re.compile(r"(?:(?:00)?86)?1[3-9]\d{9}|0[1-9]\d{8,10}")
_IDENTITY_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def passed_on(node: Any, forms: Forms, known: Known, unproven: str | None = None) -> Any:
    """A copy of data in which every field of `forms` has the form in which it may leave.

    A code that is not proven becomes `unproven`; without one, its field is left out.
    """
    if isinstance(node, dict):
        passed = dict(node)
        for name, form in forms.items():
            child = passed.get(name)
            if child is None:
                continue
            kept = _child(child, form, known, unproven)
            if kept is None:
                del passed[name]
            else:
                passed[name] = kept
        return passed
    if isinstance(node, list):
        below = forms.get("*", {})
        children = [_child(child, below, known, unproven) for child in node]
        return [child for child in children if child is not None]
    return node


def places_of(forms: Forms, above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The fields that forms speak of, as places such as ("evidence", "*", "uri")."""
    for name, form in forms.items():
        if isinstance(form, str):
            yield (*above, name)
        else:
            yield from places_of(form, (*above, name))


def _child(child: Any, form: Any, known: Known, unproven: str | None) -> Any:
    if not isinstance(form, str):
        return passed_on(child, form, known, unproven)
    if not isinstance(child, str):
        return child
    if form == "text":
        return composed(masked_text(child, known)) or HIDDEN
    if form == "uri":
        return _uri(child, known)
    return composed(child) if _is_proven(child, known) else unproven


def _is_proven(code: str, known: Known) -> bool:
    message = _MESSAGE_ID.fullmatch(code) if "@" in code else None
    if message is not None:
        is_made = len(message[1]) > _MAILBOX_MAX or _MADE.search(message[1]) is not None
        return is_made and not _recognises(code, known)
    return _CODE.fullmatch(code) is not None and not _recognises(code, known)


def _uri(address: str, known: Known) -> str:
    match = _URI.fullmatch(address)
    if match is None:
        return HIDDEN
    scheme, host, path = match.groups()
    if host is None:
        return f"{scheme}:{HIDDEN}"
    if path and not (_PATH.fullmatch(path) and not _recognises(path, known)):
        path = f"/{HIDDEN}"
    return f"{scheme}://{host}{path or ''}"


def _recognises(code: str, known: Known) -> bool:
    """Whether a code holds somebody's number, card or document, or something known of the person."""
    plain = folded(code)
    if names_person(plain, known):
        return True
    if len(plain) < _LONG_MIN or not _is_long(plain):
        return False
    for run in _RUN.finditer(_UUID.sub("", plain)):
        for number in (*_SEGMENT.findall(run.group()), "".join(filter(str.isalnum, run.group()))):
            if _PHONE.fullmatch(number) or _is_identity(number) or _is_card(number):
                return True
    return False


def _is_long(plain: str) -> bool:
    """Whether a code has as many digits as a telephone number; where it is ASCII, counting them is quicker."""
    return len(ascii_digits(plain)) >= _LONG_MIN if plain.isascii() else _LONG.search(plain) is not None


def _is_identity(number: str) -> bool:
    """Whether a number is a resident identity number: 17 digits with a birthday, and their check digit."""
    if len(number) != 18 or number[6:8] not in {"18", "19", "20"}:
        return False
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], _IDENTITY_WEIGHTS, strict=True))
    return "10x98765432"[total % 11] == number[17]


def _is_card(number: str) -> bool:
    """Whether a number is one of a bank card: 16 to 19 digits of a card network, and their check digit."""
    if not (16 <= len(number) <= 19 and number.isdecimal() and number[0] in "3456"):
        return False
    twice = sum(sum(divmod(int(digit) * 2, 10)) for digit in number[-2::-2])
    return (twice + sum(map(int, number[-1::-2]))) % 10 == 0

"""Who said it, without saying who: pseudonyms of persons, fingerprints of events.

All are keyed, since a plain hash of a telephone number is found again by trying them all. BLAKE2 takes a key by itself
(RFC 7693, section 2.9), which makes it what HMAC makes of other hashes, at a tenth of the time.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from typing import Any, Final, Protocol

import msgspec
import orjson
import phonenumbers

from tousu.event import Event, text_of_time

HOME: Final = "CN"
"""Where a telephone number without a country code belongs, unless the pack says otherwise by its time zone."""
_REGIONS: Final = {
    "Europe/London": "GB", "Asia/Hong_Kong": "HK", "Asia/Macau": "MO", "Asia/Taipei": "TW", "Asia/Singapore": "SG",
}  # fmt: skip
_USUAL: Final = re.compile(r"(\+?86|0086)?(1[3-9][0-9]{9})")
_MOBILE: Final = re.compile(r"(?:(?:00)?86)?(1[3-9][0-9]{9})")
_EXTENSION: Final = re.compile(r"转|轉|分机|分機|内线|內線|ext|x|[#,;*]", re.IGNORECASE)
_LAST_GROUP: Final = re.compile(r"[-\s][0-9]{1,6}$")


class Keys(msgspec.Struct, frozen=True, kw_only=True):
    """Secret keys of 32 bytes, each for one purpose, derived from the master key (`keyring.keys_of`)."""

    pseudonym: bytes
    fingerprint: bytes

    def __repr__(self) -> str:
        return "Keys(not shown)"


class SecretKeys(Protocol):
    """Where the rules take these keys from."""

    @property
    def pseudonym(self) -> bytes: ...

    @property
    def fingerprint(self) -> bytes: ...


def region_of_zone(time_zone: str) -> str:
    """The region (ISO 3166-1) of a pack's time zone: where its telephone numbers belong."""
    return _REGIONS.get(time_zone, HOME)


def pseudonym(key: bytes, event: Event, channel: str, region: str = HOME) -> str:
    """32 hexadecimal digits: the same for the same person, by the surest thing known of them.

    That is the telephone number, then the e-mail address, then the account on the channel, then name with address. A
    name alone proves nothing (there are many 王伟): it counts for this one event only.
    """
    person = _person(event.data, channel, region) or f"event\0{channel}\0{event.source}\0{event.id}"
    if event.organisation:  # what one organisation knows of a person is no other's
        person = f"{event.organisation}\0{person}"
    return hashlib.blake2b(person.encode(), key=key, digest_size=16, person=b"pseudonym").hexdigest()


def _person(data: Mapping[str, Any], channel: str, region: str) -> str:
    given: Mapping[str, str] = data.get("complainant", {})
    own: Mapping[str, Any] = data.get(channel.replace("-", "_"), {})
    phone = given.get("phone") or own.get("caller_number")
    if phone:
        return f"phone\0{phone_key(phone, region)}"
    email = given.get("email") or own.get("from_address")
    if email:
        return f"email\0{address_key(email)}"
    account = own.get("user_id") or own.get("handle") or given.get("handle")
    if account:
        return f"account\0{channel}\0{own.get('platform', '') if 'handle' in own else ''}\0{account}"
    if given.get("name") and given.get("address"):
        return f"home\0{given['name'].strip()}\0{given['address'].strip()}"
    return ""


def phone_key(phone: str, region: str = HOME) -> str:
    """One key for every writing of a telephone number, without its extension: the national number of the mainland, of
    any other country the number with + and country code. What is no number of any plan is its digits.
    """
    usual = _USUAL.fullmatch(phone.replace(" ", "").replace("-", ""))  # what most people write, read at once
    if usual is not None and (region == HOME or usual[1]):
        return usual[2]
    return _read(phone, region)[1]


def dialled_digits(phone: str, region: str = HOME) -> str:
    """The digits of a telephone number as it was told, without those of its extension."""
    plain = phone.replace(" ", "").replace("-", "")
    if _USUAL.fullmatch(plain) is not None:
        return plain.removeprefix("+")
    return _read(phone, region)[0]


def _read(phone: str, region: str) -> tuple[str, str]:
    """The digits of a number as it was told, without its extension, and its key."""
    plain = "".join(sign for sign in unicodedata.normalize("NFKC", phone) if unicodedata.category(sign) != "Cf")
    whole = _EXTENSION.split(plain.strip(), maxsplit=1)[0].strip()
    digits = _digits(whole)
    mobile = _MOBILE.fullmatch(digits)
    if mobile is not None and (region == HOME or digits != mobile[1]):
        return digits, mobile[1]
    for written in (whole, _LAST_GROUP.sub("", whole)):  # an extension may stand behind a hyphen, too
        try:
            number = phonenumbers.parse(written, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_possible_number(number):
            national = phonenumbers.national_significant_number(number)
            key = national if number.country_code == 86 else f"+{number.country_code}{national}"
            return _digits(written).removesuffix(number.extension or ""), key
    return digits, digits


def _digits(written: str) -> str:
    return "".join(str(int(sign)) for sign in written if sign.isdecimal())


def national_digits(phone: str, region: str = HOME) -> str:
    """The digits by which a number is found again in a text."""
    return phone_key(phone, region).removeprefix("+")


def address_key(address: str) -> str:
    """One key for every writing of an address of mail: `Name <a@b>`, `mailto:a@b`, either case, Unicode or Punycode."""
    plain = unicodedata.normalize("NFKC", address).strip()
    _, bracket, inside = plain.rpartition("<")
    plain = inside.partition(">")[0].strip() if bracket else plain
    plain = plain.casefold().removeprefix("mailto:").partition("?")[0].replace("%40", "@")
    local, at, domain = plain.rpartition("@")
    if not at:
        return plain
    domain = domain.replace("。", ".").strip(".")
    try:
        domain = domain.encode("idna").decode("ascii")
    except UnicodeError:  # no name of a host: it is compared as it is written
        return f"{local}@{domain}"
    return f"{local}@{domain}"


def object_key(key: bytes, name: str, value: str) -> str:
    """One key for every writing of a number that identifies a thing: whoever sees it cannot tell the number."""
    plain = unicodedata.normalize("NFKC", value).casefold()
    content = f"{name}\0{''.join(sign for sign in plain if sign.isalnum())}".encode()
    return f"{name}:{hashlib.blake2b(content, key=key, digest_size=16, person=b'object').hexdigest()}"


def key_of_event(key: bytes, topic: str, source: str, event_id: str) -> str:
    """The key under which an event is remembered: the same for the same source and id on the same topic.

    The topic counts, since whoever may write to it answers for its sources: nobody takes an id of another's.
    """
    content = f"{topic}\0{source}\0{event_id}".encode()
    return hashlib.blake2b(content, key=key, digest_size=16, person=b"event").hexdigest()


def fingerprint(key: bytes, event: Event) -> str:
    """What an event says, in 32 digits: type, subject, time and data, however they were written down.

    Of the extension attributes only the organisation counts: how it travelled (trace, time of receipt at a gateway) may
    differ on a re-send.
    """
    digest = hashlib.blake2b(key=key, digest_size=16, person=b"content")
    digest.update(f"{event.type}\0{event.subject or ''}\0{text_of_time(event.time)}\0".encode())
    if event.organisation:
        digest.update(f"{event.organisation}\0".encode())
    digest.update(orjson.dumps(event.data, option=orjson.OPT_SORT_KEYS))
    return digest.hexdigest()

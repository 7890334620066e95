"""Who said it, without saying who: pseudonyms of persons, fingerprints of events.

All are keyed, since a plain hash of a telephone number is found again by trying them all. BLAKE2 takes a key by itself
(RFC 7693, section 2.9), which makes it what HMAC makes of other hashes, at a tenth of the time. Source: design.md,
section 6.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec
import orjson

from tousu.event import Event, text_of_time


class Keys(msgspec.Struct, frozen=True, kw_only=True):
    """Secret keys of 32 bytes, each for one purpose, derived from the master key (`sealing.keys_of`)."""

    pseudonym: bytes
    fingerprint: bytes


def pseudonym(key: bytes, event: Event, channel: str) -> str:
    """32 hexadecimal digits: the same for the same person, by the surest thing known of them.

    That is the telephone number, then the e-mail address, then the account on the channel, then name with address. A
    name alone proves nothing (there are many 王伟): it counts for this one event only.
    """
    person = _person(event.data, channel) or f"event\0{event.source}\0{event.id}"
    if event.organisation:  # what one organisation knows of a person is no other's
        person = f"{event.organisation}\0{person}"
    return hashlib.blake2b(person.encode(), key=key, digest_size=16, person=b"pseudonym").hexdigest()


def _person(data: Mapping[str, Any], channel: str) -> str:
    given: Mapping[str, str] = data.get("complainant", {})
    own: Mapping[str, Any] = data.get(channel.replace("-", "_"), {})
    phone = given.get("phone") or own.get("caller_number")
    if phone:
        return f"phone\0{_same_digits(phone)}"
    email = given.get("email") or own.get("from_address")
    if email:
        return f"email\0{email.casefold()}"
    account = own.get("user_id") or own.get("handle") or given.get("handle")
    if account:
        return f"account\0{channel}\0{own.get('platform', '') if 'handle' in own else ''}\0{account}"
    if given.get("name") and given.get("address"):
        return f"home\0{given['name'].strip()}\0{given['address'].strip()}"
    return ""


def _same_digits(phone: str) -> str:
    """The digits of a telephone number; a mainland number is the same with and without +86."""
    digits = "".join(sign for sign in phone if sign.isdigit()).removeprefix("00")
    return digits[2:] if len(digits) == 13 and digits.startswith("86") else digits


def key_of_event(key: bytes, source: str, event_id: str) -> str:
    """The key under which an event is remembered: the same for the same source and id."""
    said = f"{source}\0{event_id}".encode()
    return hashlib.blake2b(said, key=key, digest_size=16, person=b"event").hexdigest()


def fingerprint(key: bytes, event: Event) -> str:
    """What an event says, in 32 digits: type, subject, time and data, however they were written down.

    Of the extension attributes only the organisation counts: how it travelled (trace, time of receipt at a gateway) may
    differ on a re-send.
    """
    said = hashlib.blake2b(key=key, digest_size=16, person=b"content")
    said.update(f"{event.type}\0{event.subject or ''}\0{text_of_time(event.time)}\0".encode())
    if event.organisation:
        said.update(f"{event.organisation}\0".encode())
    said.update(orjson.dumps(event.data, option=orjson.OPT_SORT_KEYS))
    return said.hexdigest()

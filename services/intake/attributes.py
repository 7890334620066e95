"""Are the attributes of an event sane? Names, lengths, characters, times: what would hurt further on is refused here.

Source: CloudEvents 1.0.2 (naming, types). Of a trace that is none nothing is left by then (`tousu.trace`).
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from tousu.event import STRUCTURED_TYPE, Event, Headers, media_type, time_of_text
from tousu.failure import Reject

LENGTH_MAX: Final = {"id": 200, "source": 500, "type": 200, "subject": 200, "dataschema": 500}
EXTENSION_LENGTH_MAX: Final = 1_000
_SHORT: Final = min(*LENGTH_MAX.values(), EXTENSION_LENGTH_MAX)
COUNT_MAX: Final = 40
YEARS: Final = range(1990, 2200)

_NAME: Final = re.compile(r"[a-z0-9]{1,64}")
_CONTROL: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff]")
_MOMENT: Final = re.compile(
    r"[12][0-9]{3}-[01][0-9]-[0-3][0-9][Tt][0-2][0-9]:[0-5][0-9]:([0-5][0-9]|60)(\.[0-9]{1,32})?"
    r"([Zz]|[+-][0-2][0-9]:[0-5][0-9])"
)
_JSON: Final = re.compile(rb"application/(?:[a-z0-9.-]+\+)?json")
_USUAL: Final = b"application/json"
_BATCH: Final = b"application/cloudevents-batch+json"
_MODES: Final = (
    f"send {STRUCTURED_TYPE.decode()} with the whole event as the value, or application/json with every attribute in "
    "a header of its own, such as ce_id"
)


def check_headers(headers: Headers) -> None:
    """Raise Reject for headers of which one reader would see this and another that: doubled, or not of JSON."""
    seen = set()
    for name, value in headers:
        if not name.startswith("ce_") and name != "content-type":
            continue
        if name in seen:
            raise Reject(
                "malformed_attribute",
                "the header stands twice, and readers differ on which counts; send it once",
                _short(name),
            )
        seen.add(name)
        if value is None:
            continue  # unset, as null in structured mode
        if name == "content-type" and value != _USUAL:
            media = media_type(value)
            if media == _BATCH:
                raise Reject("malformed_attribute", "batches are not taken; send one event a record", name)
            if not _JSON.fullmatch(media):
                raise Reject("malformed_attribute", f"content-type is not of JSON; {_MODES}", name)
        if name == "ce_time":
            moment(value.decode("utf-8", "replace"), "time")


def check_mode(headers: Headers) -> None:
    """Raise Reject for a record in binary mode without a single attribute: its writer meant something else."""
    names = {name for name, _ in headers}
    if any(name.startswith("ce_") for name in names):
        return
    if any(name.lower().startswith(("ce_", "ce-")) for name in names):
        message = "names of headers are written with ce_ in lower case, such as ce_id; ce- is the form of HTTP"
        raise Reject("missing_attribute", message, "headers")
    if "content-type" in names:
        message = f"content-type says binary mode, yet there is no ce_ header; {_MODES}"
        raise Reject("missing_attribute", message, "content-type")
    raise Reject("missing_attribute", f"there is no content-type header and no ce_ header; {_MODES}", "content-type")


def check(event: Event) -> Event:
    """The event as it may go on. Raises Reject for an attribute misnamed, too long, or with control characters."""
    is_sane = _is_sane_at_once(event)
    if not is_sane:
        for name in LENGTH_MAX:
            _check_value(name, getattr(event, name) or "", LENGTH_MAX[name])
    if len(event.extensions) > COUNT_MAX:
        raise Reject("malformed_attribute", f"at most {COUNT_MAX} extension attributes are taken", "extensions")
    for name, value in event.extensions.items():
        if not _NAME.fullmatch(name):
            message = "names of attributes are lower-case letters and digits, at most 64, such as correlationid"
            raise Reject("malformed_attribute", message, _short(name))
        if not is_sane:
            _check_value(name, value, EXTENSION_LENGTH_MAX)
    _check_years(event.time, "time")
    return event


def _is_sane_at_once(event: Event) -> bool:
    """Whether all values together are shorter than any may be and hold no control character, as nearly always."""
    own = (event.id, event.source, event.type, event.subject or "", event.dataschema or "")
    joined = "".join((*own, *event.extensions.values()))
    return len(joined) <= _SHORT and _CONTROL.search(joined) is None


def moment(text: str, place: str) -> datetime:
    """Read a time of an attribute strictly as RFC 3339. Raises Reject `malformed_time`."""
    if not _MOMENT.fullmatch(text):
        raise Reject("malformed_time", f"{place} must be an RFC 3339 time such as 2026-01-04T09:30:00+08:00", place)
    time = time_of_text(text, place)
    _check_years(time, place)
    return time


def _check_years(time: datetime, place: str) -> None:
    if time.year not in YEARS:
        message = f"{place} must lie in the years {YEARS.start} to {YEARS.stop - 1}; check the sender's clock"
        raise Reject("malformed_time", message, place)


def _check_value(name: str, value: str, length_max: int) -> None:
    if len(value) > length_max:
        raise Reject("malformed_attribute", f"{name} has {len(value)} characters; at most {length_max} are taken", name)
    if _CONTROL.search(value):
        raise Reject("malformed_attribute", f"{name} holds control characters; leave them out", name)


def _short(name: str) -> str:
    """A header's name as a place: it may be long or hostile."""
    return "".join(sign if sign.isprintable() else "?" for sign in name[:64])

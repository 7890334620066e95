"""The one form in which a case leaves intake, whatever the channel: nothing personal, text composed, references kept.

Source: schemas/events/complaint.registered.v1.json, inquiry.registered.v1.json, which have the same fields, and
claim.registered.v1.json, which has the claim besides.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from msgspec import convert

from services.intake.identity import address_key, national_digits, region_of_zone
from services.intake.joining import identifiers, waybill_numbers
from services.intake.masking import composed, masked_name, masked_phone, masked_text
from services.intake.proving import Forms, passed_on
from services.intake.spotting import Known
from services.intake.states import GateCase
from tousu.dropped import dropped_of
from tousu.event import Event, text_of_time, time_of_text
from tousu.events.codec import as_data
from tousu.events.duplicate import DuplicateJoined, DuplicateSeparated
from tousu.events.operations import (
    OperationsCorrectionDone,
    OperationsDeductionConfirmed,
    OperationsPaymentQuestionSettled,
    OperationsReported,
)
from tousu.events.shared_values import DroppedField, SourceEvent
from tousu.policy.pack import Pack

Place = tuple[str, ...]
"""Where an inbound event holds something personal, such as ("pieces", "*", "content")."""

INQUIRY: Final = "inquiry_number"
"""The field in which a complaint names the inquiry that it came of."""
PLAIN: Final = (
    "waybill_number", "posted_at", "promised_at", "route", "class", "object", "amount_yuan", "first_asked",
    INQUIRY, "evidence", "web_result", "region", "customer_tier", "subject", "severity", "claim", "occurred_at",
    "place",
)  # fmt: skip
"""Fields that travel, each in the form in which it may leave (`proving`)."""
TOLD_AGAIN: Final = ("evidence", "severity", "occurred_at", "place")
"""What of a telling that joins travels as it is, beside its text and its demand."""
_TOLD: Final = frozenset({"content", "demand", "subject"})
"""Personal because a customer wrote them, not because they name one."""
PHONES: Final = frozenset({"phone", "caller_number", "sender_number"})
ADDRESSES: Final = frozenset({"email", "from_address"})


class Personal(NamedTuple):
    """What the schema of an inbound event says: the places that are personal, and the forms of what is until proven."""

    places: Collection[Place] = frozenset()
    forms: Forms = MappingProxyType({})


def source_event(event: Event) -> SourceEvent:
    """Which inbound event this comes from."""
    return SourceEvent(source=event.source, id=event.id)


def known_of(data: Mapping[str, Any], personal: Personal, region: str) -> Known:
    """What a complaint says of its person and its pieces: what must not stay, and what may, in its texts.

    `region`: where numbers without a country code belong.
    """
    values = dict(personal_values(data, personal.places))
    phones = [national_digits(value, region) for place, value in values.items() if place[-1] in PHONES]
    accounts = [address_key(value).partition("@")[0] for place, value in values.items() if place[-1] in ADDRESSES]
    numbers = [identifier.object_number for identifier in identifiers(data)]
    own = (*values.values(), *numbers, *(account for account in accounts if len(account) > 4))
    return Known.of(own, phones, waybill_numbers(data))


def known_of_report(data: Mapping[str, Any], case: GateCase | None = None) -> Known:
    """The pieces that a report and its case name, and all who told of the case."""
    named = [*_numbers_in(data)]
    if case is not None:
        named += [
            case.waybill_number or "",
            *(trouble.rpartition(":")[2].rpartition("/")[0] for trouble in case.troubles),
        ]
    known = Known.of(waybills=filter(None, named))
    if case is None:
        return known
    own = dict.fromkeys(name for teller in case.tellers.values() for name in teller.own)
    phones = dict.fromkeys(phone for teller in case.tellers.values() for phone in teller.phones)
    return known._replace(own=tuple(own), phones=tuple(phones))


def _numbers_in(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("waybill_number"), str):
            yield node["waybill_number"]
        node = [*node.values()]
    if isinstance(node, list):
        for child in node:
            yield from _numbers_in(child)


def reference(passed: Mapping[str, Any], channel: str, personal: Personal) -> dict[str, Any]:
    """The channel's own fields without the personal ones; `passed` holds each in the form in which it may leave."""
    block = channel.replace("-", "_")
    return {name: value for name, value in passed.get(block, {}).items() if (block, name) not in personal.places}


def registered(
    case: GateCase, event: Event, channel_group: str, personal: Personal, known: Known, pack: Pack
) -> dict[str, Any]:
    """The data of `complaint.registered`, `inquiry.registered` or `claim.registered`.

    `personal`: what the inbound event's schema says. `pack`: whether text travels, where telephone numbers belong.
    """
    data, text_leaves = event.data, pack.text_downstream
    passed = passed_on(data, personal.forms, known)
    dropped = [*_dropped(event), *_not_yet(passed, case.received_at)]
    fields: dict[str, Any] = {
        "case_number": case.number,
        "channel": case.channel,
        "channel_group": channel_group,
        "received_at": text_of_time(case.received_at),
        "registered_at": text_of_time(case.registered_at),
        "complainant": _complainant(data.get("complainant", {}), case.pseudonym, region_of_zone(pack.time_zone)),
    }
    fields |= {name: _composed(passed[name]) for name in PLAIN if name in passed and passed[name] != {}}
    if text_leaves:
        fields |= _passable_texts(data, ("content", "demand"), known)
    if "pieces" in data:
        fields["pieces"] = [_piece(piece, known if text_leaves else None) for piece in data["pieces"]]
    own_reference = reference(passed, case.channel, personal)
    if own_reference:
        fields["reference"] = _composed(own_reference)
    if dropped:
        fields |= {"dropped_fields": as_data_of(dropped)}
    fields["source_event"] = as_data(source_event(event))
    return fields


def joined(
    case_number: str, channel: str, received_at: datetime, event: Event, personal: Personal, known: Known, pack: Pack
) -> DuplicateJoined:
    """What is told of a telling that joins: what it adds to the record, and its reference."""
    passed = passed_on(event.data, personal.forms, known)
    dropped = [*_dropped(event), *_not_yet(passed, received_at)]
    own = reference(passed, channel, personal)
    fields: dict[str, Any] = {name: _composed(passed[name]) for name in TOLD_AGAIN if passed.get(name)}
    if pack.text_downstream:
        fields |= _passable_texts(event.data, ("content", "demand"), known)
    fields |= {name: _composed(value) for name, value in (("claim", passed.get("claim")), ("reference", own)) if value}
    fields |= {"case_number": case_number, "kind": event.data["kind"], "channel": channel}
    fields |= {"received_at": text_of_time(received_at), "source_event": as_data(source_event(event))}
    return convert(fields | ({"dropped_fields": as_data_of(dropped)} if dropped else {}), DuplicateJoined)


def department_of(event: Event) -> str:
    """Whose figures or payments a report of operations is about."""
    content = event.content
    assert isinstance(
        content,
        OperationsReported | OperationsDeductionConfirmed | OperationsPaymentQuestionSettled | OperationsCorrectionDone,
    )
    return content.department


def separated(case_number: str, new_case_number: str, event: Event, reason: str) -> DuplicateSeparated:
    """Which telling left which case, and what it has become."""
    return DuplicateSeparated(
        case_number=case_number, kind=event.data["kind"], new_case_number=new_case_number,
        source_event=source_event(event), reason=reason,
    )  # fmt: skip


def _not_yet(passed: dict[str, Any], received_at: datetime) -> Iterator[DroppedField]:
    """Take out the time of a trouble that lies behind its receipt: nobody complains of what has not happened."""
    occurred_at = passed.get("occurred_at")
    if occurred_at is not None and time_of_text(occurred_at, "occurred_at") > received_at:
        passed.pop("occurred_at")
        message = f"the trouble cannot have happened after {text_of_time(received_at)}, when it was received; left out"
        yield DroppedField(place="/occurred_at", message=message)


def as_data_of(dropped: Sequence[DroppedField]) -> list[dict[str, Any]]:
    """Fields that were left out, as events carry them."""
    return [as_data(field) for field in dropped]


def _dropped(event: Event) -> Sequence[DroppedField]:
    """What the edge left out or cut, where it did."""
    return convert(dropped_of(event), list[DroppedField])


def personal_values(data: Mapping[str, Any], personal: Collection[Place]) -> Iterator[tuple[Place, str]]:
    """The values that name or reach the person (not what the person told), each with its place."""
    for place in personal:
        if place[-1] in _TOLD:
            continue
        value: Any = data
        for step in place:
            value = value.get(step) if isinstance(value, dict) else None
        if isinstance(value, str):
            yield place, value


def _passable_texts(data: Mapping[str, str], names: Collection[str], known: Known) -> dict[str, str]:
    """Texts as they may leave; one in which nothing can be seen is none."""
    texts = {name: composed(masked_text(data[name], known)) for name in names if name in data}
    return {name: text for name, text in texts.items() if text.strip()}


def _complainant(given: Mapping[str, str], pseudonym: str, region: str) -> dict[str, str]:
    who = {"pseudonym": pseudonym}
    name = masked_name(given.get("name", ""))
    if name:
        who["masked_name"] = name
    if "phone" in given:
        who["masked_phone"] = masked_phone(given["phone"], region)
    if "role" in given:
        who["role"] = given["role"]
    return who


def _piece(piece: Mapping[str, str], known: Known | None) -> dict[str, str]:
    """A piece; `known` is None where text stays at home."""
    data = {name: piece[name] for name in ("waybill_number", "class") if name in piece}
    return data if known is None else data | _passable_texts(piece, ("content",), known)


def _composed(value: Any) -> Any:
    """A value with every text in it in normal form C."""
    if isinstance(value, str):
        return value if value.isascii() else composed(value)
    if isinstance(value, dict):
        return {name: _composed(child) for name, child in value.items()}
    if isinstance(value, list):
        return [_composed(child) for child in value]
    return value

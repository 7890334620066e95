"""From a record to an event: form, JSON, type, schema. What is wrong is refused with reason, place and schema.

The order is from the outside in, so that a refusal names the first thing to mend. Messages name fields and never
repeat what stands in them. Source: CloudEvents 1.0.2 and its Kafka binding.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec
import orjson

from services.intake import attributes
from services.intake.joining import waybill_numbers
from services.intake.rules import HANDLING, HOME, RECEIVED
from tousu import contract
from tousu.dropped import DROPPED
from tousu.edge import parse
from tousu.event import Event, attributes_of_headers, event_of, event_of_structured, is_structured, text_of_time
from tousu.failure import Reject
from tousu.policy.policies import Policies
from tousu.runtime.arrival import TICK
from tousu.runtime.broker import Record
from tousu.runtime.checkpoint import EPOCH
from tousu.runtime.handing_on import FROM
from tousu.runtime.partition import partition_of
from tousu.trace import TRACEPARENT, trace_of, without_odd_attributes, without_odd_trace

FUTURE_MAX: Final = timedelta(days=1)
"""How far an event may lie ahead of its arrival; beyond it the sender's clock is wrong, and so would every limit be."""
OURS: Final = ("acceptedtime", HOME, "inboundshard", "inboundtime", "inboundtopic", DROPPED)
"""Attributes that intake sets itself; what an adapter wrote there is dropped."""
_CHANNEL: Final = re.compile(re.escape(RECEIVED) + r"([a-z-]+)\.v[0-9]+")


class InboundEdge:
    """Reads what adapters write (the processor's edge).

    An event is accepted when a broker appended it; with `time_from_events` at its own time, and ticks are taken from
    outside. `policies` say in which zone a date alone is a day; `sources` who may speak on which topic, by default as
    the cards say.
    """

    def __init__(
        self, partitions: int, time_from_events: bool, policies: Policies, sources: contract.Sources | None = None
    ) -> None:
        self._sources = sources or contract.Sources.of_cards()
        self._policies = policies
        self._partitions = partitions
        self._time_from_events = time_from_events

    def __call__(self, record: Record) -> Event:
        event = _event(record)
        accepted = self._accepted(event, record)
        self._check_type(event, record.topic)
        self._check_source(event, record.topic)
        extensions = {name: value for name, value in event.extensions.items() if name not in OURS}
        if not contract.compiled(event.type).is_valid(event.data):
            event, dropped = self._mended(event)
            if dropped:
                extensions[DROPPED] = dropped
        _check_subject(event)
        extensions["acceptedtime"] = text_of_time(accepted)
        extensions["inboundshard"] = str(record.partition)
        extensions["inboundtopic"] = record.topic
        if home := self._home(event, record):
            extensions[HOME] = home
        if record.time_ms >= 0:
            extensions["inboundtime"] = str(record.time_ms)
        return msgspec.structs.replace(event, extensions=extensions)

    def _mended(self, event: Event) -> tuple[Event, str]:
        """The event with data that meet the schema, and what they lost on the way. Raises Reject where they cannot."""
        received = event.extensions.get("receivedtime")
        at = attributes.moment(received, "receivedtime") if received else event.time
        known = self._policies.knows(event.organisation)
        zone = ZoneInfo(self._policies.at(event.organisation, at).time_zone) if known else None
        data, dropped, refusal = contract.taken(event.type, event.data, zone)
        if refusal is not None:
            raise Reject(refusal.reason, refusal.message, refusal.place, refusal.schema)
        fields = [{"place": field.place, "message": field.message} for field in dropped]
        return msgspec.structs.replace(event, data=data), orjson.dumps(fields).decode() if fields else ""

    def _accepted(self, event: Event, record: Record) -> datetime:
        """The time of acceptance. Raises Reject for a time that cannot be or lies too far ahead."""
        received_text = event.extensions.get("receivedtime")
        received = attributes.moment(received_text, "receivedtime") if received_text else event.time
        if self._time_from_events:
            return received
        appended = EPOCH + timedelta(milliseconds=record.time_ms)
        for place, moment in (("time", event.time), ("receivedtime", received)):
            if moment > appended + FUTURE_MAX:
                message = f"{place} lies more than {FUTURE_MAX.days} day ahead; set the sender's clock"
                raise Reject("malformed_time", message, place)
        return appended

    def _check_type(self, event: Event, topic: str) -> None:
        """The type is known and belongs on the topic. Ticks come from outside only where time does."""
        if event.type == TICK and self._time_from_events:
            return
        if event.type in contract.types_on(topic) and event.type != TICK:
            return
        named = _CHANNEL.fullmatch(event.type)
        if named is not None and named[1] not in contract.channels():
            message = f"the channel in the type is none; channels are {', '.join(contract.channels())}"
            raise Reject("unknown_channel", message, "type")
        contract.check_topic(topic, event.type)

    def _check_source(self, event: Event, topic: str) -> None:
        """The source may speak here: whoever has the right to write to a topic speaks under a name of that topic."""
        if event.type == TICK:
            return
        if not self._sources.allow(topic, event.source):
            message = f"this source may not speak on {topic}; a source there is {self._sources.form(topic)}"
            raise Reject("not_allowed", message, "source")
        may = self._sources.organisations(topic, event.source)
        if may is not None and event.organisation not in may:
            named = " or ".join(name or "the deployment's own, without the attribute" for name in sorted(may))
            message = f"on {topic} this source speaks for the organisation {named}, and for no other"
            raise Reject("not_allowed", message, "organisation")

    def _home(self, event: Event, record: Record) -> str:
        """The key of the shard to which an event belongs, where it lies in another; else empty.

        A report belongs where its case is, figures where their department is, a complaint where others of its waybill
        number are. An adapter may have chosen another key, or its client a partitioner that is not murmur2. What was
        handed on once stays: a case may have wanted it where it is.
        """
        home = _key_of(event)
        if not home or partition_of(home, self._partitions) == record.partition:
            return ""
        return "" if any(name == FROM for name, _ in record.headers) else home


def _check_subject(event: Event) -> None:
    """What is about a case names no other."""
    if event.type.startswith(HANDLING) and event.subject not in {None, _key_of(event)}:
        raise Reject("malformed_attribute", "subject must be the case number or be left out", "subject")


def _key_of(event: Event) -> str:
    """The key of what must be read in one shard; empty for what can be read in any."""
    if event.type.startswith(RECEIVED):
        return next(iter(waybill_numbers(event.data)), "")
    if event.type.startswith(HANDLING):
        return str(event.data["case_number"])
    return str(event.data["department"]) if event.type.startswith("tousu.operations.") else ""


def _event(record: Record) -> Event:
    """The event of a record in binary or structured mode."""
    headers = without_odd_trace(record.headers)
    if headers is not record.headers:
        record = record._replace(headers=headers)
    if record.value is None:
        raise Reject("malformed_data", "the record has no value; the data goes there as JSON")
    attributes.check_headers(record.headers)
    document = parse(record.value)
    if is_structured(record.headers):
        event = _structured(document)
    else:
        attribute_texts = attributes_of_headers(record.headers)
        if not attribute_texts:
            attributes.check_mode(record.headers)
        event = event_of(attribute_texts, document)
        event = _with_trace(event, record)
    return attributes.check(event)


def _structured(document: dict[str, Any]) -> Event:
    if document.get("data_base64") is not None:
        raise Reject("malformed_data", "data_base64 is not taken; send the data as JSON under data", "data_base64")
    time = document.get("time")
    if isinstance(time, str):
        attributes.moment(time, "time")
    return event_of_structured(without_odd_attributes(document))


def _with_trace(event: Event, record: Record) -> Event:
    """The plain `traceparent` header counts where the event does not say where its trace began."""
    if TRACEPARENT in event.extensions:
        return event
    trace = next((value for name, value in record.headers if name == TRACEPARENT), None)
    if trace is None:
        return event
    text = trace.decode("ascii", "replace")
    if trace_of(text) is None:
        return event
    extensions = {**event.extensions, TRACEPARENT: text}
    return msgspec.structs.replace(event, extensions=extensions)

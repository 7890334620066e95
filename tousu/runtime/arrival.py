"""An input as the fold sees it: decoded, with its provenance and its place by the watermark."""

from __future__ import annotations

from collections.abc import Container, Mapping
from functools import lru_cache
from typing import Final

import msgspec
import orjson
from msgspec.structs import force_setattr, replace

from tousu.contract.schemas import documents
from tousu.decision import Refusal, Rules, StateKey
from tousu.event import Event, binary_headers, data_bytes, event_of, is_structured, time_of_text
from tousu.events.codec import WrongShape
from tousu.failure import Reject, Stop
from tousu.runtime.broker import Record, place_of
from tousu.runtime.checkpoint import NEVER_US, mark_of, micros
from tousu.runtime.faults import about
from tousu.runtime.processor import Edge
from tousu.runtime.watermark import is_expected

TICK: Final = "tousu.time.ticked.v1"
TIME: Final = "tousu.time."
"""Of time alone: that it passes, or what an operator let it do. No rule is asked about such an event."""
_PROVENANCE: Final = frozenset({"tousu-origin", "tousu-seq", "tousu-time", "tousu-confirmed", "traceparent"})
_ATTRIBUTES: Final = {
    f"ce_{name}": name
    for name in (
        "specversion", "id", "source", "type", "subject", "time", "dataschema", "causationid", "correlationid",
        "inboundtime", "organisation", "traceparent",
    )
}  # fmt: skip
"""The attributes of what we write, by their headers: looked up, the usual name need not be cut out of each header."""
AHEAD_US_MAX: Final = 60_000_000
"""How far the promise of a record may lie behind the moment at which a broker appended it: brokers' clocks differ."""


class Arrival(msgspec.Struct, frozen=True):
    """One record, read. `refusal` says why it cannot be applied; `state_keys` are the states that it touches.

    `time_us` is its place by the watermark: what its writer promised (`tousu-time`) or, from outside, when a broker
    appended it; -1 where neither is known. `origin` is empty for what comes from outside. `error` is what our own code
    raised, where that is why it is refused. `is_ahead`: its writer promised a later time than can be. `confirmed_us` is
    up to when its writer's log was complete, where it says that this is not `time_us` (`doubts`). `mark`: a short
    digest of what a record with a number says (`checkpoint.mark_of`), taken while its bytes are at hand. `handed_on`:
    the key by which it belongs to another shard.
    """

    record: Record
    event: Event | None
    refusal: Refusal | None
    origin: str
    seq: int
    time_us: int
    state_keys: tuple[StateKey, ...] = ()
    error: Exception | None = None
    is_ahead: bool = False
    confirmed_us: int = NEVER_US
    mark: str = ""
    handed_on: str = ""

    @property
    def is_tick(self) -> bool:
        return self.event is not None and self.event.type.startswith(TIME)

    def as_refused(self, refusal: Refusal) -> Arrival:
        """The same, not to be applied."""
        return replace(self, refusal=refusal, state_keys=())


def refused(record: Record, error: Reject, time_us: int = NEVER_US) -> Arrival:
    """An input that cannot be read."""
    refusal = Refusal(reason=error.reason, message=error.message, place=error.place, schema=error.schema)
    return Arrival(record, None, refusal, "", 0, time_us)


def from_outside(record: Record, edge: Edge, time_from_events: bool) -> Arrival:
    """Read a record that a channel adapter wrote. What is wrong with it becomes its refusal."""
    time_us = NEVER_US if time_from_events else 1000 * record.time_ms
    try:
        _check_headers(record)
        event = edge(record)
        force_setattr(event, "offset", record.offset)  # as in `from_ours`
        if time_from_events:
            received = event.extensions.get("receivedtime")
            time_us = micros(time_of_text(received, "receivedtime") if received else event.time)
    except Reject as error:
        return refused(record, _with_headers_in_view(record, error), time_us)
    except Exception as error:  # noqa: BLE001 - a fault in the edge must not stop the other customers
        return Arrival(record, None, fault(error), "", 0, time_us, error=error)
    return Arrival(record, event, None, "", 0, time_us)


def _check_headers(record: Record) -> None:
    if record.flaw:
        raise Reject("unreadable_headers", record.flaw, "headers")


def _with_headers_in_view(record: Record, error: Reject) -> Reject:
    """A client shows no headers of a record that has too many: what is missing may only not have been seen."""
    if record.headers or record.flaw or error.reason != "missing_attribute":
        return error
    return Reject(error.reason, f"{error.message}; the record has no headers, or more than 100,000", error.place)


def from_ours(record: Record, expected: Container[str] | None = None, *, by_broker: bool = False) -> Arrival:
    """Read a record that one of our processors wrote. One without provenance is refused: it is not from us.

    So is one of an origin that is not `expected` (watermark.expected_origins) here: its number and its time count for
    nothing. None takes every origin, where nothing is decided by it. `by_broker`: time is that of the brokers, so what
    a record promises cannot lie far behind the moment at which it was appended; beyond that it is not believed.
    """
    attributes: dict[str, str] = {}
    origin = seq = time = confirmed = ""
    try:
        _check_headers(record)
        for name, raw in record.headers:
            attribute = _ATTRIBUTES.get(name) or (name[3:] if name.startswith("ce_") else None)
            if attribute is not None:
                attributes[attribute] = raw.decode() if raw else ""
            elif name in _PROVENANCE:
                value = (raw or b"").decode()
                if name == "tousu-origin":
                    origin = value
                elif name == "tousu-seq":
                    seq = value
                elif name == "tousu-time":
                    time = value
                elif name == "tousu-confirmed":
                    confirmed = value
                else:
                    attributes.setdefault("traceparent", value)
        if not (origin and seq.isdecimal() and seq.isascii() and time):
            raise Reject("no_provenance", "tousu-origin, tousu-seq and tousu-time must say which processor wrote this")
        if expected is not None and not is_expected(record.topic, origin, expected):
            raise Reject(
                "foreign_origin", f"{origin[:100]!r} does not write to this partition; none of ours wrote this"
            )
        event = event_of(attributes, orjson.loads(record.value or b"{}"))
        force_setattr(event, "offset", record.offset)  # nobody else has it yet; a copy would cost as much as all this
        # Most of what we write happened at that very moment.
        promised = event.time if time == attributes["time"] else time_of_text(time, "tousu-time")
        promised_us = micros(promised)
        most_us = 1000 * record.time_ms + AHEAD_US_MAX if by_broker and record.time_ms >= 0 else promised_us
        confirmed_us = micros(time_of_text(confirmed, "tousu-confirmed")) if confirmed else NEVER_US
        return Arrival(
            record, event, None, origin, int(seq), min(promised_us, most_us), is_ahead=promised_us > most_us,
            confirmed_us=confirmed_us, mark=mark_of(record),
        )  # fmt: skip
    except Reject as error:
        return refused(record, error)
    except ValueError:
        return refused(record, Reject("malformed_data", "the value must be a JSON object in UTF-8"))


def known(arrival: Arrival) -> Arrival:
    """The same arrival. Raises Stop `newer_event` for a version of an event that only a newer tousu reads.

    A new kind of event is an addition that rules may pass over; another version of a known one says otherwise what they
    go by, so going on would lose it.
    """
    event = arrival.event
    former = _former_of(event.type) if event is not None else ""
    if event is not None and former:
        message = (
            f"{place_of(arrival.record)} holds {event.type}, and this version of tousu knows {former}: a newer one "
            "wrote it; upgrade this processor, which then goes on here (runbook, newer_event)"
        )
        raise Stop("newer_event", message)
    return arrival


@lru_cache(1_024)
def _former_of(event_type: str) -> str:
    """The newest version that is known of a type, where that is an older one; else empty."""
    types = documents().address_of_type
    name, _, version = event_type.rpartition(".v")
    if event_type in types or not (version.isascii() and version.isdecimal()):
        return ""
    numbers = [int(known_type.rpartition(".v")[2]) for known_type in types if known_type.rpartition(".v")[0] == name]
    newest = max(numbers, default=0)
    return f"{name}.v{newest}" if numbers and int(version) > newest else ""


def kept(event: Event, refusal: Refusal, topic: str, shard: int) -> Arrival:
    """An input of earlier on that rules had kept and refuse now, as it was read from this shard of a topic."""
    key = (event.subject or "").encode() or None
    record = Record(topic, shard, max(0, event.offset), key, data_bytes(event), binary_headers(event))
    return Arrival(record, event, refusal, "", 0, NEVER_US)


def named_in(record: Record) -> dict[str, str]:
    """Id, source and type of an event in either mode, as far as they can be read, whatever else is wrong with it."""
    attributes: dict[str, object] = {name[3:]: value or b"" for name, value in record.headers if name.startswith("ce_")}
    if is_structured(record.headers):
        try:
            document = orjson.loads(record.value or b"{}")
        except orjson.JSONDecodeError:
            document = {}
        attributes = document if isinstance(document, dict) else {}
    texts = {name: attributes.get(name) for name in ("id", "source", "type")}
    return {
        name: text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
        for name, text in texts.items()
        if text
    }


def addressed(arrival: Arrival, rules: Rules) -> Arrival:
    """An arrival just read, with the states that it touches. Rules that fail on it make it refused: others go on."""
    if arrival.event is None or arrival.is_tick or arrival.handed_on:
        return arrival
    try:
        force_setattr(arrival, "state_keys", tuple(rules.state_keys(arrival.event)))  # nobody else has it yet
        return arrival
    except Exception as error:  # noqa: BLE001 - a fault in the rules must not stop the other customers
        return replace(arrival, refusal=fault(error), error=error)


def fault(error: Exception) -> Refusal:
    """The refusal of an input on which our own code failed, or that it found to be of another shape than its type.

    It names the kind of fault, never what was in the input.
    """
    if isinstance(error, WrongShape):
        return Refusal(reason=error.reason, message=error.message, place=error.place)
    return Refusal(reason="internal_error", message=f"{type(error).__name__} in the rules; see the processor's log")


def in_front_of(error: Stop, arrival: Arrival) -> None:
    """Note in what halts a shard in front of which input it does: in its words, and for the log."""
    error.message += f"; it stands in front of {place_of(arrival.record)}"
    error.about = about(arrival.event)


def halves(batch: Mapping[int, list[Arrival]]) -> list[dict[int, list[Arrival]]]:
    """A batch in two parts, each with its share of every shard's arrivals in their order."""
    flat = [(number, arrival) for number, arrivals in batch.items() for arrival in arrivals]
    parts: list[dict[int, list[Arrival]]] = []
    for part in (flat[: len(flat) // 2], flat[len(flat) // 2 :]):
        half: dict[int, list[Arrival]] = {}
        for number, arrival in part:
            half.setdefault(number, []).append(arrival)
        parts.append(half)
    return parts

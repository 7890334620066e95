"""W3C Trace Context: to which trace a record belongs, and the spans of ours in it.

A trace comes in with the event of an adapter (the CloudEvents extension `traceparent`, or Kafka's header of that name)
and goes unchanged through every topic, as `ce_traceparent`. The span that wrote a record is not written down: its id is
a digest of the trace and of the record's own id, so that writer and reader know it alike, a record that is sent again
is the same record, and a rebuild gives the same bytes. Sources: W3C Trace Context, 3.2; CloudEvents 1.0.2, distributed
tracing extension.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from tousu.event import Headers

TRACEPARENT: Final = "traceparent"
TRACESTATE: Final = "tracestate"
_ATTRIBUTES: Final = frozenset({TRACEPARENT, TRACESTATE})
_HEADERS: Final = frozenset(f"ce_{name}" for name in _ATTRIBUTES)
_FORM: Final = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")
_STATE: Final = re.compile(r"[\x20-\x7e]{1,512}")
_NO_TRACE: Final = "0" * 32
_NO_SPAN: Final = "0" * 16
_NO_VERSION: Final = "ff"


class Trace(NamedTuple):
    """A trace and the span in it that caused something, in hexadecimal digits; `flags` say whether it is recorded."""

    trace_id: str
    span_id: str
    flags: int

    def of_record(self, record_id: str) -> Trace:
        """The span that wrote the record of ours with this `ce_id`."""
        digest = hashlib.sha256(f"{self.trace_id}/{record_id}".encode()).hexdigest()[:16]
        return self._replace(span_id=digest if digest != _NO_SPAN else "1".zfill(16))


def trace_of(traceparent: object) -> Trace | None:
    """What a `traceparent` says; None for one that says nothing, or says it otherwise than W3C has it."""
    match = _FORM.fullmatch(traceparent) if isinstance(traceparent, str) else None
    if match is None:
        return None
    version, trace_id, span_id, flags = match.groups()
    if version == _NO_VERSION or trace_id == _NO_TRACE or span_id == _NO_SPAN:
        return None
    return Trace(trace_id, span_id, int(flags, 16))


def trace_of_headers(headers: Headers) -> Trace | None:
    """The trace of a record: that of its event, else that of its writer's client."""
    plain: bytes | None = None
    for name, value in headers:
        if name == "ce_traceparent":
            return trace_of((value or b"").decode("ascii", "replace"))
        if name == TRACEPARENT:
            plain = value
    return None if plain is None else trace_of(plain.decode("ascii", "replace"))


def without_odd_trace(headers: Headers) -> Headers:
    """The headers of a record from outside without trace attributes that are misspelt, doubled or no trace: whoever
    sends them is a tracer that has gone wrong, and no customer's complaint is refused for it."""
    traces = [(name, value) for name, value in headers if name.lower() in _HEADERS]
    if not traces:
        return headers
    attributes = {name[3:]: (value or b"").decode("ascii", "replace") for name, value in traces}
    kept = without_odd_attributes(attributes) if len(attributes) == len(traces) else {}
    return [(name, value) for name, value in headers if name.lower() not in _HEADERS or name[3:] in kept]


def without_odd_attributes(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """The same of an event in one piece."""
    traces = {name: value for name, value in document.items() if name.lower() in _ATTRIBUTES}
    if not traces:
        return document
    kept = set()
    if trace_of(traces.get(TRACEPARENT)) is not None:
        kept.add(TRACEPARENT)
        state = traces.get(TRACESTATE)
        if isinstance(state, str) and _STATE.fullmatch(state):
            kept.add(TRACESTATE)
    return {name: value for name, value in document.items() if name not in traces or name in kept}

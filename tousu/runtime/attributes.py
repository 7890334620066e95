"""The headers of an output that its rule and its cause give it; number, origin and time come later."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Final

from tousu.decision import Output
from tousu.event import ORGANISATION, Event
from tousu.runtime.traces_of_causes import Traces, trace_of_cause

CARRIED: Final = tuple((name, f"ce_{name}") for name in ("correlationid", "traceparent", "inboundtime"))
"""Attributes that an output takes over from the event that caused it, and their headers."""
INBOUND: Final = "tousu-inbound"
"""Of what comes from a record from outside: where that stands, topic/offset (in the same partition)."""
_ORGANISATION: Final = f"ce_{ORGANISATION}"

SchemaOf = Callable[[str], str] | None


def headers_of(
    output: Output, cause: Event | None, processor: str, schema_of: SchemaOf, time: bytes, traces: Traces
) -> list[tuple[str, bytes]]:
    """All of them; `time` is the output's own, as text, `traces` are those of the last events."""
    headers = [*standing(processor, schema_of, output.type), ("ce_time", time)]
    if output.subject:
        headers.append(("ce_subject", output.subject.encode()))
    causation = output.causation or (cause.id if cause is not None else "")
    if causation:
        headers.append(("ce_causationid", causation.encode()))
    organisation = output.organisation or (cause.organisation if cause is not None else "")
    if organisation:
        headers.append((_ORGANISATION, organisation.encode()))
    if cause is not None:
        inbound = cause.extensions.get("inboundtopic")
        if inbound is not None:
            headers.append((INBOUND, f"{inbound}/{cause.offset}".encode()))
        for name, header in CARRIED:
            value = cause.extensions.get(name)
            if value is not None:
                headers.append((header, value.encode()))
    elif traces and output.causation:
        trace = trace_of_cause(traces, output.causation)
        if trace is not None:
            headers.append(("ce_traceparent", trace.encode()))
    return headers


@cache
def standing(processor: str, schema_of: SchemaOf, kind: str) -> tuple[tuple[str, bytes], ...]:
    """The headers that every output of a type has. Worked out once: a processor has few types."""
    headers = [("ce_specversion", b"1.0"), ("content-type", b"application/json"), ("ce_type", kind.encode())]
    headers.append(("ce_source", f"tousu/{processor}".encode()))
    address = schema_of(kind) if schema_of else ""
    return (*headers, ("ce_dataschema", address.encode())) if address else tuple(headers)

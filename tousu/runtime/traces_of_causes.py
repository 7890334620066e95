"""The traces of the last events that a shard applied: what a clock says because of one of them goes on in its trace.

Some things are said only once the moment of an event is over (charges, say), by a clock that has no event at hand; its
output names the event as its cause. The traces stand in the checkpoint, since a rebuild must give the same bytes; they
are few, since a clock that fires hours later is no part of what a trace is for.
"""

from __future__ import annotations

from typing import Final

from tousu.event import Event
from tousu.trace import TRACEPARENT

KEPT_MAX: Final = 16

Traces = list[tuple[str, str]]
"""Event id and traceparent, the latest last."""


def note(traces: Traces, event: Event) -> None:
    """Remember the trace of an event that was applied, if it has one."""
    trace = event.extensions.get(TRACEPARENT)
    if trace is not None:
        traces.append((event.id, trace))
        del traces[:-KEPT_MAX]


def trace_of_cause(traces: Traces, event_id: str) -> str | None:
    """The traceparent of the event with this id, where it was one of the last."""
    return next((trace for known, trace in traces if known == event_id), None)

"""What a clock says because of an event goes on in the trace of that event, after a restart and in a rebuild alike."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

from tousu.decision import Output
from tousu.event import Event
from tousu.runtime import checkpoint as cp
from tousu.runtime.attributes import headers_of
from tousu.runtime.traces_of_causes import KEPT_MAX, note, trace_of_cause

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
AT = datetime(2026, 1, 5, 2, 0, tzinfo=UTC)


def event(number: int, **extensions: str) -> Event:
    return Event(id=f"router/0:complaints.cases/0:{number}", source="s", type="t", time=AT, extensions=extensions)


def headers(checkpoint: cp.Checkpoint, causation: str, cause: Event | None = None) -> dict[str, bytes]:
    output = Output(topic="complaints.charges", type="t", subject="c", time=AT, data={}, causation=causation)
    return dict(headers_of(output, cause, "claims", None, b"", checkpoint.traces))


def test_the_output_of_a_clock_has_the_trace_of_the_event_that_it_names() -> None:
    checkpoint, said = cp.Checkpoint(), event(1, traceparent=TRACE)
    note(checkpoint.traces, said)
    note(checkpoint.traces, event(2))
    again = cp.decode(cp.encode(checkpoint))
    for each in (checkpoint, again, cp.copy(again)):
        assert headers(each, said.id)["ce_traceparent"] == TRACE.encode()
        assert "ce_traceparent" not in headers(each, event(2).id)
        assert "ce_traceparent" not in headers(each, "")
        assert "ce_traceparent" not in headers(each, said.id, cause=event(3)), "an event at hand has the last word"


def test_few_are_kept_and_an_event_without_a_trace_costs_nothing() -> None:
    checkpoint = cp.Checkpoint()
    note(checkpoint.traces, event(0))
    assert checkpoint.traces == []
    for number in range(KEPT_MAX + 3):
        note(checkpoint.traces, event(number, traceparent=TRACE))
    assert len(checkpoint.traces) == KEPT_MAX
    assert trace_of_cause(checkpoint.traces, event(2).id) is None
    assert trace_of_cause(checkpoint.traces, event(3).id) == TRACE


def test_a_copy_shares_nothing_so_that_a_turn_that_comes_to_nothing_leaves_nothing() -> None:
    checkpoint = cp.Checkpoint()
    note(cp.copy(checkpoint).traces, event(1, traceparent=TRACE))
    assert checkpoint.traces == []
    assert "traces" in msgspec.structs.asdict(checkpoint)

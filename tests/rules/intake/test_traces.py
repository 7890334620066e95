"""The trace that an adapter sends along: a sound one is kept, an odd one dropped, and no complaint refused for it.

Source: W3C Trace Context, 3.2 (form, version ff, ids of zeros) and 3.3 (tracestate); CloudEvents, distributed tracing.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.rules.intake.gate import complaint
from tests.rules.intake.records import GIVEN, TRACE, binary, in_one_piece, reading
from tousu.runtime.broker import Record
from tousu.trace import Trace, trace_of

TRACE_ID, SPAN_ID = TRACE[3:35], TRACE[36:52]
ODD: dict[str, Any] = {
    "empty": "",
    "capitals": TRACE.upper(),
    "no trace": f"00-{'0' * 32}-{SPAN_ID}-01",
    "no span": f"00-{TRACE_ID}-{'0' * 16}-01",
    "the forbidden version": f"ff-{TRACE_ID}-{SPAN_ID}-01",
    "too long": TRACE * 100,
    "a line too many": f"{TRACE}\n",
    "control characters": "\x07\x1b",
    "a text": "'; DROP TABLE intake_case; --",
    "digits of another script": TRACE.replace("0", "\u0660"),
}
NO_TEXT: dict[str, Any] = {"number": 7, "share": 1.5, "object": {"a": 1}, "list": [TRACE], "true": True}


def headers_of(*more: tuple[str, bytes | None]) -> Record:
    record = binary(complaint())
    return record._replace(headers=[*record.headers, *more])


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
def test_an_odd_trace_costs_no_complaint(odd: str) -> None:
    said = {"traceparent": odd, "tracestate": odd}
    for record in (
        binary(complaint(), ce_traceparent=odd.encode(), ce_tracestate=odd.encode()),
        binary(complaint(), traceparent=odd.encode(), tracestate=odd.encode()),
        in_one_piece(GIVEN | said),
    ):
        extensions = reading()(record).extensions
        assert "traceparent" not in extensions
        assert "tracestate" not in extensions


@pytest.mark.parametrize("odd", NO_TEXT.values(), ids=NO_TEXT)
def test_a_trace_that_is_no_text_costs_no_complaint(odd: Any) -> None:
    assert "traceparent" not in reading()(in_one_piece(GIVEN | {"traceparent": odd, "tracestate": odd})).extensions


@pytest.mark.parametrize(
    "record",
    (
        headers_of(("ce_traceparent", b"\xff\xfe")),
        headers_of(("ce_traceparent", TRACE.encode()), ("ce_traceparent", TRACE.encode())),
        headers_of(("ce_TraceParent", TRACE.encode())),
        headers_of(("ce_tracestate", b"a=1")),
        headers_of(("ce_traceparent", None)),
        in_one_piece(GIVEN | {"traceParent": TRACE}),
    ),
    ids=("no UTF-8", "twice", "misspelt", "a state without a trace", "without value", "misspelt in one piece"),
)
def test_a_trace_of_which_readers_would_differ_is_dropped(record: Record) -> None:
    assert not {name for name in reading()(record).extensions if name.startswith("trace")}


def test_a_sound_trace_is_kept_with_its_state_however_it_comes() -> None:
    state = "congo=t61rcWkgMzE,rojo=00f067aa0ba902b7"
    for record in (
        binary(complaint(), ce_traceparent=TRACE.encode(), ce_tracestate=state.encode()),
        in_one_piece(GIVEN | {"traceparent": TRACE, "tracestate": state}),
    ):
        extensions = reading()(record).extensions
        assert (extensions["traceparent"], extensions["tracestate"]) == (TRACE, state)
    assert reading()(headers_of(("traceparent", TRACE.encode()))).extensions["traceparent"] == TRACE


def test_a_trace_is_read_as_w3c_has_it() -> None:
    assert trace_of(TRACE) == Trace(TRACE_ID, SPAN_ID, 1)
    assert trace_of(f"00-{TRACE_ID}-{SPAN_ID}-00") == Trace(TRACE_ID, SPAN_ID, 0)
    assert trace_of(None) is None


def test_who_writes_and_who_reads_a_record_know_its_span_alike_and_each_record_has_its_own() -> None:
    trace = trace_of(TRACE)
    assert trace is not None
    spans = {trace.of_record(f"router/3:complaints.cases/3:{number}").span_id for number in range(100)}
    assert len(spans) == 100
    assert all(len(span) == 16 for span in spans)
    # Reckoned apart: sha256 of the two ids with a stroke between them.
    assert trace.of_record("router/3:complaints.cases/3:1").span_id == "53a79ba3f85f8d5d"

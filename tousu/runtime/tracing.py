"""Spans of what a processor reads, does and writes, for events that carry a trace (`tousu.trace`).

The loop knows nothing of it: source and sink pass everything through, as in `watched`, and the turn notes what it
folds. A span is told only once its turn is committed. Names, kinds and links are those of the OpenTelemetry messaging
conventions: `poll` (receive, with a link for each traced record of the batch), `process` (a child of the span that
wrote the record) and `send` (a child of `process`; ends when the broker has acknowledged it). Nothing here imports
OpenTelemetry: `otel` gives the exporter, and without TOUSU_TRACES none of this is at work.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple, Protocol

from tousu.event import Headers
from tousu.runtime.arrival import Arrival
from tousu.runtime.broker import OutRecord, Record, Sink, Source
from tousu.runtime.clock import now_ns
from tousu.runtime.rejection import REJECTED
from tousu.runtime.shard_turn import ShardTurn
from tousu.runtime.watched import PassingSink, PassingSource
from tousu.trace import TRACEPARENT, Trace, trace_of, trace_of_headers

SpanKind = Literal["client", "consumer", "producer"]
Attributes = Mapping[str, str | int]
LINKS_MAX: Final = 128
"""As many links does a span of OpenTelemetry have by default."""


class Span(Protocol):
    """A span that has begun."""

    @property
    def trace(self) -> Trace:
        """Itself, as the cause of others."""
        ...

    def end(self, at_ns: int, error: str = "") -> None:
        """It ended at a time (nanoseconds since 1970); `error` is a reason code."""
        ...


class Spans(Protocol):
    """What takes spans; must not raise and must not take long."""

    def begin(
        self, name: str, kind: SpanKind, at_ns: int, attributes: Attributes, *, parent: Trace | None = None,
        span_id: str = "", links: Sequence[Trace] = (),
    ) -> Span:  # fmt: skip
        """A span with this parent (None: a trace of its own) and, where one is given, this id."""
        ...

    def close(self) -> None: ...


class _Folded(NamedTuple):
    """One input, the span that wrote it (None: it has no trace), and what came of it and of clocks before it."""

    arrival: Arrival
    cause: Trace | None
    began_ns: int
    outputs: tuple[OutRecord, ...]


class Tracing:
    """The tracing of one copy of a processor: wraps what the loop is given."""

    def __init__(self, spans: Spans, group: str) -> None:
        self._spans, self._group = spans, group
        self._turns: dict[int, tuple[list[OutRecord], list[_Folded]]] = {}
        self._sending: list[Span] = []

    def around(self, source: Source, sink: Sink) -> tuple[Source, Sink]:
        """The two sides of the broker, seen."""
        return _TracedSource(source, self), _TracedSink(sink, self)

    def turn(self, turn_class: type[ShardTurn]) -> type[ShardTurn]:
        """The same kind of turn, which notes what it folds."""
        tracing = self

        class TracedTurn(turn_class):  # type: ignore[valid-type,misc]
            def fold(self, arrival: Arrival) -> None:
                is_old = arrival.record.offset < self.checkpoint.offsets.get(arrival.record.topic, 0)
                before, began_ns = len(self.outputs), now_ns()
                super().fold(arrival)
                cause, written = _cause(arrival), tuple(self.outputs[before:])
                if not is_old and (cause is not None or written):
                    tracing.folded(self.shard, self.outputs, _Folded(arrival, cause, began_ns, written))

        return TracedTurn

    def polled(self, records: Sequence[Record], began_ns: int) -> None:
        """A batch was read."""
        causes = [cause for record in records if (cause := _of_record(record.headers)) is not None]
        if not causes:
            return
        topics = {record.topic for record in records}
        attributes = self._attributes("poll", "receive", next(iter(topics)) if len(topics) == 1 else "")
        attributes |= {"messaging.batch.message_count": len(records), "messaging.consumer.group.name": self._group}
        name = f"poll {attributes.get('messaging.destination.name', '')}".strip()
        self._spans.begin(name, "client", began_ns, attributes, links=causes[:LINKS_MAX]).end(now_ns())

    def folded(self, shard: int, outputs: list[OutRecord], folded: _Folded) -> None:
        """Keep what a turn folds; another turn of the same shard begins anew, since the former came to nothing."""
        kept = self._turns.get(shard)
        if kept is None or kept[0] is not outputs:
            kept = self._turns[shard] = (outputs, [])
        kept[1].append(folded)

    def committed(self, shard: int, outputs: Sequence[OutRecord]) -> None:
        """A turn's outputs are handed over, so it is committed: tell its spans."""
        kept = self._turns.pop(shard, None)
        if kept is None or kept[0] is not outputs:
            return
        at_ns = now_ns()
        for arrival, cause, began_ns, written in kept[1]:
            process = None
            if cause is not None:
                attributes = self._of_process(arrival, written)
                name = f"process {arrival.record.topic}"
                process = self._spans.begin(name, "consumer", began_ns, attributes, parent=cause)
            for record in written:
                self._send(record, None if process is None else process.trace, at_ns)
            if process is not None:
                process.end(at_ns, _refused(arrival, written))

    def sent(self, error: str = "") -> None:
        """All that was handed over is acknowledged, or, with an error, thrown away."""
        at_ns = now_ns()
        for span in self._sending:
            span.end(at_ns, error)
        self._sending = []

    def close(self) -> None:
        """Tell what there is to tell, within some seconds."""
        self.sent("stopped")
        self._spans.close()

    def _send(self, record: OutRecord, process: Trace | None, at_ns: int) -> None:
        """The span of an output that has a trace. One of a clock is a child of the record that set the clock."""
        headers = _said(record.headers)
        own = trace_of(headers.get("ce_traceparent"))
        if own is None:
            return
        is_of_input = process is not None and process.trace_id == own.trace_id
        parent = process if is_of_input else own.of_record(headers.get("ce_causationid", ""))
        record_id = headers.get("ce_id", "")
        attributes = self._attributes("send", "send", record.topic)
        attributes |= {
            "messaging.destination.partition.id": str(record.partition), "messaging.message.id": record_id,
            "messaging.message.body.size": len(record.value), "cloudevents.event_type": headers.get("ce_type", ""),
            "tousu.case": headers.get("ce_subject", ""),
        }  # fmt: skip
        span_id, name = own.of_record(record_id).span_id, f"send {record.topic}"
        self._sending.append(self._spans.begin(name, "producer", at_ns, attributes, parent=parent, span_id=span_id))

    def _of_process(self, arrival: Arrival, written: Sequence[OutRecord]) -> Attributes:
        record, event = arrival.record, arrival.event
        attributes = self._attributes("process", "process", record.topic)
        attributes |= {
            "messaging.destination.partition.id": str(record.partition), "messaging.kafka.offset": record.offset,
            "messaging.consumer.group.name": self._group,
        }  # fmt: skip
        if event is not None:
            case = event.subject or next((_said(record.headers).get("ce_subject", "") for record in written), "")
            attributes |= {"cloudevents.event_type": event.type[:200], "tousu.case": case}
        if arrival.origin and event is not None:  # an adapter's own id may be anything
            attributes["messaging.message.id"] = event.id
        return attributes

    def _attributes(self, name: str, kind: str, topic: str) -> dict[str, str | int]:
        attributes: dict[str, str | int] = {
            "messaging.system": "kafka", "messaging.operation.name": name, "messaging.operation.type": kind,
        }  # fmt: skip
        return attributes | ({"messaging.destination.name": topic} if topic else {})


class _TracedSource(PassingSource):
    def __init__(self, source: Source, tracing: Tracing) -> None:
        super().__init__(source)
        self._tracing = tracing

    def poll(self, records_max: int, timeout_s: float) -> list[Record]:
        began_ns = now_ns()
        records = self._source.poll(records_max, timeout_s)
        if records:
            self._tracing.polled(records, began_ns)
        return records


class _TracedSink(PassingSink):
    def __init__(self, sink: Sink, tracing: Tracing) -> None:
        super().__init__(sink)
        self._tracing = tracing

    def send(self, shard: int, records: Sequence[OutRecord]) -> None:
        self._tracing.committed(shard, records)
        self._sink.send(shard, records)

    def flush(self, timeout_s: float) -> bool:
        flushed = self._sink.flush(timeout_s)
        if flushed:
            self._tracing.sent()
        return flushed

    def reset(self) -> None:
        self._tracing.sent("broker_away")
        self._sink.reset()


def _cause(arrival: Arrival) -> Trace | None:
    """The span that wrote an input."""
    event = arrival.event
    if event is None:
        return trace_of_headers(arrival.record.headers)
    trace = trace_of(event.extensions.get(TRACEPARENT))
    return trace.of_record(event.id) if trace is not None and arrival.origin else trace


def _of_record(headers: Headers) -> Trace | None:
    """The same, of a record that is not read yet."""
    trace = trace_of_headers(headers)
    if trace is None:
        return None
    texts = dict(headers)
    return trace.of_record((texts.get("ce_id") or b"").decode("utf-8", "replace")) if "tousu-origin" in texts else trace


def _said(headers: Sequence[tuple[str, bytes]]) -> dict[str, Any]:
    return {name: value.decode() for name, value in headers if name.startswith("ce_")}


def _refused(arrival: Arrival, written: Sequence[OutRecord]) -> str:
    """The reason code where the input was refused; empty where it was applied."""
    if arrival.refusal is not None:
        return arrival.refusal.reason
    for record in written:
        if record.topic == REJECTED:
            return next((value.decode() for name, value in record.headers if name == "tousu-reason"), "")
    return ""

"""Spans to a collector by OTLP over HTTP, with the extra `tousu[otel]`; imported with TOUSU_TRACES only.

The SDK's own variables hold (OTEL_TRACES_SAMPLER, OTEL_EXPORTER_OTLP_HEADERS, OTEL_RESOURCE_ATTRIBUTES). A collector
that is away costs spans and nothing else: they are told in the background, and what does not fit is thrown away.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from tousu.failure import Stop
from tousu.runtime.tracing import Attributes, SpanKind
from tousu.trace import Trace
from tousu.version import version

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span as SdkSpan
    from opentelemetry.trace import SpanContext

TOLD_EVERY_MS: Final = 1_000
ANSWER_S: Final = 3.0
"""So long may a collector take to answer, and so long is waited for it at the end."""
PATH: Final = "/v1/traces"


def spans_to(address: str, processor: str, member: str = "") -> OtelSpans:
    """What brings the spans of a processor to a collector. Raises Stop `wrong_setting` where the extra is missing."""
    try:
        import_module("opentelemetry.exporter.otlp.proto.http.trace_exporter")
    except ModuleNotFoundError as error:
        message = f"TOUSU_TRACES needs the extra otel ({error.name} is missing): pip install 'tousu[otel]'"
        raise Stop("wrong_setting", message) from None
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    named = {"service.name": f"tousu.{processor}", "service.version": version()}
    resource = Resource.create(named | ({"service.instance.id": member} if member else {}))
    ids = given_ids()
    provider = TracerProvider(resource=resource, id_generator=ids, shutdown_on_exit=False)
    whole = address.rstrip("/") if address.rstrip("/").endswith(PATH) else address.rstrip("/") + PATH
    exporter = OTLPSpanExporter(endpoint=whole, timeout=ANSWER_S)
    provider.add_span_processor(BatchSpanProcessor(exporter, schedule_delay_millis=TOLD_EVERY_MS))
    return OtelSpans(provider, ids)


def given_ids() -> Any:
    """The SDK's maker of ids, which takes the id of the next span where one is given it (`span_id`, a number)."""
    from opentelemetry.sdk.trace.id_generator import RandomIdGenerator

    class GivenIds(RandomIdGenerator):
        span_id = 0

        def generate_span_id(self) -> int:
            return self.span_id or super().generate_span_id()

    return GivenIds()


class OtelSpans:
    """Spans by OpenTelemetry's SDK. For one thread, that of the loop."""

    def __init__(self, provider: TracerProvider, ids: Any) -> None:
        self._provider, self._ids = provider, ids
        self._tracer = provider.get_tracer("tousu", version())

    def begin(
        self, name: str, kind: SpanKind, at_ns: int, attributes: Attributes, *, parent: Trace | None = None,
        span_id: str = "", links: Sequence[Trace] = (),
    ) -> OtelSpan:  # fmt: skip
        from opentelemetry.context import Context
        from opentelemetry.trace import Link, NonRecordingSpan, SpanKind, set_span_in_context

        above = Context()
        if parent is not None:
            above = set_span_in_context(NonRecordingSpan(_remote(parent)), above)
        self._ids.span_id = int(span_id, 16) if span_id else 0
        linked = [Link(_remote(link)) for link in links]
        span = self._tracer.start_span(
            name, above, SpanKind[kind.upper()], {n: v for n, v in attributes.items() if v != ""}, linked, at_ns
        )
        return OtelSpan(span)

    def close(self) -> None:
        """Tell what is left. A collector that does not answer is not waited for longer than ANSWER_S."""
        last = threading.Thread(target=self._provider.shutdown, daemon=True)
        last.start()
        last.join(ANSWER_S)


class OtelSpan:
    """One of them, begun."""

    def __init__(self, span: SdkSpan) -> None:
        self._span = span

    @property
    def trace(self) -> Trace:
        context = self._span.get_span_context()
        return Trace(f"{context.trace_id:032x}", f"{context.span_id:016x}", int(context.trace_flags))

    def end(self, at_ns: int, error: str = "") -> None:
        if error:
            from opentelemetry.trace import StatusCode

            self._span.set_attribute("error.type", error)
            self._span.set_status(StatusCode.ERROR, error)
        self._span.end(at_ns)


def _remote(trace: Trace) -> SpanContext:
    from opentelemetry.trace import SpanContext, TraceFlags

    return SpanContext(int(trace.trace_id, 16), int(trace.span_id, 16), True, TraceFlags(trace.flags))

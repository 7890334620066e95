"""A collector of spans: an HTTP server that takes what OpenTelemetry's exporter sends, as a real one does."""

from __future__ import annotations

import gzip
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import NamedTuple, Self

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1 import trace_pb2


class Told(NamedTuple):
    """A span as it came in; ids in hexadecimal digits."""

    service: str
    name: str
    kind: str
    trace_id: str
    span_id: str
    parent_id: str
    took_ns: int
    said: dict[str, str | int]
    links: tuple[tuple[str, str], ...]
    is_error: bool


class Collector:
    """Listens on a port of its own; `spans` is what came in so far."""

    def __init__(self) -> None:
        self.spans: list[Told] = []
        told = self.spans

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.headers.get("Content-Encoding") == "gzip":
                    body = gzip.decompress(body)
                assert self.path == "/v1/traces"
                told.extend(_told(ExportTraceServiceRequest.FromString(body)))
                self.send_response(200)
                self.send_header("Content-Type", "application/x-protobuf")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                """Says nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _told(request: ExportTraceServiceRequest) -> list[Told]:
    found, kinds = [], trace_pb2.Span.SpanKind
    for resource in request.resource_spans:
        named = {each.key: each.value.string_value for each in resource.resource.attributes}
        for scope in resource.scope_spans:
            for span in scope.spans:
                said = {
                    each.key: each.value.int_value if each.value.HasField("int_value") else each.value.string_value
                    for each in span.attributes
                }
                found.append(Told(
                    named["service.name"], span.name, kinds.Name(span.kind).removeprefix("SPAN_KIND_"),
                    span.trace_id.hex(), span.span_id.hex(), span.parent_span_id.hex(),
                    span.end_time_unix_nano - span.start_time_unix_nano, said,
                    tuple((link.trace_id.hex(), link.span_id.hex()) for link in span.links),
                    span.status.code == trace_pb2.Status.STATUS_CODE_ERROR,
                ))  # fmt: skip
    return found

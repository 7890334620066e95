"""What a processor answers over HTTP: /metrics for Prometheus, /livez and /readyz for whoever runs it.

/livez is 200 while the loop turns. /readyz is 200 while every shard that the group gave to this copy is open and its
broker and database answer; else 503. Both bodies are JSON and say why not. An input that an operator holds out is said
and makes nothing unready. No personal data is served.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import orjson
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder

from tousu.failure import Stop
from tousu.runtime import doubts
from tousu.runtime.watch import Watch

JSON: Final = "application/json"
SOCKET_S: Final = 10.0
"""A reader that does not read is cut off."""

Answer = tuple[int, str, bytes]


class HealthServer:
    """Serves in threads of its own from `start` to `stop`. Port 0 takes a free one; `address` says which."""

    def __init__(
        self, watch: Watch, registry: CollectorRegistry, host: str, port: int, address_file: Path | None = None
    ) -> None:
        handler = _handler(watch, registry)
        try:
            self._server = ThreadingHTTPServer((host, port), handler)
        except OSError as error:
            message = (
                f"cannot serve metrics on {host}:{port}: {error.strerror}; set TOUSU_METRICS_PORT to a free port or 0"
            )
            raise Stop("wrong_setting", message) from error
        self._server.daemon_threads = True
        self._address_file = address_file
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.2,), name="health", daemon=True)

    @property
    def address(self) -> str:
        """host:port as bound."""
        host, port = self._server.server_address[:2]
        return f"{host!s}:{port}"

    def start(self) -> None:
        self._thread.start()
        if self._address_file is not None:
            self._address_file.parent.mkdir(parents=True, exist_ok=True)
            unfinished = self._address_file.with_name(self._address_file.name + ".unfinished")
            unfinished.write_text(self.address + "\n")
            unfinished.replace(self._address_file)

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        if self._address_file is not None:
            self._address_file.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _live(watch: Watch) -> Answer:
    live = watch.is_live()
    body = {"live": live} if live else {"live": live, "message": "the loop has not turned for too long"}
    return (200 if live else 503), JSON, orjson.dumps(body)


def _ready(watch: Watch) -> Answer:
    reasons = watch.reasons_not_ready()
    glance = watch.glance
    body = {
        "ready": not reasons,
        "why_not": reasons,
        "shards": sorted(glance.opened),
        "halted": sorted(glance.halted),
        "held_out": [
            {"shard": str(shard), "reason": "held_out", "message": f"an operator holds out {doubts.said(name)}"}
            for shard, mark in sorted(glance.opened.items())
            for name in mark.held_out
        ],
    }
    return (503 if reasons else 200), JSON, orjson.dumps(body)


def _handler(watch: Watch, registry: CollectorRegistry) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """One request."""

        timeout = SOCKET_S
        server_version = "tousu"
        sys_version = ""

        def _metrics(self) -> Answer:
            encoder, kind = choose_encoder(self.headers.get("Accept", ""))
            return 200, kind, encoder(registry)

        def do_GET(self) -> None:
            answers: dict[str, Callable[[], Answer]] = {
                "/metrics": self._metrics,
                "/livez": lambda: _live(watch),
                "/readyz": lambda: _ready(watch),
            }
            path = self.path.partition("?")[0]
            if path not in answers:
                status, kind, body = 404, JSON, orjson.dumps({"there_are": sorted(answers)})
            else:
                status, kind, body = answers[path]()
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the parent's
            """Requests of probes and scrapers are not worth a line."""

    return Handler

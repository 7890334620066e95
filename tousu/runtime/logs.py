"""Structured logs on stderr: one line per thing worth noticing, never one per message, never a person's data."""

from __future__ import annotations

import logging
import re
import sys
import traceback
from typing import Any, Final, Literal

import structlog

SAME_AGAIN_S: Final = 10.0
_REMEMBERED_MAX: Final = 1_000
_PASSING: Final = re.compile(r"rdkafka#\w+-\d+|\(after [^)]*\)|:\d+/\w+")

Level = Literal["debug", "info", "warning", "error"]
Log = structlog.typing.FilteringBoundLogger


def start_logs(form: Literal["json", "console"], level: Level, processor: str) -> Log:
    """Send everything to stderr in one form, the lines of libraries included. Returns the process's logger."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), pad_event_to=0)
    )
    number = getattr(logging, level.upper())
    structlog.configure(
        processors=[*shared, last],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(number, logging.WARNING))
    handler.addFilter(lambda record: "enable.gapless.guarantee is experimental" not in record.getMessage())
    handler.addFilter(Once())
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(processor=processor)
    log: Log = structlog.get_logger()
    return log


class Once(logging.Filter):
    """Lets what a library says again and again through once in ten seconds.

    While a broker is away librdkafka reports every attempt of every connection, hundreds in one burst.
    """

    def __init__(self) -> None:
        super().__init__()
        self._said_at_s: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether this line is news. Client names and durations in it do not make it so."""
        text = f"{record.name} {_PASSING.sub('', record.getMessage())}"
        if record.created - self._said_at_s.get(text, 0.0) < SAME_AGAIN_S:
            return False
        if len(self._said_at_s) > _REMEMBERED_MAX:
            self._said_at_s.clear()
        self._said_at_s[text] = record.created
        return True


def frames_of(error: BaseException) -> list[str]:
    """Where an unforeseen error came from, one `file:line function` a frame, the innermost last.

    Its message and the values of variables stay out: they may hold what a customer said.
    """
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)]


def silent() -> Any:
    """A logger that drops everything (for tests and simulations)."""
    return structlog.wrap_logger(structlog.ReturnLogger(), processors=[_drop])


def _drop(logger: object, method: str, event: Any) -> Any:
    raise structlog.DropEvent

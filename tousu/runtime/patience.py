"""A condition that passes by itself is waited for by who asks once: a command, an audit, a rebuild."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final, TypeVar

from tousu.failure import Retry

PATIENCE_S: Final = 30.0
ASK_AGAIN_S: Final = 0.2

Answer = TypeVar("Answer")


def patiently(ask: Callable[[], Answer], patience_s: float = PATIENCE_S) -> Answer:
    """Ask until there is an answer. Raises the last Retry when the time is up, and everything else at once."""
    ends_s = time.monotonic() + patience_s
    while True:
        try:
            return ask()
        except Retry:
            if time.monotonic() > ends_s:
                raise
            time.sleep(ASK_AGAIN_S)

"""Stopping when asked: in order where that is possible, hard where something outside does not answer.

A hard end harms nothing: what is not committed is done again, what is committed and not out is published by whoever
opens the shard next (docs/decisions, 'No wait without an end').
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

STOP_S: Final = 7.0
"""How long a stop in order may take."""
LAST_S: Final = 9
"""Then the system ends the process (SIGALRM), even if no Python code can run in it."""
CUT_SHORT: Final = 74
"""Exit code after a stop that was cut short: an error of input or output in the sense of sysexits.h."""
_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)


class Stopping:
    """Whether the process has been asked to stop, and the patience with it. `say` is told once when it is over."""

    def __init__(self) -> None:
        self.asked = threading.Event()
        self.say: Callable[[], None] = lambda: None
        self._reader, self._writer = os.pipe()
        os.set_blocking(self._writer, False)

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Answer SIGTERM and SIGINT from here on.

        Signals are read by a thread of their own: Python calls a handler in the main thread only, and that may be
        inside a call that never comes back.
        """
        threading.Thread(target=self._listen, name="stopping", daemon=True).start()
        woken = signal.set_wakeup_fd(self._writer, warn_on_full_buffer=False)
        former = {number: signal.signal(number, lambda *_: self.asked.set()) for number in _SIGNALS}
        try:
            yield
        finally:
            for number, handler in former.items():
                signal.signal(number, handler)
            signal.set_wakeup_fd(woken)

    def _listen(self) -> None:
        while os.read(self._reader, 1)[0] not in _SIGNALS:
            pass
        signal.alarm(LAST_S)
        self.asked.set()
        threading.Event().wait(STOP_S)
        try:
            self.say()
        finally:
            os._exit(CUT_SHORT)

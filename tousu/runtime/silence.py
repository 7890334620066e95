"""A connection of psycopg that is given up when nothing moves on it. Apart, so that SQLite alone needs no psycopg.

Source: psycopg, `Connection.wait`.
"""

from __future__ import annotations

import time
from typing import Any

import psycopg
from psycopg.abc import RV, PQGen


class Silence(psycopg.OperationalError):
    """Nothing has moved on a connection for too long."""


class Reaching(psycopg.Connection[Any]):
    """A connection that is given up when nothing moves on it for `silence_s`."""

    silence_s: float = 20.0
    """Until whoever connects says otherwise."""

    def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:
        """As psycopg's, every wait of the connection goes through here. Raises OperationalError after a silence."""
        try:
            return super().wait(_heard(gen, self.silence_s), interval, timeout)
        except Silence:
            self.pgconn.finish()  # nobody may ask on it again, not even for a rollback
            raise


def _heard(gen: PQGen[RV], silence_s: float) -> PQGen[RV]:
    """The same conversation; ends it when neither side has moved a byte for too long."""
    try:
        wanted = next(gen)
        heard_s = time.monotonic()
        while True:
            ready = yield wanted
            now_s = time.monotonic()
            if ready:
                heard_s = now_s
            elif now_s - heard_s > silence_s:
                raise Silence(f"no answer for {silence_s:g} s; the connection is given up")
            wanted = gen.send(ready)
    except StopIteration as end:
        result: RV = end.value
        return result

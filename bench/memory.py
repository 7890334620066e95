"""What each process holds when it has just become ready and nothing has happened yet."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any, Final

from bench.copies import Copy
from bench.ground import Ground
from tousu.simulation.processors import PROCESSORS

DATABASE: Final = "postgresql"


def measure(ground: Ground) -> dict[str, Any]:
    """Resident megabytes of every processor that this tree has, alone on PostgreSQL."""
    ground.fresh_topics()
    found = {}
    for name in PROCESSORS:
        with ExitStack() as stack:
            url = ground.database(DATABASE, name)
            copy = stack.enter_context(Copy(ground, name, url))
            found[name] = copy.resident_mb()
    return found

"""What a rebuild of a processor at rest may say: what was said, and behind it what there was no time to say."""

from __future__ import annotations

import subprocess
from typing import Any

from tests.printed import document_of
from tousu.connection import Connection
from tousu.runtime.history import History


def faithful_at_rest(done: subprocess.CompletedProcess[Any], address: str) -> dict[str, Any]:
    """What `tousu rebuild --json` found, which must differ in nothing but a tail.

    The processor before may have ended last. What was not read by then was not answered, and that is no difference:
    but every unpublished output must lie behind the last one that was published.
    """
    found: dict[str, Any] = document_of(done)
    assert (found["different"], found["unknown"]) == ([], []), f"{done.stdout!r} {done.stderr!r}"
    for number in found["unpublished"]:
        origin, where, seq = number.split(":")
        topic, _, partition = where.rpartition("/")
        assert int(seq) > last_of(origin, topic, int(partition), address), number
    return found


def last_of(origin: str, topic: str, partition: int, address: str) -> int:
    """The last number of an origin on a partition; 0 where it has said nothing there."""
    numbers = [0]
    with History(Connection(address)) as history:
        for record in history.read(history.extents([(topic, partition)])):
            headers = dict(record.headers)
            if headers.get("tousu-origin") == origin.encode():
                numbers.append(int(headers["tousu-seq"] or b""))
    return max(numbers)

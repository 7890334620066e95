"""Up to when a topic is heard: to the time at which its end was told, unless records may stand behind that end."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tousu.runtime.broker import Ends
from tousu.runtime.checkpoint import Checkpoint, micros
from tousu.runtime.clock import SetClock
from tousu.runtime.processor import Input
from tousu.runtime.shard import Shard
from tousu.runtime.simulated import SimulatedBroker, SimulatedSource
from tousu.runtime.store import Opened

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
NEVER_US = -1


@pytest.mark.parametrize(
    ("hidden", "heard_us"),
    (
        (frozenset(), micros(NOON)),
        (frozenset({("web", 1)}), micros(NOON)),
        (frozenset({("web", 0)}), NEVER_US),
    ),
    ids=("all is shown", "hidden in another shard", "hidden here"),
)
def test_time_does_not_pass_what_is_not_shown_yet(hidden: frozenset[tuple[str, int]], heard_us: int) -> None:
    source = SimulatedSource(SimulatedBroker(("phone", "web"), 2, SetClock(NOON)), ("phone", "web"), (0,))
    shard = Shard(0, Opened(1, 1, Checkpoint(), b""), (Input("phone"), Input("web")), 2, in_order=True)
    shard.note(Ends(NOON, {("phone", 0): 0, ("web", 0): 0}, micros(NOON), hidden=hidden))
    shard.listen(source)
    assert shard.merge.complete_us() == heard_us

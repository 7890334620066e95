"""The same rules on the runtime's loop, as `tousu simulate` runs them: real codecs, tables and timers."""

from __future__ import annotations

import orjson

from services.trends.processor import processor
from tests.integration.trends.conftest import day, days
from tests.rules.trends.happenings import PACK, log_of, overlook, said, taken
from tousu.contract import address_of
from tousu.policy.policies import Policies
from tousu.runtime.clock import SetClock
from tousu.runtime.loop import Loop
from tousu.runtime.outgoing import check_output
from tousu.runtime.simulated import SimulatedBroker, SimulatedSink, SimulatedSource
from tousu.runtime.store import Store
from tousu.runtime.wiring import Wiring

TOPICS = ("complaints.cases", "complaints.warnings", "complaints.rejected")


def test_loop_warns_as_the_stream_does(database_url: str) -> None:
    (log,) = log_of([*days(0, 30, risen=20), *days(30, 70, risen=60)], 1, day(70))
    clock = SetClock(day(70))
    broker = SimulatedBroker(TOPICS, 1, clock)
    for each in log:
        broker.append(each.topic, 0, each.key, each.value, list(each.headers))
    trends = processor(
        Wiring(
            policies=Policies.of(PACK), partitions=1, time_from_events=False, master_key=b"",
            check=check_output, schema_of=address_of,
        )
    )  # fmt: skip
    store = Store(database_url, trends.name, trends.kinds)
    store.create()
    loop = Loop(trends, SimulatedSource(broker, ["complaints.cases"], (0,)), SimulatedSink(broker), store, clock)
    loop.step(0)
    while loop.step(0):
        pass
    assert not loop.halted
    assert broker.logs["complaints.rejected"][0] == []
    warned = [orjson.loads(each.value or b"") for each in broker.logs["complaints.warnings"][0]]
    loop.finish()
    assert warned == said(taken(overlook(PACK, 1), log))
    assert [each["at"] for each in warned] == ["2026-01-25T02:00:00Z"] * 2 + ["2026-03-06T02:00:00Z"] * 2

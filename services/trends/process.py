"""trends as a process: settings, health and logs like every processor's; Faust inside."""

from __future__ import annotations

import asyncio
import threading
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import aiokafka.codec

from services.trends.keeper import Keeper
from services.trends.memory import MemoryStore
from services.trends.place import Log as PlaceLog
from services.trends.place import StartingPlace
from services.trends.processor import CASES, processor
from services.trends.rules import WARNINGS, TrendRules
from services.trends.standing import StreamStanding
from services.trends.stream import TrendStream
from tousu.client.codecs import AIOKAFKA, check_codecs
from tousu.failure import Retry
from tousu.policy.loading import load_policies
from tousu.runtime.clock import WallClock
from tousu.runtime.health import HealthServer
from tousu.runtime.logs import Log
from tousu.runtime.measures import Measures
from tousu.runtime.outgoing import check_output
from tousu.runtime.process import Waiting
from tousu.runtime.settings import Settings
from tousu.runtime.watch import Watch
from tousu.runtime.wiring import Wiring

HISTORIES: Final = 2
"""How many histories are read at the start: one to know what was usual, one more to know which cells were in alarm."""


def work(settings: Settings, log: Log, stopping: threading.Event) -> None:
    """Run trends until the event is set. Raises the Failure that ends it otherwise."""
    check_codecs(aiokafka.codec, AIOKAFKA)
    clock, watch = WallClock(), Watch()
    wiring = Wiring(
        policies=load_policies(settings.pack, settings.organisations), partitions=settings.partitions,
        time_from_events=settings.time == "events", master_key=b"", check=None, schema_of=None,
    )  # fmt: skip
    rules, described = TrendRules(wiring.policies), processor(wiring)
    own = wiring.policies.own
    measures = Measures(
        described, watch, clock, log, pack=(own.id, own.version), partitions=settings.partitions,
        time_from_events=wiring.time_from_events,
    )  # fmt: skip
    with ExitStack() as stack:
        health = HealthServer(
            watch, measures.registry, settings.metrics_host, settings.metrics_port, settings.metrics_port_file
        )
        stack.enter_context(health)
        log.info("started", pack=settings.pack, time=settings.time, group=settings.group, metrics=health.address)
        outside = PlaceLog(settings, CASES, WARNINGS)
        stack.callback(outside.close)
        since: datetime | None = None  # in simulated time a record's time stamp says nothing about its event
        if not wiring.time_from_events:
            since = clock.now() - HISTORIES * rules.history_steps * rules.step
        store = MemoryStore(settings.database, settings.statement_s)
        stack.callback(store.close)
        candidates: list[tuple[StartingPlace, Keeper]] = []

        def begin() -> None:
            outside.check_topics()
            identity = outside.identity()
            written = store.load()
            memory = written
            if memory is not None and not memory.fits(rules.rhythm, identity, CASES):
                log.warning("memory does not fit", message="another log or pack settings; the history is read again")
                memory = None
            place = outside.begin(since, memory.offsets if memory is not None else {})
            if store.load() != written:
                raise Retry("another_copy", "another copy of trends has just written down what it knows")
            candidates.append((place, Keeper(store, memory, identity, CASES, watch, log)))

        if not Waiting(settings.start_wait_s, stopping, watch, log).until(begin):
            return
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="tousu-trends-")))
        standing = StreamStanding(measures, watch, clock, log)
        place, keeper = candidates[0]
        stream = TrendStream(settings, rules, place, keeper, check_output, standing, folder)
        watch.begin_work()
        asyncio.run(stream.run(stopping, outside, clock))
        watch.phase = "stopping"
        log.info("stopping")

"""The peer: a Faust agent that does intake's single stage, as well as Faust can.

It reads a topic, parses, validates with the same validator as intake, drops repeats by source and id, counts by type,
and publishes what is new under the same key. The table of ids has a changelog topic, since intake's memory of them
survives a crash, too; the counts are metrics and stay in memory. It is spared what intake does beyond that: SQL,
encryption, gapless numbers, case numbers, time, exactly-once effects. For its speed: raw serializers, several records
in flight, no wait for each acknowledgement, offsets committed apart. `--guarantee exactly_once` runs Faust's own
transactions instead.

`python -m bench.faust_intake --broker HOST:PORT --topic IN --out OUT --events N` stops after N records and prints
{"events", "wall_s", "cpu_s"}: from the first record until everything published is acknowledged, all threads.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import faust
import orjson

from tousu.contract import validator
from tousu.edge import parse
from tousu.event import attributes_of_headers, binary_headers, event_of
from tousu.failure import Reject

PARTITIONS_ASK_S: Final = 30.0


class Lap:
    """Wall and CPU seconds from `start` to `stop`."""

    def __init__(self) -> None:
        self._from: tuple[float, float] | None = None
        self.wall_s = self.cpu_s = 0.0

    def start(self) -> None:
        if self._from is None:
            self._from = (time.perf_counter(), time.process_time())

    def stop(self) -> None:
        assert self._from is not None
        self.wall_s, self.cpu_s = time.perf_counter() - self._from[0], time.process_time() - self._from[1]


class Agent:
    """The app, its tables and its one agent."""

    def __init__(self, broker: str, topic: str, out: str, partitions: int, folder: Path, guarantee: str) -> None:
        self.app = faust.App(
            f"bench-faust-{os.getpid()}", broker=f"kafka://{broker}", store="memory://", datadir=folder,
            web_enabled=False, autodiscover=False, topic_disable_leader=True, topic_partitions=partitions,
            consumer_auto_offset_reset="earliest", producer_acks=-1, producer_linger=0.005,
            processing_guarantee=guarantee,
        )  # fmt: skip
        raw: dict[str, Any] = {
            "key_type": bytes, "value_type": bytes, "key_serializer": "raw", "value_serializer": "raw"
        }  # fmt: skip
        self._out = self.app.topic(out, **raw)
        self.seen = self.app.Table("seen", default=bool, partitions=partitions)
        self.counts: Counter[str] = Counter()
        self.lap = Lap()
        self._enough = 0
        self._done = asyncio.Event()
        self.read = self.refused = self.repeated = self.published = 0
        self.app.agent(self.app.topic(topic, **raw), name="intake")(self.follow)

    async def follow(self, stream: Any) -> None:
        async for event in stream.events():
            self.lap.start()
            await self.take(event)
            self.read += 1
            if self.read == self._enough:
                self._done.set()

    async def take(self, event: Any) -> None:
        try:
            found = event_of(attributes_of_headers(tuple(event.headers.items())), parse(event.value))
            refusal = validator(found.type)(found.data)
        except Reject:
            self.refused += 1
            return
        if refusal is not None:
            self.refused += 1
            return
        name = f"{found.source} {found.id}"
        if self.seen[name]:
            self.repeated += 1
            return
        self.seen[name] = True
        self.counts[found.type] += 1
        value = orjson.dumps(found.data)
        await self._out.send(key=event.key, value=value, headers=dict(binary_headers(found)), force=True)
        self.published += 1

    async def run(self, events: int) -> None:
        """Work until so many records were read and all that followed is acknowledged."""
        await self.app.start()
        self._enough = events
        while not self.app.crashed and not self._done.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._done.wait(), 1.0)
        await self.app.producer.flush()
        self.lap.stop()
        await self.app.stop()
        if self.app.crash_reason:
            raise self.app.crash_reason


def partitions_of(broker: str, topic: str) -> int:
    """The partition count of the input: Faust's tables must have the same."""
    from confluent_kafka.admin import AdminClient

    return len(AdminClient({"bootstrap.servers": broker}).list_topics(topic, PARTITIONS_ASK_S).topics[topic].partitions)


def main() -> int:
    words = argparse.ArgumentParser(description="A Faust agent doing intake's single stage.")
    for name in ("--broker", "--topic", "--out"):
        words.add_argument(name, required=True)
    words.add_argument("--events", type=int, required=True)
    words.add_argument("--guarantee", choices=("at_least_once", "exactly_once"), default="at_least_once")
    given = words.parse_args()
    partitions = partitions_of(given.broker, given.topic)
    with tempfile.TemporaryDirectory(prefix="bench-faust-") as folder:
        agent = Agent(given.broker, given.topic, given.out, partitions, Path(folder), given.guarantee)
        asyncio.run(agent.run(given.events))
    found = {
        "events": agent.read, "wall_s": agent.lap.wall_s, "cpu_s": agent.lap.cpu_s,
        "published": agent.published, "repeated": agent.repeated, "refused": agent.refused,
    }  # fmt: skip
    sys.stdout.write(orjson.dumps(found).decode() + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

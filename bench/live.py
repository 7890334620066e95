"""Live complaints that go on beside other work: what each waits for until sla has said that its clock runs."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from confluent_kafka import Message, Producer

from bench.ground import ASK_S, QUIET, Ground, Out, type_of
from bench.rehearsal import PARTITIONS
from bench.voice import Voice, number_of

LIVE_PER_S: Final = 40
LIVE_FROM: Final = 900_000
"""Live cases have places of their own in the numbering."""


class Live:
    """Speaks to sla as the router does. `voice` numbers everything that is said, whoever says it."""

    def __init__(self, ground: Ground, data: Mapping[str, Any]) -> None:
        self.voice = Voice()
        self._data = data
        self._count = 0
        self._sent_s: dict[bytes, float] = {}
        self._answered_s: dict[bytes, float] = {}
        self._producer = Producer({"bootstrap.servers": ground.kafka.address, "linger.ms": 0}, logger=QUIET)

    def heard(self, message: Message) -> None:
        """To be called for every record of `complaints.sla`, in the reader's thread."""
        key = message.key()
        if isinstance(key, bytes) and key in self._sent_s and "started" in type_of(message):
            self._answered_s.setdefault(key, time.perf_counter())

    def send(self, out: Out) -> None:
        """Publish anything."""
        self._producer.produce(out.topic, out.value, out.key, out.partition, headers=list(out.headers))

    def complain(self, moment: datetime) -> None:
        """One live complaint."""
        shard = self._count % PARTITIONS
        out = self.voice.routed(shard, self._data, number_of(shard, LIVE_FROM + self._count), moment)
        assert out.key is not None
        self._sent_s[out.key] = time.perf_counter()
        self.send(out)
        self._producer.poll(0)
        self._count += 1

    def is_due(self, begun_s: float) -> bool:
        """Whether it is time for the next one."""
        return time.perf_counter() >= begun_s + self._count / LIVE_PER_S

    def rest(self, begun_s: float) -> None:
        """Wait until it is time for the next one."""
        time.sleep(max(0.0, begun_s + self._count / LIVE_PER_S - time.perf_counter()))

    def wait_for_answers(self) -> None:
        """Until every one has its answer. Raises RuntimeError naming how many have none."""
        self._producer.flush(ASK_S)
        ends_s = time.perf_counter() + ASK_S
        while len(self._answered_s) < len(self._sent_s):
            if time.perf_counter() > ends_s:
                missing = len(self._sent_s) - len(self._answered_s)
                raise RuntimeError(f"{missing} of {len(self._sent_s)} live events had no answer")
            time.sleep(0.05)

    def waits_ms(self, from_s: float, to_s: float) -> list[float]:
        """What those sent in this span waited for their answer."""
        return [
            (self._answered_s[key] - sent_s) * 1000 for key, sent_s in self._sent_s.items() if from_s <= sent_s < to_s
        ]

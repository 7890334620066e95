"""A single broker that its controller has just taken for dead names no broker at all: no copy may die of that.

The moment is short: asking in the old way (`describe_cluster`) does not die of it in every run.
"""

from __future__ import annotations

import multiprocessing
import time
from pathlib import Path

import pytest
from confluent_kafka.admin import AdminClient

from tests.integration.process.conftest import wait_until
from tests.new_topics import make_topics
from tousu.local.kafka import KafkaBroker
from tousu.runtime.pulse import Pulse

pytestmark = [pytest.mark.kafka, pytest.mark.long]

TOPIC = "asked"
PAUSES = 6
PAUSE_S = 3.0
"""Longer than the controller waits for a sign of life."""


def ask_on(address: str, seconds: float) -> None:
    """Ask without a pause whether the cluster answers. librdkafka may end the process."""
    admin = AdminClient({"bootstrap.servers": address, "log_level": 0})
    pulse = Pulse(admin, [TOPIC])
    until_s = time.monotonic() + seconds
    while time.monotonic() < until_s:
        pulse._asked_s = 0.0
        pulse.feel()


def test_nobody_dies_of_a_broker_that_names_no_broker(tmp_path: Path) -> None:
    with KafkaBroker(tmp_path / "kafka", settings={"broker.heartbeat.interval.ms": "1500"}) as broker:
        make_topics(broker.address, [TOPIC], 1)
        asking = multiprocessing.get_context("spawn").Process(
            target=ask_on, args=(broker.address, PAUSES * (PAUSE_S + 1) + 2)
        )
        asking.start()
        for _ in range(PAUSES):
            asking.join(1)
            broker.pause()
            asking.join(PAUSE_S)
            broker.resume()
        wait_until(lambda: asking.exitcode is not None, "it has asked for long enough", 60)
        assert asking.exitcode == 0

"""On a real broker: complaints from plain clients, each with the partitioner that it has by default."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from confluent_kafka import Producer

from tests.integration.process.conftest import WAIT_S
from tests.integration.process.scene import Scene, scene_in
from tousu.demo.crew import Crew

NUMBERS = [f"YT77000000002{number:02}" for number in range(12)]
DEFAULTS = ("consistent_random", "murmur2_random", "fnv1a_random")
"""What librdkafka, Java's client and Sarama (Go) choose a partition by."""


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with scene_in(tmp_path) as scene:
        yield scene


def send(scene: Scene, partitioner: str, number: str) -> None:
    headers: dict[str, str | bytes | None] = {
        "ce_specversion": "1.0", "ce_id": f"{partitioner} {number}", "ce_source": f"//web.example/{partitioner}",
        "ce_type": "tousu.complaint.received.web.v1", "ce_time": datetime.now(UTC).isoformat(),
        "content-type": "application/json",
    }  # fmt: skip
    data = {
        "kind": "complaint", "content": "快件丢了", "complainant": {"phone": "19900000042"}, "waybill_number": number,
        "web": {"form_id": "F-1"},
    }  # fmt: skip
    client = Producer({"bootstrap.servers": scene.settings["TOUSU_BROKER"], "partitioner": partitioner})
    client.produce("complaints.inbound.web", json.dumps(data), number, headers=headers)
    assert client.flush(WAIT_S) == 0


def test_tellings_of_one_parcel_meet_by_whichever_clients_they_come(scene: Scene) -> None:
    with Crew(("intake",), scene.stage.folder, scene.settings) as crew:
        crew.start(wait_s=WAIT_S)
        for partitioner in DEFAULTS:
            for number in NUMBERS:
                send(scene, partitioner, number)
        joined = scene.until("duplicate.joined", count=len(NUMBERS) * (len(DEFAULTS) - 1))
    registered = scene.events("complaint.registered")
    assert sorted(one["waybill_number"] for one in registered) == NUMBERS
    assert sorted(one["case_number"] for one in joined) == sorted(2 * [one["case_number"] for one in registered])
    assert scene.events("event.rejected") == []

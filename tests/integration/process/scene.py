"""A broker of a test's own with the contract's topics, and people who complain and report on it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import orjson
from confluent_kafka import Consumer, TopicPartition

from tests.integration.process.conftest import PARTITIONS, Stage, wait_until
from tousu import Publisher
from tousu.client.topics import Topics
from tousu.local.kafka import KafkaBroker

READ = (
    "complaints.accepted", "complaints.cases", "complaints.sla", "complaints.claims", "complaints.instructions",
    "complaints.rejected",
)  # fmt: skip


class Scene:
    """A broker of the test's own, intake and sla on it, and whatever a test takes for the router."""

    def __init__(self, broker: KafkaBroker, folder: Path) -> None:
        self.stage = Stage(broker, folder)
        with Topics(broker.address) as topics:
            topics.apply(topics.plan(partitions=PARTITIONS))
        self.settings = {
            "TOUSU_BROKER": broker.address, "TOUSU_DATA": str(folder), "TOUSU_PARTITIONS": str(PARTITIONS),
            "TOUSU_LOG": "json",
        }  # fmt: skip
        self._reader = Consumer({"bootstrap.servers": broker.address, "group.id": "test", "log_level": 0})
        self._reader.assign([TopicPartition(topic, number, 0) for topic in READ for number in range(PARTITIONS)])
        self._events: list[tuple[str, str, dict[str, Any]]] = []

    def events(self, name: str, number: str = "") -> list[dict[str, Any]]:
        """The data of what was published under a name so far, of one case if given."""
        for message in self._reader.consume(500, 0.05):
            headers = cast(list[tuple[str, bytes]], message.headers())
            said = {header: value.decode() for header, value in headers}
            reason = {"reason": said["tousu-reason"]} if "tousu-reason" in said else {}
            data = reason or orjson.loads(message.value() or b"{}")
            self._events.append((said["ce_type"], said.get("ce_subject", ""), data))
        wanted = f"tousu.{name}.v1"
        return [data for kind, subject, data in self._events if kind == wanted and number in ("", subject)]

    def until(self, name: str, number: str = "", count: int = 1) -> list[dict[str, Any]]:
        """The same, as soon as there are so many."""

        def there() -> list[dict[str, Any]]:
            found = self.events(name, number)
            return found if len(found) >= count else []

        found: list[dict[str, Any]] = wait_until(there, f"{name} is published {count} times")
        return found

    def complains(self, text: str, **more: Any) -> str:
        """A complaint comes in. The number of its case."""
        known = {one["case_number"] for one in self.events("complaint.registered")}
        said = {
            "kind": "complaint", "content": text, "complainant": {"phone": "19900000042", "role": "sender"},
            "phone": {"call_id": "C-1", "agent": "E10023"},
        }  # fmt: skip
        with Publisher(self.settings["TOUSU_BROKER"], source="//hotline.example/east", id_key=b"k" * 32) as publisher:
            publisher.complaint("phone", said | more, time=datetime.now(UTC))
        (number,) = {
            one["case_number"] for one in self.until("complaint.registered", count=len(known) + 1)
        } - known  # fmt: skip
        return str(number)

    def reports(self, number: str, what: str, source: str = "//desk.example", **said: Any) -> None:
        with Publisher(self.settings["TOUSU_BROKER"], source=source, id_key=b"k" * 32) as publisher:
            publisher.handling(number, what, said, time=datetime.now(UTC))

    def close(self) -> None:
        self.stage.end()
        self._reader.close()


@contextmanager
def scene_in(folder: Path, **settings: str) -> Iterator[Scene]:
    """A scene whose processors have these settings, too; everything ends with it."""
    with KafkaBroker(folder / "kafka") as broker:
        scene = Scene(broker, folder)
        scene.settings |= settings
        yield scene
        scene.close()

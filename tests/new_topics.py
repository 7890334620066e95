"""Topics of a test's own on a real broker, made so that whoever writes or reads next finds every partition.

Unless a test says otherwise, they are stamped as the topics of the contract are: with the time of their being appended.
A creation is answered when the controller has decided it. On a busy machine the broker may need a while longer until
it tells clients of the topic and leads its partitions; what is written in between may be lost to the writer.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Mapping

from confluent_kafka import OFFSET_END, TopicPartition
from confluent_kafka.admin import (  # type: ignore[attr-defined]
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewTopic,
    OffsetSpec,
    ResourceType,
)

from tousu.client.topics import Topics, settings_of
from tousu.contract import card, cards

WAIT_S = 120.0
STAMPED = "message.timestamp.type"
ASK_AGAIN_S = 0.05


def make_topics(
    address: str, names: Iterable[str], partitions: int = -1, config: Mapping[str, str] | None = None
) -> None:
    """Create topics with so many partitions each (-1: the broker's default) and wait until each partition is led."""
    admin = AdminClient({"bootstrap.servers": address, "log_level": 0})
    settings = {STAMPED: settings_of(card("complaints.accepted"), 1)[STAMPED], **(config or {})}
    wanted = [NewTopic(name, partitions, 1, config=settings) for name in names]
    for made in admin.create_topics(wanted).values():
        made.result(WAIT_S)
    wait_until_led(admin, [topic.topic for topic in wanted], partitions)


def make_the_contracts_topics(address: str, partitions: int, replicas: int = 1) -> None:
    """Make every topic of the contract as its card says, with so many partitions and replicas."""
    with Topics(address) as topics:
        topics.apply(topics.plan(partitions, replicas), replicas)
    admin = AdminClient({"bootstrap.servers": address, "log_level": 0})
    wait_until_led(admin, [card.topic for card in cards()], partitions)


def empty_topic(address: str, topic: str, partitions: int) -> None:
    """Delete every record of a topic: what tests before wrote there under names that are used again."""
    admin = AdminClient({"bootstrap.servers": address, "log_level": 0})
    everything = [TopicPartition(topic, number, OFFSET_END) for number in range(partitions)]
    for deleted in admin.delete_records(everything).values():
        deleted.result(WAIT_S)


def wait_until_led(admin: AdminClient, names: list[str], partitions: int) -> None:
    deadline_s = time.monotonic() + WAIT_S
    pause = threading.Event()
    while not are_led(admin, names, partitions):
        assert time.monotonic() < deadline_s, f"the broker does not lead {names}"
        pause.wait(ASK_AGAIN_S)


def are_led(admin: AdminClient, names: list[str], partitions: int) -> bool:
    """Whether the broker tells of every partition and answers for it."""
    known = admin.list_topics(timeout=WAIT_S).topics
    if any(name not in known or len(known[name].partitions) < max(partitions, 1) for name in names):
        return False
    places = [TopicPartition(name, number) for name in names for number in known[name].partitions]
    newest = OffsetSpec.latest()  # type: ignore[no-untyped-call]
    ends = admin.list_offsets(dict.fromkeys(places, newest))
    return all(end.exception(WAIT_S) is None for end in ends.values())


def set_limit(address: str, topic: str, limit_bytes: int) -> None:
    """Change how large a batch a topic takes, under whoever is at work."""
    set_on_topic(address, topic, "max.message.bytes", str(limit_bytes))


def set_compression(address: str, topic: str, setting: str) -> None:
    """Change how a topic keeps what is written from now on."""
    set_on_topic(address, topic, "compression.type", setting)
    deadline_s = time.monotonic() + WAIT_S
    with Topics(address) as topics:
        while topics.describe([topic])[topic].settings["compression.type"] != setting:
            assert time.monotonic() < deadline_s, "the broker does not take the setting"


def set_on_topic(address: str, topic: str, name: str, value: str) -> None:
    entry = ConfigEntry(name, value, incremental_operation=AlterConfigOpType.SET)
    resource = ConfigResource(ResourceType.TOPIC, topic, incremental_configs=[entry])
    admin = AdminClient({"bootstrap.servers": address})
    for changed in admin.incremental_alter_configs([resource]).values():
        changed.result(WAIT_S)

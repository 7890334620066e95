"""A shard that stands in front of what nobody can take: an operator's command gets it past, and everything adds up."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, cast

import orjson
import pytest
from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient

from tests.integration.process.conftest import WAIT_S, wait_until
from tests.integration.rebuilt import faithful_at_rest
from tests.new_topics import make_topics, set_compression
from tests.printed import document_of
from tousu.client.topics import Topics
from tousu.contract import validator
from tousu.demo.crew import Crew
from tousu.event import text_of_time
from tousu.local.kafka import KafkaBroker
from tousu.runtime.checkpoint import moment
from tousu.runtime.inspection import Inspection

TOUSU = str(Path(sys.executable).with_name("tousu"))
APP = "complaints.inbound.app"
ACCEPTED = "complaints.accepted"
CASES = "complaints.cases"
REJECTED = "complaints.rejected"
PARTITIONS = 2
LARGE_BYTES = 200_000_000
"""More than a client unpacks; 20 KB on the wire."""


class Place:
    """A broker with all topics, the processors' data, and what somebody at the keyboard does."""

    def __init__(self, broker: KafkaBroker, data: Path) -> None:
        self.broker, self.data = broker, data
        with Topics(broker.address) as topics:
            topics.apply(topics.plan(partitions=PARTITIONS))

    @contextmanager
    def at_work(self, *names: str) -> Iterator[Crew]:
        settings = {
            "TOUSU_BROKER": self.broker.address, "TOUSU_PARTITIONS": str(PARTITIONS), "TOUSU_DATA": str(self.data),
            "TOUSU_SESSION_S": "6",
        }  # fmt: skip
        with Crew(names, self.data, settings) as crew:
            for name in names:
                crew.start_processor(name)
            yield crew
            crew.check()

    def tousu(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A command with the broker and the data of this place."""
        where = ("--broker", self.broker.address, "--data", str(self.data))
        environ = {name: value for name, value in os.environ.items() if not name.startswith("TOUSU_")}
        return subprocess.run([TOUSU, *arguments, *where], capture_output=True, text=True, env=environ, timeout=120)

    def write(
        self, topic: str, partition: int, value: bytes, headers: dict[str, bytes], key: str = "k", **settings: Any
    ) -> int:
        """One record by a client of its own. Returns its offset. What is packed stays so, whatever the topic's card."""
        if "compression.type" in settings:
            set_compression(self.broker.address, topic, "producer")
        client = Producer({
            "bootstrap.servers": self.broker.address, "log_level": 0, "message.max.bytes": 1_000_000_000,
            "batch.size": 2_147_483_647, "queue.buffering.max.kbytes": 2_097_151, **settings,
        })  # fmt: skip
        offsets: list[int] = []
        client.produce(
            topic, value, key.encode(), partition, headers=dict(headers),
            on_delivery=lambda error, message: offsets.append(message.offset() or 0) if error is None else None,
        )  # fmt: skip
        assert client.flush(WAIT_S) == 0
        return offsets[0]

    def complain(self, partition: int, value: bytes = b"", **settings: Any) -> tuple[str, int]:
        """A complaint on the channel app, sound unless told otherwise. Returns its id and offset."""
        name = f"operator-{uuid.uuid4().hex}"
        said = {
            "kind": "complaint",
            "content": "快件三天还没送到",
            "app": {"app_version": "1", "platform": "ios", "user_id": "u"},
        }
        headers = {
            "ce_specversion": "1.0", "ce_id": name, "ce_source": "//app", "ce_type": "tousu.complaint.received.app.v1",
            "ce_time": text_of_time(datetime.now(UTC)), "content-type": "application/json",
        }  # fmt: skip
        as_bytes = {header: text.encode() for header, text in headers.items()}
        return name, self.write(APP, partition, value or orjson.dumps(said), as_bytes, **settings)

    def read(self, topic: str, partition: int) -> list[dict[str, Any]]:
        """What stands there: headers as text, and the value."""
        client = Consumer({
            "bootstrap.servers": self.broker.address, "group.id": uuid.uuid4().hex, "enable.partition.eof": True,
            "auto.offset.reset": "earliest", "enable.auto.commit": False, "log_level": 0,
        })  # fmt: skip
        client.assign([TopicPartition(topic, partition, 0)])
        found: list[dict[str, Any]] = []
        try:
            while True:
                message = client.poll(WAIT_S)
                assert message is not None
                if message.error() is not None:
                    return found
                headers = cast("list[tuple[str, bytes | None]]", message.headers() or [])
                said = {name: (value or b"").decode() for name, value in headers}
                found.append(said | {"value": message.value(), "at": message.offset()})
        finally:
            client.close()

    def told(self, topic: str, partition: int) -> list[dict[str, Any]]:
        """As `read`, what was published again left out, as readers do it.

        A shard that is opened publishes what may not be out, and an act on one shard opens all of its copy.
        """
        first = {(each["tousu-origin"], each["tousu-seq"]): each for each in reversed(self.read(topic, partition))}
        return sorted(first.values(), key=lambda each: int(each["at"]))

    def passed(self, topic: str, partition: int) -> list[dict[str, Any]]:
        """What operators did, as complaints.rejected tells of it."""
        return [
            each
            for each in self.told(REJECTED, partition)
            if each.get("tousu-topic") == topic and "tousu-operator" in each
        ]

    def routed(self, partition: int, name: str) -> bool:
        """Whether the complaint of this id has come through intake and router."""
        ids = [each["ce_id"] for each in self.read(ACCEPTED, partition) if each.get("ce_causationid") == name]
        return any(each.get("ce_causationid") in ids for each in self.read(CASES, partition) if ids)


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaBroker]:
    with KafkaBroker(tmp_path_factory.mktemp("operator") / "kafka") as own:
        yield own


@pytest.fixture
def place(broker: KafkaBroker, tmp_path: Path) -> Iterator[Place]:
    """All topics, empty."""
    admin = AdminClient({"bootstrap.servers": broker.address, "log_level": 0})
    yield Place(broker, tmp_path)
    ours = [topic for topic in admin.list_topics(timeout=WAIT_S).topics if topic.startswith("complaints.")]
    for done in admin.delete_topics(ours).values():
        done.result(WAIT_S)
    wait_until(lambda: not {*ours} & {*admin.list_topics(timeout=WAIT_S).topics}, "the topics are gone")


def is_halted(crew: Crew, name: str, reason: str) -> bool:
    return reason in why_not(crew, name)


def why_not(crew: Crew, name: str) -> str:
    """What /readyz says of a processor, while it is not ready."""
    try:
        with urllib.request.urlopen(f"http://{crew.address(name)}/readyz", timeout=10) as answer:
            return "" if answer.status == 200 else "unknown"
    except urllib.error.HTTPError as error:
        with error:
            return error.read().decode()
    except (OSError, ValueError):
        return ""


def test_a_batch_that_nobody_can_unpack_is_skipped_under_a_running_intake(place: Place) -> None:
    with place.at_work("intake", "router", "sla", "claims") as crew:
        first, _ = place.complain(0)
        wait_until(lambda: place.routed(0, first), "a complaint is routed")
        _, offset = place.complain(0, b" " * LARGE_BYTES, **{"compression.type": "zstd"})
        behind, _ = place.complain(0)
        elsewhere, _ = place.complain(1)
        wait_until(lambda: place.routed(1, elsewhere), "the other shard goes on")
        wait_until(lambda: is_halted(crew, "intake", "undecodable_batch"), "intake's shard 0 has halted")
        backlog = place.tousu("backlog")
        assert backlog.returncode == 0, backlog.stderr
        assert f"{APP}/0 cannot be read on from offset {offset}" in backlog.stdout
        where = ("intake", "0", "--topic", APP)
        because = ("--reason", "cannot be unpacked", "--operator", "li.na")
        not_there = place.tousu("shard", "skip", *where, "--offset", str(offset + 1), *because)
        assert not_there.returncode == 4
        assert f"intake/0 stands at offset {offset} of {APP}, not at {offset + 1}" in not_there.stderr
        assert not place.routed(0, behind)
        done = place.tousu("shard", "skip", *where, "--offset", str(offset), *because)
        assert done.returncode == 0, done.stderr
        assert f"goes on at offset {offset + 1}" in done.stdout
        wait_until(lambda: place.routed(0, behind), "what lies behind it is routed")
        wait_until(lambda: crew.is_ready("intake"), "intake is ready")
    (told,) = place.passed(APP, 0)
    assert told["tousu-reason"] == "skipped_by_operator"
    assert told["tousu-operator"] == "li.na"
    assert told["tousu-message"].endswith("not copied: cannot be unpacked")
    assert (told["tousu-partition"], told["tousu-offset"]) == ("0", str(offset))
    assert (told["tousu-origin"], told["value"]) == ("intake/0", b"")
    audit_finds_nothing(place)


def audit_finds_nothing(place: Place) -> None:
    done = place.tousu("audit", "--json")
    assert document_of(done)["findings"] == [], done.stderr


def rebuild_is_faithful(place: Place, name: str) -> None:
    faithful_at_rest(place.tousu("rebuild", name, "--json"), place.broker.address)


def jump(place: Place, topic: str, partition: int, by: int) -> int:
    """A record whose number is so much too high, under the name of the topic's writer. Returns its offset."""
    last = max(place.read(topic, partition), key=lambda each: int(each["tousu-seq"]))
    headers = {name: value.encode() for name, value in last.items() if name not in ("value", "at")}
    headers |= {"tousu-seq": str(int(last["tousu-seq"]) + by).encode(), "ce_id": uuid.uuid4().hex.encode()}
    return place.write(topic, partition, b"{}", headers)


def test_a_record_that_halts_its_readers_is_skipped_by_each_and_a_rebuild_sees_it(place: Place) -> None:
    readers = ("sla", "claims")
    with place.at_work("intake", "router", *readers) as crew:
        first, _ = place.complain(0)
        wait_until(lambda: place.routed(0, first), "a complaint is routed")
        offset = jump(place, CASES, 0, 1_000)
        for name in readers:
            wait_until(partial(is_halted, crew, name, "missing_record"), f"{name} has halted")
            assert f"{CASES}/0 offset {offset}" in why_not(crew, name)
        second, _ = place.complain(0)
        wait_until(lambda: place.routed(0, second), "router is not touched by it")
        for name in readers:
            done = place.tousu(
                "shard", "skip", name, "0", "--topic", CASES, "--offset", str(offset), "--reason", "forged"
            )
            assert done.returncode == 0, done.stderr
        for name in readers:
            wait_until(partial(crew.is_ready, name), f"{name} has opened the shard again")
        third, _ = place.complain(0)
        wait_until(lambda: place.routed(0, third), "another complaint is routed")
        ended = place.read(CASES, 0)[-1]["at"]
        for name in readers:
            wait_until(partial(has_read, place, name, ended), f"{name} has read on")
    assert sorted(each["ce_source"] for each in place.passed(CASES, 0)) == ["tousu/claims", "tousu/sla"]
    assert all(each["value"] == b"{}" for each in place.passed(CASES, 0))
    for name in readers:
        rebuild_is_faithful(place, name)
    audit_finds_nothing(place)


def test_true_records_whose_numbers_were_forged_before_are_applied_after_one_command(place: Place) -> None:
    with place.at_work("intake", "router") as crew:
        first, _ = place.complain(0)
        wait_until(lambda: place.routed(0, first), "a complaint is routed")
        os.kill(crew.pid("intake"), signal.SIGSTOP)  # else a true tick comes between two forged records
        for _ in range(3):
            jump(place, ACCEPTED, 0, 1)
        os.kill(crew.pid("intake"), signal.SIGCONT)
        true, _ = place.complain(0)
        wait_until(partial(is_halted, crew, "router", "repeated_with_other_content"), "router has halted")
        done = place.tousu("shard", "resume", "router", "0", "--topic", ACCEPTED, "--reason", "forged")
        assert done.returncode == 0, done.stderr
        wait_until(lambda: place.routed(0, true), "the true complaint is routed")
        wait_until(partial(crew.is_ready, "router"), "router is at work")
    rebuild_is_faithful(place, "router")


def has_read(place: Place, name: str, offset: int) -> bool:
    return stands(place, name, CASES, 0) > offset


def stands(place: Place, name: str, topic: str, shard: int) -> int:
    lines = place.tousu("shard", "show", name, "--json").stdout.splitlines()
    rows = [orjson.loads(line) for line in lines]
    return next((row["offset"] for row in rows if (row["topic"], row["shard"]) == (topic, shard)), -1)


def test_intake_goes_on_behind_what_retention_took_unread(place: Place) -> None:
    with place.at_work("intake", "router"):
        first, _ = place.complain(1)
        wait_until(lambda: place.routed(1, first), "a complaint is routed")
    names, offsets = zip(*[place.complain(1) for _ in range(4)], strict=True)
    admin = AdminClient({"bootstrap.servers": place.broker.address, "log_level": 0})
    for deleted in admin.delete_records([TopicPartition(APP, 1, offsets[3])]).values():
        deleted.result(WAIT_S)
    with place.at_work("intake", "router") as crew:
        wait_until(lambda: is_halted(crew, "intake", "offset_gone"), "intake has halted")
        skipped = place.tousu(
            "shard", "skip", "intake", "1", "--topic", APP, "--offset", str(offsets[0]), "--reason", "x"
        )
        assert skipped.returncode == 4 and "tousu shard resume" in skipped.stderr
        done = place.tousu("shard", "resume", "intake", "1", "--topic", APP, "--reason", "retention was too short")
        assert done.returncode == 0, done.stderr
        assert f"3 records are lost, from {offsets[0]} through {offsets[2]}" in done.stdout
        wait_until(lambda: place.routed(1, names[3]), "what is left is routed")
        wait_until(lambda: crew.is_ready("intake"), "intake is ready")
        again = place.tousu("shard", "resume", "intake", "1", "--topic", APP, "--reason", "once more")
        assert again.returncode == 4 and "nothing is gone" in again.stderr
    (told,) = place.passed(APP, 1)
    assert told["tousu-reason"] == "records_lost"
    assert (told["tousu-offset"], told["tousu-through"]) == (str(offsets[0]), str(offsets[2]))


def test_intake_goes_on_in_a_topic_that_was_made_again(place: Place) -> None:
    with place.at_work("intake", "router"):
        first, _ = place.complain(0)
        wait_until(lambda: place.routed(0, first), "a complaint is routed")
    admin = AdminClient({"bootstrap.servers": place.broker.address, "log_level": 0})
    admin.delete_topics([APP])[APP].result(WAIT_S)
    wait_until(lambda: APP not in admin.list_topics(timeout=WAIT_S).topics, "the topic is gone")
    make_topics(place.broker.address, [APP], PARTITIONS)
    with Topics(place.broker.address) as topics:
        topics.apply(topics.plan(partitions=PARTITIONS))
    second, _ = place.complain(0)
    with place.at_work("intake", "router") as crew:
        wait_until(lambda: is_halted(crew, "intake", "topic_recreated"), "intake has halted")
        for shard in ("0", "1"):
            done = place.tousu("shard", "resume", "intake", shard, "--topic", APP, "--reason", "deleted by mistake")
            assert done.returncode == 0, done.stderr
            assert "made again" in done.stdout
        wait_until(lambda: place.routed(0, second), "what stands in the new topic is routed")
        wait_until(lambda: crew.is_ready("intake"), "intake is ready")


def test_a_jump_of_the_clock_is_accepted_in_the_checkpoint_and_told(place: Place) -> None:
    until = text_of_time(datetime.now(UTC) + timedelta(days=1))
    with place.at_work("intake", "router") as crew:
        wait_until(lambda: crew.is_ready("intake") and crew.is_ready("router"), "both are ready")
        wait_until(lambda: stands(place, "intake", APP, 0) == 0, "the shard has a checkpoint")
        done = place.tousu(
            "shard", "accept-clock", "intake", "0", "--until", until, "--reason", "#814", "--operator", "li.na"
        )
        assert done.returncode == 0, done.stderr
        wait_until(lambda: place.read(REJECTED, 0), "it is told")
        for other, sentence in (("router", "intake alone keeps time"), ("intake", "already")):
            past = ("--until", "2020-01-01T00:00:00Z", "--reason", "late")
            refused = place.tousu("shard", "accept-clock", other, "0", *past)
            assert (refused.returncode, sentence in refused.stderr) == (4, True), refused.stderr
        wrong = place.tousu("shard", "accept-clock", "intake", "0", "--until", "tomorrow", "--reason", "#814")
        assert wrong.returncode == 2
        wait_until(lambda: crew.is_ready("intake"), "intake goes on")
    (told,) = place.read(REJECTED, 0)
    assert (told["ce_type"], told["tousu-origin"]) == ("tousu.time.jump_accepted.v1", "intake/0")
    data = orjson.loads(told["value"])
    assert data == {"until": until, "operator": "li.na", "why": "#814"}
    assert validator(told["ce_type"])(data) is None
    (checkpoint,) = [
        each.checkpoint
        for each in Inspection(f"sqlite:///{place.data}/intake.sqlite", "intake").standings()
        if each.shard == 0
    ]
    assert text_of_time(moment(checkpoint.clock_accepted_us)) == until
    assert place.tousu("rejected", "list", "--check").returncode == 0


def test_what_cannot_be_done_is_refused_with_what_there_is(place: Place) -> None:
    with place.at_work("intake"):
        first, _ = place.complain(0)
        wait_until(lambda: any(r.get("ce_causationid") == first for r in place.read(ACCEPTED, 0)), "it is accepted")
    end = place.read(APP, 0)[-1]["at"] + 1
    for arguments, sentence in (
        (("skip", "gateway", "0", "--topic", APP, "--offset", "0"), "there are intake, router, sla, claims, penalties"),
        (("skip", "intake", "7", "--topic", APP, "--offset", "0"), "the shards with a checkpoint: 0, 1"),
        (("skip", "intake", "0", "--topic", CASES, "--offset", "0"), f"it reads {APP}"),
        (("skip", "intake", "0", "--topic", APP, "--offset", str(end)), f"goes from 0 to {end}, so nothing"),
        (("resume", "intake", "0", "--topic", APP), "nothing is gone"),
    ):
        done = place.tousu("shard", *arguments, "--reason", "a try")
        assert (done.returncode, sentence in done.stderr) == (4, True), done.stderr
    done = place.tousu("shard", "skip", "intake", "0", "--topic", APP, "--offset", str(end), "--reason", " ")
    assert done.returncode == 2
    assert place.read(REJECTED, 0) == []

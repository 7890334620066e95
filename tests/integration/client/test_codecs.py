"""Records compressed by any codec, on topics that keep or change it, are read by every reader there is."""

from __future__ import annotations

import re
import struct
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import orjson
import pytest
from confluent_kafka import KafkaError, Producer

from tests.integration.cli.test_commands import run
from tests.integration.client.test_subscriber import numbered, read, seqs
from tests.new_topics import make_the_contracts_topics, make_topics, set_compression
from tests.printed import document_of
from tousu.client.topics import Topics
from tousu.local.kafka import KafkaBroker
from tousu.runtime.broker import OutRecord
from tousu.runtime.kafka_sink import KafkaSink
from tousu.runtime.store import Store

CODECS = ("none", "gzip", "snappy", "lz4", "zstd")
"""In the order of the numbers that stand for them in a batch."""
SETTINGS = ("producer", "uncompressed", "gzip", "snappy", "lz4", "zstd")
KEPT = ("producer",)
"""The setting under which every codec lies on the disk; what others make of a codec the test of all settings tells."""
EACH = 3
LONG = b"The parcel did not come. " * 60_000
"""Unpacked larger than any limit on what a broker takes, packed a few KB."""
WAIT_S = 120.0


def write(broker: str, codec: str, records: Sequence[OutRecord]) -> None:
    """One batch, compressed by a codec."""
    sink = KafkaSink(broker, {"compression.type": codec})
    sink.send(0, records)
    assert sink.flush(WAIT_S)
    sink.close()


def write_all(
    broker: str, topic: str, kind: str = "t.said", more: Sequence[tuple[str, bytes]] = (), under: Sequence[str] = KEPT
) -> int:
    """By each codec under each setting some records of the contract; how many."""
    count = 0
    for setting in under:
        set_compression(broker, topic, setting)
        for codec in CODECS:
            batch = numbered(topic, 0, range(count + 1, count + 1 + EACH), kind=kind)
            write(
                broker, codec, [each._replace(headers=[*each.headers, *more, ("x-more", b"x" * 500)]) for each in batch]
            )
            count += EACH
    return count


def codecs_kept(folder: Path, topic: str) -> list[str]:
    """By which codec each batch of a topic lies on the broker's disk."""
    found = []
    (log,) = folder.rglob(f"{topic}-0/*.log")
    raw = log.read_bytes()
    while raw:
        (length,) = struct.unpack_from(">i", raw, 8)
        (attributes,) = struct.unpack_from(">h", raw, 21)
        found.append(CODECS[attributes & 7])
        raw = raw[12 + length :]
    return found


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaBroker]:
    with KafkaBroker(tmp_path_factory.mktemp("codecs") / "kafka") as own:
        make_the_contracts_topics(own.address, 1)
        yield own


@pytest.mark.kafka
def test_a_subscriber_reads_every_codec_on_every_topic(
    broker: KafkaBroker, tmp_path_factory: pytest.TempPathFactory
) -> None:
    make_topics(broker.address, ["codecs"], 1)
    count = write_all(broker.address, "codecs", under=SETTINGS)
    kept = codecs_kept(tmp_path_factory.getbasetemp(), "codecs")
    assert kept == [
        codec if setting == "producer" else setting.replace("uncompressed", "none")
        for setting in SETTINGS
        for codec in CODECS
    ]
    assert seqs(read(broker.address, "codecs")) == list(range(1, count + 1))


@pytest.mark.kafka
@pytest.mark.parametrize("codec", CODECS[1:])
def test_a_record_that_unpacks_to_more_than_any_limit_is_read(broker: KafkaBroker, codec: str) -> None:
    topic = f"codecs.long.{codec}"
    make_topics(broker.address, [topic], 1, {"max.message.bytes": "1048576"})
    (record,) = numbered(topic, 0, [1])
    data = orjson.dumps({"seq": 1, "text": LONG.decode()})
    write(broker.address, codec, [record._replace(value=data)])
    assert read(broker.address, topic)[0].value == data


@pytest.mark.kafka
@pytest.mark.parametrize("codec", CODECS[1:])
def test_what_unpacks_to_more_than_an_inbound_topic_takes_is_refused_by_the_broker(
    broker: KafkaBroker, codec: str
) -> None:
    """So no adapter fills the memory of intake, whatever it packs; on a topic that keeps what is packed it could."""
    topic = "complaints.inbound.letter"
    try:
        assert sent(broker.address, codec, topic) == KafkaError.MSG_SIZE_TOO_LARGE
        set_compression(broker.address, topic, "producer")
        assert sent(broker.address, codec, topic) is None
        with Topics(broker.address) as topics:
            (step,) = (each for each in topics.plan(partitions=1) if each.action != "keep")
            assert str(step) == f"change {topic}: compression.type producer -> uncompressed"
            topics.apply([step])
        assert sent(broker.address, codec, topic) == KafkaError.MSG_SIZE_TOO_LARGE
    finally:
        set_compression(broker.address, topic, "uncompressed")


def sent(broker: str, codec: str, topic: str) -> int | None:
    """The broker's answer to a long record that is packed small: the code of the error, or None."""
    answers: list[int | None] = []
    producer = Producer({
        "bootstrap.servers": broker, "log_level": 0, "compression.type": codec, "message.max.bytes": 10_000_000,
    })  # fmt: skip
    producer.produce(
        topic, LONG, partition=0, on_delivery=lambda error, _: answers.append(None if error is None else error.code())
    )
    assert producer.flush(WAIT_S) == 0
    return answers[0]


@pytest.mark.kafka
def test_the_commands_read_every_codec_on_every_topic(broker: KafkaBroker, tmp_path: Path) -> None:
    asked = ("--broker", broker.address)
    count = write_all(broker.address, "complaints.sla")
    shown = run("tail", "sla", "-n", "1000", *asked, "--json")
    assert [orjson.loads(line)["event"]["data"]["seq"] for line in shown.stdout.splitlines()] == list(
        range(1, count + 1)
    )
    said = (("tousu-reason", b"wrong_schema"), ("tousu-message", b"the word content is missing"))
    write_all(broker.address, "complaints.rejected", "tousu.event.rejected.v1", said)
    listed = run("rejected", "list", *asked, "--json")
    assert [orjson.loads(line)["reason"] for line in listed.stdout.splitlines()] == ["wrong_schema"] * count
    store = Store(f"sqlite:///{tmp_path / 'sla.sqlite'}", "sla", ())
    store.create()
    store.close()
    audited = document_of(run("audit", *asked, "--data", str(tmp_path), "--json"))
    assert (audited["records"], audited["outputs"]) == (2 * count, 2 * count)
    assert not [each for each in audited["findings"] if each["invariant"] == "I2"], "every number is there"


@pytest.mark.parametrize(
    ("hidden", "command", "wanted"),
    [
        ("snappy", "from tousu import Subscriber; Subscriber('127.0.0.1:1', [])", "snappy .*pip install python-snappy"),
        ("lz4.frame", "from tousu import Subscriber; Subscriber('127.0.0.1:1', [])", "lz4 .*pip install lz4"),
        ("zstandard", "from tousu import Subscriber; Subscriber('127.0.0.1:1', [])", "zstd .*pip install zstandard"),
        ("cramjam", "import services.trends.__main__", "snappy, lz4, zstd .*pip install cramjam"),
    ],
)
def test_a_package_that_is_missing_is_named(hidden: str, command: str, wanted: str) -> None:
    without = f"import sys; sys.modules[{hidden!r}] = None; "
    done = subprocess.run([sys.executable, "-c", without + command], capture_output=True, text=True, timeout=60)
    assert done.returncode != 0
    said = done.stderr + done.stdout
    assert "codec_missing" in said
    assert re.search(f"compressed by {wanted}", said), said

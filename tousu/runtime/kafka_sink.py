"""The loop's way out on a real cluster: one idempotent producer for all shards of a copy, by confluent-kafka.

A record that the broker refuses for good would leave a hole, so librdkafka then gives the whole producer up
(`enable.gapless.guarantee`). The delivery reports say whose record it was: that shard is the caller's to halt, the
others publish again from their checkpoints with a fresh producer. Source: librdkafka, CONFIGURATION.md; KIP-98.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final, NamedTuple, NoReturn, cast

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from tousu.failure import Retry
from tousu.runtime.broker import OutRecord
from tousu.runtime.librdkafka import LOG, NETWORK
from tousu.runtime.topic_limits import TopicLimits
from tousu.runtime.unpublishable import BATCH_BYTES_MIN, Unpublishable

BATCH_BYTES: Final = 131_072
"""A broker holds a topic's `max.message.bytes` against whole batches: they stay below the least of all topics."""
MESSAGE_BYTES_MAX: Final = 2_097_152
BLAME_S: Final = 2.0
"""How long the delivery report may take that says which record a fatal error is about."""
ALONE_S: Final = 3.0
UNKNOWN_TOPIC_S: Final = 10.0
"""After which librdkafka reports a topic that the cluster does not know."""
NO_TOPIC_S: Final = 25.0
"""A broker that has just come back may not know its topics yet: so long a missing one is waited for."""
_NO_TOPIC: Final = frozenset(
    {KafkaError._UNKNOWN_TOPIC, KafkaError._UNKNOWN_PARTITION, KafkaError.UNKNOWN_TOPIC_OR_PART}
)
_NOT_AUTHORISED: Final = frozenset({KafkaError.TOPIC_AUTHORIZATION_FAILED, KafkaError.CLUSTER_AUTHORIZATION_FAILED})
_TOO_LARGE: Final = frozenset({KafkaError.MSG_SIZE_TOO_LARGE, KafkaError.RECORD_LIST_TOO_LARGE})
_FRESH_PRODUCER_MENDS: Final = frozenset({
    KafkaError.OUT_OF_ORDER_SEQUENCE_NUMBER, KafkaError.DUPLICATE_SEQUENCE_NUMBER, KafkaError.UNKNOWN_PRODUCER_ID,
    KafkaError.INVALID_PRODUCER_EPOCH, KafkaError.REQUEST_TIMED_OUT, KafkaError.NOT_ENOUGH_REPLICAS,
    KafkaError.NOT_ENOUGH_REPLICAS_AFTER_APPEND,
})  # fmt: skip
_LOCAL_MAX: Final = -100
"""Codes up to this are librdkafka's own: it says what became of a record, not what is wrong with it."""


class Failed(NamedTuple):
    """A record that was not published: whose, where, and why not."""

    shard: int
    topic: str
    partition: int
    error: KafkaError
    size_bytes: int

    @property
    def place(self) -> tuple[str, int]:
        return self.topic, self.partition

    @property
    def is_for_good(self) -> bool:
        """Whether publishing it again as it is would end in the same way."""
        code = self.error.code()
        return code in _NO_TOPIC or (code > _LOCAL_MAX and code not in _FRESH_PRODUCER_MENDS)


class KafkaSink:
    """Never gives up on a record and never leaves a hole. `topics` are those whose limits are watched.

    Waits at the start, at most some seconds, for the limits.
    """

    def __init__(self, servers: str, settings: Mapping[str, Any] = {}, topics: Sequence[str] = ()) -> None:
        connection = {"bootstrap.servers": servers, **NETWORK, **settings}
        self._limits = TopicLimits(connection, topics)
        self._settings = {
            "bootstrap.servers": servers,
            "enable.idempotence": True,
            "enable.gapless.guarantee": True,
            "acks": "all",
            "message.timeout.ms": 0,
            "linger.ms": 2,
            "batch.num.messages": 10_000,
            "message.max.bytes": MESSAGE_BYTES_MAX,
            "queue.buffering.max.messages": 500_000,
            "socket.nagle.disable": True,
            "topic.metadata.propagation.max.ms": int(UNKNOWN_TOPIC_S * 1000),
            **settings,
        }
        self._failed: list[tuple[int, KafkaError, Message]] = []
        self._generation = 0
        self._missing_since_s: dict[str, float] = {}
        self._producer, self._batch_bytes = self._fresh()

    def _fresh(self) -> tuple[Producer, int]:
        batch_bytes = self._batch_bytes_wanted()
        return Producer({"batch.size": batch_bytes, **self._settings}, logger=LOG), batch_bytes

    def _batch_bytes_wanted(self) -> int:
        least = min(self._limits.known().values(), default=BATCH_BYTES)
        return max(BATCH_BYTES_MIN, min(BATCH_BYTES, least))

    def limits(self) -> Mapping[str, int]:
        most = int(self._settings["message.max.bytes"])
        return {topic: min(most, limit) for topic, limit in self._limits.known().items()}

    def send(self, shard: int, records: Sequence[OutRecord]) -> None:
        report = self._reporter(shard, self._generation)
        for record in records:
            self._produce(self._producer, record, shard, report)
        self._serve(0)

    def _produce(
        self, producer: Producer, record: OutRecord, shard: int, report: Callable[[KafkaError | None, Message], None]
    ) -> None:
        while True:
            try:
                producer.produce(
                    record.topic, record.value, record.key, record.partition, on_delivery=report,
                    headers=cast("Any", record.headers),
                )  # fmt: skip
                return
            except BufferError:
                self._serve(0.1)
            except KafkaException as error:
                failed = Failed(shard, record.topic, record.partition, error.args[0], len(record.value))
                if failed.error.code() == KafkaError._FATAL:
                    self._give_up(failed.error.str())  # over a record handed over before this one
                self._fail(failed, failed.error.str())

    def _serve(self, timeout_s: float, *, all_out: bool = False) -> int:
        """Let delivery reports come in; how many records are not out yet. A fatal error comes as an exception."""
        try:
            return self._producer.flush(timeout_s) if all_out else self._producer.poll(timeout_s)
        except KafkaException as error:
            self._give_up(error.args[0].str())
        except SystemError as error:  # the fatal error was on its way out while a delivery report was taken in
            self._give_up(str(error.__cause__ or "the producer is broken"))

    def _reporter(self, shard: int, generation: int) -> Callable[[KafkaError | None, Message], None]:
        def report(error: KafkaError | None, message: Message) -> None:
            # Only kept here: while a fatal error is on its way out, every question to librdkafka ends in SystemError.
            if error is not None and generation == self._generation:
                self._failed.append((shard, error, message))

        return report

    def _give_up(self, words: str) -> NoReturn:
        """The producer is done for. What is in flight comes back as reports, that of the record in question first."""
        deadline_s = time.monotonic() + BLAME_S
        while self._blamed() is None and len(self._producer) and time.monotonic() < deadline_s:
            with suppress(KafkaException, SystemError):
                self._producer.poll(0.1)
        self._fail(self._blamed(), words)

    def _blamed(self) -> Failed | None:
        """The largest record of the first batch that was refused for good; several shards may share a batch."""
        blamed: Failed | None = None
        for shard, error, message in self._failed:
            failed = Failed(shard, message.topic() or "", message.partition() or 0, error, len(message))
            if not failed.is_for_good:
                continue
            if blamed is None or (failed.place == blamed.place and failed.size_bytes > blamed.size_bytes):
                blamed = failed
        return blamed

    def flush(self, timeout_s: float) -> bool:
        left = self._serve(timeout_s, all_out=True)
        if self._failed:
            self._fail(self._blamed(), self._failed[0][1].str())
        if left == 0 and self._batch_bytes_wanted() < self._batch_bytes:
            self._producer, self._batch_bytes = self._fresh()
        return left == 0

    def publish_alone(self, shard: int, records: Sequence[OutRecord]) -> bool:
        """With a producer of its own, so that nobody else is disturbed when it fails again."""
        if not records:
            return True
        failed: list[KafkaError] = []
        producer, _ = self._fresh()
        try:
            for record in records:
                producer.produce(
                    record.topic, record.value, record.key, record.partition, headers=cast("Any", record.headers),
                    on_delivery=lambda error, _: failed.append(error) if error is not None else None,
                )  # fmt: skip
            return producer.flush(ALONE_S) == 0 and not failed
        except (KafkaException, SystemError, BufferError):
            return False
        finally:
            with suppress(KafkaException, SystemError):
                producer.purge()

    def _fail(self, failed: Failed | None, words: str) -> NoReturn:
        batch_bytes = self._batch_bytes
        limits = self._limits.learn() if failed is not None and failed.error.code() in _TOO_LARGE else {}
        self.reset()
        if failed is None or self._may_pass(failed):
            raise Retry("broker_away", f"a record could not be published in order: {words}")
        limit_bytes = limits.get(failed.topic)
        if limit_bytes is not None and failed.size_bytes < limit_bytes < batch_bytes:
            raise Retry("limit_lowered", f"{failed.topic} takes {limit_bytes} bytes now; smaller batches go out")
        raise _halt(failed)

    def _may_pass(self, failed: Failed) -> bool:
        """Whether it is worth waiting: a topic may only be unknown yet."""
        if not failed.is_for_good:
            return True
        if failed.error.code() not in _NO_TOPIC:
            return False
        now_s = time.monotonic()
        since_s = self._missing_since_s.get(failed.topic, now_s)
        if now_s - since_s > 4 * NO_TOPIC_S:
            since_s = now_s  # another time
        self._missing_since_s[failed.topic] = since_s
        return now_s - since_s < NO_TOPIC_S

    def reset(self) -> None:
        """A fresh producer: what the old one still holds is thrown away; the checkpoint has it all."""
        self._generation += 1
        self._failed = []
        with suppress(KafkaException, SystemError):
            self._producer.purge()
        self._producer, self._batch_bytes = self._fresh()

    def close(self) -> None:
        # What is not out by now stands in the checkpoint: the next owner of the shard publishes it.
        with suppress(KafkaException, SystemError):
            self._producer.purge()


def _halt(failed: Failed) -> Unpublishable:
    where = f"{failed.topic}/{failed.partition}"
    code, words = failed.error.code(), failed.error.str()
    if code in _NO_TOPIC:
        message = f"{where} does not exist any more ({words}): `tousu topics apply` makes what is missing"
        return Unpublishable("no_topic", message, shard=failed.shard, topic=failed.topic)
    if code in _NOT_AUTHORISED:
        message = f"this processor may not write to {where} ({words}): give it the right"
        return Unpublishable("not_authorised", message, shard=failed.shard, topic=failed.topic)
    message = f"the broker refuses an output to {where} for good: {words}"
    size_bytes = failed.size_bytes if code in _TOO_LARGE else 0
    return Unpublishable("unpublishable_output", message, shard=failed.shard, topic=failed.topic, size_bytes=size_bytes)

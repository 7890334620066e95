"""Where the inputs end, and whether a record stands behind an end that no reader is shown yet.

A record has its append time as soon as its leader has it, and is shown when the replicas in sync have it, too: some
milliseconds later, or seconds, while one of them is being lost. Until then the end of the log lies before it, so what
reads up to that end has not heard everything up to now. The newest record of a partition tells: brokers look for it in
all they hold, and name none where it is not shown. Source: KIP-734, KIP-207; Kafka,
`Partition.fetchOffsetForTimestamp`. Of the very first record of a partition nothing can be told so.

Nobody is asked of a partition without a leader. It would tell nothing, and it would end the process now and then:
librdkafka works on such a question in two threads at once when it hears of the topics meanwhile. Source: librdkafka,
`rd_kafka_topic_partition_list_query_leaders_async`, which observes its cache only while it misses a leader.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from concurrent.futures import Future
from datetime import datetime
from typing import Any, Final, NamedTuple

from confluent_kafka import KafkaError, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec  # type: ignore[attr-defined]

from tousu.runtime.broker import Identity, Partition

REQUEST_S: Final = 10.0
_LATEST: Final = OffsetSpec.latest()  # type: ignore[no-untyped-call]
_NEWEST: Final = OffsetSpec.max_timestamp()  # type: ignore[no-untyped-call]
_EARLIEST: Final = OffsetSpec.earliest()  # type: ignore[no-untyped-call]
_NOT_KNOWN: Final = frozenset({KafkaError._UNSUPPORTED_FEATURE, KafkaError.UNSUPPORTED_VERSION})
_Answers = Mapping[TopicPartition, Future[Any]]


class EndsAnswer(NamedTuple):
    """An answer. `ends`: of the partitions whose broker answered. `hidden`: where records may stand behind the end."""

    asked_at: datetime
    time_us: int
    ends: Mapping[Partition, int]
    hidden: frozenset[Partition]


class LogEnds:
    """One question at a time, in the background. `sees_hidden`: whether to ask for what is not shown as well."""

    def __init__(self, admin: AdminClient, request_s: float = REQUEST_S) -> None:
        self.sees_hidden = False
        self._admin, self._request_s = admin, request_s
        self._led: set[Partition] | None = None
        """The partitions that have a leader, as far as the brokers have told; None before they have."""
        self._asked: tuple[datetime, int] | None = None
        self._latest: _Answers = {}
        self._newest: _Answers = {}
        self._earliest: _Answers = {}

    def follow(self, identity: Identity, *, keeps_time: bool) -> None:
        """The brokers have told of the topics. What is replicated is shown later than it is appended; it matters to who
        keeps time."""
        self.sees_hidden = identity.is_replicated and keeps_time
        if identity.topic_ids:
            self._led = set(identity.led)

    def ask(self, asked_at: datetime, time_us: int, places: Collection[Partition]) -> None:
        """Ask for the ends of those of these partitions that are led; nothing is asked while an answer is awaited."""
        places = places if self._led is None else [place for place in places if place in self._led]
        if self._asked is not None or not places:
            return
        self._asked = asked_at, time_us
        self._newest = self._list(places, _NEWEST) if self.sees_hidden else {}
        self._earliest = self._list(places, _EARLIEST) if self.sees_hidden else {}
        self._latest = self._list(places, _LATEST)

    def _list(self, places: Collection[Partition], wanted: OffsetSpec) -> _Answers:
        return self._admin.list_offsets({TopicPartition(*at): wanted for at in places}, request_timeout=self._request_s)

    def answer(self) -> EndsAnswer | None:
        """What was told, once, when all of it is there; None, too, where the brokers do not know the question.

        A partition of which no broker could say has told no end; the others have. It is not asked for again before the
        brokers have told of the topics anew: it may have lost its leader.
        """
        questions = (self._latest, self._newest, self._earliest)
        if self._asked is None or not all(future.done() for question in questions for future in question.values()):
            return None
        (asked_at, time_us), self._asked = self._asked, None
        try:
            ends, newest, earliest = (_offsets(question) for question in questions)
        except KafkaException:
            self.sees_hidden = False
            return None  # asked again within a second; time simply does not move meanwhile
        # Of a broker that does not answer librdkafka makes no error, but an offset below all that there are.
        answered = newest.keys() & earliest.keys() if self._newest else ends.keys()
        ends = {at: end for at, end in ends.items() if end >= 0 and at in answered}
        if self._led is not None:
            self._led -= {(partition.topic, partition.partition) for partition in self._latest} - ends.keys()
        hidden = (
            at for at in ends.keys() & newest.keys() if earliest[at] < ends[at] and not 0 <= newest[at] < ends[at]
        )
        return EndsAnswer(asked_at, time_us, ends, frozenset(hidden))


def _offsets(answers: _Answers) -> dict[Partition, int]:
    """The offsets that were told. Raises KafkaException where the brokers do not know the question."""
    offsets = {}
    for partition, future in answers.items():
        try:
            offsets[partition.topic, partition.partition] = future.result().offset
        except KafkaException as error:
            if error.args[0].code() in _NOT_KNOWN:
                raise
    return offsets

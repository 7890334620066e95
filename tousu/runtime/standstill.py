"""Partitions that cannot be read on: the same error at the same offset, again and again.

librdkafka asks for a batch that it cannot unpack for ever, and tells of it each time; a broker that is away, or a
record that comes a little later, looks different after a few seconds.
"""

from __future__ import annotations

import time
from typing import Final, NamedTuple

from confluent_kafka import KafkaError

from tousu.failure import Stop

PATIENCE_S: Final = 10.0
_UNDECODABLE: Final = frozenset({
    KafkaError._BAD_COMPRESSION, KafkaError._BAD_MSG, KafkaError._UNDERFLOW, KafkaError._CRIT_SYS_RESOURCE,
    KafkaError.INVALID_MSG, KafkaError.INVALID_MSG_SIZE, KafkaError.MSG_SIZE_TOO_LARGE,
})  # fmt: skip
_CODEC_MISSING: Final = frozenset({KafkaError._NOT_IMPLEMENTED, KafkaError.UNSUPPORTED_COMPRESSION_TYPE})
_NOT_AUTHORISED: Final = frozenset({KafkaError.TOPIC_AUTHORIZATION_FAILED})
UNREADABLE: Final = frozenset({"undecodable_batch", "codec_missing", "not_authorised"})
"""The reasons with which a reader stands in front of records that are there."""
_Place = tuple[str, int]


class _Failing(NamedTuple):
    offset: int
    since_s: float


class Standstill:
    """Where reading fails, and since when. Who reads on from a place says so with `moved`."""

    def __init__(self, patience_s: float = PATIENCE_S) -> None:
        self._patience_s = patience_s
        self._failing: dict[_Place, _Failing] = {}

    def failed(self, place: _Place, offset: int, error: KafkaError) -> Stop | None:
        """An error in place of the record at `offset`: the halt, once it has lasted."""
        if reason_of(error) == "":
            return None
        now_s = time.monotonic()
        failing = self._failing.get(place)
        if failing is None or failing.offset != offset:
            failing = self._failing[place] = _Failing(offset, now_s)
        if now_s - failing.since_s < self._patience_s and error.code() not in _NOT_AUTHORISED:
            return None  # of a missing right librdkafka tells once, however often it is refused
        del self._failing[place]
        return unreadable(place, offset, error)

    def moved(self, place: _Place) -> None:
        """Something came from there, or it is not read any more."""
        self._failing.pop(place, None)


def reason_of(error: KafkaError) -> str:
    """The reason code of an error that stands in the place of records; empty for one that passes by itself."""
    code = error.code()
    if code in _UNDECODABLE:
        return "undecodable_batch"
    if code in _CODEC_MISSING:
        return "codec_missing"
    return "not_authorised" if code in _NOT_AUTHORISED else ""


def unreadable(place: _Place, offset: int, error: KafkaError) -> Stop:
    """The halt in front of what cannot be read."""
    where = f"{place[0]}/{place[1]} cannot be read on from offset {offset}: {error.str()}"
    reason = reason_of(error)
    if reason == "undecodable_batch":
        return Stop("undecodable_batch", f"{where}; `tousu shard skip` passes it over")
    if reason == "codec_missing":
        return Stop("codec_missing", f"{where}; this librdkafka was built without the codec")
    return Stop("not_authorised", f"{where}; `tousu topics apply --acls` gives this processor the right to read")

"""Partitions that cannot be read on: the same error at the same offset again and again, or no answer at all.

librdkafka asks for a batch that it cannot unpack for ever, and tells of it each time; a broker that is away, or a
record that comes a little later, looks different after a few seconds. Silence without an error is told by the end of
the log alone, which another client asks for: it lies further, and what is fetched holds nothing.
"""

from __future__ import annotations

import time
from typing import Final, NamedTuple

from confluent_kafka import KafkaError

from tousu.failure import Stop

PATIENCE_S: Final = 10.0
SILENCE_S: Final = 60.0
"""How long nothing may come although the log goes on; after half of it the records are asked for anew."""
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
    is_asked_anew: bool = False


class Standstill:
    """Where reading fails, and since when. Who reads on from a place says so with `moved`."""

    def __init__(self, patience_s: float = PATIENCE_S, silence_s: float = SILENCE_S) -> None:
        self._patience_s, self._silence_s = patience_s, silence_s
        self._failing: dict[_Place, _Failing] = {}
        self._silent: dict[_Place, _Failing] = {}
        self._drained_at_s = time.monotonic()

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
        self.spoke(place)

    def drained(self) -> None:
        """All that was fetched has been handed over. A silence lasts up to here: what waits in a queue is none."""
        self._drained_at_s = time.monotonic()

    def silent(self, place: _Place, offset: int) -> Stop | None:
        """The log goes on behind `offset` and nothing came so far: the halt, once it has lasted."""
        silent = self._silent.get(place)
        if silent is None or silent.offset != offset:
            silent = self._silent[place] = _Failing(offset, time.monotonic())
        if self._drained_at_s - silent.since_s < self._silence_s:
            return None
        del self._silent[place]
        where = f"{place[0]}/{place[1]} goes on from offset {offset}"
        return Stop("nothing_fetched", f"{where}, but neither a record nor an error has come for {self._silence_s:g} s")

    def is_worth_asking(self, place: _Place) -> bool:
        """Whether a silence has lasted so long that the records are to be asked for anew; says so once."""
        silent = self._silent.get(place)
        if silent is None or silent.is_asked_anew or self._drained_at_s - silent.since_s < self._silence_s / 2:
            return False
        self._silent[place] = silent._replace(is_asked_anew=True)
        return True

    def spoke(self, place: _Place) -> None:
        """It is not silent: all is read, something came, or nothing is asked for."""
        self._silent.pop(place, None)


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

"""A record as the client library hands it over: nothing that somebody wrote into it may raise out of here."""

from __future__ import annotations

from operator import methodcaller
from typing import Final, cast

from confluent_kafka import TIMESTAMP_LOG_APPEND_TIME, Message

from tousu.event import Headers
from tousu.runtime.broker import Record

# A direct call would do, were it not that CPython leaves its check of a C function's answer out once a call is hot: the
# error would then come up in some later line.
_READ_HEADERS: Final = methodcaller("headers")


def record_of(message: Message) -> Record:
    """The record of a delivered message. Headers that cannot be read are left out, and `flaw` says so.

    librdkafka reads up to 100,000 headers; of a record with more it shows none, as of one without any.
    """
    topic, partition, offset = message.topic(), message.partition(), message.offset()
    # A delivered message always has these; the stubs allow for messages that a producer has not placed yet.
    assert topic is not None
    assert partition is not None
    assert offset is not None
    headers, flaw = _headers_of(message)
    kind, time_ms = message.timestamp()
    append_ms = time_ms if kind == TIMESTAMP_LOG_APPEND_TIME else -1
    return Record(topic, partition, offset, message.key(), message.value(), headers, append_ms, flaw)


def _headers_of(message: Message) -> tuple[Headers, str]:
    try:
        return cast("Headers", _READ_HEADERS(message) or ()), ""
    except (SystemError, ValueError):  # confluent-kafka decodes names without looking, and the answer is lost
        return (), "the name of a header is not UTF-8, so none of the headers can be read"

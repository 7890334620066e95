"""What every client of librdkafka here has in common: where it says things, how long it waits, what ends it."""

from __future__ import annotations

import logging
from typing import Final

from confluent_kafka import KafkaError

LOG: Final = logging.getLogger("tousu.librdkafka")
"""What librdkafka says of connections; the process decides where it goes."""
REQUEST_S: Final = 10.0
NETWORK: Final = {
    # A connection on which a question stays unanswered for so long is closed, and another one is tried at once.
    "socket.timeout.ms": 10_000,
    "socket.connection.setup.timeout.ms": 10_000,
    "socket.keepalive.enable": True,
    "reconnect.backoff.max.ms": 1_000,
}


def is_fatal(error: KafkaError) -> bool:
    """Whether the client is done for. A consumer's fatal error comes as a message whose `fatal()` is false; only the
    code tells."""
    return error.fatal() or error.code() == KafkaError._FATAL

"""Options for kafka-python's clients, which must speak an old tongue to the embedded broker."""

from __future__ import annotations

import socket
import struct
import time
from typing import Any, Final

from kafka.errors import BrokerIdNotRegisteredError, BrokerNotAvailableError, KafkaError, UnknownBrokerIdError

from tousu.connection import Connection
from tousu.failure import Retry
from tousu.login import check_login

ASK_S: Final = 2.0
AGAIN_S: Final = 0.1
_API_VERSIONS: Final = 18
_UNSUPPORTED: Final = 35
_STARTING: Final = (BrokerIdNotRegisteredError, BrokerNotAvailableError, UnknownBrokerIdError)
_OLD: Final = (2, 0)
"""As which version the embedded broker is spoken to: it knows ApiVersions up to 2 only, which Kafka 2.4 left behind."""


def options(servers: str | Connection, timeout_s: float, **more: Any) -> dict[str, Any]:
    """Constructor options for a kafka-python client of any kind, once one of the brokers takes connections.

    Raises Retry `broker_away` when none does within `timeout_s`, Stop `not_authenticated` or `tls_failed` where it does
    not let us in.
    """
    connection = servers if isinstance(servers, Connection) else Connection(servers)
    wait_for_a_broker(connection.servers, timeout_s)
    check_login(connection, timeout_s)
    settings = connection.kafka_python() | {"client_id": "tousu", "bootstrap_timeout_ms": int(timeout_s * 1000)} | more
    if connection.protocol == "PLAINTEXT" and is_embedded(connection.servers):
        settings["api_version"] = _OLD
    return settings


def may_pass(error: KafkaError) -> bool:
    """Whether asking again later can help: also while brokers of a cluster that starts do not know all of each other,
    which kafka-python takes for final."""
    return error.retriable or isinstance(error, _STARTING)


def wait_for_a_broker(servers: str, timeout_s: float) -> None:
    """Return once one of the brokers takes a connection. Raises Retry `broker_away` when the time is up."""
    ends_s = time.monotonic() + timeout_s
    while True:
        for server in servers.split(","):
            try:
                socket.create_connection(_address(server), ASK_S).close()
            except OSError as error:
                words = str(error)
            else:
                return
        if time.monotonic() >= ends_s:
            raise Retry("broker_away", f"none of the brokers {servers} takes a connection: {words}")
        time.sleep(AGAIN_S)


def is_embedded(servers: str) -> bool:
    """Whether a broker refuses the ApiVersions request of Kafka 2.4 and newer, as the embedded one does."""
    name = b"tousu"
    compact = bytes([len(name) + 1]) + name
    request = struct.pack(">hhih", _API_VERSIONS, 3, 1, len(name)) + name + b"\0" + compact + b"\x021" + b"\0"
    try:
        with socket.create_connection(_address(servers.split(",", maxsplit=1)[0]), ASK_S) as line:
            line.settimeout(ASK_S)
            line.sendall(struct.pack(">i", len(request)) + request)
            answer = line.recv(10)
    except OSError:
        return False
    return len(answer) == 10 and struct.unpack(">iih", answer)[2] == _UNSUPPORTED


def _address(server: str) -> tuple[str, int]:
    host, _, port = server.strip().rpartition(":")
    return host.strip("[]"), int(port)

"""Options for kafka-python's clients, which must speak an old tongue to the embedded broker."""

from __future__ import annotations

import socket
import struct
from typing import Any, Final

from tousu.connection import Connection

ASK_S: Final = 2.0
_API_VERSIONS: Final = 18
_UNSUPPORTED: Final = 35
_OLD: Final = (2, 0)
"""As which version the embedded broker is spoken to: it knows ApiVersions up to 2 only, which Kafka 2.4 left behind."""


def options(servers: str | Connection, **more: Any) -> dict[str, Any]:
    """Constructor options for a kafka-python client of any kind. A broker that is away is no error here."""
    connection = servers if isinstance(servers, Connection) else Connection(servers)
    found = connection.kafka_python() | {"client_id": "tousu"} | more
    if connection.protocol == "PLAINTEXT" and is_embedded(connection.servers):
        found["api_version"] = _OLD
    return found


def is_embedded(servers: str) -> bool:
    """Whether a broker refuses the ApiVersions request of Kafka 2.4 and newer, as the embedded one does."""
    host, _, port = servers.split(",", maxsplit=1)[0].strip().rpartition(":")
    name = b"tousu"
    compact = bytes([len(name) + 1]) + name
    request = struct.pack(">hhih", _API_VERSIONS, 3, 1, len(name)) + name + b"\0" + compact + b"\x021" + b"\0"
    try:
        with socket.create_connection((host.strip("[]"), int(port)), ASK_S) as line:
            line.settimeout(ASK_S)
            line.sendall(struct.pack(">i", len(request)) + request)
            answer = line.recv(10)
    except OSError:
        return False
    return len(answer) == 10 and struct.unpack(">iih", answer)[2] == _UNSUPPORTED

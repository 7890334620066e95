"""How a Kafka cluster is reached: addresses and credentials, in the words of both client libraries."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

PROTOCOLS: Final = ("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL")
MECHANISMS: Final = ("SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN")


@dataclass(frozen=True, slots=True)
class Connection:
    """The way to one cluster. `servers` is host:port, several separated by commas.

    `extra` are further librdkafka properties (its own spelling); kafka-python does not get them.
    Source: docs/security.md: SASL_SSL with SCRAM-SHA-512, or SSL with a client certificate.
    """

    servers: str
    protocol: str = "PLAINTEXT"
    mechanism: str = "SCRAM-SHA-512"
    user: str = ""
    password: str = field(default="", repr=False)
    authority_file: Path | None = None
    certificate_file: Path | None = None
    key_file: Path | None = None
    extra: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def _with_password(self) -> bool:
        return self.protocol.startswith("SASL")

    def librdkafka(self) -> dict[str, Any]:
        """Properties for confluent-kafka, `bootstrap.servers` left out. Host names of certificates are checked."""
        settings: dict[str, Any] = {"security.protocol": self.protocol}
        if self._with_password:
            settings |= {"sasl.mechanisms": self.mechanism, "sasl.username": self.user, "sasl.password": self.password}
        files = {
            "ssl.ca.location": self.authority_file,
            "ssl.certificate.location": self.certificate_file,
            "ssl.key.location": self.key_file,
        }
        return settings | {name: str(path) for name, path in files.items() if path is not None} | dict(self.extra)

    def kafka_python(self) -> dict[str, Any]:
        """Options for kafka-python's clients, `bootstrap_servers` included."""
        settings: dict[str, Any] = {"bootstrap_servers": self.servers.split(","), "security_protocol": self.protocol}
        if self._with_password:
            settings |= {
                "sasl_mechanism": self.mechanism,
                "sasl_plain_username": self.user,
                "sasl_plain_password": self.password,
            }
        files = {
            "ssl_cafile": self.authority_file,
            "ssl_certfile": self.certificate_file,
            "ssl_keyfile": self.key_file,
        }
        return settings | {name: str(path) for name, path in files.items() if path is not None}


class Connected(ABC):
    """What holds a connection to a cluster until it is closed; leaving its `with` closes it."""

    @abstractmethod
    def close(self) -> None:
        """Let go of the connection."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

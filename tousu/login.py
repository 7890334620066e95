"""Why a broker does not let us in. librdkafka says so aside; where one asks, it only says that nobody answers."""

from __future__ import annotations

import time
from typing import Any, Final, Protocol

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient

from tousu.connection import Connection
from tousu.failure import Retry, Stop

NOT_AUTHENTICATED: Final = "not_authenticated"
TLS_FAILED: Final = "tls_failed"
UNKNOWN_USER: Final = (
    "the brokers know no such user and password; compare TOUSU_KAFKA_USER, its password, and TOUSU_KAFKA_MECHANISM "
    "with the users of the cluster"
)
NOT_SAFE: Final = (
    "no safe connection; TOUSU_KAFKA_CA_FILE must hold the certificate that signed the brokers', and their "
    "certificates the host names of TOUSU_BROKER"
)
_WORDS: Final = {
    KafkaError._AUTHENTICATION: (NOT_AUTHENTICATED, UNKNOWN_USER),
    KafkaError._SSL: (TLS_FAILED, NOT_SAFE),
}
LOOK_S: Final = 0.1


class _Client(Protocol):
    def poll(self, timeout: float, /) -> Any: ...


class Login:
    """What the brokers say of our credentials; give `heard` to a client of librdkafka as `error_cb`."""

    def __init__(self) -> None:
        self._refused: tuple[str, str] | None = None

    def heard(self, error: KafkaError) -> None:
        """An error that a client tells of itself."""
        code = error.code()
        if code in _WORDS:
            reason, words = _WORDS[code]
            said = error.str().partition(": ")[2] or error.str()
            self._refused = reason, f"{words} ({said})"

    def listen(self, client: _Client) -> None:
        """Let a client that did not get an answer say why; not for one whose records would be lost by it."""
        client.poll(LOOK_S)

    def let_in(self) -> None:
        """The brokers have answered: what they said before is over."""
        self._refused = None

    def away(self, words: str) -> Retry:
        """Why there was no answer: the login, where it is that, else `broker_away` with these words."""
        return Retry(*self._refused) if self._refused is not None else Retry("broker_away", words)

    @property
    def trouble(self) -> str:
        """Why the brokers do not let us in; empty while they do."""
        return self._refused[1] if self._refused is not None else ""


def check_login(connection: Connection, timeout_s: float) -> None:
    """Return once a broker has let us in.

    Raises Stop `not_authenticated` or `tls_failed` when it does not, Retry `broker_away` when none answers in time.
    """
    if connection.protocol == "PLAINTEXT":
        return
    login = Login()
    properties: dict[str, Any] = {
        "bootstrap.servers": connection.servers, **connection.librdkafka(), "error_cb": login.heard, "log_level": 0
    }  # fmt: skip
    client = AdminClient(properties)
    ends_s = time.monotonic() + timeout_s
    words = ""
    while time.monotonic() < ends_s:
        try:
            client.list_topics(timeout=1.0)
        except KafkaException as error:
            words = error.args[0].str()
            login.listen(client)
        else:
            return
        if login.trouble:
            failure = login.away("")
            raise Stop(failure.reason, failure.message)
    raise Retry("broker_away", f"the broker does not answer: {words}")

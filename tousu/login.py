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
NOT_AUTHORISED: Final = "not_authorised"
LOOK_S: Final = 0.1


class _Client(Protocol):
    def poll(self, timeout: float, /) -> Any: ...


class Login:
    """What the brokers say of our credentials; give `heard` to the clients of librdkafka as `error_cb`.

    `group` is the consumer group that we want to be in.
    """

    def __init__(self, group: str = "") -> None:
        self._group = group
        self._refused: Retry | None = None
        self._shut_out: Retry | None = None

    def heard(self, error: KafkaError) -> None:
        """An error that a client tells of itself."""
        code = error.code()
        if code in _WORDS:
            reason, words = _WORDS[code]
            self._refused = Retry(reason, f"{words} ({error.str().partition(': ')[2] or error.str()})")
        elif code == KafkaError.GROUP_AUTHORIZATION_FAILED:
            self._shut_out = not_authorised(f"be a member of group {self._group}", error)

    def let_in(self) -> None:
        """The brokers have answered: what they said before is over."""
        self._refused = None

    def joined(self) -> None:
        """The group has taken us."""
        self._shut_out = None

    def failure(self, silence: str = "") -> Retry | None:
        """Why we are not in; None where only time is missing. `silence`: in which way nobody answers, if so."""
        if self._refused is not None or not silence:
            return self._refused or self._shut_out
        return Retry("broker_away", silence)

    def why(self, client: _Client, action: str, error: KafkaError) -> Retry:
        """Why a question was not answered. `action` it was about as in `see topic complaints.cases`.

        Lets the client say what it knows; not for one whose records would be lost by it.
        """
        if error.code() == KafkaError.TOPIC_AUTHORIZATION_FAILED:
            return not_authorised(action, error)
        client.poll(LOOK_S)
        return self._refused or Retry("broker_away", f"cannot {action}: {error.str()}")


def not_authorised(action: str, error: KafkaError) -> Retry:
    """A right that is missing, and may be given any moment. `action` as in `see topic complaints.cases`."""
    message = f"this user may not {action} ({error.str()}); `tousu topics apply --acls` gives the rights"
    return Retry(NOT_AUTHORISED, message)


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
    while True:
        try:
            client.list_topics(timeout=min(1.0, timeout_s))
        except KafkaException as error:
            failure = login.why(client, "reach the broker", error.args[0])
        else:
            return
        if failure.reason != "broker_away":
            raise Stop(failure.reason, failure.message)
        if time.monotonic() > ends_s:
            raise failure

"""What makes the local broker a secured one: TLS by an authority of its own, SCRAM-SHA-512, and Kafka's authorizer.

Nothing is allowed to anybody but the super user until ACLs say so, as on a production cluster. The authority is thrown
away with its folder; nobody else should trust it. Source: Kafka's documentation, 'Security' (KRaft: brokers and
controllers know each other by certificates, since a controller cannot ask itself for SCRAM passwords).
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Final

from tousu.connection import Connection
from tousu.key_file import make_key_file
from tousu.local.authority import make_certificates
from tousu.local.machine import LOOPBACK

SUPER_USER: Final = "root"
"""Who may do everything: the broker itself, and whoever writes users and ACLs."""
NAME: Final = "broker"
"""How the broker is called by its certificate, at the controller's door."""
AUTHORIZER: Final = "org.apache.kafka.metadata.authorizer.StandardAuthorizer"
SCRAM: Final = "org.apache.kafka.common.security.scram.ScramLoginModule"


class Secured:
    """Certificates and passwords of one broker, kept in `folder` (made if missing, for its owner alone)."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()
        self.authority_file = self._folder / "ca.pem"
        self._identity_file = self._folder / "broker.p12"
        self._key_password_file = self._folder / "broker.key-password"
        self._password_file = self._folder / f"{SUPER_USER}.password"

    def make(self) -> None:
        """Make what is missing."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        make_key_file(self._password_file)
        make_key_file(self._key_password_file)
        if not self._identity_file.exists():
            password = self._key_password_file.read_text().strip()
            make_certificates(self.authority_file, {self._identity_file: (NAME, ("localhost", LOOPBACK))}, password)

    @cached_property
    def _password(self) -> str:
        return self._password_file.read_text().strip()

    def connection(self, servers: str) -> Connection:
        """The super user's way in."""
        return self.connection_of(servers, SUPER_USER, self._password)

    def connection_of(self, servers: str, user: str, password: str) -> Connection:
        """Anybody's way in."""
        return Connection(
            servers, protocol="SASL_SSL", user=user, password=password, authority_file=self.authority_file
        )

    def format_options(self) -> tuple[str, ...]:
        """What the storage is formatted with, so that there is a first user."""
        return "--add-scram", f"SCRAM-SHA-512=[name={SUPER_USER},password={self._password}]"

    def properties(self, port: int, advertised_port: int, controller_port: int) -> dict[str, str]:
        """The lines of server.properties, in place of those of an open broker."""
        login = f'{SCRAM} required username="{SUPER_USER}" password="{self._password}";'
        controller = "listener.name.controller.ssl"
        return {
            "listeners": f"SASL_SSL://{LOOPBACK}:{port},CONTROLLER://{LOOPBACK}:{controller_port}",
            "advertised.listeners": f"SASL_SSL://{LOOPBACK}:{advertised_port}",
            "inter.broker.listener.name": "SASL_SSL",
            "listener.security.protocol.map": "SASL_SSL:SASL_SSL,CONTROLLER:SSL",
            "sasl.enabled.mechanisms": "SCRAM-SHA-512",
            "sasl.mechanism.inter.broker.protocol": "SCRAM-SHA-512",
            "listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config": login,
            "ssl.keystore.type": "PKCS12",
            "ssl.keystore.location": str(self._identity_file),
            "ssl.keystore.password": self._key_password_file.read_text().strip(),
            "ssl.truststore.type": "PEM",
            "ssl.truststore.location": str(self.authority_file),
            f"{controller}.client.auth": "required",
            "authorizer.class.name": AUTHORIZER,
            "allow.everyone.if.no.acl.found": "false",
            "super.users": f"User:{SUPER_USER};User:CN={NAME}",
        }

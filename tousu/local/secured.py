"""What makes the local broker a secured one: TLS by an authority of its own, SCRAM-SHA-512, and Kafka's authorizer.

Nothing is allowed to anybody but the super user until ACLs say so, as on a production cluster. The authority is thrown
away with its folder; nobody else should trust it. Source: Kafka's documentation, 'Security' (KRaft: brokers and
controllers know each other by certificates, since a controller cannot ask itself for SCRAM passwords).
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from functools import cached_property
from ipaddress import ip_address
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates
from cryptography.x509.oid import NameOID

from tousu.connection import Connection
from tousu.key_file import make_key_file
from tousu.local.machine import LOOPBACK

SUPER_USER: Final = "root"
"""Who may do everything: the broker itself, and whoever writes users and ACLs."""
BROKER: Final = "CN=broker"
"""How the broker is called by its certificate, at the controller's door."""
VALID: Final = (datetime(2020, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
"""No clock of a machine that tries things out lies outside."""
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
            self._make_certificates()

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
            "super.users": f"User:{SUPER_USER};User:{BROKER}",
        }

    def _make_certificates(self) -> None:
        """An authority, and the broker's certificate by it for this machine; the authority's own key is not kept."""
        authority_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
        authority_name = _name("tousu throw-away authority")
        authority = (
            _certificate(authority_name, authority_name, authority_key, authority_key)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_signs_certificates(), critical=True)
            .sign(authority_key, hashes.SHA256())
        )
        own_names = [x509.DNSName("localhost"), x509.DNSName(LOOPBACK), x509.IPAddress(ip_address(LOOPBACK))]
        broker = (
            _certificate(_name("broker"), authority_name, key, authority_key)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.SubjectAlternativeName(own_names), critical=False)
            .sign(authority_key, hashes.SHA256())
        )
        password = self._key_password_file.read_text().strip().encode()
        kept = serialize_key_and_certificates(b"broker", key, broker, [authority], BestAvailableEncryption(password))
        self.authority_file.write_bytes(authority.public_bytes(Encoding.PEM))
        self._identity_file.touch(mode=0o600)
        self._identity_file.write_bytes(kept)


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _signs_certificates() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=False, content_commitment=False, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=True, crl_sign=True, encipher_only=False, decipher_only=False,
    )  # fmt: skip


def _certificate(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    issuer_key: ec.EllipticCurvePrivateKey,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder(subject_name=subject, issuer_name=issuer, public_key=key.public_key())
        .serial_number(1 + secrets.randbits(150))
        .not_valid_before(VALID[0])
        .not_valid_after(VALID[1])
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
    )

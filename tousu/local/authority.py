"""Certificates for servers that know each other by one authority: for local brokers, and for the composition.

The authority's own key is not kept: who wants one more certificate makes all of them anew. Nobody else should trust it.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates
from cryptography.x509.oid import NameOID

VALID: Final = (datetime(2020, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
"""No clock of a machine that tries things out lies outside."""


def make_certificates(authority_file: Path, servers: Mapping[Path, tuple[str, Sequence[str]]], password: str) -> None:
    """Write an authority (PEM), and for each file of `servers` a key with its certificate by it (PKCS #12).

    servers: file -> (common name, host names and addresses). Each is encrypted with `password`, and its owner's alone.
    """
    authority_key, authority_name = ec.generate_private_key(ec.SECP256R1()), _name("tousu throw-away authority")
    authority = (
        _certificate(authority_name, authority_name, authority_key, authority_key)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_signs_certificates(), critical=True)
        .sign(authority_key, hashes.SHA256())
    )
    for file, (common_name, hosts) in servers.items():
        key = ec.generate_private_key(ec.SECP256R1())
        names = [name for host in hosts for name in _as_called(host)]
        certificate = (
            _certificate(_name(common_name), authority_name, key, authority_key)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .sign(authority_key, hashes.SHA256())
        )
        kept = serialize_key_and_certificates(
            common_name.encode(), key, certificate, [authority], BestAvailableEncryption(password.encode())
        )
        file.touch(mode=0o600)
        file.write_bytes(kept)
    authority_file.write_bytes(authority.public_bytes(Encoding.PEM))


def _as_called(host: str) -> list[x509.GeneralName]:
    """A host as certificates name it. Some clients look for an address among the names."""
    try:
        return [x509.DNSName(host), x509.IPAddress(ip_address(host))]
    except ValueError:
        return [x509.DNSName(host)]


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

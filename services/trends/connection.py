"""The settings of a process in Faust's words."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any

import faust
from yarl import URL

from tousu.connection import Connection
from tousu.runtime.settings import Settings


def broker_options(settings: Settings, folder: Path) -> dict[str, Any]:
    """Options for faust.App: nothing is made on the cluster and no web server opened; `folder` takes empty folders."""
    connection = settings.connection
    return {
        "broker": [URL(f"kafka://{server}") for server in connection.servers.split(",")],
        "broker_credentials": _credentials(connection),
        "broker_client_id": "tousu-trends",
        "broker_session_timeout": settings.session_s,
        "broker_heartbeat_interval": min(3.0, settings.session_s / 4),
        "broker_commit_interval": 1.0,
        "consumer_auto_offset_reset": "earliest",
        "producer_acks": -1,
        "store": "memory://",
        "datadir": folder,
        "topic_allow_declare": False,
        "topic_disable_leader": True,
        "web_enabled": False,
        "autodiscover": False,
    }


def _credentials(connection: Connection) -> faust.auth.Credentials | None:
    if connection.protocol == "PLAINTEXT":
        return None
    context = _context(connection) if connection.protocol.endswith("SSL") else None
    if connection.protocol.startswith("SASL"):
        return faust.SASLCredentials(
            username=connection.user, password=connection.password, mechanism=connection.mechanism, ssl_context=context
        )
    return faust.SSLCredentials(context=context)


def _context(connection: Connection) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=connection.authority_file)
    if connection.certificate_file is not None:
        context.load_cert_chain(connection.certificate_file, connection.key_file)
    return context

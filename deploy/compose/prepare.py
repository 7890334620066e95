"""Makes once what the composition keeps secret: certificates, passwords, the master key; and each broker's settings.

Every container gets its own folder under `secrets`, with what it needs and no more, readable by its user alone. What is
there stays. Run by compose.yaml, as root, in tousu's own image: prepare.py FOLDER
"""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from tousu.client.users import complete
from tousu.contract import cards
from tousu.contract.rights import users
from tousu.key_file import make_key_file
from tousu.local.authority import make_certificates
from tousu.local.kafka import new_cluster_id
from tousu.local.secured import AUTHORIZER, SCRAM, SUPER_USER
from tousu.simulation.processors import PROCESSORS

BROKERS: Final = ("kafka-1", "kafka-2", "kafka-3")
INSIDE_PORT, CONTROLLER_PORT, OUTSIDE_PORT = 9093, 9094, 19092
INSIDE: Final = "/etc/tousu"
"""Where a container sees its own folder."""
DATABASE: Final = "tousu"
OPERATOR: Final = "ops"


def owner(name: str) -> int:
    """The number of the user as whom the containers of an image run."""
    return int(os.environ[f"{name}_UID"])


def own(folder: Path, files: Mapping[str, str], uid: int) -> None:
    """Write files into a folder that are this user's alone, as is the folder with all that is in it already."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text)
    for each in folder.iterdir():
        each.chmod(0o600)
        os.chown(each, uid, uid)
    os.chown(folder, uid, uid)


def server_properties(number: int, password: str, key_password: str) -> str:
    """One of three brokers that are controllers, too: what is written is on two of them before it is acknowledged."""
    name, host = BROKERS[number - 1], os.environ["HOST_NAME"]
    login = f'{SCRAM} required username="{SUPER_USER}" password="{password}";'
    outside = OUTSIDE_PORT + number - 1
    lines = {
        "process.roles": "broker,controller",
        "node.id": str(number),
        "controller.quorum.voters": ",".join(f"{n}@{each}:{CONTROLLER_PORT}" for n, each in enumerate(BROKERS, 1)),
        "controller.listener.names": "CONTROLLER",
        "listeners": f"INSIDE://:{INSIDE_PORT},OUTSIDE://:{outside},CONTROLLER://:{CONTROLLER_PORT}",
        "advertised.listeners": f"INSIDE://{name}:{INSIDE_PORT},OUTSIDE://{host}:{outside}",
        "inter.broker.listener.name": "INSIDE",
        "listener.security.protocol.map": "INSIDE:SASL_SSL,OUTSIDE:SASL_SSL,CONTROLLER:SSL",
        "sasl.enabled.mechanisms": "SCRAM-SHA-512",
        "sasl.mechanism.inter.broker.protocol": "SCRAM-SHA-512",
        "listener.name.inside.scram-sha-512.sasl.jaas.config": login,
        "listener.name.outside.scram-sha-512.sasl.jaas.config": login,
        "ssl.keystore.type": "PKCS12",
        "ssl.keystore.location": f"{INSIDE}/server.p12",
        "ssl.keystore.password": key_password,
        "ssl.truststore.type": "PEM",
        "ssl.truststore.location": f"{INSIDE}/ca.pem",
        "listener.name.controller.ssl.client.auth": "required",
        "authorizer.class.name": AUTHORIZER,
        "allow.everyone.if.no.acl.found": "false",
        "super.users": ";".join(f"User:{each}" for each in (SUPER_USER, *(f"CN={name}" for name in BROKERS))),
        "log.dirs": "/var/lib/kafka/data",
        "auto.create.topics.enable": "false",
        "default.replication.factor": "3",
        "min.insync.replicas": "2",
        "offsets.topic.replication.factor": "3",
        "offsets.topic.num.partitions": "12",
        "transaction.state.log.replication.factor": "3",
        "transaction.state.log.min.isr": "2",
        "transaction.state.log.num.partitions": "6",
        "share.coordinator.state.topic.replication.factor": "3",
        "share.coordinator.state.topic.min.isr": "2",
        # Topic cards set lower limits; a refused event carries the bytes of a too large one, and some more.
        "message.max.bytes": "8388608",
        "replica.fetch.max.bytes": "8388608",
    }
    return "".join(f"{name}={value}\n" for name, value in lines.items())


def start_script(cluster_id: str, password: str) -> str:
    """How a broker begins. Formatting what is formatted does nothing."""
    bin_ = "/opt/kafka/bin"
    return (
        "set -e\n"
        f"{bin_}/kafka-storage.sh format --ignore-formatted --config {INSIDE}/server.properties"
        f" --cluster-id {cluster_id} --add-scram 'SCRAM-SHA-512=[name={SUPER_USER},password={password}]'\n"
        f"exec {bin_}/kafka-server-start.sh {INSIDE}/server.properties\n"
    )


def make_brokers(folder: Path, password: str) -> str:
    """The folders of the brokers. Returns the authority's certificate (PEM)."""
    key_password, cluster_id = secrets.token_hex(16), new_cluster_id()
    for name in BROKERS:
        (folder / name).mkdir(mode=0o700, parents=True, exist_ok=True)
    hosts = ("localhost", "127.0.0.1", os.environ["HOST_NAME"])
    servers = {folder / name / "server.p12": (name, (name, *hosts)) for name in BROKERS}
    make_certificates(folder / "ca.pem", servers, key_password)
    authority = (folder / "ca.pem").read_text()
    for number, name in enumerate(BROKERS, 1):
        files = {
            "ca.pem": authority,
            "server.properties": server_properties(number, password, key_password),
            "start.sh": start_script(cluster_id, password),
        }
        own(folder / name, files, owner("KAFKA"))
    return authority


def make_database(folder: Path, passwords: Mapping[str, str]) -> None:
    """What PostgreSQL runs when its data folder is new: a role for each processor, which owns its tables alone.

    Whoever operates reads them all and writes none.
    """
    lines = [f"CREATE ROLE {name} LOGIN PASSWORD '{password}';\n" for name, password in passwords.items()]
    lines += [f"CREATE DATABASE {DATABASE};\n", f"REVOKE ALL ON DATABASE {DATABASE} FROM PUBLIC;\n"]
    lines += [f"GRANT CONNECT ON DATABASE {DATABASE} TO {', '.join(passwords)};\n", f"\\connect {DATABASE}\n"]
    lines += [f"GRANT USAGE, CREATE ON SCHEMA public TO {name};\n" for name in passwords if name != OPERATOR]
    lines += [f"GRANT pg_read_all_data TO {OPERATOR};\n"]
    own(folder / "postgres", {"password": secrets.token_urlsafe(32)}, owner("POSTGRES"))
    own(folder / "postgres-first", {"processors.sql": "".join(lines)}, owner("POSTGRES"))


def make_grafana(folder: Path) -> None:
    """The password of Grafana's `admin`. A composition that is older than its Grafana gets it at the next start."""
    if not (folder / "grafana" / "password").exists():
        own(folder / "grafana", {"password": secrets.token_urlsafe(32)}, owner("GRAFANA"))


def main(folder: Path) -> None:
    make_grafana(folder)
    if (folder / "complete").exists():
        print("the secrets are there already")
        return
    password = secrets.token_urlsafe(32)
    authority = make_brokers(folder, password)
    of_databases = {name: secrets.token_urlsafe(32) for name in (*PROCESSORS, OPERATOR)}
    make_database(folder, of_databases)
    uid = owner("TOUSU")
    named = users(cards())
    (folder / SUPER_USER).mkdir(mode=0o700, exist_ok=True)
    of_users = complete(folder / SUPER_USER / "users.secret", named)
    own(folder / SUPER_USER, {"ca.pem": authority, "password": password}, uid)
    for name in named:
        files = {"ca.pem": authority, "password": of_users[name]}
        if name in of_databases:
            files["pgpass"] = f"postgres:5432:{DATABASE}:{name}:{of_databases[name]}\n"
        own(folder / name, files, uid)
    make_key_file(folder / "intake" / "master.key")
    os.chown(folder / "intake" / "master.key", uid, uid)
    (folder / "complete").touch()
    print(
        f"made the secrets of {len(BROKERS)} brokers, {len(of_databases)} roles of the database and {len(named)} users"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))

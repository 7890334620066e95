"""Settings: everything a process may be told from outside, read once from TOUSU_* variables, checked, then frozen.

What changes the meaning of a decision stands in the policy pack, never here: settings are wiring (style.md, 1.2).
This is the only module that reads the environment. docs/settings.md is this table, written by `python -m
tousu.runtime.settings`.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple, TypeVar

import orjson
import sqlalchemy as sa

from tousu.connection import MECHANISMS, PROTOCOLS, Connection
from tousu.failure import Stop
from tousu.runtime.failpoints import killer

PREFIX: Final = "TOUSU_"
READ_ELSEWHERE: Final = frozenset({"TOUSU_CACHE"})
"""Variables of the set-up and of servers for local work (tousu/local/machine.py)."""
ORGANISATION: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
"""What an organisation may be called."""
OURS_IN_KAFKA: Final = frozenset(
    {
        "acks", "auto.offset.reset", "bootstrap.servers", "enable.auto.commit", "enable.auto.offset.store",
        "enable.gapless.guarantee", "enable.idempotence", "group.id", "isolation.level", "message.timeout.ms",
        "partition.assignment.strategy", "request.required.acks", "retries", "transactional.id",
    }
)  # fmt: skip
"""Properties on which exactly-once rests: they cannot be set from outside."""


_Value = TypeVar("_Value")


class _Wrong(ValueError):
    """Why a value will not do; the reader of the table adds the name, the value and an example."""


def _number(least: float, most: float) -> Callable[[str], float]:
    def read(text: str) -> float:
        try:
            number = float(text)
        except ValueError:
            raise _Wrong("must be a number") from None
        if not least <= number <= most:
            raise _Wrong(f"must lie between {least:g} and {most:g}")
        return number

    return read


def _whole(least: int, most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not text.isdecimal() or not least <= int(text) <= most:
            raise _Wrong(f"must be a whole number between {least} and {most}")
        return int(text)

    return read


def _one_of(*words: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in words:
            raise _Wrong(f"must be one of {', '.join(words)}")
        return text

    return read


def _path(text: str) -> Path | None:
    return Path(text).expanduser() if text else None


def _file(text: str) -> Path | None:
    path = _path(text)
    if path is not None and not path.is_file():
        raise _Wrong("must name a file that can be read")
    return path


def _servers(text: str) -> str:
    for server in text.split(","):
        host, _, port = server.strip().rpartition(":")
        if not host or not port.isdecimal() or not 0 < int(port) < 65_536:
            raise _Wrong("must be host:port, several separated by commas")
    return text.replace(" ", "")


def _database(text: str) -> str:
    if not text:
        return text
    try:
        kind = sa.make_url(text).get_backend_name()
    except (sa.exc.ArgumentError, ValueError):  # a password with a slash is read as a port
        raise _Wrong("must be a database address; in a password / : @ % are written as %2F %3A %40 %25") from None
    if kind not in ("postgresql", "sqlite"):
        raise _Wrong("must begin with postgresql:// or sqlite:///")
    return text


def _collector(text: str) -> str:
    if text and not re.fullmatch(r"https?://[^\s/?#]+[^\s?#]*", text):
        raise _Wrong("must be the address of a collector, with http:// or https://")
    return text


def _kafka(text: str) -> dict[str, Any]:
    try:
        settings = orjson.loads(text or "{}")
    except orjson.JSONDecodeError:
        settings = None
    if not isinstance(settings, dict):
        raise _Wrong("must be a JSON object of librdkafka properties")
    if ours := sorted(OURS_IN_KAFKA & settings.keys()):
        raise _Wrong(f"must not set {', '.join(ours)}: the promise of exactly-once rests on it")
    return settings


def _failpoint(text: str) -> str:
    try:
        killer(text)
    except ValueError as error:
        raise _Wrong(str(error)) from None
    return text


def _organisations(text: str) -> dict[str, str]:
    packs: dict[str, str] = {}
    for pair in filter(None, (part.strip() for part in text.split(","))):
        name, equals, pack = (part.strip() for part in pair.partition("="))
        if not equals or not pack or not ORGANISATION.fullmatch(name):
            raise _Wrong("must be NAME=PACK, several separated by commas; names are lower-case letters, digits, -")
        if name in packs:
            raise _Wrong(f"must name each organisation once; {name} is there twice")
        packs[name] = pack
    return packs


class Setting(NamedTuple):
    """One row of the table. `default` and `example` are written as in the environment; a `secret` is not shown."""

    name: str
    default: str
    unit: str
    meaning: str
    example: str
    read: Callable[[str], Any]
    secret: bool = False


TABLE: Final = (
    Setting("broker", "localhost:9092", "host:port", "Kafka brokers to begin with, several separated by commas",
            "kafka-1:9092,kafka-2:9092", _servers),
    Setting("group", "", "", "consumer group; empty: tousu.PROCESSOR", "tousu.router", str),
    Setting("member", "", "", "fixed name of this copy in the group, so that a quick restart keeps its shards",
            "router-0", str),
    Setting("session_s", "10", "seconds", "after this long without a sign of life the group gives a copy's shards away",
            "10", _number(0.5, 1800)),
    Setting("transaction_s", "60", "seconds", "how long an adapter's open transaction may hold time back", "60",
            _number(1, 3600)),
    Setting("kafka", "", "JSON", "further librdkafka properties", '{"socket.timeout.ms": 20000}', _kafka,
            secret=True),
    Setting("kafka_protocol", "PLAINTEXT", "", "how brokers are spoken to: " + ", ".join(PROTOCOLS), "SASL_SSL",
            _one_of(*PROTOCOLS)),
    Setting("kafka_mechanism", "SCRAM-SHA-512", "", "how the password is proven: " + ", ".join(MECHANISMS),
            "SCRAM-SHA-512", _one_of(*MECHANISMS)),
    Setting("kafka_user", "", "", "user name, with a SASL protocol", "router", str),
    Setting("kafka_password", "", "", "password, with a SASL protocol", "(a password)", str, secret=True),
    Setting("kafka_password_file", "", "path", "file that holds the password instead", "/run/secrets/kafka", _file),
    Setting("kafka_ca_file", "", "path", "certificates (PEM) that sign the brokers'; empty: those of the system",
            "/etc/tousu/ca.pem", _file),
    Setting("kafka_certificate_file", "", "path", "this client's certificate (PEM), with SSL", "/etc/tousu/client.pem",
            _file),
    Setting("kafka_key_file", "", "path", "this client's private key (PEM), with SSL", "/etc/tousu/client.key", _file),
    Setting("data", "data", "path", "folder for SQLite files and the development key", "/var/lib/tousu", Path),
    Setting("database", "", "URL", "the processor's own database; empty: SQLite, PROCESSOR.sqlite in the data folder",
            "postgresql://router@db/router", _database, secret=True),
    Setting("statement_s", "15", "seconds", "what one statement may take in PostgreSQL, and how long a turn's "
            "transaction may stand still; 5 s later a silent connection is given up", "15", _whole(1, 600)),
    Setting("pack", "courier-network", "", "policy pack: a name under policies/ or the path of a YAML file",
            "courier-network", str),
    Setting("organisations", "", "", "packs of further organisations: NAME=PACK, separated by commas",
            "acme=auto-service,beta=logistics", _organisations),
    Setting("sources", "", "path", "YAML file of which sources may speak on which inbound topic, instead of what the "
            "topic cards say, and for which organisations; intake reads it", "/etc/tousu/sources.yaml", _file),
    Setting("partitions", "12", "count", "partitions of every topic; must be what the topics have", "12",
            _whole(1, 100_000)),
    Setting("time", "wall", "", "where the watermark comes from: wall (the brokers' clocks) or events (simulated)",
            "wall", _one_of("wall", "events")),
    Setting("batch", "500", "count", "records read at most in one turn", "500", _whole(1, 100_000)),
    Setting("start_wait_s", "300", "seconds", "how long the start waits for broker, topics and database (then exit 75)",
            "300", _number(0, 86_400)),
    Setting("master_key", "", "", "32 bytes in hex or base64 that wrap the keys of personal records; intake needs it",
            "(openssl rand -hex 32)", str, secret=True),
    Setting("master_key_file", "", "path", "file that holds the master key instead", "/run/secrets/master-key",
            _file),
    Setting("metrics_host", "127.0.0.1", "address", "where /metrics, /livez, /readyz are served; 0.0.0.0: everywhere",
            "0.0.0.0", str),  # noqa: S104 - an example, not a default
    Setting("metrics_port", "0", "port", "port of the same; 0 takes a free one and says which in the log", "9464",
            _whole(0, 65_535)),
    Setting("metrics_port_file", "", "path", "file into which the address (host:port) is written once it is served",
            "/run/tousu/router.address", _path),
    Setting("census_s", "15", "seconds", "how often open cases and due clocks are counted in the database", "15",
            _number(0.05, 86_400)),
    Setting("log", "console", "", "form of the log on stderr: json or console", "json", _one_of("json", "console")),
    Setting("log_level", "info", "", "least level that is logged: debug, info, warning, error", "info",
            _one_of("debug", "info", "warning", "error")),
    Setting("traces", "", "URL", "where spans go, by OTLP over HTTP (`pip install 'tousu[otel]'`); empty: nowhere; "
            "trends tells none", "http://collector:4318", _collector),
    Setting("failpoint", "", "point:count", "for fault tests: kill this process the COUNT-th time it passes a point; "
            "with :stall its loop stands still there instead", "after_commit:3", _failpoint),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one process; what each means stands in TABLE. Durations in seconds."""

    name: str
    connection: Connection
    group: str
    member: str
    session_s: float
    transaction_s: float
    data: Path
    database: str = field(repr=False)
    statement_s: int
    pack: str
    organisations: Mapping[str, str]
    sources: Path | None
    partitions: int
    time: Literal["wall", "events"]
    batch: int
    start_wait_s: float
    master_key: str = field(repr=False)
    master_key_file: Path | None
    metrics_host: str
    metrics_port: int
    metrics_port_file: Path | None
    census_s: float
    log: Literal["json", "console"]
    log_level: Literal["debug", "info", "warning", "error"]
    traces: str
    failpoint: str


def read_settings(name: str, environment: Mapping[str, str] | None = None) -> Settings:
    """The settings of the processor (or command) called `name`, from the environment of this process unless given.

    Raises Stop `wrong_setting`: the message names the variable, its value and a right example.
    """
    given = {n: v for n, v in (os.environ if environment is None else environment).items() if n.startswith(PREFIX)}
    known = {PREFIX + row.name.upper() for row in TABLE}
    for unknown in sorted(given.keys() - known - READ_ELSEWHERE):
        near = get_close_matches(unknown, known, 1)
        hint = f"did you mean {near[0]}?" if near else "docs/settings.md lists what there is"
        raise Stop("wrong_setting", f"{unknown} is no setting; {hint}")
    values = {row.name: _read(row, given.get(PREFIX + row.name.upper(), row.default)) for row in TABLE}
    connection = _connection(values)
    values["group"] = values["group"] or f"tousu.{name}"
    values["database"] = values["database"] or f"sqlite:///{values['data'] / name}.sqlite"
    own = {row.name for row in TABLE if row.name != "broker" and not row.name.startswith("kafka")}
    return Settings(name=name, connection=connection, **{n: v for n, v in values.items() if n in own})


def read_organisations(text: str, place: str) -> dict[str, str]:
    """`NAME=PACK` pairs separated by commas, as a command takes them. Raises Stop `wrong_setting` naming the place."""
    return _of_command(_organisations, text, f"{place} is {text!r} but", f"{place} acme=auto-service")


def read_servers(text: str, place: str) -> str:
    """Brokers as a command takes them, without blanks. Raises Stop `wrong_setting` naming the place."""
    return _of_command(_servers, text, f"{place} is {text!r} but", f"{place} kafka-1:9092")


def read_database(text: str, place: str) -> str:
    """The address of a database, as a command takes it. Raises Stop `wrong_setting`; a password in it is not shown."""
    return _of_command(_database, text, f"{place} (not shown)", f"{place} postgresql://db/tousu")


def _of_command(read: Callable[[str], _Value], text: str, given: str, example: str) -> _Value:
    try:
        return read(text)
    except _Wrong as error:
        raise Stop("wrong_setting", f"{given} {error}; for example {example}") from None


def _read(row: Setting, text: str) -> Any:
    try:
        return row.read(text)
    except _Wrong as error:
        shown = "(not shown)" if row.secret else repr(text)
        variable = PREFIX + row.name.upper()
        message = f"{variable} is {shown} but {error}; for example {variable}={row.example}"
        raise Stop("wrong_setting", message) from None


def _connection(values: Mapping[str, Any]) -> Connection:
    protocol, user = values["kafka_protocol"], values["kafka_user"]
    password, password_file = values["kafka_password"], values["kafka_password_file"]
    if password and password_file is not None:
        raise Stop("wrong_setting", "give TOUSU_KAFKA_PASSWORD or TOUSU_KAFKA_PASSWORD_FILE, not both")
    if password_file is not None:
        password = password_file.read_text().strip()
    if protocol.startswith("SASL") and not (user and password):
        raise Stop(
            "wrong_setting",
            f"TOUSU_KAFKA_PROTOCOL is {protocol}, so TOUSU_KAFKA_USER and TOUSU_KAFKA_PASSWORD_FILE must be given; "
            "for example TOUSU_KAFKA_USER=router",
        )
    files = [name for name in ("kafka_ca_file", "kafka_certificate_file", "kafka_key_file") if values[name] is not None]
    if files and not protocol.endswith("SSL"):
        named, secure = PREFIX + files[0].upper(), "SASL_SSL" if protocol.startswith("SASL") else "SSL"
        message = f"{named} is given, but TOUSU_KAFKA_PROTOCOL is {protocol}, so nothing would be encrypted"
        raise Stop("wrong_setting", f"{message}: set TOUSU_KAFKA_PROTOCOL={secure}, or leave {named} out")
    if (values["kafka_certificate_file"] is None) != (values["kafka_key_file"] is None):
        message = "TOUSU_KAFKA_CERTIFICATE_FILE and TOUSU_KAFKA_KEY_FILE belong together: give both, or neither"
        raise Stop("wrong_setting", message)
    return Connection(
        servers=values["broker"],
        protocol=protocol,
        mechanism=values["kafka_mechanism"],
        user=user,
        password=password,
        authority_file=values["kafka_ca_file"],
        certificate_file=values["kafka_certificate_file"],
        key_file=values["kafka_key_file"],
        extra=values["kafka"],
    )


def as_markdown() -> str:
    """The table as docs/settings.md."""
    lines = [
        "# Settings",
        "",
        "Every process reads these variables once, when it starts. One that is misspelt or has a wrong value stops the",
        "start with a sentence that says what would be right. What decides about cases stands in the policy pack.",
        "This page is written by `python -m tousu.runtime.settings > docs/settings.md`.",
        "",
        "| variable | default | unit | meaning | example |",
        "| --- | --- | --- | --- | --- |",
    ]
    for row in TABLE:
        default = f"`{row.default}`" if row.default else ""
        lines.append(f"| `{PREFIX}{row.name.upper()}` | {default} | {row.unit} | {row.meaning} | `{row.example}` |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(as_markdown())

"""Options that several commands share, and what they mean: which broker, which databases, which form of output."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from tousu.connection import Connection
    from tousu.runtime.broker import Identity
    from tousu.runtime.inspection import Inspection

Broker = Annotated[
    str,
    typer.Option("--broker", metavar="HOST:PORT", help="The Kafka cluster. Default: TOUSU_BROKER.", show_default=False),
]
Data = Annotated[
    Path | None,
    typer.Option(
        "--data", metavar="DIR", help="Folder of the processors' SQLite files. Default: TOUSU_DATA.", show_default=False
    ),
]
Database = Annotated[
    str,
    typer.Option(
        "--database", metavar="URL", help="One database that holds the tables of all processors.", show_default=False
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="JSON for machines, one document or one line a row.")]


DIAL_S = 1.0
"""So long a broker may take to answer a call; librdkafka would wait much longer."""


def connection(broker: str, data: Path | None = None) -> Connection:
    """The cluster to ask, with the credentials of the environment: the one named on the command line, else that of the
    data folder named there, else TOUSU_BROKER, else that of the folder of TOUSU_DATA (what `tousu up` and the demo
    work with is remembered there)."""
    from tousu.local.folder import broker_of
    from tousu.runtime.settings import TABLE, read_servers, read_settings

    known = read_settings("cli")
    if not broker and (data is not None or known.connection.servers == TABLE[0].default):
        broker = broker_of(data or known.data)
    return replace(known.connection, servers=read_servers(broker, "--broker")) if broker else known.connection


def reachable(broker: str, data: Path | None = None) -> Connection:
    """As `connection`. Raises Retry `broker_away` at once where nobody takes a call there."""
    from tousu.client.dialling import wait_for_a_broker

    target = connection(broker, data)
    wait_for_a_broker(target.servers, DIAL_S)
    return target


def identity(connection: Connection, topics: Sequence[str]) -> Identity:
    """Which cluster this is, and which topics, by their ids."""
    from tousu.runtime.cluster import Cluster
    from tousu.runtime.patience import patiently

    return patiently(Cluster.at(connection, topics).identity)


def data_folder(data: Path | None) -> Path:
    """The folder to look into."""
    from tousu.runtime.settings import read_settings

    return data if data is not None else read_settings("cli").data


def inspection(processor: str, data: Path | None, database: str) -> Inspection:
    """The database of a processor. Raises Stop `no_database` where there is none."""
    from tousu.runtime.inspection import Inspection
    from tousu.runtime.settings import read_database, read_settings

    database = read_database(database, "--database")
    own = f"sqlite:///{(data / processor).resolve()}.sqlite" if data is not None else read_settings(processor).database
    return Inspection(database or own, processor)


def readable(processors: Sequence[str], data: Path | None, database: str) -> tuple[list[Inspection], dict[str, str]]:
    """The databases of these processors that can be read, and why each of the others cannot; a note says so, too.

    One that not everybody has is merely left out. Raises the failure of the first where none can be read.
    """
    from tousu.cli import output
    from tousu.failure import Failure, Stop
    from tousu.simulation.processors import NOT_EVERYWHERE

    opened, failures = [], dict[str, Failure]()
    for name in processors:
        try:
            candidate = inspection(name, data, database)
            if not candidate.keeps("checkpoint"):
                raise Stop("no_database", f"{name} has no tables there: has it ever run with this database?")
            opened.append(candidate)
        except Failure as error:
            failures[name] = error
            output.note(f"{name} is not counted: {error.message}")
    if not opened:
        raise next(iter(failures.values()))
    return opened, {
        name: error.message for name, error in failures.items()
        if name not in NOT_EVERYWHERE or error.reason != "no_database"
    }  # fmt: skip


def inspections(processors: Sequence[str], data: Path | None, database: str) -> list[Inspection]:
    """The databases of these processors. One that not everybody has is left out where it is not there, with a note.

    Raises Stop `no_database` where another one is not there.
    """
    from tousu.cli import output
    from tousu.failure import Stop
    from tousu.simulation.processors import NOT_EVERYWHERE

    opened = []
    for name in processors:
        try:
            candidate = inspection(name, data, database)
        except Stop:
            if name not in NOT_EVERYWHERE:
                raise
            candidate = None
        if candidate is None or (name in NOT_EVERYWHERE and not candidate.keeps("checkpoint")):
            output.note(f"{name} has no database here, so nothing of it is counted")
        else:
            opened.append(candidate)
    return opened


def with_tables(processors: Sequence[str] | None, data: Path | None, database: str) -> list[str]:
    """These processors, or all that have tables in their databases. Raises Stop `unknown_processor`, `no_database`."""
    from contextlib import closing

    from tousu.failure import Stop
    from tousu.runtime.store import Store
    from tousu.runtime.table_versions import shown
    from tousu.simulation.processors import WITH_CHECKPOINT

    unknown = [name for name in processors or () if name not in WITH_CHECKPOINT]
    if unknown:
        message = f"{unknown[0]!r} has no database of states; there are {', '.join(WITH_CHECKPOINT)}"
        raise Stop("unknown_processor", message)
    names, failures = [], dict[str, Stop]()
    for name in processors or WITH_CHECKPOINT:
        try:
            url = inspection(name, data, database).url
            with closing(Store(url, name, ())) as store, store.transaction("cannot look into it") as connection:
                if not store.is_made(connection):
                    raise Stop("no_database", f"{shown(url)} has no tables of {name}: has it ever run with it?")
            names.append(name)
        except Stop as error:
            failures[name] = error
    if failures and (processors or not names):
        raise next(iter(failures.values()))
    return names


def show_times_of(data: Path | None, pack: str = "") -> None:
    """Show times in the zone of a pack: the one named, else that of the data folder, else TOUSU_PACK's.

    Where that pack is not here, times are shown in UTC, as the heading above them says.
    """
    from tousu.cli import output
    from tousu.failure import Failure
    from tousu.local.folder import pack_of
    from tousu.policy.loading import load_pack
    from tousu.runtime.settings import read_settings

    name = pack or pack_of(data_folder(data)) or read_settings("cli").pack
    with suppress(Failure):
        output.show_times_in(load_pack(name).time_zone)


def organisations(pairs: Sequence[str]) -> dict[str, str]:
    """The packs of organisations as given on the command line, `NAME=PACK` each. Raises Stop `wrong_setting`."""
    from tousu.runtime.settings import read_organisations

    return read_organisations(",".join(pairs), "--organisation")


def archive(data: Path | None) -> Path | None:
    """What a demo that has ended kept of the topics; None where a broker must be asked."""
    from tousu.demo.onlooker import ARCHIVE

    file = data_folder(data) / ARCHIVE
    return file if file.is_file() else None

"""Which migrations a database has seen, and whether this version of tousu may work on it.

A processor's tables change by migrations (`tousu.migrations`), `pre` and `post` the release that brings them. The table
PROCESSOR_version has a row for each that was applied, so the set of rows says all: what is missing, what is not known
here, and whether one can live with that. A `pre` migration that nobody here knows belongs to the next release and only
adds; a `post` one took away what this version needs.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from importlib import import_module
from pkgutil import iter_modules
from typing import Final

import sqlalchemy as sa

from tousu.failure import Stop

MIGRATIONS: Final = "tousu.migrations"
_NAME: Final = re.compile(r"\d{4}_(pre|post)_[a-z0-9_]+")
NAMED_MAX: Final = 3


def known(package: str = MIGRATIONS) -> tuple[str, ...]:
    """The migrations of this version, in order."""
    names = (module.name for module in iter_modules(import_module(package).__path__))
    return tuple(sorted(name for name in names if _NAME.fullmatch(name)))


def phase_of(migration: str) -> str:
    """`pre` or `post`."""
    return migration[5:].partition("_")[0]


def version_table(processor: str) -> str:
    """The table in which is written down what was applied."""
    return f"{processor}_version"


def applied(connection: sa.Connection, processor: str) -> frozenset[str]:
    """What was applied to the tables of a processor; nothing where they were made before tables had versions."""
    table = version_table(processor)
    if not sa.inspect(connection).has_table(table):
        return frozenset()
    return frozenset(connection.execute(sa.text(f"SELECT version_num FROM {table}")).scalars())


def check_alone(connection: sa.Connection, processor: str, url: str) -> None:
    """Raises Stop `other_processor` for a database in which there are tables of others: where each has a file, somebody
    has named the wrong one."""
    ending = version_table("")
    tables = sa.inspect(connection).get_table_names()
    others = sorted(name.removesuffix(ending) for name in tables if name.endswith(ending))
    if others:
        connection.rollback()
        message = (
            f"{shown(url)}: this is the database of {', '.join(others)}, and {processor} needs a file of its own: set "
            "TOUSU_DATABASE to it, or leave TOUSU_DATABASE out (runbook, other_processor)"
        )
        raise Stop("other_processor", message)


def stamp(connection: sa.Connection, processor: str, migrations: Iterable[str]) -> None:
    """Write down that these were applied. The table is as alembic would make it."""
    table = version_table(processor)
    constraint = f"CONSTRAINT {table}_pkc PRIMARY KEY (version_num)"
    connection.execute(sa.text(f"CREATE TABLE IF NOT EXISTS {table} (version_num VARCHAR(64) NOT NULL, {constraint})"))
    for migration in migrations:
        connection.execute(sa.text(f"INSERT INTO {table} (version_num) VALUES (:name)"), {"name": migration})


def missing(applied: Collection[str], phase: str, package: str = MIGRATIONS) -> list[str]:
    """What this version knows and the tables have not seen, of a phase, in order."""
    return [name for name in known(package) if name not in applied and phase_of(name) == phase]


def check(applied: Collection[str], processor: str, url: str) -> None:
    """Raises Stop `newer_tables` or `older_tables` where this version cannot work on tables that hold `applied`."""
    unknown = sorted(name for name in set(applied) - set(known()) if phase_of(name) == "post")
    if unknown:
        message = (
            f"{shown(url)}: a newer version of tousu has changed the tables of {processor} ({named(unknown)}), and "
            "this one cannot work on them: start the newer version (runbook, newer_tables)"
        )
        raise Stop("newer_tables", message)
    needed = missing(applied, "pre")
    if needed:
        message = (
            f"{shown(url)}: the tables of {processor} were made by an older version of tousu and lack {named(needed)}: "
            f"run `tousu upgrade {processor}` with this database, then start again (runbook, older_tables)"
        )
        raise Stop("older_tables", message)


def check_states(stored: Iterable[dict[str, int]], own: dict[str, int], place: str) -> None:
    """Raises Stop `newer_states` where a newer version has written states; `stored`: kind -> version, of each shard."""
    newer = sorted({kind for shard in stored for kind, version in shard.items() if version > own.get(kind, 1)})
    if newer:
        message = (
            f"{place}: a newer version of tousu has written states ({', '.join(newer)}) that this one cannot read: "
            "start the newer version (runbook, newer_states)"
        )
        raise Stop("newer_states", message)


def check_columns(connection: sa.Connection, wanted: Mapping[str, Sequence[str]], url: str, *, is_ours: bool) -> None:
    """Raises Stop `other_tables`; `wanted`: table -> its columns. `is_ours`: no other version has changed anything, so
    what is there beyond these columns is wrong, too."""
    inspector = sa.inspect(connection)
    names = set(inspector.get_table_names())
    for table, columns in wanted.items():
        present = {column["name"] for column in inspector.get_columns(table)} if table in names else set()
        lacks, has = set(columns) - present, present - set(columns) if is_ours else set()
        if lacks or has:
            words = [f"lacks {', '.join(sorted(lacks))}"] if lacks else []
            words += [f"has {', '.join(sorted(has))}, which this version does not know"] if has else []
            message = (
                f"{shown(url)}: table {table} {' and '.join(words)}, and no migration tells why: a build between two "
                "releases made it; run that build, or make a database of this one (runbook, other_tables)"
            )
            raise Stop("other_tables", message)


def named(migrations: Sequence[str]) -> str:
    """The first few, and how many more there are."""
    more = f" and {len(migrations) - NAMED_MAX} more" if len(migrations) > NAMED_MAX else ""
    return ", ".join(migrations[:NAMED_MAX]) + more


def shown(url: str) -> str:
    """The address of a database without its password."""
    return sa.make_url(url).render_as_string(hide_password=True)

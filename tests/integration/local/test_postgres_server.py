"""The local PostgreSQL is a real one: what it committed is there after a restart and after kill -9."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
import sqlalchemy

from tousu.local.postgres import PostgresServer
from tousu.local.process import ServerFailed

WAIT_S = 120


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """A server that these tests may stop and kill."""
    with PostgresServer(tmp_path_factory.mktemp("data") / "postgres") as server:
        yield server


def commit(url: str, *statements: str) -> None:
    with psycopg.connect(url) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def ask(url: str, query: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(query.encode()).fetchone()
        assert row is not None
        return row[0]


def ended(process: psutil.Process) -> bool:
    """Whether it is gone, or dead and only not yet fetched by the init process of this machine."""
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_restart_keeps_port_and_data(server: PostgresServer) -> None:
    url = server.create_database("restarted")
    commit(url, "CREATE TABLE kept (number int)", "INSERT INTO kept VALUES (7)")
    server.restart()
    assert server.url("restarted") == url
    assert ask(url, "SELECT number FROM kept") == 7


def test_kill_keeps_what_was_committed_and_nothing_else(server: PostgresServer) -> None:
    url = server.create_database("killed")
    commit(url, "CREATE TABLE kept (number int)", "INSERT INTO kept VALUES (7)")
    open_transaction = psycopg.connect(url)
    open_transaction.execute("INSERT INTO kept VALUES (8)")
    processes = [psutil.Process(server.pid), *psutil.Process(server.pid).children()]
    server.kill()
    assert all(ended(process) for process in processes)
    server.start()
    assert ask(url, "SELECT sum(number) FROM kept") == 7
    open_transaction.close()


def test_commit_is_on_disk_before_it_is_acknowledged(server: PostgresServer) -> None:
    assert ask(server.url(), "SHOW synchronous_commit") == "on"
    assert ask(server.url(), "SHOW fsync") == "on"


def test_sqlalchemy_takes_psycopg_3_for_its_url(server: PostgresServer) -> None:
    engine = sqlalchemy.create_engine(server.url())
    with engine.connect() as connection:
        assert connection.execute(sqlalchemy.text("SELECT 1")).scalar_one() == 1
    engine.dispose()
    assert engine.dialect.driver == "psycopg"


def test_database_is_dropped_while_someone_is_connected(server: PostgresServer) -> None:
    url = server.create_database("dropped")
    connected = psycopg.connect(url)
    server.drop_database("dropped")
    with pytest.raises(psycopg.OperationalError):
        connected.execute("SELECT 1")
    connected.close()


def test_running_server_refuses_a_second_start(server: PostgresServer) -> None:
    with pytest.raises(ServerFailed, match="runs already"):
        server.start()


def test_server_with_a_wrong_setting_is_reported_with_the_end_of_its_log(tmp_path: Path) -> None:
    server = PostgresServer(tmp_path / "postgres", settings={"max_connections": "none"})
    with pytest.raises(ServerFailed, match="max_connections"):
        server.start()


def test_each_test_gets_an_empty_database(database_url: str) -> None:
    engine = sqlalchemy.create_engine(database_url)
    assert sqlalchemy.inspect(engine).get_table_names() == []
    with engine.begin() as connection:
        connection.execute(sqlalchemy.text("CREATE TABLE first_test_was_here (number int)"))
    engine.dispose()


def test_next_test_gets_another_empty_database(database_url: str) -> None:
    engine = sqlalchemy.create_engine(database_url)
    assert sqlalchemy.inspect(engine).get_table_names() == []
    engine.dispose()


def test_server_ends_with_the_process_that_started_it(tmp_path: Path) -> None:
    code = f"""
from pathlib import Path
from tousu.local.postgres import PostgresServer
server = PostgresServer(Path({str(tmp_path / "postgres")!r}))
server.start()
print(server.pid, flush=True)
input()
"""
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as owner:
        assert owner.stdout is not None
        server = psutil.Process(int(owner.stdout.readline()))
        children = server.children()
        owner.kill()
    gone, alive = psutil.wait_procs([server, *children], WAIT_S)
    assert not alive
    assert server in gone

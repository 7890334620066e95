"""A server ends when the process that started it ends, whatever ends that process."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from pathlib import Path

import psutil
import pytest

from tousu.local.process import LEASH, ServerFailed, ServerProcess

ENDS_S = 60

# A process that starts a server, waits until the leash has become the server, says its id, and waits.
OWNER = """
import sys
from pathlib import Path
import psutil
from tousu.local.process import ServerProcess

def on_the_leash():
    return "leash.py" not in " ".join(psutil.Process(server.pid).cmdline())

server = ServerProcess("a server", Path(sys.argv[1]))
server.start(["sh", "-c", sys.argv[2]], on_the_leash, wait_s=60)
print(server.pid, flush=True)
sys.stdin.read()
"""


def start_owner(log: Path, server: str) -> tuple[subprocess.Popen[str], psutil.Process]:
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER, str(log), server], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert owner.stdout is not None
    return owner, psutil.Process(int(owner.stdout.readline()))


def finish(owner: subprocess.Popen[str]) -> None:
    with owner:
        owner.kill()


@pytest.mark.parametrize("server", ["exec sleep 600", "trap '' TERM; exec sleep 600"])
def test_server_ends_when_its_owner_is_killed(tmp_path: Path, server: str) -> None:
    owner, child = start_owner(tmp_path / "log", server)
    finish(owner)
    child.wait(ENDS_S)  # raises TimeoutExpired if it lives on


def test_server_ends_when_its_owner_ends_without_stopping_it(tmp_path: Path) -> None:
    owner, child = start_owner(tmp_path / "log", "exec sleep 600")
    owner.communicate("")
    child.wait(ENDS_S)  # raises TimeoutExpired if it lives on
    assert owner.returncode == 0


def test_server_does_not_start_for_an_owner_that_is_gone(tmp_path: Path) -> None:
    started = tmp_path / "started"
    another = psutil.Process().ppid()
    done = subprocess.run(
        [sys.executable, str(LEASH), str(another), str(int(signal.SIGTERM)), "touch", str(started)], check=False
    )
    assert done.returncode == 1
    assert not started.exists()


def test_server_outlives_the_thread_that_started_it(tmp_path: Path) -> None:
    server = ServerProcess("a server", tmp_path / "log")
    thread = threading.Thread(target=lambda: server.start(["sleep", "600"], lambda: True, wait_s=5))
    thread.start()
    thread.join()
    assert server.alive
    server.stop(signal.SIGTERM, ENDS_S)
    assert not server.alive


def test_nothing_of_the_leash_stays_behind_a_stopped_server(tmp_path: Path) -> None:
    server = ServerProcess("a server", tmp_path / "log")
    server.start(["sleep", "600"], lambda: bool(psutil.Process(server.pid).children()), wait_s=5)
    (watcher,) = psutil.Process(server.pid).children()
    server.stop(signal.SIGTERM, ENDS_S)
    watcher.wait(ENDS_S)  # raises TimeoutExpired if it stays


def test_server_that_ends_by_itself_is_reported_with_the_end_of_its_log(tmp_path: Path) -> None:
    server = ServerProcess("the toaster", tmp_path / "log")
    with pytest.raises(ServerFailed, match="the toaster ended with status 3") as failure:
        server.start(["sh", "-c", "echo no bread; exit 3"], lambda: False, wait_s=ENDS_S)
    assert "no bread" in str(failure.value)


def test_server_that_does_not_answer_is_killed_and_reported(tmp_path: Path) -> None:
    server = ServerProcess("the toaster", tmp_path / "log")
    with pytest.raises(ServerFailed, match="the toaster does not answer"):
        server.start(["sleep", "600"], lambda: False, wait_s=0)
    assert not server.alive


def test_paused_server_can_be_stopped(tmp_path: Path) -> None:
    server = ServerProcess("a server", tmp_path / "log")
    server.start(["sleep", "600"], lambda: True, wait_s=5)
    server.pause()
    server.stop(signal.SIGTERM, ENDS_S)
    assert not server.alive
    with pytest.raises(ServerFailed, match="does not run"):
        server.resume()

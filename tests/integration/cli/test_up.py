"""`tousu up`: every processor as a process, one that falls is started again, and all end with their owner's wish."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from tousu.demo.crew import Crew
from tousu.local.embedded import EmbeddedBroker
from tousu.local.machine import free_port
from tousu.local.process import ServerFailed
from tousu.simulation.processors import PROCESSORS

TOUSU = str(Path(sys.executable).with_name("tousu"))
WAIT_S = 180.0
SOON_S = 60.0
"""Ten times what it takes where nobody else is at work."""
EXAMPLE = Path(__file__).parents[3] / "examples" / "courier-day.jsonl"


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[str]:
    with EmbeddedBroker(tmp_path / "broker") as own:
        yield own.address


def eventually(is_so: Callable[[], bool], what: str) -> None:
    deadline_s = time.monotonic() + WAIT_S
    while not is_so():
        assert time.monotonic() < deadline_s, what


def processors_of(up: subprocess.Popen[str]) -> dict[str, psutil.Process]:
    """The processors that belong to a `tousu up`, by name."""
    found = {}
    for child in psutil.Process(up.pid).children(recursive=True):
        words = child.cmdline() if child.is_running() and child.status() != psutil.STATUS_ZOMBIE else []
        if len(words) == 3 and words[1] == "-m":
            found[words[2].removeprefix("services.")] = child
    return found


def tousu(*words: str) -> tuple[int, str, str]:
    """Exit code, output and messages of a command that is told of no broker by the environment."""
    environ = {name: value for name, value in os.environ.items() if name != "TOUSU_BROKER"}
    done = subprocess.run([TOUSU, *words], capture_output=True, text=True, timeout=WAIT_S, env=environ, check=False)
    return done.returncode, done.stdout, done.stderr


def the_folder_is_enough(data: Path, broker: str) -> None:
    """Where `up` works, the other commands ask its broker; a number that is in no database is a case there is not."""
    assert tousu("backlog", "--data", str(data), "--json")[0] == 0
    assert tousu("tail", "--data", str(data))[::2] == (0, "")
    assert tousu("rejected", "list", "--data", str(data))[0] == 0
    code, _, said = tousu("case", "20260922-00-0001-22", "--data", str(data))
    assert (code, said.startswith("tousu: there is no case")) == (4, True), said
    code, _, said = tousu("tail", "--data", str(data.with_name("other")))
    assert (code, broker in said) == (3, False)


def a_second_one_is_refused(data: Path, broker: str, pid: int) -> None:
    code, _, said = tousu("up", "--broker", broker, "--data", str(data), "--partitions", "4")
    assert code == 4
    assert said.strip() == (
        f"tousu: {data} is in use by `tousu up` (process {pid}, broker {broker}); stop that one, "
        "or name another folder with --data"
    )


def test_a_broker_that_is_away_is_said_at_once_and_by_one_line(tmp_path: Path) -> None:
    """librdkafka's own lines, hundreds of them, do not reach the screen."""
    event = tmp_path / "event.jsonl"
    event.write_bytes(next(line for line in EXAMPLE.read_bytes().splitlines() if b"complaint.received" in line))
    for words in (("tail",), ("topics", "check"), ("publish", str(event))):
        begun_s = time.monotonic()
        code, said, complained = tousu(*words, "--broker", "127.0.0.1:1")
        assert (code, said) == (3, "")
        assert re.fullmatch(r"tousu: none of the brokers 127.0.0.1:1 takes a connection: .*\n", complained), complained
        assert time.monotonic() - begun_s < SOON_S


def open_to_others(folder: Path) -> list[str]:
    """What in a folder others than its owner may read, with the folder itself."""
    return [str(path) for path in (folder, *folder.rglob("*")) if path.lstat().st_mode & 0o077]


def test_up_starts_again_what_falls_and_stops_everything_on_request(broker: str, tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir(mode=0o755)
    up = subprocess.Popen(
        [TOUSU, "up", "--broker", broker, "--data", str(data), "--partitions", "4"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "TOUSU_TIME": "events"},  # the embedded broker stamps no records
    )  # fmt: skip
    assert up.stdout is not None and up.stderr is not None
    try:
        said = ""
        while "all processors work" not in said:
            line = up.stdout.readline()
            assert line, up.stderr.read()
            said += line
        assert set(re.findall(r"^(\w+) +ready: http://127", said, re.MULTILINE)) == set(PROCESSORS)
        assert not open_to_others(data)
        first = processors_of(up)
        assert set(first) == set(PROCESSORS)
        the_folder_is_enough(data, broker)
        a_second_one_is_refused(data, broker, up.pid)
        first["router"].kill()
        assert "processor router ended by itself" in up.stderr.readline()
        eventually(lambda: processors_of(up).get("router", first["router"]).pid != first["router"].pid, "no new router")
        now = list(processors_of(up).values())
        up.send_signal(signal.SIGTERM)
        assert up.wait(WAIT_S) == 0
        assert not [process for process in now if process.is_running() and process.status() != psutil.STATUS_ZOMBIE]
    finally:
        up.kill()
        up.communicate()


def test_a_port_that_is_taken_between_choice_and_use_is_given_up_for_another(broker: str, tmp_path: Path) -> None:
    settings = {
        "TOUSU_BROKER": broker, "TOUSU_DATA": str(tmp_path), "TOUSU_PARTITIONS": "4", "TOUSU_TIME": "events"
    }  # fmt: skip
    port = free_port()
    with socket.socket() as other, Crew(("router",), tmp_path, settings, metrics_port=port) as crew:
        crew.start_processor("router")
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", port))
        other.listen()

        def serves() -> bool:
            crew.check()
            return crew.address("router") != ""

        eventually(serves, "router serves nothing")
        assert crew.address("router") != f"127.0.0.1:{port}"
    assert f"cannot serve metrics on 127.0.0.1:{port}" in crew.log_file("router").read_text()


def test_a_processor_that_cannot_start_shows_the_end_of_its_log(broker: str, tmp_path: Path) -> None:
    settings = {"TOUSU_BROKER": broker, "TOUSU_DATA": str(tmp_path), "TOUSU_PARTITIONS": "4", "TOUSU_PACK": "no-pack"}
    with (
        pytest.raises(ServerFailed, match="processor router ended by itself") as raised,
        Crew(("router",), tmp_path, settings) as crew,
    ):
        crew.start()
    assert "there is no pack no-pack" in str(raised.value)

"""`tousu up`: every processor as a process, one that falls is started again, and all end with their owner's wish."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from tousu.demo.crew import Crew
from tousu.local.embedded import EmbeddedBroker
from tousu.local.process import ServerFailed
from tousu.simulation.processors import PROCESSORS

TOUSU = str(Path(sys.executable).with_name("tousu"))
WAIT_S = 180.0


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


def test_a_processor_that_cannot_start_shows_the_end_of_its_log(broker: str, tmp_path: Path) -> None:
    settings = {"TOUSU_BROKER": broker, "TOUSU_DATA": str(tmp_path), "TOUSU_PARTITIONS": "4", "TOUSU_PACK": "no-pack"}
    with (
        pytest.raises(ServerFailed, match="processor router ended by itself") as raised,
        Crew(("router",), tmp_path, settings) as crew,
    ):
        crew.start()
    assert "there is no pack no-pack" in str(raised.value)

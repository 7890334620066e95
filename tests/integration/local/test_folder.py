"""A data folder has one worker at a time and remembers the broker; fixed ports are taken where they are free."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tousu.demo.run import MARK, prepare_folder
from tousu.failure import Stop
from tousu.local.folder import WORK, broker_of, check_free, work_in
from tousu.local.machine import LOOPBACK, free_port, port_if_free

HOLD = """
import sys
from pathlib import Path
from tousu.local.folder import work_in
with work_in(Path(sys.argv[1]), "up") as remember:
    remember("kafka-1:9092")
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_folder_remembers_the_broker_of_the_last_work(tmp_path: Path) -> None:
    assert broker_of(tmp_path) == ""
    with work_in(tmp_path, "up") as remember:
        assert broker_of(tmp_path) == ""
        remember("kafka-1.example:9092,kafka-2.example:9092")
    assert broker_of(tmp_path) == "kafka-1.example:9092,kafka-2.example:9092"
    with work_in(tmp_path, "up") as remember:
        remember("a:1")
        assert broker_of(tmp_path) == "a:1"
    check_free(tmp_path)
    assert broker_of(tmp_path) == "a:1"


def test_who_has_the_folder_is_named_until_it_ends_however_it_ends(tmp_path: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    (tmp_path / MARK).write_text("{}")
    words = (
        rf"is in use by `tousu up` \(process {holder.pid}, broker kafka-1:9092\); stop that one, or name another folder"
    )
    with pytest.raises(Stop, match=words), work_in(tmp_path, "up"):
        pass
    with pytest.raises(Stop, match=words):
        prepare_folder(tmp_path)
    assert (tmp_path / WORK).exists()
    holder.kill()
    holder.communicate()
    with work_in(tmp_path, "up"):
        assert f'"process": {os.getpid()}' in (tmp_path / WORK).read_text()
    prepare_folder(tmp_path)


@pytest.mark.parametrize("content", ("", "{", "[]", "\x00", '{"broker": null}'))
def test_a_spoilt_memory_is_none(tmp_path: Path, content: str) -> None:
    (tmp_path / WORK).parent.mkdir()
    (tmp_path / WORK).write_text(content)
    assert broker_of(tmp_path) == ""


def test_a_port_is_taken_where_nobody_listens() -> None:
    port = free_port()
    assert port_if_free(port) == port
    with socket.socket() as taken:
        taken.bind((LOOPBACK, port))
        taken.listen()
        assert port_if_free(port) == 0
    assert (port_if_free(0), port_if_free(70_000)) == (0, 0)

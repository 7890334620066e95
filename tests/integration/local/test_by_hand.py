"""`python -m tousu.local SERVER` prints an address that answers, and stops its server when it is told to stop."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

WAIT_S = 120


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("what", ["kafka", "postgres", "embedded"])
def test_server_by_hand(what: str, stop: signal.Signals, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tousu.local", what, "--data", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as by_hand:
        assert by_hand.stdout is not None
        address = by_hand.stdout.readline().split()[3].rstrip(",")
        assert answers(what, address)
        by_hand.send_signal(stop)
        assert by_hand.wait(WAIT_S) == 0
    assert not answers(what, address)


def answers(what: str, address: str) -> bool:
    if what == "postgres":
        try:
            psycopg.connect(address).close()
        except psycopg.OperationalError:
            return False
        return True
    client = AdminClient({"bootstrap.servers": address, "log_level": 0})
    try:
        return bool(client.list_topics(timeout=3).brokers)
    except KafkaException:
        return False

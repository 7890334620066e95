"""Everything at once, on real parts: deaths, pauses past the session, members that come and go, servers restarted."""

from __future__ import annotations

import random
import signal
import time
from pathlib import Path

import pytest

from tests.faults.casework import Casework, half_hour
from tests.faults.conftest import Database
from tests.faults.pipeline import PROCESSORS, Copy, Pipeline, pipeline
from tests.faults.verdicts import settle
from tousu.local.kafka import KafkaBroker
from tousu.local.postgres import PostgresServer

SESSION_S = 6.0
"""As Pipeline sets it; a pause must be longer to lose its shards."""


def serving(pipe: Pipeline, name: str) -> list[Copy]:
    return [copy for copy in pipe.copies if copy.name == name and copy.alive]


def live_on(pipe: Pipeline, casework: Casework, seconds: float) -> None:
    """Let work come in for a while."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        half_hour(pipe, casework)


def test_a_copy_paused_past_its_session_wakes_up_and_does_no_harm(
    broker: KafkaBroker, database: Database, tmp_path: Path
) -> None:
    with pipeline(broker.address, database, tmp_path) as pipe:
        casework = Casework(pipe, seed=2)
        for name in PROCESSORS:
            pipe.start(name, 0, fixed_member=False)
            pipe.start(name, 1, fixed_member=False)
        live_on(pipe, casework, 4)
        paused = [serving(pipe, name)[0] for name in PROCESSORS]
        for copy in paused:
            copy.signal(signal.SIGSTOP)
        live_on(pipe, casework, SESSION_S + 4)
        for copy in paused:
            copy.signal(signal.SIGCONT)
        live_on(pipe, casework, 3)
        assert all(copy.alive for copy in pipe.copies), pipe.logs()
        settle(pipe, casework)


@pytest.mark.parametrize("comers", [6, pytest.param(24, marks=pytest.mark.long)])
def test_members_come_and_go_and_die_at_random(
    broker: KafkaBroker, sqlite: Database, tmp_path: Path, comers: int
) -> None:
    chance = random.Random(3)
    with pipeline(broker.address, sqlite, tmp_path) as pipe:
        casework = Casework(pipe, seed=3)
        pipe.start_all()
        for number in range(1, comers + 1):
            name = chance.choice(PROCESSORS)
            pipe.start(name, number, fixed_member=False)
            live_on(pipe, casework, chance.uniform(0.5, 1.5))
            leaver = chance.choice(serving(pipe, name))
            if chance.random() < 0.5:
                leaver.signal(signal.SIGKILL)
            else:
                # A copy that is asked to go before it has begun goes by the signal itself.
                assert leaver.end() in (0, -signal.SIGTERM), pipe.logs()
            if not serving(pipe, name):
                pipe.start(name, 100 + number)
        settle(pipe, casework)


@pytest.mark.parametrize("times", [1, pytest.param(4, marks=pytest.mark.long)])
def test_broker_and_database_die_and_come_back(
    broker: KafkaBroker, own_postgres: PostgresServer, tmp_path: Path, times: int
) -> None:
    with pipeline(broker.address, own_postgres.create_database, tmp_path) as pipe:
        casework = Casework(pipe, seed=4)
        pipe.start_all()
        for _ in range(times):
            live_on(pipe, casework, 3)
            broker.kill()
            broker.start()  # takes seconds: this is the outage
            live_on(pipe, casework, 3)
            own_postgres.kill()
            live_on(pipe, casework, 1)
            own_postgres.start()
        live_on(pipe, casework, 2)
        assert all(copy.alive for copy in pipe.copies), pipe.logs()
        settle(pipe, casework)

"""A desk with the pack of source C."""

from __future__ import annotations

import pytest

from tests.rules.sla.desk import Desk, at
from tousu.policy.loading import load_pack
from tousu.policy.pack import Pack


@pytest.fixture(scope="session")
def pack() -> Pack:
    return load_pack("courier-network")


@pytest.fixture
def desk(pack: Pack) -> Desk:
    return Desk(pack)


@pytest.fixture
def routed(desk: Desk) -> Desk:
    """A delay of Monday 5 January 10:00, acknowledged: three working days, until Thursday 24:00."""
    desk.routed(at("01-05 10:00"))
    desk.handle("acknowledged", at("01-05 10:30"))
    return desk

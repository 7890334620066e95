"""A desk with a pack of which the clocks are plain."""

from __future__ import annotations

import pytest

from tests.rules.packs import plain_clocks
from tests.rules.sla.desk import Desk, at
from tousu.policy.pack import Pack


@pytest.fixture(scope="session")
def pack() -> Pack:
    return plain_clocks()


@pytest.fixture
def desk(pack: Pack) -> Desk:
    return Desk(pack)


@pytest.fixture
def routed(desk: Desk) -> Desk:
    """A delay of Monday 5 January 10:00, acknowledged: three working days, until Thursday 24:00."""
    desk.routed(at("01-05 10:00"))
    desk.handle("acknowledged", at("01-05 10:30"))
    return desk

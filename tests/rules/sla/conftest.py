"""A desk with the pack of source C."""

from __future__ import annotations

import pytest

from tests.rules.sla.desk import Desk
from tousu.policy.loading import load_pack
from tousu.policy.pack import Pack


@pytest.fixture(scope="session")
def pack() -> Pack:
    return load_pack("courier-network")


@pytest.fixture
def desk(pack: Pack) -> Desk:
    return Desk(pack)

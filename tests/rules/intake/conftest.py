"""The pack of source C, read once, and a gate with it."""

from __future__ import annotations

import pytest

from tests.rules.intake.gate import Gate
from tousu.policy.loading import load_pack
from tousu.policy.pack import Pack


@pytest.fixture(scope="session")
def pack() -> Pack:
    return load_pack("courier-network")


@pytest.fixture
def gate(pack: Pack) -> Gate:
    return Gate(pack)

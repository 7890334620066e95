"""The pack of source C, read once, and a gate with it."""

from __future__ import annotations

import pytest

from tests.rules.intake.gate import Gate, of_all_channels
from tousu.policy.pack import Pack


@pytest.fixture(scope="session")
def pack() -> Pack:
    return of_all_channels()


@pytest.fixture
def gate(pack: Pack) -> Gate:
    return Gate(pack)

"""The pack of source C, read once, and a gate with it."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.rules.intake.gate import Gate
from tousu.policy.loading import load_pack
from tousu.policy.pack import Pack


@pytest.fixture(scope="session")
def pack() -> Pack:
    """The courier network, with the channels that only other packs have (A 1)."""
    pack, other = load_pack("courier-network"), load_pack("auto-service")
    return replace(pack, channels={**other.channels, **pack.channels})


@pytest.fixture
def gate(pack: Pack) -> Gate:
    return Gate(pack)

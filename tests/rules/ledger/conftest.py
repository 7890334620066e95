"""The pack of source C, as the tests of claims have it."""

from __future__ import annotations

import pytest

from tests.packs_read import load_pack
from tests.rules.ledger.books import Recorded
from tousu.policy.pack import Pack


@pytest.fixture(scope="session")
def pack() -> Pack:
    return load_pack("courier-network")


@pytest.fixture
def desk(pack: Pack) -> Recorded:
    return Recorded(pack)

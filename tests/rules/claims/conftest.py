"""A desk for claims with the pack of source C, without what it holds against anybody: that has tests of its own."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from services.claims.rules import ClaimsRules
from tests.packs_read import load_pack
from tests.rules.claims.told import ClaimsDesk
from tousu.policy.pack import Pack
from tousu.policy.policies import Policies


@pytest.fixture(scope="session")
def pack() -> Pack:
    return replace(load_pack("courier-network"), penalties=None)


@pytest.fixture(scope="session")
def rules(pack: Pack) -> ClaimsRules:
    return ClaimsRules(Policies.of(pack))


@pytest.fixture
def desk(pack: Pack) -> ClaimsDesk:
    return ClaimsDesk(pack)

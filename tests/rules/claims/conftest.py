"""A desk for claims with the pack of source C, and the router's that tells it of cases."""

from __future__ import annotations

import pytest

from services.claims.rules import ClaimsRules
from tests.rules.claims.told import ClaimsDesk
from tousu.policy.loading import load_pack
from tousu.policy.pack import Pack
from tousu.policy.policies import Policies


@pytest.fixture(scope="session")
def pack() -> Pack:
    return load_pack("courier-network")


@pytest.fixture(scope="session")
def rules(pack: Pack) -> ClaimsRules:
    return ClaimsRules(Policies.of(pack))


@pytest.fixture
def desk(pack: Pack) -> ClaimsDesk:
    return ClaimsDesk(pack)

"""A desk for claims with the pack of source C, without what it warns of and holds against anybody.

Both have tests of their own (test_limits_are_charged).
"""

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
    full = load_pack("courier-network")
    assert full.claims is not None
    silent = {name: replace(rule, warn_at_share=(), escalation=()) for name, rule in full.claims.clocks.items()}
    return replace(full, penalties=None, claims=replace(full.claims, clocks=silent))


@pytest.fixture(scope="session")
def rules(pack: Pack) -> ClaimsRules:
    return ClaimsRules(Policies.of(pack))


@pytest.fixture
def desk(pack: Pack) -> ClaimsDesk:
    return ClaimsDesk(pack)

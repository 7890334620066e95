"""A router's desk with the pack of source C."""

from __future__ import annotations

import pytest

from services.router.rules import RouterRules
from services.router.store import KINDS
from tests.packs_read import load_pack
from tests.rules.casework import Desk
from tousu.policy.pack import Pack
from tousu.policy.policies import Policies


@pytest.fixture(scope="session")
def pack() -> Pack:
    return load_pack("courier-network")


@pytest.fixture(scope="session")
def rules(pack: Pack) -> RouterRules:
    return RouterRules(Policies.of(pack))


@pytest.fixture
def desk(rules: RouterRules) -> Desk:
    return Desk(rules, KINDS)

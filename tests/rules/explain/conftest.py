"""A desk with the pack of source C, whose case can be explained."""

from __future__ import annotations

import pytest

from tests.rules.explain.telling import Teller
from tests.rules.packs import plain_clocks
from tests.rules.sla.desk import at
from tousu.policy.pack import Pack


@pytest.fixture(scope="session")
def pack() -> Pack:
    return plain_clocks()


@pytest.fixture
def desk(pack: Pack) -> Teller:
    return Teller(pack)


@pytest.fixture
def long_story(desk: Teller) -> Teller:
    """A damage before the Spring Festival: paused, passed on and back, extended, answered too late."""
    desk.routed(at("02-10 10:00"), grade="major", class_name="damage")
    desk.handle("acknowledged", at("02-10 10:40"))
    desk.handle("paused", at("02-11 11:00"), reason="waiting_for_evidence")
    desk.handle("resumed", at("02-14 09:00"))
    desk.passed_on(["quality_management"], at("02-24 09:30"))
    desk.handle("acknowledged", at("02-24 10:00"))
    desk.handle("extended", at("02-26 16:00"), until="2026-03-03T18:00:00+08:00")
    desk.passed_on(["storage_and_transport"], at("02-27 09:30"))
    desk.handle("acknowledged", at("02-27 10:00"))
    desk.handle("customer_answered", at("03-05 10:00"))
    return desk

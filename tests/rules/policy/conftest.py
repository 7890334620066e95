"""The pack of source C and the calendar of China, read once."""

from __future__ import annotations

import pytest

from tests.packs_read import load_pack
from tousu.policy.calendar import Calendar
from tousu.policy.loading import load_calendar
from tousu.policy.pack import Pack


@pytest.fixture(scope="session")
def pack() -> Pack:
    return load_pack("courier-network")


@pytest.fixture(scope="session")
def china() -> Calendar:
    return load_calendar("china").newest

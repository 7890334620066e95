"""The pack of source H, the courier handbook: the rows of docs/sources.md, sections 1, 3, 4 and 5, figure by figure."""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.packs_read import load_pack
from tousu.policy.clock_rule import Limit
from tousu.policy.working_time import deadline

PACK = load_pack("courier-handbook")
NEWEST = PACK.calendar.newest

CHANNELS = (  # section 1: seven channels, grouped for reports as phone, network, on site
    ("phone", "phone"),
    ("web", "network"),
    ("app", "network"),
    ("social", "network"),
    ("email", "network"),
    ("onsite", "on_site"),
    ("third-party", "network"),
)
CLASSES = (  # section 3: by content
    ("delay", "service_quality"),
    ("damage", "service_quality"),
    ("loss", "service_quality"),
    ("attitude", "service_quality"),
    ("overcharging", "price"),
    ("price_fraud", "price"),
    ("data_leak", "information_security"),
    ("malicious_operation", "information_security"),
    ("contract_dispute", "contract_dispute"),
)
LIMITS = (  # section 5
    ("first_review", None, 1, "elapsed_hours"),
    ("resolution", "general", 3, "working_days"),
    ("resolution", "major", 5, "working_days"),
    ("resolution", "special", 7, "working_days"),
)
DUE = (  # received Wednesday 30 September 2026 17:00: the holiday of 1 to 7 October and the make-up Saturday count
    ("first_review", None, "2026-09-30T18:00:00+08:00"),
    ("resolution", "general", "2026-10-11T00:00:00+08:00"),
    ("resolution", "major", "2026-10-14T00:00:00+08:00"),
    ("resolution", "special", "2026-10-16T00:00:00+08:00"),
)


def test_seven_channels() -> None:
    assert {(channel.name, channel.group) for channel in PACK.channels.values()} == set(CHANNELS)


def test_classes_by_content() -> None:
    assert {(one.name, one.category) for one in PACK.classes.values()} == set(CLASSES)


@pytest.mark.parametrize(("clock", "grade", "amount", "unit"), LIMITS)
def test_limits(clock: str, grade: str | None, amount: int, unit: str) -> None:
    limit = PACK.clocks[clock].limit_for(grade)
    assert (limit.amount, limit.unit, limit.section, limit.set_by) == (amount, unit, "H 5", "source")
    assert PACK.clocks[clock].starts_at == "received_at"


@pytest.mark.parametrize(("clock", "grade", "due"), DUE)
def test_limits_end_when_the_company_has_worked_so_many_days(clock: str, grade: str | None, due: str) -> None:
    received = datetime.fromisoformat("2026-09-30T17:00:00+08:00")
    limit: Limit = PACK.clocks[clock].limit_for(grade)
    assert deadline(received, limit, NEWEST) == datetime.fromisoformat(due)


def test_three_levels_rise() -> None:
    levels = sorted(PACK.grades.values(), key=lambda grade: grade.stars)
    assert [grade.name for grade in levels] == ["general", "major", "special"]


def test_priority_is_the_highest_of_three_dimensions() -> None:
    assert PACK.priority is not None
    assert PACK.priority.dimensions == {
        "content": ("serious", "moderate", "minor"),
        "scope": ("global", "regional", "local"),
        "satisfaction": ("dissatisfied", "neutral", "satisfied"),
    }
    assert PACK.priority.levels == ("first", "next", "normal")
    assert PACK.priority.section == "H 3"


def test_departments_inside_and_partners() -> None:
    inside = {one.name for one in PACK.departments.values() if not one.partner}
    partners = {one.name for one in PACK.departments.values() if one.partner}
    assert inside == {"customer_service", "business", "quality_management", "human_resources"}
    assert partners == {"transport_partner", "warehouse_partner", "technology_partner"}


def test_quality_management_mediates() -> None:
    assert (PACK.routing.disputes_to, PACK.routing.disputes_section) == ("quality_management", "H 4")


def test_complaints_of_a_kind_that_rise_are_news() -> None:
    assert PACK.early_warning is not None
    assert PACK.early_warning.section == "H 9"

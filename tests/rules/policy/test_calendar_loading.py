"""A calendar that is not right is refused with file, line, field and fix; each check has one that trips it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tousu.policy.document import PackFault
from tousu.policy.loading import POLICIES, read_pack
from tousu.policy.pack import Pack

CALENDAR = (POLICIES / "calendars" / "china.yaml").read_text("utf-8")


def faults_of(folder: Path, calendar: str) -> tuple[PackFault, ...]:
    """What is wrong with a sound pack whose calendar reads so."""
    pack = folder / "courier-network.yaml"
    pack.write_text((POLICIES / pack.name).read_text("utf-8"), "utf-8")
    (folder / "calendars").mkdir()
    (folder / "calendars" / "china.yaml").write_text(calendar, "utf-8")
    found = read_pack(pack)
    return () if isinstance(found, Pack) else found


CALENDAR_FAULTS = (
    ("time_zone: Asia/Shanghai", "time_zone: Asia/Peking", "time_zone", "no such time zone"),
    ('monday: ["09:00-18:00"]', 'monday: ["18:00-09:00"]', "weekly_hours.monday", "run backwards"),
    ('monday: ["09:00-18:00"]', 'monday: ["09:00-12:00", "11:00-18:00"]', "weekly_hours.monday", "overlap"),
    ('"2026-02-14"', '"2025-02-15"', "versions.2.years.2026.make_up_days", "no day of 2026"),
    ('"2026-01-01": 元旦', '"2026-02-30": 元旦', "versions.2.years.2026.holidays", "no day of 2026"),
    ('effective_from: "2025-11-04', 'effective_from: "2022-11-04', "versions", "not in order"),
    ('monday: ["09:00-18:00"]', "monday: [09:00]", "weekly_hours.monday.0", "does not match"),
    ('version: "2025-11-04"', 'version: "2024-11-12"', "versions.2.version", "there already"),
    ('effective_from: "2025-11-04', 'effective_from: "2025-11-31', "versions.2.effective_from", "no moment"),
)

STORM = """  - version: storm
    effective_from: "2026-07-20T07:00:00+08:00"
    suspensions:
      - id: storm
        region: CN-ZJ
        from: "2026-07-20T08:00:00+08:00"
        until: "2026-07-22T08:00:00+08:00"
        reason: roads closed by order of the province
        approved_by: E1001
  - version: storm over
    effective_from: "2026-07-21T07:00:00+08:00"
    reversals:
      - {id: storm, reason: another province was meant, approved_by: E1001}
"""
SECOND = """    suspensions:
      - id: storm
        region: CN-GD
        from: "2026-07-23T08:00:00+08:00"
        until: "2026-07-24T08:00:00+08:00"
        reason: the storm goes on
        approved_by: E1001
"""
SUSPENSION_FAULTS = (
    ("        approved_by: E1001\n", "", "versions.3.suspensions.0", "approved_by is missing"),
    ("approved_by: E1001\n", 'approved_by: ""\n', "versions.3.suspensions.0.approved_by", "shorter than 1"),
    (
        "reason: roads closed by order of the province",
        'reason: ""',
        "versions.3.suspensions.0.reason",
        "shorter than 1",
    ),
    ("region: CN-ZJ", "region: Zhejiang", "versions.3.suspensions.0.region", "does not match"),
    ('until: "2026-07-22', 'until: "2026-07-19', "versions.3.suspensions.0.until", "ends before it begins"),
    ('until: "2026-07-22', 'until: "2026-07-20', "versions.3.suspensions.0.until", "ends before it begins"),
    ('until: "2026-07-22', 'until: "2027-08-22', "versions.3.suspensions.0.until", "more than a year"),
    ('until: "2026-07-22', 'until: "2026-07-32', "versions.3.suspensions.0.until", "no moment"),
    ('from: "2026-07-20T08:00:00+08:00"', 'from: "2026-07-20T08:00:00"', "versions.3.suspensions.0.from", "match"),
    ("{id: storm,", "{id: strom,", "versions.4.reversals.0.id", "no suspension strom stands"),
    (", approved_by: E1001}", "}", "versions.4.reversals.0", "approved_by is missing"),
    ("approved_by: E1001}\n", "approved_by: E1001}\n" + SECOND, "versions.4.suspensions.0.id", "there already"),
    (STORM[STORM.index("    reversals") :], "", "versions.4", "changes nothing"),
    ("    reversals:", "    reversed:", "versions.4.reversed", "unknown"),
)


@pytest.mark.parametrize(("good", "bad", "field", "problem"), CALENDAR_FAULTS)
def test_a_calendar_that_is_not_right_is_refused_with_its_own_line(
    tmp_path: Path, good: str, bad: str, field: str, problem: str
) -> None:
    assert good in CALENDAR
    found = faults_of(tmp_path, CALENDAR.replace(good, bad, 1))
    assert [(fault.field, problem in fault.problem) for fault in found] == [(field, True)], found
    assert found[0].file.endswith("china.yaml")


@pytest.mark.parametrize(("good", "bad", "field", "problem"), SUSPENSION_FAULTS)
def test_a_suspension_that_is_not_right_is_refused_where_it_stands(
    tmp_path: Path, good: str, bad: str, field: str, problem: str
) -> None:
    assert good in STORM
    found = faults_of(tmp_path, CALENDAR + STORM.replace(good, bad, 1))
    assert [(fault.field, problem in fault.problem) for fault in found] == [(field, True)], found
    assert found[0].fix


def test_a_suspension_and_its_reversal_are_versions_like_any_other(tmp_path: Path) -> None:
    assert faults_of(tmp_path, CALENDAR + STORM) == ()

"""Complaint rate by department: complaints received ÷ services in the month (A 9)."""

from __future__ import annotations

import pytest

from tests.rules.report.log import QUALITY, SERVICE, TRANSPORT, Log, asked, everybody, figures, percent


def complaints(log: Log, month: str, count: int, department: str = TRANSPORT, outlet: str = "HZ-017") -> None:
    for _ in range(count):
        log.complaint(f"K{len(log.events)}", f"{month}-01 10:00", (department,), object={"outlet": outlet})


@pytest.mark.parametrize(
    "count, services, rate",
    [(8, 1000, "0.80"), (17, 2000, "0.85"), (1, 3, "33.33"), (1, 20000, "0.01"), (1, 20001, "0.00"), (0, 50, "0.00")],
)
def test_percent_with_two_decimals_halves_go_up(count: int, services: int, rate: str) -> None:
    log = Log()
    complaints(log, "09", count)
    complaints(log, "10", 1)
    complaints(log, "08", 1)
    log.services("2026-09", TRANSPORT, services)
    found = {(row.period, row.group): row.tally.figure("complaint_rate_percent") for row in asked(log.events).rows}
    assert found["2026-09", None].value == percent(rate)
    assert (found["2026-09", None].having, found["2026-09", None].of) == (count, services)
    assert found["2026-10", None].value is None


def test_a_department_without_figures_has_no_rate_and_everybody_counts_all() -> None:
    log = Log()
    complaints(log, "09", 4)
    complaints(log, "09", 2, SERVICE)
    log.services("2026-09", TRANSPORT, 400)
    log.services("2026-09", QUALITY, 200)
    made = asked(log.events, "department")
    rates = {row.group: row.tally.figure("complaint_rate_percent").value for row in made.rows}
    assert rates == {(TRANSPORT,): 1, (SERVICE,): None, (QUALITY,): 0, None: 1}


def test_a_figure_that_is_reported_again_replaces_the_former_one() -> None:
    log = Log()
    complaints(log, "09", 1)
    log.services("2026-09", TRANSPORT, 10)
    log.services("2026-09", TRANSPORT, 20)
    assert everybody(asked(log.events), "services") == {"2026-09": 20}
    assert everybody(asked(reversed(log.events)), "services") == {"2026-09": 20}


def test_outlets_count_for_outlets_and_for_the_department_where_it_says_nothing_itself() -> None:
    log = Log()
    complaints(log, "09", 1)
    log.services("2026-09", TRANSPORT, 10, "HZ-017")
    log.services("2026-09", TRANSPORT, 30, "HZ-003")
    log.services("2026-09", QUALITY, 50)
    log.services("2026-09", QUALITY, 20, "HZ-017")
    by_outlet = figures(asked(log.events, "outlet"), "services")
    assert by_outlet == {("2026-09", ("HZ-017",)): 30, ("2026-09", ("HZ-003",)): 30, ("2026-09", None): 90}
    by_department = figures(asked(log.events, "department"), "services")
    assert by_department == {("2026-09", (TRANSPORT,)): 40, ("2026-09", (QUALITY,)): 50, ("2026-09", None): 90}
    assert figures(asked(log.events, "region"), "services") == {("2026-09", ("HZ",)): 60, ("2026-09", None): 90}


def test_a_quarter_measures_the_months_whose_services_are_known() -> None:
    log = Log()
    complaints(log, "07", 3)
    complaints(log, "08", 5)
    complaints(log, "09", 100)
    log.services("2026-07", TRANSPORT, 1000)
    log.services("2026-08", TRANSPORT, 1000)
    made = asked(log.events, period="quarter")
    assert everybody(made, "complaint_rate_percent") == {"2026-Q3": percent("0.40")}
    assert everybody(made, "complaints") == {"2026-Q3": 108}


def test_a_week_and_a_class_have_no_rate_since_nobody_reports_their_services() -> None:
    log = Log()
    complaints(log, "09", 1)
    log.services("2026-09", TRANSPORT, 1000)
    assert figures(asked(log.events, period="week"), "services") == {}
    assert figures(asked(log.events, "class"), "services") == {("2026-09", None): 1000}


def test_services_alone_do_not_begin_a_report() -> None:
    log = Log()
    complaints(log, "09", 1)
    log.services("2026-01", TRANSPORT, 1000)
    assert list(everybody(asked(log.events), "complaints")) == ["2026-09"]

"""Two packs beside the five documents: the law of China, and DISP of the United Kingdom (features, section 3)."""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.packs_read import load_pack, load_policies
from tousu.policy.working_time import deadline

CHINA = load_policies("china-statutory")
LAW = CHINA.own
DISP = load_pack("united-kingdom")

FIGURES = (  # features, section 3
    ("statutory_answer", 7, "statutory_days", "Express Regulations 29"),
    ("zhejiang_answer", 7, "statutory_days", "Zhejiang Express Ordinance 37"),
    ("chongqing_answer", 30, "statutory_days", "Chongqing Postal Ordinance 50"),
    ("chongqing_answer_international", 60, "statutory_days", "Chongqing Postal Ordinance 50"),
    ("henan_answer", 5, "working_days", "Henan Postal Ordinance 32"),
    ("regulator_referral", 15, "statutory_days", "Appeal Measures 2014"),
    ("inquiry_answer", 30, "statutory_days", "Postal Law 49"),
    ("inquiry_answer_international", 60, "statutory_days", "Postal Law 49"),
)


@pytest.mark.parametrize(("clock", "amount", "unit", "section"), FIGURES)
def test_figures_of_the_law(clock: str, amount: int, unit: str, section: str) -> None:
    rule = LAW.clocks[clock]
    limit = rule.limit_for()
    assert (limit.amount, limit.unit, limit.section, limit.set_by) == (amount, unit, section, "source")
    assert rule.statutory
    assert rule.pauses is None


@pytest.mark.parametrize(
    ("received", "article"),
    [("2025-05-31T23:59:00+08:00", "Express Regulations 28"), ("2025-06-01T00:00:00+08:00", "Express Regulations 29")],
)
def test_a_complaint_is_judged_by_the_law_of_its_day(received: str, article: str) -> None:
    pack = CHINA.at("", datetime.fromisoformat(received))
    assert pack.clocks["statutory_answer"].limit_for().section == article


def test_seven_days_over_the_mid_autumn_holiday() -> None:
    """Features number 2: received Fri 2026-09-18 15:00, 7 statutory days end 2026-09-28 24:00."""
    received = datetime.fromisoformat("2026-09-18T15:00:00+08:00")
    due = deadline(received, LAW.clocks["statutory_answer"].limit_for(), LAW.calendar.newest)
    assert due == datetime.fromisoformat("2026-09-29T00:00:00+08:00")


def test_an_appeal_has_a_clock_of_its_own_that_outlives_the_case() -> None:
    referral = LAW.clocks["regulator_referral"]
    assert (referral.starts_on, referral.outlives_case) == ("appeal_referred", True)


def test_fifteen_days_may_be_added_once_with_approval_and_notice() -> None:
    extensions = LAW.clocks["regulator_referral"].extensions
    assert extensions is not None
    assert (extensions.times_max, extensions.needs) == (1, ("approval", "notice"))
    assert extensions.by_max is not None
    assert (extensions.by_max.amount, extensions.by_max.unit) == (15, "statutory_days")


DISP_DUE = (  # received Thursday 2 April 2026, 16:00: Good Friday, Easter and May Day are no business days
    ("summary_resolution", "2026-04-09T17:00:00+01:00"),
    ("final_response", "2026-05-29T00:00:00+01:00"),
    ("payment_response", "2026-04-28T00:00:00+01:00"),
)


@pytest.mark.parametrize(("clock", "due"), DISP_DUE)
def test_limits_of_disp(clock: str, due: str) -> None:
    received = datetime.fromisoformat("2026-04-02T16:00:00+01:00")
    assert deadline(received, DISP.clocks[clock].limit_for(), DISP.calendar.newest) == datetime.fromisoformat(due)


def test_thirty_five_business_days_with_a_holding_response() -> None:
    rule = DISP.clocks["payment_response"]
    assert rule.extensions is not None and rule.extensions.by_max is not None
    assert rule.limit_for().amount + rule.extensions.by_max.amount == 35
    assert rule.extensions.needs == ("approval", "notice")


def test_a_final_response_names_the_ombudsman_and_six_months() -> None:
    assert {"next_body", "next_deadline"} <= set(DISP.replies["final"].required)

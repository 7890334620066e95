"""What a charge costs: docs/sources.md, section 8, figure by figure and border by border (sources A, C, H)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import convert
from msgspec.structs import replace

from tests.packs_read import load_pack
from tousu.events.charge import ChargeLaidGround
from tousu.policy.handling_rule import Range
from tousu.policy.pack import Pack
from tousu.policy.penalties import (
    Line,
    PartyKind,
    end_of_month,
    is_doubled,
    line_of_rate,
    month_of,
    rate,
    shown,
    start_of_month,
    suspends,
    total,
)
from tousu.policy.penalties import (
    assess as assess_grounds,
)
from tousu.policy.penalties import (
    counts as counts_grounds,
)
from tousu.policy.penalty_lint import errors_of, warnings_of
from tousu.policy.penalty_rule import PenaltyRules

Ground = dict[str, Any]
START = "2026-03-02T01:00:00Z"


def read(grounds: Sequence[Ground]) -> list[ChargeLaidGround]:
    return [convert({"at": START, **ground}, ChargeLaidGround) for ground in grounds]


def assess(rules: PenaltyRules, party: PartyKind, grounds: Sequence[Ground]) -> tuple[Line, ...]:
    return assess_grounds(rules, party, read(grounds))


def counts(rules: PenaltyRules, grounds: Sequence[Ground]) -> bool:
    return counts_grounds(rules, read(grounds))


def rules_of(name: str) -> PenaltyRules:
    rules = load_pack(name).penalties
    assert rules is not None
    return rules


A, C, H = (rules_of(name) for name in ("auto-service", "courier-network", "courier-handbook"))


def complaint(grade: str, loss: str = "", **more: Any) -> Ground:
    return {"ground": "complaint", "grade": grade} | ({"loss_yuan": loss} if loss else {}) | more


FIGURES_OF_A: tuple[tuple[list[Ground], str, list[str]], ...] = (  # grounds against a person; money; measures
    ([complaint("d")], "50.00", []),
    ([complaint("c")], "100.00", []),
    ([complaint("b")], "200.00", []),
    ([complaint("b", "0.00")], "200.00", []),
    ([complaint("b", "0.01")], "200.01", []),
    ([complaint("b", "2999.99")], "3199.99", []),
    ([complaint("a", "3000")], "3500.00", ["administrative_sanction"]),
    ([complaint("a", "3000.01")], "3500.01", ["administrative_sanction"]),
    ([complaint("c", "2000")], "100.00", []),  # the economic loss is A's and B's alone
    ([complaint("d", stands=False)], "50.00", []),  # an invalid complaint is of level D, and level D costs 50
    ([complaint("b", "10", stands=False)], "0", []),
    ([complaint("b", "10", stands=True)], "210.00", []),
    ([complaint("c"), complaint("c")], "200.00", []),  # each time
    ([{"ground": "late_resolution"}], "50.00", []),  # as level D
    ([complaint("c"), {"ground": "late_resolution"}], "150.00", []),
    ([{"ground": "late_acceptance", "days": 1}], "100.00", []),
    ([{"ground": "late_acceptance", "days": 7}], "700.00", []),
    ([complaint("c"), {"ground": "neglect"}], "200.00", []),
    ([{"ground": "neglect"}, complaint("b", "1200")], "1600.00", []),  # 2 x 200 and the loss once: it is no penalty
    ([{"ground": "neglect"}, complaint("a", "3000")], "4000.00", ["administrative_sanction"]),
    ([{"ground": "late_resolution", "excused_by": "M1"}], "0", []),  # 'without special reason': there was one
    ([complaint("c"), {"ground": "late_resolution", "excused_by": "M1"}, {"ground": "neglect"}], "200.00", []),
    ([{"ground": "late_acceptance", "days": 1, "excused_by": "M1"}], "100.00", []),  # of late acceptance A says no such
    ([complaint("c"), {"ground": "late_resolution"}, {"ground": "neglect"}], "300.00", []),
    ([complaint("c"), {"ground": "neglect"}, {"ground": "neglect"}], "200.00", []),  # doubled once
    ([{"ground": "neglect"}], "0", []),  # nothing to double
    ([{"ground": "late_handling"}, {"ground": "false_report"}, {"ground": "assessment"}], "0", []),  # not A's
    ([complaint("c", unconfirmed=True)], "0", []),
    ([complaint("c"), {"ground": "neglect", "unconfirmed": True}], "100.00", []),
    ([], "0", []),
)


@pytest.mark.parametrize(("grounds", "money", "measures"), FIGURES_OF_A)
def test_what_a_case_costs_the_person_responsible_by_source_a(
    grounds: list[Ground], money: str, measures: list[str]
) -> None:
    lines = assess(A, "person", grounds)
    assert str(total(lines)) == money
    assert [line.measure for line in lines if line.measure] == measures
    assert {line.section for line in lines} <= {"A 8"}
    assert is_doubled(lines) == (
        any(g["ground"] == "neglect" and not g.get("unconfirmed") for g in grounds) and total(lines) > 0
    )


def test_a_line_shows_how_it_was_reckoned() -> None:
    lines = assess(
        A, "person", [complaint("b", "1200"), {"ground": "late_acceptance", "days": 2}, {"ground": "neglect"}]
    )
    assert [line.steps for line in lines] == [
        ("grade b: 200", "plus the economic loss: 1200.00"),
        ("2 days x 100",),
        ("400.00 x 2", "400.00 of it stands above"),
    ]


def test_by_grade_pays_the_person_and_nobody_else() -> None:
    assert assess(A, "department", [complaint("a", "5000")]) == ()
    assert assess(A, "outlet", [complaint("a", "5000")]) == ()


TIERS = (  # complaints, services, what the head of the department pays
    (0, 1000, None),
    (79, 10_000, None),
    (7_999, 1_000_000, None),  # 0.7999 %
    (8, 1000, "50.00"),  # exactly 0.80 %
    (80, 10_000, "50.00"),
    (8_001, 1_000_000, "100.00"),  # 0.8001 %
    (85, 10_000, "100.00"),  # exactly 0.85 %
    (8_501, 1_000_000, "150.00"),
    (90, 10_000, "150.00"),  # exactly 0.90 %
    (9_001, 1_000_000, "200.00"),
    (95, 10_000, "200.00"),  # exactly 0.95 %
    (9_501, 1_000_000, "300.00"),
    (1, 100, "300.00"),  # exactly 1.00 %
    (10_001, 1_000_000, "500.00"),
    (999_999_999_999, 99_999_999_999_800, "500.00"),  # over 1.00 % by the twelfth place: nothing is rounded
    (999_999_999_999, 99_999_999_999_900, "300.00"),
    (5, 3, "500.00"),
)


@pytest.mark.parametrize(("complaints", "services", "money"), TIERS)
def test_the_tiers_of_the_monthly_complaint_rate(complaints: int, services: int, money: str | None) -> None:
    rated = rate(A, complaints, services)
    lines = line_of_rate(rated, complaints, services)
    assert [str(line.amount) for line in lines] == ([money] if money else [])


def test_over_one_percent_carries_both_ends_of_the_range_and_says_who_set_the_figure() -> None:
    (line,) = line_of_rate(rate(A, 11, 1000), 11, 1000)
    assert (line.amount_min, line.amount, line.amount_max) == (Decimal(500), Decimal(500), Decimal(1500))
    assert (line.set_by, line.section) == ("pack", "A 8")
    assert line.steps == ("11 complaints in 1000 services: 1.1000 %", "over 1.00 %")


@pytest.mark.parametrize("services", [None, 0])
def test_without_services_a_rate_is_unknown_and_costs_nothing(services: int | None) -> None:
    rated = rate(A, 3, services)
    assert rated.percent is None
    assert rated.tier is None
    assert line_of_rate(rated, 3, services) == ()


def tier_by_hand(complaints: int, services: int) -> int:
    """The tiers in whole numbers: T <= 0.85 % is complaints x 10,000 <= services x 85."""
    scaled = complaints * 10_000
    if scaled < services * 80:
        return 0
    if scaled == services * 80:
        return 50
    for border, amount in ((85, 100), (90, 150), (95, 200), (100, 300)):
        if scaled <= services * border:
            return amount
    return 500


@given(st.integers(0, 10**12), st.integers(1, 10**14))
def test_a_rate_meets_the_tier_that_whole_numbers_give(complaints: int, services: int) -> None:
    lines = line_of_rate(rate(A, complaints, services), complaints, services)
    assert total(lines) == tier_by_hand(complaints, services)


@given(st.integers(1, 10**6), st.sampled_from((80, 85, 90, 95, 100)), st.integers(-1, 1))
def test_one_service_more_or_less_at_a_border_decides(hundreds: int, border: int, off: int) -> None:
    complaints, services = border * hundreds, 10_000 * hundreds - off
    assert total(line_of_rate(rate(A, complaints, services), complaints, services)) == tier_by_hand(
        complaints, services
    )


@pytest.mark.parametrize(("complaints", "suspended"), [(0, False), (2, False), (3, True), (4, True)])
def test_the_third_complaint_of_a_month_suspends(complaints: int, suspended: bool) -> None:
    assert suspends(A, complaints) is suspended
    assert not suspends(C, complaints)


def test_a_suspension_is_without_pay_with_a_report_training_and_publication() -> None:
    assert A.suspension is not None
    assert A.suspension.without_pay
    assert A.suspension.measures == ("correction_report", "training", "publication")


@pytest.mark.parametrize(
    ("which", "counted"),
    [("standing", [True, True, False]), ("valid", [False, True, False]), ("all", [True, True, True])],
)
def test_which_complaints_count_the_pack_says(which: Any, counted: list[bool]) -> None:
    """Nobody judged it yet, it stands, it does not."""
    rules = replace(A, counting=replace(A.counting, which=which))
    judged: Sequence[Ground] = ({}, {"stands": True}, {"stands": False})
    assert [counts(rules, [complaint("c") | said]) for said in judged] == counted


def test_what_is_no_complaint_or_not_confirmed_does_not_count() -> None:
    assert A.counting.set_by == "pack"
    assert not counts(A, [{"ground": "late_resolution"}])
    assert not counts(A, [complaint("c", unconfirmed=True)])
    assert not counts(A, [])


SHARES_OF_C = (  # loss; percent of the person; percent of the head
    ("0", None, None),
    ("0.01", "2", "1"),
    ("499.99", "2", "1"),
    ("500", "5", "2"),
    ("2999.99", "5", "2"),
    ("3000", "10", "5"),
    ("999999999999.99", "10", "5"),
)


@pytest.mark.parametrize(("loss", "person", "head"), SHARES_OF_C)
def test_by_source_c_person_and_head_give_a_share_of_performance_pay_by_the_loss(
    loss: str, person: str | None, head: str | None
) -> None:
    for party, percent in (("person", person), ("department", head), ("outlet", None)):
        lines = assess(C, party, [complaint("major", loss)])  # type: ignore[arg-type]
        assert [str(line.percent) for line in lines] == ([percent] if percent else [])
        assert {(line.section, line.set_by) for line in lines} <= {("C 8", "pack")}
        assert assess(C, party, [complaint("major", loss, stands=False)]) == ()  # type: ignore[arg-type]


def test_by_source_c_whoever_delayed_answers_too_and_a_false_report_costs() -> None:
    (late,) = assess(C, "person", [{"ground": "late_handling"}])
    assert (str(late.percent), late.section, late.set_by) == ("2", "C 8", "pack")
    (false,) = assess(C, "outlet", [{"ground": "false_report"}])
    assert (str(false.amount), false.section, false.set_by) == ("500.00", "C 8", "pack")


def test_by_source_h_human_resources_assesses_and_then_decides() -> None:
    assert [line.measure for line in assess(H, "person", [complaint("general")])] == ["assessment"]
    for measure in ("penalty", "training"):
        lines = assess(H, "person", [complaint("general"), {"ground": "assessment", "measure": measure}])
        assert [line.measure for line in lines] == ["assessment", measure]
        assert total(lines) == 0
        assert {line.section for line in lines} == {"H 8"}
    assert assess(H, "person", [{"ground": "assessment", "measure": "publication"}]) == ()
    assert assess(H, "person", [complaint("general", stands=False)]) == ()


MONTHS = (
    ("2026-03-31T15:59:59.999999+00:00", "2026-03"),  # 23:59:59 in Shanghai
    ("2026-03-31T16:00:00+00:00", "2026-04"),
    ("2026-02-28T15:59:00+00:00", "2026-02"),  # the last minute of a short month
    ("2028-02-29T15:59:00+00:00", "2028-02"),
    ("2026-12-31T15:59:59+00:00", "2026-12"),
    ("2026-12-31T16:00:00+00:00", "2027-01"),
)


@pytest.mark.parametrize(("moment", "month"), MONTHS)
def test_the_last_minute_of_a_month_belongs_to_it_in_the_companys_time_zone(moment: str, month: str) -> None:
    at = datetime.fromisoformat(moment)
    assert month_of(at, "Asia/Shanghai") == month
    assert start_of_month(month, "Asia/Shanghai") <= at < end_of_month(month, "Asia/Shanghai")


@given(st.datetimes(datetime(1980, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_months_follow_each_other_without_a_gap(moment: datetime) -> None:
    month = month_of(moment, "Europe/London")
    end = end_of_month(month, "Europe/London")
    assert start_of_month(month, "Europe/London") <= moment < end
    assert end == start_of_month(month_of(end, "Europe/London"), "Europe/London")


@pytest.mark.parametrize(
    ("percent", "text"),
    [
        (Fraction(8, 10), "0.8000"),
        (Fraction(1, 3), "0.3333"),
        (Fraction(2, 3), "0.6667"),
        (Fraction(500, 3), "166.6667"),
    ],
)
def test_a_rate_is_shown_with_four_places(percent: Fraction, text: str) -> None:
    assert shown(percent) == text


# -- what a pack must not say ----------------------------------------------------------------------------------------

PACK = load_pack("auto-service")


def with_rules(rules: PenaltyRules = A, pack: Pack = PACK, **changes: Any) -> Pack:
    return replace(pack, penalties=replace(rules, **changes))


def with_rates(*ranges: dict[str, str]) -> Pack:
    tiers = [
        replace(A.head_by_rate[1], rate=Range(**{name: Decimal(border) for name, border in each.items()}))
        for each in ranges
    ]
    return with_rules(head_by_rate=tuple(tiers))


COSTLY = A.by_grade["c"]
FAULTS: dict[str, tuple[Pack, str, str]] = {
    "an unknown grade": (with_rules(by_grade=A.by_grade | {"e": COSTLY}), "penalties.by_grade.e", "not among"),
    "late as an unknown grade": (
        with_rules(by_grade={"c": COSTLY}), "penalties.late_resolution.as_grade", "by_grade has no d",
    ),
    "a figure that says nothing": (
        with_rules(by_grade=A.by_grade | {"c": replace(COSTLY, amount=None)}), "penalties.by_grade.c", "costs nothing",
    ),
    "a gap": (
        with_rates({"at_least": "0.80", "at_most": "0.85"}, {"over": "0.86"}), "penalties.head_by_rate.1.rate", "a gap",
    ),
    "a gap of one value": (
        with_rates({"at_least": "0.80", "under": "0.85"}, {"over": "0.85"}), "penalties.head_by_rate.1.rate", "a gap",
    ),
    "an overlap": (
        with_rates({"at_least": "0.80", "at_most": "0.85"}, {"over": "0.84"}), "penalties.head_by_rate.1.rate",
        "overlaps",
    ),
    "a border of two tiers": (
        with_rates({"at_most": "0.85"}, {"at_least": "0.85"}), "penalties.head_by_rate.1.rate", "two tiers",
    ),
    "a tier behind one without end": (
        with_rates({"over": "0.80"}, {"over": "0.85"}), "penalties.head_by_rate.1.rate", "overlaps",
    ),
    "nothing above the last": (
        with_rates({"over": "0.80", "at_most": "0.85"}), "penalties.head_by_rate.0.rate", "above the last tier",
    ),
    "two lower borders": (
        with_rates({"over": "0.80", "at_least": "0.81"}), "penalties.head_by_rate.0.rate", "given twice",
    ),
    "an empty range": (with_rates({"over": "0.90", "under": "0.80"}), "penalties.head_by_rate.0.rate", "empty"),
    "a figure out of its range": (
        with_rules(head_by_rate=(*A.head_by_rate[:-1], replace(A.head_by_rate[-1], amount=Decimal(2000)))),
        "penalties.head_by_rate.5.amount", "outside 500 to 1500",
    ),
    "losses in another currency": (
        with_rules(pack=replace(PACK, currency="GBP")), "penalties.by_grade.b.plus_loss", "counts in GBP",
    ),
    "a month that needs a calendar": (
        with_rules(month=replace(A.month, closes=replace(A.month.closes, unit="working_days"))),
        "penalties.month.closes.unit", "need a calendar",
    ),
    "shares of performance pay with a gap": (
        with_rules(C, load_pack("courier-network"), performance_share=replace(
            C.performance_share, tiers=C.performance_share.tiers[::2],  # type: ignore[type-var, union-attr]
        )), "penalties.performance_share.tiers.1.loss", "a gap",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_a_pack_whose_penalties_make_no_sense_is_found(name: str) -> None:
    pack, field, problem = FAULTS[name]
    found = {".".join(map(str, finding.path)): finding.problem for finding in errors_of(pack)}
    assert problem in found[field]


@pytest.mark.parametrize("name", ["auto-service", "courier-network", "courier-handbook", "after-sales"])
def test_the_penalties_of_the_repositorys_packs_make_sense(name: str) -> None:
    assert errors_of(load_pack(name)) == warnings_of(load_pack(name)) == []


def test_a_grade_that_costs_nothing_is_a_trap() -> None:
    figures = {grade: figure for grade, figure in A.by_grade.items() if grade != "b"}
    (warning,) = warnings_of(with_rules(by_grade=figures))
    assert warning.problem == "a complaint of grade b costs nothing"

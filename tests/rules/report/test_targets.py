"""Measures and targets by name: what can be written, what misses a target."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.packs_read import load_pack
from tousu.policy.loading import POLICIES
from tousu.report.measures import measure_of, target_of
from tousu.report.tally import Tally, Value

HOUR_US = 3_600_000_000


@pytest.mark.parametrize(
    "target, value, missed",
    [
        ("satisfaction=4.0", Decimal("3.99"), True),
        ("satisfaction=4.0", Decimal("4.00"), False),
        ("handled_percent=100", Decimal("99.99"), True),
        ("mean_hours=48", Decimal("48.01"), True),
        ("mean_hours=48", Decimal("48.00"), False),
        ("complaint_rate_percent=0.80", Decimal("0.85"), True),
        ("breaches=0", 1, True),
        ("in_time_percent.acknowledgement=95", Decimal("90.00"), True),
        ("satisfaction=4.0", None, False),
    ],
)
def test_at_least_or_at_most_as_the_measure_is_better(target: str, value: Value, missed: bool) -> None:
    assert target_of(target).is_missed_by(value) is missed


@pytest.mark.parametrize(
    "target, tally, shown",
    [  # 3.996, 99.996 % and 48.004 hours look reached once they are rounded
        ("satisfaction=4.0", Tally(scores=[4] * 249 + [3]), "4.00"),
        ("in_time_percent=100", Tally(handled_us=[0] * 25_000, in_time=24_999), "100.00"),
        ("mean_hours=48", Tally(handled_us=[48 * HOUR_US + HOUR_US // 250]), "48.00"),
    ],
)
def test_a_figure_is_compared_as_it_is_not_as_it_is_shown(target: str, tally: Tally, shown: str) -> None:
    wanted = target_of(target)
    figure = tally.figure(wanted.measure)
    assert str(figure.value) == shown
    assert wanted.is_missed_by(figure.compared)


@pytest.mark.parametrize(
    "text, words",
    [
        ("satisfaction", "write MEASURE=NUMBER"),
        ("satisfaction=good", "write MEASURE=NUMBER"),
        ("satisfaction=NaN", "a target is a number"),
        ("happiness=4", "there is no measure 'happiness'; take of complaints, inquiries"),
        ("complaints=4", "complaints is neither better nor worse"),
    ],
)
def test_what_is_no_target_is_said(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        target_of(text)


def test_a_clock_is_a_measure_and_needs_a_name() -> None:
    assert measure_of("in_time_percent.resolution").label == "resolution in time %"
    with pytest.raises(ValueError, match="there is no measure"):
        measure_of("in_time_percent.")


@pytest.mark.parametrize("name", sorted(file.stem for file in POLICIES.glob("*.yaml")))
def test_what_packs_aim_at_is_measured(name: str) -> None:
    pack = load_pack(name)
    for target in pack.targets:
        measure = measure_of(target.measure)
        assert measure.better != "neither"
        _, _, clock = target.measure.partition(".")
        assert not clock or clock in pack.clocks


def test_the_courier_network_aims_at_everything_handled_and_answered() -> None:
    aims = {(target.measure, target.value) for target in load_pack("courier-network").targets}
    assert aims == {("handled_percent", Decimal(100)), ("answered_percent", Decimal(100))}

"""What is usual, and when a count is news."""

from __future__ import annotations

from decimal import Decimal, localcontext
from fractions import Fraction

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.trends.rules import judge, usual_range
from tousu.policy.pack import EarlyWarning

PACK = EarlyWarning(
    count_by=("class", "outlet"), window_hours=24, step_hours=1, usual_windows=28, deviations=3.0, count_min=5,
    section="H 9", set_by="pack",
)  # fmt: skip

COUNTS = st.lists(st.integers(0, 400), min_size=1, max_size=40)

# former windows, deviations -> mean and upper bound, worked out by hand from the formula in rules.py
BY_HAND = [
    pytest.param([4] * 28, 3.0, 4.0, 10.11, id="as steady as a Poisson variable at most: 4 + 3·√(4·29/28)"),
    pytest.param([0] * 28, 3.0, 0.0, 0.0, id="never any"),
    pytest.param([9], 2.0, 9.0, 17.49, id="one former window: 9 + 2·√(9·2)"),
    pytest.param([1, 2, 3, 4], 3.0, 2.5, 7.8, id="less scatter than Poisson counts as Poisson: 2.5 + 3·√(2.5·5/4)"),
    pytest.param([0, 0, 0, 20], 3.0, 5.0, 38.54, id="more scatter counts as it is: 5 + 3·√(100·5/4)"),
    pytest.param([120] * 28, 3.0, 120.0, 153.45, id="a busy region: 120 + 3·√(120·29/28)"),
    pytest.param([4] * 28, 0.0, 4.0, 4.0, id="no deviations allowed"),
]


@pytest.mark.parametrize(("former", "deviations", "mean", "upper"), BY_HAND)
def test_usual_range_is_what_the_formula_gives(former: list[int], deviations: float, mean: float, upper: float) -> None:
    assert usual_range(former, deviations) == (mean, upper)


def slow_upper(former: list[int], deviations: float) -> Decimal:
    """The upper bound in exact fractions and one square root of 40 digits."""
    n = len(former)
    mean = Fraction(sum(former), n)
    squares = sum(((count - mean) ** 2 for count in former), Fraction(0))
    variance = max(mean, squares / (n - 1) if n > 1 else Fraction(0)) * (1 + Fraction(1, n))
    with localcontext() as context:
        context.prec = 40
        root = (Decimal(variance.numerator) / Decimal(variance.denominator)).sqrt()
        return Decimal(mean.numerator) / Decimal(mean.denominator) + Decimal(deviations) * root


@given(COUNTS, st.sampled_from([0.0, 1.0, 2.5, 3.0, 6.0]))
def test_usual_range_agrees_with_exact_arithmetic(former: list[int], deviations: float) -> None:
    found = usual_range(former, deviations)
    assert abs(Decimal(found.upper) - slow_upper(former, deviations)) <= Decimal("0.006")
    assert found.upper >= found.mean


@given(COUNTS)
def test_usual_range_does_not_depend_on_the_order_of_windows(former: list[int]) -> None:
    shuffled = sorted(former)
    assert usual_range(former, 3.0) == pytest.approx(usual_range(shuffled, 3.0), abs=0.011)


STEADY = [4] * 28  # usual: 4, up to 10.11; the alarm ends at (4 + 10.11) / 2 = 7.06
# count, former windows, in alarm before -> news?, in alarm after
VERDICTS = [
    pytest.param(4, STEADY, False, False, False, id="as ever"),
    pytest.param(10, STEADY, False, False, False, id="just inside the range"),
    pytest.param(11, STEADY, False, True, True, id="just outside: news"),
    pytest.param(11, STEADY, True, False, True, id="still outside: said already"),
    pytest.param(8, STEADY, True, False, True, id="back inside but high: the alarm goes on"),
    pytest.param(8, STEADY, False, False, False, id="high but inside, no alarm before: none now"),
    pytest.param(7, STEADY, True, False, False, id="in the lower half: the alarm is over"),
    pytest.param(4, [0] * 28, False, False, False, id="above nothing at all, but fewer than count_min"),
    pytest.param(5, [0] * 28, False, True, True, id="count_min where there never was any: news"),
    pytest.param(4, [0] * 28, True, False, False, id="fewer than count_min ends an alarm"),
    pytest.param(99, [4] * 6, False, False, False, id="six former windows: nothing is known to be usual"),
    pytest.param(99, [4] * 7, False, True, True, id="seven are enough"),
    pytest.param(99, [], False, False, False, id="no former window"),
    pytest.param(0, STEADY, False, False, False, id="none at all"),
]  # fmt: skip


@pytest.mark.parametrize(("count", "former", "was_raised", "is_news", "is_raised"), VERDICTS)
def test_verdict(count: int, former: list[int], was_raised: bool, is_news: bool, is_raised: bool) -> None:
    found = judge(count, former, PACK, is_raised=was_raised)
    assert (found.is_news, found.is_raised) == (is_news, is_raised)


def test_pack_with_few_windows_needs_no_more_than_it_keeps() -> None:
    few = msgspec.structs.replace(PACK, usual_windows=3)
    assert judge(50, [4] * 3, few, is_raised=False).is_news
    assert not judge(50, [4] * 2, few, is_raised=False).is_news


@given(st.integers(0, 500), COUNTS, st.booleans())
def test_news_is_always_above_what_was_usual_and_only_where_there_was_no_alarm(
    count: int, former: list[int], was_raised: bool
) -> None:
    found = judge(count, former, PACK, is_raised=was_raised)
    if found.is_news:
        assert not was_raised
        assert found.is_raised
        assert found.usual is not None
        assert count > found.usual.upper >= found.usual.mean
        assert count >= PACK.count_min


@given(st.integers(0, 500), COUNTS, st.booleans())
def test_greater_count_is_never_less_news(count: int, former: list[int], was_raised: bool) -> None:
    less, more = (judge(c, former, PACK, is_raised=was_raised) for c in (count, count + 1))
    assert more.is_raised >= less.is_raised
    assert more.is_news >= less.is_news


def test_level_that_stays_becomes_usual() -> None:
    """A rise to 20 a day warns once; four weeks later 20 is what is usual, and 30 would be inside."""
    windows = STEADY[:]
    is_raised = False
    news = []
    for day in range(60):
        found = judge(20, windows[:28], PACK, is_raised=is_raised)
        is_raised = found.is_raised
        news += [day] if found.is_news else []
        windows.insert(0, 20)
    assert news == [0]
    assert not is_raised

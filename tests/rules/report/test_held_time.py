"""How long each department had a case: the parts add up to the time that it was open, to the microsecond."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tests.rules.report.log import QUALITY, SERVICE, TRANSPORT, Log, asked, figures, percent
from tousu.report.standing import held_by
from tousu.report.story import Hop


def held(log: Log) -> dict[str, object]:
    made = figures(asked(log.events, "department"), "held_hours")
    return {group[0] if group else "all": hours for (_, group), hours in made.items()}


def test_three_departments_and_back_to_the_first() -> None:
    """Coming back adds to the same department; another employee of it changes nothing."""
    log = Log()
    log.complaint("K1", "09-01 10:00")
    log.handling("K1", "acknowledged", "09-01 11:00", employee="E4")
    log.passed_on("K1", QUALITY, "09-01 12:30")
    log.handling("K1", "acknowledged", "09-01 12:40", employee="E5")
    log.passed_on("K1", SERVICE, "09-01 13:00")
    log.passed_on("K1", TRANSPORT, "09-01 15:00")
    log.answered("K1", "09-01 20:00", "E6")
    assert held(log) == {
        TRANSPORT: percent("7.50"), QUALITY: percent("0.50"), SERVICE: percent("2.00"), "all": percent("10.00"),
    }  # fmt: skip


def test_a_second_department_beside_the_one_in_the_lead_takes_no_time_from_it() -> None:
    log = Log()
    log.complaint("K1", "09-01 10:00", (TRANSPORT, QUALITY))
    log.answered("K1", "09-01 12:00")
    assert held(log) == {TRANSPORT: 2, "all": 2}


def test_the_time_between_an_end_and_the_reopening_is_nobodys() -> None:
    log = Log()
    log.complaint("K1", "09-01 10:00")
    log.answered("K1", "09-01 12:00")
    log.reopened("K1", "09-05 10:00")
    log.passed_on("K1", QUALITY, "09-05 11:00")
    log.answered("K1", "09-05 14:00")
    assert held(log) == {TRANSPORT: 3, QUALITY: 3, "all": 6}


def test_a_move_reported_with_a_time_before_the_last_one_takes_nothing_back() -> None:
    log = Log()
    log.complaint("K1", "09-01 10:00")
    log.passed_on("K1", QUALITY, "09-01 12:00")
    log.passed_on("K1", SERVICE, "09-01 11:00")
    log.answered("K1", "09-01 14:00")
    assert held(log) == {TRANSPORT: 2, SERVICE: 2, "all": 4}


def test_a_case_that_goes_on_adds_nothing_yet() -> None:
    log = Log()
    log.complaint("K1", "09-01 10:00")
    assert held(log) == {}


TIMES = st.integers(0, 10_000_000)


@given(
    st.lists(st.tuples(TIMES, st.sampled_from("ABC")), min_size=1, max_size=8),
    st.lists(TIMES, min_size=2, max_size=8, unique=True).map(sorted),
)
def test_parts_add_up_and_agree_with_a_walk_through_the_moves(moves: list[tuple[int, str]], edges: list[int]) -> None:
    hops = [Hop(place, at, lead) for place, (at, lead) in enumerate(moves)]
    stretches = list(zip(edges[::2], edges[1::2], strict=False))
    found = held_by(hops, stretches)
    assert sum(part for _, part in found) == sum(until - since for since, until in stretches)
    assert len({lead for lead, _ in found}) == len(found)

    # Slowly: cut time at every edge and every move; who had the piece is the last move that had come by then.
    cuts = sorted({*edges, *(at for at, _ in moves)})
    slow = dict.fromkeys((lead for _, lead in moves), 0)
    for begin, end in pairwise(cuts):
        if any(since <= begin and end <= until for since, until in stretches):
            reached = [index for index in range(1, len(moves)) if max(at for at, _ in moves[: index + 1]) <= begin]
            slow[moves[max(reached, default=0)][1]] += end - begin
    assert dict(found) == slow

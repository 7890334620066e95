"""Whatever is reported, in whatever order, however time is cut into ticks: the verdicts are those of the slow walk."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.rules.packs import plain_clocks
from tests.rules.sla.desk import Desk, at
from tests.rules.sla.slow_verdicts import (
    ANSWERS,
    NEVER,
    Report,
    Round,
    acknowledgement_breaches,
    due,
    resolution_breaches,
)
from tousu.decision import Output
from tousu.event import text_of_time

PACK = plain_clocks()
MIDNIGHT = at("01-26 00:00")
FIRST = date(2026, 1, 26)
HORIZON_DAYS = 60
FESTIVAL = frozenset(date(2026, 2, 15) + timedelta(days=n) for n in range(9))
MADE_UP = frozenset({date(2026, 2, 14), date(2026, 2, 28)})
DAYS = {"simple": 1, "complex": 3, "major": 5}
GRADES = tuple(DAYS)


def _is_worked(day: date) -> bool:
    return day in MADE_UP or (day.weekday() < 5 and day not in FESTIVAL)


IS_WORKED = [_is_worked(FIRST + timedelta(days=n)) for n in range(400)]


class Action(NamedTuple):
    """What is reported, how long after the report before it, and how late; and whether time ticks before it."""

    what: str
    gap: int
    lag: int
    ticks: bool


STEPS: dict[str, tuple[str, dict[str, Any]]] = {
    "acknowledged": ("acknowledged", {}),
    "judged": ("judged", {}),
    "plan_proposed": ("plan_proposed", {}),
    "plan_executed": ("plan_executed", {}),
    "unsettled": ("customer_answered", {"settled": False}),
    "settled": ("customer_answered", {"settled": True}),
    "withdrawn": ("withdrawn", {}),
    "paused": ("paused", {}),
    "resumed": ("resumed", {}),
    "reopened": ("reopened", {}),
}
MINUTES = st.one_of(st.sampled_from([0, 1, 60, 119, 120, 121, 720, 1440]), st.integers(0, 7000))
ACTIONS = st.lists(
    st.builds(
        Action,
        what=st.sampled_from([*STEPS, "paused", "resumed", "passed_on", "regraded"]),
        gap=MINUTES,
        lag=st.one_of(st.just(0), MINUTES),
        ticks=st.booleans(),
    ),
    max_size=14,
)


class Story:
    """One complaint, told to the rules and written down for the oracle."""

    def __init__(self, received: int, grade: str) -> None:
        self.desk = Desk(PACK)
        self.grade = grade
        self.read = received
        self.in_vain = False
        self.rounds = [Round(received, DAYS[grade], [])]
        self.desk.routed(_moment(received), grade=grade)

    def report(self, action: Action) -> None:
        """Report one thing. What was refused is not written down; whether a pause is refused is checked."""
        before = self.read
        self.read += action.gap
        if action.ticks:
            for part in range(1, 4):
                self.desk.pass_time(_moment(before + action.gap * part // 4))
        current = self.rounds[-1]
        if action.what in ANSWERS and current.end != NEVER:
            return  # which of two ends counts is the router's to say
        if action.what == "regraded" and self.in_vain:
            return  # a pause after the limit of then is none; the walk would count it within the limit of now
        happened = max(self.read - action.lag, current.begin)
        may_pause = happened < current.end
        if action.what == "paused":
            known = [each for each in current.reports if each.what == "regraded" or each.happened <= happened]
            self.in_vain = self.in_vain or happened >= due(current._replace(reports=known), IS_WORKED)
        taken = self._tell(action.what, happened)
        if action.what == "paused":
            assert taken == may_pause, (happened, self.rounds)
        if not taken:
            return
        if action.what == "reopened":
            self.rounds.append(Round(max(happened, current.end), DAYS[self.grade], []))
        else:
            current.reports.append(Report(action.what, happened, DAYS[self.grade]))

    def _tell(self, what: str, happened: int) -> bool:
        """Whether the rules took it in."""
        desk, then, now = self.desk, _moment(happened), _moment(self.read)
        assert desk.case is not None
        if what == "passed_on":
            if desk.case.life == "closed":
                return False
            other = "quality_management" if desk.case.departments[0] != "quality_management" else "customer_service"
            return desk.passed_on([other], then, now).refusal is None
        if what == "regraded":
            if self.grade == "major" or desk.case.life == "closed":
                return False
            self.grade = GRADES[GRADES.index(self.grade) + 1]
            before = desk.case.revision
            desk.routed(_moment(self.rounds[0].begin), grade=self.grade, revision=before + 1, now=now)
            return True
        name, data = STEPS[what]
        return desk.handle_now(name, then, now, **data)


def _moment(minute: int) -> datetime:
    return MIDNIGHT + timedelta(minutes=minute)


@settings(max_examples=200, deadline=None, print_blob=True)
@given(
    received=st.integers(0, 3 * 1440),
    grade=st.sampled_from(GRADES),
    actions=ACTIONS,
)
@example(  # met twice, and a department that came in between becomes known last
    received=0, grade="simple", actions=[
        Action("acknowledged", 0, 0, ticks=False), Action("acknowledged", 1, 0, ticks=False),
        Action("passed_on", 0, 1, ticks=False),
    ],
)  # fmt: skip
def test_verdicts_are_those_of_the_slow_walk(received: int, grade: str, actions: list[Action]) -> None:
    stories = [_told(received, grade, [action._replace(ticks=ticks) for action in actions]) for ticks in (False, True)]
    stories.append(_told(received, grade, actions))
    for story in stories:
        _is_right(story)
    assert _outcomes(stories[0]) == _outcomes(stories[1]) == _outcomes(stories[2])


def _outcomes(story: Story) -> list[Output]:
    return [output for output in story.desk.told if output.topic == "complaints.outcomes"]


def _told(received: int, grade: str, actions: list[Action]) -> Story:
    story = Story(received, grade)
    for action in actions:
        story.report(action)
    story.desk.pass_time(_moment(HORIZON_DAYS * 1440 + story.read))
    return story


def _is_right(story: Story) -> None:
    horizon = HORIZON_DAYS * 1440 + story.read
    case = story.desk.case
    assert case is not None
    standing = [clock.name for clock in (*case.past, *case.clocks) if clock.breached]
    expected = resolution_breaches(story.rounds, horizon, IS_WORKED)
    assert standing.count("resolution") == expected, (story.rounds, story.desk.said())
    expected = acknowledgement_breaches(story.rounds, horizon)
    assert standing.count("acknowledgement") == expected, (story.rounds, story.desk.said())
    told = [output.type.split(".")[2] for output in story.desk.told if output.type.startswith("tousu.clock.")]
    assert told.count("breached") - told.count("breach_withdrawn") == len(standing)
    _ends_once(story)
    for output, now in zip(story.desk.told, story.desk.told_at, strict=True):
        if output.type in {"tousu.clock.breached.v1", "tousu.clock.warned.v1", "tousu.case.escalated.v1"}:
            assert output.time <= now, "nothing fires early"


def _ends_once(story: Story) -> None:
    """Each round that ended is closed once, by the answer; nothing follows but corrections and a reopening."""
    case = story.desk.case
    assert case is not None
    outcomes = [one for one in _outcomes(story) if one.type != "tousu.case.outcome_corrected.v1"]
    kinds = [output.type.split(".")[2] for output in outcomes]
    ended = [each for each in story.rounds if each.end != NEVER]
    assert kinds == [kind for each in story.rounds for kind in _expected_outcomes(each, story.rounds)]
    assert len([o for o in outcomes if o.type.endswith("closed.v1")]) == len(ended)
    if story.rounds[-1].end != NEVER:
        last = _outcomes(story)[-1].data
        assert last["closed_at"] == text_of_time(_moment(story.rounds[-1].end))
        assert story.desk.rules.next_timer(story.desk.state_key, case) is None
        standing = sorted({clock.name for clock in (*case.past, *case.clocks) if clock.breached})
        assert sorted(last["breached_clocks"]) == standing


def _expected_outcomes(each: Round, rounds: list[Round]) -> list[str]:
    opening = [] if each is rounds[0] else ["reopened"]
    return opening + (["closed"] if any(report.what in ANSWERS for report in each.reports) else [])

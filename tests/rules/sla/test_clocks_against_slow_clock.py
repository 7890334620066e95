"""Caps of pauses, resets, extensions, reopenings, warnings, rungs, quiet hours, repetitions: as the slow clock."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.rules.sla.desk import Desk, at
from tests.rules.sla.rulebook import limit, pack_with, rule
from tests.rules.sla.slow_clock import SlowClock, Step, Terms, Told
from tousu.decision import Output
from tousu.policy.clock_rule import ClockRule, Extensions, Limit, Pauses, Repeat, Rung, Trigger

MONDAY = at("01-05 00:00")
HORIZON = 6 * 1440


class Action(NamedTuple):
    """What is reported, how long after the report before it; for an extension by how much."""

    what: str
    gap: int
    minutes: int


def minutes(amount: int) -> Limit:
    return limit(amount, "elapsed_minutes")


PLACED = st.builds(
    Step,
    level=st.just(0),
    kind=st.sampled_from(["before", "share"]),
    minutes=st.sampled_from([25, 50, 75]),
    quiet=st.booleans(),
    every=st.sampled_from([30, 200]),
    again=st.integers(0, 3),
)
AFTER = st.builds(
    Step,
    level=st.just(0),
    kind=st.just("after"),
    minutes=st.sampled_from([0, 45, 600]),
    quiet=st.booleans(),
    every=st.sampled_from([30, 200]),
    again=st.integers(0, 3),
)
RUNGS = st.tuples(st.lists(PLACED, max_size=2), st.lists(AFTER, max_size=2)).map(
    lambda rungs: tuple(
        rung._replace(level=level)
        for level, rung in enumerate([*rungs[0], *sorted(rungs[1], key=lambda rung: rung.minutes)], 1)
    )
)
TERMS = st.builds(
    Terms,
    limit=st.sampled_from([120, 180, 600]),
    office=st.booleans(),
    shares=st.sampled_from([(), (50,), (25, 75)]),
    lefts=st.sampled_from([(), (60,), (90, 15)]),
    rungs=RUNGS,
    cap=st.sampled_from([0, 60, 700]),
    extensions=st.integers(0, 2),
)
ACTIONS = st.lists(
    st.builds(
        Action,
        what=st.sampled_from(["paused", "resumed", "paused", "resumed", "reset", "extended", "answered", "reopened"]),
        gap=st.one_of(st.sampled_from([0, 1, 15, 30, 60, 90]), st.integers(0, 40), st.integers(0, 600)),
        minutes=st.sampled_from([4, 60, 400]),
    ),
    min_size=3,
    max_size=12,
)


def rule_of(terms: Terms) -> ClockRule:
    """The terms in the words of a pack: hours of the office, or minutes round the clock."""
    whole = limit(terms.limit // 60, "business_hours") if terms.office else minutes(terms.limit)
    cap = minutes(terms.cap) if terms.cap else None
    return rule(
        "resolution",
        1,
        limit=whole,
        reset_by=(Trigger(event="interim_answered"),),
        on_reopen="resume",
        pauses=Pauses(reasons=("waiting_for_customer",), section="T 1", cap=cap),
        extensions=Extensions(times_max=terms.extensions, needs=(), section="T 1"),
        warn_at_share=tuple(share / 100 for share in terms.shares),
        warn_before=tuple(minutes(left) for left in terms.lefts),
        escalation=tuple(map(_rung, terms.rungs)),
    )


def _rung(step: Step) -> Rung:
    places: dict[str, dict[str, Any]] = {
        "before": {"before": minutes(step.minutes)},
        "share": {"at_share": step.minutes / 100},
        "after": {"after": minutes(step.minutes)},
    }
    repeat = Repeat(every=minutes(step.every), times_max=step.again) if step.again else None
    return Rung(
        level=step.level, to="handler", quiet="closed" if step.quiet else "none", repeat=repeat, **places[step.kind]
    )


REPORTS: dict[str, tuple[str, dict[str, Any]]] = {
    "paused": ("paused", {}),
    "resumed": ("resumed", {}),
    "reset": ("interim_answered", {}),
    "answered": ("customer_answered", {}),
    "reopened": ("reopened", {}),
}
UNREFUSED = frozenset({"reset"})
"""What is no report on a clock and therefore is not refused for its sake."""


@settings(max_examples=150, deadline=None, print_blob=True)
@given(received=st.integers(0, 1440), terms=TERMS, actions=ACTIONS, ticks=st.booleans())
def test_a_clock_tells_what_the_slow_clock_tells(
    received: int, terms: Terms, actions: list[Action], ticks: bool
) -> None:
    desk = Desk(pack_with(rule_of(terms)))
    desk.routed(_moment(received))
    slow = SlowClock(terms, received)
    now = received
    for action in actions:
        if ticks and action.gap > 1:
            desk.pass_time(_moment(now + action.gap // 2))
        now += action.gap
        slow.walk(now)
        due = slow.due_after(action.minutes)
        taken = slow.take(action.what, action.minutes)
        if action.what == "extended":
            is_taken = desk.handle_now("extended", _moment(now), until=_moment(due).isoformat())
        else:
            name, data = REPORTS[action.what]
            is_taken = desk.handle_now(name, _moment(now), **data)
        assert action.what in UNREFUSED or is_taken == taken, (action, desk.said())
    desk.pass_time(_moment(now + HORIZON))
    slow.walk(now + HORIZON + 1)
    assert sorted(filter(None, map(_told, desk.told))) == sorted(slow.told), desk.said()


def _moment(minute: int) -> datetime:
    return MONDAY + timedelta(minutes=minute)


def _told(output: Output) -> Told | None:
    """What the slow clock would call it; None for what it does not tell."""
    data = output.data
    what = output.type.split(".")[2].removeprefix("escalation_")
    if what not in {"warned", "breached", "escalated", "suppressed"}:
        return None
    minute = (datetime.fromisoformat(data["at"]) - MONDAY) / timedelta(minutes=1)
    assert minute == int(minute)
    which = data.get("level", round(data.get("share", 0) * 100))
    again = data.get("repetition", data.get("left", {}).get("amount", 0))
    return Told(what, int(minute), data["generation"], which, again)

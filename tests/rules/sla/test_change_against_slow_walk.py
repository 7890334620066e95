"""Whatever limit changes into whatever limit, at whatever minute: it is due when a walk through minutes says so."""

from __future__ import annotations

from datetime import datetime, timedelta
from fractions import Fraction
from typing import NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.packs_read import load_pack
from tests.rules.sla.desk import Desk, at
from tousu.policy.clock_rule import Limit, OnChange, Pauses
from tousu.policy.pack import Pack

PACK = load_pack("courier-network")
START = at("01-05 10:00")  # a Monday in office hours
NEVER = 10**9
HOUR = 60


class Story(NamedTuple):
    """Minutes from the start: hours before and after, when it changes, when it stands still, what counts as time."""

    unit: str
    before: int
    after: int
    changes: int
    paused: int
    resumed: int
    mode: OnChange


def counts(minute: int, unit: str) -> bool:
    """Whether a minute is one that the unit counts: nine to six from Monday to Friday, or any."""
    local = START + timedelta(hours=8, minutes=minute)
    return unit == "elapsed_hours" or (local.weekday() < 5 and 9 <= local.hour < 18)


def due(story: Story) -> int:
    """When the limit is used up, by walking; a change that comes after the old limit changes nothing about it.

    One at the very minute of the limit still comes before the breach, as an answer does.
    """
    used, total = Fraction(0), Fraction(story.before * HOUR)
    if story.mode == "retroactive":
        total = Fraction(story.after * HOUR)
    # What is used up beyond the new limit already is due once the clock counts, not in a pause and not before it.
    least = story.resumed if story.paused < min(story.resumed, story.changes) else 0
    for minute in range(NEVER):
        if minute == story.changes and story.mode != "retroactive":
            used = used * story.after / story.before if story.mode == "proportional" else Fraction(0)
            total = Fraction(story.after * HOUR)
        if used >= total and minute >= least:
            return minute
        if not story.paused <= minute < story.resumed:
            used += counts(minute, story.unit)
    raise AssertionError(story)


def moment(minute: int) -> datetime:
    return START + timedelta(minutes=minute)


def judged_by(unit: str, hours: int, version: str, mode: OnChange) -> Pack:
    rule = replace(
        PACK.clocks["resolution"], limit=Limit(amount=hours, unit=unit, section="T"), limit_by_grade={}, on_change=mode,  # type: ignore[arg-type]
        pauses=Pauses(reasons=("waiting_for_customer",), section="T"),
    )  # fmt: skip
    return replace(PACK, version=version, clocks={"resolution": rule})


STORIES = st.builds(
    Story,
    unit=st.sampled_from(["elapsed_hours", "business_hours"]),
    before=st.integers(1, 20),
    after=st.integers(1, 20).map(lambda hours: 2 * hours),
    changes=st.integers(0, 60 * HOUR),
    paused=st.integers(0, 30 * HOUR),
    resumed=st.integers(0, 60 * HOUR),
    mode=st.sampled_from(["retroactive", "proportional", "reset"]),
)


@settings(max_examples=300, deadline=None, print_blob=True)
@given(story=STORIES)
def test_a_changed_limit_is_due_when_the_walk_says(story: Story) -> None:
    if story.before == story.after or len({story.changes, story.paused, story.resumed}) < 3:
        return
    desk = Desk(
        judged_by(story.unit, story.before, "1.0.0", story.mode),
        judged_by(story.unit, story.after, "2.0.0", story.mode),
    )
    desk.routed(START)
    taken = [("recount_ordered", story.changes)]
    if story.paused < story.resumed:
        taken += [("paused", story.paused), ("resumed", story.resumed)]
    for what, minute in sorted(taken, key=lambda each: each[1]):
        said = {"pack_version": "2.0.0"} if what == "recount_ordered" else {}
        refused = desk.handle(what, moment(minute), **said).refusal is not None  # type: ignore[arg-type]
        if refused or (what == "paused" and desk.clock("resolution").status != "paused"):
            return  # no pause after the limit: another story
    found = desk.clock("resolution").due_at
    assert found is not None
    expected = due(story)
    assert abs(found - moment(expected)) < timedelta(minutes=1), (story, found, moment(expected))
    desk.pass_time(max(found, moment(100 * HOUR)))
    told = [line for line in desk.said() if " breached " in line]
    withdrawn = [line for line in desk.said() if " breach_withdrawn " in line]
    assert len(told) - len(withdrawn) == 1, "in the end one breach stands"

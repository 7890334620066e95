"""Whatever happens in a case, and however late it becomes known, what is laid is what the whole story says."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.packs_read import load_pack
from tests.rules.casework import NUMBER, event, handling
from tests.rules.claims.charging import Desk, at, clock, passed_on, routed
from tests.rules.claims.slow_conduct import charges
from tests.rules.lives import as_published
from tousu.event import Event
from tousu.policy.pack import Pack

Story = list[tuple[Event, datetime]]
PACKS = {name: load_pack(name) for name in ("auto-service", "courier-network", "courier-handbook")}
EMPLOYEES = ("E1", "E2", "E3")
REPORTS = (
    "acknowledged", "judged", "assessed", "responsibility_settled", "disputed", "taken_back", "customer_answered",
    "withdrawn", "reopened", "outlet_ruled", "interim_answered", "satisfaction_given", "special_reason_approved",
)  # fmt: skip
CLOCKS = ("breached", "breached", "breached", "breach_withdrawn", "breach_confirmed", "recalculated")
NAMING = ("judged", *("responsibility_settled",) * 4, "disputed", "customer_answered", "reopened", "reopened")
LATE = (
    *("acknowledged",) * 3, "assessed", "interim_answered", "withdrawn", "reopened", "reopened", "passed_on",
    "special_reason_approved", "special_reason_approved", "customer_answered",
)  # fmt: skip
THEMES = (
    (*REPORTS, "routed", "passed_on", *CLOCKS),
    NAMING,
    (*LATE, *CLOCKS),
    ("judged", "routed", "customer_answered", "withdrawn", "reopened", "assessed", "outlet_ruled"),
)
"""What a story is about: everything, who is responsible, who was late, how it is judged and how it ends."""


def responsible(draw: st.DrawFn, pack: Pack) -> dict[str, str]:
    partners = tuple(name for name, one in pack.departments.items() if one.partner)
    said = {
        "employee": draw(st.sampled_from(("E1", "E2", "E3", ""))),
        "outlet": draw(st.sampled_from(("", "", "HZ-1"))),
        "department": draw(st.sampled_from(("", "", *pack.departments))),
        "partner": draw(st.sampled_from(("", "", *partners))),
    }
    return {name: value for name, value in said.items() if value}


def said_of(draw: st.DrawFn, what: str, pack: Pack) -> dict[str, Any]:
    """What a report says."""
    match what:
        case "judged":
            named = {"responsible": responsible(draw, pack)} if draw(st.booleans()) else {}
            return {"stands": draw(st.booleans()), **named}
        case "assessed":
            return {"loss_yuan": draw(st.sampled_from(("0", "2999.99", "3000")))}
        case "responsibility_settled":
            by = draw(st.sampled_from(("department", "department", "mediation", "mediation", "agreement")))
            measure = draw(st.sampled_from((None, "none", "assessment", "penalty", "training")))
            more = {"measure": measure} if measure else {}
            return {"by": by, "responsible": responsible(draw, pack), **more}
        case "customer_answered":
            return {"settled": draw(st.sampled_from((True, True, False))), "text": "x"}
        case "interim_answered":
            return {"text": "x"}
        case "satisfaction_given":
            return {"score": 1}
        case "reopened":
            neglect = draw(st.sampled_from((None, True, True, False)))
            who = draw(st.sampled_from((None, None, "E1", "E2")))
            said = {"reason": "x"} | ({"through_neglect": neglect} if neglect is not None else {})
            return said | ({"neglected_by": who} if who is not None else {})
        case "special_reason_approved":
            return {"reason": "x", "approved_by": draw(st.sampled_from(EMPLOYEES))}
        case "outlet_ruled":
            claim = {"claim_number": f"{NUMBER}/{draw(st.integers(1, 3))}", "report_true": draw(st.booleans())}
            outlet = draw(st.sampled_from((None, "HZ-1", "HZ-2")))
            return claim | ({"reporting_outlet": outlet} if outlet else {})
        case "disputed" | "taken_back" | "withdrawn":
            return {"reason": "x"}
        case _:
            return {}


def reported(draw: st.DrawFn, what: str, pack: Pack, now: float) -> Event:
    """A report by somebody for some department, in time or late."""
    said = said_of(draw, what, pack)
    if draw(st.integers(0, 3)):
        said["employee"] = draw(st.sampled_from(EMPLOYEES))
    if draw(st.integers(0, 2)) == 0:
        said["department"] = draw(st.sampled_from(tuple(pack.departments)))
    return handling(what, now - draw(st.sampled_from((0, 0, 0, 1, 2, 3, 6))), **said)


def told(draw: st.DrawFn, what: str, pack: Pack, now: float, revision: int) -> Event:
    """What router or sla tell."""
    departments = st.lists(st.sampled_from(tuple(pack.departments)[:3]), min_size=1, max_size=2, unique=True)
    if what == "routed":
        name, grade = draw(st.sampled_from(tuple(pack.classes))), draw(st.sampled_from(tuple(pack.grades)))
        more = {"class": name, "grade": grade, "departments": draw(departments), "revision": revision}
        return routed(pack, now, **more)  # who was asked first the first telling says
    if what == "passed_on":
        return passed_on(now, draw(departments), draw(departments))
    name = draw(st.sampled_from(("resolution", "resolution", "acceptance", "acceptance", "answer")))
    more = {"departments": draw(departments)} if draw(st.integers(0, 3)) == 0 else {}
    more |= {"unconfirmed": True} if what == "breached" and draw(st.booleans()) else {}
    due = draw(st.sampled_from((1, 3, 6, 30)))
    return clock(what, name, due, pack, draw(st.integers(1, 2)), known=now, **more)


@st.composite
def stories(draw: st.DrawFn) -> tuple[str, Story]:
    """A complaint of one of the packs and all that may follow, in the order of the log."""
    name = draw(st.sampled_from(tuple(PACKS)))
    pack, theme = PACKS[name], draw(st.sampled_from(THEMES))
    first = draw(st.sampled_from(({}, {"first_asked": "E3"})))
    story: Story = [(routed(pack, **first), at(0))]
    now = 0.0
    for step in range(draw(st.integers(5, 22))):
        now += draw(st.sampled_from((0, 1, 1, 2, 24)))
        what = draw(st.sampled_from(theme))
        one = reported(draw, what, pack, now) if what in REPORTS else told(draw, what, pack, now, step + 2)
        story.append((replace(one, id=f"e-{step}"), at(now)))
    return name, as_published([pack], story)


def folded(name: str, story: Story) -> Desk:
    desk = Desk(PACKS[name])
    for one, now in story:
        desk.tell(one, now=now)
    return desk.rest()


def standing(desk: Desk) -> dict[str, Any]:
    return {key: data["grounds"] for key, data in desk.newest.items() if data["grounds"]}


@settings(deadline=None, max_examples=300)
@given(stories())
def test_what_stands_is_what_the_whole_story_says_at_every_moment(told: tuple[str, Story]) -> None:
    """And no charge is laid again that did not change, and revisions rise by one: the desk looks after that."""
    pack, story = PACKS[told[0]], told[1]
    desk = Desk(pack)
    for count, (one, now) in enumerate(story, 1):
        desk.tell(one, now=now)
        if count == len(story) or story[count][1] > now:
            assert standing(desk.rest(now + timedelta(microseconds=2))) == charges(pack, story[:count])


@settings(deadline=None, max_examples=25)
@given(stories())
def test_told_again_from_the_beginning_the_same_is_laid(told: tuple[str, Story]) -> None:
    one, other = folded(*told), folded(*told)
    assert one.laid == other.laid
    assert one.rows == other.rows


UNRELATED = (
    handling("assessed", 40, loss_yuan="700"),
    handling("outlet_ruled", 41, claim_number=f"{NUMBER}/1", report_true=False, reporting_outlet="HZ-1"),
    handling("outlet_ruled", 42, claim_number=f"{NUMBER}/2", report_true=False, reporting_outlet="HZ-1"),
    handling("acknowledged", 43, department="workshop", employee="E1"),
    handling("interim_answered", 44, department="workshop", employee="E2", text="x"),
    handling("judged", 45, stands=True),
    handling("responsibility_settled", 46, by="department", responsible={"employee": "E3"}, measure="training"),
    clock("breached", "resolution", 48, PACKS["auto-service"], departments=["workshop"]),
    clock("breached", "acceptance", 2, PACKS["auto-service"], departments=["workshop"]),
)


@settings(deadline=None, max_examples=50)
@given(st.permutations(UNRELATED), st.lists(st.sampled_from((0, 1)), min_size=9, max_size=9))
def test_in_whichever_order_unrelated_things_become_known_the_same_stands(order: list[Event], gaps: list[int]) -> None:
    pack = PACKS["auto-service"]
    story: Story = [(routed(pack), at(0))]
    now = at(60)
    for one, gap in zip(order, gaps, strict=True):
        now += timedelta(hours=gap)
        story.append((one, now))
    usual: Story = [(routed(pack), at(0)), *((one, at(60)) for one in UNRELATED)]
    assert standing(folded(pack.id, story)) == standing(folded(pack.id, usual))


@settings(deadline=None, max_examples=15)
@given(stories(), st.randoms(use_true_random=False))
def test_another_case_beside_it_makes_no_difference(told: tuple[str, Story], dice: Any) -> None:
    """Figures of the month and other cases come in between; the charges of this one are those it has alone."""
    name, story = told
    alone, beside = folded(name, story), Desk(PACKS[name])
    figures = {"period": "2026-03", "department": "workshop", "services": 1000}
    for one, now in story:
        other = replace(one, subject="TS-20260302-000002", data=one.data | {"case_number": "TS-20260302-000002"})
        more = [other, event("operations.reported", figures, None, now)]
        dice.shuffle(more)
        for each in (more[0], one, more[1]):
            beside.tell(each, now=now)
    beside.rest()
    assert [one for one in beside.laid if one.subject == NUMBER] == alone.laid


@pytest.mark.heavy
def test_the_stories_lay_every_ground() -> None:
    """A story that never lays a ground proves nothing of it."""
    found: set[str] = set()

    @settings(deadline=None, max_examples=400, derandomize=True, database=None)
    @given(stories())
    def look(told: tuple[str, Story]) -> None:
        found.update(ground["ground"] for one in folded(*told).laid for ground in one.data["grounds"])

    look()
    late = {"late_resolution", "late_handling", "late_acceptance"}
    assert found >= {"complaint", *late, "neglect", "assessment", "false_report"}

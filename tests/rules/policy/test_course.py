"""The course of a case as router and claims see it is the one that sla keeps, whatever is reported, late or not."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.claims.rules import ClaimsRules
from services.claims.states import ClaimedCase
from services.claims.store import KINDS as CLAIMS_KINDS
from services.router.rules import RouterRules
from services.router.states import RoutedCase
from services.router.store import KINDS as ROUTER_KINDS
from services.sla.rules import SlaRules
from services.sla.states import Case
from tests.rules.casework import NUMBER, START, Desk, complaint, handling, inquiry
from tests.rules.claim_reports import BESIDE_SAID
from tests.rules.packs import COURIER, as_l, graded_as_a, routed_by, with_partners
from tousu.decision import Output, Ref
from tousu.event import Event
from tousu.policy.course import begun
from tousu.policy.occasions import BESIDE_THE_CASE
from tousu.policy.pack import Pack
from tousu.policy.policies import Policies

DEPARTMENTS = ("storage_and_transport", "quality_management", "customer_service")
CASE = Ref("case", NUMBER)
BY_FACTS = routed_by(
    {"when": {"facts": {"emotion": ["extreme"]}}, "departments": ["customer_service"]},
    {"when": {"facts": {"grade": ["a"]}}, "departments": ["quality_management"], "beside": True},
    pack=graded_as_a(),
)
PACKS = (COURIER, with_partners(), as_l(), BY_FACTS)


@pytest.mark.parametrize(
    ("what", "said", "happened_hour", "counts"),
    [
        ("withdrawn", {"reason": "x"}, 3, False),
        ("withdrawn", {"reason": "x"}, 5, True),
        ("judged", {"stands": False}, 3, False),
        ("judged", {"stands": False}, 5, True),
        ("passed_on", {"to_department": "x", "reason": "x"}, 3, True),
    ],
)
def test_what_happened_before_the_reopening_is_of_the_round_before(
    what: str, said: dict[str, Any], happened_hour: int, counts: bool
) -> None:
    def hour(count: float) -> datetime:
        return START + timedelta(hours=count)

    course = begun("complaint", START).after("withdrawn", {"reason": "x"}, hour(1), hour(1))
    assert course.is_over(hour(1))
    course = course.after("reopened", {"reason": "x"}, hour(4), hour(4))
    assert not course.is_over(hour(4))
    assert course.counts(what, hour(happened_hour), hour(6)) is counts


@pytest.mark.parametrize("what", ["withdrawn", "reopened", "judged", "customer_answered", "inquiry_answered"])
def test_a_claim_without_a_complaint_goes_on_whatever_is_reported_about_complaints(what: str) -> None:
    """The router refuses that; where it were read all the same, it would end nothing and judge nothing."""
    course, said = begun("claim", START), {"stands": False, "settled": True, "outcome": "no_result", "reason": "x"}
    assert not course.counts(what, START, START)
    assert course.after(what, said, START, START) == course


@pytest.mark.parametrize("what", sorted(BESIDE_THE_CASE))
def test_no_report_about_a_claim_or_penalty_moves_the_case(what: str) -> None:
    for course in (begun("complaint", START), begun("inquiry", START)):
        assert course.after(what, BESIDE_SAID[what], START, START) == course


def _said(draw: st.DrawFn, what: str) -> dict[str, Any]:
    match what:
        case "judged":
            named = {"class": draw(st.sampled_from(("delay", "loss", "attitude")))} if draw(st.booleans()) else {}
            return {"stands": draw(st.booleans()), **named}
        case "customer_answered":
            confirmed = draw(st.sampled_from(({}, {"confirmation": "spoken"}, {"no_confirmation_reason": "x"})))
            return {"settled": draw(st.booleans()), "text": "x", **confirmed}
        case "assessed":
            return draw(st.sampled_from(({"loss_yuan": "3000"}, {"loss_yuan": "1"}, {"emotion": "extreme"})))
        case "responsibility_settled":
            responsible = draw(st.sampled_from(({"employee": "E1"}, {"department": "customer_service"})))
            return {"responsible": responsible, "by": draw(st.sampled_from(("department", "mediation")))}
        case "inquiry_answered":
            return {"outcome": "no_result"}
        case "plan_proposed":
            return {"plan": "apology"}
        case "passed_on":
            return {"to_department": draw(st.sampled_from(DEPARTMENTS)), "reason": "x"}
        case _:
            return {"reason": "x"}


_WHAT = (
    "judged", "customer_answered", "inquiry_answered", "withdrawn", "reopened", "passed_on", "disputed", "taken_back",
    "plan_proposed", "assessed", "responsibility_settled",
)  # fmt: skip


@st.composite
def stories(draw: st.DrawFn) -> list[tuple[Event, datetime]]:
    """A case and what is reported of it, each with the time at which it is read, hours after it happened or before."""
    posted = draw(st.sampled_from(("2026-02-20T08:00:00Z", "2025-03-02T20:00:00Z")))
    first = complaint("晚了三天", posted_at=posted) if draw(st.booleans()) else inquiry(posted_at=posted)
    story = [(first, START)]
    for step in range(1, draw(st.integers(0, 14)) + 1):
        what = draw(st.sampled_from(_WHAT))
        said = _said(draw, what)
        if draw(st.booleans()):
            said["department"] = draw(st.sampled_from(DEPARTMENTS))
        now = START + timedelta(hours=3 * step)
        story.append((handling(what, 3 * step - draw(st.sampled_from((0, 0, 1, 4, 10, -2))), **said), now))
    return story


def _as_read(output: Output, number: int) -> Event:
    return Event(
        id=f"r{number}", source="tousu/router", type=output.type, time=output.time, subject=output.subject,
        data=msgspec.json.decode(msgspec.json.encode(output.data)),
    )  # fmt: skip


class _Desks:
    """Router, sla and claims behind one another."""

    def __init__(self, pack: Pack) -> None:
        self.router = Desk(RouterRules(Policies.of(pack)), ROUTER_KINDS)
        self.claims = Desk(ClaimsRules(Policies.of(pack)), CLAIMS_KINDS)
        self.sla = SlaRules(Policies.of(pack))
        self.case: Case | None = None
        self.refused: list[str] = []

    def take(self, one: Event, now: datetime) -> None:
        for number, output in enumerate(self.router.take(one, now).outputs):
            read = _as_read(output, number)
            self.claims.take(read, now)
            self._wake(now)
            decision = self.sla.apply({CASE: self.case}, read, now)
            if decision.refusal is not None:
                self.refused.append(read.type)
            case = decision.states.get(CASE, self.case)
            assert case is None or isinstance(case, Case)
            self.case = case

    def _wake(self, now: datetime) -> None:
        """As the runtime does: everything due before now is told first."""
        while self.case is not None and self.case.next_due is not None and self.case.next_due < now:
            woken = self.sla.fire(CASE, self.case, now).states[CASE]
            assert isinstance(woken, Case)
            self.case = woken


@settings(deadline=None)
@given(stories(), st.sampled_from(PACKS))
def test_router_and_claims_agree_with_sla_on_what_became_of_a_case(
    story: list[tuple[Event, datetime]], pack: Pack
) -> None:
    desks = _Desks(pack)
    for one, now in story:
        desks.take(one, now)
        routed, claimed = desks.router.state(CASE), desks.claims.state(CASE)
        assert isinstance(routed, RoutedCase)
        assert desks.case is not None
        for course in (routed.course, *([claimed.course] if isinstance(claimed, ClaimedCase) else [])):
            assert course.is_over(now) is (desks.case.life == "closed")
            assert course.stands is desks.case.stands
            assert (course.round_at, course.assigned_at) == (desks.case.round_at, desks.case.assigned_at)
        assert routed.departments == desks.case.departments
        assert routed.told.get("grade") == desks.case.grade
        assert routed.class_name == desks.case.class_name
        assert (routed.dispute is not None) is desks.case.disputed
    decided_by_router = {"tousu.complaint.routed.v1", "tousu.inquiry.routed.v1", "tousu.case.passed_on.v1"}
    assert not decided_by_router & set(desks.refused), "what the router decides is never refused"

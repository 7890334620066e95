"""A claim lives as long as what it rests on: docs/sources.md, sections 2, 6 and 7 (C)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.claims.states import ClaimedCase
from tests.rules.casework import NUMBER, START, event, handling, inquiry, kinds_of
from tests.rules.claims.told import ClaimsDesk, routed
from tests.rules.packs import as_l
from tousu.decision import StateKey
from tousu.event import Event
from tousu.policy.pack import Pack

DOES_NOT_STAND = handling("judged", 2, stands=False)
STANDS = handling("judged", 3, stands=True)
WITHDRAWN = handling("withdrawn", 2, reason="件到了")
REOPENED = handling("reopened", 5, reason="又来电")
SETTLED = handling("customer_answered", 2, settled=True, text="已答复")
TOLD = handling("customer_answered", 4, settled=False, text="说明原因")


def at(hours: float) -> datetime:
    return START + timedelta(hours=hours)


@pytest.mark.parametrize(("one", "reason"), [(DOES_NOT_STAND, "does_not_stand"), (WITHDRAWN, "withdrawn")])
def test_a_claim_ends_with_its_ground(desk: ClaimsDesk, one: Event, reason: str) -> None:
    """Case 6: damage reported after signing is politely refused, and the claim with it."""
    desk.tell(routed("damage"))
    (closed,) = desk.tell(one)
    assert closed.type == "tousu.claim.closed.v1"
    assert closed.data == {
        "claim_number": f"{NUMBER}/1",
        "case_number": NUMBER,
        "closed_at": "2026-03-02T04:00:00Z",
        "reason": reason,
        "pack": {"id": "courier-network", "version": "1.0.0"},
        "section": "C 7",
    }
    assert desk.promoted("claim", f"{NUMBER}/1")["state"] == "closed"
    assert desk.take(one).no_op in ("claims_go_on", "not_published")


def test_a_settled_case_leaves_its_claims_to_be_paid(desk: ClaimsDesk) -> None:
    desk.tell(routed("loss"))
    assert desk.tell(SETTLED) == []
    assert desk.promoted("claim", f"{NUMBER}/1")["state"] == "open"


@pytest.mark.parametrize(("said", "over"), [({}, False), ({"confirmation": "written"}, True)])
def test_where_the_pack_asks_for_confirmation_an_answer_without_it_ends_nothing(
    said: dict[str, str], over: bool
) -> None:
    desk = ClaimsDesk(as_l())
    desk.tell(routed("loss", grade="general"))
    desk.take(handling("customer_answered", 1, settled=True, text="已答复", **said))
    assert kinds_of(desk.tell(WITHDRAWN)) == ([] if over else ["claim.closed"])


def test_a_complaint_that_is_graded_again_keeps_its_claims(desk: ClaimsDesk) -> None:
    desk.tell(routed("loss"))
    again = routed("loss", at=at(1), revision=2, grade="complex", priority="first", priority_section="H 3")
    assert desk.tell(again) == []
    assert desk.claim().state == "open"


@pytest.mark.parametrize(
    "late", [handling("judged", 3, stands=False), handling("withdrawn", 3, reason="x")], ids=lambda one: one.type
)
def test_what_comes_after_the_end_of_the_case_moves_no_claim(desk: ClaimsDesk, late: Event) -> None:
    desk.tell(routed("loss"), SETTLED)
    assert desk.tell(late) == []


@pytest.mark.parametrize(
    ("story", "reason"),
    [
        ((DOES_NOT_STAND, STANDS), "stands"),
        ((WITHDRAWN, REOPENED), "case_reopened"),
        ((DOES_NOT_STAND, TOLD, REOPENED), "case_reopened"),
        ((routed("damage", revision=2), routed("loss", revision=3)), "judged_otherwise"),
    ],
)
def test_a_ground_that_comes_back_opens_the_same_claim_again(
    desk: ClaimsDesk, story: tuple[Event, ...], reason: str
) -> None:
    desk.tell(routed("loss"))
    outputs = desk.tell(*story)
    again = outputs[-1]
    if reason == "judged_otherwise":
        outputs, again = outputs[:-1], next(one for one in outputs if one.type == "tousu.claim.reopened.v1")
    assert again.type == "tousu.claim.reopened.v1"
    assert (again.data["claim_number"], again.data["reason"]) == (f"{NUMBER}/1", reason)
    assert desk.promoted("claim", f"{NUMBER}/1")["state"] == "open"


def test_what_those_found_who_had_it_before_counts_when_it_is_reported_late(desk: ClaimsDesk) -> None:
    moved = {"case_number": NUMBER, "from_departments": ["storage_and_transport"], "reason": "x", "by": "department"}
    desk.tell(routed("loss"))
    desk.tell(event("case.passed_on", moved | {"to_departments": ["quality_management"]}, NUMBER, at(4)))
    assert kinds_of(desk.sorted_out(list(desk.take(DOES_NOT_STAND, at(5)).outputs))) == ["claim.closed"]


def test_where_one_of_several_departments_stays_its_finding_counts(desk: ClaimsDesk) -> None:
    both = ["storage_and_transport", "quality_management"]
    moved = {"case_number": NUMBER, "from_departments": both, "reason": "x", "by": "department"}
    desk.tell(routed("loss"))
    assert desk.take(event("case.passed_on", moved | {"to_departments": both[:1]}, NUMBER, at(4))).no_op
    assert len(desk.sorted_out(list(desk.take(DOES_NOT_STAND, at(5)).outputs))) == 1


def test_without_a_reopening_a_finished_case_does_not_stand_for_good(desk: ClaimsDesk) -> None:
    desk.tell(routed("loss"), DOES_NOT_STAND, TOLD)
    assert desk.tell(handling("judged", 5, stands=True)) == []


def test_a_judgement_before_the_answer_that_is_told_after_it_undoes_the_end(desk: ClaimsDesk) -> None:
    desk.tell(routed("loss"), DOES_NOT_STAND, TOLD)
    assert kinds_of(desk.sorted_out(list(desk.take(STANDS, at(5)).outputs))) == ["claim.reopened"]


def test_a_piece_judged_otherwise_has_another_claim_instead(desk: ClaimsDesk) -> None:
    desk.tell(routed("delay", demand="赔偿"))
    outputs = desk.tell(routed("loss", demand="赔偿", revision=2))
    assert kinds_of(outputs) == ["claim.closed", "claim.opened"]
    assert outputs[0].data["reason"] == "judged_otherwise"
    assert (outputs[1].data["claim_number"], outputs[1].data["cause"]) == (f"{NUMBER}/2", "loss")


def test_a_case_routed_again_opens_missing_claims_only(desk: ClaimsDesk) -> None:
    desk.tell(routed("loss"))
    (opened,) = desk.tell(routed("loss", "contents_mismatch", revision=2))
    assert (opened.type, opened.data["claim_number"]) == ("tousu.claim.opened.v1", f"{NUMBER}/2")
    assert desk.take(routed("loss", "contents_mismatch", revision=2)).no_op == "claims_go_on"


def test_a_class_found_later_opens_the_claim_then(desk: ClaimsDesk) -> None:
    assert desk.tell(routed(), handling("judged", stands=True, **{"class": "loss"})) == []
    assert kinds_of(desk.tell(routed("loss", revision=2))) == ["claim.opened"]


CLOCK = {
    "case_number": NUMBER,
    "clock": "resolution",
    "generation": 1,
    "limit": {"amount": 5, "unit": "working_days"},
    "started_at": "2026-03-02T02:00:00Z",
    "due_at": "2026-03-09T16:00:00Z",
    "at": "2026-03-09T16:00:00Z",
    "pack": {"id": "courier-network", "version": "1.0.0"},
    "section": "C 5",
}


def test_what_the_clocks_of_a_case_do_changes_no_claim(desk: ClaimsDesk) -> None:
    desk.tell(routed("loss"))
    breached = event("clock.breached", CLOCK, NUMBER)
    assert desk.rules.state_keys(breached) == []
    assert desk.take(breached).no_op == "no_concern_of_claims"


def test_an_inquiry_asks_for_no_claim(desk: ClaimsDesk) -> None:
    data = inquiry().data | {"kind": "inquiry", "departments": ["customer_service"], "decided_by": "adapter"}
    data |= {"pack": {"id": "courier-network", "version": "1.0.0"}, "triage": False}
    del data["source_event"]
    assert desk.tell(event("inquiry.routed", data, NUMBER)) == []
    desk.tell(handling("inquiry_answered", outcome="delayed"))
    assert not [state_key for state_key in desk.rows if state_key.kind == "claim"]


CLASSES = ("attitude", "delay", "loss", "damage", "shortage", "contents_mismatch")


@st.composite
def stories(draw: st.DrawFn) -> list[Event]:
    """A complaint routed, routed again, judged, answered, withdrawn, reopened, in any order."""
    story: list[Event] = []
    for step in range(draw(st.integers(1, 20))):
        what = draw(st.sampled_from(("routed", "judged", "customer_answered", "withdrawn", "reopened", "disputed")))
        hours = 1 + step / 10
        said: dict[str, Any] = {"reason": "x"}
        if what == "routed" or not story:
            names = draw(st.lists(st.sampled_from(CLASSES), max_size=3, unique=True))
            waybill = draw(st.sampled_from(("TS77001", "TS77002", None)))
            more = {"demand": "赔偿"} if draw(st.booleans()) else {}
            story.append(routed(*names, at=at(hours), waybill=waybill, revision=step + 1, **more))
            continue
        if what == "judged":
            said = {"stands": draw(st.booleans())}
        if what == "customer_answered":
            said = {"settled": draw(st.booleans()), "text": "x"}
        story.append(handling(what, hours, **said))
    return story


@settings(deadline=None)
@given(stories())
def test_a_piece_never_has_two_claims_of_one_cause_and_each_claim_opens_and_closes_in_turn(
    pack: Pack, story: list[Event]
) -> None:
    desk = ClaimsDesk(pack)
    grounds: dict[tuple[str, str | None], str] = {}
    steps: dict[str, list[str]] = {}
    for output in (output for one in story for output in desk.tell(one)):
        number = output.data["claim_number"]
        steps.setdefault(number, []).append(output.type.split(".")[2])
        if output.type == "tousu.claim.opened.v1":
            ground = output.data["cause"], output.data.get("waybill_number")
            assert ground not in grounds
            grounds[ground] = number
    assert list(steps) == [f"{NUMBER}/{n + 1}" for n in range(len(steps))]
    for number, taken in steps.items():
        assert taken == [("opened", "closed", "reopened")[0 if n == 0 else 2 - n % 2] for n in range(len(taken))]
        assert desk.promoted("claim", number)["state"] == ("closed" if taken[-1] == "closed" else "open")


@settings(deadline=None)
@given(stories())
def test_the_rows_of_claims_say_what_their_case_says(pack: Pack, story: list[Event]) -> None:
    desk = ClaimsDesk(pack)
    desk.tell(*story)
    case = desk.state(StateKey("case", NUMBER))
    if case is not None:
        assert isinstance(case, ClaimedCase)
        assert {claim.number: claim for claim in case.claims} == {
            state_key.key: desk.state(state_key) for state_key in desk.rows if state_key.kind == "claim"
        }

"""Whom a case is laid to, and what of it is laid when: docs/sources.md, section 8."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from tests.rules.casework import NUMBER, START, event, handling, inquiry
from tests.rules.claims.charging import CONDUCT, Desk, at, clock, passed_on, routed
from tests.rules.claims.conduct_words import (
    ANSWERED,
    E1,
    E2,
    PACKS,
    WORKSHOP,
    A,
    C,
    H,
    acted,
    judged,
    ruled,
    settled,
)
from tests.rules.packs import as_l
from tousu.event import Event
from tousu.policy.policies import OWN, PackHistory, Policies


class TestComplaint:
    @pytest.mark.parametrize("pack", PACKS)
    def test_the_department_in_the_lead_answers_while_nobody_is_named(self, pack: Any) -> None:
        desk = Desk(pack).tell(routed(pack))
        lead = pack.classes[next(iter(pack.classes))].departments[0]
        assert desk.held() == {f"department/{lead}": ["complaint"]}
        (laid,) = desk.laid
        assert (laid.subject, laid.key) == (NUMBER, f"department/{lead}")
        grade = pack.classes[next(iter(pack.classes))].grade
        assert laid.data == {
            "case_number": NUMBER,
            "party": {"kind": "department", "id": lead},
            "revision": 1,
            "received_at": "2026-03-02T02:00:00Z",
            "at": "2026-03-02T02:00:00Z",
            "pack": pack.reference(),
            "grounds": [
                {
                    "ground": "complaint",
                    "at": "2026-03-02T02:00:00Z",
                    "section": pack.grades[grade].section,
                    "grade": grade,
                    "class": next(iter(pack.classes)),
                }
            ],
        }

    @pytest.mark.parametrize("pack", PACKS)
    def test_person_outlet_and_department_named_responsible_answer_each(self, pack: Any) -> None:
        desk = Desk(pack).tell(
            routed(pack),
            handling("assessed", 1, loss_yuan="120.50"),
            judged(2, employee="E10023", outlet="HZ-017", department="quality_management"),
        )
        said = {"stands": True} | (
            {"loss_yuan": "120.50"} if pack.id != "courier-network" else {}
        )  # there: what is paid
        for party, who in (
            (E1, {"department": "quality_management"}),
            ("outlet/HZ-017", {"department": "quality_management", "employee": "E10023"}),
            ("department/quality_management", {"employee": "E10023"}),
        ):
            (ground,) = desk.grounds(party, "complaint")
            assert ground.items() >= (said | who).items()
        assert len(desk.held()) == 3, "the department that had the case is out of it"

    @pytest.mark.parametrize("stands", [True, False, None])
    def test_it_says_whether_the_complaint_stands_once_somebody_judged(self, stands: bool | None) -> None:
        desk = Desk(A).tell(routed(A), *([judged(1, stands)] if stands is not None else []))
        (ground,) = desk.grounds(WORKSHOP, "complaint")
        assert ground.get("stands") is stands

    def test_judged_again_it_changes_with_the_grade_that_this_makes(self) -> None:
        """A 3: an invalid complaint is of level D. What one moment brings is laid once, so nobody pays for C and D."""
        desk = Desk(A).tell(routed(A), judged(1, employee="E10023"))
        desk.tell(judged(2, stands=False), routed(A, 2, revision=2, grade="d"))
        assert desk.held("stands", "grade") == {WORKSHOP: [(False, "d")], E1: [(False, "d")]}
        assert [one.data["revision"] for one in desk.laid if one.key == E1] == [1, 2]

    def test_a_later_grade_and_the_loss_regrade_it(self) -> None:
        desk = Desk(A).tell(routed(A), judged(1, employee="E10023"))
        desk.tell(handling("assessed", 2, loss_yuan="3000.00"), routed(A, 2, revision=2, grade="a"))
        assert desk.held("grade", "loss_yuan")[E1] == [("a", "3000.00")]

    def test_of_the_loss_what_was_found_last_counts_whenever_it_was_reported(self) -> None:
        desk = Desk(A).tell(routed(A), handling("assessed", 5, loss_yuan="200"))
        desk.tell(handling("assessed", 3, loss_yuan="900"), now=at(6))
        assert desk.held("loss_yuan") == {WORKSHOP: ["200"]}

    def test_an_inquiry_is_no_complaint(self) -> None:
        data = inquiry().data | {"kind": "inquiry", "departments": ["customer_service"], "decided_by": "adapter"}
        data |= {"pack": C.reference(), "triage": False}
        del data["source_event"]
        desk = Desk(C).tell(event("inquiry.routed", data, NUMBER), handling("inquiry_answered", outcome="delayed"))
        assert desk.held() == {}

    def test_passed_on_the_department_in_the_lead_is_another_one(self) -> None:
        desk = Desk(A).tell(routed(A), passed_on(1, ["workshop"], ["parts_department", "workshop"]))
        assert desk.held() == {"department/parts_department": ["complaint"]}
        assert desk.newest[WORKSHOP]["grounds"] == []

    def test_a_department_that_was_settled_stays_when_the_case_moves_on(self) -> None:
        desk = Desk(A).tell(routed(A), settled(1, responsible={"department": "sales"}))
        desk.tell(passed_on(2, ["workshop"], ["parts_department"]))
        assert desk.held() == {"department/sales": ["complaint"]}

    def test_a_partner_with_whom_it_is_agreed_answers_as_a_partner(self) -> None:
        desk = Desk(H).tell(
            routed(H, departments=["business", "transport_partner"]),
            settled(1, by="agreement", responsible={"partner": "transport_partner"}),
        )
        assert desk.held() == {"partner/transport_partner": ["complaint"]}


class TestWhoIsNamed:
    def test_the_newest_settlement_counts(self) -> None:
        desk = Desk(A).tell(routed(A), judged(1, employee="E10023"), settled(2, responsible={"employee": "E20001"}))
        assert desk.held() == {WORKSHOP: ["complaint"], E2: ["complaint"]}
        assert desk.newest[E1]["grounds"] == []

    def test_what_was_settled_earlier_changes_nothing_when_it_is_reported_late(self) -> None:
        desk = Desk(A).tell(routed(A), settled(3, responsible={"employee": "E10023"}))
        desk.tell(settled(2, responsible={"employee": "E20001"}), now=at(5))
        assert desk.held() == {WORKSHOP: ["complaint"], E1: ["complaint"]}

    def test_while_it_is_disputed_only_mediation_settles(self) -> None:
        desk = Desk(A).tell(routed(A), handling("disputed", 1, department="workshop", reason="不是我们"))
        desk.tell(passed_on(1, ["workshop"], ["general_manager"]), settled(2, responsible={"employee": "E10023"}))
        assert E1 not in desk.held()
        desk.tell(settled(3, by="mediation", responsible={"employee": "E20001", "department": "workshop"}))
        assert desk.held() == {WORKSHOP: ["complaint"], E2: ["complaint"]}

    def test_what_mediation_decided_no_department_turns_round_in_the_same_round(self) -> None:
        desk = Desk(A).tell(routed(A), handling("disputed", 1, reason="x"))
        desk.tell(settled(2, by="mediation", responsible={"employee": "E20001"}))
        desk.tell(settled(3, responsible={"employee": "E10023"}))
        assert E1 not in desk.held()
        desk.tell(handling("customer_answered", 4, **ANSWERED), handling("reopened", 5, reason="又来电"))
        assert E2 in desk.held(), "reopened: stays"
        desk.tell(settled(6, responsible={"employee": "E10023"}))
        assert set(desk.held()) == {WORKSHOP, E1}

    def test_a_mediation_of_the_round_before_counts_by_its_time_like_everything_else_of_it(self) -> None:
        desk = Desk(A).tell(routed(A), handling("disputed", 1, reason="x"))
        desk.tell(settled(2, by="mediation", responsible={"employee": "E20001"}))
        desk.tell(handling("customer_answered", 4, **ANSWERED), handling("reopened", 5, reason="又来电"))
        desk.tell(settled(3, responsible={"employee": "E10023"}), now=at(6))
        assert set(desk.held()) == {WORKSHOP, E1}

    def test_mediation_without_a_dispute_is_refused_elsewhere_and_nothing_here(self) -> None:
        desk = Desk(A).tell(routed(A), settled(2, by="mediation", responsible={"employee": "E20001"}))
        assert set(desk.held()) == {WORKSHOP}

    def test_taken_back_by_the_centre_nothing_is_disputed_any_more(self) -> None:
        desk = Desk(A).tell(routed(A), handling("disputed", 1, reason="x"), handling("taken_back", 2, reason="y"))
        assert E1 in desk.tell(settled(3, responsible={"employee": "E10023"})).held()

    def test_passed_on_by_whoever_mediates_nothing_is_disputed_any_more(self) -> None:
        desk = Desk(A).tell(routed(A), handling("disputed", 1, reason="x"))
        desk.tell(passed_on(1, ["workshop"], ["general_manager"]), passed_on(2, ["general_manager"], ["sales"]))
        assert E1 in desk.tell(settled(3, responsible={"employee": "E10023"})).held()

    def test_with_a_partner_it_is_agreed_or_it_is_not_settled(self) -> None:
        desk = Desk(H).tell(routed(H), settled(1, responsible={"partner": "transport_partner"}))
        assert set(desk.held()) == {"department/business"}

    @pytest.mark.parametrize("responsible", [{}, {"employee": "E20001"}])
    def test_who_is_cleared_by_a_new_finding_is_out_of_it_also_after_the_end(self, responsible: Any) -> None:
        """An appeal of the person that is upheld ends in responsibility settled anew."""
        desk = Desk(A).tell(routed(A), judged(1, employee="E10023"), handling("customer_answered", 2, **ANSWERED))
        desk.tell(settled(200, responsible=responsible))
        desk.rest()
        assert desk.newest[E1]["grounds"] == []
        assert (E2 in desk.held()) is bool(responsible)

    @pytest.mark.parametrize("upheld", [True, False])
    def test_the_appeal_of_a_customer_clears_nobody(self, upheld: bool) -> None:
        referred = handling("appeal_referred", 2, authority="post_12305", reference="P-1")
        answered = handling("appeal_answered", 3, reference="P-1", text="x", upheld=upheld)
        desk = Desk(A).tell(routed(A), judged(1, employee="E10023"), referred, answered)
        assert desk.held() == {WORKSHOP: ["complaint"], E1: ["complaint"]}
        assert len(desk.laid) == 3


class TestTheEndOfACase:
    def test_a_withdrawn_case_holds_nothing_against_anybody(self) -> None:
        desk = Desk(A).tell(routed(A), judged(1, employee="E10023"), clock("breached", "resolution", 48, A))
        desk.tell(handling("withdrawn", 50, reason="x"))
        assert desk.held() == {}
        assert {one["revision"] for one in desk.newest.values()} == {2, 4}

    def test_taken_up_again_it_holds_what_it_held(self) -> None:
        desk = Desk(A).tell(routed(A), judged(1, employee="E10023"), handling("withdrawn", 2, reason="x"))
        desk.tell(handling("reopened", 3, reason="y"))
        assert desk.held("stands") == {WORKSHOP: [True], E1: [True]}

    @pytest.mark.parametrize(("stands", "grade"), [(True, "c"), (False, "d")])
    def test_reopened_it_counts_as_judged_before_until_it_is_judged_anew(self, stands: bool, grade: str) -> None:
        """The router grades it without the judgement, which is of the round before; nobody pays more for that."""
        desk = Desk(A).tell(routed(A), judged(1, stands, employee="E10023"))
        desk.tell(*([routed(A, 1, revision=2, grade="d")] if not stands else []))
        desk.tell(handling("customer_answered", 2, **ANSWERED))
        count = len(desk.rest().laid)
        desk.tell(handling("reopened", 3, reason="y"), routed(A, 3, revision=3, grade="c"))
        assert desk.held("stands", "grade")[E1] == [(stands, grade)]
        assert len(desk.laid) == count
        desk.tell(judged(4, True))
        assert desk.held("stands", "grade")[E1] == [(True, "c")]

    def test_reopened_a_graver_grade_counts_for_what_stood_before(self) -> None:
        desk = Desk(A).tell(routed(A), judged(1, True, employee="E10023"), handling("customer_answered", 2, **ANSWERED))
        desk.tell(handling("reopened", 3, reason="y"), routed(A, 4, revision=2, grade="a"))
        assert desk.held("stands", "grade")[E1] == [(True, "a")]

    def test_what_comes_after_the_end_moves_nothing(self) -> None:
        desk = Desk(A).tell(routed(A), judged(1), handling("customer_answered", 2, **ANSWERED))
        count = len(desk.rest().laid)
        desk.tell(judged(3, False, employee="E10023"))
        desk.tell(passed_on(3, ["workshop"], ["sales"]), handling("assessed", 3, loss_yuan="9"))
        assert len(desk.rest().laid) == count

    def test_an_answer_that_lacks_what_it_must_hold_ends_nothing(self) -> None:
        pack = replace(as_l(), penalties=C.penalties)
        desk = Desk(pack).tell(routed(pack), handling("customer_answered", 1, **ANSWERED), judged(2, employee="E10023"))
        assert E1 in desk.held()


class TestWhatIsLaid:
    def test_nothing_is_laid_when_nothing_changes(self) -> None:
        desk = Desk(A).tell(routed(A), judged(1, employee="E10023"))
        count = len(desk.rest().laid)
        for hours, what, said in (
            (2, "plan_proposed", {"plan": "apology"}),
            (3, "satisfaction_given", {"score": 2}),
            (4, "judged", {"stands": True, "responsible": {"employee": "E10023"}}),
            (5, "customer_answered", ANSWERED),
        ):
            desk.tell(handling(what, hours, **said))
        assert len(desk.rest().laid) == count

    def test_what_is_done_and_undone_in_one_moment_is_not_laid(self) -> None:
        desk = Desk(A).tell(routed(A), judged(1, True))
        count = len(desk.rest().laid)
        desk.tell(judged(2, False), judged(2, True))
        assert desk.conduct().changed_at is None
        assert len(desk.rest().laid) == count

    def test_tellings_that_join_or_leave_change_nothing(self) -> None:
        desk = Desk(A).tell(routed(A))
        before = desk.rest().conduct()
        said = {"case_number": NUMBER, "source_event": {"source": "web", "id": "w-1"}}
        joined = said | {"channel": "web", "received_at": "2026-03-02T01:00:00Z"}
        separated = said | {"new_case_number": "TS-20260302-000009", "reason": "另一件"}
        desk.tell(event("duplicate.joined", joined, NUMBER, at(1)))
        desk.tell(event("duplicate.separated", separated, NUMBER, at(2)))
        assert desk.conduct() == before

    def test_a_recalculation_moves_what_follows_to_the_ordered_version(self) -> None:
        order = {"order_id": "R-1", "reason": "新版", "approved_by": "L50001", "pack_version": "2.0.0"}
        desk = Desk(A, replace(A, version="2.0.0")).tell(routed(A), handling("recount_ordered", 1, **order))
        assert len(desk.rest().laid) == 1
        desk.tell(judged(2)).rest()
        assert desk.newest[WORKSHOP]["pack"]["version"] == "2.0.0"

    def test_a_pack_without_penalties_lays_nothing(self) -> None:
        pack = replace(A, penalties=None)
        desk = Desk(pack).tell(routed(pack), judged(1, employee="E10023"), clock("breached", "resolution", 48, A))
        desk.tell(operations())
        assert (desk.laid, desk.passed_on, [state_key for state_key in desk.rows if state_key.kind == "conduct"]) == (
            [],
            [],
            [],
        )

    def test_the_organisation_stands_before_the_party(self) -> None:
        one = replace(routed(A), extensions={"organisation": "ORG"})
        desk = Desk(A)
        desk.rules = type(desk.rules)(two_organisations())
        desk.tell(one, replace(operations(), extensions={"organisation": "ORG"})).rest()
        assert [(output.key, output.organisation) for output in desk.laid] == [("ORG|department/workshop", "ORG")]
        assert [output.key for output in desk.passed_on] == ["ORG|department/workshop", "ORG|outlet/HZ-017"]


def two_organisations() -> Any:
    return Policies({OWN: PackHistory((A,)), "ORG": PackHistory((A,))})


def operations(**more: Any) -> Event:
    data = {"period": "2026-03", "department": "workshop", "services": 1000, "outlet": "HZ-017"} | more
    return event("operations.reported", data, None, START)


class TestWhen:
    def test_nothing_is_laid_before_the_log_is_complete_up_to_the_event(self) -> None:
        """Where sla has not spoken yet, claims hears of things at the time of which it spoke last."""
        desk = Desk(A).tell(routed(A, 5), now=START).rest(at(5))
        assert desk.laid == []
        (laid,) = desk.rest().laid
        assert laid.time == at(5)


class TestOperations:
    def test_the_services_of_a_month_go_to_the_department_and_to_the_outlet_named(self) -> None:
        one = operations()
        desk = Desk(A).tell(one)
        assert [(each.key, each.data) for each in desk.passed_on] == [
            ("department/workshop", one.data),
            ("outlet/HZ-017", one.data),
        ]


class TestWhatIsKept:
    def test_however_long_a_case_goes_on_its_conduct_stays_small(self) -> None:
        desk = Desk(A, by_one=False).tell(routed(A))
        for number in range(150):
            hours = 1 + number
            desk.tell(
                acted("judged", hours, "workshop", f"E{number}", stands=True, responsible={"employee": f"E{number}"}),
                clock("breached", "resolution", hours + 0.1, A, number + 1),
                handling("customer_answered", hours + 0.2, **ANSWERED),
                ruled(hours + 0.3, number + 1, true=False),
                handling("reopened", hours + 0.4, reason="x", through_neglect=True),
            )  # fmt: skip
            if number == 74:
                size = len(desk.rest().rows[CONDUCT])
        assert len(desk.rest().rows[CONDUCT]) < size * 1.1 < 40_000

    def test_who_was_forgotten_begins_above_every_revision_that_is(self) -> None:
        desk = Desk(A, by_one=False).tell(routed(A))
        for number in range(80):
            desk.tell(settled(1 + number, responsible={"employee": f"E{number}"}))
        desk.rest()
        assert "person/E0" not in {one.party.key("") for one in desk.conduct().laid}
        desk.tell(settled(99, responsible={"employee": "E0"})).rest()
        first, dropped, again = (one.data["revision"] for one in desk.laid if one.key == "person/E0")
        assert (first, dropped) == (1, 2)
        assert again > dropped

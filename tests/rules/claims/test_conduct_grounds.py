"""The grounds of a charge beside the complaint itself: docs/sources.md, section 8."""

from __future__ import annotations

import pytest

from tests.rules.casework import NUMBER, event, handling
from tests.rules.claims.charging import Desk, at, clock, routed
from tests.rules.claims.conduct_words import (
    ANSWERED,
    E1,
    E2,
    WORKSHOP,
    A,
    C,
    H,
    acted,
    judged,
    ruled,
    settled,
)


class TestLateResolution:
    LATE = clock("breached", "resolution", 48, A, departments=["workshop"])

    def test_whoever_acted_last_for_the_department_in_charge_failed_to_act(self) -> None:
        desk = Desk(A).tell(
            routed(A),
            acted("acknowledged", 1, "workshop", "E10023"),
            acted("judged", 2, "customer_service", "E30000", stands=True),
            self.LATE,
        )
        (ground,) = desk.grounds(E1, "late_resolution")
        assert ground == {
            "ground": "late_resolution",
            "at": "2026-03-04T02:00:00Z",
            "section": "A 5",
            "clock": "resolution",
            "department": "workshop",
        }
        assert set(desk.held()) == {WORKSHOP, E1}

    def test_where_nobody_is_known_the_department_answers(self) -> None:
        desk = Desk(A).tell(routed(A), acted("acknowledged", 1, "sales", "E10023"), self.LATE)
        assert desk.held() == {WORKSHOP: ["complaint", "late_resolution"]}

    def test_the_limit_itself_is_not_yet_too_late_to_have_acted(self) -> None:
        desk = Desk(A).tell(routed(A), acted("judged", 48, "workshop", "E10023", stands=True))
        assert desk.tell(self.LATE, now=at(49)).grounds(E1, "late_resolution")

    def test_of_two_who_acted_in_one_moment_the_one_who_was_told_of_last_counts(self) -> None:
        desk = Desk(A).tell(routed(A), acted("acknowledged", 1, "workshop", "E10023"))
        desk.tell(acted("judged", 1, "workshop", "E20001", stands=True), self.LATE)
        assert desk.grounds(E2, "late_resolution")
        desk.tell(acted("assessed", 1, "workshop", "E10023", emotion="calm"), now=at(50))
        assert desk.grounds(E1, "late_resolution")

    def test_whoever_comes_after_the_limit_did_not_miss_it(self) -> None:
        desk = Desk(A).tell(routed(A), acted("acknowledged", 1, "workshop", "E10023"), self.LATE)
        desk.tell(acted("judged", 49, "workshop", "E20001", stands=True))
        assert desk.grounds(E1, "late_resolution")
        assert not desk.grounds(E2, "late_resolution")

    def test_a_report_that_comes_late_corrects_who_it_was(self) -> None:
        desk = Desk(A).tell(routed(A), self.LATE).rest()
        assert desk.grounds(WORKSHOP, "late_resolution")
        desk.tell(acted("acknowledged", 3, "workshop", "E10023"), now=at(60))
        assert desk.grounds(E1, "late_resolution")
        assert not desk.grounds(WORKSHOP, "late_resolution")

    def test_a_breach_that_is_withdrawn_drops_it(self) -> None:
        desk = Desk(A).tell(routed(A), acted("acknowledged", 1, "workshop", "E10023"), self.LATE)
        desk.tell(clock("breach_withdrawn", "resolution", 48, A, known=55))
        assert desk.held() == {WORKSHOP: ["complaint"]}
        assert desk.newest[E1]["revision"] == 2

    def test_a_breach_in_doubt_is_marked_until_it_is_confirmed_or_withdrawn(self) -> None:
        in_doubt = clock("breached", "resolution", 48, A, unconfirmed=True)
        desk = Desk(A).tell(routed(A), acted("acknowledged", 1, "workshop", "E10023"), in_doubt)
        assert [ground["unconfirmed"] for ground in desk.grounds(E1, "late_resolution")] == [True]
        desk.tell(clock("breach_confirmed", "resolution", 48, A, known=60))
        assert ["unconfirmed" in ground for ground in desk.grounds(E1, "late_resolution")] == [False]
        assert desk.newest[E1]["revision"] == 2
        withdrawn = clock("breach_withdrawn", "resolution", 48, A, known=55)
        other = Desk(A).tell(routed(A), acted("acknowledged", 1, "workshop", "E10023"), in_doubt, withdrawn)
        assert other.held() == {WORKSHOP: ["complaint"]}

    def test_each_generation_of_the_clock_is_a_ground_of_its_own(self) -> None:
        desk = Desk(A).tell(routed(A), self.LATE, clock("breached", "resolution", 99, A, 2))
        desk.tell(clock("breached", "resolution", 99, A, 2))
        assert desk.held()[WORKSHOP] == ["complaint", "late_resolution", "late_resolution"]
        desk.tell(clock("breach_withdrawn", "resolution", 48, A, known=101))
        (ground,) = desk.grounds(WORKSHOP, "late_resolution")
        assert ground["at"] == "2026-03-06T05:00:00Z"

    def test_another_limit_after_the_breach_changes_when_it_was_missed_and_by_whom(self) -> None:
        desk = Desk(A).tell(routed(A), acted("acknowledged", 10, "workshop", "E10023"), self.LATE).rest()
        desk.tell(clock("recalculated", "resolution", 8, A, known=50))
        (ground,) = desk.grounds(WORKSHOP, "late_resolution")
        assert ground["at"] == "2026-03-02T10:00:00Z"

    def test_other_clocks_are_nobodys_fault_here(self) -> None:
        desk = Desk(A).tell(routed(A), clock("breached", "answer", 14, A), clock("warned", "resolution", 24, A))
        assert desk.held() == {WORKSHOP: ["complaint"]}


class TestLateHandling:
    """C 8: for late handling whoever delayed answers too."""

    LATE = clock("breached", "resolution", 48, C, departments=["quality_management"])
    ACTED = acted("acknowledged", 1, "quality_management", "E20001")

    def test_whoever_delayed_answers_beside_the_one_responsible(self) -> None:
        desk = Desk(C).tell(routed(C), self.ACTED, judged(2, employee="E10023"))
        desk.tell(handling("assessed", 3, loss_yuan="700"), self.LATE)
        assert desk.held()[E1] == ["complaint"]
        assert desk.held("ground", "loss_yuan")[E2] == [("late_resolution", None), ("late_handling", None)]

    def test_who_is_responsible_anyway_answers_once(self) -> None:
        desk = Desk(C).tell(routed(C), self.ACTED, judged(2, employee="E20001"), self.LATE)
        assert desk.held()[E2] == ["complaint", "late_resolution"]

    def test_only_where_the_pack_has_a_figure_for_it(self) -> None:
        late = clock("breached", "resolution", 48, A, departments=["workshop"])
        desk = Desk(A).tell(routed(A), acted("acknowledged", 1, "workshop", "E20001"), late)
        assert desk.held()[E2] == ["late_resolution"]

    def test_a_department_alone_delayed_nothing_in_person(self) -> None:
        desk = Desk(C).tell(routed(C), self.LATE)
        assert desk.held() == {"department/quality_management": ["complaint", "late_resolution"]}


class TestNeglect:
    END = handling("customer_answered", 10, **ANSWERED)
    NEGLECT = handling("reopened", 20, reason="又来电", through_neglect=True)

    def test_a_second_complaint_through_neglect_falls_on_the_person_of_the_round_before(self) -> None:
        desk = Desk(A).tell(routed(A), judged(1, employee="E10023"), self.END, self.NEGLECT)
        (ground,) = desk.grounds(E1, "neglect")
        assert ground == {"ground": "neglect", "at": "2026-03-02T22:00:00Z", "department": "workshop"}
        desk.tell(judged(21, employee="E20001"))
        assert desk.held() == {WORKSHOP: ["complaint"], E1: ["neglect"], E2: ["complaint"]}

    @pytest.mark.parametrize("said", [{}, {"through_neglect": False}])
    def test_a_second_complaint_without_it_does_not(self, said: dict[str, bool]) -> None:
        desk = Desk(A).tell(
            routed(A), judged(1, employee="E10023"), self.END, handling("reopened", 20, reason="x", **said)
        )
        assert desk.held()[E1] == ["complaint"]

    def test_it_falls_on_who_neglected_it_not_on_who_had_caused_the_trouble(self) -> None:
        """A 8: the fine of whoever ignored it, was perfunctory or late is doubled; the mechanic did nothing of that."""
        desk = Desk(A).tell(routed(A), acted("acknowledged", 1, "workshop", "E20001"), judged(2, employee="E10023"))
        desk.tell(self.END, self.NEGLECT)
        assert desk.held() == {WORKSHOP: ["complaint"], E1: ["complaint"], E2: ["neglect"]}

    def test_it_falls_on_whom_the_desk_names(self) -> None:
        named = handling("reopened", 20, reason="又来电", through_neglect=True, neglected_by="E30000")
        desk = Desk(A).tell(routed(A), acted("acknowledged", 1, "workshop", "E20001"), judged(2, employee="E10023"))
        desk.tell(self.END, named)
        assert desk.held() == {WORKSHOP: ["complaint"], E1: ["complaint"], "person/E30000": ["neglect"]}

    def test_where_nobody_was_named_it_is_whoever_acted_last(self) -> None:
        desk = Desk(A).tell(routed(A), acted("acknowledged", 1, "workshop", "E20001"), self.END, self.NEGLECT)
        assert desk.held() == {WORKSHOP: ["complaint"], E2: ["neglect"]}

    def test_where_nobody_is_known_nobody_is_doubled(self) -> None:
        assert Desk(A).tell(routed(A), self.END, self.NEGLECT).held() == {WORKSHOP: ["complaint"]}

    def test_who_had_been_named_before_counts_even_when_it_is_reported_late(self) -> None:
        desk = Desk(A).tell(routed(A), judged(1, employee="E10023"), self.END, self.NEGLECT).rest()
        desk.tell(settled(15, responsible={"employee": "E20001"}), now=at(30))
        assert desk.held() == {WORKSHOP: ["complaint"], E2: ["complaint", "neglect"]}

    def test_mediation_of_the_round_before_stays_when_a_later_settlement_of_it_is_reported_late(self) -> None:
        desk = Desk(A).tell(routed(A), handling("disputed", 1, reason="x"))
        desk.tell(settled(2, by="mediation", responsible={"employee": "E10023"}), self.END, self.NEGLECT)
        desk.tell(settled(15, responsible={"employee": "E20001"}), now=at(30))
        assert desk.held() == {WORKSHOP: ["complaint"], E1: ["neglect"], E2: ["complaint"]}

    def test_mediation_of_a_round_long_past_counts_by_its_time(self) -> None:
        desk = Desk(A).tell(routed(A), handling("disputed", 1, reason="x"))
        desk.tell(settled(2, by="mediation", responsible={"employee": "E10023"}))
        desk.tell(handling("customer_answered", 4, **ANSWERED), handling("reopened", 5, reason="x"))
        desk.tell(self.END, self.NEGLECT, settled(8, responsible={"employee": "E20001"}), now=at(30))
        assert desk.grounds(E2, "neglect")

    def test_a_case_that_goes_on_cannot_be_reopened(self) -> None:
        desk = Desk(A).tell(routed(A), judged(1, employee="E10023"), self.NEGLECT)
        assert desk.held()[E1] == ["complaint"]


class TestAssessment:
    @pytest.mark.parametrize("measure", ["assessment", "penalty", "training"])
    def test_human_resources_is_to_do_something_about_the_person(self, measure: str) -> None:
        """H 4: confirmed, then assessment, penalty or training."""
        desk = Desk(H).tell(routed(H), settled(3, responsible={"employee": "E10023"}, measure=measure))
        assert desk.held("ground", "measure")[E1] == [("complaint", None), ("assessment", measure)]
        assert "assessment" not in desk.held()["department/business"]

    def test_nothing_of_a_case_happened_before_it_was_received(self) -> None:
        early = settled(-1, responsible={"employee": "E10023"}, measure="training")
        desk = Desk(H).tell(routed(H)).tell(early, now=at(1))
        assert [one["at"] for one in desk.grounds(E1, "assessment")] == ["2026-03-02T02:00:00Z"]

    @pytest.mark.parametrize("said", [{}, {"measure": "none"}])
    def test_none_or_not_yet(self, said: dict[str, str]) -> None:
        desk = Desk(H).tell(routed(H), settled(3, responsible={"employee": "E10023"}, **said))
        assert desk.held()[E1] == ["complaint"]


class TestFalseReport:
    """C 7: arbitration finds that the report is not true."""

    def test_the_outlet_that_reported_falsely_answers(self) -> None:
        desk = Desk(C).tell(routed(C), ruled(5, true=False))
        (ground,) = desk.grounds("outlet/HZ-017", "false_report")
        assert ground == {"ground": "false_report", "at": "2026-03-02T07:00:00Z", "claim_number": f"{NUMBER}/1"}

    def test_a_true_report_costs_nothing(self) -> None:
        assert Desk(C).tell(routed(C), ruled(5, true=True)).held() == {"department/quality_management": ["complaint"]}

    def test_of_two_rulings_on_one_claim_the_newest_counts(self) -> None:
        desk = Desk(C).tell(routed(C), ruled(5, true=False), ruled(6, 2, true=False))
        desk.tell(ruled(9, true=True))
        assert [one["claim_number"] for one in desk.grounds("outlet/HZ-017", "false_report")] == [f"{NUMBER}/2"]
        desk.tell(ruled(8, true=False), now=at(10))
        assert len(desk.grounds("outlet/HZ-017", "false_report")) == 1

    def test_it_stays_true_when_the_case_is_over_or_withdrawn(self) -> None:
        desk = Desk(C).tell(routed(C), handling("withdrawn", 2, reason="x"), ruled(5, true=False))
        assert desk.held() == {"outlet/HZ-017": ["false_report"]}

    @pytest.mark.parametrize("kind", ["inquiry", "claim"])
    def test_it_needs_no_complaint(self, kind: str) -> None:
        data = routed(C).data | {"kind": kind}
        for name in ("grade", "class", "classes", "revision"):
            del data[name]
        data |= {"claim": {"cause": "loss", "claimant": {"role": "sender"}}} if kind == "claim" else {}
        desk = Desk(C).tell(event(f"{kind}.routed", data, NUMBER), judged(1, employee="E10023"), ruled(5, true=False))
        assert desk.held() == {"outlet/HZ-017": ["false_report"]}

    def test_a_ruling_that_names_no_reporting_outlet_falls_on_nobody(self) -> None:
        said = {"claim_number": f"{NUMBER}/1", "report_true": False}
        assert "outlet" not in str(Desk(C).tell(routed(C), handling("outlet_ruled", 5, **said)).held())

"""Acceptance that is late or never comes; the special reason that saves from the fine: docs/sources.md, 8 (A)."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from tests.rules.casework import handling
from tests.rules.claims.charging import Desk, at, clock, routed
from tests.rules.claims.conduct_words import ANSWERED, E1, E2, WORKSHOP, A, acted
from tousu.policy.penalty_rule import ADay


class TestLateAcceptance:
    """A 8: 100 for each day of delay, by whoever had to accept: who was asked first (A 1), else the centre."""

    LATE = clock("breached", "acceptance", 2, A, departments=["workshop"])
    ASKED = "person/E7"
    CENTRE = "department/customer_service"

    # Hours after receipt, two of which are the limit -> days, each day that has begun counted whole.
    DAYS = ((2.01, 1), (26, 1), (26.01, 2), (50, 2), (51, 3))

    @pytest.mark.parametrize(("hours", "days"), DAYS)
    def test_it_costs_by_the_day(self, hours: float, days: int) -> None:
        desk = Desk(A).tell(routed(A, first_asked="E7"), self.LATE, acted("acknowledged", hours, "workshop", "E10023"))
        (ground,) = desk.grounds(self.ASKED, "late_acceptance")
        assert (ground["days"], ground["at"], ground["department"]) == (days, "2026-03-02T04:00:00Z", "workshop")
        assert not desk.grounds(E1, "late_acceptance"), "whoever accepts it at last is not the one who was late"

    # Hours after receipt -> days of delay that have begun by then, while nobody accepts it.
    WAITS = ((2, 1), (25.99, 1), (26, 1), (26.01, 2), (74.01, 4), (722, 30), (722.01, 31))

    @pytest.mark.parametrize(("hours", "days"), WAITS)
    def test_while_nobody_accepts_it_each_day_that_begins_costs(self, hours: float, days: int) -> None:
        desk = Desk(A).tell(routed(A, first_asked="E7"), self.LATE).rest(at(hours) + timedelta(microseconds=1))
        assert [one["days"] for one in desk.grounds(self.ASKED, "late_acceptance")] == [days]
        laid = [one.data["at"] for one in desk.laid if one.key == self.ASKED]
        assert len(laid) == days, "once a day, and nothing in between"

    def test_accepted_at_last_no_more_days_come(self) -> None:
        desk = Desk(A).tell(routed(A, first_asked="E7"), self.LATE, acted("acknowledged", 30, "workshop", "E10023"))
        laid = len(desk.rest().laid)
        desk.rest(at(1000))
        assert len(desk.laid) == laid
        assert [one["days"] for one in desk.grounds(self.ASKED, "late_acceptance")] == [2]

    def test_told_late_it_costs_what_it_would_have_cost_and_no_more(self) -> None:
        desk = Desk(A).tell(routed(A, first_asked="E7"), self.LATE).rest(at(200))
        assert [one["days"] for one in desk.grounds(self.ASKED, "late_acceptance")] == [9]
        desk.tell(acted("acknowledged", 20, "workshop", "E20001"), now=at(200))
        assert [one["days"] for one in desk.grounds(self.ASKED, "late_acceptance")] == [1]

    def test_where_nobody_was_asked_first_the_customer_service_centre_had_to_accept(self) -> None:
        desk = Desk(A).tell(routed(A), self.LATE, acted("acknowledged", 30, "workshop", "E10023"))
        assert desk.held("ground", "days") == {WORKSHOP: [("complaint", None)], self.CENTRE: [("late_acceptance", 2)]}

    def test_in_doubt_it_has_no_days_until_it_is_confirmed(self) -> None:
        in_doubt = clock("breached", "acceptance", 2, A, departments=["workshop"], unconfirmed=True)
        desk = Desk(A).tell(routed(A), in_doubt).rest(at(100))
        assert [one.get("days") for one in desk.grounds(self.CENTRE, "late_acceptance")] == [None]
        desk.tell(clock("breach_confirmed", "acceptance", 2, A, known=101))
        assert [one["days"] for one in desk.grounds(self.CENTRE, "late_acceptance")] == [5]

    def test_what_was_never_accepted_is_accepted_with_the_answer(self) -> None:
        desk = Desk(A).tell(routed(A), self.LATE, handling("customer_answered", 27, **ANSWERED))
        assert desk.held("ground", "days")[self.CENTRE] == [("late_acceptance", 2)]

    def test_accepted_in_time_as_is_known_later_it_was_not_late(self) -> None:
        desk = Desk(A).tell(routed(A), self.LATE).rest()
        desk.tell(acted("acknowledged", 1, "workshop", "E10023"), now=at(5))
        desk.tell(clock("breach_withdrawn", "acceptance", 2, A, known=5))
        assert desk.held() == {WORKSHOP: ["complaint"]}
        desk.rest(at(1000))
        assert desk.held() == {WORKSHOP: ["complaint"]}

    def test_an_acceptance_and_the_breach_before_it_may_come_in_one_moment(self) -> None:
        """sla tells of a breach when it hears of the next thing, and claims hears that first."""
        desk = Desk(A).tell(routed(A), acted("acknowledged", 30, "workshop", "E10023"))
        desk.tell(self.LATE, now=at(30))
        assert [one["days"] for one in desk.grounds(self.CENTRE, "late_acceptance")] == [2]

    def test_the_time_of_the_log_may_lie_a_little_before_the_event(self) -> None:
        """Where sla has not spoken yet, claims hears of things at the time of which it spoke last."""
        desk = Desk(A).tell(routed(A)).tell(acted("acknowledged", 2.01, "workshop", "E10023"), now=at(2))
        desk.tell(self.LATE, now=at(2.1))
        assert [one["days"] for one in desk.grounds(self.CENTRE, "late_acceptance")] == [1]

    def test_the_wait_ends_with_a_withdrawal(self) -> None:
        desk = Desk(A).tell(routed(A), self.LATE, handling("withdrawn", 5, reason="x")).rest(at(400))
        assert desk.held() == {}
        desk.tell(handling("reopened", 500, reason="y"), acted("acknowledged", 501, "workshop", "E10023"))
        assert [one["days"] for one in desk.grounds(self.CENTRE, "late_acceptance")] == [1]


class TestLateAcceptanceByWhoeverFailed:
    """A pack may leave it with whoever failed to act, as with a late resolution."""

    PENALTIES = A.penalties
    assert PENALTIES is not None
    ACCEPTING = ADay(amount_a_day=Decimal(100), section="A 8")
    PACK = replace(A, penalties=replace(PENALTIES, late_acceptance=ACCEPTING))
    LATE = clock("breached", "acceptance", 2, A, departments=["workshop"])

    def test_who_had_the_case_by_the_limit_answers_before_who_accepted_it(self) -> None:
        desk = Desk(self.PACK).tell(routed(A), acted("passed_up", 1, "workshop", "E20001", reason="x"))
        desk.tell(self.LATE, acted("acknowledged", 5, "workshop", "E10023"))
        assert desk.grounds(E2, "late_acceptance")
        assert not desk.grounds(E1, "late_acceptance")

    def test_an_acceptance_that_is_reported_late_corrects_who_and_how_long(self) -> None:
        desk = Desk(self.PACK).tell(routed(A), self.LATE, acted("acknowledged", 60, "workshop", "E10023")).rest()
        desk.tell(acted("judged", 20, "workshop", "E20001", stands=True), now=at(70))
        assert not desk.grounds(E1, "late_acceptance")
        assert [one["days"] for one in desk.grounds(E2, "late_acceptance")] == [1]

    def test_of_two_acceptances_in_one_moment_the_first_counts(self) -> None:
        desk = Desk(self.PACK).tell(routed(A), self.LATE, acted("acknowledged", 5, "workshop", "E10023"))
        desk.tell(acted("judged", 5, "workshop", "E20001", stands=True))
        assert desk.grounds(E1, "late_acceptance")


class TestSpecialReason:
    """A 8: resolution not in time *without special reason* (无特殊原因)."""

    LATE = clock("breached", "resolution", 48, A, departments=["workshop"])
    ACTED = acted("acknowledged", 1, "workshop", "E10023")

    def excused(self, hours: float, by: str = "M1") -> Any:
        return handling("special_reason_approved", hours, reason="配件缺货", approved_by=by)

    @pytest.mark.parametrize("hours", [2, 48, 49, 400])
    def test_approved_before_the_limit_or_after_it_it_is_said_with_the_ground(self, hours: float) -> None:
        desk = Desk(A).tell(routed(A), self.ACTED)
        for one in sorted((self.LATE, self.excused(hours)), key=lambda one: one.time):
            desk.tell(one)
        assert [one["excused_by"] for one in desk.grounds(E1, "late_resolution")] == ["M1"]

    def test_it_is_said_of_a_department_too(self) -> None:
        desk = Desk(A).tell(routed(A), self.LATE, self.excused(60))
        assert [one["excused_by"] for one in desk.grounds(WORKSHOP, "late_resolution")] == ["M1"]

    def test_nobody_approves_his_own(self) -> None:
        desk = Desk(A).tell(routed(A), self.ACTED, self.LATE, self.excused(60, by="E10023"))
        assert "excused_by" not in desk.grounds(E1, "late_resolution")[0]
        assert "excused_by" in desk.tell(self.excused(61)).grounds(E1, "late_resolution")[0]

    def test_it_holds_for_the_round_in_which_it_was_approved(self) -> None:
        end, again = handling("customer_answered", 50, **ANSWERED), handling("reopened", 60, reason="x")
        second = clock("breached", "resolution", 108, A, 2, departments=["workshop"])
        desk = Desk(A).tell(routed(A), self.LATE, self.excused(49), end, again, second)
        assert ["excused_by" in one for one in desk.grounds(WORKSHOP, "late_resolution")] == [True, False]
        desk.tell(self.excused(110, by="M2"))
        assert [one["excused_by"] for one in desk.grounds(WORKSHOP, "late_resolution")] == ["M1", "M2"]

    def test_told_after_the_reopening_it_counts_for_the_round_in_which_it_was_given(self) -> None:
        end, again = handling("customer_answered", 50, **ANSWERED), handling("reopened", 60, reason="x")
        second = clock("breached", "resolution", 108, A, 2, departments=["workshop"])
        desk = Desk(A).tell(routed(A), self.LATE, end, again, second).tell(self.excused(49), now=at(120))
        assert ["excused_by" in one for one in desk.grounds(WORKSHOP, "late_resolution")] == [True, False]

    def test_of_a_late_acceptance_the_source_says_no_such_thing(self) -> None:
        desk = Desk(A).tell(routed(A), clock("breached", "acceptance", 2, A), self.excused(3))
        assert "excused_by" not in desk.grounds("department/customer_service", "late_acceptance")[0]

"""What the car-service chain owes beside its limits: docs/sources.md, sections 2, 5 and 6 (A)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.rules.sla.car_service import RECEIVED, CarDesk
from tests.rules.sla.desk import Desk, at

SETTLED: dict[str, Any] = {"settled": True, "text": "已致歉"}


def received(grade: str = "c") -> CarDesk:
    return CarDesk("reception", "customer_service", grade)


def report(desk: Desk, what: str, hours: float, **said: Any) -> None:
    decision = desk.handle(what, RECEIVED + timedelta(hours=hours), **said)
    assert decision.refusal is None, decision.refusal


def names(desk: Desk) -> set[str]:
    assert desk.case is not None
    return {clock.name for clock in desk.case.clocks if not clock.undecided}


def of(desk: Desk, clock: str) -> list[str]:
    """What became of a clock: `started`, `breached`, …, in order."""
    return [line.split()[1] for line in desk.said() if line.startswith(f"{clock} ")]


class TestFollowUpCall:
    """The next day, after acceptance of a general complaint."""

    NEXT_DAY = at("03-04 00:00")

    @pytest.mark.parametrize(
        ("what", "said"),
        [("acknowledged", {}), ("judged", {"stands": True}), ("plan_proposed", {"plan": "apology"}),
         ("plan_executed", {"result": "已处理"}), ("customer_answered", SETTLED),
         ("customer_answered", {"settled": False, "text": "客户不接受"})],
    )  # fmt: skip
    def test_however_a_general_complaint_is_accepted_the_customer_is_called_the_next_day(
        self, what: str, said: dict[str, Any]
    ) -> None:
        desk = received()
        report(desk, what, 1, **said)
        assert desk.clock("follow_up_call").due_at == self.NEXT_DAY
        report(desk, "followed_up", 20, kind="acceptance_call")
        assert of(desk, "follow_up_call") == ["started", "met"]

    def test_accepted_and_settled_it_is_called_once(self) -> None:
        desk = received()
        report(desk, "acknowledged", 1)
        report(desk, "followed_up", 20, kind="acceptance_call")
        report(desk, "customer_answered", 30, **SETTLED)
        assert of(desk, "follow_up_call") == ["started", "met"]

    @pytest.mark.parametrize("grade", ["a", "b", "d"])
    def test_any_other_level_at_that_time_is_not_called(self, grade: str) -> None:
        desk = received(grade)
        report(desk, "acknowledged", 1)
        assert "follow_up_call" not in names(desk)

    @pytest.mark.parametrize("grade", ["a", "b", "d"])
    def test_a_level_that_changes_drops_it(self, grade: str) -> None:
        desk = received()
        report(desk, "acknowledged", 1)
        desk.graded(grade, 3)
        desk.pass_time(at("03-20 00:00"))
        assert of(desk, "follow_up_call") == ["started", "cancelled"]

    def test_a_level_that_changes_starts_it(self) -> None:
        desk = received("b")
        report(desk, "acknowledged", 1)
        desk.graded("c", 20)
        assert desk.clock("follow_up_call").due_at == at("03-05 00:00")

    def test_a_level_that_changes_before_anybody_accepts_it_starts_nothing(self) -> None:
        desk = received("b")
        desk.graded("c", 1)
        assert "follow_up_call" not in names(desk)
        report(desk, "acknowledged", 2)
        assert desk.clock("follow_up_call").due_at == self.NEXT_DAY

    def test_withdrawn_nobody_is_called(self) -> None:
        desk = received()
        report(desk, "withdrawn", 1, reason="误会")
        assert "follow_up_call" not in names(desk)

    def test_nobody_calls_it_is_missed(self) -> None:
        desk = received()
        report(desk, "customer_answered", 1, **SETTLED)
        desk.pass_time(at("03-04 00:00"))
        assert of(desk, "follow_up_call")[-1] == "breached"


@pytest.mark.parametrize("said", [{}, {"through_neglect": False}, {"through_neglect": True}])
def test_a_second_complaint_reaches_the_general_manager_neglect_or_not(said: dict[str, Any]) -> None:
    """若客户对投诉处理表示不满意，并引发再度投诉，上报总经理."""
    desk = received()
    report(desk, "customer_answered", 1, **SETTLED)
    report(desk, "reopened", 30, reason="客户再次投诉", **said)
    assert [line for line in desk.said() if line.startswith("handed up")] == [
        "handed up 3 general_manager second_complaint 03-03 15:30"
    ]


class TestInterimResult:
    """阶段性处理结果: the result so far, and when the rest is handed in."""

    def test_it_says_both(self) -> None:
        desk = received("a")
        report(desk, "interim_answered", 7, text="配件已订", next_by="2026-03-04T10:00:00+08:00")
        assert of(desk, "interim_result") == ["started", "met"]

    def test_without_the_time_it_is_none(self) -> None:
        desk = received("a")
        report(desk, "interim_answered", 7, text="配件已订")
        desk.pass_time(RECEIVED + timedelta(hours=8))
        assert of(desk, "interim_result") == ["started", "breached"]

    def test_but_the_complaint_was_accepted_with_it(self) -> None:
        desk = received("a")
        report(desk, "interim_answered", 1, text="配件已订")
        assert of(desk, "acceptance") == ["started", "met"]


class TestValidComplaint:
    """有效投诉: a responsible person and an improvement."""

    def test_without_them_both_are_missed_also_after_the_end(self) -> None:
        desk = received()
        report(desk, "judged", 1, stands=True)
        report(desk, "customer_answered", 2, **SETTLED)
        desk.pass_time(at("03-20 00:00"))
        assert "breached" in of(desk, "responsible_named")
        assert "breached" in of(desk, "improvement")

    def test_named_with_the_judgement_and_planned_before_it(self) -> None:
        desk = received()
        report(desk, "corrective_action_planned", 1, action_id="CA-1", action="接待培训")
        report(desk, "judged", 2, stands=True, responsible={"employee": "E10023"})
        report(desk, "customer_answered", 3, **SETTLED)
        desk.pass_time(at("03-20 00:00"))
        assert (of(desk, "responsible_named"), of(desk, "improvement")) == (["started", "met"], ["started", "met"])

    def test_settled_and_done_after_the_end(self) -> None:
        desk = received()
        report(desk, "judged", 1, stands=True)
        report(desk, "customer_answered", 2, **SETTLED)
        report(desk, "responsibility_settled", 30, responsible={"employee": "E10023"}, by="department")
        report(desk, "corrective_action_done", 40, action="接待培训")
        assert (of(desk, "responsible_named"), of(desk, "improvement")) == (["started", "met"], ["started", "met"])

    @pytest.mark.parametrize("judged", [True, False])
    def test_an_invalid_one_needs_none(self, judged: bool) -> None:
        desk = received()
        if judged:
            report(desk, "judged", 1, stands=False)
        report(desk, "customer_answered", 2, **SETTLED)
        desk.pass_time(at("03-20 00:00"))
        assert not of(desk, "responsible_named") + of(desk, "improvement")

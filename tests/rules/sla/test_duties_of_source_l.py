"""What the carrier owes the customer: told, contacted, confirmed, visited again (docs/sources.md, 2, 5, 6: L)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.packs_read import load_pack
from tests.rules.sla.desk import Desk, at

L = load_pack("logistics")
RECEIVED = at("03-02 09:30")  # a Monday
INFORMED = {"process": "调查后答复", "answer_by": "2026-03-06T18:00:00+08:00", "contact": "投诉专线"}
SETTLED: dict[str, Any] = {"settled": True, "text": "已补发"}


@pytest.fixture
def desk() -> Desk:
    desk = Desk(L)
    departments = ["transport_operations"]
    desk.routed(RECEIVED, class_name="delay", grade="general", departments=departments, pack=L.reference())
    return desk


def report(desk: Desk, what: str, hours: float, **said: Any) -> None:
    decision = desk.handle(what, RECEIVED + timedelta(hours=hours), **said)
    assert decision.refusal is None, decision.refusal


def of(desk: Desk, clock: str) -> list[str]:
    """What became of a clock, in order."""
    return [line.split()[1] for line in desk.said() if line.startswith(f"{clock} ")]


def life(desk: Desk) -> str:
    assert desk.case is not None
    return desk.case.life


def test_told_process_limit_and_contact_the_duty_is_met(desk: Desk) -> None:
    report(desk, "acknowledged", 1, **INFORMED)
    assert of(desk, "customer_informed") == ["started", "met"]


@pytest.mark.parametrize("missing", [*INFORMED, None])
def test_told_less_it_is_not(desk: Desk, missing: str | None) -> None:
    said = {name: value for name, value in INFORMED.items() if missing not in (None, name)}
    report(desk, "acknowledged", 1, **(said if missing else {}))
    report(desk, "interim_answered", 2, text="正在处理")
    desk.pass_time(at("03-10 00:00"))
    assert "breached" in of(desk, "customer_informed")


def test_somebody_is_in_charge_by_name(desk: Desk) -> None:
    report(desk, "acknowledged", 1, **INFORMED)
    assert of(desk, "person_in_charge") == ["started"]
    report(desk, "acknowledged", 2, in_charge="E310")
    assert of(desk, "person_in_charge") == ["started", "met"]


@pytest.mark.parametrize(
    ("what", "said"),
    [("interim_answered", {"text": "正在处理"}), ("customer_answered", {"settled": False, "text": "不接受"}),
     ("customer_answered", SETTLED)],
)  # fmt: skip
def test_contact_within_the_days_is_met_by_contact(desk: Desk, what: str, said: dict[str, Any]) -> None:
    report(desk, what, 48, **said)
    assert "met" in of(desk, "contact")


@pytest.mark.parametrize(("answered", "kept"), [("03-06 18:00", True), ("03-06 18:01", False)])
def test_the_limit_that_was_told_is_kept(desk: Desk, answered: str, kept: bool) -> None:
    report(desk, "acknowledged", 1, **INFORMED)
    assert desk.clock("promised_answer").due_at == at("03-06 18:00")
    desk.handle("customer_answered", at(answered), **SETTLED)
    assert ("breached" in of(desk, "promised_answer")) is not kept


class TestConfirmation:
    """The result told and the customer's confirmation are two things."""

    def test_the_result_told_meets_its_limit_and_ends_nothing(self, desk: Desk) -> None:
        report(desk, "customer_answered", 48, **SETTLED)
        assert "met" in of(desk, "resolution")
        assert life(desk) != "closed"

    def test_the_confirmation_ends_it_whenever_it_comes(self, desk: Desk) -> None:
        report(desk, "customer_answered", 48, **SETTLED)
        desk.pass_time(at("03-20 00:00"))
        report(desk, "customer_answered", 500, **SETTLED, confirmation="written")
        assert life(desk) == "closed"
        closed = desk.last("case.closed")
        assert closed["confirmation"] == "written"
        assert "resolution" not in closed["breached_clocks"]

    def test_where_none_can_be_had_the_reason_ends_it(self, desk: Desk) -> None:
        report(desk, "customer_answered", 48, **SETTLED, no_confirmation_reason="多次联系未果")
        assert life(desk) == "closed"


class TestRevisit:
    """回访: some time after, not five minutes."""

    CLOSED = 48

    @pytest.mark.parametrize(("after", "met"), [(5 / 60, False), (71.99, False), (72, True), (200, True)])
    def test_a_visit_counts_some_time_after_the_end(self, desk: Desk, after: float, met: bool) -> None:
        report(desk, "customer_answered", self.CLOSED, **SETTLED, confirmation="spoken")
        report(desk, "followed_up", self.CLOSED + after, kind="revisit")
        assert of(desk, "revisit") == (["started", "met"] if met else ["started"])

    def test_one_that_came_too_soon_is_made_again(self, desk: Desk) -> None:
        report(desk, "customer_answered", self.CLOSED, **SETTLED, confirmation="spoken")
        report(desk, "followed_up", self.CLOSED + 1, kind="revisit")
        report(desk, "followed_up", self.CLOSED + 100, kind="revisit")
        assert of(desk, "revisit") == ["started", "met"]

    @pytest.mark.parametrize(
        ("stands", "what", "said", "visited"),
        [
            (True, "customer_answered", SETTLED | {"confirmation": "spoken"}, ["started"]),
            (False, "customer_answered", {"settled": False, "text": "不成立", "confirmation": "spoken"}, ["started"]),
            (None, "withdrawn", {"reason": "误会"}, []),  # who took it back is left in peace
        ],
    )
    def test_it_is_owed_to_whom_the_pack_says(
        self, desk: Desk, stands: bool | None, what: str, said: dict[str, Any], visited: list[str]
    ) -> None:
        if stands is not None:
            report(desk, "judged", 24, stands=stands)
        report(desk, what, self.CLOSED, **said)
        assert life(desk) == "closed"
        assert of(desk, "revisit") == visited

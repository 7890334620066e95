"""The events that clocks of a pack may wait for are those of the contract: what is in neither list never comes."""

from __future__ import annotations

from services.sla.life import possible
from services.sla.states import Case
from tests.rules.sla.desk import at
from tousu.contract import card
from tousu.policy.occasions import AFTER_THE_END, CLAIM_REPORTS, EVENTS, REPORTS

OF_OTHERS = {"passed_on", "separated"}
"""Reports that the router and intake turn into decisions of their own."""


def test_clocks_may_wait_for_every_report_of_the_contract() -> None:
    reported = {name.removeprefix("handling.") for name in card("complaints.inbound.handling").events}
    assert reported - OF_OTHERS - CLAIM_REPORTS == REPORTS


def test_the_reports_about_claims_are_of_the_contract_and_no_clock_of_a_case_waits_for_them() -> None:
    reported = {name.removeprefix("handling.") for name in card("complaints.inbound.handling").events}
    named = {name for name in reported if name.startswith(("claim_", "outlet_", "payment_"))}
    assert named == CLAIM_REPORTS
    assert not CLAIM_REPORTS & EVENTS


def test_what_may_come_after_the_end_is_what_a_closed_case_takes() -> None:
    received = at("01-05 09:00")
    closed = Case(
        number="TS-1", kind="complaint", life="closed", departments=("x",), received_at=received, round_at=received,
        assigned_at=received, moved_at=received, cause="e1",
    )  # fmt: skip
    assert set(possible(closed)) | {"closed"} == AFTER_THE_END
    assert AFTER_THE_END <= EVENTS

"""Every moment that we write is one that the contract takes, whatever the moment that customers write."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.router.store import KINDS as ROUTER_KINDS
from services.sla.rules import SlaRules
from services.sla.store import KINDS
from tests.rules.casework import START, Desk, complaint, event, handling
from tests.rules.router.test_every_text import pack_of, rules_of
from tousu.contract import validator
from tousu.event import FIRST_MOMENT, LAST_MOMENT, text_of_time, time_of_text
from tousu.policy.policies import Policies

ACCEPTED = "tousu.time.jump_accepted.v1"


def is_told(text: str) -> bool:
    """Whether the contract takes it as a moment."""
    return validator(ACCEPTED)({"until": text, "operator": "x", "why": "x"}) is None


@given(st.datetimes(timezones=st.just(UTC)))
def test_what_we_write_is_a_moment_of_the_contract(moment: datetime) -> None:
    assert is_told(text_of_time(moment))


@pytest.mark.parametrize("moment", (FIRST_MOMENT, LAST_MOMENT, START))
def test_a_moment_of_the_contract_is_written_as_it_is(moment: datetime) -> None:
    assert time_of_text(text_of_time(moment)) == moment


def test_the_outermost_moments_that_the_contract_takes_lead_out_of_it_and_are_told_all_the_same() -> None:
    first, last = "1000-01-01T00:00:00+23:59", "2999-12-31T23:59:59-23:59"
    assert is_told(first) and is_told(last)
    assert text_of_time(time_of_text(first)) == "1000-01-01T00:00:00Z"
    assert text_of_time(time_of_text(last)) == "2999-12-31T23:59:59Z"


@pytest.mark.parametrize("due_at", ("1990-01-01T00:00:00+23:59", "2199-12-31T23:59:59-23:59"))
def test_a_corrective_action_due_at_the_end_of_all_that_may_be_told_is_taken(due_at: str) -> None:
    pack = pack_of("courier-network")
    sla, router = Desk(SlaRules(Policies.of(pack)), KINDS), Desk(rules_of("courier-network"), ROUTER_KINDS)
    (routed,) = router.tell(complaint("快件丢了"))
    said = {"action_id": "A-1", "action": "x", "due_at": due_at, "responsible": {"employee": "E1"}}
    sla.tell(event("complaint.routed", routed.data, routed.subject))
    (planned,) = router.tell(handling("corrective_action_planned", 1, **said))
    sla.tell(event("handling.corrective_action_planned", planned.data, planned.subject))
    assert sla.let_time_pass(START.replace(month=6))

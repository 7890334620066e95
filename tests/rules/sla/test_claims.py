"""sla takes no notice of claims: they have limits of their own, which claims runs."""

from __future__ import annotations

import pytest

from services.sla.rules import SlaRules
from tests.rules.casework import NUMBER, START, claim, event, handling
from tests.rules.claim_reports import BESIDE_SAID
from tests.rules.router.test_forwarding import JOINED
from tests.rules.sla.desk import Desk, at
from tousu.event import Event
from tousu.policy.pack import Pack
from tousu.policy.policies import Policies

SEPARATED = {
    "case_number": NUMBER, "kind": "claim", "new_case_number": "TS-2", "reason": "x",
    "source_event": {"source": "app", "id": "a-1"},
}  # fmt: skip
BESIDE = {
    **{what: handling(what, **said) for what, said in BESIDE_SAID.items()},
    "joined": event("duplicate.joined", JOINED | {"kind": "claim"}, NUMBER),
    "separated": event("duplicate.separated", SEPARATED, NUMBER),
}


@pytest.mark.parametrize("one", BESIDE.values(), ids=BESIDE)
def test_what_is_reported_about_a_claim_or_penalty_is_no_matter_of_sla(pack: Pack, one: Event) -> None:
    """So it looks no case up, whether it knows one of that number or not."""
    rules = SlaRules(Policies.of(pack))
    assert list(rules.state_keys(one)) == []
    decision = rules.apply({}, one, one.time)
    assert (decision.no_op, decision.states, decision.outputs, decision.refusal) == ("beside_the_case", {}, (), None)


def test_a_claim_without_a_complaint_becomes_no_case_of_sla(pack: Pack) -> None:
    registered = claim()
    kept = {name: value for name, value in registered.data.items() if name not in ("source_event", "channel_group")}
    pack_of = {"kind": "claim", "departments": ["customer_service"], "decided_by": "adapter", "triage": False}
    routed = event("claim.routed", {**kept, **pack_of, "pack": pack.reference()}, NUMBER, START)
    rules = SlaRules(Policies.of(pack))
    assert list(rules.state_keys(routed)) == []
    assert rules.apply({}, routed, START).no_op == "not_of_a_case"


def test_a_telling_of_a_complaint_is_looked_at_as_ever(pack: Pack) -> None:
    desk = Desk(pack)
    desk.routed(at("01-05 10:00"))
    source = {"source": "app", "id": "a-1"}
    said = {"case_number": desk.state_key.key, "kind": "complaint", "channel": "app", "source_event": source}
    desk.event("duplicate.joined", at("01-05 11:00"), said | {"received_at": "2026-01-05T01:00:00Z"})
    assert desk.case is not None
    assert desk.case.received_at == at("01-05 09:00")

"""Limits of claims warn, climb and are charged as late handling (issue 12, number 12; C 5, C 8).

START is Monday, 2 March 2026, 10:00 in Shanghai.
"""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from services.claims.rules import ClaimsRules
from tests.rules.casework import NUMBER, START, handling
from tests.rules.claims.filed import OTHER, OUTLET, agree_claim, file_claim, offer_claim
from tests.rules.claims.test_any_order import Said, Told, a_story, disordered
from tests.rules.claims.told import ClaimsDesk, reported, routed
from tousu.decision import Output, StateKey
from tousu.policy.loading import load_pack
from tousu.policy.pack import Pack

DAY = 24
CENTRE, FINANCE = "department/customer_service", "department/finance"


@pytest.fixture(scope="module")
def network() -> Pack:
    return load_pack("courier-network")


@pytest.fixture
def desk(network: Pack) -> ClaimsDesk:
    return ClaimsDesk(network)


class Charged:
    """The newest charges as they were laid."""

    def __init__(self, outputs: list[Output]) -> None:
        self.newest = {one.key or "": one.data["grounds"] for one in outputs if one.type == "tousu.charge.laid.v1"}

    def late(self) -> dict[str, list[tuple[str, str]]]:
        """Late handling of claims, by party: the limit and its section."""
        found = {
            key: [(one["clock"], one["section"]) for one in grounds if one["ground"] == "late_handling"]
            for key, grounds in self.newest.items()
        }
        return {key: each for key, each in found.items() if each}


def passed(desk: ClaimsDesk, days: float) -> list[Output]:
    return desk.let_time_pass(START + timedelta(days=days))


def test_the_answer_to_the_form_within_24_hours(desk: ClaimsDesk) -> None:
    """Filed at 11:00; nobody acts: the customer-service centre owes it, so its head answers."""
    file_claim(desk)
    outputs = passed(desk, 1.1)
    told = [(one.type, one.data["clock"]) for one in outputs if one.data.get("clock") == "answer_to_claim_form"]
    assert told == [
        ("tousu.clock.warned.v1", "answer_to_claim_form"),
        ("tousu.clock.breached.v1", "answer_to_claim_form"),
        ("tousu.case.escalated.v1", "answer_to_claim_form"),
    ]
    assert Charged(outputs).late() == {CENTRE: [("answer_to_claim_form", "C 5")]}


@pytest.mark.parametrize(("route", "days"), [("domestic", 30), ("hongkong_macau_taiwan", 30), ("international", 60)])
def test_the_offer_within_30_and_60_days(desk: ClaimsDesk, route: str, days: int) -> None:
    """Whoever had it in hand for the centre answers; the transport department, to which the trouble went, does not."""
    file_claim(desk, route=route)
    desk.report("claim_form_answered", 3, department="customer_service", employee="E3")
    desk.report("claim_facts_found", 4, department="storage_and_transport", employee="E4", facts={"insured": False})
    assert Charged(passed(desk, days)).late().get("person/E3") is None
    offer = f"offer_{route}"
    assert Charged(passed(desk, days + 2)).late()["person/E3"] == [(offer, "C 5")]


def test_the_payment_within_7_days_of_the_agreement(desk: ClaimsDesk) -> None:
    agree_claim(desk)
    outputs = passed(desk, 12)
    assert Charged(outputs).late() == {FINANCE: [("payment", "C 5")]}
    climbed = [(one.data["level"], one.data["to"]) for one in outputs if one.type == "tousu.case.escalated.v1"]
    assert climbed == [(1, "department_head"), (2, "centre_manager")]
    warned = [one.data["clock"] for one in outputs if one.type == "tousu.clock.warned.v1"]
    assert warned.count("payment") == 2


def test_paid_in_time_as_is_known_later_the_charge_is_dropped(desk: ClaimsDesk) -> None:
    """The breach is withdrawn, so what rested on it goes with it: the newest charge has no ground left."""
    agree_claim(desk)
    assert Charged(passed(desk, 9)).late() == {FINANCE: [("payment", "C 5")]}
    paid: dict[str, Any] = {"payment_id": "P-1", "amount": "812.00", "paid_at": "2026-03-05T02:00:00Z"}
    desk.report("payment_confirmed", 9 * DAY + 1, **paid)
    dropped = Charged(passed(desk, 10))
    assert dropped.newest[FINANCE] == []
    assert dropped.late() == {}


@pytest.mark.parametrize(("cause", "days", "clock"), [("loss", 6, "outlet_contact_damage_loss"),
                                                      ("delay", 4, "outlet_contact_delay")])  # fmt: skip
def test_the_outlet_answers_for_the_contact_that_it_owes(desk: ClaimsDesk, cause: str, days: int, clock: str) -> None:
    desk.tell(routed(cause, demand="赔偿"))
    desk.report("outlet_notified", 1, outlet=OUTLET, compensated_outlet=OTHER)
    assert Charged(passed(desk, days)).late()[f"outlet/{OUTLET}"] == [(clock, "C 5")]


def test_a_second_outlet_does_not_answer_for_the_first(desk: ClaimsDesk) -> None:
    desk.tell(routed("loss", demand="赔偿"))
    desk.report("outlet_notified", 1, outlet=OUTLET)
    passed(desk, 7)
    desk.report("outlet_notified", 7 * DAY, outlet=OTHER)
    laid = Charged([*passed(desk, 8), *passed(desk, 14)])
    assert laid.late() == {f"outlet/{OTHER}": [("outlet_contact_damage_loss", "C 5")]}


def test_how_long_outlets_negotiate_is_nobodys_lateness(desk: ClaimsDesk) -> None:
    """It warns, opens the way to arbitration, and nobody is charged."""
    desk.tell(routed("damage"))
    for what in ("outlet_notified", "outlet_contacted"):
        desk.report(what, 1, outlet=OUTLET)
    outputs = passed(desk, 12)
    assert [one.type for one in outputs if one.data.get("clock") == "negotiation_damage"] == [
        "tousu.clock.warned.v1", "tousu.clock.breached.v1",
    ]  # fmt: skip
    assert Charged(outputs).late() == {}


def test_a_complaint_that_is_withdrawn_leaves_no_lateness_either(desk: ClaimsDesk) -> None:
    offer_claim(desk)
    desk.tell(handling("withdrawn", 5, reason="误会"))
    assert Charged(passed(desk, 70)).late() == {}


def test_while_an_input_is_held_out_it_costs_nothing_and_then_it_does(desk: ClaimsDesk, network: Pack) -> None:
    """An answer in time may lie unread: the ground is in doubt until everything up to the limit has been read."""
    file_claim(desk)
    rules, conduct = desk.rules, StateKey("conduct", NUMBER)
    assert isinstance(rules, ClaimsRules)
    key, due = StateKey("case", NUMBER), START + timedelta(hours=25)
    passed(desk, 24.9 / 24)
    case = desk.state(key)
    assert case is not None
    assert rules.keys_beside(key, case) == [conduct]
    fired = rules.beside_timer(rules.on_timer(key, case, due), {conduct: desk.state(conduct)})
    doubtful = rules.in_doubt(fired, due, due).states[conduct]
    assert doubtful is not None
    minute = timedelta(minutes=1)
    assert rules.next_timer(conduct, doubtful) == due + timedelta(microseconds=1)
    (laid,) = (one for one in rules.on_timer(conduct, doubtful, due).outputs if one.key == CENTRE)
    assert [one.get("unconfirmed") for one in laid.data["grounds"]] == [True]
    kept = rules.in_doubt(rules.on_timer(conduct, doubtful, due), due, due).states[conduct]
    assert kept is not None
    assert rules.next_timer(conduct, kept) == due + minute
    read = rules.in_doubt(rules.on_timer(conduct, kept, due + minute), due + minute, None).states[conduct]
    assert read is not None
    (firm,) = rules.on_timer(conduct, read, due + 2 * minute).outputs
    assert [(firm.key, [one.get("unconfirmed") for one in firm.data["grounds"]])] == [(CENTRE, [None])]


def stands_on_the_wire(outputs: list[Output], pack: Pack) -> Counter[tuple[str, str, int]]:
    """The breaches of charged limits that were told and not taken back."""
    assert pack.claims is not None
    found: Counter[tuple[str, str, int]] = Counter()
    for one in outputs:
        if one.type.startswith("tousu.clock.breach") and pack.claims.clocks[one.data["clock"]].charged:
            name = one.data["claim_number"], one.data["clock"], one.data["generation"]
            found[name] += 1 if one.type == "tousu.clock.breached.v1" else -1
    return +found


@pytest.mark.parametrize("first", range(0, 40, 10))
def test_in_any_order_what_is_charged_is_what_stands(network: Pack, first: int) -> None:
    """Of each breach that stands on the wire there is one ground, against one party, and of no other."""
    patient = replace(network, waiting_hours=10_000)
    for seed in range(first, first + 10):
        dice = random.Random(seed)
        story = [with_employee(dice, one) for one in a_story(dice)]
        for disorder in (0, 8, 900):
            told = Told(patient, disordered(dice, story, disorder))
            newest = Charged(told.outputs).newest
            grounds = [one for each in newest.values() for one in each if one["ground"] == "late_handling"]
            charged = Counter((one["claim_number"], one["clock"]) for one in grounds)
            stands = stands_on_the_wire(told.outputs, network)
            assert charged == Counter(name[:2] for name in stands.elements()), (seed, disorder)


def with_employee(dice: random.Random, one: Said) -> Said:
    if dice.random() < 0.5:
        return one
    who: dict[str, Any] = {"department": dice.choice(("customer_service", "finance")), "employee": f"E{len(one.name)}"}
    return one._replace(data=one.data | who)


def test_whoever_acts_after_the_limit_did_not_let_it_pass(desk: ClaimsDesk) -> None:
    file_claim(desk)
    assert Charged(passed(desk, 29 / 24)).late() == {CENTRE: [("answer_to_claim_form", "C 5")]}
    desk.tell(reported("claim_form_answered", 30, department="customer_service", employee="E9"))
    assert Charged(passed(desk, 2)).newest == {}

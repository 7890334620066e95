"""Several organisations behind one gate: each has its pack, and what is one's is no other's."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from services.intake.identity import Keys
from services.intake.rules import IntakeRules
from tests.packs_read import load_pack
from tests.rules.intake.gate import PARTITIONS, PERSONAL, Gate, complaint, report
from tousu.event import ORGANISATION, Event
from tousu.policy.policies import OWN, PackHistory, Policies
from tousu.runtime.partition import partition_of

PACK = load_pack("courier-network")
BY_LETTER_ONLY = msgspec.structs.replace(
    PACK, id="letters", channels={"letter": PACK.channels["letter"]}, inquiries=None
)


def of(organisation: str, event: Event) -> Event:
    """The event as one of an organisation."""
    return msgspec.structs.replace(event, extensions=event.extensions | {ORGANISATION: organisation})


@pytest.fixture
def gate() -> Gate:
    gate = Gate(PACK)
    policies = Policies(
        {OWN: PackHistory((PACK,)), "acme": PackHistory((PACK,)), "post": PackHistory((BY_LETTER_ONLY,))}
    )
    keys = Keys(pseudonym=b"p" * 32, fingerprint=b"f" * 32)
    gate.rules = IntakeRules(policies, keys, lambda key: partition_of(key, PARTITIONS), PERSONAL)
    return gate


def refusal(gate: Gate, event: Event) -> tuple[str, str]:
    found = gate.hear(event).refusal
    assert found is not None
    return found.reason, found.place


def test_an_organisation_that_nobody_set_up_is_refused(gate: Gate) -> None:
    assert refusal(gate, of("nobody", complaint())) == ("unknown_organisation", "organisation")


def test_the_pack_of_the_organisation_decides_what_is_taken(gate: Gate) -> None:
    assert refusal(gate, of("post", complaint("phone"))) == ("unknown_channel", "type")
    assert gate.registers(of("post", complaint("letter")))


def test_a_pack_without_inquiries_takes_none(gate: Gate) -> None:
    assert refusal(gate, of("post", complaint("letter", kind="inquiry"))) == ("kind_not_taken", "/kind")


def test_the_same_waybill_number_of_two_organisations_is_two_pieces(gate: Gate) -> None:
    told: dict[str, Any] = {"waybill_number": "YT7700000000001", "content": "快件丢了"}
    own = gate.registers(complaint(**told))
    acme = gate.registers(of("acme", complaint("web", **told)))
    assert own != acme
    assert gate.joins(of("acme", complaint("app", **told))) == acme


def test_a_person_has_another_pseudonym_in_another_organisation(gate: Gate) -> None:
    cases = [gate.case(gate.registers(event)) for event in (complaint(), of("acme", complaint()))]
    assert cases[0].pseudonym != cases[1].pseudonym


def test_a_report_belongs_to_the_organisation_of_its_case(gate: Gate) -> None:
    number = gate.registers(of("acme", complaint()))
    (passed_on,) = gate.hear(of("acme", report("acknowledged", number))).outputs
    assert passed_on.organisation == "acme"


def test_nobody_reports_of_the_case_of_another_organisation(gate: Gate) -> None:
    acme, own = gate.registers(of("acme", complaint())), gate.registers(complaint())
    assert refusal(gate, of("post", report("acknowledged", acme))) == ("not_allowed", "organisation")
    assert refusal(gate, report("acknowledged", acme)) == ("not_allowed", "organisation")
    assert refusal(gate, of("acme", report("acknowledged", own))) == ("not_allowed", "organisation")
    assert refusal(gate, report("separated", acme, telling={"source": "s", "id": "1"}, reason="r"))[0] == "not_allowed"


def test_one_id_of_two_organisations_is_a_reuse(gate: Gate) -> None:
    event = complaint(id_="twice")
    gate.registers(event)
    assert refusal(gate, of("acme", event)) == ("exists_with_different_content", "id")

"""Customer-packed goods: what caused the damage is found out, and 'in principle' can be decided otherwise.

With a reason and a second person (issue 12, section 1, number 11; docs/sources.md, section 7, C).
"""

from __future__ import annotations

from tests.rules.claims.filed import FACTS, file_claim
from tests.rules.claims.told import ClaimsDesk

PACKED = FACTS["damage"] | {"customer_packed": True, "packing_sound": True}  # half of 800, half of the fee: 406.00
WHY = "包装由客户自理，但运单上注明易碎并加收了费用"


def found(desk: ClaimsDesk, **facts: str) -> None:
    file_claim(desk, "damage")
    desk.report("claim_facts_found", 2, facts=PACKED | facts)


def test_nothing_is_decided_before_the_cause_of_the_damage_is_found(desk: ClaimsDesk) -> None:
    found(desk)
    assert desk.refused("claim_decided", 3, outcome="offer") == ("facts_missing", "/claim_number")


def test_in_principle_it_is_not_paid(desk: ClaimsDesk) -> None:
    found(desk, damage_cause="inner_packing")
    assert desk.refused("claim_decided", 3, outcome="offer")[0] == "nothing_due"
    (refused,) = desk.tell_report("claim_decided", 3, outcome="refuse")
    assert refused.data["exemption"] == "packed_by_customer"


def test_what_the_network_did_is_paid(desk: ClaimsDesk) -> None:
    found(desk, damage_cause="rough_handling")
    (offered,) = desk.tell_report("claim_decided", 3, outcome="offer")
    assert offered.data["amount"] == "406.00"


def test_decided_otherwise_it_needs_a_reason_and_an_exemption_that_holds_in_principle(desk: ClaimsDesk) -> None:
    found(desk, damage_cause="inner_packing")
    assert desk.refused("claim_decided", 3, outcome="offer", in_spite_of="packed_by_customer") == (
        "other_exemption", "/reason",
    )  # fmt: skip
    assert desk.refused("claim_decided", 3, outcome="offer", in_spite_of="force_majeure", reason=WHY) == (
        "other_exemption", "/in_spite_of",
    )  # fmt: skip


def test_decided_otherwise_a_second_person_confirms_it_whatever_the_amount(desk: ClaimsDesk) -> None:
    found(desk, damage_cause="inner_packing")
    (offered,) = desk.tell_report(
        "claim_decided", 3, outcome="offer", in_spite_of="packed_by_customer", reason=WHY, employee="E1"
    )
    assert (offered.data["amount"], offered.data["in_spite_of"]) == ("406.00", "packed_by_customer")
    assert offered.data["reason"] == WHY
    (waits,) = desk.tell_report("claim_agreed", 4, employee="E1")
    assert waits.type == "tousu.claim.confirmation_awaited.v1"
    assert (desk.ledger(), desk.instructions) == ([], [])
    assert desk.refused("amount_confirmed", 5, by="E1", amount="406.00") == ("not_allowed", "/by")
    assert desk.report("amount_confirmed", 6, by="M1", amount="406.00") == ["claim.agreed"]
    assert [one.data["what"] for one in desk.instructions] == ["pay_claimant"]

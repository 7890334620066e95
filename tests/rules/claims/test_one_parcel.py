"""One parcel, one loss: the claims of a piece are held against each other, whatever the order and the causes.

Never more than its value in all; its fee goes back once (issue 12, section 1, number 8; docs/sources.md, section 7, C).
"""

from __future__ import annotations

from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest

from tests.rules.casework import NUMBER
from tests.rules.claims.filed import FACTS, FILE, OTHER, OUTLET, SENDER
from tests.rules.claims.told import WAYBILL, ClaimsDesk, reported, routed, routed_pieces
from tousu.ledger.balance import sums_by_obligation

WORTH = {"insured": False, "real_value": "800.00", "service_fee": "12.00"}
FOUND: dict[str, dict[str, Any]] = {
    "loss": WORTH,
    "delay": WORTH | {"days_late": 5, "weight_kg": "0.5"},  # 250 of 50 a day
    "damage": WORTH | {"proof": "invoice", "share_lost": "0.9", "damage_degree": "damaged"},  # 720 of 800
    "contents_mismatch": WORTH | {"share_lost": "1", "real_loss": "800.00"},
}


def file_all(desk: ClaimsDesk, *causes: str, waybill: str | None = WAYBILL) -> None:
    """A claim of each cause for one piece, with its complete form and what was found; numbered in this order."""
    desk.tell(routed(*causes, waybill=waybill, demand="赔偿"))
    desk.report("claim_filed", 0.5, claim=None, cause=causes[0], claimant=SENDER)
    for cause in causes[1:]:
        desk.report("claim_filed", 0.5, claim=None, cause=cause, claimant=SENDER)
    for number, cause in enumerate(causes, start=1):
        desk.report("outlet_notified", 1, claim=number, outlet=OUTLET, compensated_outlet=OTHER)
        desk.report("claim_evidence_given", 1.5, claim=number, evidence=[{"item": name} for name in FILE])
        desk.report("claim_facts_found", 2, claim=number, facts=FOUND[cause])


def decide(desk: ClaimsDesk, number: int, hours: float) -> str:
    """What a claim is offered and agrees to, or why it gets nothing."""
    desk.take(reported("claim_decided", hours, number, outcome="offer"))
    if desk.claim(number).offer is None:
        assert {one.reason for one in desk.waiting} == {"nothing_due"}
        desk.tell_report("claim_decided", hours + 0.1, claim=number, outcome="refuse")
        return "nothing"
    desk.report("claim_agreed", hours + 0.5, claim=number)
    offer = desk.claim(number).offer
    assert offer is not None
    return str(offer.amount)


def owed_in_all(desk: ClaimsDesk) -> Decimal:
    sums = sums_by_obligation(desk.ledger())
    return sum((each.awarded - each.withdrawn for each in sums.values()), Decimal(0))


@pytest.mark.parametrize("causes", list(permutations(("delay", "damage", "contents_mismatch"))), ids="-".join)
def test_never_more_than_the_value_of_the_piece_and_its_fee_once(desk: ClaimsDesk, causes: tuple[str, ...]) -> None:
    """800.00 and 12.00: three claims ask for 250, 720 and 800 of it, and for the fee each."""
    file_all(desk, *causes)
    for number in (1, 2, 3):
        decide(desk, number, 3 + number)
    assert owed_in_all(desk) == Decimal("812.00")


def test_what_a_delay_got_is_taken_off_the_damage(desk: ClaimsDesk) -> None:
    file_all(desk, "delay", "damage")
    assert decide(desk, 1, 4) == "262.00"  # 5 days x 50, the fee
    (offered,) = desk.tell_report("claim_decided", 5, claim=2, outcome="offer")
    assert offered.data["amount"] == "550.00"  # 800 less 250 is below 720, and the fee is back already
    parts = {part["what"]: part["amount"] for part in offered.data["trace"]["parts"]}
    assert parts == {"compensation": "550.00", "service_fee_by_share": "0.00"}
    assert "fee_refunded" not in offered.data


def test_an_offer_that_stands_counts_before_it_is_agreed(desk: ClaimsDesk) -> None:
    """Two offers of one day are not agreed to twice the value."""
    file_all(desk, "contents_mismatch", "damage")
    desk.report("claim_decided", 4, claim=1, outcome="offer")
    assert decide(desk, 2, 5) == "nothing"
    assert desk.report("claim_agreed", 6, claim=1) == ["claim.agreed"]
    assert owed_in_all(desk) == Decimal("812.00")


def test_why_nothing_is_left_is_said(desk: ClaimsDesk) -> None:
    file_all(desk, "contents_mismatch", "damage")
    decide(desk, 1, 4)
    (refused,) = desk.tell_report("claim_decided", 5, claim=2, outcome="refuse")
    assert (refused.data["reason"], refused.data["trace"]["reason"]) == ("compensated_before", "compensated_before")


def test_a_claim_that_was_withdrawn_leaves_its_share_to_the_others(desk: ClaimsDesk) -> None:
    file_all(desk, "contents_mismatch", "damage")
    decide(desk, 1, 4)
    desk.report("claim_withdrawn", 5, claim=1)
    assert decide(desk, 2, 6) == "730.80"  # 720 and nine tenths of the fee


def test_what_the_piece_is_worth_is_known_for_all_its_claims(desk: ClaimsDesk) -> None:
    """An insured piece is paid before anybody has assessed it; what another claim of it found counts all the same."""
    file_all(desk, "damage", "contents_mismatch")
    insured = {"insured": True, "insured_amount": "700.00"}
    desk.report("claim_facts_found", 3, claim=1, facts=insured | {"share_lost": "1"})
    desk.report("claim_facts_found", 3, claim=2, facts=insured | {"real_value": "600.00"})
    decide(desk, 2, 4)
    assert decide(desk, 1, 5) == "nothing"
    assert owed_in_all(desk) == Decimal("612.00")


def test_claims_of_other_pieces_are_losses_of_their_own(desk: ClaimsDesk) -> None:
    pieces = [{"class": "loss", "waybill_number": "TS77001"}, {"class": "loss", "waybill_number": "TS77002"}]
    desk.tell(routed_pieces(pieces, demand="赔偿", waybill_number="TS77001", pieces=[{"waybill_number": "TS77002"}]))
    for number, piece in ((1, "TS77001"), (2, "TS77002")):
        evidence = [{"item": name} for name in FILE]
        desk.report(
            "claim_filed", 1, claim=None, cause="loss", waybill_number=piece, claimant=SENDER, evidence=evidence
        )
        desk.report("outlet_notified", 1, claim=number, outlet=OUTLET, compensated_outlet=OTHER)
        desk.report("claim_facts_found", 2, claim=number, facts=FACTS["loss"])
        assert decide(desk, number, 3) == "812.00"


def test_a_ruling_goes_above_it_and_leaves_nothing_for_what_is_decided_later(desk: ClaimsDesk) -> None:
    file_all(desk, "contents_mismatch", "damage")
    desk.report("claim_decided", 4, claim=1, outcome="offer")
    desk.report("claim_disputed", 5, claim=1, way="court")
    desk.report("claim_ruled", 6, claim=1, by="court", amount="900.00")
    assert decide(desk, 2, 7) == "nothing"
    assert owed_in_all(desk) == Decimal("900.00")


def test_an_agreement_after_a_ruling_for_another_claim_must_be_decided_anew(desk: ClaimsDesk) -> None:
    file_all(desk, "delay", "damage")
    desk.report("claim_decided", 4, claim=1, outcome="offer")
    desk.report("claim_ruled", 5, claim=2, by="court", amount="800.00")
    assert desk.refused("claim_agreed", 6, claim=1) == ("amount_above_limit", "/amount")


def test_a_late_report_gives_no_claim_more_than_the_others_leave(desk: ClaimsDesk) -> None:
    """Found late that nine tenths were lost, not one: by then the rest has gone to another claim of the piece."""
    file_all(desk, "damage", "contents_mismatch")
    desk.report("claim_facts_found", 2.5, claim=1, facts={"share_lost": "0.1"})
    assert decide(desk, 1, 4) == "81.20"
    assert decide(desk, 2, 5) == "730.80"  # 720 of 800, 10.80 of the fee
    desk.report("claim_facts_found", 3, claim=1, facts={"share_lost": "0.9"})
    assert owed_in_all(desk) == Decimal("812.00")


def test_folded_again_it_comes_to_the_same(desk: ClaimsDesk) -> None:
    """A late report that says nothing new moves no money, whatever became of the other claims since."""
    file_all(desk, "damage", "contents_mismatch")
    decide(desk, 1, 4)
    decide(desk, 2, 5)
    desk.report("claim_withdrawn", 6, claim=2)
    before = desk.ledger()
    assert desk.report("claim_facts_found", 2.7, claim=1, facts={"weight_kg": "1.2"}) == []
    assert desk.ledger() == before


def test_an_amount_in_a_decision_and_in_an_agreement_is_with_the_fee(desk: ClaimsDesk) -> None:
    """Decided by hand: 2,012.00 are 2,000.00 for the goods and the fee; just that may be agreed, by either name."""
    file_all(desk, "damage")
    desk.report("claim_facts_found", 3, facts={"real_value": "3000.00", "share_lost": "1"})
    assert desk.refused("claim_decided", 4, outcome="offer", amount_with_fee="3012.01")[0] == "amount_above_limit"
    assert desk.refused("claim_decided", 4, outcome="offer", amount="50.00", amount_with_fee="60.00") == (
        "other_amount", "/amount",
    )  # fmt: skip
    assert desk.refused("claim_decided", 4, outcome="offer", amount_with_fee="11.99")[0] == "other_amount"
    (offered,) = desk.tell_report("claim_decided", 4, outcome="offer", amount_with_fee="2012.00")
    assert (offered.data["amount"], offered.data["fee_refunded"]) == ("2012.00", "12.00")
    (agreed,) = desk.tell_report("claim_agreed", 5, amount="2012.00")
    assert (agreed.data["amount"], agreed.data["fee_refunded"]) == ("2012.00", "12.00")
    assert str(sums_by_obligation(desk.ledger())[f"{NUMBER}/1/compensation"].awarded) == "2012.00"

"""An amount above the pack's limit needs a second person before anything is owed or paid; below it one is enough."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from tests.rules.casework import NUMBER
from tests.rules.claims.filed import offer_claim
from tests.rules.claims.told import ClaimsDesk, reported
from tousu.policy.pack import Pack, SecondPerson

OFFER = "812.00"
COURT: dict[str, Any] = {"by": "court", "employee": "L1"}


def desk_of(pack: Pack, **amounts: str) -> ClaimsDesk:
    """A desk whose pack asks for a second person above these amounts; a loss is offered 812.00 CNY."""
    assert pack.claims is not None
    limit = SecondPerson(amounts={name: Decimal(text) for name, text in amounts.items()}, section="C 7", set_by="pack")
    desk = ClaimsDesk(replace(pack, claims=replace(pack.claims, second_person_above=limit)))
    offer_claim(desk)
    return desk


def told_to_finance(desk: ClaimsDesk) -> list[tuple[str, str]]:
    return [(one.data["what"], one.data.get("amount", "")) for one in desk.instructions]


@pytest.mark.parametrize("limit", ["812", "812.00", "900"])
def test_up_to_the_limit_one_person_is_enough(pack: Pack, limit: str) -> None:
    desk = desk_of(pack, CNY=limit)
    assert desk.report("claim_agreed", 5, employee="E1") == ["claim.agreed"]
    assert told_to_finance(desk) == [("pay_claimant", OFFER)]


def test_above_it_nothing_is_owed_and_finance_hears_nothing_until_another_person_confirms(pack: Pack) -> None:
    desk = desk_of(pack, CNY="811.99")
    (waits,) = desk.tell_report("claim_agreed", 5, employee="E1")
    assert waits.type == "tousu.claim.confirmation_awaited.v1"
    assert (waits.data["amount"], waits.data["what"], waits.data["confirmations_missing"]) == (OFFER, "agreed", 1)
    assert (desk.ledger(), told_to_finance(desk), desk.claim().stage) == ([], [], "offered")
    assert desk.report("amount_confirmed", 6, by="M1", amount=OFFER) == ["claim.agreed"]
    assert told_to_finance(desk) == [("pay_claimant", OFFER)]
    assert [(each.movement, str(each.amount)) for each in desk.ledger()] == [("awarded", OFFER)]
    assert desk.claim().awaiting is None
    assert desk.report("payment_confirmed", 7, payment_id="P-1", amount=OFFER)[-1] == "claim.closed"


def test_the_first_person_confirms_nothing(pack: Pack) -> None:
    desk = desk_of(pack, CNY="500")
    desk.report("claim_agreed", 5, employee="E1")
    assert desk.refused("amount_confirmed", 6, by="E1", amount=OFFER) == ("not_allowed", "/by")
    assert desk.ledger() == []


def test_nor_does_who_made_the_offer(pack: Pack) -> None:
    desk = desk_of(pack, CNY="500")
    desk.report("claim_decided", 4.5, outcome="offer", employee="E9")
    desk.report("claim_agreed", 5, employee="E1")
    assert desk.refused("amount_confirmed", 6, by="E9", amount=OFFER) == ("not_allowed", "/by")
    assert desk.report("amount_confirmed", 6, by="M1", amount=OFFER) == ["claim.agreed"]


def test_where_nobody_said_who_reported_it_two_persons_confirm(pack: Pack) -> None:
    desk = desk_of(pack, CNY="500")
    (waits,) = desk.tell_report("claim_agreed", 5)
    assert waits.data["confirmations_missing"] == 2
    (still,) = desk.tell_report("amount_confirmed", 6, by="M1", amount=OFFER)
    assert (still.type, still.data["confirmations_missing"]) == ("tousu.claim.confirmation_awaited.v1", 1)
    assert desk.refused("amount_confirmed", 7, by="M1", amount=OFFER) == ("not_allowed", "/by")
    assert desk.ledger() == []
    assert desk.report("amount_confirmed", 8, by="M2", amount=OFFER) == ["claim.agreed"]


@pytest.mark.parametrize("other", [{"amount": "811.00"}, {"currency": "HKD"}])
def test_another_amount_is_not_confirmed(pack: Pack, other: dict[str, Any]) -> None:
    desk = desk_of(pack, CNY="500")
    desk.report("claim_agreed", 5, employee="E1")
    said: dict[str, Any] = {"by": "M1", "amount": OFFER} | other
    assert desk.refused("amount_confirmed", 6, **said) == ("other_amount", "/amount")


def test_where_nothing_waits_there_is_nothing_to_confirm(pack: Pack) -> None:
    desk = desk_of(pack, CNY="900")
    assert desk.refused("amount_confirmed", 5, by="M1", amount=OFFER) == ("illegal_transition", "type")
    desk.report("claim_agreed", 6, employee="E1")
    assert desk.refused("amount_confirmed", 7, by="M1", amount=OFFER) == ("illegal_transition", "type")


def test_a_ruling_above_the_limit_waits_and_what_was_owed_before_stands(pack: Pack) -> None:
    desk = desk_of(pack, CNY="900")
    desk.report("claim_agreed", 5, employee="E1")
    (waits,) = desk.tell_report("claim_ruled", 6, amount="999999999999.99", **COURT)
    assert waits.data["what"] == "ruled"
    assert told_to_finance(desk) == []
    assert [str(each.amount) for each in desk.ledger()] == [OFFER]
    (ruled,) = desk.tell_report("amount_confirmed", 7, by="M1", amount="999999999999.99")
    assert (ruled.type, ruled.data["by"]) == ("tousu.claim.ruled.v1", "court")
    assert told_to_finance(desk) == [("cancel", ""), ("pay_claimant", "999999999999.99")]


def test_a_currency_that_the_pack_does_not_name_needs_a_second_person_for_any_amount(pack: Pack) -> None:
    desk = desk_of(pack, CNY="900")
    (waits,) = desk.tell_report("claim_ruled", 5, amount="1.00", currency="HKD", **COURT)
    assert (waits.type, waits.data["currency"]) == ("tousu.claim.confirmation_awaited.v1", "HKD")


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("claim_disputed", {"way": "court"}),
        ("claim_withdrawn", {}),
        ("claim_decided", {"outcome": "offer"}),
        ("claim_ruled", {"amount": "400.00", **COURT}),
    ],
)
def test_what_is_overtaken_waits_no_more(pack: Pack, what: str, said: dict[str, Any]) -> None:
    desk = desk_of(pack, CNY="500")
    desk.report("claim_agreed", 5, employee="E1")
    desk.report(what, 6, **said)
    assert desk.claim().awaiting is None
    assert desk.refused("amount_confirmed", 7, by="M1", amount=OFFER)[0] == "illegal_transition"


def test_a_case_that_is_withdrawn_ends_what_waits(pack: Pack) -> None:
    desk = desk_of(pack, CNY="500")
    desk.report("claim_agreed", 5, employee="E1")
    desk.tell(reported("withdrawn", 6, None, reason="it came"))
    assert (desk.claim().state, desk.claim().awaiting) == ("closed", None)
    assert desk.ledger() == []


def test_without_a_limit_one_persons_word_is_enough(desk: ClaimsDesk) -> None:
    offer_claim(desk)
    desk.report("claim_ruled", 5, amount="999999999999.99", by="court")
    assert told_to_finance(desk) == [("pay_claimant", "999999999999.99")]
    assert desk.claim().number == f"{NUMBER}/1"

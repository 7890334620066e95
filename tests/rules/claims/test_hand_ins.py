"""A file is handed in and given back, three times at most; what it lacks is told once and whole (source C, section 7).

START is Monday, 2 March 2026, 10:00 in Shanghai. Broken input first.
"""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from tests.rules.casework import NUMBER, START, kinds_of
from tests.rules.claims.filed import FACTS, FILE, SENDER
from tests.rules.claims.told import WAYBILL, ClaimsDesk, reported, routed
from tousu.event import text_of_time

DAY = 24
FORM: dict[str, Any] = {"cause": "damage", "waybill_number": WAYBILL, "claimant": SENDER}


def items(*names: str) -> list[dict[str, str]]:
    return [{"item": name} for name in names]


def filed(desk: ClaimsDesk, *names: str, hours: float = 1, **more: Any) -> list[Any]:
    """A complaint about a damage, and a form with these items."""
    desk.tell(routed("damage", route="domestic", **more))
    return desk.tell_report("claim_filed", hours, claim=None, **FORM, evidence=items("waybill_image", *names))


def offer(desk: ClaimsDesk) -> tuple[str, str]:
    clock = next(clock for clock in desk.claim().clocks if clock.name == "offer_domestic")
    return clock.status, text_of_time(clock.due_at) if clock.due_at is not None else ""


# --- what is given back


@pytest.mark.parametrize("item", ["negotiation_notice", "investigation_record"])
def test_what_the_company_puts_in_gives_nothing_back(desk: ClaimsDesk, item: str) -> None:
    filed(desk)
    for hours in range(2, 8):
        assert desk.report("claim_evidence_given", hours, evidence=items(item), handed_in=True) == []
    assert (desk.claim().state, desk.claim().returns) == ("open", 1)


def test_single_files_build_one_hand_in(desk: ClaimsDesk) -> None:
    """Sent one by one from a telephone, they are no four files that came incomplete."""
    filed(desk)
    for hours, name in enumerate(("complete_form", "claim_letter", "waybill_image", "waybill_image"), 2):
        assert desk.report("claim_evidence_given", hours, evidence=items(name)) == []
    assert desk.claim().returns == 1
    assert desk.report("claim_evidence_given", 9, evidence=items("damage_photos")) == ["claim.file_completed"]


def test_handed_in_again_it_is_given_back_with_what_it_still_lacks(desk: ClaimsDesk) -> None:
    filed(desk)
    desk.report("claim_evidence_given", 2, evidence=items("complete_form"))
    (back,) = desk.tell_report("claim_evidence_given", 3, evidence=items("claim_letter"), handed_in=True)
    assert (back.data["returns"], back.data["evidence_missing"]) == (2, ["damage_photos"])


def test_closed_for_missing_materials_it_names_them(desk: ClaimsDesk) -> None:
    filed(desk)
    for hours in (2, 3, 4):
        told = desk.tell_report("claim_filed", hours, claim=None, **FORM, evidence=items("complete_form"))
    assert desk.claim().reason == "materials_missing"
    assert told[-1].data["evidence_missing"] == ["claim_letter", "damage_photos"]
    assert told[-1].data["company_evidence_missing"] == ["negotiation_notice"]
    assert "real_value" in told[-1].data["facts_missing"]


# --- told once and whole


def test_the_first_answer_names_everything_that_the_rules_will_ask_for(desk: ClaimsDesk) -> None:
    told, back = filed(desk)
    for one in (told, back):
        assert one.data["evidence_missing"] == ["complete_form", "claim_letter", "damage_photos"]
        assert one.data["company_evidence_missing"] == ["negotiation_notice"]
        assert one.data["evidence_depending"] == [{"item": "price_evidence", "fact": "ecommerce_goods"}]
        assert set(one.data["facts_missing"]) == {
            "insured", "insured_amount", "share_lost", "real_value", "proof", "damage_degree", "real_loss",
            "goods_kind", "service_fee",
        }  # fmt: skip


@pytest.mark.parametrize("cause", ["loss", "delay", "damage", "contents_mismatch"])
def test_whoever_gives_all_that_was_named_is_asked_for_nothing_more(desk: ClaimsDesk, cause: str) -> None:
    """The facts of each cause stand in FACTS; beside them nothing is asked before the offer."""
    desk.tell(routed(cause, demand="赔偿"))
    form = {"cause": cause, "waybill_number": WAYBILL, "claimant": SENDER}
    told, *_ = desk.tell_report("claim_filed", 1, claim=None, **form, evidence=items("waybill_image"))
    assert set(FACTS[cause]) <= set(told.data["facts_missing"])
    given = [*told.data["evidence_missing"], *told.data["company_evidence_missing"]]
    given += [one["item"] for one in told.data["evidence_depending"]]
    desk.report("claim_evidence_given", 2, evidence=items(*given))
    desk.report("claim_facts_found", 3, facts=FACTS[cause] | {"ecommerce_goods": True, "mis_sorted": True})
    assert desk.report("claim_decided", 4, outcome="offer") == ["claim.offered"]


def test_a_fact_that_asks_for_more_is_told_and_is_no_return(desk: ClaimsDesk) -> None:
    filed(desk, *FILE[1:])
    (more,) = desk.tell_report("claim_facts_found", 2, facts={"ecommerce_goods": True})
    assert (more.data["evidence_missing"], more.data["returns"], more.data["returns_left"]) == (
        ["price_evidence"],
        0,
        3,
    )
    assert desk.report("claim_facts_found", 3, facts={"ecommerce_goods": False}) == ["claim.file_completed"]


def test_when_a_delay_becomes_a_loss_the_letter_is_asked_for(desk: ClaimsDesk) -> None:
    desk.tell(routed("delay", demand="赔偿", route="domestic", promised_at=text_of_time(START)))
    form = {"cause": "delay", "waybill_number": WAYBILL, "claimant": SENDER}
    desk.report("claim_filed", 1, claim=None, **form, evidence=items("waybill_image", "complete_form"))
    told = desk.pass_time(days=11)
    assert kinds_of(told) == ["claim.closed", "claim.opened", "claim.file_incomplete"]
    assert told[-1].data["claim_number"] == f"{NUMBER}/2"
    assert (told[-1].data["evidence_missing"], told[-1].data["returns"]) == (["claim_letter"], 0)
    assert told[-1].data["company_evidence_missing"] == ["negotiation_notice"]


# --- the offer's days stand still while the file is incomplete


STEPS: dict[str, tuple[str, dict[str, Any]]] = {
    "form": ("claim_filed", {**FORM, "evidence": items(*FILE[:3])}),
    "answer": ("claim_form_answered", {}),
    "photos": ("claim_evidence_given", {"evidence": items(FILE[3])}),
}


def test_answered_before_it_is_complete_none_of_the_thirty_days_is_used(desk: ClaimsDesk) -> None:
    """Answered on 2 March, completed on 12 March at 10:00: the thirty days begin then."""
    filed(desk, *FILE[1:3])
    desk.report("claim_form_answered", 2)
    assert offer(desk)[0] == "paused"
    assert desk.pass_time(days=8) == []
    desk.report("claim_evidence_given", DAY * 10, evidence=items(FILE[3]))
    assert offer(desk) == ("running", text_of_time(START.replace(month=4, day=11)))


@pytest.mark.parametrize("order", list(permutations(("form", "answer", "photos"))), ids="-".join)
def test_in_every_order_of_telling_the_days_are_the_same(desk: ClaimsDesk, order: tuple[str, ...]) -> None:
    """The form came at 1 h, it was answered at 20 h (3 March, 06:00 in Shanghai), the photos came at 96 h."""
    happened = {"form": 1, "answer": 20, "photos": 96}
    desk.tell(routed("damage", route="domestic"))
    for place, name in enumerate(order):
        what, said = STEPS[name]
        number = None if name == "form" else 1
        desk.take(reported(what, happened[name], number, **said), START.replace(day=7, hour=2 + place))
    # the thirty days begin with 4 March; two days and ten hours of them stood still, until 6 March, 10:00
    assert offer(desk) == ("running", "2026-04-05T02:00:00Z")
    assert desk.waiting == ()

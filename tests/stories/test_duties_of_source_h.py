"""What source H asks of a courier company beside its limits: who is paid, who goes first, whose duty a thing is.

Each story quotes the words of the source that it shows, or the section that the digest names.
"""

from __future__ import annotations

import pytest

from tests.stories.packed import Story

CLAIM = {"claim_number": "/1"}
PROOF = [{"item": "evidence_of_loss"}]


def time(text: str) -> str:
    """A time of 2026 in Beijing as a report says it."""
    day, clock = text.split()
    return f"2026-{day}T{clock}:00+08:00"


def suffered(role: str, class_name: str, cause: str, **facts: str) -> Story:
    """A customer in this role complains and claims; the loss is found out."""
    story = Story("courier-handbook")
    complainant = {"phone": "19900000042", "role": role}
    said = {"demand": "要求赔偿", "class": class_name}
    story.complains("03-02 09:00", "等了四天还没到，也没有人管。", complainant=complainant, **said)
    story.reports("claim_filed", "03-02 10:00", cause=cause, claimant={"role": role}, evidence=PROOF)
    story.reports("claim_facts_found", "03-03 09:00", **CLAIM, facts=facts)
    return story


# -- 6.2.2 直接向客户支付: the customer who waited or was insulted ----------------


@pytest.mark.parametrize("role", ["sender", "recipient"])
@pytest.mark.parametrize(("class_name", "cause"), [("delay", "delay"), ("attitude", "poor_service")])
def test_compensation_goes_to_the_customer_who_waited_or_was_insulted(role: str, class_name: str, cause: str) -> None:
    story = suffered(role, class_name, cause, real_loss="80.00")
    story.reports("claim_decided", "03-03 10:00", **CLAIM, outcome="offer", amount="80.00")
    story.reports("claim_agreed", "03-03 11:00", **CLAIM)
    told = story.told("03-04 00:00")
    assert told.refusals == []
    assert told.claim().one("opened")["payee_role"] == role
    (instruction,) = told.of_type("instruction.issued")
    assert (instruction["to"], instruction["what"], instruction["amount"]) == ("finance", "pay_claimant", "80.00")
    assert instruction["payee"] == {"role": role}


def test_whoever_is_no_customer_is_not_paid_in_their_place() -> None:
    story = suffered("recipient", "delay", "delay", real_loss="80.00")
    stranger = {"role": "other"}
    story.reports("claim_filed", "03-03 09:30", cause="loss", claimant=stranger, evidence=PROOF)
    told = story.told("03-04 00:00")
    assert told.refusals == ["payee_not_entitled"]
    assert [data["cause"] for data in told.of_type("claim.opened")] == ["delay"]


# -- 6.2.1: the amount is the loss, whatever the trouble was ----------------

TROUBLES = [
    ("delay", "delay"),
    ("damage", "damage"),
    ("loss", "loss"),
    ("attitude", "poor_service"),
    ("overcharging", "price"),
    ("price_fraud", "price"),
    ("data_leak", "information_security"),
    ("malicious_operation", "information_security"),
    ("contract_dispute", "contract"),
]


@pytest.mark.parametrize(("class_name", "cause"), TROUBLES)
def test_the_amount_is_the_loss_for_every_class(class_name: str, cause: str) -> None:
    story = suffered("recipient", class_name, cause, real_loss="126.50")
    story.reports("claim_decided", "03-03 10:00", **CLAIM, outcome="offer", amount="126.51")
    story.reports("claim_decided", "03-03 11:00", **CLAIM, outcome="offer")
    told = story.told("03-04 00:00")
    assert told.refusals == ["amount_above_limit"]
    claim = told.claim()
    assert (claim.one("opened")["cause"], claim.one("offered")["amount"]) == (cause, "126.50")
    assert claim.one("offered")["section"] == "H 7"


@pytest.mark.parametrize("class_name", ["attitude", "overcharging", "data_leak", "contract_dispute"])
def test_without_a_demand_no_money_is_due_for_what_an_apology_can_mend(class_name: str) -> None:
    story = Story("courier-handbook")
    story.complains("03-02 09:00", "希望以后注意。", **{"class": class_name})
    assert story.told("03-04 00:00").of_type("claim.opened") == []


def test_nothing_is_offered_before_the_loss_is_known() -> None:
    story = Story("courier-handbook")
    story.complains("03-02 09:00", "我的电话被卖给了推销的。", demand="要求赔偿", **{"class": "data_leak"})
    story.reports(
        "claim_filed", "03-02 10:00", cause="information_security", claimant={"role": "sender"}, evidence=PROOF
    )
    story.reports("claim_decided", "03-03 10:00", **CLAIM, outcome="offer", amount="50.00")
    told = story.told("03-10 00:00")
    assert (told.refusals, "offered" in told.claim().steps) == (["facts_missing"], False)

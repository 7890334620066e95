"""What source H asks of a courier company beside its limits: who is paid, who goes first, whose duty a thing is.

Each story quotes the words of the source that it shows, or the section that the digest names.
"""

from __future__ import annotations

from datetime import UTC
from typing import Any

import pytest

from tests.stories.packed import Story, StoryTold
from tousu.report.figures import Question, report
from tousu.report.fold import TYPES, Fold

CLAIM = {"claim_number": "/1"}
PROOF = [{"item": "evidence_of_loss"}]


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
    assert told.refusals == [], "a fact that is told later may make it right"
    assert story.told("03-12 00:00").refusals == ["amount_above_limit"], "and none came"
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


# -- 6.2.2: goods, a service, something else is given as that, by whoever gives it ----------------


def agreed_in_kind(kind: str) -> Story:
    """A loss of 60 is made good by something of that worth."""
    story = suffered("recipient", "delay", "delay", real_loss="60.00")
    story.reports("claim_decided", "03-03 10:00", **CLAIM, outcome="offer", kind=kind, amount="60.00")
    story.reports("claim_agreed", "03-03 11:00", **CLAIM)
    return story


@pytest.mark.parametrize("kind", ["goods", "service", "other"])
def test_what_is_no_cash_is_instructed_to_whoever_gives_it_as_that(kind: str) -> None:
    story = agreed_in_kind(kind)
    story.reports("compensation_given", "03-04 09:00", **CLAIM, department="business", receipt="V-1")
    told = story.told("03-05 00:00")
    (instruction,) = told.of_type("instruction.issued")
    assert (instruction["to"], instruction["department"]) == ("department", "business")
    assert (instruction["what"], instruction["kind"], instruction["amount"]) == ("give_compensation", kind, "60.00")
    assert instruction["payee"] == {"role": "recipient"}
    assert told.claim().one("closed")["reason"] == "paid"
    assert told.claim().booked == [("compensation", "awarded", "60.00"), ("compensation", "paid", "60.00")]
    assert told.refusals == []


def test_one_gift_makes_good_one_claim() -> None:
    story = agreed_in_kind("goods")
    second = {"claim_number": "/2"}
    rude = {"cause": "poor_service", "claimant": {"role": "recipient"}, "evidence": PROOF}
    story.reports("claim_filed", "03-03 12:00", **rude)
    story.reports("claim_facts_found", "03-03 13:00", **second, facts={"real_loss": "60.00"})
    story.reports("claim_decided", "03-03 14:00", **second, outcome="offer", kind="goods", amount="60.00")
    story.reports("claim_agreed", "03-03 15:00", **second)
    for number in ("/1", "/2"):
        story.reports("compensation_given", "03-04 09:00", claim_number=number, department="business", receipt="V-1")
    told = story.told("03-05 00:00")
    assert told.refusals == ["exists_with_different_content"]
    assert told.claim(1).one("closed")["reason"] == "paid"
    assert "closed" not in told.claim(2).steps


def test_cash_for_what_was_to_be_given_otherwise_is_a_question() -> None:
    story = agreed_in_kind("goods")
    story.reports("payment_confirmed", "03-04 09:00", **CLAIM, payment_id="P-1", amount="60.00")
    told = story.told("03-05 00:00")
    (question,) = told.of_type("claim.payment_questioned")
    assert (question["reason"], "goods is owed, no cash" in question["message"]) == ("not_owed", True)
    assert told.claim().booked == [("compensation", "awarded", "60.00")]


def test_cash_is_not_given_by_a_department() -> None:
    story = agreed_in_kind("cash")
    story.reports("compensation_given", "03-04 09:00", **CLAIM, department="business", receipt="V-1")
    told = story.told("03-10 00:00")
    assert told.refusals == ["illegal_transition"]
    assert [(one["to"], one["what"]) for one in told.of_type("instruction.issued")] == [("finance", "pay_claimant")]


def test_agreed_on_something_else_after_all_the_first_one_no_longer_gives_it() -> None:
    """A court rules that it is paid in cash, the same amount."""
    story = suffered("recipient", "delay", "delay", real_loss="60.00")
    story.reports("claim_decided", "03-03 10:00", **CLAIM, outcome="offer", amount="60.00")
    story.reports("claim_agreed", "03-03 12:00", **CLAIM, kind="goods")
    story.reports("claim_ruled", "03-04 09:00", **CLAIM, by="court", amount="60.00")
    told = story.told("03-05 00:00")
    told_so = [(one["to"], one["what"]) for one in told.of_type("instruction.issued")]
    assert told_so == [
        ("department", "give_compensation"), ("department", "cancel"), ("finance", "pay_claimant"),
    ]  # fmt: skip
    assert told.books.faults() == []


@pytest.mark.parametrize("kind", ["", "a_lottery_ticket"])
def test_a_kind_that_is_none_moves_no_claim(kind: str) -> None:
    story = suffered("recipient", "delay", "delay", real_loss="60.00")
    story.reports("claim_decided", "03-03 10:00", **CLAIM, outcome="offer", amount="60.00")
    story.reports("claim_agreed", "03-03 12:00", **CLAIM, kind=kind)
    told = story.told("03-05 00:00")
    assert (told.refusals, told.of_type("instruction.issued")) == (["wrong_schema"], [])


# -- after the payment: the follow-up call about satisfaction ----------------


@pytest.mark.parametrize(
    ("called", "word", "at"),
    [("03-06 15:00", "met", "2026-03-06T07:00:00Z"), ("03-10 09:00", "breached", "2026-03-09T16:00:00Z")],
)
def test_after_the_payment_the_customer_is_called(called: str, word: str, at: str) -> None:
    """Paid on Wednesday, 4 March; the pack gives three working days, Thursday, Friday and Monday."""
    story = agreed_in_kind("cash")
    story.reports("payment_confirmed", "03-04 09:00", **CLAIM, payment_id="P-1", amount="60.00")
    story.reports("claim_followed_up", called, **CLAIM, rating="satisfied")
    told = story.told("03-12 00:00")
    (data,) = [data for data in told.of_type(f"clock.{word}") if data["clock"] == "payment_follow_up"]
    assert (data["at"], data["departments"]) == (at, ["customer_service"])
    assert told.refusals == []


def test_a_visit_about_the_payment_that_names_no_claim_is_the_call() -> None:
    story = agreed_in_kind("cash")
    story.reports("customer_answered", "03-03 12:00", department="business", settled=True, text="已协商")
    story.reports("payment_confirmed", "03-04 09:00", **CLAIM, payment_id="P-1", amount="60.00")
    story.reports("followed_up", "03-05 15:00", kind="payment_visit", rating="satisfied")
    told = story.told("03-12 00:00")
    assert [data["at"] for data in told.of_type("clock.met") if data["clock"] == "payment_follow_up"] == [
        "2026-03-05T07:00:00Z"
    ]


def test_who_is_not_paid_is_not_called_about_a_payment() -> None:
    story = agreed_in_kind("cash")
    story.reports("claim_withdrawn", "03-04 09:00", **CLAIM, reason="不再追究")
    started = [data["clock"] for data in story.told("03-12 00:00").of_type("clock.started")]
    assert "payment_follow_up" not in started


# -- 4: the first judgement is the receiving department's ----------------


def test_the_first_review_is_the_duty_of_the_department_that_received_it() -> None:
    story = Story("courier-handbook")
    story.complains("03-02 09:00", "等了四天还没到。", **{"class": "delay"})
    events = story.told("03-02 12:00")
    assert events.of_type("complaint.routed")[0]["departments"] == ["business"]
    (breached,) = events.of_type("clock.breached")
    assert (breached["clock"], breached["departments"]) == ("first_review", ["customer_service"])
    (escalated,) = events.of_type("case.escalated")
    assert escalated["departments"] == ["customer_service"]
    (resolution,) = [one for one in events.of_type("clock.started") if one["clock"] == "resolution"]
    assert resolution["departments"] == ["business"]


def by_employee(events: list[dict[str, Any]]) -> dict[str, int]:
    """The breaches of March by employee, as a report tells them."""
    fold = Fold()
    for event in events:
        if event["type"] in TYPES and event["source"] in ("tousu/router", "tousu/sla"):
            fold.take(event)
    result = report(fold, Question("month", UTC, by=("employee",)))
    return {row.group[0]: row.tally.breaches for row in result.rows if row.group is not None}


def test_its_breach_is_of_whoever_was_asked_first_not_of_whoever_answered() -> None:
    """9.2.1 by employee: E10023 took the call and did nothing; E200 of the business department settled it in time."""
    story = Story("courier-handbook")
    story.complains("03-02 09:00", "等了四天还没到。", first_asked="E10023", **{"class": "delay"})
    story.reports(
        "customer_answered", "03-03 10:00", department="business", employee="E200", settled=True, text="已送达"
    )
    assert by_employee(story.run("03-05 00:00")) == {"E10023": 1, "E200": 0}


# -- 4: quality management mediates, and answers for nothing meanwhile ----------------


def disputed() -> Story:
    """The business department says at once that it was the carrier's driver; quality management mediates."""
    story = Story("courier-handbook")
    story.complains("03-02 09:00", "等了四天还没到。", **{"class": "delay"})
    story.reports("acknowledged", "03-02 09:20", department="customer_service", employee="E10023")
    story.reports("disputed", "03-02 10:00", department="business", reason="外包司机")
    return story


def charged(told: StoryTold) -> list[tuple[str, str]]:
    """Against whom anything is held at the end."""
    last = {(one["party"]["kind"], one["party"]["id"]): one["grounds"] for one in told.of_type("charge.laid")}
    return sorted(party for party, grounds in last.items() if grounds)


def test_the_mediator_is_charged_with_nothing_and_late_with_nothing() -> None:
    told = disputed().told("03-06 00:00")
    (moved,) = told.of_type("case.passed_on")
    assert moved["to_departments"] == ["quality_management"]
    assert charged(told) == [("department", "business")]
    assert [one["departments"] for one in told.of_type("clock.breached")] == [["business"]]
    assert {name for one in told.of_type("case.escalated") for name in one["departments"]} == {"business"}


def test_mediated_it_is_a_partners_and_a_partner_is_no_department() -> None:
    story = disputed()
    settled = {"responsible": {"partner": "transport_partner"}, "by": "mediation"}
    story.reports("responsibility_settled", "03-03 15:00", department="quality_management", **settled)
    told = story.told("03-06 00:00")
    assert charged(told) == [("partner", "transport_partner")]
    assert [one["departments"] for one in told.of_type("clock.breached")] == [["transport_partner"]]
    assert told.refusals == []


@pytest.mark.parametrize("partner", ["", "business", "a_shop"])
def test_who_is_no_partner_of_the_pack_is_not_named_as_one(partner: str) -> None:
    story = disputed()
    settled = {"responsible": {"partner": partner}, "by": "mediation"}
    story.reports("responsibility_settled", "03-03 15:00", department="quality_management", **settled)
    told = story.told("03-04 00:00")
    assert told.refusals == (["unknown_department"] if partner else [])  # what says nothing goes
    assert charged(told) == [("department", "business")]


# -- 2.2.3, 2.3.3: dissatisfied after the handling goes first ----------------


@pytest.mark.parametrize(
    ("said", "priority"),
    [
        ({"rating": "dissatisfied"}, "first"),
        ({"rating": "neutral"}, "next"),
        ({"rating": "satisfied"}, "normal"),
        ({"score": 1}, "first"),
        ({"score": 3}, "next"),
        ({"score": 5}, "normal"),
    ],
)
def test_dissatisfied_after_the_handling_goes_first(said: dict[str, Any], priority: str) -> None:
    story = Story("courier-handbook")
    story.complains("03-02 09:00", "等了四天还没到。", **{"class": "delay"})
    story.reports("customer_answered", "03-03 10:00", department="business", settled=False, text="今天派送")
    story.reports("satisfaction_given", "03-03 11:00", **said)
    told = story.told("03-03 12:00")
    routed = told.of_type("complaint.routed")
    assert (routed[0]["priority"], routed[-1]["priority"]) == ("normal", priority)
    assert told.refusals == []


def test_it_goes_first_also_where_it_is_taken_up_again_and_no_longer_once_it_is_content() -> None:
    story = Story("courier-handbook")
    story.complains("03-02 09:00", "等了四天还没到。", **{"class": "delay"})
    story.reports("customer_answered", "03-03 10:00", department="business", settled=True, text="已送达")
    story.reports("satisfaction_given", "03-03 11:00", rating="dissatisfied")
    story.reports("reopened", "03-04 09:00", reason="客户不满意")
    story.reports("followed_up", "03-05 11:00", kind="revisit", rating="satisfied")
    told = story.told("03-05 12:00")
    assert [one["priority"] for one in told.of_type("complaint.routed")] == ["normal", "first", "normal"]
    assert told.refusals == []


# -- 6.2.2 按时: a time agreed for the payment counts ----------------


@pytest.mark.parametrize("kind", ["cash", "goods"])
def test_a_time_agreed_for_the_payment_is_its_limit(kind: str) -> None:
    story = suffered("recipient", "delay", "delay", real_loss="60.00")
    story.reports("claim_decided", "03-03 10:00", **CLAIM, outcome="offer", kind=kind)
    story.reports("claim_agreed", "03-03 11:00", **CLAIM, pay_by="2026-03-05T12:00:00+08:00")
    told = story.told("03-06 00:00")
    (started,) = [one for one in told.of_type("clock.started") if one["clock"] == "payment"]
    assert started["due_at"] == "2026-03-05T04:00:00Z"
    (instruction,) = told.of_type("instruction.issued")
    assert instruction["due_at"] == "2026-03-05T04:00:00Z"
    assert "payment" in told.claim().clocks("breached")

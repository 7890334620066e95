"""Claims from the form to the payment, through the whole pipeline, in the words of docs/sources.md, section 7 (C).

Amounts are yuan. Monday, 2 March 2026 is the first day of each story; March has no holidays.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.stories.packed import Story, StoryTold, of_type

SENDER = {"role": "sender"}
ITEMS = ("waybill_image", "complete_form", "claim_letter", "damage_photos")
FILE = [{"item": name} for name in ITEMS]
LOST: dict[str, Any] = {"insured": False, "real_value": "640.00", "service_fee": "12.00"}
BROKEN: dict[str, Any] = {
    "insured": False, "proof": "invoice", "damage_degree": "damaged", "share_lost": "0.25", "real_value": "800.00",
    "service_fee": "20.00",
}  # fmt: skip
LATE: dict[str, Any] = {"days_late": 3, "weight_kg": "1.0", "real_value": "900.00", "service_fee": "12.00"}


def report(story: Story, what: str, when: str, claim: int = 1, **said: Any) -> None:
    """What a desk reports of a claim of the case."""
    story.reports(what, when, claim_number=f"/{claim}", **said)


def offered(story: Story, facts: dict[str, Any], claim: int = 1, day: str = "03-03", at: str = "09") -> None:
    """What was found out; the claimant answered, and offered what the table gives, within an hour."""
    report(story, "claim_facts_found", f"{day} {at}:00", claim, facts=facts)
    report(story, "claim_form_answered", f"{day} {at}:30", claim)
    report(story, "claim_decided", f"{day} {at}:40", claim, outcome="offer")


def complained(cause: str, **said: Any) -> Story:
    """A complaint about one piece on 2 March at 9, and the form for it at 9:30, its file complete."""
    story = Story("courier-network")
    story.complains("03-02 09:00", "请按标准赔偿。", route="domestic", demand="赔偿", **{"class": cause, **said})
    story.reports("claim_filed", "03-02 09:30", cause=cause, claimant=SENDER, evidence=FILE)
    return story


def balanced(told: StoryTold) -> bool:
    """Whether awarded = paid + outstanding + withdrawn, entry by entry."""
    return told.books.faults() == []


# --- filed without a complaint --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("claim", "reason"),
    [
        ({"claimed_amount": "0"}, "amount_not_positive"),
        ({"claimant": {"role": "recipient"}}, "payee_not_entitled"),
        ({"evidence": [{"item": "holiday_photos"}]}, "unknown_evidence"),
        ({"evidence": [{"item": "waybill_image", "waybill_number": "YT7700000000042"}]}, "evidence_of_another_piece"),
        ({"claimed_amount": "-5.00"}, "wrong_schema"),
        ({"claimed_amount": 5}, "wrong_schema"),
        ({"currency": "yuan"}, "wrong_schema"),
    ],
)
def test_a_claim_that_cannot_be_right_is_refused_with_its_reason_and_nothing_is_owed(
    claim: dict[str, Any], reason: str
) -> None:
    story = Story("courier-network")
    story.files("03-02 09:00", {"cause": "loss", "claimant": SENDER, "evidence": FILE} | claim)
    events = story.run("03-03 00:00")
    at_the_gate = [event["reason"] for event in events if event["type"] == "tousu.event.rejected.v1"]
    by_claims = [data["reason"] for data in of_type(events, "claim.form_refused")]
    assert at_the_gate + by_claims == [reason]
    assert of_type(events, "claim.filed") == [] and of_type(events, "instruction.issued") == []


def test_a_claim_filed_without_a_complaint_goes_the_whole_way_to_its_payment() -> None:
    """Lost, not insured: 1,000 a piece, the real value of 640 is lower; service fee of 12 back: 652."""
    story = Story("courier-network")
    claim = {"cause": "loss", "claimant": SENDER, "claimed_amount": "700.00", "evidence": FILE[:2]}
    story.files("03-02 09:00", claim, route="domestic")
    report(story, "claim_evidence_given", "03-02 15:00", evidence=FILE[2:3])  # the letter was missing: sent back once
    report(story, "outlet_notified", "03-02 16:00", outlet="HZ-017")
    offered(story, LOST, at="08")
    report(story, "claim_agreed", "03-03 11:00")
    report(story, "payment_confirmed", "03-05 09:00", payment_id="P-1", amount="652.10")  # a slip of the pen
    report(story, "payment_confirmed", "03-05 10:00", payment_id="P-2", amount="652.00")
    report(story, "payment_confirmed", "03-05 10:05", payment_id="P-2", amount="652.00")  # finance was not sure
    told = story.told("03-20 00:00")
    assert told.of_type("claim.routed") != [] and told.of_type("complaint.routed") == []
    assert told.claim().steps == [
        "opened", "filed", "file_incomplete", "file_completed", "outlet_notified", "answered", "offered", "agreed",
        "payment_questioned", "paid", "closed", "payment_questioned",
    ]  # fmt: skip
    assert [data["reason"] for data in told.of_type("claim.payment_questioned")] == ["other_amount", "already_booked"]
    assert told.claim().parts() == [("compensation", "640.00"), ("service_fee", "12.00")]
    assert told.claim().booked == [("compensation", "awarded", "652.00"), ("compensation", "paid", "652.00")]
    (instruction,) = told.of_type("instruction.issued")
    assert (instruction["what"], instruction["amount"]) == ("pay_claimant", "652.00")
    assert instruction["due_at"] == "2026-03-10T16:00:00Z"  # seven calendar days after 3 March, 24:00 in Beijing
    assert told.claim().clocks("breached") == [] and told.refusals == [] and balanced(told)


def test_a_file_sent_back_three_times_and_still_incomplete_ends_the_claim() -> None:
    story = complained("damage")
    told = story.told("03-02 10:00")
    assert told.claim().steps == ["opened", "filed"]
    story = Story("courier-network")
    story.files("03-02 09:00", {"cause": "damage", "claimant": SENDER, "evidence": FILE[:1]})
    for day in ("03", "04", "05"):
        report(story, "claim_evidence_given", f"03-{day} 09:00", evidence=FILE[1:2], handed_in=True)
    told = story.told("03-20 00:00")
    assert told.claim().steps == ["opened", "filed", *["file_incomplete"] * 3, "closed"]
    closed = told.claim().one("closed")
    assert (closed["reason"], closed["evidence_missing"]) == ("materials_missing", ["claim_letter", "damage_photos"])
    assert told.claim().booked == []


# --- between outlets ------------------------------------------------------------------------------------------------


def test_outlets_that_do_not_agree_go_to_arbitration_and_pay_six_and_four_percent() -> None:
    """The customer is paid 205; headquarters finds SZ-041 responsible: bill of 205, fees of 12.30 and 8.20."""
    story = complained("damage")
    report(story, "outlet_notified", "03-02 11:00", outlet="HZ-017", compensated_outlet="GZ-036")
    report(story, "outlet_contacted", "03-02 15:00", outlet="HZ-017")
    offered(story, BROKEN)
    report(story, "claim_agreed", "03-03 11:00")
    report(story, "payment_confirmed", "03-05 10:00", payment_id="P-1", amount="205.00")
    report(story, "outlet_arbitration_requested", "03-12 23:59", outlet="GZ-036")  # ten days are not over: refused
    report(story, "outlet_arbitration_requested", "03-13 00:00", outlet="GZ-036", reason="协商未果")
    report(story, "outlet_ruled", "03-16 10:00", report_true=True, responsible_outlet="SZ-041")
    report(story, "payment_confirmed", "03-18 10:00", payment_id="B-1", amount="205.00", obligation="/1/bill")
    report(story, "payment_confirmed", "03-18 10:01", payment_id="B-2", amount="12.30", obligation="/1/fee_of_fined")
    told = story.told("03-20 00:00")
    assert told.refusals == ["negotiation_goes_on"]
    # the real value of 800 is below 1,000, x 0.25 of the value lost = 200; fee of 20 x 0.25 = 5 back
    assert told.claim().parts() == [("compensation", "200.00"), ("service_fee_by_share", "5.00")]
    assert told.claim().one("arbitrated")["responsible_outlet"] == "SZ-041"
    bills = {data["kind"] + data.get("percent", ""): data for data in told.of_type("claim.billed")}
    assert {name: (data["debtor"], data["creditor"], data["amount"]) for name, data in bills.items()} == {
        "bill": ("SZ-041", "GZ-036", "205.00"),
        "handling_fee6": ("SZ-041", "headquarters", "12.30"),  # 205 x 6 %
        "handling_fee4": ("GZ-036", "headquarters", "8.20"),  # 205 x 4 %
    }
    assert told.claim().booked == [
        ("bill", "awarded", "205.00"), ("bill", "paid", "205.00"),
        ("compensation", "awarded", "205.00"), ("compensation", "paid", "205.00"),
        ("fee_of_compensated", "awarded", "8.20"), ("fee_of_fined", "awarded", "12.30"),
        ("fee_of_fined", "paid", "12.30"),
    ]  # fmt: skip
    assert told.claim().clocks("breached") == ["negotiation_damage"]
    assert balanced(told)


def test_a_false_report_of_damage_bills_nobody() -> None:
    story = complained("damage")
    report(story, "outlet_notified", "03-02 11:00", outlet="HZ-017", compensated_outlet="GZ-036")
    report(story, "outlet_contacted", "03-02 15:00", outlet="HZ-017")
    report(story, "outlet_arbitration_requested", "03-13 09:00", outlet="GZ-036")
    report(story, "outlet_ruled", "03-16 10:00", report_true=False, reporting_outlet="GZ-036", reason="照片系旧图")
    told = story.told("03-20 00:00")
    assert told.claim().one("arbitrated")["report_true"] is False
    assert told.of_type("claim.billed") == [] and told.claim().booked == []


# --- a delay that becomes a loss ------------------------------------------------------------------------------------


def test_a_piece_that_has_not_come_by_the_complete_delay_limit_is_lost() -> None:
    """Promised for 1 March; ten calendar days later, at the end of the 11th, the delay is a loss, and paid as one."""
    story = complained("delay", promised_at="2026-03-01T18:00:00+08:00")
    report(story, "outlet_notified", "03-02 11:00", outlet="HZ-017")
    report(story, "outlet_notified", "03-12 09:10", 2, outlet="HZ-017")
    report(story, "claim_evidence_given", "03-12 09:20", 2, evidence=FILE[2:3])
    offered(story, LOST, 2, "03-12")
    report(story, "claim_agreed", "03-12 11:00", 2)
    report(story, "payment_confirmed", "03-13 11:00", 2, payment_id="P-1", amount="652.00")
    told = story.told("03-20 00:00")
    assert told.refusals == []
    delay, loss = told.claim(1), told.claim(2)
    assert delay.one("closed")["reason"] == "turned_into_loss"
    assert delay.one("closed")["closed_at"] == "2026-03-11T16:00:00Z"
    assert (loss.one("opened")["cause"], loss.one("opened")["instead_of"]) == ("loss", delay.number)
    assert delay.booked == []
    # not 50 a day for the delay, but uninsured 1,000, the real value of 640 is lower; fee of 12 back
    assert loss.booked == [("compensation", "awarded", "652.00"), ("compensation", "paid", "652.00")]


def test_a_piece_that_came_on_the_last_day_stays_a_delay() -> None:
    """50 x 9 days = 450, at most 250 up to 1 kg; fee of 12 back."""
    story = complained("delay", promised_at="2026-03-01T18:00:00+08:00")
    report(story, "claim_facts_found", "03-11 23:59", facts=LATE | {"days_late": 9, "delivered": True})
    report(story, "claim_form_answered", "03-12 09:00")
    report(story, "claim_decided", "03-12 10:00", outcome="offer")
    told = story.told("03-20 00:00")
    assert told.claim().parts() == [("compensation", "250.00"), ("service_fee", "12.00")]
    assert len(told.of_type("claim.opened")) == 1


# --- a dispute ------------------------------------------------------------------------------------------------------


def test_what_a_regulator_rules_counts_though_it_is_above_the_table() -> None:
    """The table gives 50 x 3 days + 12 = 162; the customer goes to the regulator, who rules 400."""
    story = complained("delay", promised_at="2026-02-27T18:00:00+08:00")
    offered(story, LATE | {"delivered": True})
    report(story, "claim_agreed", "03-03 11:00", amount="400.00")  # more than the table gives may not be agreed
    report(story, "claim_disputed", "03-03 12:00", way="regulator", reason="误了展会")
    report(story, "claim_ruled", "03-09 10:00", by="regulator", amount="400.00", reason="承诺时限内未送达，有过错")
    report(
        story, "payment_confirmed", "03-10 10:00", payment_id="P-1", amount="162.00"
    )  # the offer of before: a question
    report(story, "payment_confirmed", "03-11 10:00", payment_id="P-2", amount="400.00")
    told = story.told("03-20 00:00")
    assert told.refusals == ["amount_above_limit"]
    assert told.claim().one("offered")["amount"] == "162.00"
    assert told.claim().one("disputed")["ways_on"] == ["negotiation", "complaint", "regulator", "court"]
    ruled = told.claim().one("ruled")
    assert (ruled["by"], ruled["amount"], ruled["pay_by"]) == ("regulator", "400.00", "2026-03-16T16:00:00Z")
    assert told.claim().one("payment_questioned")["expected"] == "400.00"
    assert told.claim().booked == [("compensation", "awarded", "400.00"), ("compensation", "paid", "400.00")]
    assert told.claim().steps[-2:] == ["paid", "closed"] and balanced(told)


def test_a_ruling_after_the_payment_adds_what_is_missing_and_asks_nothing_back() -> None:
    story = complained("delay", promised_at="2026-02-27T18:00:00+08:00")
    offered(story, LATE | {"delivered": True})
    report(story, "claim_agreed", "03-03 11:00")
    report(story, "payment_confirmed", "03-04 10:00", payment_id="P-1", amount="162.00")
    report(story, "claim_ruled", "03-09 10:00", by="court", amount="400.00")
    told = story.told("03-12 00:00")
    assert told.claim().steps[-2:] == ["ruled", "reopened"] or told.claim().steps[-2:] == ["reopened", "ruled"]
    assert told.claim().booked == [
        ("compensation", "awarded", "162.00"), ("compensation", "paid", "162.00"),
        ("compensation", "awarded", "238.00"),
    ]  # fmt: skip
    assert [data["amount"] for data in told.of_type("instruction.issued")] == ["162.00", "238.00"]
    assert told.books.sums()["CNY"].outstanding == 238 and balanced(told)


# --- time -----------------------------------------------------------------------------------------------------------


def test_what_is_told_of_a_claim_happened_when_it_was_reported() -> None:
    """claims reads two topics; the one that is silent must not hold the other's events back in time."""
    story = complained("loss")
    report(story, "outlet_notified", "03-06 23:59", outlet="HZ-017")
    told = story.told("03-20 00:00")
    assert told.claim().one("opened")["opened_at"] == "2026-03-02T01:00:00Z"
    assert told.claim().one("outlet_notified")["notified_at"] == "2026-03-06T15:59:00Z"
    assert told.claim().clocks("breached") == ["outlet_contact_damage_loss"]  # due on 11 March, 24:00


# --- where the law of a province decides ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "rule"), [({"region": "CN-ZJ"}, "zhejiang_declared_value"), ({}, "uninsured_express")]
)
def test_the_region_of_the_case_reaches_the_table(told: dict[str, str], rule: str) -> None:
    """Zhejiang, a declared value of 500: that much; elsewhere, or where no region is told, the contract decides."""
    story = Story("china-statutory")
    story.complains("03-02 09:00", "快件丢失，请赔偿。", route="domestic", **{"class": "loss"}, **told)
    evidence = [{"item": name} for name in ("waybill_image", "price_evidence")]
    story.reports("claim_filed", "03-02 10:00", cause="loss", claimant=SENDER, evidence=evidence)
    facts = {
        "insured": False, "value_declared": True, "declared_value": "500.00", "real_value": "650.00",
        "real_loss": "650.00", "service_fee": "12.00",
    }  # fmt: skip
    report(story, "claim_facts_found", "03-02 11:00", facts=facts)
    report(story, "claim_decided", "03-02 12:00", outcome="offer")
    claim = story.told("03-03 00:00").claim()
    assert claim.one("offered")["rule"] == rule
    assert (claim.one("offered")["amount"] == "500.00") == bool(told)

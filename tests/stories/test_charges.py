"""From what a customer says to what it costs whom: docs/sources.md, section 8, source A."""

from __future__ import annotations

from typing import Any

import pytest

from tests.stories.packed import Story, at, of_type, refusals
from tousu.contract import source_on, topic_of

E1 = {"kind": "person", "id": "E10023"}
FIRST_ASKED = {"kind": "person", "id": "E7"}
WORKSHOP = {"kind": "department", "id": "workshop"}
ACTS = {"department": "workshop", "employee": "E10023"}


def penalties(events: list[dict[str, Any]], party: dict[str, str]) -> list[tuple[str, str]]:
    """What became of the penalties of a party, in order, and what each amounted to then."""
    names = {f"tousu.penalty.{name}.v1": name for name in ("assessed", "corrected", "doubled", "withdrawn")}
    told = (event for event in events if event["type"] in names and event["data"]["party"] == party)
    return [(names[event["type"]], event["data"].get("amount", "")) for event in told]


def charges(events: list[dict[str, Any]], party: dict[str, str]) -> list[dict[str, Any]]:
    """What was laid against a party, in order."""
    return [data for data in of_type(events, "charge.laid") if data["party"] == party]


def test_accepted_late_settled_late_and_neglected() -> None:
    """A 8: level B with its loss, late acceptance by the day, a late resolution, and then the customer is back.

    Neglect doubles the fines of whoever neglected, 200 and 50, and never the loss of 1,200.
    """
    story = Story("auto-service")
    story.complains("03-02 09:00", "维修收费太贵，乱收费", "association", first_asked="E7")
    story.reports("acknowledged", "03-02 12:30", **ACTS)  # two hours are the limit
    story.reports("assessed", "03-02 13:00", department="workshop", loss_yuan="1200.00", emotion="strong")
    story.reports("judged", "03-02 14:00", department="workshop", stands=True, responsible={"employee": "E10023"})
    story.reports("customer_answered", "03-03 10:00", department="workshop", settled=True, text="已退款")  # B: 24 hours
    story.reports("reopened", "03-05 10:00", reason="退款未到账", through_neglect=True)
    events = story.run("03-05 12:00")
    assert refusals(events) == []
    *_, newest = charges(events, E1)
    said = {ground["ground"]: ground for ground in newest["grounds"]}
    assert list(said) == ["complaint", "late_resolution", "neglect"]
    complaint = said["complaint"]
    assert (complaint["grade"], complaint["stands"], complaint["loss_yuan"]) == ("b", True, "1200.00")
    (asked,) = charges(events, FIRST_ASKED)
    assert [(ground["ground"], ground["days"]) for ground in asked["grounds"]] == [("late_acceptance", 1)]
    assert penalties(events, FIRST_ASKED) == [("assessed", "100.00")]
    assert said["late_resolution"]["at"] == "2026-03-03T01:00:00Z"
    assert said["neglect"]["at"] == "2026-03-05T02:00:00Z"
    assert [data["revision"] for data in charges(events, E1)] == list(range(1, len(charges(events, E1)) + 1))
    assert penalties(events, E1) == [
        ("assessed", "1400.00"),  # B: 200 and the loss of 1,200
        ("corrected", "1450.00"),  # and as D for the late resolution
        ("doubled", "1700.00"),
    ]
    *_, department = charges(events, WORKSHOP)
    assert [ground["ground"] for ground in department["grounds"]] == ["complaint"]


def test_what_is_invalid_is_charged_as_d_and_never_as_anything_graver() -> None:
    """A 3: judged invalid, it is of level D in the same moment."""
    story = Story("auto-service")
    story.complains("03-02 09:00", "前台接待态度冷淡")
    story.reports("acknowledged", "03-02 09:20", department="customer_service", employee="E10023")
    responsible = {"employee": "E10023"}
    story.reports("judged", "03-02 10:00", department="customer_service", stands=False, responsible=responsible)
    story.reports("customer_answered", "03-02 11:00", settled=True, text="已解释")
    events = story.run("03-04 00:00")
    (laid,) = charges(events, E1)
    (ground,) = laid["grounds"]
    assert (ground["grade"], ground["stands"], ground["section"]) == ("d", False, "A 3")
    assert penalties(events, E1) == [("assessed", "50.00")]


def test_a_complaint_that_nobody_accepts_costs_every_day() -> None:
    """A 8: 100 for each day of delay, on whoever was asked first; two hours are the limit, so 11:00 ends each day."""
    story = Story("auto-service")
    story.complains("03-02 09:00", "前台接待态度冷淡", first_asked="E7")
    events = story.run("03-05 10:59")
    assert penalties(events, FIRST_ASKED) == [
        ("assessed", "100.00"), ("corrected", "200.00"), ("corrected", "300.00"),
    ]  # fmt: skip
    assert penalties(story.run("03-05 11:01"), FIRST_ASKED)[-1] == ("corrected", "400.00")
    story.reports("acknowledged", "03-05 10:00", department="customer_service", employee="E20001")
    assert penalties(story.run("03-20 00:00"), FIRST_ASKED)[-1] == ("corrected", "300.00")


@pytest.mark.parametrize(("approved_by", "penalty"), [("E90001", [("assessed", "50.00"), ("withdrawn", "0")]),
                                                      ("E10023", [("assessed", "50.00")])])  # fmt: skip
def test_a_special_reason_saves_from_the_fine_unless_whoever_was_late_approves_it(
    approved_by: str, penalty: list[tuple[str, str]]
) -> None:
    """A 8: resolution not in time without special reason (无特殊原因): as level D. The breach stays what it is."""
    story = Story("auto-service")
    story.complains("03-02 09:00", "前台接待态度冷淡")
    story.reports("acknowledged", "03-02 09:20", department="customer_service", employee="E10023")
    story.reports("special_reason_approved", "03-05 10:00", reason="客户出差，无法联系", approved_by=approved_by)
    events = story.run("03-06 00:00")
    assert refusals(events) == []
    assert penalties(events, E1) == penalty
    assert [data["clock"] for data in of_type(events, "clock.breach_withdrawn")] == []


@pytest.mark.parametrize(("answered", "late"), [("03-03 13:00", []), ("03-03 13:01", [("assessed", "50.00")])])
def test_a_level_raised_after_its_limit_costs_nothing_for_the_past(answered: str, late: list[tuple[str, str]]) -> None:
    """Level A has 8 hours. Known 20 hours after the receipt, they end 28 hours after it, at 13:00, and not at 17:00."""
    story = Story("auto-service")
    story.complains("03-02 09:00", "维修收费太贵，乱收费")
    story.reports("acknowledged", "03-02 09:20", **ACTS)
    story.reports("assessed", "03-03 05:00", department="workshop", emotion="extreme")
    story.reports("customer_answered", answered, department="workshop", settled=True, text="已退款")
    events = story.run("03-06 00:00")
    assert refusals(events) == []
    assert penalties(events, E1) == late


def test_a_withdrawn_complaint_leaves_nothing_on_anybody() -> None:
    story = Story("auto-service")
    story.complains("03-02 09:00", "前台接待态度冷淡", first_asked="E10023")
    story.reports("acknowledged", "03-02 12:00", department="customer_service", employee="E20001")
    story.reports("withdrawn", "03-02 15:00", reason="误会")
    events = story.run("03-10 00:00")
    assert [[ground["ground"] for ground in one["grounds"]] for one in charges(events, E1)] == [["late_acceptance"], []]
    newest = {(one["party"]["kind"], one["party"]["id"]): one for one in of_type(events, "charge.laid")}
    assert all(one["grounds"] == [] for one in newest.values())


def test_answered_in_time_as_is_known_later_the_charge_is_taken_back() -> None:
    """Design 4: judged by when things happened; the breach is withdrawn, and the charge that rested on it."""
    story = Story("auto-service")
    story.complains("03-02 09:00", "前台接待态度冷淡")
    story.reports("acknowledged", "03-02 09:20", department="customer_service", employee="E10023")
    story.reports_late("customer_answered", "03-03 09:00", "03-05 09:00", settled=True, text="已致歉")
    events = story.run("03-06 00:00")
    said = [[ground["ground"] for ground in one["grounds"]] for one in charges(events, E1)]
    assert said == [["late_resolution"], []]
    assert [name for name, _ in penalties(events, E1)] == ["assessed", "withdrawn"]


@pytest.mark.parametrize(("services", "amount"), [(125, "50.00"), (126, None), (124, "100.00")])
def test_the_month_closes_and_the_head_pays_by_the_rate_of_the_figures(services: int, amount: str | None) -> None:
    """A 8: one complaint in 125 services is exactly 0.80 percent; a figure that comes after the close corrects it."""
    story = Story("auto-service")
    story.complains("03-31 23:59", "维修收费太贵，乱收费", "association")
    story.reports("acknowledged", "04-01 00:10", department="workshop")
    story.reports("customer_answered", "04-01 09:00", department="workshop", settled=True, text="已退款")
    figures = {"period": "2026-03", "department": "workshop", "services": services}
    story.diary.operations(at("04-09 09:00"), figures)
    story.diary.operations(at("04-09 09:01"), figures | {"department": "sales", "outlet": "HZ-017", "services": 20})
    events = story.run("04-09 10:00")
    assert refusals(events) == []
    told = [data for data in of_type(events, "department.rated") if data["department"] == "workshop"]
    rated = [(data["revision"], data["result"]) for data in told]
    assert rated == [(1, "unknown"), (2, "penalty" if amount else "no_penalty")]
    (closed,) = [data for data in of_type(events, "month.closed") if data["party"] == WORKSHOP]
    assert (closed["month"], closed["complaints"], closed["at"]) == ("2026-03", 1, "2026-04-06T16:00:00Z")
    (corrected,) = [data for data in of_type(events, "month.corrected") if data["party"] == WORKSHOP]
    assert (corrected["reason"], corrected["services"]) == ("services_reported", services)
    assert penalties(events, WORKSHOP) == ([("assessed", amount)] if amount else [])
    (outlet,) = [data for data in of_type(events, "month.closed") if data["party"]["kind"] == "outlet"]
    assert (outlet["services"], outlet["complaints"]) == (20, 0)


def money(events: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """What became of the money of penalties, in order: instructed, paid, in question; and how much it is about."""
    words = {"penalty.paid": "paid", "penalty.payment_questioned": "questioned"}
    found = []
    for event in events:
        name, data = event["type"].removeprefix("tousu.").removesuffix(".v1"), event["data"]
        if name in words:
            found.append((words[name], data["amount"]))
        if name == "instruction.issued" and data["what"] in ("deduct", "repay", "cancel"):
            found.append((data["what"], data.get("amount", "")))
    return found


def late_by_what_is_known() -> Story:
    story = Story("auto-service")
    story.complains("03-02 09:00", "前台接待态度冷淡")
    story.reports("acknowledged", "03-02 09:20", department="customer_service", employee="E10023")
    return story


def test_what_was_deducted_is_repaid_when_a_late_report_takes_the_penalty_back() -> None:
    """Assessed, deducted, confirmed; answered in time, as a late report says: withdrawn, and the money comes back."""
    (told,) = of_type(late_by_what_is_known().run("03-05 00:00"), "penalty.assessed")
    number = told["penalty_number"]
    story, said = late_by_what_is_known(), {"party": E1, "penalty_number": number}
    story.reports("deduction_confirmed", "03-05 08:00", **said, payment_id="PAY-0", amount="5.00")
    story.reports("deduction_confirmed", "03-05 08:30", **said, payment_id="PAY-1", amount="50.00")
    story.reports_late("customer_answered", "03-03 09:00", "03-05 09:00", settled=True, text="已致歉")
    back = {"obligation": f"{number}/repayment", "payment_id": "PAY-2"}
    story.reports("deduction_confirmed", "03-06 10:00", **said, **back, amount="50.00")
    story.reports("payment_question_settled", "03-06 11:00", party=E1, payment_id="PAY-0", how="mistake")
    events = story.run("03-07 00:00")
    assert refusals(events) == []
    assert penalties(events, E1) == [("assessed", "50.00"), ("withdrawn", "0")]
    assert money(events) == [
        ("deduct", "50.00"), ("questioned", "5.00"), ("paid", "50.00"), ("repay", "50.00"), ("paid", "50.00"),
    ]  # fmt: skip
    assert [data["obligation"] for data in of_type(events, "penalty.paid")] == [number, f"{number}/repayment"]
    assert [data["how"] for data in of_type(events, "penalty.payment_question_settled")] == ["mistake"]


def of_operations(story: Story, when: str, what: str, data: dict[str, Any]) -> None:
    """What operations or human resources report of a department, each with an id of its own."""
    topic = topic_of(f"tousu.operations.{what}.v1")
    event = {
        "specversion": "1.0", "id": f"{what}-{when}", "source": source_on(topic), "type": f"tousu.operations.{what}.v1",
        "time": at(when).isoformat(), "receivedtime": at(when).isoformat(), "datacontenttype": "application/json",
        "data": data,
    }  # fmt: skip
    story.diary.tell(at(when), {"topic": topic, "key": data["department"], "event": event})


def test_the_head_of_a_department_gets_back_what_a_late_figure_shows_to_be_too_much() -> None:
    """A 8: one complaint in 125 services is exactly 0.80 percent; then it turns out that there were 126."""
    story = Story("auto-service")
    story.complains("03-31 23:59", "维修收费太贵，乱收费", "association")
    story.reports("acknowledged", "04-01 00:10", department="workshop")
    story.reports("customer_answered", "04-01 09:00", department="workshop", settled=True, text="已退款")
    figures = {"period": "2026-03", "department": "workshop"}
    of = {"department": "workshop", "penalty_number": "2026-03/department/workshop", "amount": "50.00"}
    story.diary.operations(at("04-02 09:00"), figures | {"services": 125})
    of_operations(story, "04-08 09:00", "deduction_confirmed", of | {"payment_id": "PAY-1"})
    of_operations(story, "04-09 09:00", "reported", figures | {"services": 126})
    back = {"obligation": f"{of['penalty_number']}/repayment", "payment_id": "PAY-2"}
    of_operations(story, "04-10 09:00", "deduction_confirmed", of | back)
    events = story.run("04-11 00:00")
    assert refusals(events) == []
    assert penalties(events, WORKSHOP) == [("assessed", "50.00"), ("withdrawn", "0")]
    assert money(events) == [("deduct", "50.00"), ("paid", "50.00"), ("repay", "50.00"), ("paid", "50.00")]


def filed_and_offered() -> Story:
    """Source C: a lost piece, its form on Monday, answered and offered by the centre, agreed on Tuesday."""
    story = Story("courier-network")
    story.complains("03-02 09:00", "快件丢失，请赔偿。", route="domestic", demand="赔偿", **{"class": "loss"})
    items = [{"item": name} for name in ("waybill_image", "complete_form", "claim_letter")]
    story.reports("claim_filed", "03-02 09:30", cause="loss", claimant={"role": "sender"}, evidence=items)
    facts = {"insured": False, "real_value": "640.00", "service_fee": "12.00"}
    centre = {"claim_number": "/1", "department": "customer_service", "employee": "E10023"}
    story.reports("outlet_notified", "03-02 10:00", claim_number="/1", outlet="HZ-017")
    story.reports("outlet_contacted", "03-02 11:00", claim_number="/1", outlet="HZ-017")
    story.reports("claim_facts_found", "03-02 12:00", facts=facts, **centre)
    story.reports("claim_form_answered", "03-02 12:30", **centre)
    story.reports("claim_decided", "03-02 12:40", outcome="offer", **centre)
    story.reports("claim_agreed", "03-03 09:00", claim_number="/1")
    return story


def test_a_payment_past_the_seven_days_is_charged_to_finance_and_taken_back_when_it_was_in_time() -> None:
    """C 5, C 8: agreed on 3 March, the seven days end with the 10th; whoever delayed answers for it."""
    finance = {"kind": "department", "id": "finance"}
    story = filed_and_offered()
    late = story.run("03-12 12:00")
    assert refusals(late) == []
    (ground,) = (each for one in charges(late, finance) for each in one["grounds"])
    assert (ground["ground"], ground["clock"], ground["section"]) == ("late_handling", "payment", "C 5")
    (assessed,) = [one for one in of_type(late, "penalty.assessed") if one["party"] == finance]
    assert [(line["ground"], line["percent"]) for line in assessed["lines"]] == [("late_handling", "2")]
    climbed = [one for one in of_type(late, "case.escalated") if one["clock"] == "payment"]
    assert [(one["level"], one["to"]) for one in climbed] == [(1, "department_head"), (2, "centre_manager")]
    paid = {"payment_id": "P-1", "amount": "652.00", "paid_at": "2026-03-09T02:00:00Z"}
    story.reports("payment_confirmed", "03-12 13:00", claim_number="/1", **paid)
    events = story.run("03-13 09:00")
    assert charges(events, finance)[-1]["grounds"] == []
    assert [name for name, _ in penalties(events, finance)] == ["assessed", "withdrawn"]

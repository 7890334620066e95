"""One full story for each source document, and for the two packs beside them, from channel to outcome."""

from __future__ import annotations

from typing import Any

from tests.stories.packed import Story, clocks, of_type, refusals


def test_courier_handbook() -> None:
    """H: reviewed within the hour, graver than it looked, disputed and mediated, settled, and mended afterwards."""
    story = Story("courier-handbook")
    story.complains("03-02 09:00", "快递员态度恶劣，骂人", severity={"content": "minor", "scope": "local"})
    story.reports("acknowledged", "03-02 09:40", department="business")
    severity = {"content": "serious", "scope": "local", "satisfaction": "dissatisfied"}
    story.reports("assessed", "03-02 09:50", department="business", severity=severity)
    story.reports("disputed", "03-02 10:30", department="business", reason="外包司机")
    settled: dict[str, Any] = {"responsible": {"employee": "E77"}, "by": "mediation", "measure": "training"}
    story.reports("responsibility_settled", "03-02 15:00", department="quality_management", **settled)
    story.reports("judged", "03-03 09:00", department="business", stands=True, responsible={"employee": "E77"})
    story.reports("plan_proposed", "03-03 10:00", department="business", plan="apology", text="当面道歉")
    story.reports("plan_executed", "03-03 16:00", department="business", result="已道歉")
    action = {"action_id": "CA-1", "action": "培训"}
    story.reports("corrective_action_planned", "03-03 16:30", **action, due_at="2026-03-06T18:00:00+08:00")
    story.reports("customer_answered", "03-04 10:00", department="business", settled=True, text="客户接受")
    story.reports("satisfaction_given", "03-04 10:30", rating="satisfied")
    story.reports("corrective_action_done", "03-05 10:00", **action)
    events = story.run("03-20 00:00")
    routed = of_type(events, "complaint.routed")
    assert [(data["grade"], data["priority"]) for data in routed[:2]] == [("general", "normal"), ("major", "first")]
    assert routed[1]["priority_section"] == "H 3"
    (changed,) = [data for data in of_type(events, "clock.recalculated") if data["clock"] == "resolution"]
    assert changed["limit"] == {"amount": 5, "unit": "working_days"}
    passed = of_type(events, "case.passed_on")
    assert [data["to_departments"] for data in passed] == [["quality_management"], ["business"]]
    assert clocks(events, "met") == ["first_review", "resolution"]
    (closed,) = of_type(events, "case.closed")
    assert (closed["in_time"], closed["result"]) == (True, "settled")
    assert [data["rating"] for data in of_type(events, "handling.satisfaction_given")][-1] == "satisfied"
    assert not of_type(events, "case.corrective_action_overdue")
    assert refusals(events) == []


def test_auto_service() -> None:
    """A: a loss of exactly 3,000 is level A, eight hours; late, so an intermediate result is due at that moment."""
    story = Story("auto-service")
    story.complains("03-02 09:00", "维修收费太贵，乱收费", "association")
    story.reports("acknowledged", "03-02 09:20", department="workshop")
    story.reports("assessed", "03-02 09:30", department="workshop", loss_yuan="3000.00", emotion="strong")
    story.reports("judged", "03-02 11:00", department="workshop", stands=True)
    story.reports("passed_up", "03-02 16:00", department="workshop", reason="车间无法解决")
    story.reports("final_opinion_given", "03-02 18:00", text="退还差价", by="general_manager")
    story.reports("interim_answered", "03-02 18:30", department="workshop", text="正在办理退款")
    story.reports("customer_answered", "03-03 10:00", department="workshop", settled=True, text="已退款")
    story.reports("reopened", "03-04 10:00", reason="退款未到账", through_neglect=True)
    events = story.run("03-04 12:00")
    assert [data["grade"] for data in of_type(events, "complaint.routed")][:2] == ["c", "a"]
    breached = {data["clock"]: data["due_at"] for data in of_type(events, "clock.breached")}
    limit = "2026-03-02T09:00:00Z"  # 09:00 Beijing and eight hours
    assert (breached["resolution"], breached["interim_result"]) == (limit, limit)
    reasons = [(data["to"], data["reason"]) for data in of_type(events, "case.escalated")]
    assert ("general_manager", "not_settled_below") in reasons
    assert ("general_manager", "second_complaint") in reasons
    (closed,) = of_type(events, "case.closed")
    assert closed["in_time"] is False
    assert refusals(events) == []


def test_auto_service_follow_up_of_a_general_complaint() -> None:
    """A: the day after acceptance the customer is called; the satisfaction reaches the department the same day."""
    story = Story("auto-service")
    story.complains("03-02 09:00", "前台接待态度冷淡")
    story.reports("acknowledged", "03-02 09:20", department="customer_service")
    story.reports("customer_answered", "03-02 17:00", department="customer_service", settled=True, text="已致歉")
    story.reports("followed_up", "03-03 10:00", kind="acceptance_call", text="回访")
    story.reports("satisfaction_given", "03-03 11:00", score=4)
    events = story.run("03-06 00:00")
    met = clocks(events, "met")
    assert {"answer", "resolution", "follow_up_call", "satisfaction_passed_on"} <= set(met)
    assert clocks(events, "breached") == []


def test_after_sales() -> None:
    """S: a loyal customer goes first; a complex case goes to the independent group; one hour, one day, two days."""
    story = Story("after-sales")
    story.complains("03-02 09:00", "产品不会用，说明书看不懂", "app", customer_tier="loyal")
    story.reports("acknowledged", "03-02 09:30", department="after_sales")
    story.reports("assessed", "03-02 10:00", department="after_sales", complexity="complex")
    story.reports("plan_proposed", "03-02 16:00", department="independent_group", plan="remedy", text="上门指导")
    story.reports("customer_answered", "03-03 11:00", department="independent_group", settled=True, text="已解决")
    story.reports("satisfaction_given", "03-03 11:30", score=5)
    events = story.run("03-10 00:00")
    first, second = of_type(events, "complaint.routed")[:2]
    assert (first["priority"], first["lane"], first["departments"]) == ("first", "loyal_customer", ["after_sales"])
    assert (second["grade"], second["departments"]) == ("complex", ["independent_group"])
    assert set(clocks(events, "met")) == {"first_reply", "preliminary_solution", "cycle_time"}
    (closed,) = of_type(events, "case.closed")
    assert closed["in_time"] is True
    assert [data["score"] for data in of_type(events, "handling.satisfaction_given")][-1] == 5
    assert refusals(events) == []


def test_logistics() -> None:
    """L: a special plan is approved before it is executed; the customer confirms; somebody visits again."""
    story = Story("logistics")
    story.complains("03-02 09:00", "货物丢失，找不到了", object={"route": "HZ-SH-3"}, amount_yuan="8000.00")
    told = {
        "process": "调查后三日内答复",
        "answer_by": "2026-03-09T18:00:00+08:00",
        "contact": "投诉专线",
        "in_charge": "E310",
    }
    story.reports("acknowledged", "03-02 10:00", department="transport_operations", **told)
    story.reports("judged", "03-02 13:30", department="transport_operations", stands=True, cause="bad_luck")
    story.reports("judged", "03-02 14:00", department="transport_operations", stands=True, cause="operator_error")
    story.reports("plan_proposed", "03-02 15:00", department="transport_operations", plan="search", text="全网查找")
    story.reports("plan_executed", "03-02 16:00", department="transport_operations", result="未批准就执行")
    story.reports("plan_approved", "03-03 09:00", department="transport_operations", approved_by="M1")
    story.reports("plan_executed", "03-03 17:00", department="transport_operations", result="已找到")
    story.reports("customer_answered", "03-04 09:00", settled=True, text="货物已找到")
    story.reports("customer_answered", "03-04 10:00", settled=True, text="货物已找到", confirmation="spoken")
    story.reports("followed_up", "03-10 10:00", kind="revisit", score=5)
    events = story.run("03-20 00:00")
    assert refusals(events) == ["illegal_transition"]
    (closed,) = of_type(events, "case.closed")
    assert (closed["confirmation"], closed["closed_at"]) == ("spoken", "2026-03-04T02:00:00Z")
    met = ["customer_informed", "person_in_charge", "contact", "resolution", "promised_answer", "revisit"]
    assert clocks(events, "met") == met


def test_courier_network() -> None:
    """C: not settled at the first call, supplemented and issued to the department again, settled, closed."""
    story = Story("courier-network")
    story.complains("03-02 09:00", "快件一直没送到，物流没更新")
    told = {"department": "storage_and_transport", "answer_by": "2026-03-03T12:00:00+08:00"}
    story.reports("acknowledged", "03-02 09:20", **told)
    story.reports("judged", "03-02 11:00", department="storage_and_transport", stands=True, delay_cause="human")
    instruction = {"approved_by": "M10", "in_charge": "E310"}
    story.reports("plan_proposed", "03-02 13:00", department="storage_and_transport", plan="search")
    story.reports("plan_approved", "03-02 14:00", **instruction)
    story.reports("plan_executed", "03-02 15:00", department="storage_and_transport", result="加急派送")
    story.reports("customer_answered", "03-03 09:00", settled=False, text="仍未收到")
    anew = {"department": "storage_and_transport", "answer_by": "2026-03-04T18:00:00+08:00"}
    story.reports("acknowledged", "03-03 10:00", **anew)
    story.reports("plan_proposed", "03-04 09:00", department="storage_and_transport", plan="renewed_delivery")
    story.reports("plan_approved", "03-04 10:00", **instruction)
    story.reports("plan_executed", "03-04 11:00", department="storage_and_transport", result="专人送达")
    story.reports("customer_answered", "03-04 15:00", settled=True, text="已收到")
    events = story.run("03-20 00:00")
    first = ["acknowledgement", "plan_instruction", "promised_answer"]
    again = ["acknowledgement", "plan_instruction", "resolution", "promised_answer"]
    assert clocks(events, "met") == [*first, *again]
    (closed,) = of_type(events, "case.closed")
    assert (closed["in_time"], closed["result"]) == (True, "settled")
    assert refusals(events) == []


def test_statutory_rules_of_china() -> None:
    """An appeal comes after the case is closed: its verdict stays, its own fifteen days run and are extended once."""
    story = Story("china-statutory")
    story.complains("03-02 09:00", "快件丢失", region="CN-ZJ")
    story.reports("customer_answered", "03-06 10:00", settled=True, text="已答复")
    story.reports("appeal_referred", "03-10 10:00", authority="postal_administration", reference="SS-1")
    more = {"clock": "regulator_referral", "reason": "取证", "approved_by": "M1"}
    story.reports("extended", "03-12 10:00", **more, until="2026-04-03T00:00:00+08:00")
    notified = {"notified_at": "2026-03-12T10:30:00+08:00"}
    story.reports("extended", "03-12 11:00", **more, **notified, until="2026-04-03T00:00:00+08:00")
    story.reports("extended", "03-13 11:00", **more, **notified, until="2026-04-08T00:00:00+08:00")
    story.reports("appeal_answered", "04-01 10:00", reference="SS-1", text="已答复管理局", upheld=False)
    events = story.run("04-20 00:00")
    assert refusals(events) == ["not_extendable", "not_extendable"]
    started = {data["clock"]: data["section"] for data in of_type(events, "clock.started")}
    assert started["statutory_answer"] == "Express Regulations 29"
    assert started["zhejiang_answer"] == "Zhejiang Express Ordinance 37"
    (closed,) = of_type(events, "case.closed")
    assert (closed["result"], closed["in_time"]) == ("settled", True)
    (answered,) = [data for data in of_type(events, "clock.met") if data["clock"] == "regulator_referral"]
    assert answered["due_at"] == "2026-04-02T16:00:00Z"


def test_rules_of_the_united_kingdom() -> None:
    """DISP: a final response without the ombudsman leaves the clock running and says what is missing."""
    story = Story("united-kingdom")
    story.complains(
        "03-02 17:00", "My parcel is lost and nobody answers", "email", complainant={"email": "a@b.example"}
    )
    story.reports("acknowledged", "03-03 10:00", department="complaints_team")
    said: dict[str, Any] = {"settled": True, "kind": "final", "text": "We are sorry; 40 pounds are paid."}
    story.reports("customer_answered", "03-05 12:00", **said, elements=["decision", "reason", "redress"])
    whole = ["decision", "reason", "redress", "next_body", "next_deadline"]
    story.reports("customer_answered", "03-06 12:00", **said, elements=whole)
    events = story.run("05-30 00:00")
    (incomplete,) = of_type(events, "case.reply_incomplete")
    assert incomplete["missing"] == ["next_body", "next_deadline"]
    met = {data["clock"]: data["at"] for data in of_type(events, "clock.met")}
    assert met["final_response"] == "2026-03-06T04:00:00Z"
    assert refusals(events) == []

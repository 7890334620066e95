"""Bad input: one odd field costs neither a complaint nor a report. The field goes, and a sentence says why."""

from __future__ import annotations

from typing import Any

import pytest

from tests.stories.network import LATE, QUALITY, TRANSPORT, time
from tests.stories.packed import Story, of_type, refusals

CAR = "车没修好，又坏了"
USE = "产品不会用，说明书看不懂"


def reported(pack: str, content: str, what: str, **said: Any) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """A report as readers of cases get it, and what it lost: place and sentence."""
    story = Story(pack)
    story.complains("03-02 09:00", content)
    story.reports(what, "03-02 10:00", **said)
    events = story.run("03-02 11:00")
    assert refusals(events) == []
    (data,) = [data for data in of_type(events, f"handling.{what}") if "case" in data]
    return data, [(each["place"], each["message"]) for each in data["case"].get("dropped_fields", ())]


UNKNOWN = (
    ("courier-network", LATE, "judged", {"stands": True}, "cause", "bad_luck", "staff"),
    ("logistics", "货物丢失，找不到了", "judged", {"stands": True}, "cause", "theft", "operator_error"),
    ("auto-service", CAR, "assessed", {"loss_yuan": "10.00"}, "emotion", "furious", "extreme"),
    ("auto-service", CAR, "assessed", {"loss_yuan": "10.00"}, "conduct", "rude", "rules_broken"),
    ("auto-service", CAR, "assessed", {"loss_yuan": "10.00"}, "image_harm", "huge", "great"),
    ("after-sales", USE, "assessed", {"loss_yuan": "10.00"}, "complexity", "knotty", "complex"),
)


@pytest.mark.parametrize(("pack", "content", "what", "said", "field", "word", "known"), UNKNOWN)
def test_a_word_that_the_pack_does_not_know_goes_and_those_it_knows_are_named(
    pack: str, content: str, what: str, said: dict[str, Any], field: str, word: str, known: str
) -> None:
    data, dropped = reported(pack, content, what, **said, **{field: word})
    assert field not in data
    assert said.items() <= data.items()
    ((place, message),) = dropped
    assert place == f"/{field}"
    assert known in message
    assert word not in message
    data, dropped = reported(pack, content, what, **said, **{field: known})
    assert (data[field], dropped) == (known, [])


def test_a_word_for_which_the_pack_has_none_goes_too() -> None:
    _, ((place, message),) = reported("courier-network", LATE, "assessed", loss_yuan="10.00", emotion="strong")
    assert (place, message) == (
        "/emotion", "emotion is none of pack courier-network 1.0.0; this pack has no words for it; it was left out",
    )  # fmt: skip


def test_words_of_an_answer_that_the_pack_does_not_know_go_and_the_others_count() -> None:
    said = {"settled": True, "text": "已赔偿", "kind": "finale", "elements": ["apology", "cake", "liability", "hope"]}
    data, dropped = reported("courier-network", "快件丢了", "customer_answered", **said)
    assert data["elements"] == ["apology", "liability"]
    assert "kind" not in data
    assert [place for place, _ in dropped] == ["/kind", "/elements/1", "/elements/3"]
    assert "use one of: final;" in dropped[0][1]
    assert "use one of: apology, liability, suggestions;" in dropped[1][1]


@pytest.mark.parametrize("named", ({"kind": "courtesy"}, {"kind": "final"}, {}))
def test_an_answer_does_not_get_round_its_form_by_a_kind_that_the_pack_does_not_have(named: dict[str, str]) -> None:
    """DISP 1.6: a final response holds decision, reason, redress and where to go next, whatever it is called."""
    story = Story("united-kingdom")
    story.complains("03-02 09:00", "Where is my parcel? It never arrived.")
    story.reports(
        "customer_answered", "03-03 10:00", settled=True, text="Sorry.", elements=["reason", "language"], **named
    )
    events = story.run("03-03 11:00")
    assert of_type(events, "case.closed") == []
    (lacking,) = of_type(events, "case.reply_incomplete")
    assert lacking["missing"] == ["decision", "redress", "next_body", "next_deadline"]


BEFORE = time("03-01 09:00")
PROMISES = (
    ("acknowledged", {"department": TRANSPORT}, "answer_by"),
    ("interim_answered", {"text": "正在查找"}, "next_by"),
    ("corrective_action_planned", {"action_id": "CA-1", "action": "增派车辆"}, "due_at"),
)


@pytest.mark.parametrize(("what", "said", "field"), PROMISES)
def test_a_time_before_the_trouble_goes(what: str, said: dict[str, Any], field: str) -> None:
    data, dropped = reported("courier-network", LATE, what, **said, **{field: BEFORE})
    assert field not in data
    assert [place for place, _ in dropped] == [f"/{field}"]
    assert "before the complaint, which was received at 2026-03-02T01:00:00Z" in dropped[0][1]


def test_an_acknowledgement_that_lost_its_time_acknowledges_nothing() -> None:
    story = Story("courier-network")
    story.complains("03-02 09:00", LATE)
    story.reports("acknowledged", "03-02 10:00", department=TRANSPORT, answer_by=BEFORE)
    breached = [data["clock"] for data in of_type(story.run("03-02 12:00"), "clock.breached")]
    assert breached == ["acknowledgement"]


@pytest.mark.parametrize(
    ("what", "said", "field"),
    [
        *PROMISES,
        ("acknowledged", {"department": TRANSPORT}, "in_charge"),
        ("judged", {"stands": True}, "cause"),
        ("judged", {"stands": True}, "delay_cause"),
        ("assessed", {"loss_yuan": "10.00"}, "emotion"),
        ("customer_answered", {"settled": False, "text": "正在查找"}, "added"),
        ("plan_proposed", {"plan": "search"}, "plan_id"),
    ],
)
@pytest.mark.parametrize("nothing", ["", None])
def test_a_field_in_which_nothing_stands_says_nothing(
    what: str, said: dict[str, Any], field: str, nothing: str | None
) -> None:
    data, dropped = reported("courier-network", LATE, what, **said, **{field: nothing})
    assert field not in data
    assert dropped == []


def test_what_a_report_cannot_do_without_is_refused_all_the_same() -> None:
    story = Story("courier-network")
    story.complains("03-02 09:00", LATE)
    story.reports("judged", "03-02 10:00", stands=None)
    story.reports("passed_on", "03-02 10:10", department=TRANSPORT, to_department=QUALITY, reason="")
    assert refusals(story.run("03-02 11:00")) == ["wrong_schema", "wrong_schema"]


@pytest.mark.parametrize(("pack", "tier", "kept"), [("after-sales", "loyal", True), ("after-sales", "vip", False)])
def test_a_tier_that_the_pack_does_not_know_is_flagged(pack: str, tier: str, kept: bool) -> None:
    story = Story(pack)
    story.complains("03-02 09:00", USE, customer_tier=tier)
    (routed,) = of_type(story.run("03-02 09:30"), "complaint.routed")
    assert ("customer_tier" in routed) is kept
    assert [each["place"] for each in routed.get("dropped_fields", ())] == ([] if kept else ["/customer_tier"])
    assert routed["priority"] == ("first" if kept else "normal")


def test_a_class_of_the_adapter_that_the_pack_does_not_know_is_flagged_and_words_decide() -> None:
    story = Story("courier-network")
    piece = {"waybill_number": "YT7700000000100", "class": "lateness"}
    given: dict[str, Any] = {"class": "slow", "pieces": [piece]}
    story.complains("03-02 09:00", LATE, **given)
    (routed,) = of_type(story.run("03-02 09:30"), "complaint.routed")
    assert (routed["class"], routed["decided_by"]) == ("delay", "words")
    assert [each["place"] for each in routed["dropped_fields"]] == ["/class", "/pieces/0/class"]
    assert all("use one of: " in each["message"] and "slow" not in each["message"] for each in routed["dropped_fields"])


@pytest.mark.parametrize("what", ["acknowledged", "judged", "assessed", "plan_proposed", "interim_answered"])
def test_a_department_that_the_pack_does_not_know_is_refused_and_those_it_knows_are_named(what: str) -> None:
    """Dropped, its report would count for every department; so whoever sent it hears what is right."""
    said: dict[str, dict[str, Any]] = {
        "acknowledged": {"answer_by": time("03-03 18:00")}, "judged": {"stands": True},
        "assessed": {"loss_yuan": "10.00"}, "plan_proposed": {"plan": "search"},
        "interim_answered": {"text": "正在查找"},
    }  # fmt: skip
    story = Story("courier-network")
    story.complains("03-02 09:00", LATE)
    story.reports(what, "03-02 10:00", department="marketing", **said[what])
    (refused,) = [event for event in story.run("03-02 11:00") if event["type"] == "tousu.event.rejected.v1"]
    assert (refused["reason"], refused["place"]) == ("unknown_department", "/department")
    assert TRANSPORT in refused["message"]


def test_of_a_report_about_a_claim_a_strange_department_goes() -> None:
    """Who pays, rules or deducts need not be a department of the pack; what they report stands."""
    story = Story("courier-network")
    story.complains("03-02 09:00", "快件丢失，请赔偿。", route="domestic", demand="赔偿", **{"class": "loss"})
    story.reports("outlet_notified", "03-02 10:00", claim_number="/1", outlet="HZ-017", department="headquarters")
    events = story.run("03-02 11:00")
    assert refusals(events) == []
    (said,) = of_type(events, "claim.outlet_notified")
    assert said["outlet"] == "HZ-017"
    forwarded = [data for data in of_type(events, "handling.outlet_notified") if "department" not in data]
    assert len(forwarded) == 1


@pytest.mark.parametrize(
    ("department", "said"),
    [(TRANSPORT, None), (QUALITY, QUALITY), ("customer_service", None)],  # the last is the desk of the network
)
def test_work_by_a_department_that_does_not_have_the_case_says_so(department: str, said: str | None) -> None:
    data, dropped = reported("courier-network", LATE, "judged", stands=True, department=department)
    assert (data["case"].get("not_in_charge"), dropped) == (said, [])
    assert data["case"]["stands"] is True


@pytest.mark.parametrize(("passed_on", "said"), [("03-02 09:30", None), ("03-02 11:00", QUALITY)])
def test_whether_it_had_the_case_is_judged_by_when_it_worked(passed_on: str, said: str | None) -> None:
    """Given the case before, it had it, whatever was told first; given it afterwards, it had it not yet."""
    story = Story("courier-network")
    story.complains("03-02 09:00", LATE)
    story.reports("passed_on", passed_on, department=TRANSPORT, to_department=QUALITY, reason="是质量问题")
    story.reports_late("judged", "03-02 10:00", "03-02 12:00", stands=True, department=QUALITY)
    events = story.run("03-02 13:00")
    (data,) = [data for data in of_type(events, "handling.judged") if "case" in data]
    assert data["case"].get("not_in_charge") == said
    assert refusals(events) == []

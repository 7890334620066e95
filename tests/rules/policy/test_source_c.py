"""The rows of source document C, sections 1 to 7 of the domain, as the pack courier-network states them.

Each table mirrors the source; a figure that changes here changes what customers are promised.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tousu.domain.clock.deciding import doubt_of
from tousu.domain.clock.state import NOTHING_UNKNOWN
from tousu.policy.clock_rule import ClockRule, Limit
from tousu.policy.pack import ClaimRules, InquiryRules, Pack
from tousu.policy.working_time import deadline


def claims_of(pack: Pack) -> ClaimRules:
    assert pack.claims is not None
    return pack.claims


def inquiries_of(pack: Pack) -> InquiryRules:
    assert pack.inquiries is not None
    return pack.inquiries


SHANGHAI = ZoneInfo("Asia/Shanghai")

# Section 1: where complaints come from, and how reports group the channels.
CHANNELS = (
    ("phone", "phone"),
    ("web", "network"),
    ("app", "network"),
    ("social", "network"),
    ("email", "network"),
    ("third-party", "network"),
    ("onsite", "on_site"),
    ("letter", "post"),
    ("sms", "phone"),
)

# Section 3, level (C): class, grade, stars. Section 4: who answers for it.
CLASSES = (
    ("attitude", "simple", 1, ("quality_management",)),
    ("delay", "complex", 3, ("storage_and_transport",)),
    ("damage", "major", 5, ("storage_and_transport",)),
    ("shortage", "major", 5, ("storage_and_transport",)),
    ("loss", "major", 5, ("storage_and_transport",)),
    ("contents_mismatch", "major", 5, ("storage_and_transport", "quality_management")),
)

# Section 5: what, for whom, how long.
RESOLUTION = (("attitude", 1), ("delay", 3), ("damage", 5), ("shortage", 5), ("loss", 5))
CLAIM_LIMITS = (
    ("answer_to_claim_form", 24, "elapsed_hours"),
    ("offer_domestic", 30, "calendar_days"),
    ("offer_hongkong_macau_taiwan", 30, "calendar_days"),
    ("offer_international", 60, "calendar_days"),
    ("payment", 7, "calendar_days"),
    ("outlet_contact_damage_loss", 5, "calendar_days"),
    ("outlet_contact_delay", 3, "calendar_days"),
    ("negotiation_damage", 10, "calendar_days"),
    ("negotiation_delay", 10, "calendar_days"),
    ("negotiation_loss", 30, "calendar_days"),
)

# Section 7: what a claim's file needs, by cause; in brackets what depends on a fact.
CLAIM_FILE = (
    ("waybill_image", {"delay", "loss", "damage", "contents_mismatch", "late_forwarding"}, ""),
    ("complete_form", {"delay", "loss", "damage", "contents_mismatch", "late_forwarding"}, ""),
    ("claim_letter", {"loss", "damage"}, ""),
    ("damage_photos", {"damage"}, ""),
    ("price_evidence", {"delay", "loss", "damage", "contents_mismatch"}, "ecommerce_goods"),
    ("negotiation_notice", {"loss", "damage"}, ""),
    ("routing_mark_picture", {"delay"}, "mis_sorted"),
)


@pytest.mark.parametrize(("channel", "group"), CHANNELS)
def test_a_channel_counts_in_its_group(pack: Pack, channel: str, group: str) -> None:
    assert pack.channels[channel].group == group


def test_there_are_no_other_channels(pack: Pack) -> None:
    assert list(pack.channels) == [name for name, _ in CHANNELS]


def test_an_inquiry_ends_in_one_of_five_ways(pack: Pack) -> None:
    """Beside the five of the source the company tells a customer who asks too late that it is so."""
    assert set(inquiries_of(pack).outcomes) - {"expired"} == {
        "delayed",
        "no_result",
        "result_found",
        "turned_into_complaint",
        "no_waybill_number",
    }
    assert inquiries_of(pack).complaint_outcome == "turned_into_complaint"


def test_an_inquiry_is_valid_for_one_year_from_posting(pack: Pack) -> None:
    posted = datetime(2025, 3, 10, 15, 0, tzinfo=SHANGHAI)
    last = datetime(2026, 3, 11, 0, 0, tzinfo=SHANGHAI)
    assert deadline(posted, inquiries_of(pack).valid_for, pack.calendar.newest) == last


@pytest.mark.parametrize(("name", "grade", "stars", "departments"), CLASSES)
def test_a_class_has_its_grade_and_departments(
    pack: Pack, name: str, grade: str, stars: int, departments: tuple[str, ...]
) -> None:
    assert pack.classes[name].grade == grade
    assert pack.grades[grade].stars == stars
    assert pack.classes[name].departments == departments


def test_there_are_no_other_classes(pack: Pack) -> None:
    assert set(pack.classes) == {name for name, *_ in CLASSES}


def test_a_delay_has_one_of_four_causes(pack: Pack) -> None:
    assert set(pack.delay_causes) == {"objective", "human", "information", "out_of_range"}


@pytest.mark.parametrize(("name", "days"), RESOLUTION)
def test_a_complaint_is_resolved_in_its_working_days(pack: Pack, name: str, days: int) -> None:
    limit = pack.clocks["resolution"].limit_for(pack.classes[name].grade)
    assert limit == Limit(amount=days, unit="working_days", section="C 5", set_by="source")


@pytest.mark.parametrize(
    ("name", "due"),
    (
        ("attitude", datetime(2026, 9, 21, 0, 0, tzinfo=SHANGHAI)),
        ("delay", datetime(2026, 9, 23, 0, 0, tzinfo=SHANGHAI)),
        ("damage", datetime(2026, 9, 25, 0, 0, tzinfo=SHANGHAI)),
    ),
)
def test_a_complaint_of_friday_afternoon_is_due_over_the_made_up_sunday(pack: Pack, name: str, due: datetime) -> None:
    """Received on Friday 18 September 2026 at 15:00; Sunday the 20th is worked, so one working day ends with it."""
    received = datetime(2026, 9, 18, 15, 0, tzinfo=SHANGHAI)
    limit = pack.clocks["resolution"].limit_for(pack.classes[name].grade)
    assert deadline(received, limit, pack.calendar.newest) == due


def test_resolution_counts_from_receipt_and_ends_with_the_answer(pack: Pack) -> None:
    clock = pack.clocks["resolution"]
    assert (clock.starts_on, clock.starts_at) == ("routed", "received_at")
    assert met(clock, "customer_answered", {"settled": True}, {"stands": True})
    assert not met(clock, "customer_answered", {"settled": False}, {"stands": True})
    assert not met(clock, "customer_answered", {"settled": False}, {})
    assert not met(clock, "judged", {"stands": True}, {"stands": True})


def test_a_complaint_that_does_not_stand_is_handled_once_it_is_answered(pack: Pack) -> None:
    clock = pack.clocks["resolution"]
    assert met(clock, "customer_answered", {"settled": False}, {"stands": False})
    assert not met(clock, "judged", {"stands": False}, {"stands": False})


def test_resolution_pauses_for_listed_reasons_only(pack: Pack) -> None:
    clock = pack.clocks["resolution"]
    assert clock.may_pause("waiting_for_customer")
    assert not clock.may_pause("too_much_to_do")


def runs(clock: ClockRule, kind: str, facts: Mapping[str, Any]) -> bool:
    """Whether a clock starts in a case of this kind with these facts, and nobody doubts it."""
    return clock.kind == kind and doubt_of(clock, {}, facts) == NOTHING_UNKNOWN


def clocks_of(pack: Pack, kind: str, facts: Mapping[str, Any]) -> list[ClockRule]:
    """The clocks that run in a case of this kind with these facts."""
    return [clock for clock in pack.clocks.values() if runs(clock, kind, facts)]


def test_an_inquiry_with_no_web_result_is_answered_in_thirty_minutes(pack: Pack) -> None:
    clock = pack.clocks["inquiry_answer"]
    for channel in ("phone", "onsite"):
        assert clock in clocks_of(pack, "inquiry", {"web_result": "none", "channel": channel})
    assert clock.limit_for() == Limit(amount=30, unit="elapsed_minutes", section="C 5")
    assert clock.pauses is None
    assert not clock.may_pause("waiting_for_customer")


@pytest.mark.parametrize("facts", ({"web_result": "found"}, {"web_result": None}, {}))
def test_an_inquiry_with_a_web_result_has_no_limit(pack: Pack, facts: dict[str, str | None]) -> None:
    found = clocks_of(pack, "inquiry", {**facts, "channel": "phone"})
    assert [clock.name for clock in found] == ["promised_inquiry_answer"]


def test_a_complaint_has_two_clocks_the_promised_answer_and_the_leaders_word(pack: Pack) -> None:
    names = [clock.name for clock in clocks_of(pack, "complaint", {})]
    assert names == ["acknowledgement", "promised_answer", "plan_instruction", "resolution"]


def test_the_department_tells_the_customer_on_assignment(pack: Pack) -> None:
    """The source says at once and leaves the figure to the company."""
    clock = pack.clocks["acknowledgement"]
    assert (clock.starts_on, clock.starts_at) == ("routed", "event_time")
    assert clock.limit_for().set_by == "pack"
    assert met(clock, "acknowledged", {"answer_by": "2026-03-03T12:00:00+08:00"}, {})
    assert met(clock, "interim_answered", {"text": "x", "next_by": "2026-03-03T12:00:00+08:00"}, {})
    steps = ("acknowledged", "interim_answered", "judged", "plan_proposed", "plan_executed", "passed_on")
    assert not any(met(clock, step, {}, {}) for step in steps)


@pytest.mark.parametrize(("name", "amount", "unit"), CLAIM_LIMITS)
def test_a_step_of_a_claim_has_its_limit(pack: Pack, name: str, amount: int, unit: str) -> None:
    limit = claims_of(pack).clocks[name].limit_for()
    assert (limit.amount, limit.unit, limit.section) == (amount, unit, "C 5")


@pytest.mark.parametrize(
    ("route", "days"), (("same_city", 30), ("domestic", 30), ("hongkong_macau_taiwan", 30), ("international", 60))
)
def test_the_offer_depends_on_the_route(pack: Pack, route: str, days: int) -> None:
    clocks = claims_of(pack).clocks.values()
    (offer,) = [clock for clock in clocks if clock.name.startswith("offer") and runs(clock, "claim", {"route": route})]
    assert offer.limit_for().amount == days


def test_the_right_to_claim_lasts_one_year(pack: Pack) -> None:
    assert claims_of(pack).right_lasts == Limit(amount=1, unit="years", section="C 5")


@pytest.mark.parametrize(("item", "causes", "only_when"), CLAIM_FILE)
def test_a_claim_file_needs(pack: Pack, item: str, causes: set[str], only_when: str) -> None:
    evidence = claims_of(pack).evidence[item]
    assert (set(evidence.causes), evidence.only_when) == (causes, only_when)


def test_an_incomplete_file_is_returned_three_times(pack: Pack) -> None:
    assert claims_of(pack).incomplete_returns_max == 3


def test_a_clock_never_runs_for_nothing_or_forever(pack: Pack) -> None:
    every = [clock for clock in (*pack.clocks.values(), *claims_of(pack).clocks.values()) if not clock.promised_in]
    assert all(clock.limit_for(grade).amount > 0 for clock in every for grade in pack.grades)


def met(clock: ClockRule, event: str, data: dict[str, object], case: dict[str, object]) -> bool:
    return any(trigger.hit_by(event, data, case) for trigger in clock.met_by)

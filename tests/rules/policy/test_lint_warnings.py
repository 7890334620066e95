"""Every warning of features number 19 is found: a pack that loads, and does not do what its writer believes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec.structs import replace

from tests.packs_read import load_pack, load_policies
from tousu.policy.clock_rule import ClockRule, Limit, Pauses, Rung, Trigger
from tousu.policy.handling_rule import Condition, GradeRule, HandUp, PriorityRules, RouteRule
from tousu.policy.lint_errors import Finding
from tousu.policy.lint_warnings import warnings_of, years_missing
from tousu.policy.loading import POLICIES
from tousu.policy.pack import Department, Pack

PACK = load_pack("courier-network")
RESOLUTION = PACK.clocks["resolution"]
HOURS_4 = Limit(amount=4, unit="elapsed_hours", section="C 5")


def with_clock(**changes: Any) -> Pack:
    """The courier network, its resolution clock changed."""
    return replace(PACK, clocks=PACK.clocks | {"resolution": replace(RESOLUTION, **changes)})


def found(pack: Pack) -> dict[str, str]:
    return {".".join(map(str, finding.path)): finding.problem for finding in warnings_of(pack)}


@pytest.mark.parametrize("name", sorted(file.stem for file in POLICIES.glob("*.yaml")))
def test_the_packs_of_the_repository_give_no_warning(name: str) -> None:
    assert [finding for pack in load_policies(name).packs() for finding in warnings_of(pack)] == []


CLOCKS: dict[str, tuple[dict[str, Any], str, str]] = {
    "it never starts": ({"starts_on": "rooted"}, "clocks.resolution.starts_on", "never starts"),
    "nothing meets it": ({"met_by": (Trigger(event="anwsered"),)}, "clocks.resolution.met_by", "nothing sets it off"),
    "a fact that no case has": (
        {"applies_when": {"colour": ("red",)}}, "clocks.resolution.applies_when.colour", "no case has the fact",
    ),
    "a class that the pack has not": (
        {"applies_when": {"class": ("theft",)}}, "clocks.resolution.applies_when.class", "never theft",
    ),
    "its start cancels it": (
        {"cancelled_by": (Trigger(event="routed"),)}, "clocks.resolution.cancelled_by", "starts this clock and sets",
    ),
    "its start restarts it": (
        {"restarted_by": (Trigger(event="routed"),)}, "clocks.resolution.restarted_by", "starts this clock and sets",
    ),
    "its pause is a cancel": (
        {"paused_by": (Trigger(event="withdrawn"),), "resumed_by": (Trigger(event="resumed"),)},
        "clocks.resolution.paused_by", "cancels it too",
    ),
    "nothing resumes it": (
        {"paused_by": (Trigger(event="disputed"),)}, "clocks.resolution.paused_by", "nothing but a report by hand",
    ),
    "it starts when the case ends": (
        {"starts_on": "closed", "met_by": (Trigger(event="followed_up"),)}, "clocks.resolution.starts_on",
        "ends with it",
    ),
    "nothing meets it after the end": (
        {"outlives_case": True}, "clocks.resolution.met_by", "after the end of the case",
    ),
    "the law's limit with pauses": ({"statutory": True}, "clocks.resolution.statutory", "refuses every pause"),
    "a warning longer than the limit": (
        {"limit": HOURS_4, "limit_by_grade": {}, "warn_before": (replace(HOURS_4, amount=5),)},
        "clocks.resolution.warn_before.0", "not longer than this",
    ),
    "a rung before the start": (
        {"limit": HOURS_4, "limit_by_grade": {}, "escalation": (Rung(level=1, to="head", before=HOURS_4),)},
        "clocks.resolution.escalation.0.before", "not longer than this",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CLOCKS)
def test_a_clock_that_does_not_do_what_it_says(name: str) -> None:
    changes, field, problem = CLOCKS[name]
    assert problem in found(with_clock(**changes)).get(field, "nothing found")


def test_a_misspelt_event_is_told_what_was_meant() -> None:
    (finding,) = [one for one in warnings_of(with_clock(starts_on="rooted")) if one.path[-1] == "starts_on"]
    assert finding.fix == "Did you mean routed?"


def test_clocks_of_claims_wait_for_what_happens_to_claims() -> None:
    assert PACK.claims is not None
    payment = PACK.claims.clocks["payment"]
    wrong = replace(
        payment, starts_on="closed", met_by=(Trigger(event="payed"),), cancelled_by=(Trigger(event="judged"),)
    )
    pack = replace(PACK, claims=replace(PACK.claims, clocks=PACK.claims.clocks | {"payment": wrong}))
    assert found(pack) == {
        "claims.clocks.payment.starts_on": "no event is called closed, so the clock never starts",
        "claims.clocks.payment.met_by": "no event is called payed, so nothing sets it off",
        "claims.clocks.payment.cancelled_by": "no event is called judged, so nothing sets it off",
    }
    assert next(one.fix for one in warnings_of(pack) if one.path[-1] == "met_by") == "Did you mean paid?"


def test_no_clock_of_a_case_waits_for_a_claim() -> None:
    assert "clocks.resolution.met_by" in found(with_clock(met_by=(Trigger(event="paid"),)))


def test_a_pause_that_only_a_case_that_stands_sees_is_no_cancel() -> None:
    pausing = Trigger(event="withdrawn", data={"reason": ("by_mistake",)})
    cancelling = Trigger(event="withdrawn", data={"reason": ("for_good",)})
    pack = with_clock(paused_by=(pausing,), resumed_by=(Trigger(event="resumed"),), cancelled_by=(cancelling,))
    assert "clocks.resolution.paused_by" not in found(pack)


def test_two_clocks_that_are_one() -> None:
    twin: ClockRule = replace(RESOLUTION, name="twin")
    pack = replace(PACK, clocks=PACK.clocks | {"twin": twin})
    assert found(pack) == {"clocks.twin": "it does what resolution does"}


def test_a_class_without_a_clock_is_named_with_its_grades() -> None:
    only = {name: replace(rule, applies_when={"grade": ("simple",)}) for name, rule in PACK.clocks.items()}
    problems = found(replace(PACK, clocks=only))
    assert problems["classes.loss"] == "no clock runs for loss of grade complex, major"


def test_inquiries_without_a_clock() -> None:
    clocks = {name: rule for name, rule in PACK.clocks.items() if rule.kind != "inquiry"}
    assert found(replace(PACK, clocks=clocks)) == {"inquiries": "no clock runs for inquiries"}


def test_a_class_for_which_only_partners_answer() -> None:
    partners = {name: replace(one, partner=name == "quality_management") for name, one in PACK.departments.items()}
    pack: Pack = replace(PACK, departments=partners)
    assert found(pack) == {"classes.attitude.departments": "only partners answer for this class"}
    assert isinstance(pack.departments["quality_management"], Department)


def test_a_rule_that_never_wins() -> None:
    condition = Condition(facts={"stands": (True,)})
    grading = tuple(GradeRule(grade=grade, when=condition, section="A 3") for grade in ("simple", "major"))
    assert found(replace(PACK, grading=grading)) == {"grading.1": "rule 1 holds whenever this one does"}
    routes = tuple(RouteRule(when=condition, departments=("customer_service",), section="S 4") for _ in range(2))
    pack = replace(PACK, routing=replace(PACK.routing, rules=routes))
    assert found(pack) == {"routing.rules.1": "rule 1 holds whenever this one does"}


def test_somebody_higher_up_who_is_never_told() -> None:
    hand = HandUp(event="shouted", to="general_manager", level=3, reason="loud", section="A 6")
    assert "nobody is ever told" in found(replace(PACK, hand_up=(hand,)))["hand_up.0.event"]


def test_a_priority_that_the_pack_has_not() -> None:
    priority = PriorityRules(dimensions={}, levels=("first", "normal"), section="S 4")
    pack = replace(with_clock(applies_when={"priority": ("highest",)}), priority=priority)
    assert "priority is never highest" in found(pack)["clocks.resolution.applies_when.priority"]


@pytest.mark.parametrize(
    ("moment", "years"),
    [
        ("2026-11-30T23:59:00+08:00", []),
        ("2026-12-01T00:00:00+08:00", [2027]),  # missing 2027 calendar alerts from 1 December 2026
        ("2027-02-01T00:00:00+08:00", [2027]),
    ],
)
def test_a_year_without_a_calendar_is_told_from_december(moment: str, years: list[int]) -> None:
    found: list[Finding] = list(years_missing(PACK, datetime.fromisoformat(moment).astimezone(UTC)))
    assert [int(one.problem.split("has no year ")[1][:4]) for one in found] == years


def test_pauses_of_a_clock_that_is_not_the_laws_are_no_trap() -> None:
    assert isinstance(RESOLUTION.pauses, Pauses)
    assert "clocks.resolution.statutory" not in found(PACK)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"applies_when": {"class": ("delay",)}}, True),
        ({"applies_when": {"grade": ("simple",)}}, False),
        ({"applies_when": {"grade": ("simple",), "region": ("CN-ZJ",)}}, True),
        ({"applies_when": {"class": ("delay",)}, "while_unknown": "runs"}, False),
        ({"applies_when": {"class": ("delay",)}, "while_unknown": "rests"}, False),
        ({"applies_when": {"stands": (True,)}, "starts_on": "judged"}, False),
        ({"applies_when": {"stands": (True,)}, "starts_on": "acknowledged"}, True),
    ],
)
def test_a_condition_that_may_stay_undecided_for_ever(changes: dict[str, Any], expected: bool) -> None:
    assert ("may stay unknown" in found(with_clock(**changes)).get("clocks.resolution.applies_when", "")) == expected


def test_a_condition_of_a_claim_that_may_stay_undecided_or_asks_for_what_nobody_finds() -> None:
    assert PACK.claims is not None
    offer = replace(PACK.claims.clocks["offer_domestic"], while_unknown="waits", applies_when={"colour": ("red",)})
    pack = replace(PACK, claims=replace(PACK.claims, clocks=PACK.claims.clocks | {"offer_domestic": offer}))
    place = "claims.clocks.offer_domestic.applies_when"
    assert "colour may stay unknown" in found(pack)[place]
    assert found(pack)[f"{place}.colour"] == "no claim has the fact colour, so this never holds"

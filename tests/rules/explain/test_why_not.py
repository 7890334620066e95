"""Why a clock does not run: the first condition that fails, in words."""

from __future__ import annotations

from msgspec.structs import replace

from tests.rules.explain.telling import Teller
from tests.rules.sla.desk import NUMBER, at
from tousu.explain.accounts import claim_clocks
from tousu.explain.attachment import Attachment, attachments_of
from tousu.policy.clock_rule import Limit
from tousu.policy.pack import Pack


def attachment(desk: Teller, clock: str, pack: Pack | None = None) -> Attachment:
    return next(each for each in attachments_of(desk.story, pack or desk.pack) if each.clock == clock)


def why(desk: Teller, clock: str, pack: Pack | None = None) -> tuple[str, str]:
    found = attachment(desk, clock, pack)
    assert found.attached == (found.reason == "attached")
    return found.reason, found.words


def test_attached_by_which_event_and_from_when(desk: Teller) -> None:
    desk.routed(at("01-05 10:00"), now=at("01-05 11:00"))
    found = attachment(desk, "resolution")
    assert (found.reason, found.event_name, found.at) == ("attached", "complaint.routed", at("01-05 10:00"))
    assert found.words == "started by complaint.routed"


def test_it_is_for_the_other_kind(desk: Teller) -> None:
    desk.routed(at("01-05 10:00"), kind="inquiry", web_result="none")
    assert why(desk, "resolution") == ("other_kind", "it is for complaints, and the case is an inquiry")
    assert why(desk, "inquiry_answer") == (
        "attached",
        "started by inquiry.routed, as web_result is none and channel is phone or onsite or sms",
    )


def test_a_fact_is_another(desk: Teller) -> None:
    desk.routed(at("01-05 10:00"), kind="inquiry", web_result="found")
    assert why(desk, "inquiry_answer") == (
        "not_applicable", "it applies when web_result is none, and web_result is found",
    )  # fmt: skip


def test_a_fact_is_not_known(desk: Teller) -> None:
    desk.routed(at("01-05 10:00"), kind="inquiry")
    reason, words = why(desk, "inquiry_answer")
    assert reason == "attached"
    assert words.startswith("started by inquiry.routed, as long as nobody knows that web_result is anything but")


def test_the_event_that_starts_it_has_not_happened(pack: Pack) -> None:
    changed = replace(pack.clocks["resolution"], starts_on="judged")
    desk = Teller(replace(pack, clocks={**pack.clocks, "resolution": changed}))
    desk.routed(at("01-05 10:00"))
    assert why(desk, "resolution") == ("not_happened", "it starts on judged, which has not happened")
    desk.handle("judged", at("01-05 12:00"))
    assert why(desk, "resolution") == ("attached", "started by handling.judged")


def test_the_fact_is_the_one_that_held_when_the_event_came(pack: Pack) -> None:
    changed = replace(pack.clocks["resolution"], starts_on="plan_proposed", applies_when={"stands": (False,)})
    desk = Teller(replace(pack, clocks={**pack.clocks, "resolution": changed}))
    desk.routed(at("01-05 10:00"))
    desk.handle("judged", at("01-05 12:00"))
    desk.handle("plan_proposed", at("01-05 13:00"))
    assert why(desk, "resolution") == ("not_applicable", "it applies when stands is False, and stands is True")


def test_the_event_said_something_else(desk: Teller, pack: Pack) -> None:
    desk.routed(at("01-05 10:00"))
    desk.handle("customer_answered", at("01-05 12:00"))
    changed = {"name": "another", "starts_on": "customer_answered", "starts_with": {"settled": (False,)}}
    another = replace(pack.clocks["resolution"], **changed)
    reason, words = why(desk, "another", replace(pack, clocks={**pack.clocks, "another": another}))
    assert (reason, words) == ("not_applicable", "it applies when settled is False, and settled is True")


def test_the_pack_gives_no_limit_for_the_grade(desk: Teller, pack: Pack) -> None:
    desk.routed(at("01-05 10:00"), grade="major")
    limits = {"simple": Limit(amount=1, unit="working_days")}
    another = replace(pack.clocks["resolution"], name="another", limit_by_grade=limits)
    reason, words = why(desk, "another", replace(pack, clocks={**pack.clocks, "another": another}))
    assert (reason, words) == ("no_limit", "the pack gives no limit for grade major; it has: simple")


def test_an_inquiry_that_was_asked_too_late_is_answered_that_it_is(desk: Teller) -> None:
    desk.routed(at("01-05 10:00"), kind="inquiry", web_result="none", posted_at="2024-01-01T10:00:00+08:00")
    assert why(desk, "inquiry_answer")[0] == "attached"


def test_a_clock_that_only_a_newer_pack_has(desk: Teller, pack: Pack) -> None:
    desk.routed(at("01-05 10:00"))
    another = replace(pack.clocks["resolution"], name="another")
    newer = replace(pack, version="9.9.9", clocks={**pack.clocks, "another": another})
    assert why(desk, "another", newer) == (
        "not_started", "all its conditions hold by pack 9.9.9; the case was decided by courier-network 1.0.0",
    )  # fmt: skip


def test_nothing_has_started_it_yet(desk: Teller, pack: Pack) -> None:
    desk.routed(at("01-05 10:00"))
    another = replace(pack.clocks["resolution"], name="another")
    reason, words = why(desk, "another", replace(pack, clocks={**pack.clocks, "another": another}))
    assert reason == "not_started"
    assert "sla has not started it" in words


def test_clocks_of_claims(desk: Teller) -> None:
    desk.routed(at("01-05 10:00"))
    """Where a claim was opened, its own limits are answered for claim by claim (test_claim_limits)."""
    assert why(desk, "payment") == ("no_claim", "it is for claims, and no claim was opened")
    claim = {"case_number": NUMBER, "claim_number": f"{NUMBER}/1", "cause": "damage"}
    desk.also("complaints.claims", "claim.opened", at("01-05 10:00"), claim)
    assert [each.clock for each in attachments_of(desk.story, desk.pack)] == list(desk.pack.clocks)


def test_every_clock_of_the_pack_is_answered_for(long_story: Teller, pack: Pack) -> None:
    found = attachments_of(long_story.story, pack)
    assert [each.clock for each in found] == [*pack.clocks, *claim_clocks(pack)]
    assert all(each.words for each in found)

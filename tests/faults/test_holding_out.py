"""A topic of intake that cannot be read is held out: time goes on, breaches are in doubt, and nobody is punished."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.faults.held_out import HANDLING, PHONE, Works
from tests.integration.runtime.world import header
from tousu.failure import Stop
from tousu.runtime.doubts import CONFIRMED
from tousu.runtime.takeovers import LOOK_EVERY
from tousu.simulation.processors import WITH_CHECKPOINT

SHARD = 0


@pytest.fixture
def works(tmp_path: Path) -> Works:
    return Works(tmp_path)


def silent_after_two_cases(works: Works) -> tuple[str, str]:
    """Two cases that an employee has acknowledged; then nobody can read the reports, by which one is answered."""
    answered, forgotten = works.complain(SHARD), works.complain(SHARD)
    for number in (answered, forgotten):
        works.report(number, "acknowledged", "E10023")
    works.pass_time(5)
    works.broker.unreadable.add((HANDLING, SHARD))
    works.pass_time(5)
    works.report(answered, "customer_answered", "E10023")
    works.pass_to(works.now + timedelta(minutes=5))
    return answered, forgotten


def test_a_silent_topic_holds_time_back_until_it_is_held_out(works: Works) -> None:
    numbers = silent_after_two_cases(works)
    assert [works.of_clock(number, "resolution") for number in numbers] == [["started"], ["started"]]
    done = works.hold_out("intake", SHARD, HANDLING)
    assert done.message == f"{HANDLING} is held out of intake/0 by li.na: no leader, #815"
    works.pass_time(30)
    for number in numbers:
        assert works.of_clock(number, "resolution") == ["started", "breached unconfirmed"]
    grounds = [each["grounds"] for each in works.told("complaints.charges", "charge.laid")]
    late = [ground for each in grounds for ground in each if ground["ground"] == "late_handling"]
    assert late and all(ground["unconfirmed"] for ground in late)
    assert works.told("complaints.penalties", "penalty.assessed") == [], "nobody is punished yet"
    works.pass_to(works.now + timedelta(minutes=5))
    assert works.told("complaints.penalties", "penalty.assessed") == [], "nor by waiting"


def test_what_is_read_after_letting_in_confirms_a_breach_or_withdraws_it(works: Works) -> None:
    answered, forgotten = silent_after_two_cases(works)
    works.hold_out("intake", SHARD, HANDLING)
    works.pass_time(60)
    works.broker.unreadable.clear()
    works.pass_time(60)
    assert works.of_clock(answered, "resolution")[-1] == "breached unconfirmed", "it is not read before it is let in"
    works.let_in("intake", SHARD, HANDLING)
    works.pass_time(10)
    works.pass_to(works.now + timedelta(minutes=2))
    assert works.of_clock(answered, "resolution") == ["started", "breached unconfirmed", "breach_withdrawn", "met"]
    assert works.of_clock(forgotten, "resolution") == ["started", "breached unconfirmed", "breach_confirmed"]
    assessed = works.told("complaints.penalties", "penalty.assessed")
    assert [(each["party"]["id"], each["case_number"]) for each in assessed] == [("E10023", forgotten)]
    assert works.of_clock(works.complain(SHARD), "reply") == ["started"]
    works.pass_time(70)
    last = works.on("complaints.sla", "clock.breached")[-1]
    assert b"unconfirmed" not in (last.value or b""), "the doubt is over"
    assert CONFIRMED not in dict(last.headers)


def test_only_the_cases_of_that_shard_are_in_doubt(works: Works) -> None:
    number = works.complain(1)
    silent_after_two_cases(works)
    works.hold_out("intake", SHARD, HANDLING)
    works.pass_time(30)
    assert works.of_clock(number, "resolution") == ["started", "breached"]


def test_what_had_been_due_before_the_silence_is_not_in_doubt(works: Works) -> None:
    number = works.complain(SHARD)
    works.pass_time(70)
    assert works.of_clock(number, "reply") == ["started", "breached"]
    works.broker.unreadable.add((HANDLING, SHARD))
    works.hold_out("intake", SHARD, HANDLING)
    works.pass_time(70)
    assert works.of_clock(number, "reply") == ["started", "breached"]
    assert works.of_clock(number, "resolution") == ["started", "breached unconfirmed"]


def test_a_rebuild_from_the_log_says_the_same(works: Works) -> None:
    silent_after_two_cases(works)
    works.hold_out("intake", SHARD, HANDLING)
    works.pass_time(60)
    works.broker.unreadable.clear()
    works.let_in("intake", SHARD, HANDLING)
    works.pass_time(10)
    works.pass_to(works.now + timedelta(minutes=2))
    for name in WITH_CHECKPOINT[1:]:
        said, published = works.rebuilt(name)
        assert published and said == published, name


def test_a_topic_held_out_is_still_held_out_after_a_restart_and_told_on_the_log(works: Works) -> None:
    works.complain(SHARD)
    works.broker.unreadable.add((HANDLING, SHARD))
    works.hold_out("intake", SHARD, HANDLING)
    works.pass_time(10)
    (told,) = works.on("complaints.accepted", "time.held_out")
    assert (header(told, "tousu-origin"), told.key) == ("intake/0", None)
    intake = works.loop("intake")
    before = intake.shards[SHARD].opened.checkpoint
    intake._drop_all()
    works.pass_time(10)
    after = intake.shards[SHARD].opened.checkpoint
    assert after.held_out == [HANDLING] and after.time_us > before.time_us
    assert after.doubts == before.doubts


def test_a_topic_for_which_the_shard_has_halted_can_be_held_out_and_halts_it_again_when_let_in(works: Works) -> None:
    works.complain(SHARD)
    works.broker.recreate(HANDLING)
    works.pass_time(5)
    intake = works.loop("intake")
    assert {shard: stop.reason for shard, stop in intake.halted.items()} == {
        0: "topic_recreated", 1: "topic_recreated",
    }  # fmt: skip
    works.hold_out("intake", SHARD, HANDLING)
    works.pass_time(5)
    assert list(intake.halted) == [1]
    assert works.of_clock(works.complain(SHARD), "reply") == ["started"]
    works.let_in("intake", SHARD, HANDLING)
    works.pass_time(5)
    assert intake.halted[SHARD].reason == "topic_recreated", "letting in forgets nothing"


def test_what_cannot_be_held_out_or_let_in_is_refused_and_nothing_changes(works: Works) -> None:
    works.complain(SHARD)
    before = works.loop("intake").shards[SHARD].opened.epoch
    for act, name, topic, origin, reason in (
        (works.hold_out, "intake", "complaints.cases", "", "unknown_topic"),
        (works.hold_out, "intake", PHONE, "claims/0", "unknown_origin"),
        (works.hold_out, "router", "complaints.accepted", "intake/0", "last_origin"),
        (works.hold_out, "penalties", "complaints.charges", "claims/7", "unknown_origin"),
        (works.hold_out, "penalties", "complaints.charges", "", "unknown_origin"),
        (works.let_in, "intake", HANDLING, "", "not_held_out"),
    ):
        with pytest.raises(Stop) as stop:
            act(name, SHARD, topic, origin)
        assert stop.value.reason == reason
    assert works.loop("intake").shards[SHARD].opened.epoch == before, "nobody was fenced"
    works.hold_out("penalties", SHARD, "complaints.charges", "claims/0")
    with pytest.raises(Stop) as stop:
        works.hold_out("penalties", SHARD, "complaints.charges", "claims/0")
    assert stop.value.reason == "held_out"
    with pytest.raises(Stop) as stop:
        works.hold_out("penalties", SHARD, "complaints.charges", "claims/1")
    assert stop.value.reason == "last_origin"


FEBRUARY_7 = datetime(2026, 2, 7, tzinfo=UTC)
"""January closes on the sixth, five days after its end."""


def with_a_silent_shard_of_claims(works: Works) -> None:
    """Each shard has a case in January; then shard 1 of claims stands still, whatever is told it."""
    for shard in (0, 1):
        works.complain(shard)
    works.pass_to(works.now + timedelta(minutes=5))
    works.rest("claims", 1)
    works.pass_time(5)
    works.complain(1)
    works.pass_to(FEBRUARY_7)
    works.pass_time(5)


def months(works: Works) -> list[tuple[str, str, bool, int]]:
    """What was told of January: what, why, in doubt, complaints."""
    return [
        (name, each.get("reason", ""), each.get("unconfirmed", False), each["complaints"])
        for name in ("month.closed", "month.corrected")
        for each in works.told("complaints.penalties", name)
        if each["month"] == "2026-01"
    ]


def test_one_silent_shard_of_claims_stops_no_month_once_it_is_held_out(works: Works) -> None:
    with_a_silent_shard_of_claims(works)
    assert months(works) == [], "no month closes while it may still say something"
    for shard in (0, 1):
        works.hold_out("penalties", shard, "complaints.charges", "claims/1")
    works.pass_time(5)
    assert months(works) == [("month.closed", "", True, 2)]
    works.pass_to(works.now + timedelta(days=1))
    assert months(works) == [("month.closed", "", True, 2)], "it waits"
    works.wake("claims", 1)
    for shard in (0, 1):
        works.let_in("penalties", shard, "complaints.charges", "claims/1")
    works.pass_time(5)
    works.pass_to(works.now + timedelta(minutes=11))
    works.pass_time(5)
    told = months(works)
    assert told[1:] == [
        ("month.corrected", "charge_changed", True, 3), ("month.corrected", "confirmed", False, 3),
    ]  # fmt: skip
    said, published = works.rebuilt("penalties")
    assert said == published


def test_an_act_is_told_once_to_readers_although_an_act_on_another_shard_publishes_it_again(works: Works) -> None:
    with_a_silent_shard_of_claims(works)
    loop = works.loop("penalties")
    for shard in (0, 1):
        works.hold_out("penalties", shard, "complaints.charges", "claims/1")
        works.world.clock.set(works.now + 2 * LOOK_EVERY)
        while not any("tousu-act" in dict(each.headers) for each in works.broker.logs["complaints.penalties"][shard]):
            loop.step(0)
    published = ["tousu-act" in dict(each.headers) for each in works.broker.logs["complaints.penalties"][0]]
    assert published.count(True) == 2, "the copy opened both shards again"
    assert len(works.on("complaints.penalties", "time.held_out")) == 2, "one each, for readers"


def test_held_out_again_before_it_has_caught_up_the_doubt_goes_back_to_where_it_began(works: Works) -> None:
    with_a_silent_shard_of_claims(works)
    works.hold_out("penalties", 0, "complaints.charges", "claims/1")
    works.pass_time(5)
    doubts = works.loop("penalties").shards[0].opened.checkpoint.doubts
    works.let_in("penalties", 0, "complaints.charges", "claims/1")
    works.pass_time(5)
    time_us = works.loop("penalties").shards[0].opened.checkpoint.time_us
    works.pass_time(5)
    assert works.loop("penalties").shards[0].opened.checkpoint.time_us == time_us, "it waits again"
    works.hold_out("penalties", 0, "complaints.charges", "claims/1")
    works.pass_time(5)
    checkpoint = works.loop("penalties").shards[0].opened.checkpoint
    assert checkpoint.time_us > time_us and checkpoint.doubts == doubts

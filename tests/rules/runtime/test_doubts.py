"""Up to when time is confirmed while an input is held out, and on the way back after it was let in."""

from __future__ import annotations

import pytest

from tousu.runtime.arrival import Arrival
from tousu.runtime.broker import Record
from tousu.runtime.checkpoint import NEVER_US, Checkpoint, Seen, copy
from tousu.runtime.doubts import caught_up, confirmed_us, hold_out, let_in, note

PHONE, HANDLING, CHARGES = "inbound.phone", "inbound.handling", "charges"


def arrived(topic: str, time_us: int, origin: str = "", confirmed: int = NEVER_US) -> Arrival:
    return Arrival(Record(topic, 0, 0, None, None, ()), None, None, origin, 1, time_us, confirmed_us=confirmed)


def take(checkpoint: Checkpoint, arrival: Arrival, time_us: int = NEVER_US) -> None:
    """The shard takes a record of a topic from outside: its time never goes back."""
    checkpoint.time_us = max(checkpoint.time_us, time_us if time_us != NEVER_US else arrival.time_us)
    note(checkpoint, arrival)


def test_nothing_is_in_doubt_where_nothing_is_held_out() -> None:
    checkpoint = Checkpoint(time_us=100)
    take(checkpoint, arrived(PHONE, 120))
    assert (checkpoint.doubts, confirmed_us(checkpoint)) == ({}, None)


def test_confirmed_time_stands_still_while_the_shard_goes_on() -> None:
    checkpoint = Checkpoint(time_us=100)
    hold_out(checkpoint, HANDLING)
    assert confirmed_us(checkpoint) is None, "nothing is decided yet"
    take(checkpoint, arrived(PHONE, 150))
    caught_up(checkpoint)
    assert (confirmed_us(checkpoint), checkpoint.held_out) == (100, [HANDLING])


def test_after_letting_in_it_follows_what_is_read_and_ends_when_that_has_caught_up() -> None:
    checkpoint = Checkpoint(time_us=100)
    hold_out(checkpoint, HANDLING)
    take(checkpoint, arrived(PHONE, 200))
    let_in(checkpoint, HANDLING)
    assert confirmed_us(checkpoint) == 100, "nothing of it is read yet"
    take(checkpoint, arrived(HANDLING, 130))
    assert (confirmed_us(checkpoint), checkpoint.time_us) == (130, 200)
    take(checkpoint, arrived(HANDLING, 199))
    assert confirmed_us(checkpoint) == 199
    take(checkpoint, arrived(PHONE, 205))
    assert (confirmed_us(checkpoint), checkpoint.doubts) == (None, {})


def test_a_tick_says_that_all_that_is_read_has_caught_up_and_not_what_is_held_out() -> None:
    checkpoint = Checkpoint(time_us=100)
    for topic in (PHONE, HANDLING):
        hold_out(checkpoint, topic)
    checkpoint.time_us = 200
    let_in(checkpoint, PHONE)
    caught_up(checkpoint)
    assert checkpoint.doubts == {HANDLING: 100}


@pytest.mark.parametrize("origin", ("claims/3", "claims/3.2"))
def test_an_origin_is_confirmed_up_to_its_last_promise_whatever_its_generation(origin: str) -> None:
    checkpoint = Checkpoint(time_us=100, watermarks={f"{CHARGES}|{origin}": Seen(7, 80)})
    hold_out(checkpoint, f"{CHARGES}|claims/3")
    checkpoint.time_us = 200
    assert confirmed_us(checkpoint) == 80
    take(checkpoint, arrived(CHARGES, 150, origin), 200)
    assert confirmed_us(checkpoint) == 150
    take(checkpoint, arrived(CHARGES, 300, origin), 200)
    assert checkpoint.doubts == {f"{CHARGES}|claims/3": 300}, "it stays known while it is held out"
    assert confirmed_us(checkpoint) is None
    let_in(checkpoint, f"{CHARGES}|claims/3")
    take(checkpoint, arrived(CHARGES, 301, origin), 200)
    assert checkpoint.doubts == {}


def test_an_origin_that_never_spoke_is_confirmed_up_to_nothing() -> None:
    checkpoint = Checkpoint()
    hold_out(checkpoint, f"{CHARGES}|claims/1")
    checkpoint.time_us = 200
    assert confirmed_us(checkpoint) == 0


def test_a_reader_takes_over_what_its_origins_say_and_the_smallest_counts() -> None:
    checkpoint = Checkpoint(time_us=200)
    take(checkpoint, arrived(CHARGES, 200, "claims/0", confirmed=90), 200)
    take(checkpoint, arrived(CHARGES, 200, "claims/1", confirmed=120), 200)
    assert confirmed_us(checkpoint) == 90
    take(checkpoint, arrived(CHARGES, 210, "claims/0"), 200)
    assert confirmed_us(checkpoint) == 120
    take(checkpoint, arrived(CHARGES, 210, "claims/1"), 200)
    assert (checkpoint.doubts, confirmed_us(checkpoint)) == ({}, None)


def test_a_turn_that_is_given_up_changes_no_doubt() -> None:
    checkpoint = Checkpoint(time_us=100)
    hold_out(checkpoint, HANDLING)
    working = copy(checkpoint)
    let_in(working, HANDLING)
    take(working, arrived(HANDLING, 130))
    assert (checkpoint.held_out, checkpoint.doubts) == ([HANDLING], {HANDLING: 100})

"""Up to when time is confirmed while an input is held out, and on the way back after it was let in."""

from __future__ import annotations

import pytest

from tousu.runtime.arrival import Arrival
from tousu.runtime.bookmark import NEVER_US, Bookmark, Seen, copy
from tousu.runtime.broker import Record
from tousu.runtime.doubts import caught_up, confirmed_us, hold_out, let_in, note

PHONE, HANDLING, CHARGES = "inbound.phone", "inbound.handling", "charges"


def arrived(topic: str, time_us: int, origin: str = "", confirmed: int = NEVER_US) -> Arrival:
    return Arrival(Record(topic, 0, 0, None, None, ()), None, None, origin, 1, time_us, confirmed_us=confirmed)


def take(bookmark: Bookmark, arrival: Arrival, time_us: int = NEVER_US) -> None:
    """The shard takes a record of a topic from outside: its time never goes back."""
    bookmark.time_us = max(bookmark.time_us, time_us if time_us != NEVER_US else arrival.time_us)
    note(bookmark, arrival)


def test_nothing_is_in_doubt_where_nothing_is_held_out() -> None:
    bookmark = Bookmark(time_us=100)
    take(bookmark, arrived(PHONE, 120))
    assert (bookmark.doubts, confirmed_us(bookmark)) == ({}, None)


def test_confirmed_time_stands_still_while_the_shard_goes_on() -> None:
    bookmark = Bookmark(time_us=100)
    hold_out(bookmark, HANDLING)
    assert confirmed_us(bookmark) is None, "nothing is decided yet"
    take(bookmark, arrived(PHONE, 150))
    caught_up(bookmark)
    assert (confirmed_us(bookmark), bookmark.held_out) == (100, [HANDLING])


def test_after_letting_in_it_follows_what_is_read_and_ends_when_that_has_caught_up() -> None:
    bookmark = Bookmark(time_us=100)
    hold_out(bookmark, HANDLING)
    take(bookmark, arrived(PHONE, 200))
    let_in(bookmark, HANDLING)
    assert confirmed_us(bookmark) == 100, "nothing of it is read yet"
    take(bookmark, arrived(HANDLING, 130))
    assert (confirmed_us(bookmark), bookmark.time_us) == (130, 200)
    take(bookmark, arrived(HANDLING, 199))
    assert confirmed_us(bookmark) == 199
    take(bookmark, arrived(PHONE, 205))
    assert (confirmed_us(bookmark), bookmark.doubts) == (None, {})


def test_a_tick_says_that_all_that_is_read_has_caught_up_and_not_what_is_held_out() -> None:
    bookmark = Bookmark(time_us=100)
    for topic in (PHONE, HANDLING):
        hold_out(bookmark, topic)
    bookmark.time_us = 200
    let_in(bookmark, PHONE)
    caught_up(bookmark)
    assert bookmark.doubts == {HANDLING: 100}


@pytest.mark.parametrize("origin", ("claims/3", "claims/3.2"))
def test_an_origin_is_confirmed_up_to_its_last_promise_whatever_its_generation(origin: str) -> None:
    bookmark = Bookmark(time_us=100, frontier={f"{CHARGES}|{origin}": Seen(7, 80)})
    hold_out(bookmark, f"{CHARGES}|claims/3")
    bookmark.time_us = 200
    assert confirmed_us(bookmark) == 80
    take(bookmark, arrived(CHARGES, 150, origin), 200)
    assert confirmed_us(bookmark) == 150
    take(bookmark, arrived(CHARGES, 300, origin), 200)
    assert bookmark.doubts == {f"{CHARGES}|claims/3": 300}, "it stays known while it is held out"
    assert confirmed_us(bookmark) is None
    let_in(bookmark, f"{CHARGES}|claims/3")
    take(bookmark, arrived(CHARGES, 301, origin), 200)
    assert bookmark.doubts == {}


def test_an_origin_that_never_spoke_is_confirmed_up_to_nothing() -> None:
    bookmark = Bookmark()
    hold_out(bookmark, f"{CHARGES}|claims/1")
    bookmark.time_us = 200
    assert confirmed_us(bookmark) == 0


def test_a_reader_takes_over_what_its_origins_say_and_the_smallest_counts() -> None:
    bookmark = Bookmark(time_us=200)
    take(bookmark, arrived(CHARGES, 200, "claims/0", confirmed=90), 200)
    take(bookmark, arrived(CHARGES, 200, "claims/1", confirmed=120), 200)
    assert confirmed_us(bookmark) == 90
    take(bookmark, arrived(CHARGES, 210, "claims/0"), 200)
    assert confirmed_us(bookmark) == 120
    take(bookmark, arrived(CHARGES, 210, "claims/1"), 200)
    assert (bookmark.doubts, confirmed_us(bookmark)) == ({}, None)


def test_a_turn_that_is_given_up_changes_no_doubt() -> None:
    bookmark = Bookmark(time_us=100)
    hold_out(bookmark, HANDLING)
    working = copy(bookmark)
    let_in(working, HANDLING)
    take(working, arrived(HANDLING, 130))
    assert (bookmark.held_out, bookmark.doubts) == ([HANDLING], {HANDLING: 100})

"""What its topic cannot take halts the shard by name, and a refusal always fits."""

from __future__ import annotations

import hashlib

import pytest

from tests.integration.runtime import counting
from tests.integration.runtime.counting import key_in
from tests.integration.runtime.world import World, both, counts, rejected
from tousu.runtime.broker import OutRecord, Record
from tousu.runtime.unpublishable import record_bytes


@pytest.fixture
def world(database_url: str) -> World:
    return World(database_url)


def test_an_output_that_its_topic_cannot_take_halts_its_shard_in_front_of_the_input(world: World) -> None:
    keeper_loop, _ = both(world)
    large, other = key_in(0, 2, 0), key_in(1, 2, 0)
    world.broker.limits[counting.LOG] = 5_000
    world.send(large)
    world.send(large, pad="x" * 6_000)
    world.send(large)
    world.send(other)
    world.run()
    assert list(keeper_loop.halted) == [0]
    assert keeper_loop.halted[0].reason == "unpublishable_output"
    assert f"{counting.INBOUND}/0 offset 1" in keeper_loop.halted[0].message
    assert (counts(world, large), counts(world, other)) == ([1], [1])
    world.broker.limits[counting.LOG] = 50_000
    world.run()
    assert not keeper_loop.halted
    assert (counts(world, large), rejected(world)) == ([1, 2, 3], [])


def test_a_right_taken_away_halts_each_shard_that_has_something_to_say_until_it_is_given_back(world: World) -> None:
    keeper_loop, _ = both(world)
    keys = [key_in(shard, 2, 0) for shard in (0, 1)]
    for key in keys:
        world.send(key)
    world.run()
    world.broker.forbidden.add(counting.LOG)
    for key in keys:
        world.send(key)
    world.run()
    assert {shard: error.reason for shard, error in keeper_loop.halted.items()} == {
        0: "not_authorised", 1: "not_authorised",
    }  # fmt: skip
    world.broker.forbidden.clear()
    world.run()
    assert not keeper_loop.halted
    assert [counts(world, key) for key in keys] == [[1, 2], [1, 2]]


def said(record: Record, name: str) -> str:
    return (dict(record.headers).get(name) or b"").decode()


def test_a_refusal_that_fits_nowhere_goes_out_cut_with_its_length_and_digest(world: World) -> None:
    both(world)
    value, key = b" " * 3_000_000, b"k" * 100_000
    headers = [("h", b"1"), ("much", b"x" * 3_000_000), *((f"n{n}", b"") for n in range(12_000))]
    world.broker.append(counting.INBOUND, 0, key, value, headers)
    world.broker.append(counting.LOG, 0, b"k", value, [])
    world.send(key_in(0, 2, 0))
    world.run()
    assert counts(world, key_in(0, 2, 0)) == [1]
    of_keeper, of_counter = world.fresh(counting.REJECTED)
    for refusal in (of_keeper, of_counter):
        assert (refusal.value or b"") == value[: len(refusal.value or b"")]
        assert 60_000 < len(refusal.value or b"") < 70_000
        assert said(refusal, "tousu-value-bytes") == "3000000"
        assert said(refusal, "tousu-value-sha256") == hashlib.sha256(value).hexdigest()
        size_bytes = record_bytes(OutRecord("", 0, refusal.key, refusal.value or b"", list(refusal.headers)))  # type: ignore[arg-type]
        assert size_bytes <= 2_097_152  # what the card of complaints.rejected says
    assert (of_keeper.key or b"") == key[: len(of_keeper.key or b"")]
    assert said(of_keeper, "tousu-key-bytes") == "100000"
    assert said(of_keeper, "tousu-key-sha256") == hashlib.sha256(key).hexdigest()
    assert said(of_keeper, "original-h") == "1"
    assert said(of_keeper, "tousu-headers-left-out") == "2002"
    assert len(of_keeper.headers) < 10_100


def test_a_refusal_is_cut_to_what_its_topic_takes_now(world: World) -> None:
    both(world)
    world.broker.limits[counting.REJECTED] = 40_000
    world.broker.append(counting.INBOUND, 0, b"k", b"{" * 100_000, [("h", b"x" * 50_000), ("i", b"1")])
    world.run()
    (refusal,) = world.fresh(counting.REJECTED)
    assert said(refusal, "tousu-value-bytes") == "100000"
    assert (said(refusal, "original-i"), said(refusal, "tousu-headers-left-out")) == ("1", "1")
    assert 10_000 < len(refusal.value or b"") < 40_000

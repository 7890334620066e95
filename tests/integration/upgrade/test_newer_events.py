"""An older reader and what a newer writer says: more fields are passed over, another version halts the shard.

So in a rolling upgrade nothing that an older copy cannot read is passed over in silence.
"""

from __future__ import annotations

import orjson
import pytest

from tests.integration.runtime import counting
from tests.integration.runtime.counting import counter, key_in
from tests.integration.runtime.test_forged import forged, put
from tests.integration.runtime.world import World, both, counts, header
from tousu.contract import schemas_folder
from tousu.events.codec import decode
from tousu.events.registry import CLASSES

EXAMPLES = schemas_folder() / "examples"


@pytest.mark.parametrize("event_type", sorted(CLASSES))
def test_a_field_that_a_newer_writer_adds_is_passed_over(event_type: str) -> None:
    name = event_type.removeprefix("tousu.").rpartition(".v")[0]
    events = [orjson.loads(file.read_bytes()) for file in EXAMPLES.glob(f"{name}/**/pass-*")]
    said = [event["data"] for event in events if event["type"] == event_type]
    assert said, "every type has examples"
    for data in said:
        assert decode(event_type, data | {"from_a_newer_version": {"mood": "bad"}}) == decode(event_type, data)


@pytest.fixture
def world(database_url: str) -> World:
    return World(database_url)


def newer(world: World, kind: str, shard: int = 0) -> None:
    """keeper writes something of another type onto its log, under its next number, as a newer version of it would."""
    model = next(record for record in world.noted() if record.partition == shard)
    seq = int(header(world.broker.logs[counting.LOG][shard][-1], "tousu-seq")) + 1
    put(world, model, forged(model, f"keeper/{shard}", seq, kind), orjson.dumps({"case_number": "x"}))


def test_a_newer_version_of_a_known_event_halts_the_shard_in_front_of_it(world: World) -> None:
    both(world)
    keys = [key_in(shard, 2, 0) for shard in (0, 1)]
    for key in keys:
        world.send(key)
    world.run()
    stands = world.loops[1].shards[0].opened.checkpoint.offsets[counting.LOG]
    newer(world, "tousu.case.closed.v7")
    place = len(world.broker.logs[counting.LOG][0]) - 1
    world.run()
    halted = world.loops[1].halted
    assert {shard: error.reason for shard, error in halted.items()} == {0: "newer_event"}
    assert "tousu.case.closed.v7" in halted[0].message and "knows tousu.case.closed.v1" in halted[0].message
    assert f"offset {place}" in halted[0].message
    world.send(keys[1])
    world.run()
    assert counts(world, keys[1]) == [1, 2], "the other shard goes on"
    world.crash(world.loops[1])
    again = world.copy(counter())
    world.run()
    assert again.halted[0].reason == "newer_event", "nothing was passed over: it stands in front of it again"
    assert stands <= place and world.fresh(counting.REJECTED) == []


@pytest.mark.parametrize(
    "kind", ["tousu.weather.changed.v1", "tousu.case.closed.v0", "tousu.case.closed.vx", "t.noted.v9"]
)
def test_a_new_kind_of_event_is_for_the_rules_to_pass_over(world: World, kind: str) -> None:
    """An addition is no other version; what the rules of each processor say of it, its own tests say."""
    both(world)
    key = key_in(0, 2, 0)
    world.send(key)
    world.run()
    newer(world, kind)
    world.run()
    assert world.loops[1].halted == {}

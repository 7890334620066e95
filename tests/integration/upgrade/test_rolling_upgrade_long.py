"""A rolling upgrade on a real broker: copies of this release and of the next share the shards, under load.

`make faults-long`. Migrations come before and after, the older copies go on meanwhile; an older copy that is given a
shard with newer states waits in front of it. Every event is counted once, and no state loses what the newer one wrote.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager

import orjson
import pytest
import sqlalchemy as sa

from tests.integration.process.conftest import PARTITIONS, Copy, Stage, stage, wait_until
from tests.integration.process.test_unpublishable import records_on
from tests.integration.runtime.counting import COUNTS
from tests.integration.upgrade import next_release
from tests.integration.upgrade.next_release import NextTally
from tousu.runtime.store import Store
from tousu.runtime.upgrading import upgrade

__all__ = ["stage"]
pytestmark = [pytest.mark.long, pytest.mark.kafka]

MIGRATIONS = "tests.integration.upgrade.next_release"
PAUSE_S = 0.02


@contextmanager
def load(stage: Stage) -> Iterator[None]:
    """Customers who never stop."""
    stopping = threading.Event()

    def publish() -> None:
        while not stopping.wait(PAUSE_S):
            stage.publish(PARTITIONS)

    thread = threading.Thread(target=publish)
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join()


def counts(stage: Stage) -> dict[str, list[int]]:
    """What was said of each key, each number of a shard once, in order."""
    found: dict[str, list[int]] = {}
    last: Counter[str] = Counter()
    for record in records_on(stage, stage.prefix + COUNTS):
        said = {name: (value or b"").decode() for name, value in record.headers}
        seq = int(said.get("tousu-seq", 0))
        if seq <= last[said["tousu-origin"]]:
            continue
        last[said["tousu-origin"]] = seq
        if said["ce_type"] == "t.counted":
            found.setdefault((record.key or b"").decode(), []).append(orjson.loads(record.value or b"")["count"])
    return found


def shared(one: Copy, other: Copy) -> bool:
    """Whether each has some of the shards, and both have all."""
    return bool(one.shards()) and bool(other.shards()) and len({*one.shards(), *other.shards()}) == PARTITIONS


def test_copies_of_two_releases_side_by_side_lose_nothing(stage: Stage, database_url: str) -> None:
    stage.make_topics()
    group = {"group": f"{stage.prefix}counter", "database": database_url, "session_s": "6"}
    stage.start("keeper")
    old = stage.start("counter", **group)
    with load(stage), closing(Store(database_url, "counter", next_release.counter().kinds)) as store:
        wait_until(lambda: len(counts(stage)) == PARTITIONS, "the former release counts")
        assert list(upgrade(store, "counter", "pre", MIGRATIONS)) == ["9998_pre_by_next"]
        grown(stage, 20)
        second = stage.start("counter", **group)  # an older copy starts on the tables of both
        wait_until(lambda: shared(old, second), "two older copies share the shards")
        assert second.end() == 0
        new = stage.start("counter_next", **group)
        wait_until(lambda: shared(old, new), "copies of both releases share the shards")
        grown(stage, 40)
        assert not old.why_not()
        assert new.end() == 0  # its shards go to the older copy, which cannot take them
        wait_until(lambda: "newer_states" in old.text(), "the older copy waits in front of newer states")
        new = stage.start("counter_next", **group)
        wait_until(new.shards, "the next release is back; the shards that it wrote in may be the older one's still")
        assert old.end() == 0
        wait_until(lambda: len(new.shards()) == PARTITIONS and new.ready(), "the next release has all")
        assert list(upgrade(store, "counter", "post", MIGRATIONS)) == ["9999_post_by_next"]
        grown(stage, 20)
    wait_until(lambda: sum(len(each) for each in counts(stage).values()) == stage._count, "all is counted")
    assert all(said == list(range(1, len(said) + 1)) for said in counts(stage).values())
    with closing(Store(database_url, "counter", next_release.counter().kinds)) as store:
        rows = states(store)
    assert all(by_next == str(state.by_next) for by_next, state in rows)
    assert {state.count for _, state in rows} == {len(said) for said in counts(stage).values()}
    assert all(0 < state.by_next < state.count for _, state in rows), "nothing that the newer copy wrote was dropped"
    last = stage.start("counter", **group)
    assert last.process.wait(60) == 78
    assert "newer_tables" in last.text()


def grown(stage: Stage, by: int) -> None:
    """Wait until so many more of each key were counted."""
    then = {key: len(said) for key, said in counts(stage).items()}
    wait_until(lambda: all(len(said) >= then[key] + by for key, said in counts(stage).items()), "it goes on")


def states(store: Store) -> list[tuple[str, NextTally]]:
    with store.transaction("look") as connection:
        found = connection.execute(sa.text("SELECT by_next, doc FROM counter_tally_all")).all()
    codec = store.kinds["tally"].codec
    return [(row[0], state) for row in found if isinstance(state := codec.decode(row[1]), NextTally)]

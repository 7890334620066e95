"""States are put into more shards: each is found by the shard that will be asked for it, once, and time goes on."""

from __future__ import annotations

from contextlib import closing

import msgspec
import pytest
import sqlalchemy as sa

from tousu.decision import StateKey
from tousu.failure import Stop
from tousu.runtime import checkpoint as cp
from tousu.runtime.broker import Record
from tousu.runtime.checkpoint import Checkpoint, Seen
from tousu.runtime.growing import Growth, grow, growth_in
from tousu.runtime.handing_on import FROM, handed_on, strayed
from tousu.runtime.partition import partition_of
from tousu.runtime.processor import Input, Kind, Processor, in_every_shard, stays
from tousu.runtime.store import Change, Store

FORMER, NOW = 4, 12
KEYS = tuple(f"case-{number}" for number in range(120))


class Note(msgspec.Struct, frozen=True):
    said: str


KINDS = (
    Kind("case", Note, timed=True),
    Kind("part", Note, columns={"ended": lambda note: note.said}, ended="ended"),
    Kind("seen", Note, belongs_to=in_every_shard),
    Kind("count", Note, belongs_to=stays),
)
PROCESSOR = Processor(
    name="keeper", inputs=(Input("log", writer="gate"),), kinds=KINDS, outputs=(),
    rules=None,  # type: ignore[arg-type]
)  # fmt: skip


def filled(url: str, checkpoint: Checkpoint) -> Store:
    store = Store(url, "keeper", KINDS)
    store.create()
    for shard in range(FORMER):
        opened = store.take(shard)
        states = {StateKey("count", "n"): Note("")}
        for key in (key for key in KEYS if partition_of(key, FORMER) == shard):
            states |= {
                StateKey("case", key): Note(key),
                StateKey("part", f"{key}/1"): Note("2026"),
                StateKey("seen", key): Note(""),
            }
        own = cp.copy(checkpoint)
        own.watermarks = {f"log|gate/{shard}": Seen(7, 70 + shard)}
        dues = {state_key: 5 for state_key in states if state_key.kind == "case"}
        store.commit([Change(shard, opened.epoch, opened.turn, own, b"", states, dues)])
        store.archive(shard, store.take(shard), "2027", 3)
    return store


def rows(store: Store, table: str) -> list[tuple[int, str]]:
    with store.transaction("") as connection:
        return [(row[0], row[1]) for row in connection.execute(sa.text(f"SELECT shard, key FROM {table}"))]


def test_each_state_lies_where_the_events_of_its_key_come(database_url: str) -> None:
    with closing(filled(database_url, Checkpoint(time_us=70, tick_us=69, partitions=FORMER))) as store:
        archived = len(rows(store, "keeper_part_archive"))
        assert grow(store, PROCESSOR, FORMER, NOW) > 0
        assert sorted(rows(store, "keeper_case")) == sorted((partition_of(key, NOW), key) for key in KEYS)
        parts = rows(store, "keeper_part_all")
        assert sorted(parts) == sorted((partition_of(key, NOW), f"{key}/1") for key in KEYS)
        assert len(rows(store, "keeper_part_archive")) == archived > 0
        seen = {(shard, key) for key in KEYS for shard in range(partition_of(key, FORMER), NOW, FORMER)}
        assert set(rows(store, "keeper_seen")) == seen
        assert sorted(rows(store, "keeper_count")) == [(shard, "n") for shard in range(FORMER)]
        assert grow(store, PROCESSOR, FORMER, NOW) == 0


def test_a_new_shard_goes_on_at_the_time_of_the_one_that_it_is_made_of(database_url: str) -> None:
    traces = [("event", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")]
    standing = Checkpoint(offsets={"log": 9}, time_us=70, tick_us=69, traces=traces)
    with closing(filled(database_url, standing)) as store:
        before = store.epochs()
        grow(store, PROCESSOR, FORMER, NOW)
        assert all(store.epochs()[shard] > epoch for shard, epoch in before.items()), "a copy still at work is fenced"
        made = store.take(6).checkpoint
        assert (made.time_us, made.tick_us, made.offsets, made.numbers) == (70, 69, {}, {})
        assert made.watermarks == {"log|gate/6": Seen(0, 72)}
        assert made.traces == traces, "what a clock says because of an event before goes on in its trace"
        assert (made.partitions, made.grown_from) == (NOW, [FORMER])
        assert store.take(2).checkpoint.offsets == {"log": 9}


def test_a_shard_of_a_spread_topic_awaits_every_origin_from_where_its_parent_had_told() -> None:
    spread = msgspec.structs.replace(PROCESSOR, inputs=(Input("log", writer="gate", spread=True),))
    with closing(filled("sqlite://", Checkpoint())) as store:
        grow(store, spread, FORMER, NOW)
        old, new = store.take(2).checkpoint.watermarks, store.take(6).checkpoint.watermarks
        assert old["log|gate/2"] == Seen(7, 72)
        assert old["log|gate/6"] == new["log|gate/2"] == new["log|gate/6"] == Seen(0, 72)
        assert len(new) == NOW


@pytest.mark.parametrize("partitions", [3, 6, 2])
def test_a_count_that_would_mix_the_shards_is_refused(partitions: int) -> None:
    with closing(filled("sqlite://", Checkpoint())) as store, pytest.raises(Stop, match="multiple"):
        grow(store, PROCESSOR, FORMER, partitions)


def test_while_an_input_is_held_out_nothing_grows() -> None:
    with closing(filled("sqlite://", Checkpoint(held_out=["log|gate/1"]))) as store:
        with pytest.raises(Stop) as refused:
            grow(store, PROCESSOR, FORMER, NOW)
        assert refused.value.reason == "held_out"
        assert {shard for shard, _ in rows(store, "keeper_case")} == set(range(FORMER))


def test_the_database_of_another_count_is_left_alone() -> None:
    with closing(filled("sqlite://", Checkpoint(partitions=8))) as store, pytest.raises(Stop, match="8 shards"):
        grow(store, PROCESSOR, FORMER, NOW)


def test_what_was_told_in_a_record_is_read_again() -> None:
    growth = Growth(former=4, partitions=12, at={"router": {3: {"complaints.accepted": 17}}})
    assert growth_in(Record("log", 5, 0, None, b"{}", [("tousu-grown", growth.header())])) == growth
    assert growth_in(Record("log", 5, 0, None, b"{}", [])) is None


def test_only_what_lay_right_before_is_handed_on_for_its_key_and_as_it_was() -> None:
    key = next(key for key in KEYS if partition_of(key, NOW) == 7)
    mine = [("ce_id", b"1"), ("traceparent", b"00-a")]
    headers = [*mine, ("ce_subject", None), ("tousu-seq", b"9"), ("x", b"x" * 1_000_000)]
    record = Record("in", 3, 41, key.encode(), b"{ }", headers)
    assert strayed(record, NOW, [FORMER]) == key
    assert strayed(record._replace(partition=7), NOW, [FORMER]) == ""
    assert strayed(record._replace(partition=2), NOW, [FORMER]) == "", "where else it lies, its data decide"
    assert strayed(record._replace(partition=1), NOW, [2, FORMER]) == key, "it slept through two growths"
    assert strayed(record, NOW, []) == strayed(record._replace(key=b"\xff"), NOW, [FORMER]) == ""
    again = handed_on(record, key, {"in": NOW})
    assert (again.partition, again.key, again.value) == (7, key.encode(), b"{ }")
    assert again.headers == [*mine, (FROM, b"in/3 offset 41")]

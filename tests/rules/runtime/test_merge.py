"""Two input topics of one shard are taken in the order of watermarks, whoever was read first."""

import random

import pytest

from tousu.event import Event
from tousu.runtime.arrival import TICK, Arrival
from tousu.runtime.broker import Record
from tousu.runtime.checkpoint import moment
from tousu.runtime.merge import BUFFER_MAX, Merge


def arrival(topic: str, offset: int, time_us: int, event_type: str = "t") -> Arrival:
    event = Event(id=f"{topic}{offset}", source="t", type=event_type, time=moment(0))
    return Arrival(Record(topic, 0, offset, b"k", b"{}", ()), event, None, f"{topic}/0", offset + 1, time_us)


def names(merge: Merge) -> list[str]:
    return [f"{a.record.topic}{a.time_us}" for a in merge.ready()]


def test_a_record_waits_until_no_other_topic_can_bring_an_earlier_one() -> None:
    merge = Merge(("cases", "sla"), in_order=True)
    merge.add(arrival("cases", 0, 10))
    assert names(merge) == []
    merge.add(arrival("sla", 0, 9))
    assert names(merge) == ["sla9"]
    merge.add(arrival("sla", 1, 12))
    assert names(merge) == ["cases10"]


def test_equal_times_go_in_the_order_of_the_inputs() -> None:
    merge = Merge(("cases", "sla"), in_order=True)
    merge.add(arrival("sla", 0, 10))
    assert names(merge) == []
    merge.add(arrival("cases", 0, 10))
    merge.add(arrival("cases", 1, 11))
    assert names(merge) == ["cases10", "sla10"]


def test_of_equal_times_a_tick_is_the_last() -> None:
    """An answer at the very moment that was promised is in time, whichever topic tells of the moment first."""
    merge = Merge(("cases", "sla"), in_order=True)
    merge.add(arrival("cases", 0, 10, TICK))
    merge.add(arrival("sla", 0, 10))
    assert names(merge) == ["sla10"], "sla may tell more of 10"
    merge.add(arrival("sla", 1, 11))
    assert names(merge) == ["cases10"], "and cases, too"


def test_one_input_needs_no_waiting() -> None:
    merge = Merge(("cases",), in_order=True)
    merge.add(arrival("cases", 0, 10))
    assert names(merge) == ["cases10"]


def test_a_topic_that_was_read_to_its_end_is_not_waited_for() -> None:
    merge = Merge(("phone", "web"), in_order=True)
    merge.add(arrival("web", 0, 50))
    merge.hear("phone", 49)
    assert names(merge) == []
    merge.hear("phone", 50)
    assert names(merge) == ["web50"], "what comes on phone now was written after the look at its end"
    assert merge.complete_us() == 50


def test_a_step_back_of_a_clock_is_flattened() -> None:
    merge = Merge(("phone",), in_order=True)
    for offset, time_us in enumerate((50, 40, 60)):
        merge.add(arrival("phone", offset, time_us))
    assert names(merge) == ["phone50", "phone50", "phone60"]


def test_an_input_of_many_origins_keeps_their_times() -> None:
    merge = Merge(("charges",), in_order=False)
    merge.add(arrival("charges", 0, 50))
    merge.add(arrival("charges", 1, 40))
    assert names(merge) == ["charges50", "charges40"]


def test_everything_is_complete_up_to_the_first_that_waits_or_the_last_that_was_heard() -> None:
    merge = Merge(("phone", "web"), in_order=True)
    assert merge.complete_us() == -1
    merge.hear("phone", 30)
    assert merge.complete_us() == -1
    merge.hear("web", 20)
    assert merge.complete_us() == 20
    merge.add(arrival("phone", 0, 25))
    assert (names(merge), merge.complete_us()) == ([], 20)
    merge.hear("web", 40)
    assert (names(merge), merge.complete_us()) == (["phone30"], 30), "its clock went back"
    merge.hear("phone", 40)
    assert merge.complete_us() == 40


def test_too_much_held_back_is_reported_so_that_the_topic_can_be_paused() -> None:
    merge = Merge(("cases", "sla"), in_order=True)
    for offset in range(BUFFER_MAX):
        merge.add(arrival("cases", offset, offset))
    assert merge.full() == {"cases"}
    merge.add(arrival("sla", 0, BUFFER_MAX))
    names(merge)
    assert merge.full() == frozenset()


@pytest.mark.parametrize("seed", range(50))
def test_the_order_does_not_depend_on_who_was_read_first(seed: int) -> None:
    chance = random.Random(seed)
    topics = ("a", "b", "c")
    logs = {
        topic: [
            arrival(topic, n, t, chance.choice(("t", TICK)))
            for n, t in enumerate(sorted(chance.choices(range(20), k=30)))
        ]
        for topic in topics
    }
    for topic in topics:
        logs[topic].append(arrival(topic, 30, 99))
    orders = []
    for _ in range(2):
        merge, taken = Merge(topics, in_order=True), []
        left = {topic: list(log) for topic, log in logs.items()}
        while any(left.values()):
            topic = chance.choice([t for t in topics if left[t]])
            merge.add(left[topic].pop(0))
            if chance.random() < 0.5:
                taken += names(merge)
        orders.append([name for name in taken + names(merge) if not name.endswith("99")])
    assert orders[0] == orders[1]
    assert len(orders[0]) == 90

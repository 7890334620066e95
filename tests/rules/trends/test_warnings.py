"""From routed cases to warnings: one outlet's story, and any log against a slow count."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from statistics import fmean

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.trends.folding import FoldingRules
from services.trends.memory import Memory
from services.trends.rules import TrendRules, judge, warning_id
from tests.rules.trends.happenings import (
    PACK,
    SETTINGS,
    START,
    hours,
    log_of,
    overlook,
    pack_with,
    record,
    routed,
    said,
    taken,
    tick,
)  # fmt: skip
from tousu.contract import validator
from tousu.decision import Output, State, StateKey
from tousu.event import Event, text_of_time
from tousu.policy.pack import Pack
from tousu.policy.policies import Policies
from tousu.runtime.arrival import from_ours
from tousu.runtime.broker import Record

Happenings = list[tuple[datetime, Event]]


def rise(until_hour: int, usual: int = 1, risen: int = 12, at_hour: int = 40) -> Happenings:
    """`usual` damages every hour at one outlet, `risen` in the hour `at_hour`."""
    found: Happenings = []
    for hour in range(until_hour):
        for number in range(risen if hour == at_hour else usual):
            at = START + hours(hour) + timedelta(minutes=number)
            found.append((at, routed(at=at)))
    return found


def in_order(logs: Sequence[Sequence[Record]]) -> list[Record]:
    return [each for log in logs for each in log]


def test_rise_at_one_outlet_is_news_once_the_hour_is_over() -> None:
    pack = pack_with()
    logs = log_of(rise(60), 1, START + hours(60))
    network, outlet = said(taken(overlook(pack, 1), logs[0]))
    assert outlet == {
        "class": "damage",
        "outlet": "HZ-017",
        "window": {"from": text_of_time(START + hours(37)), "to": text_of_time(START + hours(41))},
        "count": 15,
        "usual": {"mean": 4.0, "upper": 10.36},
        "at": text_of_time(START + hours(41)),
        "pack": {"id": "courier-network", "version": PACK.version},
        "section": "H 9",
    }
    assert network == {name: value for name, value in outlet.items() if name != "outlet"}


def test_rise_is_news_as_soon_as_time_reaches_the_end_of_its_hour() -> None:
    log = log_of(rise(41), 1, START + hours(41))[0]
    over = overlook(pack_with(), 1)
    assert taken(over, log[:-1]) == []
    assert [each.time for each in taken(over, log[-1:])] == [START + hours(41)] * 2


def test_warning_says_what_its_schema_asks_for_and_goes_to_the_outlet() -> None:
    pack = pack_with(count_by=("class", "kind", "outlet", "region"))
    warnings = taken(overlook(pack, 1), log_of(rise(60), 1, START + hours(60))[0])
    assert len(warnings) == 6
    for each in warnings:
        assert validator(each.type)(each.data) is None
        assert each.time == START + hours(41)
    assert [each.subject for each in warnings] == ["damage", "HZ-017", "damage", "complaint", "HZ-017", "complaint"]
    assert len({warning_id(each) for each in warnings}) == 6


def test_second_rise_is_news_again_after_the_first_is_over() -> None:
    happenings = rise(80)
    at = START + hours(60)
    happenings = sorted([*happenings, *((at, routed(at=at)) for _ in range(14))], key=lambda pair: pair[0])
    found = said(taken(overlook(pack_with(), 1), log_of(happenings, 1, START + hours(80))[0]))
    assert [each["at"] for each in found if "outlet" in each] == [text_of_time(START + hours(h)) for h in (41, 61)]


def test_nothing_is_news_before_seven_windows_are_known() -> None:
    happenings = rise(30, at_hour=20)
    assert taken(overlook(pack_with(), 1), log_of(happenings, 1, START + hours(40))[0]) == []


def test_repeated_record_is_not_counted_again() -> None:
    log = log_of(rise(60), 1, START + hours(60))[0]
    sent_again = [each for start in range(0, len(log), 10) for each in log[max(0, start - 7) : start + 10]]
    once, twice = overlook(pack_with(), 1), overlook(pack_with(), 1)
    assert said(taken(twice, sent_again)) == said(taken(once, log))
    assert twice.take(from_ours(log[3])) is None


def test_no_hour_is_judged_while_a_partition_is_not_past_it() -> None:
    first, second = log_of(rise(60), 2, START + hours(60))
    over = overlook(pack_with(), 2)
    assert taken(over, first) == []
    assert over.time is None
    assert len(taken(over, second)) == 2
    assert over.time == START + hours(60)


def test_counts_older_than_the_history_are_forgotten() -> None:
    pack = pack_with()
    over = overlook(pack, 1)
    taken(over, log_of(rise(60), 1, START + hours(60))[0])
    later = START + hours(60 + 100)
    taken(over, [record(tick(later), 0, 1000, later)])
    assert over.cells == 0
    assert over._counts.found == {}  # type: ignore[attr-defined]


# -- any log ------------------------------------------------------------------------------------------------------


@st.composite
def stories(draw: st.DrawFn) -> Happenings:
    """Some days at two outlets: a usual rate, and an hour or two that are far from it."""
    dice = random.Random(draw(st.integers(0, 2**32)))
    found: Happenings = []
    peaks = {dice.randrange(30, 70): dice.randrange(5, 30) for _ in range(draw(st.integers(0, 3)))}
    for hour in range(draw(st.integers(40, 90))):
        for _ in range(dice.choice([0, 0, 1, 2]) + peaks.get(hour, 0)):
            at = START + hours(hour) + timedelta(seconds=dice.randrange(3600))
            class_name, outlet = dice.choice(["damage", "damage", "loss"]), dice.choice(["HZ-017", "HZ-017", "SH-001"])
            found.append((at, routed(class_name, outlet, at=at)))
    return sorted(found, key=lambda pair: pair[0])


def slowly(happenings: Happenings, pack: Pack, until: datetime) -> set[tuple[str, str, str, int]]:
    """(class, outlet, end of window, count) of every warning: every window of every cell counted from the raw list."""
    settings_ = pack.early_warning
    assert settings_ is not None
    size, step = hours(settings_.window_hours), hours(settings_.step_hours)
    if not happenings:
        return set()
    began = happenings[0][0].replace(minute=0, second=0, microsecond=0)
    cells = {(event.data["class"], event.data["object"]["outlet"]) for _, event in happenings}
    found = set()
    for class_name, outlet in cells | {(name, "") for name, _ in cells}:
        times = [
            at for at, event in happenings
            if event.data["class"] == class_name and outlet in ("", event.data["object"]["outlet"])
        ]  # fmt: skip
        is_raised = False
        end = began + step
        while end <= until:
            edges = [end - size * number for number in range(settings_.usual_windows + 1)]
            counts = [sum(edge - size <= at < edge for at in times) for edge in edges if edge - size >= began]
            whole = [sum(end - size <= at < end for at in times), *counts[1:]]
            was_counted = any(end - step <= at < end for at in times)
            verdict = judge(whole[0] if was_counted or is_raised else 0, whole[1:], settings_, is_raised=is_raised)
            if verdict.is_news:
                assert verdict.usual is not None
                assert verdict.usual.mean == round(fmean(whole[1:]), 2)
                found.add((class_name, outlet, text_of_time(end), whole[0]))
            is_raised = verdict.is_raised
            end += step
    return found


def named(outputs: Sequence[Output]) -> set[tuple[str, str, str, int]]:
    return {(d["class"], d.get("outlet", ""), d["window"]["to"], d["count"]) for d in said(outputs)}


@settings(deadline=None, max_examples=40)
@given(stories(), st.integers(1, 4), st.randoms(use_true_random=False))
def test_warnings_are_those_of_a_slow_count_however_partitions_are_read(
    happenings: Happenings, partitions: int, dice: random.Random
) -> None:
    pack = pack_with()
    until = START + hours(120)
    logs = [list(log) for log in log_of(happenings, partitions, until)]
    mixed: list[Record] = []
    while any(logs):
        log = dice.choice([each for each in logs if each])
        take = dice.randrange(1, 20)
        mixed += log[:take]
        del log[:take]
    found = taken(overlook(pack, partitions), mixed)
    assert named(found) == slowly(happenings, pack, until)
    assert len(named(found)) == len(found)


@settings(deadline=None, max_examples=30)
@given(stories(), st.integers(1, 3), st.integers(0, 400))
def test_memory_gone_and_come_again_changes_nothing(happenings: Happenings, partitions: int, cut: int) -> None:
    pack = pack_with(count_by=("class", "kind", "outlet", "region"))
    records = in_order(log_of(happenings, partitions, START + hours(120)))
    in_one_life = taken(overlook(pack, partitions), records)
    first, second = overlook(pack, partitions), overlook(pack, partitions)
    warnings = taken(first, records[:cut])
    written = msgspec.msgpack.encode(first.memory())
    second.recall(msgspec.msgpack.decode(written, type=Memory))
    assert said(warnings + taken(second, records[cut:])) == said(in_one_life)
    first_again = overlook(pack, partitions)
    first_again.recall(first.memory())
    assert first_again.memory() == first.memory()


def test_alarm_that_is_remembered_is_not_raised_again() -> None:
    log = log_of(rise(60), 1, START + hours(60))[0]
    first, second = overlook(pack_with(), 1), overlook(pack_with(), 1)
    cut = next(number for number, (at, _) in enumerate(rise(60)) if at >= START + hours(42)) + 1
    assert len(taken(first, log[:cut])) == 2
    second.recall(first.memory())
    assert taken(second, log[cut:]) == []


def folded(happenings: Happenings, pack: Pack, until: datetime) -> Iterator[Output]:
    """What the rules say on the loop: due clocks before every event, as tousu/runtime/shard_turn.py does it."""
    rules = FoldingRules(TrendRules(Policies.of(pack)))
    states: dict[StateKey, State] = {}

    def settle(changes: dict[StateKey, State | None]) -> None:
        for state_key, state in changes.items():
            if state is None:
                del states[state_key]
            else:
                states[state_key] = state

    for at, event in [*happenings, (until + timedelta(microseconds=1), None)]:
        while True:
            dues = [
                (due, state_key)
                for state_key, state in states.items()
                if (due := rules.next_timer(state_key, state)) is not None
            ]
            if not dues or min(dues)[0] >= at:
                break
            due, state_key = min(dues)
            decision = rules.on_timer(state_key, states[state_key], due)
            settle(dict(decision.states))
            assert (new := states.get(state_key)) is None or (rules.next_timer(state_key, new) or until) > due
            yield from decision.outputs
        if event is not None:
            state_keys = rules.state_keys(event)
            settle(dict(rules.apply({key: states.get(key) for key in state_keys}, event, at).states))


@settings(deadline=None, max_examples=40)
@given(stories())
def test_loop_and_stream_say_the_same(happenings: Happenings) -> None:
    pack = pack_with()
    until = START + hours(120)
    on_loop = list(folded(happenings, pack, until))
    in_stream = taken(overlook(pack, 1), in_order(log_of(happenings, 1, until)))
    assert said(on_loop) == said(in_stream)


def test_loop_forgets_a_cell_that_nothing_was_counted_in_for_a_whole_history() -> None:
    pack = pack_with()
    rules = FoldingRules(TrendRules(Policies.of(pack)))
    event = routed(outlet="")
    cell = StateKey("tally", "class=damage")
    state = rules.apply(dict.fromkeys(rules.state_keys(event)), event, START).states[cell]
    wakes = 0
    while state is not None:
        due = rules.next_timer(cell, state)
        assert due is not None
        state = rules.on_timer(cell, state, due).states[cell]
        wakes += 1
    assert wakes == 6  # four hours with the case in the window, one without, one when the history is over
    assert due == START + hours(SETTINGS.window_hours * (SETTINGS.usual_windows + 1) + 1)


def test_other_events_leave_no_trace_on_the_loop() -> None:
    rules = FoldingRules(TrendRules(Policies.of(pack_with())))
    event = tick(START)
    assert rules.state_keys(event) == []
    assert rules.apply({}, event, START).no_op == "not_counted"


@pytest.mark.parametrize("partitions", [1, 3])
def test_log_without_cases_says_nothing(partitions: int) -> None:
    over = overlook(pack_with(), partitions)
    assert taken(over, in_order(log_of([], partitions, START + hours(100)))) == []

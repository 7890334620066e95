"""The picture is sound: well-formed, a lane for every clock, no label on another, fit for any length of time."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from datetime import timedelta
from itertools import combinations, pairwise
from typing import NamedTuple
from unicodedata import east_asian_width

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.rules.explain.telling import Teller
from tests.rules.explain.test_intervals_add_up import ACTIONS, BEGIN, report
from tests.rules.packs import plain_clocks
from tests.rules.sla.desk import NUMBER, at
from tousu.explain.axis import axis_of
from tousu.explain.labels import stacked, width_of
from tousu.explain.picture import picture

PACK = plain_clocks()
SVG = "{http://www.w3.org/2000/svg}"


class Box(NamedTuple):
    """Where a text stands, about."""

    text: str
    left: float
    top: float
    right: float
    bottom: float


def texts(svg: ET.Element) -> list[Box]:
    found = []
    for each in svg.iter(f"{SVG}text"):
        size, text = float(each.attrib["font-size"]), each.text or ""
        ems = sum(1.0 if east_asian_width(one) in "WF" else 0.55 for one in text)
        x, y = float(each.attrib["x"]), float(each.attrib["y"])
        found.append(Box(text, x, y - 0.8 * size, x + ems * size, y + 0.15 * size))
    return found


def drawn(desk: Teller) -> ET.Element:
    """The picture, found sound."""
    found = desk.explained()
    svg = ET.fromstring(picture(found))
    width, height = float(svg.attrib["width"]), float(svg.attrib["height"])
    boxes = texts(svg)
    for one, other in combinations(boxes, 2):
        apart = one.right <= other.left or other.right <= one.left or one.bottom <= other.top or other.bottom <= one.top
        assert apart, (one, other)
    assert all(box.left >= 0 and box.right <= width and box.bottom <= height for box in boxes)
    lanes = [(each.get("data-clock"), each.get("data-generation")) for each in svg.iter(f"{SVG}g")]
    for account in found.accounts:
        assert (account.clock, str(account.generation)) in lanes
    return svg


def test_a_long_story(long_story: Teller) -> None:
    svg = drawn(long_story)
    said = " ".join(box.text for box in texts(svg))
    for words in (
        "损坏",
        "重大",
        "处理时限",
        "仓储运输部",
        "春节",
        "paused: waiting for evidence",
        "done, too late",
        NUMBER,
    ):
        assert words in said
    departments = {each.get("data-department") for each in svg.iter(f"{SVG}g")} - {None}
    assert departments == {"storage_and_transport", "quality_management"}


def test_breached_and_withdrawn(desk: Teller) -> None:
    desk.routed(at("01-05 10:00"), grade="simple")
    desk.handle("acknowledged", at("01-05 10:30"))
    desk.pass_time(at("01-07 09:00"))
    desk.handle("customer_answered", at("01-06 17:00"), now=at("01-07 09:20"))
    said = " ".join(box.text for box in texts(drawn(desk)))
    assert "breach withdrawn 01-07 09:20" in said
    assert "met 01-06 17:00" in said


def test_six_minutes(desk: Teller) -> None:
    desk.routed(at("01-05 10:00"), kind="inquiry", web_result="none")
    desk.handle("inquiry_answered", at("01-05 10:06"))
    assert "10:02" in " ".join(box.text for box in texts(drawn(desk)))


def test_a_case_without_clocks(desk: Teller) -> None:
    desk.routed(at("01-05 10:00"), kind="inquiry", web_result="found")
    drawn(desk)


def test_no_reason_breaks_the_xml(desk: Teller) -> None:
    desk.routed(at("01-05 10:00"))
    desk.passed_on(["quality_management"], at("01-05 11:00"))
    data = {"case_number": NUMBER, "to_departments": ["a<b>&\"'\x0b"], "from_departments": ["x"], "reason": "<&>\x00"}
    desk.also("complaints.cases", "case.passed_on", at("01-05 12:00"), data)
    drawn(desk)


@settings(max_examples=60, deadline=None, print_blob=True)
@given(received=st.integers(0, 20 * 1440), actions=ACTIONS)
def test_any_story_is_drawn_soundly(received: int, actions: list[tuple[str, int, int, int]]) -> None:
    desk = Teller(PACK)
    now = BEGIN + timedelta(minutes=received)
    desk.routed(now)
    for action in actions:
        now += timedelta(minutes=action.gap)  # type: ignore[attr-defined]
        report(desk, action, now)  # type: ignore[arg-type]
    desk.pass_time(now + timedelta(days=3))
    drawn(desk)


@pytest.mark.parametrize("minutes", [1, 7, 45, 180, 1000, 3000, 9000, 40_000, 150_000, 500_000])
def test_ticks_are_round_and_have_room_for_any_span(minutes: int) -> None:
    start = at("01-05 10:07")
    axis = axis_of(start, start + timedelta(minutes=minutes), [], PACK.calendar.newest, 190, 860)
    ticks = [tick for tick in axis.ticks() if tick.text]
    assert 2 <= len(ticks) <= 12 or minutes < 5
    places = [axis.x(tick.at) for tick in ticks]
    gaps = [after - before for before, after in pairwise(places)]
    assert all(gap >= width_of(tick.text, 10.5) for gap, tick in zip(gaps, ticks, strict=False))
    assert all(re.fullmatch(r"\d\d:\d\d|\w{3} \d\d-\d\d|\d{4}-\d\d", tick.text) for tick in ticks)


def test_a_due_time_far_away_does_not_squeeze_what_happened() -> None:
    start = at("01-05 10:00")
    far, near = start + timedelta(days=30), start + timedelta(hours=2)
    axis = axis_of(start, start + timedelta(hours=1), [far, near], PACK.calendar.newest, 190, 860)
    assert axis.holds(near) and not axis.holds(far)


@given(st.lists(st.tuples(st.floats(0, 800), st.text("ab调休 ", min_size=1, max_size=30), st.just("")), max_size=25))
def test_no_line_crosses_a_label(labels: list[tuple[float, str, str]]) -> None:
    found = stacked(labels, 11)
    for one, other in combinations(found, 2):  # from left to right
        if one.row <= other.row:
            assert one.x + width_of(one.text, 11) < other.x

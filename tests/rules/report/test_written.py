"""The report as CSV, JSON and SVG."""

from __future__ import annotations

import csv
import io
import xml.etree.ElementTree as ET
from datetime import date

import pytest

from tests.rules.report.log import QUALITY, TRANSPORT, Log, asked
from tousu.report.chart import GROUPS_MAX, SERIES_MAX, chart_of
from tousu.report.measures import MEASURES, target_of
from tousu.report.svg import svg_of, ticks
from tousu.report.written import csv_of, document_of

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def log() -> Log:
    log = Log()
    log.complaint("K1", "09-01 10:00")
    log.complaint("K2", "09-01 10:00", ())
    log.answered("K1", "09-01 13:00")
    log.satisfied("K1", "09-01 14:00", score=3)
    return log


def test_csv_has_a_line_of_names_a_star_for_everybody_and_empty_cells_for_what_is_not_known(log: Log) -> None:
    text = csv_of(asked(log.events, "department"), ["complaints", "mean_hours", "satisfaction"])
    assert text == (
        "period,first_day,last_day,department,complaints,mean_hours,satisfaction\r\n"
        "2026-09,2026-09-01,2026-09-30,,1,,\r\n"
        f"2026-09,2026-09-01,2026-09-30,{TRANSPORT},1,3.00,3.00\r\n"
        "2026-09,2026-09-01,2026-09-30,*,2,3.00,3.00\r\n"
    )


def test_csv_can_be_read_again_whatever_stands_in_a_group() -> None:
    log = Log()
    log.complaint("K1", "09-01 10:00", organisation='a,"b"')
    rows = list(csv.reader(io.StringIO(csv_of(asked(log.events, "organisation"), ["complaints"]))))
    assert rows[1][3] == 'a,"b"'


def test_json_says_out_of_how_many_a_share_comes_and_whether_a_target_is_reached(log: Log) -> None:
    targets = [target_of("satisfaction=4.0")]
    made = asked(log.events, "department")
    document = document_of(made, ["complaints", "handled_percent", "satisfaction"], targets)
    assert [row["group"] for row in document["rows"]] == [
        {"department": ""}, {"department": TRANSPORT}, {"department": None},
    ]  # fmt: skip
    assert document["rows"][2]["figures"] == {
        "complaints": {"value": 2},
        "handled_percent": {"value": 50.0, "having": 1, "of": 2},
        "satisfaction": {"value": 3.0, "of": 1, "reached": False},
    }
    assert "reached" not in document["rows"][0]["figures"]["satisfaction"]
    assert document["targets"] == [{"measure": "satisfaction", "value": 4.0}]


def texts(svg: str) -> list[str]:
    return [node.text or "" for node in ET.fromstring(svg).iter(f"{SVG}text")]


def test_a_chart_over_time_names_axes_units_groups_and_the_target(log: Log) -> None:
    log.complaint("K3", "10-01 10:00", (QUALITY,))
    made = asked(log.events, "department")
    svg = svg_of(chart_of(made, ["complaints", "satisfaction"], [target_of("satisfaction=4.0")], "below"))
    said = texts(svg)
    for words in ("Complaints by department, 2026-09 to 2026-10", "below", "month", "count", "points", "2026-10",
                  "(none)", TRANSPORT, "all", "target 4", "Score 1-5"):  # fmt: skip
        assert words in said, words


def test_a_single_period_is_a_ranking_with_a_value_at_each_bar(log: Log) -> None:
    said = texts(svg_of(chart_of(asked(log.events, "department"), ["complaints", "mean_hours"])))
    assert said.count(TRANSPORT) == 2
    assert "not known" in said


def test_what_is_not_known_breaks_the_line() -> None:
    log = Log()
    for month in ("06", "07", "09"):
        log.complaint(f"K{month}", f"{month}-01 10:00")
        log.answered(f"K{month}", f"{month}-02 10:00")
    svg = svg_of(chart_of(asked(log.events), ["mean_hours"]))
    assert svg.count("<polyline") == 2
    assert svg.count("<circle") == 3


def test_of_many_groups_the_largest_are_drawn_and_that_is_said() -> None:
    log = Log()
    for number in range(30):
        log.complaint(f"K{number}", "09-01 10:00", object={"outlet": f"HZ-{number:03}"})
    log.complaint("L", "09-01 10:00", object={"outlet": "HZ-029"})
    chart = chart_of(asked(log.events, "outlet"), ["complaints"])
    assert chart.panels[0].places[0] == "HZ-029"
    assert chart.note.startswith(f"{GROUPS_MAX} of 30 groups are drawn")
    log.complaint("M", "10-01 10:00", object={"outlet": "HZ-029"})
    chart = chart_of(asked(log.events, "outlet"), ["complaints"])
    assert chart.note.startswith(f"{SERIES_MAX} of 30 groups are drawn")
    assert texts(svg_of(chart))[-1] == chart.note


@pytest.mark.parametrize("by", [(), ("department",)])
@pytest.mark.parametrize("first", [None, date(2026, 1, 1)])
def test_every_measure_can_be_drawn_and_what_stands_in_names_is_text(by: tuple[str, ...], first: date | None) -> None:
    log = Log()
    log.complaint("K1", "09-01 10:00", organisation="<b>&")
    for events in ([], log.events):
        for groups in (by, ("organisation",)):
            ET.fromstring(svg_of(chart_of(asked(events, *groups, first=first), list(MEASURES))))


@pytest.mark.parametrize(
    "low, high, whole, marks",
    [
        (0, 100, False, [0, 20, 40, 60, 80, 100]),
        (0, 78, True, [0, 20, 40, 60, 80]),
        (0, 1, True, [0, 1]),
        (0, 0.85, False, [0, 0.2, 0.4, 0.6, 0.8, 1.0]),
        (1, 5, True, [1, 2, 3, 4, 5]),
    ],
)
def test_marks_are_round_numbers_that_reach_the_highest_value(
    low: float, high: float, whole: bool, marks: list[float]
) -> None:
    assert ticks(low, high, 5, whole=whole) == pytest.approx(marks)

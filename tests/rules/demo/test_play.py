"""A file of events as the demo plays it: time is told on whatever days its lines span. Broken files first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import pytest

from tousu.demo.play import Beat, beats
from tousu.failure import Stop
from tousu.simulation.lines import BadLine

SHANGHAI = ZoneInfo("Asia/Shanghai")
LONDON = ZoneInfo("Europe/London")
PHONE = "complaints.inbound.phone"


def line(when: str | None, event_id: str = "call-1", **beside: Any) -> bytes:
    """A call as an adapter publishes it."""
    event: dict[str, Any] = {
        "specversion": "1.0", "id": event_id, "source": "/adapters/phone",
        "type": "tousu.complaint.received.phone.v1", "datacontenttype": "application/json", "data": {},
    }  # fmt: skip
    if when is not None:
        event["time"] = when
    return orjson.dumps({"topic": PHONE, "key": event_id, "event": event, **beside})


def moments_of(played: list[Beat]) -> list[datetime]:
    return [beat.moment for beat in played]


GOOD = line("2026-03-02T09:00:00+08:00")


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (b"\xef\xbb\xbf" + GOOD, ("line 2", "byte order mark")),
        ("{\"topic\": \"快递\"}".encode("gbk"), ("line 2", "not UTF-8 at byte 11")),
        (GOOD.decode().encode("utf-16"), ("line 2", "not UTF-8 but UTF-16")),
        (b"{\"topic\": ", ("line 2", "a line is")),
        (b"[1, 2]", ("line 2", "a line is")),
        (GOOD.replace(b"phone\",", b"fax\",", 1), ("line 2", "`topic` complaints.inbound.fax", PHONE)),
        (line(None), ("line 2", "`arrival`", "`time`")),
        (line("yesterday"), ("line 2", "`arrival`", "`time`")),
        (line("2026-03-02T10:00:00+08:00", arrival="soon"), ("line 2", "`arrival`")),
        (line("2026-03-02T08:59:59+08:00"), ("line 2", "2026-03-02T00:59:59Z", "`time`", "line 1", "sort")),
        (line("2026-03-02T10:00:00+08:00", arrival="2026-03-01T10:00:00+08:00"), ("line 2", "`arrival`", "sort")),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_file_is_named_with_its_line_and_field(broken: bytes, said: tuple[str, ...]) -> None:
    with pytest.raises(BadLine) as raised:
        beats([GOOD, broken], SHANGHAI)
    for words in said:
        assert words in str(raised.value)


@pytest.mark.parametrize("lines", [[], [b""], [b"  ", b"\t"]])
def test_a_file_without_an_event_says_so(lines: list[bytes]) -> None:
    with pytest.raises(Stop) as raised:
        beats(lines, SHANGHAI)
    assert raised.value.reason == "no_events"


def test_a_file_with_one_record_is_its_day_up_to_that_record() -> None:
    played = beats([GOOD], SHANGHAI)
    assert played[0].moment == datetime(2026, 3, 1, 16, tzinfo=UTC)
    assert (played[-1].moment, len(played[-1].lines)) == (datetime(2026, 3, 2, 1, tzinfo=UTC), 1)


def test_time_is_told_through_three_weeks_with_and_without_events() -> None:
    arrivals = ["2026-03-02T09:00:00+08:00", "2026-03-05T23:59:59+08:00", "2026-03-23T17:30:01+08:00"]
    played = beats([line(when, f"call-{n}") for n, when in enumerate(arrivals)], SHANGHAI)
    times = moments_of(played)
    assert times == sorted(times)
    assert {time.astimezone(SHANGHAI).day for time in times} == set(range(2, 24))
    assert max(later - earlier for earlier, later in pairwise(times)) == timedelta(hours=6)
    # what arrives is published with the first beat that is not before it, and nothing is left over
    held = [(beat.moment, each.arrival) for beat in played for each in beat.lines]
    assert [arrival for _, arrival in held] == [datetime.fromisoformat(when) for when in arrivals]
    assert all(arrival is not None and arrival <= moment for moment, arrival in held)
    assert times[-1] == datetime.fromisoformat(arrivals[-1])


def test_days_are_those_of_the_pack() -> None:
    """23:30 of 1 June in London is 2 June in Shanghai; midnight is told where the pack is."""
    (midnight,) = {beats([line("2026-06-01T22:30:00Z")], LONDON)[0].moment}
    assert midnight == datetime(2026, 5, 31, 23, tzinfo=UTC)


def test_a_long_silence_costs_four_ticks_a_day() -> None:
    played = beats([GOOD, line("2027-03-02T09:00:00+08:00", "call-2")], SHANGHAI)
    assert len(played) < 4 * 365 + 200


def test_time_goes_on_after_the_last_line_where_it_is_asked_to() -> None:
    end = datetime(2026, 3, 4, tzinfo=UTC)
    assert beats([GOOD], SHANGHAI, end)[-1].moment == end
    assert beats([GOOD], SHANGHAI, datetime(2026, 3, 1, tzinfo=UTC))[-1].moment == datetime(2026, 3, 2, 1, tzinfo=UTC)


def test_a_report_about_a_case_that_no_line_tells_is_played_as_it_stands() -> None:
    told = line("2026-03-02T09:10:00+08:00", "report-1", case_of="call-1")
    strange = line("2026-03-02T09:20:00+08:00", "report-2", case_of="call-of-another-file")
    sent = [each.case_of for beat in beats([GOOD, told, strange], SHANGHAI) for each in beat.lines]
    assert sent == [None, "call-1", None]


def test_a_case_has_its_number_before_anybody_writes_about_it() -> None:
    at_once = line("2026-03-02T09:00:00+08:00", "report-1", case_of="call-1")
    played = [[each.case_of for each in beat.lines] for beat in beats([GOOD, at_once], SHANGHAI) if beat.lines]
    assert played == [[None], ["call-1"]]

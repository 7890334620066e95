"""The report of a whole day equals a count in plain SQL over the same events, written apart from tousu.report."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import pytest

from tests.packs_read import load_policies
from tousu.report.figures import Question, ReportResult, report
from tousu.report.fold import TOPICS, Fold
from tousu.report.periods import PeriodKind
from tousu.simulation.simulate import simulate

DAY = Path(__file__).resolve().parents[3] / "examples" / "courier-day.jsonl"
UNTIL = datetime.fromisoformat("2026-10-15T00:00:00+08:00")
SERVICES = {"storage_and_transport": 9_000, "quality_management": 4_000}

# One row a complaint, whatever the order of topics; `rowid` is the order of publication.
FACTS = """
CREATE TABLE complaint AS
WITH routed AS (
  SELECT case_number, data, max(rowid) FROM event WHERE name = 'complaint.routed' GROUP BY case_number
), first_told AS (
  SELECT case_number, min(moment) AS received_at FROM (
    SELECT case_number, data ->> 'received_at' AS moment FROM event
    WHERE name IN ('complaint.routed', 'duplicate.joined')
  ) GROUP BY case_number
), ended AS (
  SELECT closed.case_number, closed.data, max(closed.rowid) FROM event AS closed
  WHERE closed.name = 'case.closed' AND NOT EXISTS (
    SELECT * FROM event AS later
    WHERE later.case_number = closed.case_number AND later.name = 'case.reopened' AND later.rowid > closed.rowid
  ) GROUP BY closed.case_number
), led AS (
  SELECT case_number, coalesce(data ->> '$.to_departments[0]', data ->> '$.departments[0]') AS department, max(rowid)
  FROM event WHERE name IN ('complaint.routed', 'case.passed_on') GROUP BY case_number
), reopened AS (
  SELECT case_number, max(rowid) AS place FROM event WHERE name = 'case.reopened' GROUP BY case_number
), answered AS (
  SELECT event.case_number, event.data ->> 'employee' AS employee,
         max(event.rowid) > coalesce(max(reopened.place), 0) AS counts
  FROM event LEFT JOIN reopened USING (case_number)
  WHERE event.name = 'handling.customer_answered' GROUP BY event.case_number
), scored AS (
  SELECT event.case_number, event.data ->> 'score' AS score, max(event.rowid)
  FROM event LEFT JOIN reopened USING (case_number)
  WHERE event.name = 'handling.satisfaction_given' AND event.rowid > coalesce(reopened.place, 0)
  GROUP BY event.case_number
), judged AS (
  SELECT case_number, data ->> '$.responsible.outlet' AS outlet, max(rowid)
  FROM event WHERE name = 'handling.judged' GROUP BY case_number
)
SELECT routed.case_number, first_told.received_at, ended.data ->> 'closed_at' AS closed_at,
       ended.data ->> 'result' AS result, ended.data ->> 'in_time' AS in_time,
       ended.data ->> 'handling_hours' AS hours, scored.score, coalesce(answered.counts, 0) AS is_answered,
       coalesce(ended.data ->> '$.departments[0]', led.department) AS department,
       coalesce(answered.employee, '') AS employee, coalesce(routed.data ->> 'class', '') AS class,
       routed.data ->> 'channel' AS channel, coalesce(judged.outlet, routed.data ->> '$.object.outlet', '') AS outlet
FROM routed JOIN first_told USING (case_number) JOIN led USING (case_number)
LEFT JOIN ended USING (case_number) LEFT JOIN answered USING (case_number) LEFT JOIN scored USING (case_number)
LEFT JOIN judged USING (case_number)
"""
FIRST_DAY = {
    "month": "date({0}, '+8 hours', 'start of month')",
    "week": "date({0}, '+8 hours', '-6 days', 'weekday 1')",
    "quarter": "date({0}, '+8 hours', 'start of month', "
    "'-' || ((CAST(strftime('%m', {0}, '+8 hours') AS INTEGER) - 1) % 3) || ' months')",
}
BREACHES = """
SELECT {group} AS "group", {first} AS first, count(*) AS breaches
FROM event JOIN complaint USING (case_number)
WHERE name = 'clock.breached' AND NOT EXISTS (
  SELECT * FROM event AS withdrawn
  WHERE withdrawn.name = 'clock.breach_withdrawn' AND withdrawn.case_number = event.case_number
    AND withdrawn.data ->> 'clock' = event.data ->> 'clock'
    AND withdrawn.data ->> 'generation' = event.data ->> 'generation'
) GROUP BY 1, 2
"""
MET = """
SELECT {group} AS "group", {first} AS first, count(*) AS met
FROM event JOIN complaint USING (case_number)
WHERE name = 'clock.met' AND event.data ->> 'clock' = 'acknowledgement' GROUP BY 1, 2
"""
ENDS = """
SELECT {group} AS "group", {first} AS first, count(*) AS ends
FROM event JOIN complaint USING (case_number) WHERE name = 'case.closed' GROUP BY 1, 2
"""
RECEIVED = """
SELECT {group} AS "group", {first} AS first, count(*) AS complaints, sum(closed_at IS NOT NULL) AS received_handled,
       sum(result IS NULL OR result <> 'withdrawn') AS to_answer,
       sum(is_answered AND (result IS NULL OR result <> 'withdrawn')) AS answered
FROM complaint GROUP BY 1, 2
"""
HANDLED = """
SELECT {group} AS "group", {first} AS first, count(*) AS handled, sum(in_time) AS in_time, avg(hours) AS hours,
       count(score) AS rated, avg(score) AS score, sum(result = 'settled') AS settled,
       sum(result IN ('settled', 'does_not_stand')) AS judged
FROM complaint WHERE closed_at IS NOT NULL GROUP BY 1, 2
"""

AT_RECEIPT = ("complaints", "handled_percent", "answered_percent")
AT_THE_END = ("handled", "in_time_percent", "rated", "upheld_percent", "mean_hours", "satisfaction")
Counted = dict[tuple[str, str], dict[str, Any]]


def operations(department: str, services: int) -> bytes:
    event = {
        "specversion": "1.0", "id": f"services-{department}", "source": "/operations",
        "type": "tousu.operations.reported.v1", "time": "2026-10-14T09:00:00+08:00",
        "data": {"period": "2026-09", "department": department, "services": services},
    }  # fmt: skip
    return orjson.dumps({"topic": "complaints.inbound.operations", "key": department, "event": event})


@pytest.fixture(scope="module")
def lines() -> list[dict[str, Any]]:
    inbound = [*DAY.read_bytes().splitlines(), *(operations(*each) for each in SERVICES.items())]
    return [orjson.loads(line) for line in simulate(load_policies("courier-network"), inbound, UNTIL)]


@pytest.fixture(scope="module")
def database(lines: list[dict[str, Any]]) -> Iterator[sqlite3.Connection]:
    opened = sqlite3.connect(":memory:")
    opened.row_factory = sqlite3.Row
    opened.execute("CREATE TABLE event (topic TEXT, name TEXT, case_number TEXT, data TEXT)")
    for line in lines:
        if line["topic"] in TOPICS:
            event = line["event"]
            name = event["type"].removeprefix("tousu.").removesuffix(".v1")
            row = (line["topic"], name, event.get("subject"), orjson.dumps(event["data"]).decode())
            opened.execute("INSERT INTO event VALUES (?, ?, ?, ?)", row)
    opened.execute(FACTS)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def fold(lines: list[dict[str, Any]]) -> Fold:
    fold = Fold()
    for line in lines:
        if line["topic"] in TOPICS:  # the limits of claims have events of the same names on a topic of their own
            fold.take(line["event"])
    return fold


def counted(database: sqlite3.Connection, query: str, group: str, period: str, moment: str) -> Counted:
    asked = query.format(group=group, first=FIRST_DAY[period].format(moment))
    return {(row["group"], row["first"]): dict(row) for row in database.execute(asked)}


def told(made: ReportResult, names: Sequence[str], *, only: str) -> Counted:
    """The same of the report: tallies by group and first day, where there is anything of the kind."""
    found = {}
    for row in made.rows:
        if (row.group is None) == bool(made.question.by):
            continue
        values = {name: row.tally.figure(name) for name in names}
        if values[only].value or values[only].of:
            found[(row.group or ("all",))[0], row.first.isoformat()] = values
    return found


@pytest.mark.parametrize("period", ["month", "week", "quarter"])
@pytest.mark.parametrize("by", ["", "department", "employee", "class", "channel", "outlet"])
def test_the_report_equals_an_independent_sql_count(
    database: sqlite3.Connection, fold: Fold, by: str, period: PeriodKind
) -> None:
    made = report(fold, Question(period, ZoneInfo("Asia/Shanghai"), (by,) if by else ()))
    group = by or "'all'"

    received = counted(database, RECEIVED, group, period, "received_at")
    assert {
        place: (f["complaints"].value, f["handled_percent"].having, *f["answered_percent"][2:0:-1])
        for place, f in told(made, AT_RECEIPT, only="complaints").items()
    } == {
        place: (row["complaints"], row["received_handled"], row["to_answer"], row["answered"])
        for place, row in received.items()
    }  # fmt: skip

    handled = counted(database, HANDLED, group, period, "closed_at")
    found = told(made, AT_THE_END, only="handled")
    assert {
        place: (f["handled"].value, f["in_time_percent"].having, f["rated"].value, f["upheld_percent"][1:3])
        for place, f in found.items()
    } == {
        place: (row["handled"], row["in_time"], row["rated"], (row["settled"], row["judged"]))
        for place, row in handled.items()
    }
    for place, row in handled.items():
        assert float(found[place]["mean_hours"].value or 0) == pytest.approx(row["hours"], abs=0.0051)
        assert float(found[place]["satisfaction"].value or 0) == pytest.approx(row["score"] or 0, abs=0.0051)


@pytest.mark.parametrize("by", ["", "department"])
def test_what_clocks_and_ends_said_equals_an_independent_sql_count(
    database: sqlite3.Connection, fold: Fold, by: str
) -> None:
    """By the department that led at that time, as the events say."""
    made = report(fold, Question("month", ZoneInfo("Asia/Shanghai"), (by,) if by else ()))
    group = "event.data ->> '$.departments[0]'" if by else "'all'"
    for query, moment, name, measure in (
        (BREACHES, "event.data ->> 'due_at'", "breaches", "breaches"),
        (MET, "event.data ->> 'at'", "met", "in_time_percent.acknowledgement"),
        (ENDS, "event.data ->> 'closed_at'", "ends", "reopened_percent"),
    ):
        expected = {place: row[name] for place, row in counted(database, query, group, "month", moment).items()}
        assert expected
        found = {place: f[measure] for place, f in told(made, (measure,), only=measure).items()}
        said = {"breaches": "value", "met": "having", "ends": "of"}[name]
        assert {place: getattr(figure, said) for place, figure in found.items() if getattr(figure, said)} == expected


def test_every_reopening_takes_back_one_end(database: sqlite3.Connection, fold: Fold) -> None:
    (reopened,) = database.execute("SELECT count(*) FROM event WHERE name = 'case.reopened'").fetchone()
    assert reopened > 0
    made = report(fold, Question("year", ZoneInfo("Asia/Shanghai")))
    assert [row.tally.figure("reopened_percent").having for row in made.rows] == [reopened]


def test_complaint_rate_is_complaints_by_services(database: sqlite3.Connection, fold: Fold) -> None:
    made = report(fold, Question("month", ZoneInfo("Asia/Shanghai"), ("department",)))
    rows = {row.group: row.tally.figure("complaint_rate_percent") for row in made.rows if row.first == date(2026, 9, 1)}
    for department, services in SERVICES.items():
        query = "SELECT count(*), round(100.0 * count(*) / ?, 2) FROM complaint WHERE department = ?"
        count, rate = tuple(database.execute(query, (services, department)).fetchone())
        figure = rows[department,]
        assert (figure.having, figure.of, float(figure.value or 0)) == (count, services, rate)


def test_who_held_the_cases_adds_up_to_the_time_that_they_were_open(fold: Fold, database: sqlite3.Connection) -> None:
    """Handling time, less what lay between an end and the reopening after it."""
    made = report(fold, Question("year", ZoneInfo("Asia/Shanghai"), ("department",)))
    held = {row.group: row.tally.held_us for row in made.rows}
    assert len(held) > 2
    assert sum(us for group, us in held.items() if group is not None) == held[None]
    rest = """
    SELECT sum((julianday(reopened.data ->> 'reopened_at') - julianday(closed.data ->> 'closed_at')) * 86400)
    FROM event AS closed JOIN event AS reopened USING (case_number)
    JOIN complaint USING (case_number)
    WHERE closed.name = 'case.closed' AND reopened.name = 'case.reopened' AND closed.rowid < reopened.rowid
      AND complaint.closed_at IS NOT NULL
    """
    whole = "SELECT sum((julianday(closed_at) - julianday(received_at)) * 86400) FROM complaint"
    (rest_s,), (whole_s,) = database.execute(rest).fetchone(), database.execute(whole).fetchone()
    assert held[None] / 1_000_000 == pytest.approx(whole_s - (rest_s or 0), abs=0.5)

"""What was promised: open, due, overdue and breached cases by department and grade, and the share in time."""

from __future__ import annotations

from typing import Final

from deploy.grafana.board import Board, Chosen, Look, Query, Row

_OF = 'department=~"$department"'
_GROUP = "department, grade"
_BOTH = "{{department}} {{grade}}"


def _closed(by: str = "", in_time: str = "") -> str:
    where = f'{_OF},in_time="{in_time}"' if in_time else _OF
    return f"sum {f'by ({by}) ' if by else ''}(increase(tousu_cases_closed_total{{{where}}}[$__range]))"


def _share(by: str = "") -> str:
    return f"{_closed(by, 'yes')} / {_closed(by)}"


NOW: Final = Row("Now", (
    Look("Open", "Cases that are not closed.", "number", (Query(f"sum(tousu_open_cases{{{_OF}}}) or vector(0)"),),
         "count", 4, 4),
    Look("Due within an hour", "With a clock that is breached within the hour.", "number",
         (Query(f"sum(tousu_cases_due_within_hour{{{_OF}}}) or vector(0)"),), "count", 4, 4, 1),
    Look("Overdue", "With a breached clock that still waits for its answer.", "number",
         (Query(f"sum(tousu_cases_overdue{{{_OF}}}) or vector(0)"),), "count", 4, 4, alarm=1),
    Look("Closed", "Ends of cases in the time shown.", "number", (Query(f"round({_closed()})"),), "count", 4, 4),
    Look("Closed in time", "Of the cases closed, those without a breach, as told at their end.", "number",
         (Query(_share()),), "share", 4, 4, 0.95, 0.9, low=True, nothing="nothing was closed"),
    Look("Triage", "Cases whose class nothing decided: the desk must look: `tousu triage`.", "number",
         (Query("sum(tousu_triage_cases)"),), "count", 4, 4, 1),
))  # fmt: skip

DEPARTMENTS: Final = Row("By department and grade", (
    Look("Open", "By department and grade.", "bars",
         (Query(f"sum by ({_GROUP}) (tousu_open_cases{{{_OF}}})", _BOTH),), nothing="no case is open"),
    Look("Due within an hour", "By department and grade.", "bars",
         (Query(f"sum by ({_GROUP}) (tousu_cases_due_within_hour{{{_OF}}})", _BOTH),), warn=1,
         nothing="nothing is due within the hour"),
    Look("Overdue", "By department and grade.", "bars",
         (Query(f"sum by ({_GROUP}) (tousu_cases_overdue{{{_OF}}})", _BOTH),), alarm=1, nothing="nothing is overdue"),
    Look("Closed with a breach", "In the time shown, by department and grade.", "bars",
         (Query(f"round({_closed(_GROUP, 'no')})", _BOTH),), alarm=1, nothing="nothing was closed late"),
    Look("Closed in time", "Share by department, in the time shown.", "bars",
         (Query(_share("department"), "{{department}}"),), "share", warn=0.95, alarm=0.9, low=True,
         nothing="nothing was closed"),
    Look("Closed in time", "Share by grade, in the time shown.", "bars",
         (Query(_share("grade"), "{{grade}}"),), "share", warn=0.95, alarm=0.9, low=True, nothing="nothing was closed"),
))  # fmt: skip

COURSE: Final = Row("How it goes", (
    Look("Open by state", "As the router says.", "areas",
         (Query(f"sum by (state) (tousu_open_cases{{{_OF}}})", "{{state}}"),), nothing="no case is open"),
    Look("Overdue by department", "A department that falls behind is seen here first.", "lines",
         (Query(f"sum by (department) (tousu_cases_overdue{{{_OF}}})", "{{department}}"),),
         nothing="nothing is overdue"),
    Look("What clocks do", "Started, warned, met, breached, breaches withdrawn, escalations.", "lines",
         (Query('sum by (type) (rate(tousu_outputs_total{topic="complaints.sla",type!="tousu.time.ticked.v1"}'
                "[$__rate_interval]))", "{{type}}"),), "rate"),
))  # fmt: skip

GAPS: Final = Row("What nobody would see otherwise", (
    Look("Without a calendar", "Clocks whose year is not published.", "number",
         (Query("sum(tousu_cases_without_calendar)"),), "count", 4, 4, alarm=1),
    Look("Calendar years missing", "That a calendar should have by now.", "number",
         (Query("max by (calendar) (tousu_calendar_years_missing)", "{{calendar}}"),), "count", 4, 4, alarm=1),
    Look("Without a clock", "Complaints: no rule of the pack applies to them.", "number",
         (Query("sum(tousu_complaints_without_clock)"),), "count", 4, 4, alarm=1),
    Look("Undecided clocks", "By what is not known.", "number",
         (Query("sum(tousu_undecided_clocks) or vector(0)"),), "count", 4, 4, alarm=1),
    Look("Reports that wait", "For another report, such as an approval for its plan.", "number",
         (Query("sum(tousu_cases_with_waiting_reports)"),), "count", 4, 4, 1),
    Look("Archived", "States of what ended long ago.", "number", (Query("sum(tousu_archived_states)"),), "count", 4, 4),
))  # fmt: skip

BOARD: Final = Board(
    "sla", "tousu: limits", "What is due, overdue and breached, by department and grade.",
    (NOW, DEPARTMENTS, COURSE, GAPS), (Chosen("department", "tousu_open_cases", several=True),), "24h",
)  # fmt: skip

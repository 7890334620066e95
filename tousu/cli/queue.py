"""`tousu queue`: the open cases of a department in the order in which they are served."""

from __future__ import annotations

from typing import Annotated

import msgspec
import typer

from tousu.cli import options

_OPEN = """
SELECT key AS case_number, department, grade, class AS class_name, state, opened_at, next_breach, overdue_since, doc
FROM sla_case WHERE closed_at IS NULL AND (:department = '' OR department = :department)
"""


class _GoesFirst(msgspec.Struct, frozen=True):
    """What sla keeps of the priority of a case."""

    priority: str = ""
    rank: int = 0


class OpenCase(msgspec.Struct, frozen=True, kw_only=True):
    """A case that waits to be served."""

    case_number: str
    department: str | None
    grade: str | None
    class_name: str | None
    state: str
    opened_at: str
    next_breach: str | None
    overdue_since: str | None
    doc: str

    @property
    def goes_first(self) -> _GoesFirst:
        return msgspec.json.decode(self.doc, type=_GoesFirst)

    @property
    def due_at(self) -> str | None:
        """When the first of its limits is, or was, due."""
        return self.overdue_since or self.next_breach

    @property
    def turn(self) -> tuple[int, str, str]:
        """What puts cases in the order in which they are served."""
        return self.goes_first.rank, self.due_at or self.opened_at, self.case_number


def queue(
    department: Annotated[
        str, typer.Option(metavar="DEPARTMENT", help="Only cases with this department in the lead.", show_default=False)
    ] = "",
    rows: Annotated[int, typer.Option(min=1, metavar="N", help="How many, from the first on.")] = 20,
    data: options.Data = None,
    database: options.Database = "",
    as_json: options.AsJson = False,
) -> None:
    """List open cases in the order in which they are served: by priority, a priority lane before all others, then by
    what is due first.

    Example: tousu queue --department after_sales --data data/demo
    """
    from tousu.cli import output

    open_rows = options.inspection("sla", data, database).rows(_OPEN, {"department": department})
    cases = sorted((msgspec.convert(row, OpenCase) for row in open_rows), key=lambda case: case.turn)[:rows]
    columns = ("case_number", "department", "priority", "grade", "class", "state", "due_at")
    listed = [
        (
            case.case_number,
            case.department,
            case.goes_first.priority,
            case.grade,
            case.class_name,
            case.state,
            case.due_at,
        )
        for case in cases
    ]
    if as_json:
        output.json_document({"cases": [dict(zip(columns, row, strict=True)) for row in listed]})
        return
    shown = [(*fields, output.local(due_at)) for *fields, due_at in listed]
    title = f"{len(open_rows)} open cases, the first to serve first (times in {output.zone()})"
    output.table(title, [name.replace("_", " ") for name in columns], shown)

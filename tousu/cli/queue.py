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

    found = options.inspection("sla", data, database).rows(_OPEN, {"department": department})
    cases = sorted((msgspec.convert(row, OpenCase) for row in found), key=lambda one: one.turn)[:rows]
    columns = ("case_number", "department", "priority", "grade", "class", "state", "due_at")
    said = [
        (one.case_number, one.department, one.goes_first.priority, one.grade, one.class_name, one.state, one.due_at)
        for one in cases
    ]
    if as_json:
        output.json_document({"cases": [dict(zip(columns, each, strict=True)) for each in said]})
        return
    shown = [(*each, output.local(due_at)) for *each, due_at in said]
    title = f"{len(found)} open cases, the first to serve first (times in {output.zone()})"
    output.table(title, [name.replace("_", " ") for name in columns], shown)

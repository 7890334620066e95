"""`tousu queue`: the open cases of a department in the order in which they are served."""

from __future__ import annotations

from typing import Annotated

import typer

from tousu.cli import options

_QUEUE = """
SELECT key AS case_number, department, priority, grade, class, state, next_breach, overdue_since FROM sla_case
WHERE closed_at IS NULL AND (:department = '' OR department = :department) ORDER BY served_as, key LIMIT :rows
"""


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

    found = options.inspection("sla", data, database).rows(_QUEUE, {"department": department, "rows": rows})
    if as_json:
        output.json_document({"cases": found})
        return
    columns = ("case", "department", "priority", "grade", "class", "state", f"due ({output.zone()})")
    table = [[*known, output.local(overdue or due)] for *known, due, overdue in (row.values() for row in found)]
    output.table(f"{len(found)} open cases, the first to serve first", columns, table)

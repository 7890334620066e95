"""`tousu triage`: the desk's queue of cases whose class nothing decided."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from tousu.cli import options
from tousu.cli.exit_codes import FOUND

WAITING = "SELECT doc FROM router_case WHERE triage = 'yes'"


def triage(
    data: options.Data = None,
    database: options.Database = "",
    check: Annotated[bool, typer.Option("--check", help="Exit with 1 when a case waits.")] = False,
    as_json: options.AsJson = False,
) -> None:
    """List the cases for which a person must decide what they are about, the one that waits longest first.

    Candidates are the classes between which the words left it open; without any, no word was found. Personal data in
    the text is masked. A case leaves the list when its class is named: judged or passed on with a class.

    Example: tousu triage --data data/demo
    """
    from tousu.cli import output

    rows = waiting(data, database)
    if as_json:
        output.json_lines(rows)
    else:
        options.show_times_of(data)
        columns = ("case", f"since ({output.zone()})", "department", "candidates", "words", "text")
        output.table(f"Triage: {len(rows)} waiting", columns, [
            (row["case_number"], output.local(row["received_at"]), ", ".join(row["departments"]),
             ", ".join(row["candidates"]), "、".join(row["words"]), row["content"])
            for row in rows
        ])  # fmt: skip
    if check and rows:
        raise typer.Exit(FOUND)


def waiting(data: Path | None, database: str) -> list[dict[str, Any]]:
    """What the router's database says of every case in triage, the longest waiting first."""
    import orjson

    rows = options.inspection("router", data, database).rows(WAITING)
    routed = [orjson.loads(row["doc"])["told"] for row in rows]
    listed = [
        {
            "case_number": case["case_number"], "received_at": case["received_at"], "channel": case["channel"],
            "departments": case["departments"], "classes": case.get("classes", []),
            "candidates": case.get("candidates", []), "words": case.get("words", []),
            "content": case.get("content", ""), "waybill_number": case.get("waybill_number"),
        }
        for case in routed
    ]  # fmt: skip
    return sorted(listed, key=lambda case: (case["received_at"], case["case_number"]))

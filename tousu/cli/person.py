"""`tousu person`: what is held of a person, all of it to take along, and its erasure."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tousu.cli import options
from tousu.cli.exit_codes import REFUSED

if TYPE_CHECKING:
    from services.intake.persons import Held, Query

TABLES = ("intake_record", "intake_case", "intake_record_archive", "intake_case_archive")
app = typer.Typer(help="The rights of a person: what is held, take it along, have it erased.", no_args_is_help=True)

Phone = Annotated[
    str,
    typer.Option("--phone", metavar="NUMBER", help="Their telephone number in any writing; - reads it from stdin.",
                 show_default=False),
]  # fmt: skip
Email = Annotated[
    str,
    typer.Option("--email", metavar="ADDRESS", help="Their e-mail address; - reads it from stdin.",
                 show_default=False),
]  # fmt: skip
Case = Annotated[str, typer.Option("--case", metavar="NUMBER", help="All who told of a case.", show_default=False)]
Organisation = Annotated[
    str | None,
    typer.Option("--organisation", help="Only cases of this organisation; '' for the deployment's own.",
                 show_default=False),
]  # fmt: skip


@app.command()
def find(
    phone: Phone = "",
    email: Email = "",
    case: Case = "",
    organisation: Organisation = None,
    data: options.Data = None,
    database: options.Database = "",
    as_json: options.AsJson = False,
) -> None:
    """List the cases and claims of a person. Nothing personal is shown.

    Example: tousu person find --phone 19900000042 --data /var/lib/tousu
    """
    from tousu.cli import output
    from tousu.cli.held import row_of
    from tousu.cli.vault import desk

    with desk(data, database) as opened:
        records = _held(opened.persons.find(_query(phone, email, case, organisation)))
        rows = [row_of(held, data, database) for held in records]
    if as_json:
        output.json_lines(rows)
    else:
        _show(rows, data)


@app.command()
def export(
    into: Annotated[
        Path | None,
        typer.Option("--into", metavar="DIR", help="A folder for person.json and person.txt; made, for you alone.",
                     show_default=False),
    ] = None,
    phone: Phone = "",
    email: Email = "",
    case: Case = "",
    organisation: Organisation = None,
    data: options.Data = None,
    database: options.Database = "",
    as_json: options.AsJson = False,
) -> None:  # fmt: skip
    """Write down all that is held of a person: what was told, word for word, and what became of it. In clear.

    person.json is for machines, person.txt for people. With --json and without --into the document goes to standard
    output. Records of other persons who told of the same cases are left out, save with --case.

    Example: tousu person export --phone 19900000042 --into /secure/export-0042
    """
    from tousu.cli import output
    from tousu.cli.held import document_of, readable
    from tousu.cli.vault import desk
    from tousu.local.machine import keep_new_files_private, private_folder

    if into is None and not as_json:
        raise typer.BadParameter("say where to: a folder, or --json for standard output", param_hint="--into")
    with desk(data, database) as opened:
        records = _held(opened.persons.find(_query(phone, email, case, organisation)))
        document = document_of(records, data, database)
    if into is None:
        output.json_document(document)
        return
    import orjson

    keep_new_files_private()
    private_folder(into)
    (into / "person.json").write_bytes(orjson.dumps(document, option=orjson.OPT_INDENT_2))
    (into / "person.txt").write_text(readable(document), encoding="utf-8")
    summary = {"tellings": len(records), "into": str(into)}
    if as_json:
        output.json_document(summary)
    else:
        output.lines(
            f"{len(records)} tellings written to {into}: person.json, person.txt; delete them once they are sent"
        )


@app.command()
def erase(
    phone: Phone = "",
    email: Email = "",
    case: Case = "",
    organisation: Organisation = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be erased.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    data: options.Data = None,
    database: options.Database = "",
    as_json: options.AsJson = False,
) -> None:
    """Erase a person for ever: the keys of the records and what is sealed in them. The cases go on without the person.

    intake may be at work. complaints.accepted tells of it (person.erased), so that everybody downstream deletes their
    copies. What remains where, and until when, is said at the end. Cut short or repeated, it erases what is left.

    Example: tousu person erase --phone 19900000042 --data /var/lib/tousu
    """
    from tousu.cli import output
    from tousu.cli.held import remains, row_of
    from tousu.cli.vault import desk

    with desk(data, database) as opened:
        records = _held(opened.persons.find(_query(phone, email, case, organisation)))
        rows = [row_of(held, data, database) for held in records]
        if not as_json:
            _show(rows, data)
        if not dry_run:
            _confirm(rows, yes=yes)
        erased = 0 if dry_run else opened.persons.erase(opened.processor, records)
        is_clean = dry_run or opened.store.dialect.wipe(TABLES)
    left = remains(records)
    if as_json:
        output.json_document({"dry_run": dry_run, "erased": erased, "cases": rows, "remains": left, "wiped": is_clean})
    else:
        output.lines("nothing was erased" if dry_run else f"{erased} tellings erased", *(f"- {line}" for line in left))
    if not is_clean:
        output.note("the database is busy: old copies of these rows leave its files later; say it again to wait")
        raise typer.Exit(REFUSED)


@app.command("erase-again")
def erase_again(
    broker: options.Broker = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be erased.")] = False,
    data: options.Data = None,
    database: options.Database = "",
    as_json: options.AsJson = False,
) -> None:
    """After a restore of intake's database: erase again whoever was erased since the backup, as the log tells.

    Reads person.erased on complaints.accepted, all of it, and asks nothing: each was confirmed once. Call it when
    intake has caught up, since what it reads again brings tellings back, too. Where nothing is back, nothing is done.

    Example: tousu person erase-again --broker kafka-1:9092
    """
    from services.intake.persons import Erasure
    from services.intake.rules import ACCEPTED
    from tousu.cli import output
    from tousu.cli.held import row_of
    from tousu.cli.vault import desk
    from tousu.events.duplicate import PersonErased
    from tousu.runtime.history import History, told_of
    from tousu.runtime.operating import check_retraced

    with desk(data, database) as opened, History(options.reachable(broker, data)) as history:
        check_retraced(opened.processor, options.inspection("intake", data, database), history)
        erasures = [Erasure.of(event_data) for event_data in told_of(history, ACCEPTED, PersonErased.TYPE)]
        records = list(opened.persons.back(erasures))
        rows = [row_of(held, data, database) for held in records]
        erased = 0 if dry_run else opened.persons.erase(opened.processor, records)
        is_clean = not erased or opened.store.dialect.wipe(TABLES)
    if as_json:
        output.json_document({"dry_run": dry_run, "told": len(erasures), "erased": erased, "cases": rows})
    else:
        _show(rows, data)
        output.lines(f"{len(erasures)} erasures in the log; {erased} tellings erased again")
    if not is_clean:
        output.note("the database is busy: old copies of these rows leave its files later")


def _query(phone: str, email: str, case: str, organisation: str | None) -> Query:
    from services.intake.persons import Query

    given = [value for value in (phone, email, case) if value]
    if len(given) != 1:
        raise typer.BadParameter("say who: one of --phone, --email and --case", param_hint="--phone")
    answer = sys.stdin.readline().strip() if given == ["-"] else given[0]
    return Query(answer if phone else "", answer if email else "", answer if case else "", organisation)


def _held(tellings: Any) -> list[Held]:
    from tousu.failure import Stop

    records = list(tellings)
    if not records:
        raise Stop("nobody_found", "nothing is held of this person here")
    return records


def _show(rows: Sequence[Mapping[str, Any]], data: Path | None) -> None:
    from tousu.cli import output

    options.show_times_of(data)
    columns = ("case", "kind", "channel", f"received ({output.zone()})", "status", "telling", "claims")
    output.table("Held", columns, [
        (row["case_number"], row["kind"], row["channel"], output.local(row["received_at"]), row["status"],
         "erased" if row["erased"] else "began the case" if row["began"] else "joined", ", ".join(row["claims"]))
        for row in rows
    ])  # fmt: skip


def _confirm(rows: Sequence[Mapping[str, Any]], *, yes: bool) -> None:
    """Ask unless it was said. Raises Stop `not_confirmed`."""
    from tousu.failure import Stop

    if yes:
        return
    open_ = sum(row["status"] == "open" for row in rows)
    warning = f" {open_} belong to cases that are still being handled: nobody can be called back then." if open_ else ""
    if not sys.stdin.isatty():
        raise Stop("not_confirmed", f"{len(rows)} tellings would be erased.{warning} Say --yes to do it")
    if not typer.confirm(f"Erase {len(rows)} tellings for ever?{warning}", err=True):
        raise Stop("not_confirmed", "nothing was erased")

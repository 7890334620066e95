"""`tousu explain`: why a case was classed, graded, routed and timed as it was, why a claim comes to its amount."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tousu.cli import options
from tousu.cli.story_and_pack import MARK, no_case, pack_of, read_story_of

if TYPE_CHECKING:
    from datetime import datetime

    from tousu.explain.explanation import Explanation
    from tousu.failure import Failure


def explain(
    number: Annotated[
        str, typer.Argument(help="The number of a case, or of a claim: CASE/1, CASE/2 ...", metavar="NUMBER")
    ],
    clock: Annotated[str, typer.Option(help="Explain this clock alone.", metavar="NAME")] = "",
    picture: Annotated[
        Path | None,
        typer.Option(help="Draw the case's time line into this file, FILE.svg or FILE.png.", metavar="FILE"),
    ] = None,
    until: Annotated[
        str,
        typer.Option(metavar="TIME", help="Let clocks that still run count on to this moment (RFC 3339)."),
    ] = "",
    pack: Annotated[
        str,
        typer.Option(help="The policy pack: a name under policies/ or a path. Default: the one that the case names."),
    ] = "",
    data: options.Data = None,
    broker: options.Broker = "",
    database: options.Database = "",
    as_json: options.AsJson = False,
) -> None:
    """Say why: which words decided the class, what the class means for grade and department, which clocks run and why
    the others do not, which intervals add up to the time of each clock, and whose time it was.

    Of a claim: what it rests on, why it comes to its amount, step by step, what is missing, its limits, what can be
    done next and by when, what is owed and paid.

    Sections are those of the policy's source document. The story is read from the topics, or from what an ended demo
    kept of them; where neither can be read, the databases explain what they know. The pack is read in
    the version that decided; where that is no longer there, this is said.

    Example: tousu explain 20260922-03-0020-22 --data data/demo --picture case.svg

    Example: tousu explain 20260922-03-0020-22/1 --data data/demo
    """
    from tousu.cli import output
    from tousu.cli.explain.case_from_databases import show_reasons
    from tousu.cli.explain.case_tables import show
    from tousu.cli.explain.claim import explain_claim_number
    from tousu.event import time_of_text
    from tousu.explain.explanation import document
    from tousu.failure import Failure

    if picture is not None and picture.suffix.lower() not in (".svg", ".png"):
        raise typer.BadParameter(f"{picture}: name a file that ends in .svg or .png", param_hint="--picture")
    end = time_of_text(until, "--until") if until else None
    if MARK in number:
        explain_claim_number(number, clock, picture, pack, data, broker, database, end, as_json=as_json)
        return
    try:
        explanation = _from_story(number, pack, data, broker, end)
    except Failure as error:
        if picture is not None or error.reason in _OF_THE_ASKER:
            raise
        known = _from_databases(number, pack, data, database, error)
        output.note(f"no story, so only what the databases know: {error.message}")
        known["clocks"] = [row for row in known["clocks"] if clock in ("", row["name"])]
        output.json_document(known) if as_json else show_reasons(known)
        return
    _is_known(clock, explanation)
    if picture is not None:
        _draw(explanation, picture)
    if as_json:
        explained = document(explanation)
        explained["clocks"] = [row for row in explained["clocks"] if clock in ("", row["name"])]
        explained["attachments"] = [row for row in explained["attachments"] if clock in ("", row["clock"])]
        output.json_document(explained)
    elif picture is None:
        show(explanation, clock)


_OF_THE_ASKER = frozenset({"no_such_pack", "invalid_pack"})
"""Faults that no other source mends."""


def _from_story(number: str, asked: str, data: Path | None, broker: str, until: datetime | None) -> Explanation:
    """Explain from the story. Raises Stop `no_case`, and what `published` raises where no story can be read."""
    from tousu.cli.published import OF_A_CASE
    from tousu.explain.explanation import explain as explain_story
    from tousu.failure import Stop

    story = read_story_of(number, OF_A_CASE, data, broker)
    if not story.is_there:
        raise Stop("no_case", no_case(number))
    routed = story.routed[-1]
    return explain_story(story, pack_of(routed.data["pack"], routed.organisation, asked), until)


def _from_databases(number: str, asked: str, data: Path | None, database: str, error: Failure) -> dict[str, Any]:
    """Explain what the databases know. A case that is not in the story is told as that where there are none."""
    from tousu.cli.explain.case_from_databases import reasons
    from tousu.failure import Stop

    try:
        return reasons(number, lambda event_data: pack_of(event_data["pack"], "", asked), data, database)
    except Stop as other:
        raise (error if (error.reason, other.reason) == ("no_case", "no_database") else other) from None


def _is_known(clock: str, explanation: Explanation) -> None:
    from tousu.failure import Stop

    known = dict.fromkeys(attachment.clock for attachment in explanation.attachments) | dict.fromkeys(
        account.clock for account in explanation.accounts
    )
    if clock and clock not in known:
        raise Stop("no_clock", f"there is no clock {clock}; pack {explanation.pack.id} has: {', '.join(known)}")


def _draw(explanation: Explanation, file: Path) -> None:
    """Write the picture. Raises Stop `no_converter` where PNG is asked for and nothing here makes one."""
    from tousu.cli import output
    from tousu.cli.converter import png_of
    from tousu.explain.picture import picture

    drawn = picture(explanation)
    file.write_bytes(drawn.encode() if file.suffix.lower() == ".svg" else png_of(drawn))
    output.note(f"the time line of {explanation.story.number} is in {file}")

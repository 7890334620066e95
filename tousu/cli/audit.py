"""`tousu audit`: do topics and databases agree, was nothing lost, repeated or forgotten?"""

from __future__ import annotations

import typer

from tousu.cli import FOUND, options


def audit(
    broker: options.Broker = "",
    data: options.Data = None,
    database: options.Database = "",
    as_json: options.AsJson = False,
) -> None:
    """Read everything once and check it: numbers without holes, repetitions equal, digests in the databases equal
    to the topics, an effect for every inbound event, and every entry of the ledgers held against the events: what was
    awarded is paid, outstanding or withdrawn. Exit code 1 when something is found. Changes nothing.

    Example: tousu audit --broker localhost:9092 --data /var/lib/tousu
    """
    from tousu.cli import output
    from tousu.runtime.audit import audit as check
    from tousu.runtime.history import History
    from tousu.simulation.processors import LEDGERS, WITH_BOOKMARK

    inspections = options.inspections(tuple(dict.fromkeys((*WITH_BOOKMARK, *LEDGERS))), data, database)
    with History(options.connection(broker)) as history:
        report = check(history, inspections)
    if as_json:
        output.json_document(report._asdict() | {"findings": [each._asdict() for each in report.findings]})
    else:
        output.lines(
            f"{report.records} records on the topics, {report.outputs} outputs, {report.repeated} sent again; "
            f"{report.inbound} inbound events",
            f"{report.entries} entries of {report.obligations} obligations in the ledgers",
        )
        output.lines(*(f"not checked: {each}" for each in report.unchecked))
        if report.findings:
            output.table("Findings", ("invariant", "place", "what"), report.findings)
        else:
            output.lines(
                "nothing found: every number once, every digest equal, every inbound event with its effect, every "
                "entry with its event"
            )
    if report.findings:
        raise typer.Exit(FOUND)

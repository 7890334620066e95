"""`tousu audit`: do topics and databases agree, was nothing lost, repeated or forgotten?"""

from __future__ import annotations

import typer

from tousu.cli import options
from tousu.cli.exit_codes import FOUND, REFUSED


def audit(
    broker: options.Broker = "",
    data: options.Data = None,
    database: options.Database = "",
    as_json: options.AsJson = False,
) -> None:
    """Read everything once and check it: numbers without holes, repetitions equal, digests in the databases equal
    to the topics, an effect for every inbound event, and every entry of the ledgers held against the events: what was
    awarded is paid, outstanding or withdrawn. Each checkpoint is held against the beginning of its log: what was
    deleted unread is a finding, and so is a halted shard, and whoever was erased and can be read again. Exit code 1
    when something is found, 4 when nothing was but the database of a processor could not be read. Inputs that an
    operator holds out are listed. Changes nothing.

    Example: tousu audit --broker localhost:9092 --data /var/lib/tousu
    """
    from tousu.cli import output
    from tousu.demo.readiness import halts_in
    from tousu.runtime.audit import audit as check
    from tousu.runtime.checkpoint_checks import inputs_of
    from tousu.runtime.history import History
    from tousu.simulation.processors import LEDGERS, WITH_CHECKPOINT

    names = tuple(dict.fromkeys((*WITH_CHECKPOINT, *LEDGERS)))
    inspections, missing = options.readable(names, data, database)
    connection = options.reachable(broker, data)
    topics = sorted({topic for inspection in inspections for topic in inputs_of(inspection.processor)})
    with History(connection) as history:
        history.places(topics)  # a broker that is away, or a topic, is named here
        halted = halts_in(options.data_folder(data), names)
        report = check(history, inspections, options.identity(connection, topics), missing, halted)
    if as_json:
        listed = {name: [row._asdict() for row in getattr(report, name)] for name in ("findings", "held_out")}
        output.json_document(report._asdict() | listed)
    else:
        output.lines(
            f"{report.records} records on the topics, {report.outputs} outputs, {report.repeated} sent again; "
            f"{report.inbound} inbound events",
            f"{report.entries} entries of {report.obligations} obligations in the ledgers",
        )
        output.lines(*(f"not checked: {reason}" for reason in report.unchecked))
        output.lines(*(f"held out: {reason}" for reason in report.held_out))
        if report.findings:
            output.table("Findings", ("invariant", "place", "what"), report.findings)
        elif not missing:
            output.lines(
                "nothing found: every number once, every digest equal, every inbound event with its effect, every "
                "entry with its event"
            )
        else:
            output.lines(f"nothing found, but not all was looked at: {', '.join(missing)} could not be read")
    if report.findings:
        raise typer.Exit(FOUND)
    if missing:
        raise typer.Exit(REFUSED)

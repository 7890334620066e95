"""The commands of `tousu`. Each module is light to import; what a command needs is imported when it runs."""

from __future__ import annotations

import typer

from tousu.cli import archive, holding_out, keys, ledger, person, policy, shard, topics
from tousu.cli.audit import audit
from tousu.cli.backlog import backlog
from tousu.cli.backup import backup, restore
from tousu.cli.case import case
from tousu.cli.demo import demo
from tousu.cli.explain.command import explain
from tousu.cli.publish import publish
from tousu.cli.queue import queue
from tousu.cli.rebuild import rebuild
from tousu.cli.rejected import command as rejected
from tousu.cli.report import report
from tousu.cli.run import run
from tousu.cli.simulate import simulate
from tousu.cli.tail import tail
from tousu.cli.triage import triage
from tousu.cli.up import up
from tousu.cli.upgrade import upgrade
from tousu.cli.version import version

EPILOG = (
    "Exit codes: 0 done, 1 something was found, 2 wrong usage, 3 broker or database away, 4 cannot be done as asked."
)
CONTEXT = {"help_option_names": ["-h", "--help"]}

app = typer.Typer(
    name="tousu", help="Complaint handling on Kafka: from channel to outcome, exactly once.", epilog=EPILOG,
    no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None, context_settings=CONTEXT,
)  # fmt: skip
COMMANDS = (
    demo, up, run, simulate, publish, tail, case, explain, report, triage, queue, backlog, rebuild, audit, backup,
    restore, upgrade, version,
)  # fmt: skip
for command in COMMANDS:
    app.command(command.__name__)(command)
app.add_typer(archive.app, name="archive")
app.add_typer(holding_out.intake, name="intake")
app.add_typer(keys.app, name="keys")
app.add_typer(ledger.app, name="ledger")
app.add_typer(holding_out.penalties, name="penalties")
app.add_typer(person.app, name="person")
app.add_typer(policy.app, name="policy")
app.add_typer(rejected.app, name="rejected")
app.add_typer(shard.app, name="shard")
app.add_typer(topics.app, name="topics")

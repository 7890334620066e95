"""`tousu policy`: what packs say, whether they are right, and what changes with another one."""

from __future__ import annotations

import typer

from tousu.cli.policy.check import check
from tousu.cli.policy.diff import diff
from tousu.cli.policy.simulate import simulate

app = typer.Typer(
    help="Check packs, compare them, and see what another one would have made of a recorded period.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
for command in (check, diff, simulate):
    app.command(command.__name__)(command)

"""`tousu policy`: whether packs are right, how well their words do, what changes with another one."""

from __future__ import annotations

import typer

from tousu.cli.policy.check import check
from tousu.cli.policy.diff import diff
from tousu.cli.policy.measure import measure
from tousu.cli.policy.recalculate import recalculate
from tousu.cli.policy.show import show
from tousu.cli.policy.simulate import simulate
from tousu.cli.policy.train import train

app = typer.Typer(
    help="Check packs, list what they know, compare them, measure their words, replay a period under another one.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
for command in (check, diff, show, measure, recalculate, simulate, train):
    app.command(command.__name__)(command)

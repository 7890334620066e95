"""The report: a table on the screen, figures.json for machines, docs/benchmark.md for readers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import orjson
from rich.console import Console
from rich.table import Table

from bench.targets import Row, rows

PAGE: Final = "benchmark.md"
FOLDER: Final = "benchmark"
FIGURES: Final = "figures.json"

READING: Final = """\
How to read it. Every figure comes from one run of `make bench` on one machine, so ratios mean something even where
the machine does not. The **bare confluent-kafka loop** reads, parses and writes the same complaints and does nothing
else: it is the limit of this client and broker. The **bare SQL** beside each processor writes the very rows of that
processor's turns, byte for byte, checkpoints and outputs included, in the same transactions of 500 inputs, with the
driver alone: no broker, no parsing, no reading of states, no rules. Where a processor writes few rows an event, this
peer is fast and the ratio is small. The **Faust agent** does the job of intake's single stage as well as Faust can
(bench/faust_intake.py says what it is spared); the pipeline is compared with it per CPU second of its own processes,
all five stages together.

How it is measured. Processors are real processes on a real broker and database. A processor is started, held still
(SIGSTOP) while its backlog is written, and let go: neither its start nor the filling is in the figures. The backlog of
every stage behind intake is what the stages before it publish for a day played through in memory: complaints of about
1.4 KB, each a case of its own, worked off in five or six steps, an inquiry in ten, a re-sent event in thirty. A third
of the complaints become claims: filed with evidence, found out, answered, decided and, but for some that are refused,
agreed and paid, a share with a bill between outlets (bench/courses.py); whoever is named responsible has a charge, by
which penalties is measured. Intake alone gets complaints only, its dearest input. Latency is taken from the publishing
call to the moment at which a reader has the routed event. Memory is the resident set as Linux counts it, with its peak.
CPU is user and system time of the processor alone; what broker and database spend for it stands in figures.json.
Deadlines in a herd are all due at one instant in one table, while ticks and live complaints go on; so do they while
clocks are recalculated, each by an order of its own, ordered at the rate that `tousu policy recalculate` has by
default. A month closes for everybody at one moment, while live charges go on. A deadline's cost is the mean over two
thousand starts with the calendar laid out before, of five rounds the quickest; the rules are measured as pure calls, of
three rounds the quickest (`python -m bench.deadlines` and `python -m bench.rules` measure them without servers). CPU an
event is held against a former commit by `bench.against`: each tree in a process of its own, turn about, the ratio the
median of those of all pairs (`python -m bench.against COMMIT` for any other). Behind after an outage means: between two
waves of complaints without a fault a third one is written while PostgreSQL is killed, and worked off when it is back.
"""


def as_table(found: Iterable[Row]) -> Table:
    """The rows for a terminal."""
    table = Table(title="tousu, side by side", title_justify="left")
    for name in ("measure", "figure", "beside"):
        table.add_column(name)
    table.add_column("ratio", justify="right")
    table.add_column("target", justify="right")
    table.add_column("")
    for row in found:
        style = {True: "green", False: "red", None: ""}[row.met]
        table.add_row(row.measure, row.figure, row.peer, _ratio(row), row.target, _met(row), style=style)
    return table


def show(report: Mapping[str, Any], console: Console) -> None:
    """Print the table and the machine; plain where the output is no terminal."""
    found = rows(report["figures"])
    if console.is_terminal:
        console.print(as_table(found))
    else:
        for row in found:
            parts = [row.measure.ljust(36), row.figure.ljust(44), row.peer.ljust(52), _ratio(row).rjust(8)]
            console.print(
                "  ".join([*parts, row.target.rjust(14), _met(row)]).rstrip(), soft_wrap=True, highlight=False
            )
    console.print(f"{report['machine']['processor']}; {report['machine']['date']}; sizes: {report['sizes']['name']}")


def write(report: Mapping[str, Any], docs: Path, plot_names: Iterable[str]) -> Path:
    """Write figures.json and the page; returns the page."""
    folder = docs / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    (folder / FIGURES).write_bytes(orjson.dumps(report, option=orjson.OPT_INDENT_2) + b"\n")
    page = docs / PAGE
    page.write_text("\n".join([*_head(report), *_table(report), *_plots(plot_names), *_profiles(report)]) + "\n")
    return page


def _head(report: Mapping[str, Any]) -> list[str]:
    found = rows(report["figures"])
    asked = [row for row in found if row.met is not None]
    missed = [row for row in asked if not row.met]
    lines = [
        "# Benchmark",
        "",
        "This page is written by `make bench`; figures.json beside the plots has every number.",
        "",
    ]
    lines += [f"{len(asked) - len(missed)} of {len(asked)} targets are met.", ""]
    if report["sizes"]["name"] != "full":
        lines += [f"**This was a run of {report['sizes']['name']} sizes**: good for a look, not for conclusions.", ""]
    lines += ["## The machine", "", "| | |", "| --- | --- |"]
    lines += [f"| {name} | {value} |" for name, value in report["machine"].items()]
    return [*lines, f"| took | {report['took_s']:.0f} s |", ""]


def _table(report: Mapping[str, Any]) -> list[str]:
    lines = ["## Side by side", "", "| measure | figure | beside | ratio | target | met |"]
    lines.append("| --- | --- | --- | ---: | ---: | --- |")
    lines += [
        f"| {row.measure.replace('  ', '&nbsp;&nbsp;')} | {row.figure} | {row.peer} | {_ratio(row)} "
        f"| {row.target} | {_met(row)} |"
        for row in rows(report["figures"])
    ]
    return [*lines, "", READING]


def _plots(names: Iterable[str]) -> list[str]:
    lines = []
    for name in names:
        lines += [f"![{name.partition('.')[0].replace('_', ' ')}]({FOLDER}/{name})", ""]
    return lines


def _profiles(report: Mapping[str, Any]) -> list[str]:
    """Where the time goes: what shows why a target was missed."""
    profiles = report["figures"].get("profiles")
    if not profiles:
        return []
    lines = [
        "## Where the time goes", "",
        "Share of each processor's own CPU time, by sampling, without Kafka's client (in memory instead) and on",
        "PostgreSQL. This is what stands between a processor and the bare SQL.", "",
    ]  # fmt: skip
    groups = list(dict.fromkeys(group for found in profiles.values() for group in found["groups"]))
    lines += ["| | " + " | ".join(f"{n} ({f['cpu_us_per_event']:.0f} us)" for n, f in profiles.items()) + " |"]
    lines += ["| --- |" + " ---: |" * len(profiles)]
    for group in groups:
        shares = " | ".join(f"{found['groups'].get(group, 0.0):.0%}" for found in profiles.values())
        lines.append(f"| {group} | {shares} |")
    lines.append("")
    for name, found in profiles.items():
        spots = "; ".join(f"`{spot['place']}` {spot['share']:.0%}" for spot in found["spots"])
        lines += [f"**{name}**, functions with what they call: {spots}.", ""]
    return lines


def _ratio(row: Row) -> str:
    return "" if row.ratio is None else f"{row.ratio:.2f}"


def _met(row: Row) -> str:
    return {True: "met", False: "not met", None: ""}[row.met]

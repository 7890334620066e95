"""The figures as pictures. Every axis says its unit, starts at zero where it is linear, and says so where it is not."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from bench.targets import (
    ALONE_RATIO_MIN,
    LATENCY_P99_MS_MAX,
    RESIDENT_MB_MAX,
    TICK_RATIO_MAX,
    resident_max_mb,
)  # fmt: skip

OURS: Final = "#1f6f8b"
PEER: Final = "#b8bfc6"
SECOND: Final = "#e0a458"
LIMIT: Final = "#c0392b"
DPI: Final = 110


def draw(figures: Mapping[str, Any], machine: Mapping[str, str], folder: Path) -> list[str]:
    """Write the plots that the figures allow; their file names in the order in which they are read."""
    import matplotlib as mpl

    mpl.use("Agg")
    mpl.rcParams.update({"font.size": 10, "axes.spines.top": False, "axes.spines.right": False, "axes.axisbelow": True})
    folder.mkdir(parents=True, exist_ok=True)
    names = []
    for name, draw_one in (("throughput.png", _throughput), ("behaviour.png", _behaviour)):
        if draw_one(figures, machine, folder / name):
            names.append(name)
    return names


def _throughput(figures: Mapping[str, Any], machine: Mapping[str, str], path: Path) -> bool:
    """Events a second and ratios to bare SQL, then CPU time an event beside Faust's."""
    alone = figures.get("alone")
    if not alone:
        return False
    import matplotlib.pyplot as plt

    figure, (rates, costs) = plt.subplots(1, 2, figsize=(13, 6.8), width_ratios=(3, 2))
    _rates(rates, figures, alone)
    _costs(costs, figures, alone)
    figure.suptitle("What goes through, and what it costs", x=0.01, ha="left", fontsize=13, weight="bold")
    _sign(figure, machine)
    figure.tight_layout(rect=(0, 0.03, 1, 0.98))
    figure.savefig(path, dpi=DPI)
    plt.close(figure)
    return True


def _rates(axes: Any, figures: Mapping[str, Any], alone: Mapping[str, Any]) -> None:
    bars: list[tuple[str, float, str, str]] = []
    if loop := figures.get("confluent_loop"):
        bars.append(("bare confluent-kafka loop", loop["per_s"], PEER, ""))
    if faust := figures.get("faust_intake"):
        bars.append(("Faust agent, intake's job", faust["per_s"], PEER, ""))
    for name, databases in alone.items():
        for database, found in databases.items():
            short = {"postgresql": "PostgreSQL", "sqlite": "SQLite"}[database]
            bars.append((f"bare SQL, rows of {name}, {short}", found["bare_per_s"], PEER, ""))
            bars.append((f"{name}, {short}", found["per_s"], OURS, f"   {found['ratio']:.2f} of the bare SQL"))
    if whole := figures.get("whole"):
        bars.append(("whole pipeline, PostgreSQL", whole["per_s"], SECOND, ""))
    bars.reverse()
    axes.barh([bar[0] for bar in bars], [bar[1] for bar in bars], color=[bar[2] for bar in bars], height=0.72)
    axes.set_xscale("log")
    for place, (_, value, _, note) in enumerate(bars):
        axes.text(value * 1.06, place, f"{value:,.0f}{note}", va="center", fontsize=8)
    axes.set_xlim(min(bar[1] for bar in bars) / 2.5, max(bar[1] for bar in bars) * 6)
    axes.set_xlabel("events per second (logarithmic)")
    axes.set_title(f"Throughput; to reach: {ALONE_RATIO_MIN} of the bare SQL", loc="left", fontsize=10)
    axes.tick_params(axis="y", labelsize=8.5)
    axes.grid(axis="x", which="major", color="#e6e6e6")


def _costs(axes: Any, figures: Mapping[str, Any], alone: Mapping[str, Any]) -> None:
    bars: list[tuple[str, float, str]] = []
    if loop := figures.get("confluent_loop"):
        bars.append(("bare loop", loop["cpu_us_per_event"], PEER))
    if faust := figures.get("faust_intake"):
        bars.append(("Faust agent", faust["cpu_us_per_event"], PEER))
    bars += [
        (name, found["postgresql"]["cpu_us_per_event"], OURS) for name, found in alone.items() if "postgresql" in found
    ]
    if whole := figures.get("whole"):
        bars.append(("whole pipeline,\na complaint", whole["complaints"]["cpu_us_per_event"], SECOND))
        bars.append(("whole pipeline,\na day's mix", whole["cpu_us_per_event"], SECOND))
    bars.reverse()
    axes.barh([bar[0] for bar in bars], [bar[1] for bar in bars], color=[bar[2] for bar in bars], height=0.6)
    for place, (_, value, _) in enumerate(bars):
        axes.text(value, place, f" {value:,.0f}", va="center", fontsize=8.5)
    axes.set_xlim(0, max(bar[1] for bar in bars) * 1.15)
    axes.set_xlabel("microseconds of CPU an event, own processes (linear)")
    axes.set_title("Cost of an event", loc="left", fontsize=10)
    axes.grid(axis="x", color="#e6e6e6")


def _behaviour(figures: Mapping[str, Any], machine: Mapping[str, str], path: Path) -> bool:
    """Latency, memory, ticks, herd: one panel each, those that were measured."""
    panels = [(name, panel) for name, panel in _PANELS.items() if name in figures]
    if not panels:
        return False
    import matplotlib.pyplot as plt

    figure, grid = plt.subplots(2, 2, figsize=(13, 8.4))
    for axes, (_, panel) in zip(grid.flat, panels, strict=False):
        panel(axes, figures)
    for axes in list(grid.flat)[len(panels) :]:
        axes.axis("off")
    figure.suptitle("How it behaves", x=0.01, ha="left", fontsize=13, weight="bold")
    _sign(figure, machine)
    figure.tight_layout(rect=(0, 0.025, 1, 0.985))
    figure.savefig(path, dpi=DPI)
    plt.close(figure)
    return True


def _latency(axes: Any, figures: Mapping[str, Any]) -> None:
    found = figures["latency"]
    curve = found["curve_ms"]
    axes.plot(curve, [step / len(curve) * 100 for step in range(len(curve))], color=OURS, lw=2)
    axes.axvline(LATENCY_P99_MS_MAX, color=LIMIT, lw=1, ls="--")
    axes.text(LATENCY_P99_MS_MAX, 4, f" p99 at most {LATENCY_P99_MS_MAX:g} ms", color=LIMIT, fontsize=8.5)
    for share, name in ((50, "p50_ms"), (99, "p99_ms")):
        axes.plot(found[name], share, "o", color=OURS)
        axes.annotate(
            f"p{share} {found[name]:.0f} ms", (found[name], share), (8, -14), textcoords="offset points", fontsize=8.5
        )
    axes.set_xlim(0, max(LATENCY_P99_MS_MAX * 1.35, found["p99_ms"] * 1.1))
    axes.set_ylim(0, 102)
    axes.set_xlabel("milliseconds from publishing to routed (linear)")
    axes.set_ylabel("% of complaints")
    title = f"Inbound to routed at {found['asked_per_s']} complaints/s, {found['events']:,} of them"
    axes.set_title(title, loc="left", fontsize=10)
    axes.grid(color="#e6e6e6")


def _memory(axes: Any, figures: Mapping[str, Any]) -> None:
    start, load = figures["memory"], resident_max_mb(figures)
    names = list(start)
    places = range(len(names))
    axes.bar([p - 0.2 for p in places], [start[name] for name in names], 0.38, color=PEER, label="at start")
    most = [load.get(name, 0.0) for name in names]
    axes.bar([p + 0.2 for p in places], most, 0.38, color=OURS, label="most under load")
    for place, name in enumerate(names):
        axes.text(place - 0.2, start[name] + 1.5, f"{start[name]:.0f}", ha="center", fontsize=8.5)
        if name in load:
            axes.text(place + 0.2, load[name] + 1.5, f"{load[name]:.0f}", ha="center", fontsize=8.5)
    axes.axhline(RESIDENT_MB_MAX, color=LIMIT, lw=1, ls="--")
    axes.text(
        len(names) - 0.5, RESIDENT_MB_MAX + 2, f"below {RESIDENT_MB_MAX:g} MB", color=LIMIT, fontsize=8.5, ha="right"
    )
    axes.set_xticks(list(places), names)
    axes.set_ylim(0, max([RESIDENT_MB_MAX, *start.values(), *most]) * 1.18)
    axes.set_ylabel("resident megabytes (linear)")
    axes.set_title("Memory of each process", loc="left", fontsize=10)
    axes.legend(frameon=False, fontsize=8.5, loc="upper left", ncols=2)


def _ticks(axes: Any, figures: Mapping[str, Any]) -> None:
    found = figures["ticks"]
    few, many = found["few"], found["many"]
    kinds = (("tick_ms", "ordinary tick", "ratio"), ("first_tick_ms", "first tick after a change", "ratio_first"))
    for place, (name, _, ratio) in enumerate(kinds):
        axes.bar(
            place - 0.2, few[name], 0.38, color=PEER, label=f"{few['open_cases']:,} open cases" if not place else None
        )
        axes.bar(
            place + 0.2, many[name], 0.38, color=OURS, label=f"{many['open_cases']:,} open cases" if not place else None
        )
        axes.text(place - 0.2, few[name], f"{few[name]:.2f}", ha="center", va="bottom", fontsize=8.5)
        axes.text(
            place + 0.2, many[name], f"{many[name]:.2f}\nx {found[ratio]:.2f}", ha="center", va="bottom", fontsize=8.5
        )
    axes.set_xticks(range(len(kinds)), [kind[1] for kind in kinds])
    axes.set_ylim(0, max(few["first_tick_ms"], many["first_tick_ms"], few["tick_ms"], many["tick_ms"]) * 1.45)
    axes.set_ylabel("milliseconds a turn, median (linear)")
    axes.set_title(f"What a tick costs sla; to reach: at most x {TICK_RATIO_MAX}", loc="left", fontsize=10)
    axes.legend(frameon=False, fontsize=8.5, loc="upper left", ncols=2)


def _herd(axes: Any, figures: Mapping[str, Any]) -> None:
    found = figures["herd"]
    curve = found["curve_s"]
    axes.plot([0, *curve], [step / len(curve) * found["herd"] for step in range(len(curve) + 1)], color=OURS, lw=2)
    axes.set_xlim(0, curve[-1] * 1.05 or 1)
    axes.set_ylim(0, found["herd"] * 1.08)
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    axes.set_xlabel("seconds after the moment (linear)")
    axes.set_ylabel("deadlines told")
    before, during = found["live_before"], found["live_during"]
    note = (
        f"{found['per_s']:,.0f} deadlines/s\n"
        f"a live event waits before it: p50 {before['p50_ms']:,.0f}, p99 {before['p99_ms']:,.0f} ms\n"
        f"and meanwhile: p50 {during['p50_ms']:,.0f}, p99 {during['p99_ms']:,.0f} ms"
    )
    box = {"facecolor": "white", "edgecolor": "none", "alpha": 0.85}
    axes.text(0.02, 0.97, note, transform=axes.transAxes, va="top", fontsize=8.5, bbox=box)
    axes.set_title(f"{found['herd']:,} deadlines at one instant", loc="left", fontsize=10)
    axes.grid(color="#e6e6e6")


_PANELS: Final = {"latency": _latency, "memory": _memory, "ticks": _ticks, "herd": _herd}


def _sign(figure: Any, machine: Mapping[str, str]) -> None:
    words = f"{machine['processor']}; {machine['kafka']}; PostgreSQL {machine['postgresql']}; {machine['date']}"
    figure.text(0.01, 0.008, words, fontsize=7.5, color="#666666")

"""The figures held against what was to be reached: one row for each, its ratio beside its peer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

ALONE_RATIO_MIN: Final = 0.35
WHOLE_TO_FAUST_MIN: Final = 10.0
LATENCY_P99_MS_MAX: Final = 500.0
RESIDENT_MB_MAX: Final = 150.0
TICK_RATIO_MAX: Final = 1.5
DEADLINE_US_MAX: Final = 20.0
FOLD_US_MAX: Final = 60.0
AGEING_RATIO_MAX: Final = 1.5
AWARD_US_MAX: Final = 100.0
RECOUNT_RATIO_MAX: Final = 2.0
MONTH_S_MAX: Final = 10.0
MONTH_RATIO_MAX: Final = 2.0
AGAINST_RATIO_MAX: Final = 1.0
CATCHING_UP_RATIO_MIN: Final = 0.8

Figures = Mapping[str, Any]


class Row(NamedTuple):
    """One line of the report. `ratio` is the figure divided by its peer; `met` is None where nothing was asked."""

    measure: str
    figure: str
    peer: str
    ratio: float | None
    target: str
    met: bool | None


def rows(figures: Figures) -> list[Row]:
    """The table, in the order in which it is read. Measures that were left out are left out here."""
    parts = (
        _peers,
        _against,
        _alone,
        _whole,
        _catching_up,
        _latency,
        _memory,
        _ticks,
        _herd,
        _month,
        _recount,
        _deadlines,
        _rules,
    )
    return [row for part in parts for row in part(figures)]


def _peers(figures: Figures) -> Iterator[Row]:
    loop, faust = figures.get("confluent_loop"), figures.get("faust_intake")
    if loop:
        yield Row("bare confluent-kafka loop (the limit)", _events(loop), "", None, "", None)
    if faust:
        ratio = faust["per_s"] / loop["per_s"] if loop else None
        yield Row("Faust agent, intake's job", _events(faust), "bare loop" if loop else "", ratio, "", None)


def _rules(figures: Figures) -> Iterator[Row]:
    found = figures.get("rules")
    if not found:
        return
    with_pack = f"pack {found['pack']}, {found['clocks']} clocks"
    met = found["sla_us"] <= FOLD_US_MAX
    yield Row("sla's rules, an event", f"{found['sla_us']:.1f} us CPU", with_pack, None, f"<= {FOLD_US_MAX:g} us", met)
    yield Row("the router's rules, an event", f"{found['router_us']:.1f} us CPU", with_pack, None, "", None)
    ageing = found["ageing"]
    yield Row(
        f"sla, a case with {ageing['old_events']:,} events, one more",
        f"{ageing['old_us']:.1f} us CPU, row read and written ({ageing['old_bytes']:,} bytes)",
        f"with {ageing['young_events']}: {ageing['young_us']:.1f} us ({ageing['young_bytes']:,} bytes)",
        ageing["ratio"],
        f"<= {AGEING_RATIO_MAX}",
        ageing["ratio"] <= AGEING_RATIO_MAX,
    )
    amounts = found.get("award")
    if not amounts:
        return
    yield Row(
        "an amount by the table of a pack",
        f"{amounts['us']:.1f} us CPU, with its trace as JSON {amounts['traced_us']:.1f} us",
        f"on average over {amounts['claims']} kinds of claims",
        None,
        f"<= {AWARD_US_MAX:g} us",
        amounts["us"] <= AWARD_US_MAX,
    )


def _against(figures: Figures) -> Iterator[Row]:
    found = figures.get("against")
    for name, each in found["processors"].items() if found else ():
        former = f"at {found['commit']} {each['former_us']:,.0f} us"
        target = f"<= {AGAINST_RATIO_MAX:g}"
        met = each["ratio"] <= AGAINST_RATIO_MAX
        yield Row(f"{name}, CPU an event", f"{each['us']:,.0f} us", former, each["ratio"], target, met)


def _catching_up(figures: Figures) -> Iterator[Row]:
    found = figures.get("catching_up")
    if found:
        title = f"{found['events']:,} complaints behind after an outage"
        figure = f"{found['per_s']:,.0f}/s, begun {found['back_s']:.1f} s after the database's return"
        target, met = f">= {CATCHING_UP_RATIO_MIN:g}", found["ratio"] >= CATCHING_UP_RATIO_MIN
        yield Row(title, figure, f"without an outage {found['calm_per_s']:,.0f}/s", found["ratio"], target, met)


def _alone(figures: Figures) -> Iterator[Row]:
    for name, databases in figures.get("alone", {}).items():
        for database, found in databases.items():
            yield Row(
                f"{name} alone on {_named(database)}",
                _events(found),
                f"bare SQL {found['bare_per_s']:,.0f}/s ({found['rows_per_event']:.1f} rows an event)",
                found["ratio"],
                f">= {ALONE_RATIO_MIN}",
                found["ratio"] >= ALONE_RATIO_MIN,
            )
        if of_it := next((found["of_it"] for found in databases.values() if found.get("of_it")), None):
            said = f"{of_it['events']:,} {of_it['what']}, {of_it['share']:.0%} of all"
            entries = f"{of_it['entries']:,} entries of the ledger" if of_it["entries"] else ""
            yield Row(f"  what {name} took in there", said, entries, None, "", None)


def _whole(figures: Figures) -> Iterator[Row]:
    whole, faust = figures.get("whole"), figures.get("faust_intake")
    if not whole:
        return
    if not faust:
        yield Row("whole pipeline", _events(whole), "", None, "", None)
        return
    faust_per_cpu_s = 1e6 / faust["cpu_us_per_event"]
    peer = f"Faust's one stage {faust_per_cpu_s:,.0f} per CPU second"
    for title, found, has_target in (
        ("whole pipeline, a day's mix", whole, True),
        ("  of it complaints", whole["complaints"], False),
        ("  of it reports", whole["reports"], False),
    ):
        ratio = 1e6 / found["cpu_us_per_event"] / faust_per_cpu_s
        target = f">= {WHOLE_TO_FAUST_MIN:g}" if has_target else ""
        yield Row(title, _events(found), peer, ratio, target, ratio >= WHOLE_TO_FAUST_MIN if has_target else None)


def _latency(figures: Figures) -> Iterator[Row]:
    found = figures.get("latency")
    if found:
        yield Row(
            f"inbound to routed at {found['asked_per_s']}/s",
            f"p50 {found['p50_ms']:.0f} ms, p99 {found['p99_ms']:.0f} ms",
            f"sent {found['sent_per_s']:.0f}/s",
            None,
            f"p99 <= {LATENCY_P99_MS_MAX:g} ms",
            found["p99_ms"] <= LATENCY_P99_MS_MAX,
        )


def _memory(figures: Figures) -> Iterator[Row]:
    start = figures.get("memory", {})
    load = resident_max_mb(figures)
    for name in {**start, **load}:
        found = [f"{start[name]:.0f} MB at start"] if name in start else []
        found += [f"{load[name]:.0f} MB at most"] if name in load else []
        most = max(start.get(name, 0.0), load.get(name, 0.0))
        target = f"< {RESIDENT_MB_MAX:g} MB"
        yield Row(f"memory of {name}", ", ".join(found), "", None, target, most < RESIDENT_MB_MAX)


def resident_max_mb(figures: Figures) -> dict[str, float]:
    """The most that each processor held in any measurement under load; the herd is reported by itself."""
    most: dict[str, float] = dict(figures.get("whole", {}).get("resident_max_mb", {}))
    for name, databases in figures.get("alone", {}).items():
        most[name] = max([most.get(name, 0.0), *(found["resident_max_mb"] for found in databases.values())])
    return most


def _ticks(figures: Figures) -> Iterator[Row]:
    found = figures.get("ticks")
    if not found:
        return
    few, many = found["few"], found["many"]
    for title, name, ratio in (
        ("a tick's turn", "tick_ms", found["ratio"]),
        ("the first tick after a change", "first_tick_ms", found["ratio_first"]),
    ):
        yield Row(
            title,
            f"{many[name]:.2f} ms with {many['open_cases']:,} open cases",
            f"{few[name]:.2f} ms with {few['open_cases']:,}",
            ratio,
            f"<= {TICK_RATIO_MAX}",
            ratio <= TICK_RATIO_MAX,
        )


def _herd(figures: Figures) -> Iterator[Row]:
    found = figures.get("herd")
    if found:
        during, before = found["live_during"], found["live_before"]
        title = f"{found['herd']:,} deadlines at one instant"
        drained = f"worked off in {found['drained_s']:.0f} s, {found['per_s']:,.0f}/s"
        yield Row(title, drained, f"sla up to {found['resident_max_mb']:.0f} MB", None, "", None)
        yield Row(
            "  a live event meanwhile",
            f"p50 {during['p50_ms']:.0f} ms, p99 {during['p99_ms']:.0f} ms",
            f"before it p50 {before['p50_ms']:.0f} ms, p99 {before['p99_ms']:.0f} ms",
            during["p50_ms"] / before["p50_ms"] if before["p50_ms"] else None,
            "",
            None,
        )


def _month(figures: Figures) -> Iterator[Row]:
    found = figures.get("month")
    if not found:
        return
    during, before = found["live_during"], found["live_before"]
    done = f"in {found['took_s']:.1f} s, {found['per_s']:,.0f}/s; begun {found['began_after_s']:.1f} s after the moment"
    peer, is_soon = f"penalties up to {found['resident_max_mb']:.0f} MB", found["took_s"] <= MONTH_S_MAX
    yield Row(f"{found['months']:,} months closed", done, peer, None, f"<= {MONTH_S_MAX:g} s", is_soon)
    ratio = during["p50_ms"] / before["p50_ms"] if before["p50_ms"] else None
    yield Row(
        "  a live charge meanwhile",
        f"p50 {during['p50_ms']:.0f} ms, p99 {during['p99_ms']:.0f} ms",
        f"before it p50 {before['p50_ms']:.0f} ms, p99 {before['p99_ms']:.0f} ms",
        ratio,
        f"p50 <= {MONTH_RATIO_MAX:g}",
        ratio is not None and ratio <= MONTH_RATIO_MAX,
    )


def _recount(figures: Figures) -> Iterator[Row]:
    found = figures.get("recount")
    if not found:
        return
    during, before = found["live_during"], found["live_before"]
    title = f"{found['clocks']:,} clocks recalculated"
    done = f"in {found['took_s']:.0f} s, {found['per_s']:,.0f}/s"
    peer = f"ordered at {found['asked_per_s']:,}/s; sla up to {found['resident_max_mb']:.0f} MB"
    yield Row(title, done, peer, None, "", None)
    for quantile in ("p50", "p99"):
        name = f"{quantile}_ms"
        ratio = during[name] / before[name] if before[name] else None
        yield Row(
            f"  a live event meanwhile, {quantile}",
            f"{during[name]:.0f} ms",
            f"before it {before[name]:.0f} ms",
            ratio,
            f"<= {RECOUNT_RATIO_MAX:g}",
            ratio is not None and ratio <= RECOUNT_RATIO_MAX,
        )


def _deadlines(figures: Figures) -> Iterator[Row]:
    for unit, cost_us in figures.get("deadlines", {}).get("us_by_unit", {}).items():
        title, target = f"a deadline in {unit.replace('_', ' ')}", f"<= {DEADLINE_US_MAX:g} us"
        yield Row(title, f"{cost_us:.1f} us", "", None, target, cost_us <= DEADLINE_US_MAX)


def _events(found: Figures) -> str:
    return f"{found['per_s']:,.0f}/s, {found['cpu_us_per_event']:,.0f} us CPU each"


def _named(database: str) -> str:
    return {"postgresql": "PostgreSQL", "sqlite": "SQLite"}[database]

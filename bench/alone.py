"""Each processor alone, as a real process on the real broker and database, beside the bare SQL of the same rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from bench import bare_sql
from bench.copies import Copy, Stopwatch, wait_read
from bench.ground import Ground, rate, records_of
from bench.load import complaints
from bench.rehearsal import (
    BEGINNING,
    STATEFUL,
    Backlog,
    Rehearsal,
    Turn,
    count_of,
    processor_of,
    put,
    recorded,
    simulated_broker,
)  # fmt: skip
from bench.sizes import Sizes
from tousu.policy.event_catalogue import CLAIM_REPORTS

REPORTS: Final = frozenset(f"tousu.handling.{name}.v1".encode() for name in CLAIM_REPORTS)
LAID: Final = frozenset({b"tousu.charge.laid.v1"})
DATABASES: Final = ("postgresql", "sqlite")
DRAIN_S: Final = 300.0


def measure(ground: Ground, sizes: Sizes, rehearsal: Rehearsal, databases: tuple[str, ...] = DATABASES) -> Any:
    """For every stateful processor and database: events a second, CPU, memory, and its share of the bare SQL."""
    found: dict[str, Any] = {}
    for name in STATEFUL:
        backlog = complaints_backlog(sizes.intake_events) if name == "intake" else rehearsal.backlog(name)
        turns, events = recorded(name, backlog)
        of_it = work_in(name, backlog, turns)
        processor = processor_of(name)
        found[name] = {}
        for database in databases:
            bare = [_bare(ground, database, name, turns, processor)]
            real = _real(ground, database, name, backlog, events)
            # The machine is not equally quiet all the time: the bare transaction may show its best twice.
            bare.append(_bare(ground, database, name, turns, processor))
            best = min(bare, key=lambda written: written.wall_s)
            bare_per_s = rate(events, best.wall_s)
            found[name][database] = real | {
                "bare_per_s": bare_per_s,
                "ratio": real["per_s"] / bare_per_s,
                "rows_per_event": best.rows / events,
                "row_bytes_per_event": best.row_bytes / events,
                "output_bytes_per_event": best.pending_bytes / events,
                "of_it": of_it,
            }
    return found


def complaints_backlog(count: int) -> Backlog:
    """Intake's heaviest input: complaints, each a case of its own. What departments report is far cheaper for it."""
    broker = simulated_broker()
    put(broker, complaints(count, BEGINNING))
    return {topic: logs for topic, logs in broker.logs.items() if any(logs)}


def work_in(name: str, backlog: Backlog, turns: Sequence[Turn]) -> dict[str, Any]:
    """What of a backlog is no mere news for claims and penalties, and how many entries of the ledger come of it."""
    types = {"claims": REPORTS, "penalties": LAID}.get(name, frozenset())
    if not types:
        return {}
    records = [record for logs in backlog.values() for log in logs for record in log]
    concern = sum(dict(record.headers).get("ce_type", b"") in types for record in records)
    entries = sum(len(rows) for turn in turns for table, _, rows in turn.upserts if table == f"{name}_entry")
    return {
        "what": {"claims": "reports of claims", "penalties": "charges"}[name],
        "events": concern, "share": concern / max(1, count_of(backlog)), "entries": entries,
    }  # fmt: skip


def _bare(ground: Ground, database: str, name: str, turns: Any, processor: Any) -> bare_sql.Written:
    url = ground.database(database, f"bare_{name}")
    written = bare_sql.write(url, processor, turns)
    ground.drop(url)
    return written


def _real(ground: Ground, database: str, name: str, backlog: Backlog, events: int) -> dict[str, Any]:
    ground.fresh_topics()
    url = ground.database(database, name)
    with Copy(ground, name, url) as copy:
        at_start_mb = copy.resident_mb()
        with copy.held():
            ground.fill(records_of(backlog))
            before = ground.servers_cpu_s()
            watch = Stopwatch([copy])
        wait_read(copy, events, DRAIN_S, *backlog)
        used = watch.read()
        after = ground.servers_cpu_s()
        resident_mb = copy.resident_mb_max()
    ground.drop(url)
    return {
        "events": events,
        "per_s": rate(events, used.wall_s),
        "wall_s": used.wall_s,
        "cpu_us_per_event": used.cpu_s / events * 1e6,
        "broker_cpu_us_per_event": (after["broker"] - before["broker"]) / events * 1e6,
        "postgres_cpu_us_per_event": (after["postgres"] - before["postgres"]) / events * 1e6,
        "resident_start_mb": at_start_mb,
        "resident_max_mb": resident_mb,
    }

"""`tousu version`: which tousu this is, and in what forms it writes."""

from __future__ import annotations

from tousu.cli import options


def version(as_json: options.AsJson = False) -> None:
    """Show version and commit, the newest migrations of the tables, and the versions of states and events.

    Example: tousu version --json
    """
    from tousu.cli import output
    from tousu.contract import event_types, name_of
    from tousu.runtime.table_versions import known
    from tousu.simulation.pipeline import composed, rebuild_wiring
    from tousu.simulation.processors import WITH_CHECKPOINT
    from tousu.version import commit
    from tousu.version import version as number

    wiring = rebuild_wiring("", 1)
    states = {name: {kind.name: kind.version for kind in composed(name, wiring).kinds} for name in WITH_CHECKPOINT}
    events: dict[str, int] = {}
    for event_type in event_types():
        events[name_of(event_type)] = max(events.get(name_of(event_type), 0), int(event_type.rpartition(".v")[2]))
    if as_json:
        document = {"version": number(), "commit": commit(), "migrations": known(), "states": states}
        output.json_document(document | {"events": dict(sorted(events.items()))})
        return
    later = [f"{name}.{kind} {v}" for name, kinds in states.items() for kind, v in kinds.items() if v > 1]
    later_events = [f"{name} v{v}" for name, v in sorted(events.items()) if v > 1]
    output.lines(
        f"tousu {number()}, commit {commit() or 'unknown'}",
        f"tables: {known()[-1]}",
        f"states: {', '.join(later) or 'all in their first version'}",
        f"events: {len(events)} kinds, {', '.join(later_events) or 'all in their first version'}",
    )

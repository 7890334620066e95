"""`tousu policy recalculate`: the clocks of open cases by another version of the pack, or by the calendar of now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tousu.cli import options
from tousu.cli.exit_codes import FOUND

if TYPE_CHECKING:
    from tousu.connection import Connection
    from tousu.policy.policies import Policies
    from tousu.simulation.recalculation import Effect, Order, RecalculationOrder

CLOCKS_SHOWN_MAX = 50
OPEN = {"sla": "state <> 'closed' OR next_due IS NOT NULL", "claims": "1 = 1"}
"""The cases in which a clock may still wait: of sla those that are open, and those with a clock that outlives them; of
claims any, since a limit of a claim may stand still."""
NOTE_EVERY_S = 5.0
CASES_PER_S = 200
"""Slow enough for live events not to wait (docs/benchmark.md)."""


class Mode(StrEnum):
    """What a change does with what has been used (docs/decisions)."""

    RETROACTIVE = "retroactive"
    PROPORTIONAL = "proportional"
    RESET = "reset"


def recalculate(
    reason: Annotated[str, typer.Option(help="Why, for whoever reads the cases.")],
    approved_by: Annotated[str, typer.Option(metavar="EMPLOYEE", help="Who approved it.")],
    pack_version: Annotated[
        str, typer.Option(metavar="VERSION", help="Move the cases to this version. Default: each keeps its own.")
    ] = "",
    mode: Annotated[
        Mode | None, typer.Option(help="Do the same with all clocks. Default: as the pack says.", show_default=False)
    ] = None,
    organisation: Annotated[
        str, typer.Option(metavar="NAME", help="The cases of this organisation. Default: those that name none.")
    ] = "",
    region: Annotated[str, typer.Option(metavar="CODE", help="Only cases of this region.")] = "",
    pack: Annotated[str, typer.Option(help="The policy pack. Default: TOUSU_PACK.", show_default=False)] = "",
    data: options.Data = None,
    database: options.Database = "",
    apply: Annotated[bool, typer.Option("--apply", help="Do it; without this only say what would change.")] = False,
    at: Annotated[
        str, typer.Option("--at", metavar="TIME", help="As if ordered at this moment (RFC 3339). Default: now.")
    ] = "",
    order: Annotated[
        str, typer.Option(metavar="ID", help="Go on with an order that was broken off, with the same options.")
    ] = "",
    per_second: Annotated[int, typer.Option(min=1, help="How many cases a second, with --apply.")] = CASES_PER_S,
    broker: options.Broker = "",
    as_json: options.AsJson = False,
) -> None:
    """Work out anew when the waiting clocks of open cases are due: by another version of the pack, or by the calendar
    as it is now.

    Shows for each clock that changes the old and the new due time, and which breaches are withdrawn or new, as the
    rules of sla and claims find it in their databases; clocks that have ended are never touched. With --apply an order
    goes to each such case on the way of all reports, not faster than --per-second, so that live events do not wait.
    Broken off, it goes on with --order; nothing has effect twice.

    Exit code 1: something would change (without --apply), or cases cannot go over (with it).

    Example: tousu policy recalculate --reason "holiday extended" --approved-by L50001 --data data/here
    """
    from tousu.cli import output
    from tousu.simulation.recalculation import RecalculationOrder

    asked = RecalculationOrder(
        reason, approved_by, organisation, region, pack_version or None, mode.value if mode else None
    )
    given, effects = _worked_out(asked, order, at, pack, data, database)
    possible = [effect for effect in effects if effect.refused is None]
    if apply and possible:
        _send(given, possible, per_second, options.reachable(broker, data))
    if as_json:
        output.json_document(_document(given, effects, applied=apply))
    else:
        options.show_times_of(data, pack)
        _show(given, effects, applied=apply)
    if (len(possible) < len(effects)) if apply else effects:
        raise typer.Exit(FOUND)


def _worked_out(
    asked: RecalculationOrder, order_id: str, at: str, pack: str, data: Path | None, database: str
) -> tuple[Order, list[Effect]]:  # fmt: skip
    """The order, and what it would do by the databases as they are."""
    from tousu.event import time_of_text
    from tousu.runtime.clock import WallClock
    from tousu.simulation.pipeline import composed, rebuild_wiring
    from tousu.simulation.recalculation import effects, new_order, order_again, together

    clock = WallClock()
    wiring = rebuild_wiring(pack, 1)
    _check_version(wiring.policies, asked)
    now = time_of_text(at, "--at") if at else clock.now()
    order = order_again(order_id, asked) if order_id else new_order(now, asked)
    of_owners = []
    for name, condition in OPEN.items():
        owner = composed(name, wiring)
        decode: Callable[[str], Any] = owner.kinds[0].codec.decode
        cases = ((key, decode(doc)) for key, doc in _states(name, condition, data, database))
        of_owners.append(list(effects(owner.rules, cases, order, now)))
    return order, together(*of_owners)


def _states(name: str, condition: str, data: Path | None, database: str) -> Iterator[tuple[str, str]]:
    """The cases of a processor in which a clock may still wait; none of claims where claims has no database here."""
    from tousu.cli import output
    from tousu.failure import Stop

    try:
        inspection = options.inspection(name, data, database)
        if name == "claims" and not inspection.keeps("case"):
            raise Stop("no_database", "claims has no tables there")
    except Stop:
        if name != "claims":
            raise
        output.note("claims has no database here, so limits of claims are not looked at")
        return
    yield from inspection.matching_states("case", condition)


def _check_version(policies: Policies, asked: RecalculationOrder) -> None:
    from tousu.failure import Stop

    if not policies.knows(asked.organisation):
        there = ", ".join(policies.organisations) or "none beside the deployment's own"
        raise Stop("unknown_organisation", f"organisation {asked.organisation} has no pack here; there are: {there}")
    versions = [version.version for version in policies.history(asked.organisation).versions]
    if asked.pack_version is not None and asked.pack_version not in versions:
        name = policies.history(asked.organisation).newest.id
        message = f"pack {name} has no version {asked.pack_version} here; there are: {', '.join(versions)}"
        raise Stop("no_such_version", message)


def _send(order: Order, effects: Sequence[Effect], per_second: int, connection: Connection) -> None:
    """Publish the order for each case at a bounded rate, and say how far it is."""
    from time import monotonic, sleep

    from tousu.cli import output
    from tousu.client.publisher import Publisher
    from tousu.simulation.recalculation import SOURCE, WHAT

    output.note(f"order {order.id}; broken off, it goes on with --order {order.id}")
    begun_s = noted_s = monotonic()
    with Publisher(connection, source=SOURCE, organisation=order.asked.organisation) as publisher:
        for sent, effect in enumerate(effects):
            ahead_s = begun_s + sent / per_second - monotonic()
            if ahead_s > 0:
                sleep(ahead_s)
            if sent % per_second == 0:
                publisher.flush()
            if monotonic() - noted_s >= NOTE_EVERY_S:
                output.note(f"{sent} of {len(effects)} cases ordered")
                noted_s = monotonic()
            publisher.handling(
                effect.case_number, WHAT, order.data(), time=order.at, id=order.event_id(effect.case_number)
            )
    output.note(f"{len(effects)} cases ordered")


def _document(order: Order, effects: Sequence[Effect], *, applied: bool) -> dict[str, Any]:
    from tousu.event import text_of_time

    return {
        "order_id": order.id,
        "ordered_at": text_of_time(order.at),
        "applied": applied,
        "summary": _summary(effects),
        "cases": [
            {"case_number": effect.case_number, "clocks": [clock.data() for clock in effect.clocks]}
            | ({"refused": dict(zip(("reason", "message"), effect.refused, strict=True))} if effect.refused else {})
            for effect in effects
        ],
    }


def _summary(effects: Sequence[Effect]) -> dict[str, int]:
    breaches = Counter(clock.breach for effect in effects for clock in effect.clocks)
    return {
        "cases": len(effects),
        "clocks": sum(len(effect.clocks) for effect in effects),
        "breaches_withdrawn": breaches["withdrawn"],
        "breaches_new": breaches["new"],
        "without_other_times": sum(not effect.clocks and effect.refused is None for effect in effects),
        "refused": sum(effect.refused is not None for effect in effects),
    }


def _show(order: Order, effects: Sequence[Effect], *, applied: bool) -> None:
    from tousu.cli import output

    rows = [
        (
            clock.claim_number or effect.case_number, clock.clock, output.local(clock.old_due_at),
            output.local(clock.new_due_at), clock.breach,
        )
        for effect in effects
        for clock in effect.clocks
    ]  # fmt: skip
    if rows:
        title = f"{'Changed' if applied else 'Would change'} ({output.zone()})"
        output.table(title, ("case", "clock", "was due", "is due", "breach"), rows[:CLOCKS_SHOWN_MAX])
    if len(rows) > CLOCKS_SHOWN_MAX:
        output.note(f"{len(rows) - CLOCKS_SHOWN_MAX} more clocks; --json has all of them")
    output.lines(", ".join(f"{count} {name.replace('_', ' ')}" for name, count in _summary(effects).items()))
    for reason, message in dict.fromkeys(effect.refused for effect in effects if effect.refused is not None):
        output.note(f"{reason}: {message}")
    if effects and not applied:
        output.note(f"nothing was ordered; say --apply to do it, or --apply --order {order.id} to count from now on")

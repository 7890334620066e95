"""Packs that count in hours, and orders to recalculate by them: eight for a complex case, four for a major one."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from tests.rules.sla.desk import Desk, at
from tousu.policy.clock_rule import Limit, Pauses, Rung
from tousu.policy.pack import Pack


def hours(amount: int) -> Limit:
    return Limit(amount=amount, unit="elapsed_hours", section="T 1")


def days(amount: int) -> Limit:
    return Limit(amount=amount, unit="working_days", section="T 1")


LADDER = (
    Rung(level=1, to="department_head", after=hours(0)),
    Rung(level=2, to="centre_manager", after=hours(1)),
    Rung(level=3, to="general_manager", after=hours(2)),
    Rung(level=4, to="board", after=hours(40)),
)


def with_rule(pack: Pack, version: str = "1.0.0", **changed: Any) -> Pack:
    """The pack with one clock, `resolution`, in hours."""
    rule = replace(
        pack.clocks["resolution"], limit=None,
        limit_by_grade={"simple": hours(16), "complex": hours(8), "major": hours(4)},
        warn_at_share=(0.5, 0.75), escalation=LADDER, pauses=Pauses(reasons=("waiting_for_customer",), section="T 1"),
    )  # fmt: skip
    return replace(pack, version=version, clocks={"resolution": replace(rule, **changed)})


def quick(pack: Pack, version: str = "2.0.0", amount: int = 4, **changed: Any) -> Pack:
    """A newer version, with this limit for complex cases."""
    limits = {"simple": hours(16), "complex": hours(amount), "major": hours(amount)}
    return with_rule(pack, version, **({"limit_by_grade": limits} | changed))


def opened(*versions: Pack) -> Desk:
    """A complex case of 10:00, three hours later: it stood still for one of them, so two are used."""
    desk = Desk(*versions)
    desk.routed(at("01-05 10:00"))
    desk.handle("paused", at("01-05 11:00"))
    desk.handle("resumed", at("01-05 12:00"))
    return desk


def order(desk: Desk, happened: str, now: str = "", **said: Any) -> list[str]:
    """Order a recalculation; what is told of it."""
    desk.pass_time(at(now or happened))
    since = len(desk.told)
    decision = desk.handle("recount_ordered", at(happened), at(now or happened), **said)
    assert decision.refusal is None, decision.refusal
    return desk.said(since)


def regraded(desk: Desk, happened: str, grade: str = "major") -> None:
    desk.routed(at("01-05 10:00"), now=at(happened), grade=grade, revision=2, decided_by="words")

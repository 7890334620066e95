"""An order to recalculate open cases, and what it would change, worked out by the very rules of sla and claims.

The order's id holds its time and a digest of what is ordered. So an order that was broken off can be given again, word
for word the same for each case, and no case hears of it twice. Source: features, section 1, number 6.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, Final, Literal, NamedTuple

from services.claims.states import ClaimedCase
from services.sla.rules import CASE
from services.sla.states import Case
from tousu.decision import Output, Rules, State, StateKey
from tousu.domain.clock.of_plans import PLAN_ID
from tousu.event import Event
from tousu.failure import Stop
from tousu.policy.clock_rule import OnChange

SOURCE: Final = "/cli/policy-recalculate"
WHAT: Final = "recount_ordered"
_TIME: Final = "%Y%m%dT%H%M%SZ"


class RecalculationOrder(NamedTuple):
    """What is ordered, for whom and why. Empty: the deployment's own organisation, all regions."""

    reason: str
    approved_by: str
    organisation: str = ""
    region: str = ""
    pack_version: str | None = None
    mode: OnChange | None = None


class Order(NamedTuple):
    """An order and its name."""

    id: str
    at: datetime
    asked: RecalculationOrder

    def event_id(self, case_number: str) -> str:
        """The id of the order's event for a case, the same whenever it is sent."""
        return f"{self.id}/{case_number}"

    def data(self) -> dict[str, Any]:
        """What the event says beside the number of its case."""
        data = {"order_id": self.id, "reason": self.asked.reason, "approved_by": self.asked.approved_by}
        more = {"pack_version": self.asked.pack_version, "mode": self.asked.mode}
        return data | {name: value for name, value in more.items() if value is not None}


class ClockChange(NamedTuple):
    """One clock that is due at another time. `breach`: what becomes of one; empty where that stays as it is.

    claim_number: of a limit of a claim, empty for a clock of the case.
    """

    clock: str
    generation: int
    old_due_at: str | None
    new_due_at: str | None
    breach: Literal["", "withdrawn", "new"]
    claim_number: str = ""

    def data(self) -> dict[str, Any]:
        """The change for whoever reads it by program."""
        return {name: value for name, value in self._asdict().items() if name != "claim_number" or value}


class Effect(NamedTuple):
    """What an order does to one case. `refused` says why it cannot be done (reason code and sentence)."""

    case_number: str
    clocks: tuple[ClockChange, ...]
    refused: tuple[str, str] | None = None


def new_order(now: datetime, asked: RecalculationOrder) -> Order:
    """An order of now."""
    at = now.astimezone(UTC).replace(microsecond=0)
    return Order(f"{at:{_TIME}}-{_digest(asked)}", at, asked)


def order_again(order_id: str, asked: RecalculationOrder) -> Order:
    """The order of this name. Raises Stop `other_order` where it is no name of an order, or asks for something else."""
    time, _, digest = order_id.partition("-")
    try:
        at = datetime.strptime(time, _TIME).replace(tzinfo=UTC)
    except ValueError:
        raise Stop("other_order", f"{order_id} is no order; take the name that the first run printed") from None
    if digest != _digest(asked):
        message = f"order {order_id} was given with other options; say exactly what it said, or give a new order"
        raise Stop("other_order", message)
    return Order(order_id, at, asked)


def effects(
    rules: Rules, cases: Iterable[tuple[str, Case | ClaimedCase]], order: Order, now: datetime
) -> Iterator[Effect]:
    """What the order would do, now, to those of these cases (number, state of sla or of claims) that it is about."""
    for number, case in cases:
        if isinstance(case, ClaimedCase) and not _waits(case):
            continue
        if case.organisation == order.asked.organisation and order.asked.region in ("", case.region):
            effect = _effect(rules, number, case, order, now)
            if effect is not None:
                yield effect


def together(first: Iterable[Effect], second: Iterable[Effect]) -> list[Effect]:
    """The effects of one order as one of each case; what one owner refuses, the order as a whole does not do."""
    effects = {effect.case_number: effect for effect in first}
    for effect in second:
        known = effects.get(effect.case_number, Effect(effect.case_number, ()))
        clocks = (*known.clocks, *effect.clocks)
        effects[effect.case_number] = Effect(effect.case_number, clocks, known.refused or effect.refused)
    return list(effects.values())


def _waits(case: ClaimedCase) -> bool:
    return any(clock.is_active for claim in case.claims for clock in claim.clocks)


def _effect(rules: Rules, number: str, case: Case | ClaimedCase, order: Order, now: datetime) -> Effect | None:
    state_key = StateKey(CASE, number)
    woken = _woken(rules, state_key, case, now)
    event = Event(
        id=order.event_id(number), source=SOURCE, type=f"tousu.handling.{WHAT}.v1", time=order.at,
        subject=number, data={"case_number": number, **order.data()},
    )  # fmt: skip
    decision = rules.apply({key: woken if key == state_key else None for key in rules.state_keys(event)}, event, now)
    if decision.refusal is not None:
        return Effect(number, (), (decision.refusal.reason, decision.refusal.message))
    return None if decision.no_op else Effect(number, tuple(_changes(decision.outputs)))


def _woken(rules: Rules, state_key: StateKey, case: State, now: datetime) -> State:
    """The case after everything that was due before now: what its owner is about to do is no effect of the order."""
    while (due := rules.next_timer(state_key, case)) is not None and due < now:
        woken = rules.on_timer(state_key, case, now).states[state_key]
        assert woken is not None
        case = woken
    return case


def _changes(outputs: Iterable[Output]) -> Iterator[ClockChange]:
    by_name = {name: [o.data for o in outputs if o.type == f"tousu.clock.{name}.v1"] for name in _TOLD}
    withdrawn = {_clock(data) for data in by_name["breach_withdrawn"]}
    new = {_clock(data) for data in by_name["breached"]}
    for data in by_name["recalculated"]:
        number, name, _ = clock = _clock(data)
        breach: Literal["", "withdrawn", "new"] = (
            "withdrawn" if clock in withdrawn else "new" if clock in new else ""
        )  # fmt: skip
        yield ClockChange(name, data["generation"], data.get("old_due_at"), data.get("due_at"), breach, number)


def _clock(data: dict[str, Any]) -> tuple[str, str, str]:
    return data.get("claim_number", ""), data["clock"], data.get(PLAN_ID, "")


_TOLD: Final = ("recalculated", "breach_withdrawn", "breached")


def _digest(asked: RecalculationOrder) -> str:
    return hashlib.blake2b(repr(tuple(asked)).encode(), digest_size=4).hexdigest()

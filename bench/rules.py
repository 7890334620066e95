"""What the rules themselves cost: pure calls in this process, without broker, database or schema.

Folding: every class of the pack with the most clocks, each case from its registration through five reports, first by
the router's rules, then by sla's. Ageing: one event more for a case that has had 10, and for one that has had 1,000,
its state read and written as a row each time. The two take turns, so that whatever else the machine does meets both.
Amounts: one decision for every rule of the courier network's table, from facts as they are reported to the trace.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from bench import targets
from bench.courses import PACK
from bench.load import TOLD_MORE
from bench.rehearsal import BEGINNING
from bench.sizes import SIZES, Sizes
from services.router.rules import RouterRules
from services.sla.rules import CASE, SlaRules
from services.sla.states import Case
from services.sla.store import KINDS
from tousu.decision import Output, Rules, State, StateKey
from tousu.event import Event, text_of_time
from tousu.policy.award import award
from tousu.policy.loading import POLICIES, load_pack
from tousu.policy.owed import trace
from tousu.policy.pack import Pack
from tousu.policy.policies import Policies

STEP: Final = timedelta(minutes=1)
YOUNG: Final = 10
OLD: Final = 1_000
ROUNDS: Final = 9
FOLDS: Final = 3
REPORTS: Final[tuple[tuple[str, dict[str, Any]], ...]] = (
    ("acknowledged", {}),
    ("judged", {"stands": True}),
    ("plan_proposed", {"plan": "compensation"}),
    ("plan_approved", {"approved_by": "M10", "in_charge": "E310"}),
    ("plan_executed", {"result": "paid"}),
    ("customer_answered", {"settled": True, "text": "explained", "kind": "courtesy"}),
)
UNINSURED: Final[dict[str, Any]] = {"insured": False, "service_fee": "12.50", "share_lost": "0.45"}
CLAIMS: Final[tuple[tuple[str, dict[str, Any]], ...]] = (
    ("loss", {"insured": True, "insured_amount": "2500", "real_value": "3000", "service_fee": "12.50"}),
    ("loss", UNINSURED | {"real_value": "899.99"}),
    ("loss", UNINSURED | {"agency_period": True, "bulk": True, "pieces": 20, "real_value": "45000"}),
    ("damage", UNINSURED | {"real_value": "640", "damage_degree": "damaged", "proof": "invoice"}),
    ("damage", UNINSURED | {"real_value": "640", "damage_degree": "damaged", "proof": "screenshot"}),
    ("damage", UNINSURED | {"real_value": "1500", "real_loss": "1400", "damage_degree": "lost", "proof": "invoice"}),
    ("damage", UNINSURED | {"real_value": "2400", "real_loss": "2100", "damage_degree": "destroyed", "proof": "none",
                            "goods_kind": "practical", "customers_fault": False, "force_majeure": False}),
    ("damage", UNINSURED | {"real_value": "3000", "damage_degree": "destroyed", "proof": "none"}),
    ("contents_mismatch", UNINSURED | {"real_value": "2999", "real_loss": "1349.55"}),
    ("delay", {"days_late": 7, "weight_kg": "1", "real_value": "900", "service_fee": "12.50"}),
    ("delay", {"days_late": 7, "direct_loss": True, "real_value": "900"} | UNINSURED),
    ("late_forwarding", {"days_late": 3, "pieces": 12}),
)  # fmt: skip
"""Claims as departments report them: every way through the courier network's table."""
DAYS_WORK: Final[tuple[tuple[str, dict[str, Any]], ...]] = (
    ("acknowledged", {}),
    ("judged", {"stands": True}),
    ("paused", {"reason": "waiting_for_customer"}),
    ("resumed", {}),
    ("plan_proposed", {"plan": "compensation"}),
    ("plan_approved", {"approved_by": "M10", "in_charge": "E310"}),
    ("plan_executed", {"result": "paid"}),
    ("satisfaction_given", {"score": 4}),
    ("customer_answered", {"settled": False, "text": "explained"}),
)
"""What can be reported of one case again and again: the last issues it to the department anew."""


class Aged(NamedTuple):
    """A case that has had so many events, and the one that comes next."""

    document: str
    event: Event


def measure(sizes: Sizes) -> dict[str, Any]:
    """Microseconds an event: of both rules with the largest pack, and of a young and an old case."""
    pack = max((load_pack(path.stem) for path in sorted(POLICIES.glob("*.yaml"))), key=_size)
    routed, router_us = _folded(RouterRules(Policies.of(pack)), [*_registrations(pack, sizes.folded_cases)])
    told, sla_us = _folded(SlaRules(Policies.of(pack)), routed)
    return {
        "pack": pack.id, "clocks": len(pack.clocks), "events": len(routed), "outputs": len(told),
        "router_us": router_us, "sla_us": sla_us, "ageing": _ageing(sizes.aged_events),
        "award": _amounts(sizes.awards),
    }  # fmt: skip


def _amounts(awards: int) -> dict[str, Any]:
    """Microseconds a decision about an amount, and with its trace as JSON; on average over every kind of claim."""
    pack, day = load_pack("courier-network"), BEGINNING.date()
    rounds = max(1, awards // len(CLAIMS))
    decided = [_took_us(lambda: [award(pack, cause, facts, on=day) for cause, facts in CLAIMS], rounds)
               for _ in range(FOLDS)]  # fmt: skip
    traced = [_took_us(lambda: [trace(award(pack, cause, facts, on=day)) for cause, facts in CLAIMS], rounds)
              for _ in range(FOLDS)]  # fmt: skip
    return {"claims": len(CLAIMS), "us": min(decided) / len(CLAIMS), "traced_us": min(traced) / len(CLAIMS)}


def _size(pack: Pack) -> tuple[int, int]:
    return len(pack.clocks), len(pack.classes)


def _registrations(pack: Pack, cases: int) -> Iterator[Event]:
    """Complaints of every class in turn, and round by round what departments report of them."""
    numbers = [f"20260922-00-{place:05d}-22" for place in range(cases)]
    classes = list(pack.classes.values())
    for place, number in enumerate(numbers):
        words = (classes[place % len(classes)].words.simplified or ("快件",))[0]
        data = {
            "case_number": number, "channel": "phone", "channel_group": "phone", "content": words + "。" + TOLD_MORE[0],
            "received_at": text_of_time(BEGINNING), "registered_at": text_of_time(BEGINNING),
            "complainant": {"pseudonym": "p_7Qk2m9Xc4Rt1"}, "waybill_number": f"YT77{place:08d}",
            "class": classes[place % len(classes)].name, "source_event": {"source": "bench", "id": str(place)},
        }  # fmt: skip
        yield _event(f"r{place}", "tousu.complaint.registered.v1", number, BEGINNING, data)
    for step, (what, said) in enumerate(REPORTS, 1):
        for place, number in enumerate(numbers):
            yield _report(f"h{step}-{place}", what, number, BEGINNING + step * STEP, said)


def _folded(rules: Rules, events: Sequence[Event]) -> tuple[list[Event], float]:
    """What the rules publish for some events, as events again, and the microseconds an event, best of some rounds."""
    best_us = float("inf")
    outputs: list[Output] = []
    for _ in range(FOLDS):
        begun_s = time.process_time()
        outputs = _fold(rules, events)
        best_us = min(best_us, (time.process_time() - begun_s) / len(events) * 1e6)
    told = [_event(f"o{n}", each.type, each.subject, each.time, each.data) for n, each in enumerate(outputs)]
    return told, best_us


def _fold(rules: Rules, events: Sequence[Event]) -> list[Output]:
    states: dict[StateKey, State | None] = {}
    outputs: list[Output] = []
    for event in events:
        decision = rules.apply({key: states.get(key) for key in rules.state_keys(event)}, event, event.time)
        if decision.refusal is not None:
            raise RuntimeError(f"{event.type} was refused: {decision.refusal.message}")
        states.update(decision.states)
        outputs.extend(decision.outputs)
    return outputs


def _ageing(events: int) -> dict[str, Any]:
    """The same event for a young and an old case, its row read and written: medians of several rounds."""
    rules = SlaRules(Policies.of(load_pack(PACK)))
    young, old = (_aged(rules, count) for count in (YOUNG, OLD))
    found: dict[str, list[float]] = {"young": [], "old": []}
    for _ in range(ROUNDS):
        for name, aged in (("young", young), ("old", old)):
            found[name].append(_took_us(lambda aged=aged: _once(rules, aged), events))  # type: ignore[misc]
    young_us, old_us = (statistics.median(found[name]) for name in ("young", "old"))
    return {
        "young_events": YOUNG, "old_events": OLD, "young_us": young_us, "old_us": old_us, "ratio": old_us / young_us,
        "young_bytes": len(young.document), "old_bytes": len(old.document),
    }  # fmt: skip


def _aged(rules: SlaRules, count: int) -> Aged:
    """A case after so many events, all in time, as the router publishes them."""
    number, second = "20260922-00-00000-22", timedelta(seconds=1)
    state_key = StateKey(CASE, number)
    (registered, *_) = _registrations(load_pack(PACK), 1)
    told = [registered]
    for n in range(1, count):
        what, said = DAYS_WORK[(n - 1) % len(DAYS_WORK)]
        told.append(_report(str(n), what, number, BEGINNING + n * second, said))
    told.append(_report("next", "satisfaction_given", number, BEGINNING + OLD * STEP, {"score": 5}))
    published = _fold(RouterRules(Policies.of(load_pack(PACK))), told)
    *before, last = (_event(f"o{n}", each.type, number, each.time, each.data) for n, each in enumerate(published))
    state: State | None = None
    for event in before:
        decision = rules.apply({state_key: state}, event, event.time)
        assert decision.refusal is None, (event.type, decision.refusal)
        state = decision.states.get(state_key, state)
    assert isinstance(state, Case)
    return Aged(KINDS[0].codec.encode(state), last)


def _once(rules: SlaRules, aged: Aged) -> str:
    codec = KINDS[0].codec
    state_key = StateKey(CASE, aged.event.subject or "")
    decision = rules.apply({state_key: codec.decode(aged.document)}, aged.event, aged.event.time)
    changed = decision.states[state_key]
    assert changed is not None
    return codec.encode(changed)


def _took_us(work: Callable[[], object], times: int) -> float:
    begun_s = time.process_time()
    for _ in range(times):
        work()
    return (time.process_time() - begun_s) / times * 1e6


def _report(event_id: str, what: str, number: str, at: datetime, said: dict[str, Any]) -> Event:
    return _event(event_id, f"tousu.handling.{what}.v1", number, at, {"case_number": number, **said})


def _event(event_id: str, kind: str, number: str, at: datetime, data: dict[str, Any]) -> Event:
    return Event(id=event_id, source="bench", type=kind, time=at, subject=number, data=data)


if __name__ == "__main__":
    for row in targets.rows({"rules": measure(SIZES["quick"])}):
        sys.stdout.write(f"{row.measure:45} {row.figure:55} {row.peer}\n")

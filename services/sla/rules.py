"""The rules of sla: each case runs its clocks, takes its steps and ends; each moment that is due is told once.

Clocks are judged by when things happened (`ce_time`), not by when they were read: never earlier than the receipt and
never later than now. Source: docs/architecture.md, sections 4 and 7; docs/sources.md, sections 5 and 6.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from msgspec.structs import replace

from services.sla import doubt
from services.sla.accepting import accept
from services.sla.case_context import CaseContext
from services.sla.following import follow, tell_if_corrected, viewed
from services.sla.hand_up import hand_up
from services.sla.measures import tell_overdue
from services.sla.opening import decide_anew, hand_over, join, new_case, open_case, separate
from services.sla.outcome import outcome_of
from services.sla.states import Case
from services.sla.triggers import Triggers
from tousu.decision import Decision, Output, Refusal, State, StateKey, States
from tousu.domain.case.view import view_of
from tousu.domain.clock import changing, moves
from tousu.event import Event
from tousu.policy.event_catalogue import BESIDE_THE_CASE
from tousu.policy.pack import Pack
from tousu.policy.pack_compatibility import incompatibility
from tousu.policy.policies import Policies

CASE: Final = "case"
_HANDLING: Final = "tousu.handling."
_NAMES: Final = {
    "tousu.complaint.routed.v1": "routed",
    "tousu.inquiry.routed.v1": "routed",
    "tousu.case.passed_on.v1": "passed_on",
    "tousu.case.reissued.v1": "reissued",
    "tousu.duplicate.joined.v1": "joined",
    "tousu.duplicate.separated.v1": "separated",
    "tousu.handling.passed_on.v1": "pass_requested",
}
"""Names as the triggers of a pack call events. What a department asks for is not yet what the router decides."""

_TELLINGS: Final = frozenset({"tousu.duplicate.joined.v1", "tousu.duplicate.separated.v1"})


class SlaRules:
    """The rules of all packs: a case is judged by the version that its router decided with."""

    def __init__(self, policies: Policies) -> None:
        self._policies = policies
        self._triggers = {(pack.id, pack.version): Triggers(pack) for pack in policies.packs()}

    def _pack(self, case: Case) -> Pack:
        return self._policies.version(case.organisation, case.pack_version)

    def _triggers_of(self, pack: Pack) -> Triggers:
        return self._triggers[pack.id, pack.version]

    def state_keys(self, event: Event) -> Sequence[StateKey]:
        """The case that the event is about; operations figures are about none, and claims are not looked after here."""
        concerns = event.subject and _name(event.type) and not _is_beside_the_case(event)
        return [StateKey(CASE, event.subject)] if event.subject and concerns else []

    def apply(self, states: States, event: Event, now: datetime) -> Decision:
        """Fold one event of a case."""
        event_name = _name(event.type)
        if not event_name:
            return Decision(no_op="not_of_a_case")
        if _is_beside_the_case(event):
            return Decision(no_op="beside_the_case")
        if not event.subject:
            return _refused("missing_attribute", "subject must be the number of the case", "subject")
        state_key = StateKey(CASE, event.subject)
        case = states.get(state_key)
        if event_name == "routed" and case is None:
            return self._opened(state_key, event, now)
        if not isinstance(case, Case) and event_name == "recount_ordered":
            return Decision(no_op="not_looked_after")  # a claim that was filed without a complaint: claims counts it
        if not isinstance(case, Case):
            return _refused(
                "unknown_case",
                f"no case {event.subject} was ever routed here; take it from complaints.cases",
                "subject",
            )
        case, outputs = self._caught_up(state_key, case, now)
        context = CaseContext(self._pack(case), case, now, event.id)
        context.outputs.extend(outputs)
        at = min(max(event.time, case.received_at), now)
        if event_name != "recount_ordered":
            context.case = self._counted(context, at)
        told_outcome = outcome_of(context, case)
        new = self._moved(context, event_name, event, at)
        if isinstance(new, Refusal):
            return Decision(refusal=new)
        triggers = self._triggers_of(context.pack)
        new = accept(context, triggers, case, new, at)
        new = triggers.settle(context, new, at)
        new = triggers.breach(context, case, new, at)
        if context.withdrawn:
            new = triggers.take_back(context, new)
        if new.reopened == case.reopened:
            tell_if_corrected(context, told_outcome, new, event_name)
        hand_up(context, case, new, event_name, event.data, at)
        if new is case and not context.outputs:
            return Decision(no_op="noted")
        return Decision(states={state_key: new}, outputs=context.outputs)

    def fallback(self, states: States, event: Event, now: datetime) -> Decision | None:
        """A routed case whose clocks cannot be started is kept without any, so that its reports are taken.

        `tousu_complaints_without_clock` counts it. Anything else is refused: the case stands as it was, clocks and all.
        """
        if _name(event.type) != "routed" or not event.subject or states.get(StateKey(CASE, event.subject)) is not None:
            return None
        pack = self._policies.version(event.organisation, event.data["pack"]["version"])
        case = _new_case(pack, self._triggers_of(pack), event)
        return Decision(states={StateKey(CASE, event.subject): case})

    def next_timer(self, state_key: StateKey, state: State) -> datetime | None:
        """The earliest warning, breach or rung of the case."""
        assert isinstance(state, Case), state_key
        return state.next_due

    def on_timer(self, state_key: StateKey, state: State, now: datetime) -> Decision:
        """Tell everything of a case that is due at its earliest due moment, and nothing else."""
        assert isinstance(state, Case), state_key
        at = state.next_due
        assert at is not None, f"nothing of {state_key.key} waits"
        assert at <= now, f"{state_key.key} is woken too early"
        pack = self._pack(state)
        triggers = self._triggers_of(pack)
        context = CaseContext(pack, state, at)
        case = replace(state, clocks=tuple(moves.fire(context, clock, at) for clock in state.clocks))
        case = triggers.breach(context, state, case, at)
        case = tell_overdue(context, case, at)
        if case.recheck_at == at:
            case = replace(case, recheck_at=max(at, now) + doubt.RECHECK)
        return Decision(states={state_key: case}, outputs=context.outputs)

    def in_doubt(self, decision: Decision, now: datetime, confirmed: datetime | None) -> Decision:
        """A decision with its breaches marked or confirmed, while an input of intake is held out and afterwards."""
        return doubt.in_doubt(decision, now, confirmed, self._pack)

    def _opened(self, state_key: StateKey, event: Event, now: datetime) -> Decision:
        pack = self._policies.version(event.organisation, event.data["pack"]["version"])
        triggers = self._triggers_of(pack)
        case = _new_case(pack, triggers, event)
        context = CaseContext(pack, case, now, event.id)
        at = min(max(event.time, case.received_at), now)
        case = open_case(context, triggers, event.data, at)
        hand_up(context, None, case, "routed", event.data, at)
        return Decision(states={state_key: case}, outputs=context.outputs)

    def _moved(self, context: CaseContext, event_name: str, event: Event, at: datetime) -> Case | Refusal:
        """The case after an event; refused is what its clocks do not allow."""
        case, data = context.case, event.data
        triggers, view = self._triggers_of(context.pack), view_of(data)
        match event_name:
            case "joined":
                return join(context, triggers, data, at)
            case "separated":
                return separate(context, data, at)
            case "routed":
                moved = self._routed_again(context, data, at)
            case "recount_ordered":
                moved = self._recounted(context, data, at)
            case "passed_on":
                moved = hand_over(context, triggers, data, at)
            case "reissued":
                moved = triggers.pull(context, case, "reissued", data, at)
            case _:
                assert view is not None, f"{event.type} says nothing of its case"
                return follow(context, triggers, event_name, data, view, at)
        return moved if isinstance(moved, Refusal) or view is None else viewed(moved, view)

    def _recounted(self, context: CaseContext, ordered: dict[str, Any], at: datetime) -> Case | Refusal:
        """The case by the pack version that is ordered, else by its own, and the calendar of now."""
        case, former = context.case, context.pack
        pack = self._policies.version(case.organisation, ordered.get("pack_version", case.pack_version))
        classes = [case.class_name] if case.class_name is not None else []
        refusal = incompatibility(
            pack, ordered.get("pack_version", pack.version), case.grade, classes, case.departments
        )
        if refusal is not None:
            return refusal
        context.judge_by(pack)
        by = changing.Former(former, former.clocks)
        clocks = changing.recount(context, case.clocks, by, ordered, at)
        if case.pack_version == pack.version and all(a is b for a, b in zip(clocks, case.clocks, strict=True)):
            return case
        return replace(case, pack_version=pack.version, clocks=clocks)

    def _routed_again(self, context: CaseContext, data: dict[str, Any], at: datetime) -> Case | Refusal:
        case, asked = context.case, self._triggers_of(context.pack).asked
        if data.get("revision", 1) <= case.revision:
            return Refusal(
                reason="exists_with_different_content",
                message=f"{case.kind} {case.number} is there already; a newer decision has a higher revision",
                place="/revision",
            )
        return decide_anew(context, asked, data, at)

    def _counted(self, context: CaseContext, at: datetime) -> Case:
        """The case, with the clocks that lacked a year of the calendar counted where it is there by now."""
        case = context.case
        if all(clock.status != "uncounted" for clock in case.clocks):
            return case
        return replace(case, clocks=tuple(changing.count_again(context, clock, at) for clock in case.clocks))

    def _caught_up(self, state_key: StateKey, case: Case, now: datetime) -> tuple[Case, list[Output]]:
        """The case with all told that was due before now. The runtime has done so already; replays by hand need it."""
        outputs: list[Output] = []
        while case.next_due is not None and case.next_due < now:
            decision = self.on_timer(state_key, case, now)
            outputs.extend(decision.outputs)
            woken = decision.states[state_key]
            assert isinstance(woken, Case)
            case = woken
        return case, outputs


def _new_case(pack: Pack, triggers: Triggers, event: Event) -> Case:
    view = view_of(event.data)
    case = new_case(pack, triggers.asked, event.data, event.id, event.organisation)
    return case if view is None else viewed(case, view)


@lru_cache(maxsize=1024)
def _name(event_type: str) -> str:
    """The short name of an event of a case, as triggers of a pack call it; empty where it is about no case."""
    known = _NAMES.get(event_type)
    if known is not None:
        return known
    return event_type[len(_HANDLING) :].partition(".")[0] if event_type.startswith(_HANDLING) else ""


def _is_beside_the_case(event: Event) -> bool:
    """Whether an event moves no case: it is about a claim or a penalty alone, or tells a claim without a complaint."""
    return _name(event.type) in BESIDE_THE_CASE or (event.type in _TELLINGS and event.data.get("kind") == "claim")


def _refused(reason: str, message: str, place: str) -> Decision:
    return Decision(refusal=Refusal(reason=reason, message=message, place=place))

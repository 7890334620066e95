"""From the story of a case to what it holds against persons, outlets and departments.

Conduct has a room of its own beside the claims: its state is keyed by the case, and nothing of it moves a claim. What
happens in one moment of the log (judged, so routed again with another grade) is taken together: the charges are laid
when the moment is over, so that nobody is punished for half of it. Source: docs/sources.md, sections 4 and 8.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from msgspec.structs import replace

from services.claims.case_conduct import CaseConduct
from services.claims.charges import CHARGES, charges_of, has_unpublished, publish
from services.claims.lapses import breached, confirmed, excused, moved, neglected, reported, ticked, withdrawn
from services.claims.limit_lapses import RECHECK, claim_reported, is_charged, weighed, with_limits
from services.claims.naming import named_anew, ruled, settled
from services.claims.opening import lifecycle_of
from services.claims.owing import COMPENSATION
from services.claims.states import ClaimedCase
from services.claims.turn import CASE
from tousu.decision import Decision, Output, State, StateKey, States
from tousu.domain.case.state import Kind
from tousu.domain.case.view import CaseLifecycle, view_of
from tousu.event import Event
from tousu.events.complaint import ComplaintRouted
from tousu.events.handling import HandlingReopened, HandlingSpecialReasonApproved
from tousu.ledger.payment import money
from tousu.policy.calendar import MICROSECOND
from tousu.policy.event_catalogue import CLAIM_REPORTS
from tousu.policy.facts import with_found
from tousu.policy.pack import Pack
from tousu.policy.policies import Policies

CONDUCT: Final = "conduct"
YUAN: Final = "CNY"
"""The currency of the losses by which penalties go."""
ROUTED: Final[Mapping[str, Kind]] = {
    "tousu.complaint.routed.v1": "complaint",
    "tousu.inquiry.routed.v1": "inquiry",
    "tousu.claim.routed.v1": "claim",
}
"""What begins a case; in an inquiry, too, arbitration may rule that an outlet reported falsely."""
PASSED_ON: Final = "tousu.case.passed_on.v1"
OPERATIONS: Final = "tousu.operations.reported.v1"
_HANDLING: Final = "tousu.handling."
_JOINED: Final = "tousu.duplicate.joined.v1"
_CLOCKS: Final[Mapping[str, Callable[[CaseConduct, Any], CaseConduct]]] = {
    "tousu.clock.breached.v1": breached,
    "tousu.clock.breach_withdrawn.v1": withdrawn,
    "tousu.clock.breach_confirmed.v1": confirmed,
    "tousu.clock.recalculated.v1": moved,
}
_CONCERNS: Final = frozenset({*ROUTED, PASSED_ON, *_CLOCKS})


class ConductRules:
    """The rules of all packs that have penalties; for all others there is nothing here."""

    def __init__(self, policies: Policies) -> None:
        self._policies = policies
        self._any = any(pack.penalties is not None for pack in policies.packs())

    def state_keys(self, event: Event) -> Sequence[StateKey]:
        """The conduct of the case, where the event can change it."""
        concerns = event.type in _CONCERNS or event.type.startswith(_HANDLING)
        concerns = concerns or (event.type == _JOINED and "claim" in event.data)
        return [_state_key(event)] if self._any and concerns and event.subject else []

    def beside(
        self, decision: Decision, states: States, event: Event, now: datetime, counting: Sequence[Event]
    ) -> Decision:
        """What claims decided on an event, with what it does to the conduct of its case: nothing if it is refused.

        counting: the reports that count now: the event, unless it waits for another one, and those that it set free.
        `now` may lie before the event, since the clocks of the case have not spoken of its time yet. It is taken for
        the later of the two: nothing is laid before the log is complete up to the event.
        """
        if decision.refusal is not None or not self._any:
            return decision
        if event.type == OPERATIONS:
            return _with(decision, {}, self._passed_on(event))
        if not self.state_keys(event):
            return decision
        case, now = states.get(_state_key(event)), max(now, event.time)
        assert case is None or isinstance(case, CaseConduct)
        new = self._begun(event) if case is None else self._after(case, counting)
        if new is None:
            return decision
        new = with_limits(new, decision, event.subject or "", self._pack_of(new).claims)
        new = _with_payments(new, decision.states.get(StateKey(CASE, event.subject or "")))
        new = ticked(new, self._pack_of(new), now)
        if new == case:
            return decision
        if case is not None and replace(new, reports=case.reports, claim_reports=case.claim_reports) == case:
            return _with(decision, {_state_key(event): new}, ())  # somebody acted, and nobody answers for anything else
        return _with(decision, {_state_key(event): self._unpublished(new, now, event.id)}, ())

    def key_beside(self, state_key: StateKey, case: ClaimedCase) -> Sequence[StateKey]:
        """The conduct of a case of which a limit of a claim is missed next that somebody answers for."""
        at, rules = case.next_due, self._policies.version(case.organisation, case.pack_version).claims
        if not self._any or rules is None:
            return []
        clocks = (clock for claim in case.claims for clock in claim.clocks)
        is_missed = any(is_charged(rules, clock.name) and clock.next_at == at == clock.due_at for clock in clocks)
        return [StateKey(CONDUCT, state_key.key)] if is_missed else []

    def beside_timer(self, decision: Decision, states: States) -> Decision:
        """What time alone did to the claims of a case, with what that does to its conduct."""
        ((state_key, case),) = states.items()
        if not isinstance(case, CaseConduct):
            return decision
        new = with_limits(case, decision, state_key.key, self._pack_of(case).claims)
        if new == case:
            return decision
        at = max(output.time for output in decision.outputs)
        cause = next((output.causation for output in decision.outputs if output.causation), case.cause)
        return _with(decision, {state_key: self._unpublished(new, max(at, case.changed_at or at), cause)}, ())

    def in_doubt(self, decision: Decision, now: datetime, confirmed: datetime | None) -> Decision:
        """What was missed of claims is in doubt while the log is not complete up to its limit, and then confirmed."""
        held = next(((key, state) for key, state in decision.states.items() if isinstance(state, CaseConduct)), None)
        if held is None:
            return decision
        state_key, case = held
        if confirmed is None and case.recheck_at is None:
            return decision
        new = weighed(case, now, confirmed)
        if new.lapses != case.lapses:
            new = self._unpublished(new, max(now, case.changed_at or now), case.cause)
        return replace(decision, states={**decision.states, state_key: new}) if new != case else decision

    def _unpublished(self, case: CaseConduct, now: datetime, cause: str) -> CaseConduct:
        """The conduct, its charges to be laid when this moment is over, where they are others than were laid last."""
        differs = has_unpublished(case, charges_of(case, self._pack_of(case)))
        return replace(case, changed_at=now if differs else None, cause=cause if differs else case.cause)

    def begun(self, event: Event) -> dict[StateKey, State | None]:
        """The conduct of a case that has just been routed, with nothing held against anybody yet."""
        case = self._begun(event) if self._any else None
        return {} if case is None else {_state_key(event): case}

    def next_timer(self, state: CaseConduct) -> datetime | None:
        """When the moment is over in which the charges became others than were laid, or one more day costs."""
        moments = [state.changed_at + MICROSECOND] if state.changed_at is not None else []
        moments += [state.recheck_at] if state.recheck_at is not None else []
        penalties = self._pack_of(state).penalties if state.waiting else None
        if penalties is not None and penalties.late_acceptance is not None:
            moments += [lapse.next_day_at for lapse in state.waiting]
        return min(moments, default=None)

    def on_timer(self, state_key: StateKey, state: CaseConduct) -> Decision:
        """Lay the charges as they are now that the moment is over, or one more day has begun."""
        at, pack = self.next_timer(state), self._pack_of(state)
        assert at is not None, f"nothing of {state_key.key} waits"
        if state.recheck_at is not None and state.recheck_at <= at:
            state = replace(state, recheck_at=at + RECHECK)
        state = ticked(state, pack, at)
        state = replace(state, changed_at=at) if state.changed_at is None else state
        new, outputs = publish(state, state_key.key, pack)
        return Decision(states={state_key: new}, outputs=outputs)

    def _pack_of(self, case: CaseConduct) -> Pack:
        return self._policies.version(case.organisation, case.pack_version)

    def _passed_on(self, event: Event) -> list[Output]:
        """The services of a month, to whoever owns the department, and the outlet where one is named.

        The subject says which of the two it is: the reader's rules do not see the key.
        """
        if not self._policies.knows(event.organisation):
            return []
        if self._policies.at(event.organisation, event.time).penalties is None:
            return []
        keys = [f"{kind}/{event.data[kind]}" for kind in ("department", "outlet") if kind in event.data]
        before = f"{event.organisation}|" if event.organisation else ""
        return [
            Output(topic=CHARGES, type=OPERATIONS, subject=key, time=event.time, data=event.data, key=before + key)
            for key in keys
        ]

    def _begun(self, event: Event) -> CaseConduct | None:
        if event.type not in ROUTED:
            return None
        pack = self._policies.version(event.organisation, event.data["pack"]["version"])
        if pack.penalties is None:
            return None
        lifecycle = lifecycle_of(ROUTED[event.type], event.data)
        content = event.content
        asked = content.first_asked if isinstance(content, ComplaintRouted) else None
        case = CaseConduct(lifecycle=lifecycle, organisation=event.organisation, first_asked=asked or "")
        return _routed(case, event.data)

    def _after(self, case: CaseConduct, counting: Sequence[Event]) -> CaseConduct:
        for event in counting:
            case = self._moved(case, event)
        return case

    def _moved(self, case: CaseConduct, event: Event) -> CaseConduct:
        data, clock = event.data, _CLOCKS.get(event.type)
        if clock is not None:
            return clock(case, event.content)
        former, view = case.lifecycle, view_of(data)
        if event.type in ROUTED:
            is_newer = data.get("revision", 1) > case.revision
            new = _routed(replace(case, lifecycle=former.after(view)), data) if is_newer else case
            return replace(new, departments=view.answerable) if view is not None and view.answerable else new
        event_name = event.type.removeprefix(_HANDLING).partition(".")[0]
        at = max(event.time, former.received_at)
        if event_name in CLAIM_REPORTS:
            case = claim_reported(case, data, at)
            return ruled(case, data, at) if event_name == "outlet_ruled" else case
        if view is None or not view.counts:
            return case
        case = replace(case, lifecycle=former.after(view))
        if event.type == PASSED_ON:
            return replace(case, departments=view.answerable or tuple(data["to_departments"]))
        if event_name == "recount_ordered":
            return replace(case, pack_version=data.get("pack_version", case.pack_version))
        return _handled(case, former, self._pack_of(case), event_name, event, at) if case.is_complaint else case


def _routed(case: CaseConduct, data: Mapping[str, Any]) -> CaseConduct:
    return replace(
        case,
        pack_version=data["pack"]["version"],
        revision=data.get("revision", 1),
        grade=data.get("grade", ""),
        class_name=data.get("class", ""),
        departments=tuple(data.get("departments", ())),
    )


def _handled(
    case: CaseConduct, former: CaseLifecycle, pack: Pack, event_name: str, event: Event, at: datetime
) -> CaseConduct:
    """The case after a report of a department. `at`: when that happened, not before the receipt.

    `former`: the lifecycle before it; the case has that of now already.
    """
    data = event.data
    if former.ended_at is None or at <= former.ended_at or event_name == "reopened":
        case = reported(case, pack, event_name, data, at)
    match event_name:
        case "judged" if "responsible" in data:
            return named_anew(case, data["responsible"], at)
        case "assessed" if "loss_yuan" in data:
            known = {"loss_yuan": case.loss_yuan} if case.loss_yuan is not None else {}
            return replace(case, loss_yuan=with_found(known, data, at)["loss_yuan"])
        case "responsibility_settled":
            return settled(case, data, at)
        case "special_reason_approved":
            approved = event.content
            assert isinstance(approved, HandlingSpecialReasonApproved)
            return excused(case, approved.approved_by, at)
        case "reopened":
            reopening = event.content
            assert isinstance(reopening, HandlingReopened)
            return neglected(case, former, reopening)
        case _:
            return case


def _with(decision: Decision, states: Mapping[StateKey, State | None], outputs: Sequence[Output]) -> Decision:
    if not states and not outputs:
        return decision
    return replace(decision, states={**decision.states, **states}, outputs=[*decision.outputs, *outputs], no_op="")


def _state_key(event: Event) -> StateKey:
    return StateKey(CONDUCT, event.subject or "")


def _with_payments(case: CaseConduct, claimed: State | None) -> CaseConduct:
    """The conduct with what has been paid for the claims of its case, where its claims have changed."""
    if not isinstance(claimed, ClaimedCase):
        return case
    obligations = [claim.obligation(COMPENSATION) for claim in claimed.claims]
    paid = sum(
        (obligation.paid for obligation in obligations if obligation is not None and obligation.currency == YUAN),
        Decimal(0),
    )
    text = money(paid) if paid else ""
    return case if text == case.paid_yuan else replace(case, paid_yuan=text)

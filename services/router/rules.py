"""The router's rules: route what is registered, decide what each report does to its case, pass on what counts.

The router alone decides the life of a case (`tousu.domain.case`). A report that counts goes on with what it changed;
one that needs another fact first waits for it; the others are refused. `complaint.routed` is published again, with a
higher `revision`, when class, grade, priority or the departments that facts call for are decided anew: the same case,
never a new one. That somebody passes a case on is told by `case.passed_on` alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

import msgspec

from services.router import publishing, refusals
from services.router.odd_fields import without_odd_fields, without_strange_department
from services.router.publishing import CLAIM_ROUTED, COMPLAINT_ROUTED, INQUIRY_ROUTED
from services.router.routing import arrived_claim, arrived_complaint, arrived_inquiry, left_to_the_desk
from services.router.states import RoutedCase, told_again, without_person, without_tellings
from tousu.decision import Decision, Output, State, StateKey, States
from tousu.domain.case.deciding import decide, given_up, next_due
from tousu.domain.case.state import FoldGround, Kind
from tousu.event import Event, time_of_text
from tousu.events.duplicate import DuplicateSeparated
from tousu.policy.event_catalogue import BESIDE_THE_CASE
from tousu.policy.pack import Pack
from tousu.policy.pack_compatibility import incompatibility
from tousu.policy.policies import Policies

_REGISTERED: Final[Mapping[str, tuple[str, Kind]]] = {
    "tousu.complaint.registered.v1": (COMPLAINT_ROUTED, "complaint"),
    "tousu.inquiry.registered.v1": (INQUIRY_ROUTED, "inquiry"),
    "tousu.claim.registered.v1": (CLAIM_ROUTED, "claim"),
}
"""What begins a case: as what it is routed, and its kind."""
_HANDLING: Final = "tousu.handling."
_OPERATIONS: Final = "tousu.operations."
_JOINED: Final = "tousu.duplicate.joined.v1"
_SEPARATED: Final = "tousu.duplicate.separated.v1"
_TELLINGS: Final = frozenset({_JOINED, _SEPARATED})
_ERASED: Final = "tousu.person.erased.v1"


class RouterRules:
    """The rules of all packs: a case is decided by the version that held for its organisation when it was received."""

    def __init__(self, policies: Policies) -> None:
        self._policies = policies
        self._classifiers = {(pack.id, pack.version): policies.classifier(pack) for pack in policies.packs()}

    def state_keys(self, event: Event) -> Sequence[StateKey]:
        """The case that the event is about; what operations report is about none."""
        return [_state_key(event)] if event.subject and not event.type.startswith(_OPERATIONS) else []

    def apply(self, states: States, event: Event, now: datetime) -> Decision:
        """Route, forward, or decide again."""
        if event.type.startswith(_OPERATIONS):
            return Decision(outputs=[publishing.forwarded(event, event.data["department"])])
        case = states.get(_state_key(event))
        match event.type:
            case kind if kind in _REGISTERED:
                return self._register(event, now) if case is None else refusals.twice(event)
            case kind if kind == _JOINED and isinstance(case, RoutedCase) and case.state.kind == "complaint":
                return self._joined(case, event, now)
            case kind if kind == _SEPARATED and isinstance(case, RoutedCase) and case.added:
                return self._separated(case, event)
            case kind if kind in _TELLINGS and isinstance(case, RoutedCase):
                return Decision(outputs=[publishing.forwarded(event)])
            case kind if kind.startswith(_HANDLING) and isinstance(case, RoutedCase):
                return self._reported(case, event, now)
            case kind if kind == _ERASED and isinstance(case, RoutedCase):
                return Decision(
                    states={_state_key(event): without_person(case, event)}, outputs=[publishing.forwarded(event)]
                )
            case kind if kind.startswith(_HANDLING) or kind in _TELLINGS or kind == _ERASED:
                return refusals.unknown_case(event)
            case _:
                return refusals.unknown_type(event)

    def fallback(self, states: States, event: Event, now: datetime) -> Decision | None:
        """A registered case on which `apply` failed goes to the desk: whatever our fault, it is not lost.

        Anything else is refused: the case stands as it was, and the report can be handed in again.
        """
        new = event.type in _REGISTERED and states.get(_state_key(event)) is None
        if not new or not self._policies.knows(event.organisation):
            return None
        pack = self._policies.at(event.organisation, time_of_text(event.data["received_at"], "received_at"))
        routed, kind = _REGISTERED[event.type]
        return _begun(event, routed, left_to_the_desk(kind, event.data, pack, event.organisation), now)

    def next_timer(self, state_key: StateKey, state: State) -> datetime | None:
        """When time alone does something: a report has waited long enough."""
        return next_due(state.file) if isinstance(state, RoutedCase) else None

    def on_timer(self, state_key: StateKey, state: State, now: datetime) -> Decision:
        """What time alone does to a case at its earliest due moment."""
        assert isinstance(state, RoutedCase), state_key
        at = next_due(state.file)
        assert at is not None and at <= now, f"{state_key.key} is woken too early"
        decided = given_up(state.file, self._ground(state), at)
        return Decision(states={state_key: msgspec.structs.replace(state, file=decided.file)}, refused=decided.refused)

    def _register(self, event: Event, now: datetime) -> Decision:
        if not self._policies.knows(event.organisation):
            return refusals.unknown_organisation(event)
        pack = self._policies.at(event.organisation, time_of_text(event.data["received_at"], "received_at"))
        routed, kind = _REGISTERED[event.type]
        if kind == "complaint":
            classifier = self._classifiers[pack.id, pack.version]
            case = arrived_complaint(event.data, classifier, pack, event.organisation)
        else:
            arrived = arrived_claim if kind == "claim" else arrived_inquiry
            case = arrived(event.data, pack, event.organisation)
        return _begun(event, routed, case, now)

    def _pack_of(self, case: RoutedCase) -> Pack:
        return self._policies.version(case.organisation, case.state.pack_version)

    def _ground(self, case: RoutedCase) -> FoldGround:
        return FoldGround(lambda version: self._policies.version(case.organisation, version), case.told)

    def _reported(self, case: RoutedCase, event: Event, now: datetime) -> Decision:
        """What was reported about a case. What concerns only its claims or penalties, they alone follow."""
        event_name = event.type.removeprefix(_HANDLING).partition(".")[0]
        if event_name in BESIDE_THE_CASE:
            return Decision(outputs=[publishing.forwarded(without_strange_department(event, self._pack_of(case)))])
        refused = self._recount_misfit(case, event) if event_name == "recount_ordered" else None
        if case.state.kind == "claim" and event_name != "recount_ordered":
            return refusals.not_of_a_claim(event, event_name)
        pack = self._pack_of(case)
        refused = refused or refusals.unknown_name(pack, event)
        if refused is not None:
            return refused
        event = without_odd_fields(event, pack, case.state.received_at, case.departments)
        return self._follow(case, event_name, event, now)

    def _joined(self, case: RoutedCase, event: Event, now: datetime) -> Decision:
        """The customer told it again: what is new goes on the record and to whoever has the case."""
        new = told_again(case, event)
        decided = decide(new.file, "joined", event, self._ground(new), now)
        new = msgspec.structs.replace(new, file=decided.file)
        outputs: list[Output] = []
        for step in decided.steps:
            new, published = publishing.published(
                new, step, self._pack_of(new), is_freed=False, is_added=step.event is event and new.told != case.told
            )
            outputs += published
        return Decision(states={_state_key(event): new}, outputs=outputs, refused=decided.refused)

    def _separated(self, case: RoutedCase, event: Event) -> Decision:
        """A telling was another trouble: what it had added leaves the case with it."""
        assert isinstance(event.content, DuplicateSeparated)
        new = without_tellings(case, [event.content.source_event])
        outputs = [publishing.forwarded(event)]
        if new is not case:
            new, output = publishing.routed_again(new, event)
            outputs.append(output)
        return Decision(states={_state_key(event): new}, outputs=outputs)

    def _recount_misfit(self, case: RoutedCase, event: Event) -> Decision | None:
        """Why a recalculation cannot be done: the version that it names does not fit the case."""
        version = event.data.get("pack_version")
        if version is None:
            return None
        pack = self._policies.version(case.organisation, version)
        classes = dict.fromkeys(trouble["class"] for trouble in case.told.get("classes", []))
        refusal = incompatibility(pack, version, case.told.get("grade"), classes, case.departments)
        return None if refusal is None else Decision(refusal=refusal)

    def _follow(self, case: RoutedCase, event_name: str, event: Event, now: datetime) -> Decision:
        """What a report does to the case: each that counts goes on with what it changed, the others wait or go back."""
        decided = decide(case.file, event_name, event, self._ground(case), now)
        if decided.refusal is not None:
            return Decision(refusal=decided.refusal)
        outputs: list[Output] = []
        new = msgspec.structs.replace(case, file=decided.file)
        for number, step in enumerate(decided.steps):
            new, published = publishing.published(new, step, self._pack_of(new), is_freed=number > 0)
            outputs += published
        return Decision(states={_state_key(event): new}, outputs=outputs, refused=decided.refused)


def _begun(event: Event, routed: str, case: RoutedCase, now: datetime) -> Decision:
    """A case begins."""
    case, output = publishing.begun(case, event, routed, now)
    return Decision(states={_state_key(event): case}, outputs=[output])


def _state_key(event: Event) -> StateKey:
    return StateKey("case", event.subject or "")

"""The router's rules: route what is registered, forward everything else in order, decide again where it is asked.

`complaint.routed` is published again, with a higher `revision`, when class, grade, priority or the departments that
facts call for are decided anew: the same case, never a new one. That somebody passes a case on is told by
`case.passed_on` alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec

from services.router import handover, refusals
from services.router.handover import Move
from services.router.judgement import decided_again
from services.router.ranking import RANKED, assigned, known_of, ranked, shifted, with_severity
from services.router.routing import arrived_claim, arrived_complaint, arrived_inquiry, left_to_the_desk
from services.router.states import RoutedCase, without_person
from tousu.decision import Decision, Output, Ref, State, States
from tousu.event import Event, text_of_time, time_of_text
from tousu.policy.closing import falls_short
from tousu.policy.course import Kind
from tousu.policy.facts import found_with
from tousu.policy.misfit import misfit
from tousu.policy.occasions import BESIDE_THE_CASE
from tousu.policy.pack import Pack
from tousu.policy.policies import Policies
from tousu.policy.text import Classifier

CASES: Final = "complaints.cases"
COMPLAINT_ROUTED: Final = "tousu.complaint.routed.v1"
INQUIRY_ROUTED: Final = "tousu.inquiry.routed.v1"
CLAIM_ROUTED: Final = "tousu.claim.routed.v1"
PASSED_ON: Final = "tousu.case.passed_on.v1"
_REGISTERED: Final[Mapping[str, tuple[str, Kind]]] = {
    "tousu.complaint.registered.v1": (COMPLAINT_ROUTED, "complaint"),
    "tousu.inquiry.registered.v1": (INQUIRY_ROUTED, "inquiry"),
    "tousu.claim.registered.v1": (CLAIM_ROUTED, "claim"),
}
"""What begins a case: as what it is routed, and its kind."""
_HANDLING: Final = "tousu.handling."
_OPERATIONS: Final = "tousu.operations."
_TELLINGS: Final = frozenset({"tousu.duplicate.joined.v1", "tousu.duplicate.separated.v1"})
_ERASED: Final = "tousu.person.erased.v1"
_INFORMING: Final = frozenset({"assessed", "judged", "passed_on", "reopened"})
"""Handling events that can change the class of a case, or facts that grade, priority and departments depend on."""


class RouterRules:
    """The rules of all packs: a case is decided by the version that held for its organisation when it was received."""

    def __init__(self, policies: Policies) -> None:
        self._policies = policies
        self._classifiers = {(pack.id, pack.version): Classifier(pack) for pack in policies.packs()}

    def refs(self, event: Event) -> Sequence[Ref]:
        """The case that the event is about; what operations report is about none."""
        return [_ref(event)] if event.subject and not event.type.startswith(_OPERATIONS) else []

    def apply(self, states: States, event: Event, now: datetime) -> Decision:
        """Route, forward, or decide again."""
        if event.type.startswith(_OPERATIONS):
            return Decision(outputs=[_forwarded(event, event.data["department"])])
        case = states.get(_ref(event))
        match event.type:
            case kind if kind in _REGISTERED:
                return self._register(event, now) if case is None else refusals.twice(event)
            case kind if kind in _TELLINGS and isinstance(case, RoutedCase):
                return Decision(outputs=[_forwarded(event)])
            case kind if kind.startswith(_HANDLING) and isinstance(case, RoutedCase):
                return self._reported(case, event, now)
            case kind if kind == _ERASED and isinstance(case, RoutedCase):
                return Decision(states={_ref(event): without_person(case, event)}, outputs=[_forwarded(event)])
            case kind if kind.startswith(_HANDLING) or kind in _TELLINGS or kind == _ERASED:
                return refusals.unknown_case(event)
            case _:
                return refusals.unknown_type(event)

    def fallback(self, states: States, event: Event, now: datetime) -> Decision | None:
        """A registered case on which `apply` failed goes to the desk: whatever our fault, it is not lost.

        Anything else is refused: the case stands as it was, and the report can be handed in again.
        """
        new = event.type in _REGISTERED and states.get(_ref(event)) is None
        if not new or not self._policies.knows(event.organisation):
            return None
        pack = self._policies.at(event.organisation, time_of_text(event.data["received_at"], "received_at"))
        routed, kind = _REGISTERED[event.type]
        case = left_to_the_desk(kind, event.data, pack, event.organisation)
        return Decision(states={_ref(event): case}, outputs=[_output(event, routed, now, case.told)])

    def due(self, ref: Ref, state: State) -> datetime | None:
        """Nothing waits for a time here."""
        return None

    def fire(self, ref: Ref, state: State, now: datetime) -> Decision:
        """Never asked for."""
        raise AssertionError("the router has no clocks")

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
        return Decision(states={_ref(event): case}, outputs=[_output(event, routed, now, case.told)])

    def _pack_of(self, case: RoutedCase) -> Pack:
        return self._policies.version(case.organisation, case.told["pack"]["version"])

    def _reported(self, case: RoutedCase, event: Event, now: datetime) -> Decision:
        """What was reported about a case. What concerns only its claims or penalties, they alone follow."""
        what = event.type.removeprefix(_HANDLING).partition(".")[0]
        if what in BESIDE_THE_CASE:
            return Decision(outputs=[_forwarded(event)])
        if what == "recount_ordered":
            return self._recounted(case, event)
        if case.told["kind"] == "claim":
            return refusals.not_of_a_claim(event, what)
        return refusals.unknown_name(self._pack_of(case), event) or self._follow(case, what, event, now)

    def _recounted(self, case: RoutedCase, event: Event) -> Decision:
        """A recalculation was ordered: later decisions are those of the version that it names."""
        version = event.data.get("pack_version")
        if version is None:
            return Decision(outputs=[_forwarded(event)])
        pack = self._policies.version(case.organisation, version)
        classes = dict.fromkeys(trouble["class"] for trouble in case.told.get("classes", []))
        refusal = misfit(pack, version, case.told.get("grade"), classes, case.departments)
        if refusal is not None:
            return Decision(refusal=refusal)
        new = msgspec.structs.replace(case, told=case.told | {"pack": pack.reference()})
        return Decision(states={_ref(event): new}, outputs=[_forwarded(event)])

    def _follow(self, case: RoutedCase, what: str, event: Event, now: datetime) -> Decision:
        """Forward a handling event, then say what it changes; one that no longer counts changes nothing."""
        if falls_short(self._pack_of(case), what, event.data, case.course.stands):
            return Decision(outputs=[_forwarded(event)])
        course = case.course.after(what, event.data, event.time, now)
        new = msgspec.structs.replace(case, course=course)
        outputs = [_forwarded(event)]
        if case.course.counts(what, event.time, now):
            new, said = self._decide(case, _informed(new, what, event, now), what, event)
            outputs += said
            former, present = case.departments, new.departments
            course = new.course.handed_over(former, present, event.time, now) if former != present else new.course
            new = msgspec.structs.replace(new, course=course)
        elif handover.is_settled_by_mediation(what, event.data):
            new = msgspec.structs.replace(new, dispute=None)
        return Decision(states={_ref(event): new} if new != case else {}, outputs=outputs)

    def _decide(self, case: RoutedCase, new: RoutedCase, what: str, event: Event) -> tuple[RoutedCase, list[Output]]:
        """The case as decided anew, and what is said of it: the departments, then class, grade and priority."""
        pack = self._pack_of(case)
        changes = _changes(pack, case, what, event.data)
        new = _decided(pack, new, changes) if what in _INFORMING else new
        move = _move(pack, case, what, event.data) or _move_by_rules(pack, case, new, changes, what, event.data)
        to = case.departments if move is None else move.to
        told = new.told | {"departments": list(to)}
        told["triage"] = told["triage"] and pack.routing.unsure.department in to
        revised = bool(changes) or _is_revised(case, new)
        revision = case.revision + 1 if revised else case.revision
        if revised:
            told |= {"pack": pack.reference(), "revision": revision}
        outputs = []
        if move is not None and to != case.departments:
            outputs.append(_passed_on(pack, event, case, told, move))
        if revised:
            outputs.append(_output(event, COMPLAINT_ROUTED, event.time, told))
        dispute = handover.dispute_after(pack, case, what, event.data, to)
        return msgspec.structs.replace(new, told=told, revision=revision, dispute=dispute), outputs


def _informed(case: RoutedCase, what: str, event: Event, now: datetime) -> RoutedCase:
    """The case with what an event lets know of it."""
    match what:
        case "assessed":
            found = found_with(case.found, event.data, min(event.time, now))
            return msgspec.structs.replace(case, found=found)
        case "reopened":
            return msgspec.structs.replace(case, reopened=case.reopened + 1)
        case _:
            return case


def _decided(pack: Pack, case: RoutedCase, changes: Mapping[str, Any]) -> RoutedCase:
    """The case with class, grade, priority and the departments called for as they are now. An inquiry has none."""
    if case.told["kind"] == "inquiry":
        return case
    told = with_severity(case.told, case) | {name: value for name, value in changes.items() if name != "departments"}
    if changes:
        told.pop("words", None)
        told.pop("candidates", None)
    class_departments = tuple(changes.get("departments", case.class_departments))
    known = known_of(case)
    told = ranked(pack, told, known)
    called = assigned(pack, told, known, class_departments).departments
    return msgspec.structs.replace(case, told=told, class_departments=class_departments, assigned=called)


def _is_revised(case: RoutedCase, new: RoutedCase) -> bool:
    """Whether readers of the routed case must hear of it again."""
    decided = ("class", "classes", "decided_by", "section", *RANKED)
    return new.assigned != case.assigned or any(new.told.get(name) != case.told.get(name) for name in decided)


def _move(pack: Pack, case: RoutedCase, what: str, said: dict[str, Any]) -> Move | None:
    match what:
        case "passed_on":
            return handover.passed_on(pack, case.departments, said)
        case "disputed":
            return handover.disputed(pack, case.departments, said)
        case "taken_back":
            return handover.taken_back(pack, said)
        case "responsibility_settled" if case.dispute is not None and handover.is_settled_by_mediation(what, said):
            return handover.settled(pack, case.departments, case.dispute, said)
        case _:
            return None


def _changes(pack: Pack, case: RoutedCase, what: str, said: dict[str, Any]) -> dict[str, Any]:
    """What a newly named class changes. A complaint that does not stand is answered, not routed again."""
    stands = said["stands"] if what == "judged" else case.course.stands is not False
    if what not in {"judged", "passed_on"} or not stands or "class" not in said or case.told["kind"] == "inquiry":
        return {}
    return decided_again(case.told, said["class"], pack)


def _move_by_rules(
    pack: Pack, case: RoutedCase, new: RoutedCase, changes: Mapping[str, Any], what: str, said: Mapping[str, Any]
) -> Move | None:
    """A judgement that changes the class brings the case to whom it calls for; new facts bring in whom they call for.

    Whom people put in charge meanwhile stays, unless the class changed.
    """
    if not changes and new.assigned == case.assigned:
        return None
    section = assigned(pack, new.told, known_of(new), new.class_departments).section
    if changes:
        reason = said.get("reason") or f"judged as {said['class']}"
        section = section or pack.classes[changes["class"]].departments_section
        return Move(to=new.assigned, by="department", reason=reason, section=section)
    to = shifted(case.departments, case.assigned, new.assigned)
    return Move(to=to, by="department", reason=said.get("reason") or f"called for by what was {what}", section=section)


def _passed_on(pack: Pack, event: Event, old: RoutedCase, told: Mapping[str, Any], move: Move) -> Output:
    data: dict[str, Any] = {
        "case_number": event.subject,
        "from_departments": list(old.departments),
        "to_departments": list(move.to),
        "reason": move.reason,
        "by": move.by,
    }
    graded = ("class", "grade", "stars")
    data |= {name: told[name] for name in graded if name in told and told[name] != old.told.get(name)}
    data |= {"at": text_of_time(event.time), "pack": pack.reference()}
    if move.section:
        data["section"] = move.section
    return _output(event, PASSED_ON, event.time, data)


def _ref(event: Event) -> Ref:
    return Ref("case", event.subject or "")


def _output(event: Event, kind: str, time: datetime, data: dict[str, Any]) -> Output:
    return Output(topic=CASES, type=kind, subject=event.subject or "", time=time, data=data)


def _forwarded(event: Event, key: str | None = None) -> Output:
    """The same event for the readers of cases: same type, data and time."""
    return Output(topic=CASES, type=event.type, subject=event.subject or "", time=event.time, data=event.data, key=key)

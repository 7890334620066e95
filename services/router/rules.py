"""The router's rules: route what is registered, forward everything else in order, decide again where it is asked.

`complaint.routed` is published again, with a higher `revision`, when the class of a complaint is decided anew: a
re-grading of the same case, never a new one. A mere change of departments is told by `case.passed_on` alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec

from services.router import handover
from services.router.handover import Move
from services.router.judgement import decided_again
from services.router.routing import arrived, routed_complaint, routed_inquiry
from services.router.states import RoutedCase
from tousu.decision import Decision, Output, Ref, Refusal, State, States
from tousu.event import Event, text_of_time, time_of_text
from tousu.policy.pack import Pack
from tousu.policy.policies import Policies
from tousu.policy.text import Classifier

CASES: Final = "complaints.cases"
COMPLAINT_ROUTED: Final = "tousu.complaint.routed.v1"
INQUIRY_ROUTED: Final = "tousu.inquiry.routed.v1"
PASSED_ON: Final = "tousu.case.passed_on.v1"
_HANDLING: Final = "tousu.handling."
_TELLINGS: Final = frozenset({"tousu.duplicate.joined.v1", "tousu.duplicate.separated.v1"})


class RouterRules:
    """The rules of all packs: a case is decided by the version that held for its organisation when it was received."""

    def __init__(self, policies: Policies) -> None:
        self._policies = policies
        self._classifiers = {(pack.id, pack.version): Classifier(pack) for pack in policies.packs()}

    def refs(self, event: Event) -> Sequence[Ref]:
        """The case that the event is about; operations figures are about none."""
        return [_ref(event)] if event.subject and event.type != "tousu.operations.reported.v1" else []

    def apply(self, states: States, event: Event, now: datetime) -> Decision:
        """Route, forward, or decide again."""
        if event.type == "tousu.operations.reported.v1":
            return Decision(outputs=[_forwarded(event, event.data["department"])])
        case = states.get(_ref(event))
        match event.type:
            case "tousu.complaint.registered.v1" | "tousu.inquiry.registered.v1":
                return self._register(event, now) if case is None else _twice(event)
            case kind if kind in _TELLINGS and isinstance(case, RoutedCase):
                return Decision(outputs=[_forwarded(event)])
            case kind if kind.startswith(_HANDLING) and isinstance(case, RoutedCase):
                return _unknown_name(self._pack_of(case), event) or self._follow(case, event, now)
            case kind if kind.startswith(_HANDLING) or kind in _TELLINGS:
                return _unknown_case(event)
            case _:
                return _unknown_type(event)

    def due(self, ref: Ref, state: State) -> datetime | None:
        """Nothing waits for a time here."""
        return None

    def fire(self, ref: Ref, state: State, now: datetime) -> Decision:
        """Never asked for."""
        raise AssertionError("the router has no clocks")

    def _register(self, event: Event, now: datetime) -> Decision:
        if not self._policies.knows(event.organisation):
            return _unknown_organisation(event)
        pack = self._policies.at(event.organisation, time_of_text(event.data["received_at"], "received_at"))
        if event.type == "tousu.complaint.registered.v1":
            kind, told = COMPLAINT_ROUTED, routed_complaint(event.data, self._classifiers[pack.id, pack.version], pack)
        else:
            kind, told = INQUIRY_ROUTED, routed_inquiry(event.data, pack)
        case = arrived(told, event.organisation)
        return Decision(states={_ref(event): case}, outputs=[_output(event, kind, now, told)])

    def _pack_of(self, case: RoutedCase) -> Pack:
        return self._policies.version(case.organisation, case.told["pack"]["version"])

    def _follow(self, case: RoutedCase, event: Event, now: datetime) -> Decision:
        """Forward a handling event, then say what it changes; one that no longer counts changes nothing."""
        what = event.type.removeprefix(_HANDLING).partition(".")[0]
        course = case.course.after(what, event.data, event.time, now)
        new = msgspec.structs.replace(case, course=course)
        outputs = [_forwarded(event)]
        if case.course.counts(what, event.time, now):
            new, said = self._decide(case, new, what, event)
            outputs += said
            former, present = case.departments, new.departments
            course = new.course.handed_over(former, present, event.time, now) if former != present else new.course
            new = msgspec.structs.replace(new, course=course)
        return Decision(states={_ref(event): new} if new != case else {}, outputs=outputs)

    def _decide(self, case: RoutedCase, new: RoutedCase, what: str, event: Event) -> tuple[RoutedCase, list[Output]]:
        """The case with its new class and departments, and what is said of it: the departments, then the class."""
        pack = self._pack_of(case)
        changes = _changes(pack, case, what, event.data)
        move = _move(pack, case, what, event.data) or _move_to_class(pack, changes, event.data)
        if move is None and not changes:
            return new, []
        to = case.departments if move is None else move.to
        told = case.told | changes | {"departments": list(to)}
        told["triage"] = told["triage"] and pack.routing.unsure.department in to
        revision = case.revision
        outputs = []
        if changes:
            revision += 1
            told.pop("words", None)
            told |= {"pack": pack.reference(), "revision": revision}
        if move is not None and to != case.departments:
            outputs.append(_passed_on(pack, event, case, told, move))
        if changes:
            outputs.append(_output(event, COMPLAINT_ROUTED, event.time, told))
        return msgspec.structs.replace(new, told=told, revision=revision), outputs


def _move(pack: Pack, case: RoutedCase, what: str, said: dict[str, Any]) -> Move | None:
    match what:
        case "passed_on":
            return handover.passed_on(pack, case.departments, said)
        case "disputed":
            return handover.disputed(pack, case.departments, said)
        case "taken_back":
            return handover.taken_back(pack, said)
        case _:
            return None


def _changes(pack: Pack, case: RoutedCase, what: str, said: dict[str, Any]) -> dict[str, Any]:
    """What a newly named class changes. A complaint that does not stand is answered, not routed again."""
    stands = said["stands"] if what == "judged" else case.course.stands is not False
    if what not in {"judged", "passed_on"} or not stands or "class" not in said or case.told["kind"] == "inquiry":
        return {}
    return decided_again(case.told, said["class"], pack)


def _move_to_class(pack: Pack, changes: Mapping[str, Any], said: Mapping[str, Any]) -> Move | None:
    """A judgement that changes the class brings the case to the departments of its classes."""
    if not changes:
        return None
    reason = said.get("reason") or f"judged as {said['class']}"
    section = pack.classes[changes["class"]].departments_section
    return Move(to=tuple(changes["departments"]), by="department", reason=reason, section=section)


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


def _unknown_name(pack: Pack, event: Event) -> Decision | None:
    """Nobody can answer as a department that the pack does not have, and no limit is known for a strange class."""
    if "class" in event.data and event.data["class"] not in pack.classes:
        message = f"class is none of pack {pack.id} {pack.version}; use one of: {', '.join(pack.classes)}"
        return Decision(refusal=Refusal(reason="unknown_class", message=message, place="/class"))
    for field in ("to_department", "proposed_department"):
        if field in event.data and event.data[field] not in pack.departments:
            message = f"{field} is none of pack {pack.id} {pack.version}; use one of: {', '.join(pack.departments)}"
            return Decision(refusal=Refusal(reason="unknown_department", message=message, place=f"/{field}"))
    return None


def _ref(event: Event) -> Ref:
    return Ref("case", event.subject or "")


def _output(event: Event, kind: str, time: datetime, data: dict[str, Any]) -> Output:
    return Output(topic=CASES, type=kind, subject=event.subject or "", time=time, data=data)


def _forwarded(event: Event, key: str | None = None) -> Output:
    """The same event for the readers of cases: same type, data and time."""
    return Output(topic=CASES, type=event.type, subject=event.subject or "", time=event.time, data=event.data, key=key)


def _twice(event: Event) -> Decision:
    message = f"case {event.subject} is there already; a case is registered once"
    return Decision(refusal=Refusal(reason="exists_with_different_content", message=message, place="subject"))


def _unknown_case(event: Event) -> Decision:
    message = f"case {event.subject} was never routed here; is the case number right?"
    return Decision(refusal=Refusal(reason="unknown_case", message=message, place="subject"))


def _unknown_organisation(event: Event) -> Decision:
    message = f"no pack is set for organisation {event.organisation}; add it to TOUSU_ORGANISATIONS of the router"
    return Decision(refusal=Refusal(reason="unknown_organisation", message=message, place="organisation"))


def _unknown_type(event: Event) -> Decision:
    message = f"the router does not know what to do with {event.type}"
    return Decision(refusal=Refusal(reason="unknown_type", message=message, place="type"))

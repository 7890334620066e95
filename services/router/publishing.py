"""What the router says of a case: the report that counts, to whom the case moved, and how it is decided now.

Each of these events carries the block `case`: its number within the case, what it did, and where the case stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from msgspec.structs import replace

from services.router.odd_fields import dropped_in_block
from services.router.states import RoutedCase
from tousu.decision import Output
from tousu.domain.case.deciding import Effect, Step
from tousu.domain.case.fold import CaseFile
from tousu.domain.case.handover import Move
from tousu.domain.case.ranking import RANKED
from tousu.domain.case.state import DECIDED, CaseState
from tousu.domain.case.view import block_of
from tousu.event import Event, text_of_time
from tousu.policy.pack import Pack

CASES: Final = "complaints.cases"
COMPLAINT_ROUTED: Final = "tousu.complaint.routed.v1"
INQUIRY_ROUTED: Final = "tousu.inquiry.routed.v1"
CLAIM_ROUTED: Final = "tousu.claim.routed.v1"
PASSED_ON: Final = "tousu.case.passed_on.v1"
REISSUED: Final = "tousu.case.reissued.v1"
_ROUTED_ANEW: Final = ("class", "classes", "decided_by", "section", *RANKED)
"""What readers of a routed case must hear of again where it changes."""


def begun(case: RoutedCase, event: Event, routed: str, now: datetime) -> tuple[RoutedCase, Output]:
    """A case with the event that begins it."""
    file, data = _numbered(case.file, case.told, "moved", case.told)
    if case.told["kind"] == "claim":
        data = case.told  # a claim without a complaint has no life of its own; claims alone follow it
    return replace(case, file=file), _output(event, routed, now, data)


def published(
    case: RoutedCase, step: Step, pack: Pack, *, is_freed: bool, is_added: bool = False
) -> tuple[RoutedCase, list[Output]]:
    """The case with all that is said of a report that counts. is_freed: the report had waited for another one.
    is_added: what the customer told again is in the routed data already, and its readers hear of it."""
    event, effect = step.event, step.effect
    routed, is_revised = case.told, is_added
    if _routing_of(step.state) != _routing_of(step.former):  # else what was told of it stands
        routed = {name: value for name, value in case.told.items() if name not in DECIDED} | step.state.decided
        routed["departments"] = list(step.state.departments)
        is_revised = (
            is_revised
            or step.former.assigned != step.state.assigned
            or any(routed.get(name) != case.told.get(name) for name in _ROUTED_ANEW)
        )
        if is_revised or step.former.pack_version != step.state.pack_version:
            routed["pack"] = pack.reference()
    file, data = _numbered(_at(case.file, step.state), event.data, effect, routed, _said_of(step))
    outputs = [_output(event, event.type, event.time, data)]
    if step.state.reissued > step.former.reissued and not step.state.is_over:
        file, data = _numbered(file, _reissued(event, step, pack), "noted", routed)
        outputs.append(_output(event, REISSUED, event.time, data))
    if step.state.departments != step.former.departments:
        file, data = _numbered(file, _moved(event, step, routed, case.told, pack), "moved", routed)
        outputs.append(_output(event, PASSED_ON, event.time, data))
    revision = case.revision
    if is_revised:
        revision += 1
        routed["revision"] = revision
        file, data = _numbered(file, routed, "moved", routed)
        outputs.append(_output(event, COMPLAINT_ROUTED, event.time, data))
    if is_freed:
        outputs = [replace(output, causation=event.id, organisation=case.organisation) for output in outputs]
    file = replace(case.file, sequence=file.sequence)
    return replace(case, told=routed, file=file, revision=revision), outputs


def routed_again(case: RoutedCase, event: Event) -> tuple[RoutedCase, Output]:
    """The case with its routed data told once more, since they have become others."""
    routed = case.told | {"revision": case.revision + 1}
    file, data = _numbered(case.file, routed, "noted", routed)
    new = replace(case, told=routed, file=file, revision=case.revision + 1)
    return new, _output(event, COMPLAINT_ROUTED, event.time, data)


def forwarded(event: Event, key: str | None = None) -> Output:
    """The same event for the readers of cases, where it moves no case: same type, data and time."""
    return Output(topic=CASES, type=event.type, subject=event.subject or "", time=event.time, data=event.data, key=key)


def _numbered(
    file: CaseFile,
    data: Mapping[str, Any],
    effect: Effect,
    routed: Mapping[str, Any],
    more: Mapping[str, Any] = MappingProxyType({}),
) -> tuple[CaseFile, dict[str, Any]]:
    """Data with the block `case` of the next event of a case."""
    sequence = file.sequence + 1
    return replace(file, sequence=sequence), {
        **data,
        "case": {**block_of(file.state, sequence, effect, routed), **more},
    }


def _said_of(step: Step) -> dict[str, Any]:
    """What has to be said of a report itself: what was left out, and that its department did not have the case."""
    return dropped_in_block(step.event) | ({"not_in_charge": step.outsider} if step.outsider else {})


def _routing_of(state: CaseState) -> tuple[object, ...]:
    """All that the routed data say of a state."""
    return state.decided, state.departments, state.assigned, state.pack_version


def _at(file: CaseFile, state: CaseState) -> CaseFile:
    return replace(file, state=state)


def _moved(
    event: Event, step: Step, routed: Mapping[str, Any], former: Mapping[str, Any], pack: Pack
) -> dict[str, Any]:
    """That responsibility moved. A report that came late may move a case otherwise than it says itself."""
    move = step.move
    if move is None or move.to != step.state.departments:
        reason = event.data.get("reason") or f"called for by what was {step.fact.name}"
        move = Move(to=step.state.departments, by="department", reason=reason)
    data: dict[str, Any] = {
        "case_number": event.subject,
        "from_departments": list(step.former.departments),
        "to_departments": list(step.state.departments),
        "reason": move.reason,
        "by": move.by,
    }
    graded = ("class", "grade", "stars")
    data |= {name: routed[name] for name in graded if name in routed and routed[name] != former.get(name)}
    data |= {"at": text_of_time(event.time), "pack": pack.reference()}
    return data | ({"section": move.section} if move.section else {})


def _reissued(event: Event, step: Step, pack: Pack) -> dict[str, Any]:
    """That the departments have the case again, since the customer does not take it as settled."""
    data = {
        "case_number": event.subject,
        "departments": list(step.state.departments),
        "times": step.state.reissued,
        "at": text_of_time(event.time),
        "pack": pack.reference(),
    }
    return data | {name: event.data[name] for name in ("added", "text") if name in event.data}


def _output(event: Event, kind: str, time: datetime, data: dict[str, Any]) -> Output:
    return Output(topic=CASES, type=kind, subject=event.subject or "", time=time, data=data)

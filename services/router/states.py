"""What the router keeps of each case."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import msgspec

from tousu.domain.case.fold import CaseFile
from tousu.domain.case.state import CaseState
from tousu.event import Event
from tousu.events.duplicate import DuplicateJoined, PersonErased
from tousu.events.shared_values import SourceEvent

DEMAND_MAX: Final = 2000
EVIDENCE_MAX: Final = 50
"""As long as the contract lets a demand and a list of evidence be."""
_ADDED: Final = ("demand", "evidence", "occurred_at", "place")


class RoutedCase(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A case and its life. `told` is the data of its routed event, kept up to date with every later decision.

    file: the facts reported about it and what they make of it. revision: how often it was decided (1: on arrival).
    organisation: whose case it is, empty for the deployment's own. added: what the customer told beside the first
    telling, by the telling (source and id): demand, evidence, and more that the first one had not said.
    """

    told: dict[str, Any]
    file: CaseFile
    revision: int = 1
    organisation: str = ""
    added: dict[str, dict[str, Any]] = {}
    first: dict[str, Any] = {}

    @property
    def state(self) -> CaseState:
        """Where it stands."""
        return self.file.state

    @property
    def departments(self) -> tuple[str, ...]:
        """Who answers for it, the one in the lead first."""
        return self.file.state.departments

    @property
    def class_name(self) -> str | None:
        """What it is about; None while nobody knows."""
        name: str | None = self.told.get("class")
        return name


def without_person(case: RoutedCase, erased: Event) -> RoutedCase:
    """The case without what it says of the persons who were erased; nor will later routings say it."""
    assert isinstance(erased.content, PersonErased)
    case = without_tellings(case, erased.content.tellings)
    if not erased.content.began_the_case:
        return case
    if case.added:
        first = {name: value for name, value in case.first.items() if name != "demand"}
        case = msgspec.structs.replace(case, first=first)
        case = msgspec.structs.replace(case, told=_with_added(case))
    routed = {name: value for name, value in case.told.items() if name != "content"}
    if not case.added:
        routed.pop("demand", None)
    if "complainant" in routed:
        routed["complainant"] = {"pseudonym": routed["complainant"]["pseudonym"]}
    if "pieces" in routed:
        routed["pieces"] = [{n: v for n, v in piece.items() if n != "content"} for piece in routed["pieces"]]
    return msgspec.structs.replace(case, told=routed)


def told_again(case: RoutedCase, joined: Event) -> RoutedCase:
    """The case with what a telling that joined adds: demands and evidence add up, time and place are the first told."""
    fields = {name: joined.data[name] for name in _ADDED if joined.data.get(name)}
    if not fields:
        return case
    assert isinstance(joined.content, DuplicateJoined)
    first = case.first or {name: case.told[name] for name in _ADDED if name in case.told}
    added = {**case.added, _submission_of(joined.content.source_event): fields}
    case = msgspec.structs.replace(case, first=first, added=added)
    return msgspec.structs.replace(case, told=_with_added(case))


def without_tellings(case: RoutedCase, tellings: Iterable[SourceEvent]) -> RoutedCase:
    """The case without what these tellings had added."""
    leaving = {_submission_of(submission) for submission in tellings}
    if not case.added.keys() & leaving:
        return case
    added = {name: fields for name, fields in case.added.items() if name not in leaving}
    case = msgspec.structs.replace(case, added=added)
    return msgspec.structs.replace(case, told=_with_added(case))


def _submission_of(event: SourceEvent) -> str:
    return f"{event.source} {event.id}"


def _with_added(case: RoutedCase) -> dict[str, Any]:
    """The routed data by the first telling and all that joined, each thing once."""
    sayings = [case.first, *case.added.values()]
    demands = dict.fromkeys(value for saying in sayings for name, value in saying.items() if name == "demand")
    evidence = [item for saying in sayings for item in saying.get("evidence", ())]
    new: dict[str, Any] = {
        "demand": _together(demands),
        "evidence": [item for place, item in enumerate(evidence) if item not in evidence[:place]][:EVIDENCE_MAX],
    }
    for name in ("occurred_at", "place"):
        new[name] = next((saying[name] for saying in sayings if name in saying), None)
    routed = {name: value for name, value in case.told.items() if name not in _ADDED}
    return routed | {name: value for name, value in new.items() if value}


def _together(demands: Iterable[str]) -> str:
    """Demands, one a line, the first told first, as many as there is room for."""
    text = ""
    for demand in demands:
        longer = f"{text}\n{demand}" if text else demand
        text = longer if len(longer) <= DEMAND_MAX else text
    return text

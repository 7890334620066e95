"""What the router says of a case behind each event, for tests that begin behind the router.

The life of the case is decided by the same fold as in the router; who answers for a case and how grave it is, the
events of the test say.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from tousu.decision import Refusal
from tousu.domain.case.advancing import handed_over
from tousu.domain.case.deciding import decide
from tousu.domain.case.fold import CaseFile, placed
from tousu.domain.case.state import DECIDED, CaseFact, CaseState, FoldGround, begun
from tousu.domain.case.view import block_of
from tousu.event import Event, time_of_text
from tousu.policy.event_catalogue import BESIDE_THE_CASE
from tousu.policy.pack import Pack

ROUTED = ("tousu.complaint.routed.v1", "tousu.inquiry.routed.v1")
PASSED_ON = "tousu.case.passed_on.v1"
HANDLING = "tousu.handling."


class Lives:
    """The lives of cases, by number. `refusal`: why the last report was refused; None where it was not."""

    def __init__(self, *packs: Pack) -> None:
        self.packs = packs
        self.files: dict[str, CaseFile] = {}
        self.refusal: Refusal | None = None

    def behind(self, event: Event, now: datetime) -> list[Event]:
        """The event as the router publishes it, and what it sets free; nothing where it waits or is refused."""
        self.refusal = None
        number = event.subject or ""
        if "case" in event.data:
            return [event]
        if event.type in ROUTED:
            return [self._with(event, self._routed(event), "moved")]
        file = self.files.get(number)
        what = event.type.removeprefix(HANDLING).partition(".")[0]
        if file is None or (event.type != PASSED_ON and not event.type.startswith(HANDLING)) or what in BESIDE_THE_CASE:
            return [event]
        return self._passed_on(event, now) if event.type == PASSED_ON else self._reported(what, event, now)

    def _routed(self, event: Event) -> CaseState:
        data, number = event.data, event.subject or ""
        decided = {name: data[name] for name in DECIDED if name in data}
        departments = tuple(data["departments"])
        if number in self.files:
            state = replace(self.files[number].state, departments=departments, decided=decided)
            self.files[number] = CaseFile(state=state)
            return state
        received = time_of_text(data["received_at"])
        state = begun(
            data["kind"], received, data["pack"]["version"], departments=departments, decided=decided,
            class_departments=departments, assigned=departments,
        )  # fmt: skip
        self.files[number] = CaseFile(state=state)
        return state

    def _passed_on(self, event: Event, now: datetime) -> list[Event]:
        file, to = self.files[event.subject or ""], tuple(event.data["to_departments"])
        at = min(max(event.time, file.state.received_at), now)
        state, one = file.state, len(to) == 1
        if state.is_over and (state.ended_at is None or at >= state.ended_at):
            return []
        if one:
            file = placed(file, CaseFact(at, "passed_on", {"to_department": to[0]}), self._ground()).file
        state = replace(file.state if state.is_over else handed_over(file.state, to, at), departments=to)
        grade = {name: event.data[name] for name in ("grade", "class") if name in event.data}
        mediates = self._pack(state.pack_version).routing.disputes_to in to
        state = replace(state, decided=state.decided | grade, dispute=file.state.dispute if mediates else None)
        self.files[event.subject or ""] = replace(file, state=state) if one else CaseFile(state=state)
        return [self._with(event, state, "moved")]

    def _reported(self, what: str, event: Event, now: datetime) -> list[Event]:
        file = self.files[event.subject or ""]
        decided = decide(file, what, event, self._ground(), now)
        self.refusal = decided.refusal
        kept = {name: getattr(file.state, name) for name in ("departments", "decided", "assigned", "class_departments")}
        self.files[event.subject or ""] = replace(decided.file, state=replace(decided.file.state, **kept))
        return [self._with(step.event, step.state, step.effect) for step in decided.steps]

    def _with(self, event: Event, state: CaseState, effect: Any) -> Event:
        return replace(event, data=event.data | {"case": block_of(state, 1, effect, {"channel": "phone"})})

    def _ground(self) -> FoldGround:
        return FoldGround(self._pack, {})

    def _pack(self, version: str) -> Pack:
        """As `Policies.version`: another one where that is not there any more."""
        return next((pack for pack in self.packs if pack.version == version), self.packs[-1])


def as_published(packs: Sequence[Pack], story: Sequence[tuple[Event, datetime]]) -> list[tuple[Event, datetime]]:
    """A story as the router publishes it, each event with the time at which it is read."""
    lives = Lives(*packs)
    return [(behind, now) for event, now in story for behind in lives.behind(event, now)]

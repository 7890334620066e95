"""The rules of claims: a claim for each piece whose class asks for one, closed when its ground is gone.

Claims reads the story of a case (complaints.cases) and what its clocks did (complaints.sla). Nothing that the clocks do
changes a claim yet: penalties for late handling come with the tables of domain, section 8.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec

from services.claims.life import lived_on
from services.claims.opening import claims_asked_for
from services.claims.settling import Change, brought_in_line
from services.claims.states import Claim, ClaimedCase
from tousu.decision import Decision, Output, Ref, State, States
from tousu.event import Event, text_of_time
from tousu.policy.claims import ClaimOpener
from tousu.policy.pack import Pack

CLAIMS: Final = "complaints.claims"
PENALTIES: Final = "complaints.penalties"
_ROUTED: Final = "tousu.complaint.routed.v1"
_HANDLING: Final = "tousu.handling."
_WHY_AGAIN: Final = {
    _ROUTED: "judged_otherwise",
    "tousu.handling.judged.v1": "stands",
    "tousu.handling.reopened.v1": "case_reopened",
}


class ClaimsRules:
    """The rules of one pack."""

    def __init__(self, pack: Pack) -> None:
        self._pack = pack
        self._opener = ClaimOpener(pack)

    def refs(self, event: Event) -> Sequence[Ref]:
        """The case, where the event can change its claims."""
        return [_ref(event)] if event.type == _ROUTED or event.type.startswith(_HANDLING) else []

    def apply(self, states: States, event: Event, now: datetime) -> Decision:
        """Open, close or open again; everything else is a no-op with its reason."""
        if event.type == _ROUTED:
            return self._routed(_known(states, event), event)
        if event.type.startswith(_HANDLING):
            return self._handled(_known(states, event), event)
        return Decision(no_op="no_concern_of_claims")

    def due(self, ref: Ref, state: State) -> datetime | None:
        """Nothing waits for a time yet; the limits of a claim come with its amounts."""
        return None

    def fire(self, ref: Ref, state: State, now: datetime) -> Decision:
        """Never asked for."""
        raise AssertionError("claims has no clocks yet")

    def _routed(self, case: ClaimedCase | None, event: Event) -> Decision:
        asking = claims_asked_for(event.data, self._opener)
        if case is None and not asking.asked:
            return Decision(no_op=asking.why_not)
        if case is not None and case.over:
            return Decision(no_op="case_is_over")
        new = msgspec.structs.replace(case or ClaimedCase(), asked=asking.asked)
        return self._in_line(case, new, event, asking.why_not or "claims_are_there")

    def _handled(self, case: ClaimedCase | None, event: Event) -> Decision:
        if case is None:
            return Decision(no_op="case_without_claims")
        what = event.type.removeprefix(_HANDLING).partition(".")[0]
        return self._in_line(case, lived_on(case, what, event.data), event, "claims_go_on")

    def _in_line(self, old: ClaimedCase | None, new: ClaimedCase, event: Event, no_op: str) -> Decision:
        new, changes = brought_in_line(new, event.subject or "", event.time)
        if new == old:
            return Decision(no_op=no_op)
        states: dict[Ref, State | None] = {_ref(event): new}
        states |= {Ref("claim", change.claim.number): change.claim for change in changes}
        return Decision(states=states, outputs=[self._told(change, event) for change in changes])

    def _told(self, change: Change, event: Event) -> Output:
        """The event that says what happened to a claim."""
        numbers = {"claim_number": change.claim.number, "case_number": event.subject}
        match change.step:
            case "opened":
                said = _opening(change.claim)
            case "reopened":
                said = {"reopened_at": text_of_time(event.time), "reason": _WHY_AGAIN[event.type]}
            case "closed":
                said = {"closed_at": text_of_time(event.time), "reason": change.claim.reason}
        data = numbers | said | {"pack": self._pack.reference(), "section": change.claim.asked.section}
        kind = f"tousu.claim.{change.step}.v1"
        return Output(topic=CLAIMS, type=kind, subject=event.subject or "", time=event.time, data=data)


def _opening(claim: Claim) -> dict[str, Any]:
    asked = claim.asked
    said: dict[str, Any] = {
        "cause": asked.ground.cause,
        "payee_role": asked.payee_role,
        "opened_at": text_of_time(claim.opened_at),
        "evidence_needed": list(asked.evidence_needed),
        "departments": list(asked.departments),
    }
    optional: Mapping[str, str | None] = {
        "waybill_number": asked.ground.waybill_number,
        "amount_yuan": asked.amount_yuan,
    }
    return said | {name: value for name, value in optional.items() if value is not None}


def _known(states: States, event: Event) -> ClaimedCase | None:
    case = states.get(_ref(event))
    assert case is None or isinstance(case, ClaimedCase)
    return case


def _ref(event: Event) -> Ref:
    return Ref("case", event.subject or "")

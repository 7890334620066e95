"""The rules of claims: a claim for each piece whose class asks for one, closed when its ground is gone.

Claims reads the story of a case (complaints.cases) and what its clocks did (complaints.sla). Nothing that the clocks do
changes a claim yet: penalties for late handling come with the tables of domain, section 8.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from msgspec.structs import replace

from services.claims.opening import claims_asked_for
from services.claims.settling import Change, brought_in_line
from services.claims.states import Claim, ClaimedCase
from tousu.decision import Decision, Output, Ref, State, States
from tousu.event import Event, text_of_time, time_of_text
from tousu.policy.claims import ClaimOpener
from tousu.policy.closing import lacks_confirmation
from tousu.policy.course import begun
from tousu.policy.pack import Pack
from tousu.policy.policies import Policies
from tousu.policy.replies import incomplete_reply

CLAIMS: Final = "complaints.claims"
PENALTIES: Final = "complaints.penalties"
_ROUTED: Final = "tousu.complaint.routed.v1"
_PASSED_ON: Final = "tousu.case.passed_on.v1"
_HANDLING: Final = "tousu.handling."
_OF_THE_CASE: Final = frozenset({_ROUTED, _PASSED_ON})
_WHY_AGAIN: Final = {
    _ROUTED: "judged_otherwise",
    "tousu.handling.judged.v1": "stands",
    "tousu.handling.reopened.v1": "case_reopened",
}


class ClaimsRules:
    """The rules of all packs: a case is judged by the version that its router decided with."""

    def __init__(self, policies: Policies) -> None:
        self._policies = policies
        self._openers = {(pack.id, pack.version): ClaimOpener(pack) for pack in policies.packs()}

    def refs(self, event: Event) -> Sequence[Ref]:
        """The case, where the event can change its claims."""
        return [_ref(event)] if event.type in _OF_THE_CASE or event.type.startswith(_HANDLING) else []

    def apply(self, states: States, event: Event, now: datetime) -> Decision:
        """Open, close or open again; everything else is a no-op with its reason."""
        if event.type == _ROUTED:
            return self._routed(_known(states, event), event, now)
        if event.type != _PASSED_ON and not event.type.startswith(_HANDLING):
            return Decision(no_op="no_concern_of_claims")
        case = _known(states, event)
        if case is None:
            return Decision(no_op="no_complaint")
        what = event.type.removeprefix(_HANDLING).partition(".")[0]
        pack = self._policies.version(case.organisation, case.pack_version)
        if lacks_confirmation(pack, what, event.data, case.course.stands):
            return Decision(no_op="confirmation_missing")
        if what == "recount_ordered":
            version = event.data.get("pack_version", case.pack_version)
            return self._in_line(case, replace(case, pack_version=version), event)
        if incomplete_reply(pack, what, event.data, case.course.stands) is not None:
            return Decision(no_op="reply_incomplete")
        if event.type == _PASSED_ON:
            former, new = event.data["from_departments"], event.data["to_departments"]
            course = case.course.handed_over(former, new, event.time, now)
        else:
            course = case.course.after(what, event.data, event.time, now)
        return self._in_line(case, replace(case, course=course), event)

    def due(self, ref: Ref, state: State) -> datetime | None:
        """Nothing waits for a time yet; the limits of a claim come with its amounts."""
        return None

    def fire(self, ref: Ref, state: State, now: datetime) -> Decision:
        """Never asked for."""
        raise AssertionError("claims has no clocks yet")

    def _routed(self, case: ClaimedCase | None, event: Event, now: datetime) -> Decision:
        if case is not None and case.course.is_over(now):
            return Decision(no_op="case_is_over")
        pack = self._policies.version(event.organisation, event.data["pack"]["version"])
        asking = claims_asked_for(event.data, self._openers[pack.id, pack.version])
        course = case.course if case is not None else begun("complaint", time_of_text(event.data["received_at"]))
        claims = case.claims if case is not None else ()
        new = ClaimedCase(
            course=course, asked=asking.asked, why_not=asking.why_not, claims=claims,
            organisation=event.organisation, pack_version=pack.version,
        )  # fmt: skip
        return self._in_line(case, new, event)

    def _in_line(self, old: ClaimedCase | None, new: ClaimedCase, event: Event) -> Decision:
        new, changes = brought_in_line(new, event.subject or "", event.time)
        if new == old:
            return Decision(no_op="claims_go_on")
        states: dict[Ref, State | None] = {_ref(event): new}
        states |= {Ref("claim", change.claim.number): change.claim for change in changes}
        pack = self._policies.version(new.organisation, new.pack_version)
        return Decision(states=states, outputs=[self._told(change, event, pack) for change in changes])

    def _told(self, change: Change, event: Event, pack: Pack) -> Output:
        """The event that says what happened to a claim."""
        numbers = {"claim_number": change.claim.number, "case_number": event.subject}
        match change.step:
            case "opened":
                said = _opening(change.claim)
            case "reopened":
                said = {"reopened_at": text_of_time(event.time), "reason": _WHY_AGAIN[event.type]}
            case "closed":
                said = {"closed_at": text_of_time(event.time), "reason": change.claim.reason}
        data = numbers | said | {"pack": pack.reference(), "section": change.claim.asked.section}
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

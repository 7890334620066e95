"""The rules of claims: a claim for each piece that asks for one, from opening to payment (domain, section 7).

Claims reads the story of a case (complaints.cases) and what its clocks did (complaints.sla). What the case says opens
and closes claims (`settling`), what is reported of a claim moves it (`life`), its own limits fire by time (`limits`).
What it holds against persons, outlets and departments has a room of its own (`conduct`); what was paid of their
penalties is passed on (`passing`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from msgspec.structs import replace

from services.claims import limits
from services.claims.case_conduct import CaseConduct
from services.claims.conduct import PASSED_ON, ROUTED, ConductRules
from services.claims.life import happened_at, report
from services.claims.opening import claims_asked_for, lifecycle_of, told_of
from services.claims.parcel import keys_of_parcels, parcels_after
from services.claims.passing import is_of_a_penalty, passed_on
from services.claims.settling import JUDGED_OTHERWISE, reconcile
from services.claims.states import Claim, ClaimedCase, Parcel
from services.claims.telling import tell_form_refused
from services.claims.turn import CASE, PARCEL, Turn
from services.claims.waiting import give_up, set_free, wait
from tousu.decision import Decision, Refusal, State, StateKey, States
from tousu.domain.case.view import view_of
from tousu.domain.clock.history import KNOWN_LATE
from tousu.domain.clock.triggers import ClockTriggers
from tousu.event import Event
from tousu.events.handling import HandlingFollowedUp
from tousu.policy.claims import ClaimOpener
from tousu.policy.event_catalogue import CLAIM_REPORTS
from tousu.policy.pack import Pack
from tousu.policy.policies import Policies

_JOINED: Final = "tousu.duplicate.joined.v1"
_HANDLING: Final = "tousu.handling."
_WHY_AGAIN: Final = {
    "tousu.complaint.routed.v1": JUDGED_OTHERWISE,
    "tousu.handling.judged.v1": "stands",
    "tousu.handling.reopened.v1": "case_reopened",
}


class ClaimsRules:
    """The rules of all packs: a case is judged by the version that its router decided with."""

    def __init__(self, policies: Policies) -> None:
        self._policies = policies
        self._conduct = ConductRules(policies)
        self._openers = {(pack.id, pack.version): ClaimOpener(pack) for pack in policies.packs()}
        self._triggers = {
            (pack.id, pack.version): ClockTriggers(pack.claims.clocks.values())
            for pack in policies.packs()
            if pack.claims is not None
        }

    def state_keys(self, event: Event) -> Sequence[StateKey]:
        """The case, where the event can change its claims, and its conduct, where it can change that."""
        if is_of_a_penalty(event):
            return []
        return [*([_state_key(event)] if _concerns(event) else ()), *self._conduct.state_keys(event)]

    def keys_behind(self, states: States, event: Event) -> Sequence[StateKey]:
        """The parcels of the case, of which claims of other cases may have something, where the event can matter."""
        case = states.get(_state_key(event))
        if not isinstance(case, ClaimedCase) or not (case.claims or _report_name(event) in CLAIM_REPORTS):
            return []
        return keys_of_parcels(case, event.content)

    def apply(self, states: States, event: Event, now: datetime) -> Decision:
        """What the event does to the claims of a case, and to what the case holds against anybody."""
        if is_of_a_penalty(event):
            return passed_on(event)
        decision = self._claims(states, event, now)
        return self._conduct.beside(decision, states, event, now, _counting(decision, states, event))

    def _claims(self, states: States, event: Event, now: datetime) -> Decision:
        """Open, move or close claims; everything else is a no-op with its reason."""
        if not _concerns(event):
            return Decision(no_op="no_concern_of_claims")
        case = states.get(_state_key(event))
        assert case is None or isinstance(case, ClaimedCase)
        if event.type in ROUTED:
            return self._routed(states, case, event, now)
        event_name = _report_name(event)
        if case is None:
            return _no_case(event) if event_name in CLAIM_REPORTS else Decision(no_op="no_complaint")
        pack = self._policies.version(case.organisation, case.pack_version)
        turn = self._turn(states, pack, event, case, now)
        if event_name in CLAIM_REPORTS:
            return self._reported(turn, case, event)
        if event.type == _JOINED:
            self._form_came(turn, event.data)
            return self._decision(turn, case)
        if event_name == "recount_ordered":
            return self._recounted(turn, case, event, now)
        return self._handled(turn, case, event)

    def fallback(self, states: States, event: Event, now: datetime) -> Decision | None:
        """A routed case of which the claims cannot be told is kept without any, so that they can be filed for it.

        Anything else is refused: the claims and the conduct of the case stand as they were.
        """
        if event.type not in ROUTED or any(states.get(state_key) is not None for state_key in self.state_keys(event)):
            return None
        pack = self._policies.version(event.organisation, event.data["pack"]["version"])
        if pack.claims is None and ROUTED[event.type] != "complaint":
            return None
        case = ClaimedCase(
            lifecycle=lifecycle_of(ROUTED[event.type], event.data),
            organisation=event.organisation,
            pack_version=pack.version,
            **told_of(event.data),
        )
        return Decision(states={_state_key(event): case} | self._conduct.begun(event))

    def next_timer(self, state_key: StateKey, state: State) -> datetime | None:
        """When the earliest limit of a claim of the case has something to say, or charges are to be laid."""
        if isinstance(state, CaseConduct):
            return self._conduct.next_timer(state)
        return state.next_due if isinstance(state, ClaimedCase) else None

    def keys_beside(self, state_key: StateKey, state: State) -> Sequence[StateKey]:
        """The conduct of a case whose claim misses a limit now that somebody answers for."""
        return self._conduct.key_beside(state_key, state) if isinstance(state, ClaimedCase) else []

    def beside_timer(self, decision: Decision, states: States) -> Decision:
        """A limit of a claim that was missed is held against whoever owed it."""
        return self._conduct.beside_timer(decision, states)

    def in_doubt(self, decision: Decision, now: datetime, confirmed: datetime | None) -> Decision:
        """What was missed of a claim while an input is held out costs nobody anything before that has been read."""
        return self._conduct.in_doubt(decision, now, confirmed)

    def on_timer(self, state_key: StateKey, state: State, now: datetime) -> Decision:
        """Tell everything of a case's claims that is due at its earliest due moment, nothing else; or lay charges."""
        if isinstance(state, CaseConduct):
            return self._conduct.on_timer(state_key, state)
        assert isinstance(state, ClaimedCase), state_key
        at = state.next_due
        assert at is not None and at <= now, f"{state_key.key} is woken too early"
        pack = self._policies.version(state.organisation, state.pack_version)
        turn = Turn(pack, self._triggers_of(pack), state_key.key, state, at, at)
        for claim in state.claims:
            turn.keep(limits.fire(turn, claim))
        give_up(turn)
        return self._decision(turn, state)

    def _turn(self, states: States, pack: Pack, event: Event, case: ClaimedCase, now: datetime) -> Turn:
        """The turn of an event, its claims with the limits counted and decided that can be by now."""
        at, triggers = happened_at(event), self._triggers_of(pack)
        turn = Turn(pack, triggers, event.subject or "", case, at, now, event.id, _parcels(states))
        for claim in case.claims if pack.claims is not None else ():
            turn.keep(limits.settled(turn, limits.counted(turn, claim)))
        return turn

    def _decision(self, turn: Turn, former: ClaimedCase | None) -> Decision:
        """What the turn comes to; a delay whose complete-delay limit was missed in it has become a loss."""
        if lost := _lost(turn, former):
            if not turn.cause:
                # The limit may have passed before anybody claimed; the loss is claimed no earlier than the delay was.
                turn.at = turn.now = max(turn.at, *(claim.opened_at for claim in lost))
            self._turn_into_losses(turn, lost)
        if turn.case.waiting and turn.cause:  # a limit may fire for a time that lies far behind
            set_free(turn, self._report)
            if lost := _lost(turn, former):  # with what was set free its own time has passed
                due = max(limits.due_of_delay(turn, claim) for claim in lost)
                then = turn.at_moment(max(due, *(claim.opened_at for claim in lost)), "", turn.now)
                self._turn_into_losses(then, lost)
                turn.take_over(then)
        return turn.decision(former, parcels_after(turn))

    def _turn_into_losses(self, turn: Turn, lost: Sequence[Claim]) -> None:
        turn.case = replace(turn.case, turned=(*turn.case.turned, *(claim.ground for claim in lost)))
        reconcile(turn, self._opener(turn.pack), "")

    def _triggers_of(self, pack: Pack) -> ClockTriggers | None:
        return self._triggers.get((pack.id, pack.version))

    def _opener(self, pack: Pack) -> ClaimOpener:
        return self._openers[pack.id, pack.version]

    def _routed(self, states: States, case: ClaimedCase | None, event: Event, now: datetime) -> Decision:
        pack = self._policies.version(event.organisation, event.data["pack"]["version"])
        kind = ROUTED[event.type]
        if pack.claims is None and kind != "complaint":
            return Decision(no_op="no_concern_of_claims")
        lifecycle = case.lifecycle.after(view_of(event.data)) if case is not None else lifecycle_of(kind, event.data)
        asking = claims_asked_for(event.data, self._opener(pack))
        new = replace(
            case or ClaimedCase(lifecycle=lifecycle, organisation=event.organisation),
            lifecycle=lifecycle,
            asked=asking.asked,
            why_not=asking.why_not,
            pack_version=pack.version,
            **told_of(event.data),
        )
        turn = self._turn(states, pack, event, new, now)
        if case is not None and case.grade != new.grade and pack.claims is not None:
            for claim in case.claims:
                turn.keep(limits.regraded(turn, claim).begun_anew)
        reconcile(turn, self._opener(pack), _WHY_AGAIN.get(event.type, KNOWN_LATE))
        if kind == "claim":
            self._form_came(turn, event.data)
        return self._decision(turn, case)

    def _form_came(self, turn: Turn, data: Mapping[str, Any]) -> None:
        """A claim filed on a channel. The case stays where its form is refused: a right one may follow."""
        piece = data.get("waybill_number") or next(iter(turn.case.pieces), None)
        form = data["claim"] | ({"waybill_number": piece} if piece is not None else {})
        refusal = report(turn, self._opener(turn.pack), "claim_filed", form)
        if refusal is not None:
            tell_form_refused(turn, form, refusal)

    def _reported(self, turn: Turn, case: ClaimedCase, event: Event) -> Decision:
        """What is reported of a claim of the case."""
        if turn.pack.claims is None:
            message = f"pack {turn.pack.id} {turn.pack.version} knows no claims; add the block claims to it"
            return Decision(refusal=Refusal(reason="no_claims_in_pack", message=message, place="type"))
        then = turn.at_moment(turn.at, turn.cause, turn.now)
        refusal = self._report(then, event)
        if refusal is None:
            turn.take_over(then)
        else:
            refusal = wait(turn, event, refusal)
        return self._decision(turn, case) if refusal is None else Decision(refusal=refusal)

    def _report(self, turn: Turn, event: Event) -> Refusal | None:
        return report(turn, self._opener(turn.pack), _report_name(event), event.data)

    def _handled(self, turn: Turn, case: ClaimedCase, event: Event) -> Decision:
        """What happens to the case, as far as its claims rest on it."""
        pack, data = turn.pack, event.data
        view = view_of(data)
        if view is not None and not view.counts:
            return Decision(no_op="reply_incomplete")
        turn.case = replace(case, lifecycle=case.lifecycle.after(view))
        if pack.claims is not None:
            reconcile(turn, self._opener(pack), _WHY_AGAIN.get(event.type, KNOWN_LATE))
        match event.content:
            case HandlingFollowedUp(kind="payment_visit") if pack.claims is not None:
                for claim in turn.case.claims:  # the call names no claim: it is about all that was paid by then
                    if claim.stage == "paid":
                        turn.keep(limits.pull(turn, claim, "followed_up", data).begun_anew)
        return self._decision(turn, case)

    def _recounted(self, turn: Turn, case: ClaimedCase, event: Event, now: datetime) -> Decision:
        """The limits that wait by the pack version that is ordered, and by the calendar of now."""
        former = turn.pack
        version = event.data.get("pack_version", case.pack_version)
        pack = self._policies.version(case.organisation, version)
        if pack.claims is None and case.claims:
            message = (
                f"pack {pack.id} {version} knows no claims, and case {turn.number} has some; name a version that does"
            )
            return Decision(refusal=Refusal(reason="no_claims_in_pack", message=message, place="/pack_version"))
        new = replace(case, pack_version=version)
        turn = Turn(pack, self._triggers_of(pack), turn.number, new, event.time, now, event.id, turn.parcels)
        for claim in case.claims:
            turn.keep(limits.recounted(turn, claim, former, event.data).begun_anew)
        return self._decision(turn, case)


def _lost(turn: Turn, former: ClaimedCase | None) -> list[Claim]:
    """The delays that are losses, since their complete-delay limit was missed in the turn."""
    known = {claim.number: claim for claim in former.claims} if former is not None else {}
    return [
        claim
        for claim in turn.case.claims
        if claim.state == "open" and limits.missed(turn, known.get(claim.number), claim)
    ]


def _counting(decision: Decision, states: States, event: Event) -> list[Event]:
    """The reports that count by a decision: the event, unless it waits, and those that waited so far."""
    state_key = _state_key(event)
    former, new = states.get(state_key), decision.states.get(state_key)
    before = former.waiting if isinstance(former, ClaimedCase) else ()
    after = new.waiting if isinstance(new, ClaimedCase) else before
    waits = {
        (report.source, report.id)
        for report in (*(waiting.event for waiting in after), *(report for report, _ in decision.refused))
    }
    reports = (event, *(waiting.event for waiting in before))
    return [report for report in reports if (report.source, report.id) not in waits]


def _report_name(event: Event) -> str:
    return event.type.removeprefix(_HANDLING).partition(".")[0]


def _concerns(event: Event) -> bool:
    if event.type == _JOINED:
        return "claim" in event.data
    return event.type in ROUTED or event.type == PASSED_ON or event.type.startswith(_HANDLING)


def _parcels(states: States) -> dict[StateKey, Parcel | None]:
    """The rows of the parcels that were asked for."""
    return {key: row if isinstance(row, Parcel) else None for key, row in states.items() if key.kind == PARCEL}


def _no_case(event: Event) -> Decision:
    message = f"case {event.subject} takes no claims; file the claim with a case that was routed here"
    return Decision(refusal=Refusal(reason="unknown_claim", message=message, place="subject"))


def _state_key(event: Event) -> StateKey:
    return StateKey(CASE, event.subject or "")

"""The rules of penalties: one owner per person, outlet and department, so that counts are exact.

The newest charge of a case holds; what a party has to bear for it is a function of that charge alone. Months close by
time from the log, and what comes later corrects them by an event of its own. What was paid of a penalty is booked with
it (`paying`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from msgspec.structs import replace

from services.penalties.months import MonthChange, Turned, charged, closed, reported
from services.penalties.months import confirmed as all_known
from services.penalties.months import corrected as put_right
from services.penalties.paying import Confirmed, Settled, confirm, payer, payment_key, question_key, settle
from services.penalties.sentencing import in_line
from services.penalties.states import Charge, ChargedParty, Month, Paid, PenaltyPaymentQuestion, Sentence
from services.penalties.telling import MonthContext
from tousu.decision import Decision, Output, Refusal, State, StateKey, States
from tousu.event import Event, time_of_text
from tousu.events.charge import ChargeLaid, ChargeLaidGround
from tousu.events.month import MonthClosed
from tousu.events.operations import (
    OperationsCorrectionDone,
    OperationsDeductionConfirmed,
    OperationsPaymentQuestionSettled,
    OperationsReported,
)
from tousu.events.payment_handling import HandlingDeductionConfirmed, HandlingPaymentQuestionSettled
from tousu.events.penalty import PenaltyWithdrawnReason
from tousu.ledger.obligation import Entry
from tousu.policy.calendar import UnpublishedYear
from tousu.policy.clock_rule import Limit
from tousu.policy.pack import Pack
from tousu.policy.penalties import AMOUNT_MAX, assess, counts, end_of_month, month_of, start_of_month, total
from tousu.policy.penalty_rule import PenaltyRules
from tousu.policy.policies import Policies
from tousu.policy.working_time import deadline

TYPES: Final = frozenset({
    ChargeLaid.TYPE, HandlingDeductionConfirmed.TYPE, HandlingPaymentQuestionSettled.TYPE,
    OperationsDeductionConfirmed.TYPE, OperationsPaymentQuestionSettled.TYPE, OperationsReported.TYPE,
    OperationsCorrectionDone.TYPE,
})  # fmt: skip
"""What penalties reads; everything else is no concern of it."""
CHARGE: Final = "charge"
MONTH: Final = "month"
ENTRY: Final = "entry"
RECHECK: Final = timedelta(minutes=10)
"""So often a month that was closed in doubt is looked at again, by the watermark."""


class _Told(NamedTuple):
    """What a charge says of itself: the party, the case, the month, and the pack that it was laid by."""

    party: ChargedParty
    case_number: str
    month: str
    pack: Pack

    @property
    def state_keys(self) -> tuple[StateKey, StateKey]:
        return StateKey(CHARGE, f"{self.party.key}|{self.case_number}"), _month_key(self.party, self.month)


class PenaltiesRules:
    """A charge is weighed by the pack that it was laid by, a month by the one in force as it begins."""

    def __init__(self, policies: Policies) -> None:
        self._policies = policies

    def state_keys(self, event: Event) -> Sequence[StateKey]:
        """The charge and its month; for figures of services, the month; for a payment, the penalty and the payment."""
        if event.type not in TYPES:
            return []
        match content := event.content:
            case ChargeLaid():
                return self._charged(event, content).state_keys
            case HandlingDeductionConfirmed() | OperationsDeductionConfirmed():
                whose, payment = payer(event, content), content.payment_id
                return [_penalty_key(content, whose), payment_key(whose, payment), question_key(whose, payment)]
            case HandlingPaymentQuestionSettled() | OperationsPaymentQuestionSettled():
                return [question_key(payer(event, content), content.payment_id)]
            case OperationsReported():
                party = _reporter(event, content)
                return [_month_key(party, content.period)] if party is not None else []
            case OperationsCorrectionDone():
                return [_month_key(_suspended(event, content), content.month)]
            case _:
                return []

    def apply(self, states: States, event: Event, now: datetime) -> Decision:
        """Weigh a charge or keep a figure; everything else is a no-op with its reason."""
        match content := event.content if event.type in TYPES else None:
            case ChargeLaid():
                return self._laid(states, event, content, now)
            case OperationsReported():
                return self._reported(states, event, content, now)
            case OperationsCorrectionDone():
                return self._corrected(states, event, content, now)
            case HandlingDeductionConfirmed() | OperationsDeductionConfirmed():
                return self._confirmed(states, event, content, now)
            case HandlingPaymentQuestionSettled() | OperationsPaymentQuestionSettled():
                return self._settled(states, event, content, now)
            case _:
                return Decision(no_op="no_concern_of_penalties")

    def next_timer(self, state_key: StateKey, state: State) -> datetime | None:
        """A month closes, and is forgotten when it is final; its charges with it."""
        match state:
            case Month():
                return state.next_due
            case Charge():
                return state.forgotten_at
            case _:
                return None

    def on_timer(self, state_key: StateKey, state: State, now: datetime) -> Decision:
        """Close a month, or forget what is final."""
        if isinstance(state, Month) and not state.is_closed:
            rules, scene = self._scene_of_month(state.party, state.month, state.publish_at, f"month:{state.month}")
            return _decision(state_key, closed(scene, rules, state))
        if isinstance(state, Month) and state.recheck_at is not None and state.recheck_at < state.final_at:
            return Decision(states={state_key: replace(state, recheck_at=max(state.recheck_at, now) + RECHECK)})
        return Decision(states={state_key: None})

    def in_doubt(self, decision: Decision, now: datetime, confirmed: datetime | None) -> Decision:
        """A month that closes while an input is held out is told as unconfirmed and not rated before it is known."""
        month = next((state for state in decision.states.values() if isinstance(state, Month)), None)
        if month is None or not month.is_closed:
            return decision
        state_key, is_known = _month_key(month.party, month.month), confirmed is None or month.publish_at < confirmed
        cause = f"month:{month.month}"
        if is_known and month.recheck_at is not None:
            rules, scene = self._scene_of_month(month.party, month.month, now, cause)
            more = _decision(state_key, all_known(scene, rules, month))
            return replace(
                decision, states={**decision.states, **more.states}, outputs=[*decision.outputs, *more.outputs]
            )
        if is_known or not any(output.type == MonthClosed.TYPE for output in decision.outputs):
            return decision
        rules, scene = self._scene_of_month(month.party, month.month, month.publish_at, cause)
        unrated = Sentence(number=month.rate.number)
        as_open = replace(month, revision=0, rated=0, rate=unrated, recheck_at=max(now, month.publish_at) + RECHECK)
        return _decision(state_key, closed(scene, rules, as_open))

    def _laid(self, states: States, event: Event, charge: ChargeLaid, now: datetime) -> Decision:
        context = self._charged(event, charge)
        state_key, month_key = context.state_keys
        old, month = states.get(state_key), states.get(month_key)
        assert old is None or isinstance(old, Charge)
        assert month is None or isinstance(month, Month)
        rules = context.pack.penalties
        if (context.pack.id, context.pack.version) != (charge.pack.id, charge.pack.version):
            missing = f"there is no pack {charge.pack.id} {charge.pack.version} here"
            message = f"{missing}; deploy it, or lay the charge by {context.pack.id} {context.pack.version}"
            return Decision(refusal=Refusal(reason="unknown_pack_version", message=message, place="/pack"))
        if rules is None or self._pack_of_month(context.party, context.month).penalties is None:
            return Decision(no_op="pack_without_penalties")
        if old is not None and charge.revision <= old.revision:
            return Decision(no_op="charge_not_newer")
        if old is not None and old.month != context.month:
            message = f"the case was received in {old.month}, says its first charge; give the received_at of that one"
            refusal = Refusal(reason="exists_with_different_content", message=message, place="/received_at")
            return Decision(refusal=refusal)
        lines = assess(rules, context.party.kind, charge.grounds)
        if total(lines) > AMOUNT_MAX:
            message = f"a penalty of {total(lines)} is taken for a mistake; at most {AMOUNT_MAX} is booked"
            return Decision(refusal=Refusal(reason="number_out_of_range", message=message, place="/grounds"))
        scene = MonthContext(
            context.party, context.month, context.pack, _latest(now, charge.at), event.id, context.case_number
        )
        return self._weighed(context, charge, scene, old, month)

    def _weighed(
        self, context: _Told, charge_laid: ChargeLaid, scene: MonthContext, old: Charge | None, month: Month | None
    ) -> Decision:
        """The charge in line, and its month with it."""
        assert context.pack.penalties is not None
        rules, grounds = context.pack.penalties, charge_laid.grounds
        month = month or self._begun(context.party, context.month, scene.at)
        if old is None and month.final_at <= scene.at:
            return Decision(no_op="month_is_final")
        number = f"{context.case_number}/{context.party.name}"
        before = old.sentence if old is not None else Sentence(number=number)
        sentenced = in_line(scene, before, assess(rules, context.party.kind, grounds), _why_none(grounds))
        charge = Charge(
            party=context.party, case_number=context.case_number, month=context.month, revision=charge_laid.revision,
            forgotten_at=month.final_at, sentence=sentenced.sentence, counts=counts(rules, grounds),
        )  # fmt: skip
        step = MonthChange(
            complaints=charge.counts - (old is not None and old.counts),
            penalties=bool(charge.sentence.lines) - bool(before.lines),
            amount=charge.sentence.amount - before.amount,
        )
        month_rules, month_scene = self._scene_of_month(context.party, context.month, scene.at, scene.cause)
        turned = charged(month_scene._replace(case_number=context.case_number), month_rules, month, step)
        decision = _decision(context.state_keys[1], turned, sentenced.outputs, sentenced.entries)
        return replace(decision, states={context.state_keys[0]: charge, **decision.states})

    def _reported(self, states: States, event: Event, report: OperationsReported, now: datetime) -> Decision:
        party, period = _reporter(event, report), report.period
        if party is None:
            message = "the subject must say whose figure it is: department/NAME, or outlet/NAME"
            return Decision(refusal=Refusal(reason="missing_attribute", message=message, place="subject"))
        state_key = _month_key(party, period)
        month = states.get(state_key)
        assert month is None or isinstance(month, Month)
        if self._pack_of_month(party, period).penalties is None:
            return Decision(no_op="pack_without_penalties")
        at = max(now, event.time)
        month = month or self._begun(party, period, at)
        if month.final_at <= at:
            return Decision(no_op="month_is_final")
        outlet = report.outlet or "" if party.kind == "department" else ""
        if month.services.get(outlet) == report.services:
            return Decision(no_op="services_as_known")
        rules, scene = self._scene_of_month(party, period, at, event.id)
        return _decision(state_key, reported(scene, rules, month, outlet, report.services))

    def _corrected(self, states: States, event: Event, correction: OperationsCorrectionDone, now: datetime) -> Decision:
        """A suspended person has done something of what goes with the suspension."""
        party = _suspended(event, correction)
        state_key = _month_key(party, correction.month)
        month = states.get(state_key)
        rule = self._pack_of_month(party, correction.month).penalties
        measures = rule.suspension.measures if rule is not None and rule.suspension is not None else ()
        if isinstance(month, Month) and month.suspended and correction.measure in month.corrected:
            return Decision(no_op="corrected_before")
        if not isinstance(month, Month) or not month.suspended or correction.measure not in measures:
            message = (
                f"{party.name} is not suspended for complaints of {correction.month}, or {correction.measure} does not "
                "go with it; name person and month as person.suspended does"
            )
            return Decision(refusal=Refusal(reason="illegal_transition", message=message, place="/suspended"))
        rules, scene = self._scene_of_month(party, correction.month, max(now, event.time), event.id)
        return _decision(state_key, put_right(scene, rules, month, correction.measure))

    def _confirmed(self, states: States, event: Event, confirmation: Confirmed, now: datetime) -> Decision:
        """Something was deducted or repaid."""
        party, payment = payer(event, confirmation), confirmation.payment_id
        state_key = _penalty_key(confirmation, party)
        holder, paid, asked = (
            states.get(key) for key in (state_key, payment_key(party, payment), question_key(party, payment))
        )
        assert holder is None or isinstance(holder, Charge | Month)
        assert paid is None or isinstance(paid, Paid)
        assert asked is None or isinstance(asked, PenaltyPaymentQuestion)
        sentence = holder.rate if isinstance(holder, Month) else holder.sentence if holder is not None else None
        scene = self._scene_of_payment(party, event, now, _case_of(confirmation))
        booking = confirm(scene, sentence, confirmation, event.time, paid, asked)
        states = dict(booking.states)
        if holder is not None and booking.sentence is not None and booking.sentence != sentence:
            states[state_key] = _with_sentence(holder, booking.sentence)
        return Decision(states=states, outputs=booking.outputs)

    def _settled(self, states: States, event: Event, settlement: Settled, now: datetime) -> Decision:
        """Somebody has looked at a payment in question."""
        party, payment = payer(event, settlement), settlement.payment_id
        question = states.get(question_key(party, payment))
        if not isinstance(question, PenaltyPaymentQuestion) or question.settled:
            message = f"{party.name} has no open question about payment {payment}; `tousu ledger questions` lists them"
            return Decision(refusal=Refusal(reason="unknown_payment", message=message, place="/payment_id"))
        return settle(self._scene_of_payment(party, event, now, question.case_number), question, settlement.how)

    def _scene_of_payment(self, party: ChargedParty, event: Event, now: datetime, case_number: str) -> MonthContext:
        """A payment belongs to no month: the pack in force when it is told names the currency, if nobody does."""
        organisation = party.organisation if self._policies.knows(party.organisation) else ""
        pack = self._policies.at(organisation, event.time)
        return MonthContext(party, "", pack, max(now, event.time), event.id, case_number)

    def _begun(self, party: ChargedParty, month: str, at: datetime) -> Month:
        """A month of a party of which nothing is known yet."""
        pack = self._pack_of_month(party, month)
        assert pack.penalties is not None
        rule, end = pack.penalties.month, end_of_month(month, pack.time_zone)
        return Month(
            party=party, month=month, begun_at=at.astimezone(UTC), closes_at=_after(end, rule.closes, pack),
            final_at=_after(end, rule.final, pack), rate=Sentence(number=f"{month}/{party.name}"),
        )  # fmt: skip

    def _pack_of_month(self, party: ChargedParty, month: str) -> Pack:
        """The pack in force as a month begins: one that comes in its middle changes no count that is under way.

        An organisation that has left is judged by the deployment's own.
        """
        organisation = party.organisation if self._policies.knows(party.organisation) else ""
        newest = self._policies.history(organisation).newest
        return self._policies.at(organisation, start_of_month(month, newest.time_zone))

    def _scene_of_month(
        self, party: ChargedParty, month: str, at: datetime, cause: str
    ) -> tuple[PenaltyRules, MonthContext]:
        pack = self._pack_of_month(party, month)
        assert pack.penalties is not None
        return pack.penalties, MonthContext(party, month, pack, at, cause)

    def _charged(self, event: Event, charge: ChargeLaid) -> _Told:
        party = ChargedParty(kind=charge.party.kind, id=charge.party.id, organisation=event.organisation)
        pack = self._policies.version(event.organisation, charge.pack.version)
        month = month_of(time_of_text(charge.received_at, "received_at"), pack.time_zone)
        return _Told(party, charge.case_number, month, pack)


def _decision(
    state_key: StateKey, turned: Turned, outputs: Sequence[Output] = (), entries: Sequence[Entry] = ()
) -> Decision:
    """The month's part of a decision, behind what is told and booked of the case."""
    states: dict[StateKey, State | None] = {state_key: turned.month}
    states |= {StateKey(ENTRY, entry.number): entry for entry in (*entries, *turned.entries)}
    return Decision(states=states, outputs=[*outputs, *turned.outputs])


def _with_sentence(holder: Charge | Month, sentence: Sentence) -> Charge | Month:
    if isinstance(holder, Month):
        return replace(holder, rate=sentence)
    return replace(holder, sentence=sentence)


def _case_of(confirmation: Confirmed) -> str:
    """The case whose penalty was paid; none for that of a month's rate."""
    return confirmation.case_number if isinstance(confirmation, HandlingDeductionConfirmed) else ""


def _penalty_key(confirmation: Confirmed, party: ChargedParty) -> StateKey:
    """Where the penalty lies that a payment is for: with its case, or with the month that its number begins with."""
    case_number = _case_of(confirmation)
    if case_number:
        return StateKey(CHARGE, f"{party.key}|{case_number}")
    return _month_key(party, confirmation.penalty_number.partition("/")[0])


def _suspended(event: Event, correction: OperationsCorrectionDone) -> ChargedParty:
    """Whose suspension it is about."""
    return ChargedParty(kind="person", id=correction.suspended, organisation=event.organisation)


def _month_key(party: ChargedParty, month: str) -> StateKey:
    return StateKey(MONTH, f"{party.key}|{month}")


def _reporter(event: Event, report: OperationsReported) -> ChargedParty | None:
    """Whose services a figure tells, as its subject says; without one the department's, None where it may be either."""
    kind, _, name = (event.subject or "").partition("/")
    if kind == "outlet" and name:
        return ChargedParty(kind="outlet", id=name, organisation=event.organisation)
    if kind == "department" or report.outlet is None:
        return ChargedParty(kind="department", id=report.department, organisation=event.organisation)
    return None


def _why_none(grounds: Sequence[ChargeLaidGround]) -> PenaltyWithdrawnReason:
    """Why a charge leaves no penalty."""
    if not grounds:
        return "charge_dropped"
    return "unconfirmed" if any(ground.unconfirmed for ground in grounds) else "no_penalty_for_it"


def _latest(now: datetime, at: str) -> datetime:
    """When a charge is weighed: not before it was laid, though the time of the shard may wait for a slower origin."""
    return max(now, time_of_text(at, "at"))


def _after(start: datetime, limit: Limit, pack: Pack) -> datetime:
    due_at = deadline(start, limit, pack.calendar.newest)
    assert not isinstance(due_at, UnpublishedYear), "the loader takes units that need no calendar"
    return due_at

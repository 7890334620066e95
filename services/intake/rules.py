"""The rules of the gate: what was seen before, what is a new case, what joins one, what passes on.

Pure: time, shard and keys come in, decisions go out. An event has been read and checked before (`reading`), so its data
meets its schema. Source: docs/sources.md, sections 1 and 2; docs/architecture.md, sections 3 and 4.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec

from services.intake import registration
from services.intake.codes import unknown_department, without_unknown_codes
from services.intake.following import followed
from services.intake.identity import SecretKeys, fingerprint, key_of_event, pseudonym, region_of_zone
from services.intake.joining import JoiningCheck, Said, keys_of_waybills, object_keys, waybill_numbers
from services.intake.numbers import PartitionOf, mint
from services.intake.proving import HIDDEN, passed_on
from services.intake.registration import Personal
from services.intake.separating import SEPARATED, as_event, joined_submission, shard_of, submission_keys
from services.intake.spotting import Known
from services.intake.states import AcceptedEvent, Counter, GateCase, SubmissionRecord, Trouble
from services.intake.tellers import with_teller, without_tellings
from services.intake.times import accepted_at, believed, receipt_of
from tousu.decision import Decision, Output, Refusal, State, StateKey, States
from tousu.dropped import without
from tousu.event import Event
from tousu.events.handling import HandlingRecountOrdered
from tousu.events.handover import HandlingSeparated
from tousu.policy.currencies import unknown_currency
from tousu.policy.pack import Pack
from tousu.policy.policies import Policies

ACCEPTED: Final = "complaints.accepted"
INBOUND: Final = "complaints.inbound."
RECEIVED: Final = "tousu.complaint.received."
HANDLING: Final = "tousu.handling."
HOME: Final = "inboundhome"  # the attribute with the key of an event that lies in another shard than that key's
SEEN_FOR: Final = timedelta(days=30)
"""How long an event is remembered: longer than inbound topics keep it (14 days), so no replay of a topic gets by."""
COUNTER: Final = StateKey("counter", "case_number")


class _Inbound(msgspec.Struct, frozen=True, kw_only=True):
    """A complaint, inquiry or claim in hand. `key` stands for source and id; `at` is when it is registered or joins."""

    event: Event
    pack: Pack
    joining: JoiningCheck
    channel: str
    key: str
    pieces: Said
    personal: Personal
    known: Known
    received_at: datetime
    at: datetime


class IntakeRules:
    """The rules of intake for all packs: the organisation of an event and the time of its receipt select one.

    `partition_of` tells the partition of a key among those there are. `personal` says of every inbound event type what
    is personal by its schema.
    """

    def __init__(
        self, policies: Policies, keys: SecretKeys, partition_of: PartitionOf, personal: Mapping[str, Personal]
    ) -> None:
        self._policies = policies
        self._keys = keys
        self._partition_of = partition_of
        self._personal = personal
        self._topics = [INBOUND + channel_of(kind) for kind in personal if kind.startswith(RECEIVED)]
        self._joinings = {(pack.id, pack.version): JoiningCheck(pack, policies) for pack in policies.packs()}

    def state_keys(self, event: Event) -> Sequence[StateKey]:
        seen = self._seen(event)
        if event.type.startswith(RECEIVED):
            pieces = (*waybill_numbers(event.data), *object_keys(event.data, self._keys.fingerprint))
            asked = event.data.get(registration.INQUIRY)
            cases = [StateKey("case", asked)] if asked is not None else []
            return [seen, COUNTER, *cases, *keys_of_waybills(pieces, event.organisation)]
        if event.type == SEPARATED:
            separation = event.read(HandlingSeparated)
            tellings = submission_keys(self._keys, separation, self._topics)
            return [seen, COUNTER, StateKey("case", separation.case_number), *tellings]
        if event.type.startswith(HANDLING):
            return [seen, StateKey("case", event.data["case_number"])]
        return [seen]

    def keys_behind(self, states: States, event: Event) -> Sequence[StateKey]:
        """The cases that a complaint may join: the rows of its pieces name them."""
        cases = [state.case_number for state in states.values() if isinstance(state, Trouble)]
        return [StateKey("case", number) for number in dict.fromkeys(cases)]

    def _seen(self, event: Event) -> StateKey:
        key = key_of_event(self._keys.fingerprint, event.extensions["inboundtopic"], event.source, event.id)
        return StateKey("seen", key)

    def apply(self, states: States, event: Event, now: datetime) -> Decision:
        state_key = next((state_key for state_key in states if state_key.kind == "seen"), None) or self._seen(event)
        content = fingerprint(self._keys.fingerprint, event)
        if isinstance(seen := states[state_key], AcceptedEvent):
            return _again(state_key, seen, content)
        if not self._policies.knows(event.organisation):
            return self._unknown_organisation(event)
        if (refusal := unknown_currency(event.data)) is not None:
            return Decision(refusal=refusal)
        if HOME in event.extensions:
            return Decision(handed_on=event.extensions[HOME])
        if event.type.startswith(RECEIVED):
            decision = self._complaint(states, event, now, state_key.key)
        elif event.type.startswith(HANDLING):
            decision = self._handling(states, event, now)
        else:
            decision = self._figures(event, now)
        if decision.refusal is not None or decision.handed_on:  # it is accepted where it is handed on to, if at all
            return decision
        remembered: State = AcceptedEvent(content=content, expires_at=now + SEEN_FOR)
        return msgspec.structs.replace(decision, states={state_key: remembered, **decision.states})

    def _figures(self, event: Event, now: datetime) -> Decision:
        """Operations figures are about no case."""
        accepted = accepted_at(event, now)
        pack = self._policies.at(event.organisation, accepted)
        if (refusal := unknown_department(event, pack)) is not None:
            return Decision(refusal=refusal)
        event = msgspec.structs.replace(event, time=believed(event.time, accepted, pack.backdating_days))
        return self._passed_on(event, key=registration.department_of(event), subject="")

    def next_timer(self, state_key: StateKey, state: State) -> datetime | None:
        if isinstance(state, GateCase):
            return state.erase_at
        return state.expires_at if isinstance(state, AcceptedEvent | Trouble) else None

    def on_timer(self, state_key: StateKey, state: State, now: datetime) -> Decision:
        """What was kept for a while is forgotten, and so is whoever told of a case; nobody needs to know."""
        if isinstance(state, GateCase):
            forgotten = msgspec.structs.replace(state, pseudonym="", tellers={}, erase_at=None)
            return Decision(states={state_key: forgotten, StateKey("record", f"{state.number}/"): None})
        return Decision(states={state_key: None})

    def _unknown_organisation(self, event: Event) -> Decision:
        known = ", ".join(self._policies.organisations) or "none but the deployment's own, which needs no attribute"
        message = f"organisation {event.organisation} has no pack here; there are {known}"
        return Decision(refusal=Refusal(reason="unknown_organisation", message=message, place="organisation"))

    # -- complaints, inquiries and claims -----------------------------------------------------------------------

    def _of_inquiry(self, states: States, event: Event) -> Event:
        """A telling that names an inquiry that there is, else without it. A shard knows its own inquiries alone."""
        number = event.data.get(registration.INQUIRY)
        if number is None or self._partition_of(number) != shard_of(event):
            return event
        case = states.get(StateKey("case", number))
        if isinstance(case, GateCase) and case.kind == "inquiry" and case.organisation == event.organisation:
            return event
        return without(event, {f"/{registration.INQUIRY}": "it is the number of no inquiry of this company"})

    def _complaint(self, states: States, event: Event, now: datetime, key: str) -> Decision:
        event = self._of_inquiry(states, event)
        channel = channel_of(event.type)
        accepted = accepted_at(event, now)
        pack = self._policies.at(event.organisation, min(receipt_of(event), accepted))
        received_at = believed(receipt_of(event), accepted, pack.backdating_days)
        pack = self._policies.at(event.organisation, received_at)
        if (refusal := _not_taken(pack, channel, event.data["kind"])) is not None:
            return Decision(refusal=refusal)
        event = without_unknown_codes(event, pack)
        counter = states[COUNTER]
        joining = self._joinings[pack.id, pack.version]
        inbound = _Inbound(
            event=event,
            pack=pack,
            joining=joining,
            channel=channel,
            key=key,
            pieces=joining.pieces_of(event.data, self._keys.fingerprint),
            personal=self._personal[event.type],
            known=self._known(event, pack),
            received_at=received_at,
            # Stamps of a shard never go back, whatever the clock of the next host says.
            at=max(accepted, now, *([counter.at] if isinstance(counter, Counter) else ())),
        )
        number = joining.case_to_join(states, inbound.pieces, event.data["kind"], received_at, event.organisation)
        if number is not None and self._partition_of(number) != shard_of(event):  # since there are more partitions
            return Decision(handed_on=number)
        return self._new_case(states, inbound, now) if number is None else self._joined(states, number, inbound)

    def _joined(self, states: States, number: str, inbound: _Inbound) -> Decision:
        counted = inbound.joining.counted(states, inbound.pieces, number, inbound.event.organisation)
        if isinstance(counted, Refusal):
            return Decision(refusal=counted)
        rows: dict[StateKey, State | None] = {
            StateKey("record", f"{number}/{inbound.key}"): self._record(number, inbound)
        }
        case = states[StateKey("case", number)]
        if isinstance(case, GateCase):
            tellers = with_teller(case.tellers, inbound.key, inbound.known)
            rows[StateKey("case", number)] = msgspec.structs.replace(case, tellers=tellers)
        duplicate = registration.joined(
            number, inbound.channel, inbound.received_at, inbound.event, inbound.personal, inbound.known, inbound.pack
        )
        output = Output.of(duplicate, topic=ACCEPTED, subject=number, time=inbound.at)
        return Decision(states={**rows, **counted}, outputs=[output])

    def _new_case(self, states: States, inbound: _Inbound, now: datetime) -> Decision:
        event = inbound.event
        kind = event.data["kind"]
        counter = _next(states[COUNTER], inbound.at, inbound.pack)
        number = mint(date.fromisoformat(counter.day), shard_of(event), counter.last, self._partition_of)
        joinable_until = max(map(inbound.joining.end_of_window, (now, inbound.received_at)))
        first = Trouble(
            case_number=number, kind=kind, classes=(), received_at=inbound.received_at, expires_at=joinable_until
        )
        troubles = inbound.joining.troubles(states, inbound.pieces, first, event.organisation)
        record = self._record(number, inbound)
        case = GateCase(
            number=number,
            kind=kind,
            channel=inbound.channel,
            status="open",
            pseudonym=record.pseudonym,
            received_at=inbound.received_at,
            registered_at=inbound.at,
            joinable_until=joinable_until,
            waybill_number=event.data.get("waybill_number"),
            troubles=tuple(state_key.key for state_key in troubles),
            organisation=event.organisation,
            first_event_source=event.source,
            first_event_id=event.id,
            tellers=with_teller({}, inbound.key, inbound.known),
        )
        group = inbound.pack.channels[inbound.channel].group
        data = registration.registered(case, event, group, inbound.personal, inbound.known, inbound.pack)
        output = Output(topic=ACCEPTED, type=f"tousu.{kind}.registered.v1", subject=number, time=inbound.at, data=data)
        rows: dict[StateKey, State | None] = {COUNTER: counter, StateKey("case", number): case, **troubles}
        rows[StateKey("record", f"{number}/{inbound.key}")] = record
        return Decision(states=rows, outputs=[output])

    def _record(self, number: str, inbound: _Inbound) -> SubmissionRecord:
        event = inbound.event
        return SubmissionRecord(
            case_number=number,
            channel=inbound.channel,
            pseudonym=pseudonym(self._keys.pseudonym, event, inbound.channel, region_of_zone(inbound.pack.time_zone)),
            event_source=event.source,
            event_id=event.id,
            event_type=event.type,
            received_at=inbound.received_at,
            accepted_at=inbound.at,
            data=event.data,
        )

    def _known(self, event: Event, pack: Pack) -> Known:
        return registration.known_of(event.data, self._personal[event.type], region_of_zone(pack.time_zone))

    def _pack_of(self, case: GateCase) -> Pack:
        """The pack that judges a case: of the version that held when it was received, or that was ordered since."""
        if case.pack_version or not self._policies.knows(case.organisation):
            return self._policies.version(case.organisation, case.pack_version)
        return self._policies.at(case.organisation, case.received_at)

    # -- what departments report --------------------------------------------------------------------------------

    def _handling(self, states: States, event: Event, now: datetime) -> Decision:
        number = event.data["case_number"]
        case = states[StateKey("case", number)]
        if not isinstance(case, GateCase):
            message = "case_number is no case of this company; take it from complaints.cases, character by character"
            return Decision(refusal=Refusal(reason="unknown_case", message=message, place="/case_number"))
        if event.organisation != case.organisation:
            message = "the case is of another organisation; the attribute organisation of a report must be its case's"
            return Decision(refusal=Refusal(reason="not_allowed", message=message, place="organisation"))
        if "case" in event.data:
            message = "case is what the router says of the case behind a report; leave it out"
            return Decision(refusal=Refusal(reason="not_allowed", message=message, place="/case"))
        pack = self._pack_of(case)
        event = msgspec.structs.replace(event, time=believed(event.time, accepted_at(event, now), pack.backdating_days))
        if event.type == SEPARATED:
            return self._separated(states, case, event, now)
        decision = self._passed_on(event, key=number, subject=number, case=case)
        ordered = event.read(HandlingRecountOrdered).pack_version if event.type == HandlingRecountOrdered.TYPE else None
        if ordered is not None and self._policies.version(case.organisation, ordered).version != ordered:
            return _no_version(case, ordered)
        changed = _kept(followed(case, event, pack, now), pack, now)
        if changed == case:
            return decision
        rows: dict[StateKey, State | None] = {StateKey("case", number): changed}
        if changed.status == "answered" and now <= case.joinable_until:
            # Only while these rows are surely the case's own: later the places may have been given to another case.
            rows |= {StateKey("trouble", key): None for key in changed.troubles}
            rows[StateKey("case", number)] = msgspec.structs.replace(changed, troubles=())
        return msgspec.structs.replace(decision, states=rows)

    def _separated(self, states: States, case: GateCase, event: Event, now: datetime) -> Decision:
        """Two events: the telling leaves its case, and is registered as one of its own."""
        keys = submission_keys(self._keys, event.read(HandlingSeparated), self._topics)
        joined = joined_submission(states, keys, case)
        if isinstance(joined, Refusal):
            return Decision(refusal=joined)
        state_key, record = joined
        submitted = as_event(record, case, str(shard_of(event)))
        pack = self._policies.at(case.organisation, record.received_at)
        counter = states[COUNTER]
        inbound = _Inbound(
            event=submitted,
            pack=pack,
            joining=self._joinings[pack.id, pack.version],
            channel=record.channel,
            key=state_key.key.partition("/")[2],
            pieces={},  # so no trouble is put down by which others would join
            personal=self._personal[record.event_type],
            known=self._known(submitted, pack),
            received_at=record.received_at,
            at=max(now, *([counter.at] if isinstance(counter, Counter) else ())),
        )
        decision = self._new_case(states, inbound, now)
        (registered,) = decision.outputs
        reason = self._in_form(event, case)["reason"]
        left = registration.separated(case.number, registered.subject, submitted, reason)
        output = Output.of(left, topic=ACCEPTED, subject=case.number, time=event.time, organisation=case.organisation)
        registered = msgspec.structs.replace(registered, organisation=case.organisation)
        stays = without_tellings(case, [state_key.key])
        return Decision(
            states={state_key: None, StateKey("case", case.number): stays, **decision.states},
            outputs=[output, registered],
        )

    def _passed_on(self, event: Event, key: str, subject: str, case: GateCase | None = None) -> Decision:
        """The event goes on as one of the organisation whose case it is about, its texts masked.

        Operations figures are about no case, so they have no subject.
        """
        output = Output(
            topic=ACCEPTED, type=event.type, subject=subject, key=key, time=event.time, data=self._in_form(event, case),
            organisation=case.organisation if case else "",
        )  # fmt: skip
        return Decision(outputs=[output])

    def _in_form(self, event: Event, case: GateCase | None) -> dict[str, Any]:
        """The data of a report in the form in which it may leave."""
        forms = self._personal[event.type].forms
        data: dict[str, Any] = passed_on(event.data, forms, registration.known_of_report(event.data, case), HIDDEN)
        return data


def channel_of(event_type: str) -> str:
    """The channel of a complaint: the last part of its type, and of the topic that takes it."""
    return event_type.removeprefix(RECEIVED).rpartition(".v")[0]


def _again(state_key: StateKey, seen: AcceptedEvent, content: str) -> Decision:
    """A source and id that were accepted before: a re-send, or a reuse that must not pass for one."""
    if seen.content == content:
        return Decision(states={state_key: msgspec.structs.replace(seen, repeats=seen.repeats + 1)}, no_op="exists")
    message = (
        "an event with this source and id was accepted before with another type, subject, time or data; "
        "the first one counts: give every event an id of its own"
    )
    return Decision(refusal=Refusal(reason="exists_with_different_content", message=message, place="id"))


def _not_taken(pack: Pack, channel: str, kind: str) -> Refusal | None:
    """Why a pack takes no such complaint, None where it does."""
    if channel not in pack.channels:
        message = f"channel {channel} is none of pack {pack.id}; it has {', '.join(pack.channels)}"
        return Refusal(reason="unknown_channel", message=message, place="type")
    if kind == "inquiry" and pack.inquiries is None:
        message = f"pack {pack.id} takes no inquiries; send it as a complaint, or add inquiries to the pack"
        return Refusal(reason="kind_not_taken", message=message, place="/kind")
    if kind == "claim" and pack.claims is None:
        message = f"pack {pack.id} takes no claims; send it as a complaint, or add claims to the pack"
        return Refusal(reason="kind_not_taken", message=message, place="/kind")
    return None


def _next(counter: State | None, at: datetime, pack: Pack) -> Counter:
    """The counter after one more number: it begins anew with each day of the pack's zone; its day never goes back."""
    day = at.astimezone(ZoneInfo(pack.time_zone)).date().isoformat()
    if not isinstance(counter, Counter):
        return Counter(day=day, last=1, at=at)
    day = max(day, counter.day)
    return Counter(day=day, last=counter.last + 1 if counter.day == day else 1, at=at)


def _no_version(case: GateCase, version: str) -> Decision:
    message = f"there is no version {version} of the pack of case {case.number} here; deploy it, or name one there is"
    return Decision(refusal=Refusal(reason="unknown_pack_version", message=message, place="/pack_version"))


def _kept(case: GateCase, pack: Pack, now: datetime) -> GateCase:
    """How long the persons of a case are kept: so many days behind what was said last of it since it was answered."""
    if case.status != "answered":
        return msgspec.structs.replace(case, answered_at=None, erase_at=None)
    return msgspec.structs.replace(case, answered_at=now, erase_at=now + timedelta(days=pack.personal_data_days))

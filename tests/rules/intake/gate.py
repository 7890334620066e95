"""One shard of intake in memory: rules and their states, with every output checked against its schema."""

from __future__ import annotations

from collections import deque
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, Final

import msgspec

from services.intake.identity import Keys
from services.intake.processor import personal_data, sealed_places
from services.intake.rules import RECEIVED, IntakeRules
from services.intake.states import GateCase, SubmissionRecord
from tests.packs_read import load_pack
from tousu import contract
from tousu.decision import Decision, Output, State, StateKey
from tousu.event import Event, text_of_time
from tousu.policy.pack import Pack
from tousu.policy.policies import Policies
from tousu.runtime.partition import partition_of

START: Final = datetime(2026, 1, 5, 1, 30, tzinfo=UTC)
PARTITIONS: Final = 12
PERSONAL: Final = personal_data()
SEALED: Final = sealed_places()
BLOCKS: Final[dict[str, dict[str, Any]]] = {
    "phone": {"call_id": "C-1", "agent": "E10031", "caller_number": "19900000042"},
    "web": {"form_id": "F-1", "submitted_from": "203.0.113.9"},
    "app": {"app_version": "5.2", "platform": "harmony", "user_id": "u-77120"},
    "social": {"platform": "weibo", "address": "https://social.example/p/1", "handle": "等件的人", "found_by": "E9"},
    "email": {"message_id": "<1@mail.example>", "from_address": "wang@mail.example", "subject": "王小明的投诉"},
    "onsite": {"outlet": "HZ-017", "clerk": "E20"},
    "third-party": {"platform": "12305", "platform_case_number": "P-9", "answer_deadline": "2026-01-09T18:00:00+08:00"},
    "letter": {"received_by": "E30"},
    "media": {"medium": "都市晚报", "found_by": "M3"},
    "association": {"association": "市消费者协会", "association_case_number": "XX-17"},
    "sms": {"message_number": "DX-5", "sender_number": "19900000042"},
    "message-board": {"board": "公司留言板", "message_number": "LY-3", "handle": "路过的车主"},
}
_numbers = count(1)
_RULES: Final = deque[tuple[Pack, IntakeRules]](maxlen=8)


def of_all_channels() -> Pack:
    """The courier network, with the channels and the marks that only other packs have (A 1, S 4)."""
    pack, other = load_pack("courier-network"), load_pack("auto-service")
    marks = load_pack("after-sales").marks
    return msgspec.structs.replace(pack, channels={**other.channels, **pack.channels}, marks=marks)


def complaint(channel: str = "phone", *, at: datetime = START, id_: str = "", **data: Any) -> Event:
    """A complaint as the edge hands it on. `class_` is the class of the adapter."""
    if "class_" in data:
        data["class"] = data.pop("class_")
    said = {
        "kind": "complaint",
        "content": "包裹的事情。",
        "complainant": {"name": "王小明", "phone": "199 0000 0042", "role": "sender"},
        channel.replace("-", "_"): BLOCKS[channel],
    }
    number = next(_numbers)
    return Event(
        id=id_ or f"e-{number}",
        source=f"/adapters/{channel}",
        type=f"{RECEIVED}{channel}.v1",
        time=at,
        data=said | data,
        extensions={"inboundshard": "3", "acceptedtime": text_of_time(at), "inboundtime": "0"},
    )


def report(what: str, case_number: str, *, at: datetime = START, id_: str = "", **data: Any) -> Event:
    """What whoever may say it reports of a case."""
    kind = f"tousu.handling.{what}.v1"
    return Event(
        id=id_ or f"h-{next(_numbers)}",
        source=f"{contract.source_on(contract.topic_of(kind))}/transport",
        type=kind,
        time=at,
        data={"case_number": case_number} | data,
        extensions={"inboundshard": "3", "acceptedtime": text_of_time(at)},
    )


def rules_of(pack: Pack) -> IntakeRules:
    """The rules of a pack; those of the last packs asked for are kept, since making their words ready takes long."""
    for known, rules in _RULES:
        if known is pack:
            return rules
    keys = Keys(pseudonym=b"p" * 32, fingerprint=b"f" * 32)
    rules = IntakeRules(Policies.of(pack), keys, lambda key: partition_of(key, PARTITIONS), PERSONAL)
    _RULES.append((pack, rules))
    return rules


class Gate:
    """Hears events one by one as the runtime would: due states first, then the event."""

    def __init__(self, pack: Pack, shard: int = 3) -> None:
        self.rules = rules_of(pack)
        self.shard = shard
        self.now = START
        self.states: dict[StateKey, State] = {}
        self.outputs: list[Output] = []

    def hear(self, event: Event, now: datetime | None = None) -> Decision:
        """Apply an event; time moves to `now`, or to its acceptance."""
        accepted = event.extensions.get("acceptedtime")
        self.pass_time(max(self.now, now or (datetime.fromisoformat(accepted) if accepted else event.time)))
        came = {"inboundtopic": contract.topic_of(event.type)} | event.extensions | {"inboundshard": str(self.shard)}
        event = msgspec.structs.replace(event, extensions=came)
        wanted = {key: self.states.get(key) for key in self.rules.state_keys(event)}
        wanted |= {key: self.states.get(key) for key in self.rules.keys_behind(wanted, event)}
        decision = self.rules.apply(wanted, event, self.now)
        self._carry_out(decision)
        return decision

    def pass_time(self, now: datetime) -> None:
        """Wake what is due before `now`."""
        self.now = now
        for state_key, state in list(self.states.items()):
            due = self.rules.next_timer(state_key, state)
            if due is not None and due < now:
                self._carry_out(self.rules.on_timer(state_key, state, now))

    def _carry_out(self, decision: Decision) -> None:
        assert not (decision.refusal and (decision.states or decision.outputs))
        for output in decision.outputs:
            refusal = contract.validator(output.type)(output.data)
            assert refusal is None, refusal
            assert output.type in contract.types_on(output.topic)
            self.outputs.append(output)
        for state_key, state in decision.states.items():
            if state is None:
                is_owner = state_key.kind == "record" and state_key.key.endswith("/")
                for gone in [
                    each for each in self.states if each == state_key or (is_owner and _belongs(each, state_key))
                ]:
                    del self.states[gone]
            else:
                self.states[state_key] = state

    def registers(self, event: Event, now: datetime | None = None) -> str:
        """Hear a complaint that becomes a case of its own; its number."""
        (output,) = self.hear(event, now).outputs
        assert output.type.endswith(".registered.v1"), output.type
        return output.subject

    def joins(self, event: Event) -> str:
        """Hear a complaint that joins; the number of the case that it joins."""
        (output,) = self.hear(event).outputs
        assert output.type == "tousu.duplicate.joined.v1", output.type
        return output.subject

    def case(self, number: str) -> GateCase:
        case = self.states[StateKey("case", number)]
        assert isinstance(case, GateCase)
        return case

    def records(self, number: str) -> list[SubmissionRecord]:
        return [one for one in self.states.values() if isinstance(one, SubmissionRecord) and one.case_number == number]

    def kinds(self) -> set[str]:
        return {state_key.kind for state_key in self.states}


def _belongs(state_key: StateKey, owner: StateKey) -> bool:
    return state_key.kind == owner.kind and state_key.key.startswith(owner.key)


def hours(number: float) -> timedelta:
    return timedelta(hours=number)

"""Cases for tests of rules: events as intake writes them, and a desk that folds them as the runtime does."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from tousu.contract import validator
from tousu.decision import Accompanied, Decision, Following, Output, Rules, State, StateKey
from tousu.event import Event, text_of_time
from tousu.runtime.outgoing import check_output

START = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)  # a Monday, 10:00 in Shanghai
NUMBER = "TS-20260302-000001"


def event(kind: str, data: dict[str, Any], subject: str | None, at: datetime = START, name: str = "e") -> Event:
    """An event with data that meets its schema; `kind` is its name without prefix and version."""
    event_type = f"tousu.{kind}.v1"
    assert validator(event_type)(data) is None, validator(event_type)(data)
    return Event(id=name, source="tousu/intake", type=event_type, time=at, subject=subject, data=data)


def registration(content: str = "", /, **more: Any) -> dict[str, Any]:
    """The data of a registered complaint or inquiry."""
    data: dict[str, Any] = {
        "case_number": NUMBER,
        "channel": "phone",
        "channel_group": "phone",
        "received_at": text_of_time(START),
        "registered_at": text_of_time(START),
        "complainant": {"pseudonym": "p_7Qk2m9Xc4Rt1"},
        "source_event": {"source": "call-centre", "id": "c-1"},
    }
    return data | ({"content": content} if content else {}) | more


def complaint(content: str = "", at: datetime = START, /, **more: Any) -> Event:
    """A complaint as intake registers it."""
    data = registration(content, **more)
    return event("complaint.registered", data, data["case_number"], at)


def inquiry(at: datetime = START, /, **more: Any) -> Event:
    """An inquiry as intake registers it."""
    data = registration("我的快件到哪里了？", **more)
    return event("inquiry.registered", data, data["case_number"], at)


def claim(at: datetime = START, /, **more: Any) -> Event:
    """A claim that was filed without a complaint, as intake registers it."""
    said = {"cause": "loss", "claimant": {"role": "sender"}}
    data = registration("快件丢失，申请赔偿", **{"claim": said, **more})
    return event("claim.registered", data, data["case_number"], at)


def handling(what: str, hours: float = 1, number: str = NUMBER, /, **said: Any) -> Event:
    """What a department reports so many hours after the start; a final answer in the form of source C."""
    if what == "customer_answered" and said.get("settled") is True and "kind" not in said:
        said = {"elements": ["apology", "liability", "suggestions"]} | said
    return event(f"handling.{what}", {"case_number": number} | said, number, START + timedelta(hours=hours))


class Desk:
    """Folds events through rules as the runtime does: states travel as JSON, every output meets the contract."""

    def __init__(self, rules: Rules, kinds: Sequence[Any]) -> None:
        self.rules = rules
        self.codecs = {kind.name: kind.codec for kind in kinds}
        self.columns = {kind.name: kind.columns for kind in kinds}
        self.rows: dict[StateKey, str] = {}
        self.fired: list[Output] = []

    def take(self, one: Event, now: datetime | None = None) -> Decision:
        """Apply one event and keep what changes; what was due before is told before, and kept in `fired`."""
        state_keys = self.rules.state_keys(one)
        self.fired = [output for state_key in state_keys for output in self._woken(state_key, now or one.time)]
        states = {key: self.state(key) for key in state_keys}
        if isinstance(self.rules, Following):
            states |= {key: self.state(key) for key in self.rules.keys_behind(states, one)}
        decision = self.rules.apply(states, one, now or one.time)
        said = (bool(decision.states or decision.outputs), bool(decision.no_op), decision.refusal is not None)
        assert sum(said) == 1, "exactly one of changes, a no-op, a refusal"
        self._keep(decision)
        return decision

    def let_time_pass(self, until: datetime) -> list[Output]:
        """Everything that is due by then, at its time."""
        return [
            output
            for state_key in list(self.rows)
            for output in self._woken(state_key, until + timedelta(microseconds=1))
        ]

    def _woken(self, state_key: StateKey, before: datetime) -> list[Output]:
        told: list[Output] = []
        while (state := self.state(state_key)) is not None:
            due = self.rules.next_timer(state_key, state)
            if due is None or due >= before:
                break
            beside = self.rules.keys_beside(state_key, state) if isinstance(self.rules, Accompanied) else ()
            decision = self.rules.on_timer(state_key, state, before)
            if isinstance(self.rules, Accompanied) and beside:
                decision = self.rules.beside_timer(decision, {key: self.state(key) for key in beside})
            self._keep(decision)
            told.extend(decision.outputs)
        return told

    def _keep(self, decision: Decision) -> None:
        for output in decision.outputs:
            assert check_output(output, len(orjson.dumps(output.data))) == ""
        for state_key, state in decision.states.items():
            if state is None:
                self.rows.pop(state_key, None)
                continue
            self.rows[state_key] = self.codecs[state_key.kind].encode(state)

    def tell(self, *events: Event) -> list[Output]:
        """Apply events, none of which may be refused; what was published."""
        published: list[Output] = []
        for one in events:
            decision = self.take(one)
            assert decision.refusal is None, decision.refusal
            published.extend(decision.outputs)
        return published

    def state(self, state_key: StateKey) -> State | None:
        """A state as it comes back from the database."""
        return self.codecs[state_key.kind].decode(self.rows[state_key]) if state_key in self.rows else None

    def promoted(self, kind: str, key: str) -> dict[str, str | None]:
        """The columns of a row."""
        state = self.state(StateKey(kind, key))
        return {name: read(state) for name, read in self.columns[kind].items()}


def as_told(data: dict[str, Any]) -> dict[str, Any]:
    """The data of an event without what the router says of the case behind it."""
    return {name: value for name, value in data.items() if name != "case"}


def kinds_of(outputs: Sequence[Output]) -> list[str]:
    """The names of events without prefix and version."""
    return [output.type.removeprefix("tousu.").removesuffix(".v1") for output in outputs]

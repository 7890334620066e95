"""What rules say: pure values between a processor's rules and the runtime that carries them out.

A processor is its rules (this protocol), its tables (`Kind`) and a few lines of composition. Rules read no clock,
database, randomness or log: everything they need comes in as an argument, everything they want goes out as a Decision.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, Protocol, runtime_checkable

import msgspec

from tousu.event import Event
from tousu.events.codec import as_data
from tousu.events.content import Content


class StateKey(NamedTuple):
    """The address of one state: its kind (a table of the processor) and its key within the shard."""

    kind: str
    key: str


State = msgspec.Struct
States = Mapping[StateKey, State | None]


class Output(msgspec.Struct, frozen=True, kw_only=True):
    """An event that a rule wants published. The runtime adds id, source, provenance and the causing event.

    `Output.of` makes one of the Struct of its type. `key` chooses the partition and is `subject` unless given. `time`
    is when it happened in the world. `causation` names the event that caused it where that is not the input in hand (a
    clock that fires, say). `organisation` says whose case it is about; empty for that of the event in hand.
    """

    topic: str
    type: str
    subject: str
    time: datetime
    data: dict[str, Any]
    key: str | None = None
    causation: str | None = None
    organisation: str = ""

    @classmethod
    def of(
        cls, content: Content, *, topic: str, subject: str, time: datetime, key: str | None = None,
        causation: str | None = None, organisation: str = "",
    ) -> Output:  # fmt: skip
        """An output that says this: the type and the data are those of the Struct."""
        return cls(
            topic=topic, type=content.TYPE, subject=subject, time=time, data=as_data(content), key=key,
            causation=causation, organisation=organisation,
        )  # fmt: skip


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """Why an input was refused: reason code, sentence, and the place (a JSON pointer or attribute name)."""

    reason: str
    message: str
    place: str = ""
    schema: str = ""


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """What one input or one due clock leads to: exactly one of changes (states, outputs), a no-op, a refusal.

    `states` maps state_keys to their new state, or to None for 'delete'. `no_op` is the reason code of a recorded
    no-op. `refused`: inputs of earlier on, which were kept to wait for another one and are refused now. `handed_on`:
    the key under which another shard is to read the input, whose it is (`tousu.runtime.handing_on`).
    """

    states: Mapping[StateKey, State | None] = {}
    outputs: Sequence[Output] = ()
    no_op: str = ""
    refusal: Refusal | None = None
    refused: Sequence[tuple[Event, Refusal]] = ()
    handed_on: str = ""


class Rules(Protocol):
    """The pure heart of a processor. All times are UTC.

    `now` is the watermark: the time up to which the log is complete (design.md, section 4), never the wall clock.
    """

    def state_keys(self, event: Event) -> Sequence[StateKey]:
        """The states that `apply` will want to see for this event."""
        ...

    def apply(self, states: States, event: Event, now: datetime) -> Decision:
        """Fold one event. `states` holds every state_key asked for, with None where there is no such state yet."""
        ...

    def next_timer(self, state_key: StateKey, state: State) -> datetime | None:
        """When this state next wants to be woken, or None."""
        ...

    def on_timer(self, state_key: StateKey, state: State, now: datetime) -> Decision:
        """Wake a state whose due time has come (due <= now). The new state's due time must lie later or be None."""
        ...


@runtime_checkable
class Fallback(Protocol):
    """Rules that have a second answer: what becomes of an input on which `apply` failed or said what must not leave."""

    def fallback(self, states: States, event: Event, now: datetime) -> Decision | None:
        """As `apply`, by means so plain that they hold where those did not. None: the input is to be refused."""
        ...


@runtime_checkable
class Following(Protocol):
    """Rules that learn from the first states of an event which others it touches (a join names its case in a row)."""

    def keys_behind(self, states: States, event: Event) -> Sequence[StateKey]:
        """The states that `apply` will want to see besides those of `state_keys`, which `states` holds."""
        ...


@runtime_checkable
class Accompanied(Protocol):
    """Rules of which a clock that fires may move another state, too (a limit of a claim is held against somebody)."""

    def keys_beside(self, state_key: StateKey, state: State) -> Sequence[StateKey]:
        """The states that `beside_timer` will want to see when the next clock of this one fires; none of most."""
        ...

    def beside_timer(self, decision: Decision, states: States) -> Decision:
        """What `on_timer` decided, with what it does to the states beside it."""
        ...


@runtime_checkable
class Wary(Protocol):
    """Rules that say where what they decide may still turn out otherwise, because an input is held out."""

    def in_doubt(self, decision: Decision, now: datetime, confirmed: datetime | None) -> Decision:
        """A decision with what has to be said of it. Before `confirmed` the log is complete; None: it is up to `now`.

        Asked about every decision that changes states, so that a doubt ends, too.
        """
        ...

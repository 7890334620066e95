"""A small processor to test the runtime with: it counts what comes per key and rings a clock ten seconds later.

Its two stages meet as intake and router do: `keeper` stamps time on what adapters write, `counter` reads keeper's log.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
import orjson

from tousu.decision import Decision, Output, Refusal, State, StateKey, States
from tousu.event import Event, attributes_of_headers, event_of
from tousu.failure import Reject
from tousu.runtime.broker import Record
from tousu.runtime.checkpoint import EPOCH
from tousu.runtime.partition import partition_of
from tousu.runtime.processor import Input, Kind, Processor, column_time

INBOUND = "t.inbound"
LOG = "t.log"
COUNTS = "t.counts"
REJECTED = "complaints.rejected"
TOPICS = (INBOUND, LOG, COUNTS, REJECTED)


class Tally(msgspec.Struct):
    count: int = 0
    rings_at: datetime | None = None
    rung: int = 0


class KeeperRules:
    """Passes everything on under its key, which it keeps in its own shard."""

    def state_keys(self, event: Event) -> Sequence[StateKey]:
        return [StateKey("seen", event.id)]

    def apply(self, states: States, event: Event, now: datetime) -> Decision:
        state_key = StateKey("seen", event.id)
        if event.data.get("kind") == "poison":
            raise ZeroDivisionError("poison")
        if event.data.get("kind") == "bad":
            return Decision(refusal=Refusal(reason="bad", message="it is bad", place="/kind"))
        if states[state_key] is not None:
            return Decision(no_op="repeated")
        key = str(event.data["key"])
        return Decision(
            states={state_key: Tally(count=1)},
            outputs=[Output(topic=LOG, type="t.noted", subject=key, time=event.time, data=event.data)],
        )

    def next_timer(self, state_key: StateKey, state: State) -> datetime | None:
        return None

    def on_timer(self, state_key: StateKey, state: State, now: datetime) -> Decision:
        raise AssertionError("nothing is ever due here")


class CounterRules:
    """Counts per key; ten seconds after the first event of a round it says how many came."""

    def state_keys(self, event: Event) -> Sequence[StateKey]:
        return [StateKey("tally", event.subject or "")]

    def apply(self, states: States, event: Event, now: datetime) -> Decision:
        state_key = StateKey("tally", event.subject or "")
        old = states[state_key]
        tally = old if isinstance(old, Tally) else Tally()
        new = Tally(tally.count + 1, tally.rings_at or now + timedelta(seconds=10), tally.rung)
        data = {"count": new.count, "n": event.data.get("n")}
        return Decision(
            states={state_key: new},
            outputs=[Output(topic=COUNTS, type="t.counted", subject=state_key.key, time=event.time, data=data)],
        )

    def next_timer(self, state_key: StateKey, state: State) -> datetime | None:
        assert isinstance(state, Tally)
        return state.rings_at

    def on_timer(self, state_key: StateKey, state: State, now: datetime) -> Decision:
        assert isinstance(state, Tally)
        assert state.rings_at is not None and state.rings_at <= now
        data = {"count": state.count, "rung": state.rung + 1}
        return Decision(
            states={state_key: Tally(state.count, None, state.rung + 1)},
            outputs=[Output(topic=COUNTS, type="t.rang", subject=state_key.key, time=state.rings_at, data=data)],
        )


def edge(record: Record) -> Event:
    try:
        data = orjson.loads(record.value or b"")
    except ValueError:
        raise Reject("broken_json", "the value is not JSON") from None
    return event_of(attributes_of_headers(record.headers), data)


def keeper() -> Processor:
    return Processor(
        name="keeper", inputs=(Input(INBOUND),), rules=KeeperRules(), kinds=(Kind("seen", Tally),),
        outputs=(LOG, REJECTED), ticks_to=(LOG,), keeps_time=True, edge=edge,
    )  # fmt: skip


TALLIES = (
    Kind("tally", Tally, columns={"counted_at": lambda tally: column_time(EPOCH)}, timed=True, ended="counted_at"),
)
"""A tally may go to the archive at once, though its clock has still to ring: where it lies decides nothing."""


def counter() -> Processor:
    return Processor(
        name="counter", inputs=(Input(LOG, writer="keeper"),), rules=CounterRules(),
        kinds=TALLIES, outputs=(COUNTS, REJECTED), archive_after=timedelta(0),
    )  # fmt: skip


def key_in(shard: int, partitions: int, n: int) -> str:
    """The n-th key that belongs to a shard."""
    found = -1
    number = 0
    while True:
        key = f"k{number}"
        if partition_of(key, partitions) == shard:
            found += 1
            if found == n:
                return key
        number += 1


def inbound(n: int, key: str, at: datetime, **data: object) -> tuple[bytes, bytes, list[tuple[str, bytes]]]:
    """Key, value and headers of the n-th inbound record."""
    headers = [
        ("ce_id", f"e{n}".encode()), ("ce_source", b"test"), ("ce_type", b"t.sent"),
        ("ce_time", at.isoformat().encode()), ("ce_specversion", b"1.0"),
    ]  # fmt: skip
    return key.encode(), orjson.dumps({"key": key, "n": n, **data}), headers

"""What makes a processor: its name, its inputs, its rules and its tables. Everything else is the runtime's."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Protocol

import msgspec
import sqlalchemy as sa

from tousu.decision import Output, Rules, State
from tousu.event import Event
from tousu.runtime.broker import OutRecord, Record

if TYPE_CHECKING:
    from tousu.runtime.metrics import Counted, CountedOutput, LookedUp


class Codec(Protocol):
    """How a state becomes the text of its row and back."""

    def encode(self, state: State) -> str: ...

    def decode(self, doc: str) -> State: ...


class JsonCodec:
    """One JSON document per state (the ordinary way)."""

    def __init__(self, kind: type[State]) -> None:
        self._encoder = msgspec.json.Encoder()
        self._decoder = msgspec.json.Decoder(kind)

    def encode(self, state: State) -> str:
        return self._encoder.encode(state).decode()

    def decode(self, doc: str) -> State:
        return self._decoder.decode(doc)


def column_time(moment: datetime | None) -> str | None:
    """A time as promoted columns hold it: UTC with six places, so that it sorts as text."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ") if moment is not None else None


def first_part(key: str) -> str:
    """The part of a state's key in front of the first /: the number of its case."""
    return key.partition("/")[0]


EVERYWHERE: Final = ""
"""To whom a state belongs of which nobody can tell for which record key it will be wanted."""


def in_every_shard(key: str) -> str:
    """For states that every shard has to know that is made out of theirs."""
    return EVERYWHERE


def stays(key: str) -> None:
    """For states that belong to their shard, or that no rule reads."""


class Kind:
    """A table of states. `columns` are promoted for queries: column name -> how to read it off a state (text or None).

    `gauges` are counted over the promoted columns now and then, for /metrics.
    `timed` says that states of this kind have clocks: their `next_due` is indexed and they are woken.
    `owner` is the column that says to whom a row belongs: a key `OWNER/` stands for all rows of that owner in a shard,
    which can be deleted so, whatever their number.
    `ended` is the column that says since when nothing more is expected of a row (`column_time`), empty while something
    is: a good while later the row moves to the table's archive (`archive`).
    `version` is that of the form of its states. It rises with a release from which an older one must not take a shard
    back, since it cannot read the states or would drop what is new in them; every older form stays readable.
    `belongs_to` tells by a state's key by which record key its events come: when there are more partitions (`growing`),
    the state goes where these go. None: it stays where it is; EVERYWHERE: each shard made out of its own gets a copy.
    """

    def __init__(
        self,
        name: str,
        state: type[State],
        *,
        columns: Mapping[str, Callable[[Any], str | None]] | None = None,
        timed: bool = False,
        codec: Codec | None = None,
        owner: str = "",
        ended: str = "",
        gauges: Sequence[Counted] = (),
        version: int = 1,
        belongs_to: Callable[[str], str | None] = first_part,
    ) -> None:
        self.name = name
        self.state = state
        self.columns = dict(columns or {})
        self.timed = timed
        self.owner = owner
        self.ended = ended
        self.codec: Codec = codec or JsonCodec(state)
        self.gauges = tuple(gauges)
        self.version = version
        self.belongs_to = belongs_to


class Input(msgspec.Struct, frozen=True):
    """An input topic. `writer` is the processor of ours that writes it, '' for channel adapters.

    `spread` is true where any shard of the writer may write to any partition (else shard p writes partition p). Such an
    input stands alone: its origins tell their times apart, so there is no one order by time in which to merge it.
    """

    topic: str
    writer: str = ""
    spread: bool = False


class Edge(Protocol):
    """Reads a record from outside; raises Reject with reason and place. For topics that adapters write."""

    def __call__(self, record: Record) -> Event: ...


class Check(Protocol):
    """Checks an output before it is committed; returns a sentence when it must not leave, else ''."""

    def __call__(self, output: Output, size_bytes: int) -> str: ...


ActAgain = Callable[[Any, Any, OutRecord], None]
"""Takes the shard's turn, the store, and the record that tells what was done. (Both need this module.)"""


class Processor(msgspec.Struct, frozen=True, kw_only=True):
    """A stream processor. `keeps_time` marks the one that stamps time (intake); the others take time from their input.

    `ticks_to` are the topics onto which the passing of time is sent: shard p to partition p. `ticks_spread_to` are
    those of which any shard writes any partition, so each tells every partition its time, less often (`shard_turn`).
    `schema_of` gives the schema address of a type. `gauges` are worked out when somebody asks for /metrics.
    `tallies`: counters of its own, by the type of the output that raises them.
    `timers_per_tick` is how many due clocks one tick wakes, None for the usual number: a herd is worked off by count
    (docs/decisions, 5), and where a clock is cheap it may be more.
    `archive_after`: how long after their end states move to the archives of their tables, None: they stay.
    `on_opening` looks into the database before work begins, and again whenever a shard is taken, in that transaction;
    it raises Stop where the processor must not work on it.
    `act_again` changes states as a command once did that told of it by this record of the processor's log
    (`retracing`).
    """

    name: str
    inputs: tuple[Input, ...]
    rules: Rules
    kinds: tuple[Kind, ...]
    outputs: tuple[str, ...]
    ticks_to: tuple[str, ...] = ()
    ticks_spread_to: tuple[str, ...] = ()
    keeps_time: bool = False
    edge: Edge | None = None
    check: Check | None = None
    schema_of: Callable[[str], str] | None = None
    gauges: tuple[LookedUp, ...] = ()
    tallies: Mapping[str, CountedOutput] = {}
    timers_per_tick: int | None = None
    archive_after: timedelta | None = None
    on_opening: Callable[[sa.Connection], None] | None = None
    act_again: ActAgain | None = None

    def __post_init__(self) -> None:
        assert len(self.inputs) == 1 or not any(input_.spread for input_ in self.inputs), "a spread input stands alone"
        assert set(self.ticks_spread_to) <= set(self.outputs), "a topic that is told time is an output"

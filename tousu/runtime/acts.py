"""What an operator does to a shard that stands still: records are passed over, a hole is accepted, a silent input is
held out or let in again.

An act is one turn under the same compare-and-set as any other. It is told on complaints.rejected (of an input, on the
processor's own log, which is kept), and the header `tousu-act` says what it did to the checkpoint, so that a rebuild
does it again at the same place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, Literal, NamedTuple

import msgspec

from tousu.failure import Stop
from tousu.runtime import checkpoint as cp
from tousu.runtime import doubts
from tousu.runtime.broker import OutRecord
from tousu.runtime.checkpoint import Checkpoint, Seen
from tousu.runtime.processor import Processor
from tousu.runtime.report import TurnReport
from tousu.runtime.shard_turn import ShardTurn
from tousu.runtime.store import Fenced, Store

HEADER: Final = "tousu-act"
TRIES: Final = 5
"""A running copy notices that it was fenced and opens the shard again, perhaps between our two statements."""
_OF_THE_SHARD: Final = frozenset({"ce_id", "tousu-origin", "tousu-seq", "tousu-time", doubts.CONFIRMED})
"""Headers that the shard's own place gives; a rebuild must come to the same ones by itself."""


class Operator(NamedTuple):
    """Who acts, and why, in their own words."""

    name: str
    why: str


class Act(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What an act does to the checkpoint.

    at: where the shard stood in each of its inputs. to: the next offset of `topic` afterwards. numbers: 'topic|origin'
    -> the number that counts as seen, a lower one where what came above it was forged. forgives: 'topic|origin' whose
    next record may have any number. topic_id: of the topic as it is now, where it was made again. is_copied: whether
    the record's bytes were read and went along. origin: which of the topic's origins is held out or let in, empty for
    the topic as a whole.
    """

    kind: Literal["skip", "resume", "hold_out", "let_in"]
    topic: str
    at: dict[str, int]
    to: int
    numbers: dict[str, int] = {}
    forgives: list[str] = []
    topic_id: str = ""
    is_copied: bool = False
    origin: str = ""

    def carry_out(self, checkpoint: Checkpoint) -> None:
        """Change the checkpoint (in place). Raises Stop `bookmark_elsewhere` when the shard stands somewhere else."""
        if not stands_at(checkpoint, self.at):
            raise Stop("bookmark_elsewhere", f"the shard has moved on: it stands at {checkpoint.offsets} now")
        checkpoint.offsets[self.topic] = self.to
        for name, seq in self.numbers.items():
            last = checkpoint.watermarks.get(name)
            # Its promise of time is not taken over: the record was not fit to be believed. Nor are those of records
            # that are taken for forged now.
            is_kept = last is not None and last.seq < seq
            checkpoint.watermarks[name] = Seen(seq, last.time_us if last is not None and is_kept else cp.NEVER_US)
        checkpoint.forgiven = sorted({*checkpoint.forgiven, *self.forgives})
        if self.topic_id:
            checkpoint.topic_ids[self.topic] = self.topic_id
        if self.kind == "hold_out":
            doubts.hold_out(checkpoint, doubts.name_of(self.topic, self.origin))
        elif self.kind == "let_in":
            doubts.let_in(checkpoint, doubts.name_of(self.topic, self.origin))

    def document(self) -> dict[str, Any]:
        """As a document, what is empty left out."""
        document: dict[str, Any] = msgspec.to_builtins(self)
        return document

    def header(self) -> str:
        """As the header `tousu-act` says it."""
        return msgspec.json.encode(self, order="sorted").decode()


Plan = Callable[[ShardTurn], Act]
"""Says what is to be done to a shard that has just been taken."""


class PublishedAct(NamedTuple):
    """An act as it stands on a topic."""

    act: Act
    record: OutRecord


def told_in(record: OutRecord) -> PublishedAct | None:
    """The act that a published record tells of; None for every other record."""
    header = next((value for name, value in record.headers if name == HEADER), None)
    return None if header is None else PublishedAct(msgspec.json.decode(header, type=Act), record)


def in_order(past_acts: Iterable[PublishedAct]) -> list[PublishedAct]:
    """Acts in the order in which they were done, shard by shard.

    They stand on two topics, each with numbers of its own, so the shard's place counts first. What moved it on was done
    after what was done where it stood.
    """

    def key(past_act: PublishedAct) -> tuple[int, int, bool, int]:
        act, record = past_act
        seq = next(int(value) for name, value in record.headers if name == "tousu-seq")
        return record.partition, sum(act.at.values()), act.kind in ("skip", "resume"), seq

    return sorted(past_acts, key=key)


def repeat(turn: ShardTurn, past_act: PublishedAct) -> None:
    """Do a former act again, as it was told: its number and its time come from the shard."""
    past_act.act.carry_out(turn.checkpoint)
    tell_again(turn, past_act.record)


def tell_again(turn: ShardTurn, record: OutRecord) -> None:
    """Put out what stands in the log, as what is said next."""
    turn.tell(record._replace(headers=[header for header in record.headers if header[0] not in _OF_THE_SHARD]))


def stands_at(checkpoint: Checkpoint, at: Mapping[str, int]) -> bool:
    """Whether a shard stands exactly at these offsets, 0 where it has read nothing."""
    topics = {*checkpoint.offsets, *at}
    return all(checkpoint.offsets.get(topic, 0) == at.get(topic, 0) for topic in topics)


def origins_of(processor: Processor, checkpoint: Checkpoint, shard: int, topic: str, partitions: int) -> list[str]:
    """Every 'topic|origin' that writes to this partition, as far as the checkpoint and the inputs tell."""
    (read,) = (input_ for input_ in processor.inputs if input_.topic == topic)
    if not read.writer:
        return []
    shards: Iterable[int] = range(partitions) if read.spread else (shard,)
    known = {name for name in checkpoint.watermarks if name.startswith(f"{topic}|")}
    return sorted(known | {f"{topic}|{read.writer}/{number}" for number in shards})


def take_a_turn(
    processor: Processor, store: Store, shard: int, partitions: Mapping[str, int], do: Callable[[ShardTurn], None]
) -> ShardTurn:
    """Own a shard for one turn: fence the running copy, let `do` work, commit. What is not yet out is kept with it.

    The running copy opens the shard again and publishes. Raises what `do` raises; nothing is changed then. Raises
    Fenced when a copy takes the shard back again and again.
    """
    for left in reversed(range(TRIES)):
        opened = store.take(shard)
        turn = ShardTurn(processor, shard, opened, partitions, store, {}, TurnReport())
        do(turn)
        pending = cp.pack_pending([*cp.unpack_pending(opened.pending), *turn.outputs])
        try:
            store.commit([turn.change()._replace(pending=pending)])
            return turn
        except Fenced:
            if not left:
                raise
    raise AssertionError("the last try returns or raises")

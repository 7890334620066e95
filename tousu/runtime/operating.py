"""How an operator gets a halted shard going: `skip` passes over records, `resume` accepts that some are gone,
`accept_clock` that time jumps.

All act as the owner of the shard for one turn (`acts`) and refuse with where the shard stands when it is not where the
operator thinks. Nothing here guesses: what is passed over is named by its offset, and told on complaints.rejected.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Final, NamedTuple

from tousu.decision import Output, Refusal
from tousu.event import text_of_time
from tousu.failure import Stop
from tousu.runtime import acts, doubts
from tousu.runtime import checkpoint as cp
from tousu.runtime.acts import Act, Operator
from tousu.runtime.arrival import from_ours
from tousu.runtime.audit import JUMP_ACCEPTED
from tousu.runtime.broker import Identity, Record
from tousu.runtime.checkpoint import Checkpoint, mark_of
from tousu.runtime.checkpoint_checks import inputs_of
from tousu.runtime.history import Extent, History
from tousu.runtime.inspection import Inspection
from tousu.runtime.own_log import OwnLog, check_numbers
from tousu.runtime.processor import Processor
from tousu.runtime.rejection import REJECTED
from tousu.runtime.shard_turn import ShardTurn
from tousu.runtime.store import Store
from tousu.runtime.watermark import says_otherwise

SKIPPED: Final = "skipped_by_operator"
LOST: Final = "records_lost"


class Site(NamedTuple):
    """One input topic of one shard of a processor, and what an operator needs to look at it and to act."""

    processor: Processor
    shard: int
    topic: str
    inspection: Inspection
    store: Store
    history: History

    @property
    def name(self) -> str:
        return f"{self.processor.name}/{self.shard}"

    @property
    def partitions(self) -> int:
        return self.history.partitions(self.topic)

    def extent(self) -> Extent:
        """Where this partition of the topic begins and ends."""
        place = (self.topic, self.shard)
        return self.history.extents([place])[place]

    def checkpoint(self) -> Checkpoint:
        """As the database has it. Raises Stop `unknown_shard`, `unknown_topic`."""
        topics = [input_.topic for input_ in self.processor.inputs]
        if self.topic not in topics:
            raise Stop(
                "unknown_topic", f"{self.processor.name} does not read {self.topic!r}; it reads {', '.join(topics)}"
            )
        standings = {standing.shard: standing.checkpoint for standing in self.inspection.standings()}
        if self.shard not in standings:
            known = ", ".join(map(str, standings)) or "none"
            raise Stop("unknown_shard", f"{self.name} was never opened; the shards with a checkpoint: {known}")
        return standings[self.shard]


class At(NamedTuple):
    """Where a shard stands in one of its inputs, and from where to where the log goes.

    start, end: None where nobody can say, since the partition has no leader. held_out: what of this input an operator
    holds out, the topic as a whole or some of its origins.
    """

    shard: int
    topic: str
    offset: int
    start: int | None
    end: int | None
    held_out: tuple[str, ...] = ()


def places_of(inspection: Inspection, history: History) -> list[At]:
    """Every place of a processor's checkpoints."""
    topics = inputs_of(inspection.processor)
    extents, _ = history.extents_and_silent(history.places(topics))
    return [
        At(
            standing.shard, topic, standing.checkpoint.offsets.get(topic, 0),
            start=extent.start if (extent := extents.get((topic, standing.shard))) else None,
            end=extent.end if extent else None,
            held_out=tuple(
                doubts.said(name) for name in standing.checkpoint.held_out if name.partition("|")[0] == topic
            ),
        )
        for standing in inspection.standings()
        for topic in topics
    ]  # fmt: skip


class Done(NamedTuple):
    """What an act did, in a sentence that stands on complaints.rejected, too."""

    act: Act
    message: str


def skip(site: Site, operator: Operator, offset: int, through: int) -> Done:
    """Pass over the records from `offset` through `through` (the same for one record).

    Raises Stop `bookmark_elsewhere` when the shard does not stand at `offset`, `nothing_there` when the log has no
    such records, `offset_gone` when it has them no more.
    """
    _check_offset(site, site.checkpoint(), offset)
    extent = site.extent()
    if offset < extent.start:
        raise Stop("offset_gone", f"{_log(site, extent)}: what is gone is accepted by `tousu shard resume`")
    if not offset <= through < extent.end:
        raise Stop("nothing_there", f"{_log(site, extent)}, so nothing can be skipped from {offset} through {through}")
    record = site.history.at((site.topic, site.shard), offset) if through == offset else None
    skipped = f"the record at {offset}" if through == offset else f"the records from {offset} through {through}"
    missing = "" if record is not None else ", not copied"
    message = f"{skipped} of {site.topic}/{site.shard} passed over by {operator.name}{missing}: {operator.why}"

    def do(turn: ShardTurn) -> Act:
        _check_offset(site, turn.checkpoint, offset)
        numbers, forgives = _numbers(site, turn.checkpoint, record)
        return Act(
            kind="skip", topic=site.topic, at=dict(turn.checkpoint.offsets), to=through + 1, numbers=numbers,
            forgives=forgives, is_copied=record is not None,
        )  # fmt: skip

    passed = record or Record(site.topic, site.shard, offset, None, None, ())
    return _act(site, operator, passed, Refusal(reason=SKIPPED, message=message), do)


def resume(site: Site, operator: Operator, identity: Identity) -> Done:
    """Go on where the log begins although records in front of it are gone (`offset_gone`), where the topic was made
    again (`topic_recreated`), behind a hole in the numbers (`missing_record`), or with true records whose numbers
    forged ones had before (`repeated_with_other_content`).

    Raises Stop `nothing_lost` when the log has everything from the checkpoint on.
    """
    checkpoint = site.checkpoint()
    position = checkpoint.offsets.get(site.topic, 0)
    extent = site.extent()
    known, present = (ids.get(site.topic, "") for ids in (checkpoint.topic_ids, identity.topic_ids))
    to, topic_id, numbers = position, "", dict[str, int]()
    forgives = acts.origins_of(site.processor, checkpoint, site.shard, site.topic, site.partitions)
    if known and present and known != present:
        to, topic_id = extent.start, present
        loss = f"the topic was made again: what the former one held from {position} on is lost, how much nobody knows"
    elif position < extent.start:
        to = extent.start
        loss = f"{to - position} records are lost, from {position} through {to - 1}"
    elif position > extent.end:
        to = extent.end
        loss = (
            f"{position - to} records that had been applied, from {to} through {position - 1}, are no longer in the log"
        )
    else:
        loss, forgives, numbers = _hole(site, checkpoint, position, extent)
    message = f"{site.topic}/{site.shard}: {loss}; accepted by {operator.name}: {operator.why}"

    def do(turn: ShardTurn) -> Act:
        _check_offset(site, turn.checkpoint, position)
        return Act(
            kind="resume", topic=site.topic, at=dict(turn.checkpoint.offsets), to=to, forgives=forgives,
            topic_id=topic_id, numbers=numbers,
        )  # fmt: skip

    gone = Record(site.topic, site.shard, position, None, None, ())
    return _act(site, operator, gone, Refusal(reason=LOST, message=message), do)


def accept_clock(site: Site, operator: Operator, until: datetime) -> str:
    """Let the time of a shard jump forward, up to `until`, where it is held since a broker's clock did (`clock_jump`).

    Returns what was done, as a sentence. Raises Stop `no_clock` for a processor that takes its time from others,
    `nothing_to_accept` where the shard's time is there already.
    """
    if not site.processor.keeps_time:
        raise Stop("no_clock", f"{site.processor.name} takes its time from what it reads; intake alone keeps time")
    site.checkpoint()
    text = text_of_time(until)

    def do(turn: ShardTurn) -> None:
        time_us = turn.checkpoint.time_us
        if cp.micros(until) <= time_us:
            raise Stop("nothing_to_accept", f"the time of {site.name} is {text_of_time(cp.moment(time_us))} already")
        turn.checkpoint.clock_accepted_us = cp.micros(until)
        turn.say(
            Output(
                topic=REJECTED, type=JUMP_ACCEPTED, subject="", time=cp.moment(max(time_us, 0)),
                data={"until": text, "operator": operator.name, "why": operator.why},
            )
        )  # fmt: skip

    take_a_turn(site, do)
    return f"a jump of the time of {site.name} up to {text} is accepted by {operator.name}: {operator.why}"


def _act(site: Site, operator: Operator, record: Record, refusal: Refusal, plan: acts.Plan) -> Done:
    done: list[Act] = []

    def do(turn: ShardTurn) -> None:
        act = plan(turn)
        act.carry_out(turn.checkpoint)
        headers = {"tousu-operator": operator.name, acts.HEADER: act.header()}
        if act.to - 1 > record.offset:
            headers["tousu-through"] = str(act.to - 1)
        turn.pass_over(record, refusal, headers)
        done.append(act)

    take_a_turn(site, do)
    return Done(done[-1], refusal.message)


def check_retraced(
    processor: Processor, inspection: Inspection, history: History, shards: Collection[int] | None = None
) -> None:
    """Raises Stop `not_retraced` where one of these shards (all unless told) has been restored, and not followed its
    log yet."""
    if not processor.keeps_time:
        return
    own_log = OwnLog(processor, lambda: history)
    standings = [standing for standing in inspection.standings() if shards is None or standing.shard in shards]
    behind = {
        standing.shard: own_log.behind(standing.shard, standing.checkpoint, standing.pending) for standing in standings
    }
    for current in inspection.standings():
        check_numbers(f"{processor.name}/{current.shard}", behind.get(current.shard, {}), current.checkpoint)


def take_a_turn(site: Site, do: Callable[[ShardTurn], None]) -> None:
    """Act as the owner of the site's shard for one turn. As `acts.take_a_turn`; raises Stop `not_retraced`, too."""
    check_retraced(site.processor, site.inspection, site.history, [site.shard])
    partitions = dict.fromkeys([input_.topic for input_ in site.processor.inputs], site.partitions)
    acts.take_a_turn(site.processor, site.store, site.shard, partitions, do)


def _check_offset(site: Site, checkpoint: Checkpoint, offset: int) -> None:
    position = checkpoint.offsets.get(site.topic, 0)
    if position != offset:
        message = (
            f"{site.name} stands at offset {position} of {site.topic}, not at {offset}; only what it stands in front of"
        )
        raise Stop("bookmark_elsewhere", f"{message} can be passed over")


def _log(site: Site, extent: Extent) -> str:
    return f"the log of {site.topic}/{site.shard} goes from {extent.start} to {extent.end}"


def _numbers(site: Site, checkpoint: Checkpoint, record: Record | None) -> tuple[dict[str, int], list[str]]:
    """What counts as seen with a record that is passed over, and whose next record may have any number.

    Only a number that follows is believed. A higher one may be forged, and to believe it would drop every true record
    below it as a repetition.
    """
    names = acts.origins_of(site.processor, checkpoint, site.shard, site.topic, site.partitions)
    if not names:
        return {}, []
    arrival = from_ours(record, frozenset(names)) if record is not None else None
    if arrival is None or not arrival.origin:
        return {}, names
    name = f"{site.topic}|{arrival.origin}"
    known = checkpoint.watermarks[name].seq if name in checkpoint.watermarks else 0
    if arrival.seq == known + 1:
        return {name: arrival.seq}, []
    return {}, [name] if arrival.seq > known else []


def _hole(site: Site, checkpoint: Checkpoint, position: int, extent: Extent) -> tuple[str, list[str], dict[str, int]]:
    """What is missing in front of the record at which a shard stands, and of whom; the numbers that count as seen.

    Raises Stop `nothing_lost`.
    """
    record = site.history.at((site.topic, site.shard), position) if position < extent.end else None
    forged = _forged(site, checkpoint, record)
    if forged is not None:
        return forged
    numbers, forgives = _numbers(site, checkpoint, record)
    if record is None or numbers or len(forgives) != 1:
        message = f"{_log(site, extent)} and {site.name} stands at {position}: nothing is gone in front of it"
        raise Stop("nothing_lost", f"{message}; what it cannot take is passed over by `tousu shard skip`")
    (name,) = forgives
    known = checkpoint.watermarks[name].seq if name in checkpoint.watermarks else 0
    seq = from_ours(record).seq
    return (
        f"{seq - known - 1} records of {name.partition('|')[2]} are missing in front of offset {position}",
        forgives,
        {},
    )


def _forged(site: Site, checkpoint: Checkpoint, record: Record | None) -> tuple[str, list[str], dict[str, int]] | None:
    """As `_hole`, where the record at which a shard stands has a number that said something else before."""
    arrival = from_ours(record) if record is not None else None
    name = f"{site.topic}|{arrival.origin}" if arrival is not None else ""
    seen = checkpoint.watermarks.get(name)
    if record is None or arrival is None or seen is None or not says_otherwise(seen, arrival.seq, mark_of(record)):
        return None
    words = f"{arrival.seq} to {seen.seq} of {arrival.origin}"
    forgery = f"what had the numbers {words} is taken for forged, and what stands at {record.offset} for true"
    return forgery, [], {name: arrival.seq - 1}

"""The audit: do the topics hold exactly what the databases say, once, in order, and did every input have its effect?

I1  every inbound event has exactly one terminal effect: an accepted event, a refusal, or a recorded repetition; and
    of no input were records deleted before they were read.
I2  each output number of an origin stands there once after deduplication, none is missing, repetitions are equal.
I4  the running digest in a checkpoint equals the digest over the topic's records (plus what is not yet out).
I5  every shard stands at a place from which it can go on: no shard is halted.
I7  the ledgers hold exactly the money that the events speak of, and balance (`money`).
I12 nobody can be read who was erased (`erasures`).
Source: docs/architecture.md, section 2. It reads and changes nothing, and may run beside working processors: what is
written while it reads is left for the next audit.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from tousu.contract import cards
from tousu.event import text_of_time
from tousu.ledger.proof import Proof
from tousu.runtime import checkpoint as cp
from tousu.runtime import doubts
from tousu.runtime.acts import told_in
from tousu.runtime.arrival import named_in
from tousu.runtime.broker import Identity, OutRecord, Partition, Record
from tousu.runtime.checkpoint_checks import Halt, gaps_of, halts_of, inputs_of
from tousu.runtime.erasures import Erasures
from tousu.runtime.history import Extent, History, is_tick
from tousu.runtime.inspection import Inspection, ShardStanding
from tousu.runtime.money import TOPICS, Kept, Money, kept_by

INBOUND: Final = "complaints.inbound."
ACCEPTED: Final = "complaints.accepted"
REJECTED: Final = "complaints.rejected"
JUMP_ACCEPTED: Final = "tousu.time.jump_accepted.v1"
FINDINGS_MAX: Final = 1_000
PassedOver = defaultdict[Partition, list[range]]
"""The offsets that operators passed over."""


class AuditFinding(NamedTuple):
    """One thing that must not be. `place` is a topic and partition, an origin or a processor's shard."""

    invariant: str
    place: str
    message: str


class HeldOut(NamedTuple):
    """An input that an operator holds out of a shard's time. `confirmed_until`: so far it had been read."""

    place: str
    input: str
    confirmed_until: str

    def __str__(self) -> str:
        return f"{self.place} goes on without {self.input}; what it decided since {self.confirmed_until} is in doubt"


class AuditReport(NamedTuple):
    """What an audit looked at and what it found. `unchecked` says what could not be judged, and why.

    entries, obligations: of all ledgers. `held_out` is no finding: an operator has decided it, and time goes on.
    """

    records: int
    outputs: int
    repeated: int
    inbound: int
    entries: int
    obligations: int
    findings: tuple[AuditFinding, ...]
    unchecked: tuple[str, ...]
    held_out: tuple[HeldOut, ...] = ()


class Chain:
    """The records of one origin in one partition: numbers without a hole, contents, and the running digest."""

    def __init__(self, *, from_start: bool) -> None:
        self.is_whole = from_start
        self.last = 0
        self.repeated = 0
        self.running: dict[int, str] = {}
        self._first = 0
        self._contents: list[bytes] = []
        self._digest = ""

    def add(self, number: int, record: OutRecord) -> str:
        """Take in a record as it stands in the log. Returns what is wrong with it, or nothing."""
        content = _content(record)
        if not self._contents and not self.is_whole:
            self._first = number - 1
            self.last = number - 1
        if number <= self.last:
            self.repeated += 1
            index = number - self._first - 1
            if index < 0 or self._contents[index] == content:
                return ""
            return f"number {number} was repeated with other content"
        problem = "" if number == self.last + 1 else f"after number {self.last} comes {number}: records are missing"
        self.is_whole = self.is_whole and not problem
        self._contents += [b""] * (number - self.last - 1) + [content]
        self.last = number
        self._digest = cp.chained(self._digest, record)
        self.running[number] = self._digest
        return problem


def _content(record: OutRecord) -> bytes:
    return bytes.fromhex(cp.chained("", record))


def audit(
    history: History, inspections: Sequence[Inspection], identity: Identity, unlooked_at: Mapping[str, str] = {},
    halted: Iterable[Halt] = (),
) -> AuditReport:  # fmt: skip
    """Hold the topics against the databases of these processors.

    `identity` is the cluster's. `unlooked_at` names processors whose databases cannot be read, each with the reason.
    `halted` are the shards of which a running copy says so; those whose checkpoints say so are found here.
    """
    databases = {inspection.processor: kept_by(inspection) for inspection in inspections}
    standings = {(name, s.shard): s for name, kept in databases.items() for s in kept.standings}
    written = [card.topic for card in cards() if card.events and not card.topic.startswith(INBOUND)]
    extents = history.extents(history.places(written))
    findings: list[AuditFinding] = []
    chains: dict[tuple[str, int, str], Chain] = {}
    effects, money, erasures = _Effects(), Money(), Erasures()
    unchecked: list[str] = []
    records = 0
    for record in _read_all(history, extents, effects):
        records += 1
        effects.note(record)
        money.note(record)
        erasures.note(record)
        findings += _linked(record, chains, extents, effects.passed_over, unchecked)
    halts = list(halted)
    for kept in databases.values():
        extents_in = history.extents(history.places(inputs_of(kept.processor)))
        gaps = gaps_of(kept.processor, kept.standings, extents_in, history)
        findings += [AuditFinding("I1", gap.place, str(gap)) for gap in gaps]
        halts += halts_of(kept.processor, kept.standings, extents_in, identity)
    findings += _halted(halts)
    for (processor, shard), standing in standings.items():
        findings += _against_checkpoint(processor, shard, standing, chains, unchecked)
    inbound_findings, inbound = _inbound(history, standings, effects)
    findings += inbound_findings
    findings += effects.doubled()
    for intake in (inspection for inspection in inspections if inspection.processor == "intake"):
        findings += [AuditFinding("I12", f"case {number}", message) for number, message in erasures.forgotten(intake)]
    proof = proof_of(money, databases, extents, findings, unchecked)
    outputs = sum(len(chain.running) for chain in chains.values())
    repeated = sum(chain.repeated for chain in chains.values())
    return AuditReport(
        records, outputs, repeated, inbound, proof.entries, proof.obligations, tuple(findings[:FINDINGS_MAX]),
        tuple(unchecked), tuple(held_out_in(standings)),
    )  # fmt: skip


def held_out_in(standings: Mapping[tuple[str, int], ShardStanding]) -> Iterator[HeldOut]:
    """What operators hold out of these shards (by processor and number)."""
    for (processor, shard), standing in sorted(standings.items()):
        for name in standing.checkpoint.held_out:
            confirmed = cp.moment(standing.checkpoint.doubts.get(name, 0))
            yield HeldOut(f"{processor}/{shard}", doubts.said(name), text_of_time(confirmed))


def _halted(halts: Iterable[Halt]) -> list[AuditFinding]:
    """I5: every shard can go on from where it stands; each that cannot once."""
    by_shard = {(halt.processor, halt.shard): halt for halt in halts}
    return [
        AuditFinding("I5", f"{processor}/{shard}", f"halted, {halt.reason}: {halt.message}")
        for (processor, shard), halt in sorted(by_shard.items())
    ]


def proof_of(
    money: Money, databases: Mapping[str, Kept], extents: Mapping[Partition, Extent], findings: list[AuditFinding],
    unchecked: list[str],
) -> Proof:  # fmt: skip
    """I7, where the log still has everything that was told of money."""
    cut = sorted({topic for (topic, _), extent in extents.items() if topic in TOPICS and extent.start > 0})
    if cut:
        unchecked.append(f"ledgers: {', '.join(cut)} no longer hold their first records")
        return Proof(0, 0, 0, ())
    proof, missing = money.proof(databases)
    unchecked += [f"ledger of {name}: its database is not there" for name in missing]
    findings += [AuditFinding("I7", fault.place, fault.message) for fault in proof.faults]
    return proof


def _linked(
    record: Record, chains: dict[tuple[str, int, str], Chain], extents: Mapping[Partition, Extent],
    passed_over: PassedOver, unchecked: list[str],
) -> list[AuditFinding]:  # fmt: skip
    """I2 for one record of ours. One that does not fit and that an operator passed over is said, and is no finding."""
    place = f"{record.topic}/{record.partition}@{record.offset}"
    headers = dict(record.headers)
    origin, number = (headers.get("tousu-origin") or b"").decode(), headers.get("tousu-seq") or b""
    if any(record.offset in gap for gap in passed_over[(record.topic, record.partition)]):
        known = chains.get((record.topic, record.partition, origin))
        if not number.isdigit() or int(number) != (known.last if known is not None else 0) + 1:
            unchecked.append(f"{place}: passed over by an operator")
            return []
    if not origin or not number.isdigit():
        return [AuditFinding("I2", place, "a record without tousu-origin and tousu-seq: none of ours wrote it")]
    is_whole = extents[(record.topic, record.partition)].start == 0
    chain = chains.setdefault((record.topic, record.partition, origin), Chain(from_start=is_whole))
    problem = chain.add(int(number), as_output(record))
    return [AuditFinding("I2", place, f"{origin}: {problem}")] if problem else []


def as_output(record: Record) -> OutRecord:
    """A record as its writer sent it."""
    headers = [(name, value or b"") for name, value in record.headers]
    return OutRecord(record.topic, record.partition, record.key, record.value or b"", headers)


def _against_checkpoint(
    processor: str,
    shard: int,
    standing: ShardStanding,
    chains: Mapping[tuple[str, int, str], Chain],
    unchecked: list[str],
) -> list[AuditFinding]:
    """I4 for one shard: what its database says it has written, and what is there."""
    findings = []
    checkpoint = standing.checkpoint
    origin = cp.origin_of(processor, shard, checkpoint.generation)
    for where, number in checkpoint.numbers.items():
        topic, _, partition = where.rpartition("/")
        chain = chains.get((topic, int(partition), origin)) or Chain(from_start=True)
        place = f"{origin} -> {where}"
        if checkpoint.generation or not chain.is_whole:
            unchecked.append(f"{place}: the log does not go back to the first record of this generation")
            continue
        digest = _with_pending(chain, standing.pending, topic, int(partition), number)
        if digest is None:
            message = f"the database has written up to number {number}, the topic holds {chain.last}"
            findings.append(AuditFinding("I4", place, message))
        elif digest != checkpoint.digests.get(where, ""):
            findings.append(
                AuditFinding("I4", place, f"the first {number} records are not those that the database wrote")
            )
    return findings


def _with_pending(chain: Chain, pending: Iterable[OutRecord], topic: str, partition: int, number: int) -> str | None:
    """The running digest at `number`, with the outputs that may not be out yet; None where some are missing."""
    digest, last = chain.running.get(min(chain.last, number), ""), min(chain.last, number)
    for record in pending:
        if (record.topic, record.partition) == (topic, partition):
            own = int(dict(record.headers).get("tousu-seq", b"0"))
            if own == last + 1:
                digest, last = cp.chained(digest, record), own
    return digest if last == number else None


class _Effects:
    """What became of inbound events: which were accepted (by id), which records were refused (by place)."""

    def __init__(self) -> None:
        self.accepted: Counter[str] = Counter()
        self.refused: Counter[tuple[str, str, str, str]] = Counter()
        self.passed_over: PassedOver = defaultdict(list)
        self.unreadable: PassedOver = defaultdict(list)
        self._ids: set[str] = set()

    def note(self, record: Record) -> None:
        if record.topic not in (ACCEPTED, REJECTED) or is_tick(record):
            return
        past_act = told_in(as_output(record))
        if past_act is not None:
            act = past_act.act
            passed = range(act.at.get(act.topic, 0), act.to)
            self.passed_over[(act.topic, record.partition)].append(passed)
            if not act.is_copied:
                self.unreadable[(act.topic, record.partition)].append(passed)
            return
        headers = {name: (value or b"").decode("utf-8", "replace") for name, value in record.headers}
        if headers.get("ce_id", "") in self._ids:
            return  # a repetition of what was counted
        self._ids.add(headers.get("ce_id", ""))
        if headers.get("ce_type") == JUMP_ACCEPTED:
            return
        if record.topic == ACCEPTED:
            self.accepted[headers.get("ce_causationid", "")] += 1
        else:
            place = tuple(
                headers.get(name, "") for name in ("ce_source", "tousu-topic", "tousu-partition", "tousu-offset")
            )
            self.refused[(place[0], place[1], place[2], place[3])] += 1

    def doubled(self) -> list[AuditFinding]:
        """Records that one processor refused twice."""
        return [
            AuditFinding("I1", f"{topic}/{partition}@{offset}", f"refused {count} times by {source}")
            for (source, topic, partition, offset), count in self.refused.items()
            if count > 1
        ]


def _around(extent: Extent, passed_over: Iterable[range]) -> Iterator[Extent]:
    """What is left of a interval without what was passed over."""
    start = extent.start
    for gap in sorted(passed_over, key=lambda span: span.start):
        if start < gap.start:
            yield Extent(start, min(gap.start, extent.end))
        start = max(start, gap.stop)
    if start < extent.end:
        yield Extent(start, extent.end)


def _read_all(history: History, extents: Mapping[Partition, Extent], effects: _Effects) -> Iterator[Record]:
    """Everything; complaints.rejected first, since it tells what operators passed over, and nobody else could read."""
    refused = {place: extent for place, extent in extents.items() if place[0] == REJECTED}
    yield from history.read(refused)
    others = {place: extent for place, extent in extents.items() if place[0] != REJECTED}
    yield from _read_around(history, others, effects.unreadable)


def _read_around(history: History, read: Mapping[Partition, Extent], passed_over: PassedOver) -> Iterator[Record]:
    """These intervals without what operators passed over, which perhaps nobody can read."""
    pieces = {place: list(_around(extent, passed_over[place])) for place, extent in read.items()}
    for turn in range(max(map(len, pieces.values()), default=0)):
        yield from history.read({place: extents[turn] for place, extents in pieces.items() if turn < len(extents)})


def _inbound(
    history: History, standings: Mapping[tuple[str, int], ShardStanding], effects: _Effects
) -> tuple[list[AuditFinding], int]:
    """I1 at the gate: every inbound record that intake has read was accepted, refused, or is a repetition."""
    topics = [card.topic for card in cards() if card.topic.startswith(INBOUND)]
    extents = history.extents(history.places(topics))
    findings = []
    read: dict[Partition, Extent] = {}
    for (topic, partition), extent in extents.items():
        standing = standings.get(("intake", partition))
        done = standing.checkpoint.offsets.get(topic, 0) if standing is not None else 0
        read[(topic, partition)] = Extent(extent.start, min(done, extent.end))
    by_event: dict[str, set[str]] = {}
    inbound = 0
    for record in _read_around(history, read, effects.passed_over):
        if is_tick(record):
            continue
        inbound += 1
        source, event_id = identity(record)
        if effects.refused[("tousu/intake", record.topic, str(record.partition), str(record.offset))]:
            continue
        by_event.setdefault(event_id, set()).add(source)
        if not effects.accepted[event_id]:
            message = "read by intake, and neither accepted nor refused"
            findings.append(AuditFinding("I1", f"{record.topic}/{record.partition}@{record.offset}", message))
    for event_id, sources in by_event.items():
        if effects.accepted[event_id] > len(sources):
            message = f"accepted {effects.accepted[event_id]} times, sent by {len(sources)} source(s)"
            findings.append(AuditFinding("I1", f"event {event_id}", message))
    return findings, inbound


def identity(record: Record) -> tuple[str, str]:
    """Source and id of an inbound event in either mode; empty where it has none that can be read."""
    named = named_in(record)
    return named.get("source", ""), named.get("id", "")


def digest_of(record: OutRecord) -> str:
    """What an output says, in 32 digits: key, value and every header."""
    return hashlib.blake2b(_content(record), digest_size=16).hexdigest()

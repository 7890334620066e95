"""The money part of the audit: what the topics say of it, held against the ledgers in the databases.

I7  awarded = paid + outstanding + withdrawn, for each obligation, each case and each currency; every movement has its
event, every event its movement, and what is outstanding has one instruction. Source: docs/architecture.md, section 2.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

import orjson

from tousu.event import ORGANISATION, attributes_of_headers, time_of_text
from tousu.failure import Reject
from tousu.ledger.instructions import ISSUED, QUESTIONED
from tousu.ledger.proof import Proof, prove
from tousu.ledger.told import STEPS, LedgerEvent, LedgerFault
from tousu.runtime import checkpoint as cp
from tousu.runtime.broker import OutRecord, Record
from tousu.runtime.inspection import Inspection, ShardStanding
from tousu.runtime.ledger import ENTRY, Ledger, read_ledger

TOPICS: Final = frozenset({"complaints.claims", "complaints.penalties", "complaints.instructions"})
_WANTED: Final = {f"tousu.{name}.v1".encode(): name for name in (*STEPS, ISSUED, QUESTIONED)}


class Kept(NamedTuple):
    """One processor's database at one moment: its shards and, where it keeps one, its ledger."""

    processor: str
    standings: tuple[ShardStanding, ...]
    ledger: Ledger | None


def kept_by(inspection: Inspection) -> Kept:
    """Read shards and ledger together: a processor may be at work."""
    with inspection.snapshot():
        ledger = read_ledger(inspection) if inspection.keeps(ENTRY) else None
        return Kept(inspection.processor, tuple(inspection.standings()), ledger)


class _Heard(NamedTuple):
    origin: str
    where: str
    number: int
    event: LedgerEvent


class Money:
    """Gathers the events about money, each once, and proves the ledgers by them."""

    def __init__(self) -> None:
        self._heard: dict[str, _Heard] = {}
        self._unreadable: list[LedgerFault] = []

    def note(self, record: Record | OutRecord) -> None:
        """Take in one record of ours; one that was sent again, or is about something else, is passed over."""
        if record.topic not in TOPICS:
            return
        headers = dict(record.headers)
        name = _WANTED.get(headers.get("ce_type") or b"")
        event_id = (headers.get("ce_id") or b"").decode("utf-8", "replace")
        if name is None or event_id in self._heard:
            return
        try:
            attributes = attributes_of_headers(record.headers)
            time = time_of_text(attributes.get("time", ""))
            data = orjson.loads(record.value or b"")
        except (Reject, orjson.JSONDecodeError) as error:
            self._unreadable.append(LedgerFault(event_id, f"{name} cannot be read: {error}"))
            return
        event = LedgerEvent(event_id, name, time, data, attributes.get(ORGANISATION, ""))
        origin, number = (
            (headers.get("tousu-origin") or b"").decode("utf-8", "replace"),
            headers.get("tousu-seq") or b"0",
        )
        where = f"{record.topic}/{record.partition}"
        self._heard[event_id] = _Heard(origin, where, int(number) if number.isdigit() else 0, event)

    def proof(self, databases: Mapping[str, Kept]) -> tuple[Proof, tuple[str, ...]]:
        """The proof over the processors whose ledgers are there; the names of those whose ledgers are not."""
        for kept in databases.values():
            for standing in kept.standings:
                for record in standing.pending:
                    self.note(record)
        ledgers = {name: kept.ledger for name, kept in databases.items() if kept.ledger is not None}
        missing = {processor for heard in self._heard.values() if (processor := _of(heard.origin)) not in ledgers}
        events = [heard.event for heard in self._heard.values() if _is_written(heard, databases)]
        proof = prove(events, [entry for ledger in ledgers.values() for entry in ledger.entries])
        broken = [LedgerFault(key, message) for ledger in ledgers.values() for key, message in ledger.broken]
        return proof._replace(faults=(*self._unreadable, *broken, *proof.faults)), tuple(sorted(missing))


def _of(origin: str) -> str:
    return origin.partition("/")[0]


def _is_written(heard: _Heard, databases: Mapping[str, Kept]) -> bool:
    """Whether an event belongs to what the database holds; what a working processor wrote since then does not."""
    kept = databases.get(_of(heard.origin))
    if kept is None or kept.ledger is None:
        return False
    for standing in kept.standings:
        if heard.origin == cp.origin_of(kept.processor, standing.shard, standing.checkpoint.generation):
            return heard.number <= standing.checkpoint.numbers.get(heard.where, 0)
    return True

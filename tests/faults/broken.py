"""Safeguards broken on purpose: the campaign is worth something only if it catches each of these."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from msgspec.structs import replace

from services.claims.owing import COMPENSATION, settle
from services.claims.rules import ClaimsRules
from services.claims.states import ClaimedCase
from services.claims.turn import Turn
from tests.faults.simulator import ArchivingStore, FlakyStore
from tousu.decision import Decision
from tousu.event import Event
from tousu.runtime import checkpoint as cp
from tousu.runtime import watermark
from tousu.runtime.arrival import Arrival
from tousu.runtime.broker import Record
from tousu.runtime.loop import Loop
from tousu.runtime.merge import Merge
from tousu.runtime.shard import Shard
from tousu.runtime.shard_turn import ShardTurn
from tousu.runtime.store import Change, Opened


class WithoutCompareAndSet(FlakyStore):
    """Writes the checkpoint whoever owns the shard by now."""

    def _move_checkpoints(self, connection: sa.Connection, changes: Sequence[Change]) -> bool:
        for change in changes:
            connection.execute(
                sa.text(
                    f"UPDATE {self._checkpoints} SET turn = turn + 1, doc = :doc, pending = :out WHERE shard = :shard"
                ),
                {"doc": cp.encode(change.checkpoint), "out": change.pending, "shard": change.shard},
            )
        return True


class BooksInTwoTransactions(FlakyStore):
    """Commits the claims and the checkpoint before the entries of the ledger: a death between loses money."""

    def _write_states(self, connection: sa.Connection, name: str, rows: Any) -> None:
        super()._write_states(connection, name, rows)
        if name == "claim":
            connection.commit()


class ForgetsTheArchive(ArchivingStore):
    """Looks for a state among those at work only."""

    def _places(self, kind: str) -> tuple[str, ...]:
        return (self.tables[kind],)


class SeeksInsteadOfOpening(Loop):
    """After a fault it takes the shard again and seeks, but goes on from what it has in memory."""

    def _drop(self, shard: int) -> None:
        self._remembered: dict[int, Shard] = getattr(self, "_remembered", {})
        if shard in self.shards:
            self._remembered[shard] = self.shards[shard]
        super()._drop(shard)

    def _open(self, shard: int) -> None:
        super()._open(shard)
        old = getattr(self, "_remembered", {}).get(shard)
        if old is not None:
            now = self.shards[shard].opened
            self.shards[shard].opened = Opened(now.epoch, now.turn, old.opened.checkpoint, b"")
            self._source.start(shard, {t: old.opened.checkpoint.offsets.get(t, 0) for t in self._inputs})


class ForgetsWhatIsPending(Loop):
    """Opens a shard without publishing what the former owner may not have got out."""

    def _open(self, shard: int) -> None:
        send = self._sink.send
        self._sink.send = lambda shard, records: None  # type: ignore[method-assign]
        try:
            super()._open(shard)
        finally:
            self._sink.send = send  # type: ignore[method-assign]


class TurnWithoutDeduplication(ShardTurn):
    """Looks at the numbers and takes what it has had as new."""

    def _is_repeated(self, arrival: Arrival) -> bool:
        watermark.observe(
            self.checkpoint.watermarks, arrival.record.topic, arrival.origin, arrival.seq, arrival.time_us
        )
        return False


class AppliesDuplicates(Loop):
    """Applies a record each time that it comes."""

    turn_class = TurnWithoutDeduplication


class TicksByTheWall(Loop):
    """Lets time pass whether or not everything older has been read."""

    def _listen(self) -> None:
        super()._listen()
        if self.processor.keeps_time:
            for shard in self.shards.values():
                for topic in self._inputs:
                    shard.merge.hear(topic, cp.micros(self._clock.now()))


class StampsByTheLastTick(Loop):
    """Accepts what it reads at the time of its last tick, whenever it was told."""

    def _from_outside(self, shard: Shard, record: Record) -> Arrival:
        last_us = shard.opened.checkpoint.tick_us
        return super()._from_outside(shard, record._replace(time_ms=last_us // 1000) if last_us > 0 else record)


class TrustsItsHost(Loop):
    """Takes the time from the clock of its own machine."""

    def _from_outside(self, shard: Shard, record: Record) -> Arrival:
        return super()._from_outside(shard, record._replace(time_ms=cp.micros(self._clock.now()) // 1000))

    def _listen(self) -> None:
        super()._listen()
        if self._by_append_time:
            for shard in self.shards.values():
                if not shard.merge.waits():
                    for topic in self._inputs:
                        shard.merge.hear(topic, cp.micros(self._clock.now()))


class TakesTheWritersTime(Loop):
    """Takes a record's time from who wrote it, as a topic without LogAppendTime would."""

    def _from_outside(self, shard: Shard, record: Record) -> Arrival:
        written = next(value or b"" for name, value in record.headers if name == "ce_time").decode()
        time_ms = cp.micros(datetime.fromisoformat(written)) // 1000
        return super()._from_outside(shard, record._replace(time_ms=time_ms))


class Unmerged(Merge):
    """Everything in the order in which it was read."""

    def ready(self) -> Iterator[Arrival]:
        for queue in self._queues.values():
            while queue:
                yield queue.popleft()


class TakesTopicsAsTheyCome(Loop):
    """Applies what it reads without waiting for what other topics may bring from earlier."""

    def _open(self, shard: int) -> None:
        super()._open(shard)
        self.shards[shard].merge = Unmerged(tuple(self._inputs), in_order=True)


class PaysAtEachConfirmation(ClaimsRules):
    """Books whatever finance confirms, without looking for what is outstanding."""

    def _reported(self, turn: Turn, case: ClaimedCase, event: Event) -> Decision:
        said = event.data
        claim = next((one for one in case.claims if one.number == said.get("claim_number")), None)
        owed = claim.obligation(COMPENSATION) if claim is not None else None
        if not event.type.endswith("payment_confirmed.v1") or claim is None or owed is None:
            return super()._reported(turn, case, event)
        # As much is awarded as is paid, so that the ledger itself has nothing against it.
        amount = Decimal(said["amount"])
        generous = replace(owed, awarded=owed.awarded + amount)
        claim = settle(turn, claim, generous, amount, said["payment_id"])
        turn.keep(claim)
        return turn.decision(case)


class InstructsWithEveryReport(ClaimsRules):
    """Tells finance again what it was told, whenever somebody reports something of a claim that is agreed."""

    def _reported(self, turn: Turn, case: ClaimedCase, event: Event) -> Decision:
        decision = super()._reported(turn, case, event)
        told = [one for one in decision.outputs if one.topic == "complaints.instructions"]
        return replace(decision, outputs=[*decision.outputs, *told])

"""The close of a month: how fast penalties tells the figures of everybody, and what a live charge waits for meanwhile.

penalties runs as a process of its own on the broker and PostgreSQL; its table holds a month of each person and outlet,
all of which close at one moment. The benchmark speaks as every shard of claims: ticks in turns as the runtime sends
them, and live charges all the time, before and after the moment comes.
"""

from __future__ import annotations

import time
from collections import defaultdict
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

import orjson
from confluent_kafka import Message, Producer

from bench.copies import Copy
from bench.courses import PACK
from bench.ground import ASK_S, QUIET, Ground, Out, rate, type_of
from bench.latency import listening, spread
from bench.rehearsal import PARTITIONS
from bench.sizes import Sizes
from services.penalties.states import ChargedParty, Month, Sentence
from services.penalties.store import KINDS
from tousu.event import text_of_time
from tousu.policy.loading import load_pack
from tousu.policy.penalties import PartyKind
from tousu.runtime import checkpoint as cp
from tousu.runtime.arrival import TICK
from tousu.runtime.partition import partition_of
from tousu.runtime.store import Store

CHARGES: Final = "complaints.charges"
PENALTIES: Final = "complaints.penalties"
LAID: Final = "tousu.charge.laid.v1"
LIVE_PER_S: Final = 40
BEFORE_S: Final = 6.0
CLOSES_S: Final = 60
MONTH: Final = "2026-03"
CLOSE: Final = datetime.fromisoformat("2026-04-07T00:00:00+08:00")
FINAL: Final = CLOSE + timedelta(days=700)


def measure(ground: Ground, sizes: Sizes) -> dict[str, Any]:
    """How long the close takes from the first month to the last, and the wait of live charges before and during it.

    It begins once every shard of claims has spoken of the moment: after a second or two while charges come, after as
    many seconds as there are partitions where nobody says anything.
    """
    ground.fresh_topics()
    url = ground.database("postgresql", "month")
    with Copy(ground, "penalties", url) as copy:
        parties = fill(url, sizes.persons, sizes.outlets)
        play = _Play(ground, parties)
        with listening(ground, [PENALTIES], play.heard):
            play.run()
        resident_mb = copy.resident_mb_max()
    ground.drop(url)
    if len(play.closed_s) < parties:
        raise RuntimeError(f"only {len(play.closed_s)} of {parties} months were closed in {CLOSES_S} s")
    first_s, last_s = min(play.closed_s.values()), max(play.closed_s.values())
    took_s = last_s - first_s
    return {
        "months": parties,
        "began_after_s": first_s - play.struck_s,
        "took_s": took_s,
        "per_s": rate(parties, took_s),
        "live_before": spread(play.waits_ms(0.0, play.struck_s)),
        "live_during": spread(play.waits_ms(play.struck_s, last_s)),
        "resident_max_mb": resident_mb,
    }


def fill(url: str, persons: int, outlets: int) -> int:
    """Put a month of so many persons and outlets into the table, where it has not looked yet; how many there are."""
    kind = next(each for each in KINDS if each.name == "month")
    store = Store(url, "penalties", KINDS)
    connection = store.connection()
    rows = []
    whose: tuple[tuple[PartyKind, int], ...] = (("person", persons), ("outlet", outlets))
    for party_kind, count in whose:
        for place in range(count):
            party = ChargedParty(kind=party_kind, id=f"E{place:06d}")
            one = Month(
                party=party, month=MONTH, begun_at=CLOSE - timedelta(days=30), closes_at=CLOSE, final_at=FINAL,
                rate=Sentence(number=f"{MONTH}/{party.name}"), complaints=2, penalties=2, amount=Decimal("200.00"),
                services={"": 1000} if party_kind == "outlet" else {},
            )  # fmt: skip
            columns = (read(one) for read in kind.columns.values())
            shard = partition_of(party.key, PARTITIONS)
            rows.append((shard, f"{party.key}|{MONTH}", cp.micros(CLOSE), *columns, kind.codec.encode(one)))
    for begun in range(0, len(rows), 2_000):
        store.dialect.upsert(connection, "penalties_month", tuple(kind.columns), rows[begun : begun + 2_000])
        connection.commit()
    connection.exec_driver_sql("ANALYZE penalties_month")
    connection.commit()
    store.close()
    return len(rows)


class _Play:
    """What is said to penalties, and what it says."""

    def __init__(self, ground: Ground, months: int) -> None:
        self.closed_s: dict[bytes, float] = {}
        self.struck_s = 0.0
        self._months = months
        self._pack = load_pack(PACK).reference()
        self._numbers: dict[tuple[int, int], int] = defaultdict(int)
        self._sent_s: dict[bytes, float] = {}
        self._answered_s: dict[bytes, float] = {}
        self._producer = Producer({"bootstrap.servers": ground.kafka.address, "linger.ms": 0}, logger=QUIET)

    def heard(self, message: Message) -> None:
        """Called for every record of `complaints.penalties`, in the reader's thread."""
        key = message.key()
        if not isinstance(key, bytes):
            return
        if "month.closed" in type_of(message):
            self.closed_s.setdefault(key, time.perf_counter())
        elif key in self._sent_s:
            self._answered_s.setdefault(key, time.perf_counter())

    def run(self) -> None:
        """Live charges and ticks before the moment, then through it until every month is closed."""
        begun_s = time.perf_counter()
        second = -1
        count = 0
        while len(self.closed_s) < self._months and time.perf_counter() < begun_s + BEFORE_S + CLOSES_S:
            now_s = time.perf_counter() - begun_s
            moment = CLOSE + timedelta(seconds=now_s - BEFORE_S)
            if int(now_s) > second:
                second = int(now_s)
                self._tick(second, moment)
            self._charge(count, moment)
            count += 1
            time.sleep(max(0.0, begun_s + count / LIVE_PER_S - time.perf_counter()))
        self._wait_for_answers()

    def _tick(self, second: int, moment: datetime) -> None:
        """Each shard of claims tells one partition the time, in turns; at the very first it tells all."""
        for shard in range(PARTITIONS):
            for partition in range(PARTITIONS):
                if second == 0 or (second + shard + partition) % PARTITIONS == 0:
                    self._say(shard, partition, None, TICK, moment, {})
        if not self.struck_s and moment >= CLOSE:
            self.struck_s = time.perf_counter()

    def _charge(self, count: int, moment: datetime) -> None:
        number, party, at = f"TS-{count:06d}", f"person/L{count:06d}", text_of_time(moment)
        data = {
            "case_number": number, "party": {"kind": "person", "id": f"L{count:06d}"}, "revision": 1,
            "received_at": at, "at": at, "pack": self._pack,
            "grounds": [{"ground": "complaint", "at": at, "grade": "major", "loss_yuan": "800.00"}],
        }  # fmt: skip
        self._sent_s[party.encode()] = time.perf_counter()
        self._say(count % PARTITIONS, partition_of(party, PARTITIONS), party.encode(), LAID, moment, data, number)
        self._producer.poll(0)

    def _say(
        self, shard: int, partition: int, key: bytes | None, kind: str, moment: datetime, data: dict[str, Any],
        subject: str = "",
    ) -> None:  # fmt: skip
        self._numbers[shard, partition] += 1
        seq, at = str(self._numbers[shard, partition]), text_of_time(moment)
        headers = {
            "ce_specversion": "1.0", "content-type": "application/json", "ce_type": kind, "ce_source": "tousu/claims",
            "ce_time": at, "ce_id": f"claims/{shard}:{CHARGES}/{partition}:{seq}", "tousu-origin": f"claims/{shard}",
            "tousu-seq": seq, "tousu-time": at,
        } | ({"ce_subject": subject} if subject else {})  # fmt: skip
        out = Out(CHARGES, partition, key, orjson.dumps(data), [(n, v.encode()) for n, v in headers.items()])
        self._producer.produce(out.topic, out.value, out.key, out.partition, headers=list(out.headers))

    def _wait_for_answers(self) -> None:
        self._producer.flush(ASK_S)
        ends_s = time.perf_counter() + ASK_S
        while len(self._answered_s) < len(self._sent_s):
            if time.perf_counter() > ends_s:
                missing = len(self._sent_s) - len(self._answered_s)
                raise RuntimeError(f"{missing} of {len(self._sent_s)} live charges had no answer")
            time.sleep(0.05)

    def waits_ms(self, from_s: float, to_s: float) -> list[float]:
        """What those sent in this span waited for their answer."""
        return [
            (self._answered_s[key] - sent_s) * 1000 for key, sent_s in self._sent_s.items() if from_s <= sent_s < to_s
        ]

"""Transactions that adapters leave open: how long they may hold time back.

A reader is not shown what lies behind an open transaction, so a shard cannot say that it has read everything. A broker
ends an abandoned transaction after the time that the adapter asked for, 15 minutes at most by default. Source: KIP-98.
Where nothing comes and there is no such transaction, reading itself stands still: the broker's last stable offset, up
to which it shows everything, tells one from the other.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from concurrent.futures import Future
from typing import Any, Final, NamedTuple

from confluent_kafka import IsolationLevel, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec  # type: ignore[attr-defined]

from tousu.runtime.broker import Partition

ASK_AFTER_S: Final = 5.0
REQUEST_S: Final = 5.0
_LATEST: Final = OffsetSpec.latest()  # type: ignore[no-untyped-call]


class _Held(NamedTuple):
    """Where a reader is shown nothing. `is_hidden`: whether a transaction is why, as told last; None: not told yet."""

    position: int
    since_s: float
    is_hidden: bool | None = None


class OpenTransactions:
    """Where the log goes on and a reader is shown nothing: our position there, since when, and why.

    `patience_s`: after this long a transaction is not waited for any more. What it holds comes late, if it comes.
    """

    def __init__(self, patience_s: float, admin: AdminClient) -> None:
        self._patience_s = patience_s
        self._admin = admin
        self._ask_after_s = min(ASK_AFTER_S, patience_s / 2)
        self._held: dict[Partition, _Held] = {}
        self._questions: Mapping[TopicPartition, Future[Any]] = {}
        self._asked_at_s = float("-inf")

    def note(self, place: Partition, position: int, end: int, *, is_empty: bool) -> None:
        """A partition ends at `end`; `is_empty` says that a reader at `position` was told that nothing is left."""
        if not is_empty or end <= position:
            self._held.pop(place, None)
        elif place not in self._held or self._held[place].position != position:
            self._held[place] = _Held(position, time.monotonic())

    def turn(self, led: Collection[Partition]) -> None:
        """Take answers in, and ask why nothing comes where that has lasted; only of partitions that have a leader, for
        the reason that `LogEnds` gives."""
        if self._questions:
            self._hear()
            return
        now_s = time.monotonic()
        held = [(place, hold) for place, hold in self._held.items() if place in led]
        long_held = [place for place, hold in held if now_s - hold.since_s > self._ask_after_s]
        if long_held and now_s - self._asked_at_s > self._ask_after_s:
            self._asked_at_s = now_s
            self._questions = self._admin.list_offsets(
                {TopicPartition(*place): _LATEST for place in long_held},
                isolation_level=IsolationLevel.READ_COMMITTED, request_timeout=REQUEST_S,
            )  # fmt: skip

    def _hear(self) -> None:
        if not all(future.done() for future in self._questions.values()):
            return
        questions, self._questions = self._questions, {}
        for partition, future in questions.items():
            place = (partition.topic, partition.partition)
            held = self._held.get(place)
            if held is None or held.since_s > self._asked_at_s:
                continue  # it has moved meanwhile
            try:
                stable = future.result().offset
            except KafkaException:
                continue  # asked again in a while
            self._held[place] = held._replace(is_hidden=stable <= held.position if stable >= 0 else None)

    def held_s(self) -> dict[Partition, float]:
        """For how long a transaction has held each partition."""
        now_s = time.monotonic()
        return {place: now_s - held.since_s for place, held in self._held.items() if held.is_hidden is not False}

    def is_given_up(self, place: Partition, position: int) -> bool:
        """Whether what follows a position has been waited for long enough: never, where no transaction hides it."""
        held = self._held.get(place)
        is_hidden = held is not None and held.position == position and held.is_hidden is True
        return held is not None and is_hidden and time.monotonic() - held.since_s > self._patience_s

    def is_silent(self, place: Partition) -> bool:
        """Whether records are shown there and none comes."""
        held = self._held.get(place)
        return held is not None and held.is_hidden is False

"""Judges a run of keeper and counter by what is in the topics and in the checkpoints. It shares no code with the
runtime.

It is written slowly on purpose: plain dictionaries, one pass per invariant, names after docs/architecture.md, section
2.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol, TypeVar

import msgspec


class Rec(Protocol):
    """What the oracle needs of a record."""

    @property
    def offset(self) -> int: ...
    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes | None: ...
    @property
    def headers(self) -> object: ...


R = TypeVar("R", bound=Rec)


class Sent(NamedTuple):
    """An inbound record as the test sent it: where, when, and what ought to become of it."""

    partition: int
    offset: int
    id: str
    key: str
    fate: str  # good | bad | poison | repeat
    at: datetime


class Verdict(Exception):
    """An invariant does not hold."""


def need(holds: bool, invariant: str, words: str) -> None:
    if not holds:
        raise Verdict(f"{invariant}: {words}")


def head(record: Rec, name: str) -> str:
    for key, value in record.headers:  # type: ignore[attr-defined]
        if key == name:
            text: str = value.decode()
            return text
    raise Verdict(f"I2: a record without {name}")


def first_copies(log: list[R], where: str) -> list[R]:
    """I2: per origin the numbers 1, 2, 3 …; what comes again is the same; nothing is missing."""
    seen: dict[tuple[str, int], tuple[object, object, object]] = {}
    fresh: list[R] = []
    highest: dict[str, int] = defaultdict(int)
    for record in log:
        origin, number = head(record, "tousu-origin"), int(head(record, "tousu-seq"))
        content = (record.key, record.value, sorted(record.headers))  # type: ignore[call-overload]
        if (origin, number) in seen:
            need(seen[(origin, number)] == content, "I2", f"{where}: {origin} said two things under number {number}")
            continue
        need(number == highest[origin] + 1, "I2", f"{where}: {origin} jumps from {highest[origin]} to {number}")
        highest[origin] = number
        seen[(origin, number)] = content
        fresh.append(record)
    ids = [head(record, "ce_id") for record in fresh]
    need(len(ids) == len(set(ids)), "I2", f"{where}: an event id was used twice")
    return fresh


def check_fates(sent: list[Sent], noted: list[Rec], rejected: list[Rec]) -> None:
    """I1: every input has exactly one effect."""
    good = sorted(each.id for each in sent if each.fate == "good")
    passed = sorted(f"e{json.loads(r.value or b'')['n']}" for r in noted)
    need(passed == good, "I1", f"passed on {passed}, ought to be {good}")
    refused = sorted((int(head(r, "tousu-partition")), int(head(r, "tousu-offset"))) for r in rejected)
    ought = sorted((each.partition, each.offset) for each in sent if each.fate in ("bad", "poison"))
    need(refused == ought, "I1", f"refused {refused}, ought to be {ought}")


def expected_counts(log: list[Rec]) -> list[tuple[str, str, dict[str, object]]]:
    """I3, I8, I9: what counter must say for one partition of keeper's log, in order, by plain simulation."""
    count: dict[str, int] = defaultdict(int)
    rung: dict[str, int] = defaultdict(int)
    rings: dict[str, datetime] = {}
    said: list[tuple[str, str, dict[str, object]]] = []

    def ring(until: datetime, *, inclusive: bool) -> None:
        while rings:
            key, at = min(rings.items(), key=lambda pair: (pair[1], pair[0]))
            if at > until or (at == until and not inclusive):
                return
            del rings[key]
            rung[key] += 1
            said.append((key, "t.rang", {"count": count[key], "rung": rung[key], "at": at}))

    for record in log:
        now = datetime.fromisoformat(head(record, "tousu-time"))
        if head(record, "ce_type") == "tousu.time.ticked.v1":
            ring(now, inclusive=True)
            continue
        ring(now, inclusive=False)
        key = head(record, "ce_subject")
        count[key] += 1
        rings.setdefault(key, now + timedelta(seconds=10))
        n = json.loads(record.value or b"")["n"]
        said.append((key, "t.counted", {"count": count[key], "n": n}))
    return said


def check_counts(log: list[Rec], counts: list[Rec], where: str) -> None:
    said = []
    for record in counts:
        data = json.loads(record.value or b"")
        if head(record, "ce_type") == "t.rang":
            data["at"] = datetime.fromisoformat(head(record, "ce_time"))
        said.append(((record.key or b"").decode(), head(record, "ce_type"), data))
    ought = expected_counts(log)
    need(
        said == ought,
        "I3/I8/I9",
        f"{where}: counter said {said[-3:]} … ({len(said)}), ought to be {ought[-3:]} ({len(ought)})",
    )


def check_no_false_ring(sent: list[Sent], counts: list[Rec]) -> None:
    """I8: a clock that rang at D has seen everything that was sent before D, however late it was read."""
    for record in counts:
        key = (record.key or b"").decode()
        if head(record, "ce_type") != "t.rang":
            continue
        at = datetime.fromisoformat(head(record, "ce_time"))
        seen = json.loads(record.value or b"")["count"]
        before = [each for each in sent if each.key == key and each.fate == "good" and each.at < at]
        need(seen >= len(before), "I8", f"{key} rang at {at} having seen {seen} of {len(before)} sent before")


def check_time(log: list[Rec], where: str) -> None:
    """I5: time in a log never goes back."""
    times = [datetime.fromisoformat(head(record, "tousu-time")) for record in log]
    need(times == sorted(times), "I5", f"{where}: time goes back")


def check_checkpoint(doc: str, origin: str, topics: dict[str, list[list[Rec]]]) -> None:
    """I4: what SQL says was put out is what is in the topics, in number and in content."""
    checkpoint = json.loads(doc)
    for place, last in checkpoint["numbers"].items():
        topic, _, partition = place.rpartition("/")
        mine = [r for r in topics[topic][int(partition)] if head(r, "tousu-origin") == origin]
        need(len(mine) == last, "I4", f"{origin}: SQL counts {last} in {place}, the topic has {len(mine)}")
        digest = ""
        for record in mine:
            said = (topic, int(partition), record.key, record.value or b"", record.headers)
            digest = hashlib.sha256(digest.encode() + msgspec.msgpack.encode(said)).hexdigest()[:32]
        need(digest == checkpoint["digests"][place], "I4", f"{origin}: {place} holds other content than was committed")

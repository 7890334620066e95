"""Computes receipt, due time and verdict of every clock from the inbound records alone, and judges what was published.

It shares nothing with the services and never reads a due time of theirs: the broker's append times, the attributes that
adapters wrote and the limits of the test's own pack decide. Of the processors' output it takes which number a complaint
got, and what each clock said. Everything is heard record by record, and a complaint of which nothing more can come is
judged and forgotten (`settle`), so that a million need not stay in memory.
Source: docs/architecture.md, I8; docs/reliability.md.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Literal, NamedTuple, Protocol

import orjson

MINUTE_US = 60_000_000
CHINA = timezone(timedelta(hours=8))
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
LINES_MAX = 12
COMPLAINT = "tousu.complaint.received."
HANDLING = "tousu.handling."
REGISTERED = "tousu.complaint.registered.v1"
ENDS = "customer_answered"
Fate = Literal["met", "withdrawn", "breached", "open", "odd"]


class Rec(Protocol):
    """A raw record. `time_ms` is its append time."""

    @property
    def topic(self) -> str: ...
    @property
    def partition(self) -> int: ...
    @property
    def value(self) -> bytes | None: ...
    @property
    def headers(self) -> Iterable[tuple[str, bytes | None]]: ...
    @property
    def time_ms(self) -> int: ...


class Rule(NamedTuple):
    """A clock of the pack: its limit, from when it counts, which reports meet it."""

    clock: str
    limit_us: int
    counts_from: Literal["receipt", "acceptance"]
    met_by: frozenset[str]


class Report(NamedTuple):
    """What a department reported: what, when it happened (as far as that can be), when it was told."""

    what: str
    happened_us: int
    told_us: int


class Complaint(NamedTuple):
    """A complaint: when it was received (as far as that can be), when and where it was told."""

    id: str
    receipt_us: int
    told_us: int
    topic: str


class Said(NamedTuple):
    """What the processors said of one clock: event and moment, in order."""

    started_us: tuple[int, ...] = ()
    breached_us: tuple[int, ...] = ()
    withdrawn_us: tuple[int, ...] = ()
    met_us: tuple[int, ...] = ()


SAYINGS = {"started": 0, "breached": 1, "breach_withdrawn": 2, "met": 3}
NOTHING_SAID = Said()


class Inbound:
    """What adapters and departments told. Hears each partition of the inbound topics in its order.

    `backdating`: how far before its telling a complaint may have been received (None: as far as it likes).
    """

    def __init__(self, backdating: timedelta | None) -> None:
        self._backdating_us = None if backdating is None else backdating // MICROSECOND
        self._time_us: dict[tuple[str, int], int] = defaultdict(int)
        self._seen: set[int] = set()
        """Of every source and id its hash of 64 bits: two of a million alike are one chance in 37 million."""
        self.complaints: dict[str, Complaint] = {}
        self.reports: dict[str, list[Report]] = defaultdict(list)

    def hear(self, record: Rec) -> None:
        """Take in a record. What is told again under its id has no effect; time within a partition never goes back."""
        place = (record.topic, record.partition)
        told_us = self._time_us[place] = max(self._time_us[place], record.time_ms * 1000)
        said = attributes(record)
        who = (said.get("ce_source", ""), said.get("ce_id", ""))
        if hash(who) in self._seen:
            return
        self._seen.add(hash(who))
        kind = said.get("ce_type", "")
        if kind.startswith(COMPLAINT):
            receipt_us = min(micros(said.get("ce_receivedtime") or said["ce_time"]), told_us)
            if self._backdating_us is not None:
                receipt_us = max(receipt_us, told_us - self._backdating_us)
            self.complaints[who[1]] = Complaint(who[1], receipt_us, told_us, record.topic)
        elif kind.startswith(HANDLING):
            what = kind.removeprefix(HANDLING).rpartition(".")[0]
            number = orjson.loads(record.value or b"")["case_number"]
            self.reports[number].append(Report(what, min(micros(said["ce_time"]), told_us), told_us))

    def counted(self, number: str, receipt_us: int) -> list[Report]:
        """The reports of a case up to its end, none before its receipt; what comes after the end is refused."""
        found = []
        for report in self.reports.get(number, ()):
            found.append(report._replace(happened_us=max(report.happened_us, receipt_us)))
            if report.what == ENDS:
                break
        return found


class Published:
    """What the processors made of it. Hears each partition of complaints.accepted and complaints.sla in its order."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, int, str], int] = defaultdict(int)
        self.registered: dict[str, list[tuple[str, int]]] = defaultdict(list)
        self.clocks: dict[tuple[str, str], Said] = {}

    def hear(self, record: Rec) -> None:
        """Take in a record, unless it is there again (its number is not above the last)."""
        said = attributes(record)
        place = (record.topic, record.partition, said["tousu-origin"])
        number = int(said["tousu-seq"])
        if number <= self._numbers[place]:
            return
        self._numbers[place] = number
        kind = said["ce_type"]
        if record.topic == "complaints.accepted":
            if kind == REGISTERED:
                data = orjson.loads(record.value or b"")
                case = (data["case_number"], micros(data["received_at"]))
                self.registered[data["source_event"]["id"]].append(case)
            return
        saying = SAYINGS.get(kind.removeprefix("tousu.clock.").removesuffix(".v1"))
        if saying is not None:
            data = orjson.loads(record.value or b"")
            at_us = micros(data["started_at" if saying == 0 else "at"])
            clock = self.clocks.get((data["case_number"], data["clock"]), NOTHING_SAID)
            told = list(clock)
            told[saying] = (*clock[saying], at_us)
            self.clocks[data["case_number"], data["clock"]] = Said(*told)


class Findings:
    """What was wrong, how often, with examples; and which fates there were, so that a test sees that it tested."""

    def __init__(self) -> None:
        self.clocks = 0
        self.wrong: Counter[str] = Counter()
        self.fates: Counter[str] = Counter()
        self.examples: list[str] = []

    def find(self, what: str, words: str) -> None:
        self.wrong[what] += 1
        if self.wrong[what] <= 2 and len(self.examples) < LINES_MAX:
            self.examples.append(f"{what}: {words}")

    def count(self, group: str) -> int:
        """How many findings of a group there are: `start`, `verdict`."""
        return sum(count for what, count in self.wrong.items() if what.startswith(group))

    def __str__(self) -> str:
        told = (f"{self.clocks} clocks: {dict(self.fates)}", f"wrong: {dict(self.wrong)}")
        return "\n".join((*told, *self.examples))


def judge(
    inbound: Inbound, published: Published, rules: Sequence[Rule], until: datetime, by: datetime | None = None,
    findings: Findings | None = None,
) -> Findings:  # fmt: skip
    """Hold what was published against what was told, all of which has been heard, and forget it. Adds to `findings`.

    `until`: a moment that the watermark has passed at the end; `by`: one that it cannot have passed (None: the same).
    What is due in between may be breached already or not.
    """
    findings = Findings() if findings is None else findings
    end_us = ((until - EPOCH) // MICROSECOND, ((by or until) - EPOCH) // MICROSECOND)
    for event_id in list(inbound.complaints):
        settle(findings, inbound, published, rules, event_id, end_us)
    for surplus in published.registered:
        findings.find("registered untold", surplus)
    return findings


def settle(
    findings: Findings, inbound: Inbound, published: Published, rules: Sequence[Rule], event_id: str,
    end_us: tuple[int, int],
) -> None:  # fmt: skip
    """Judge one complaint and forget it. `end_us`: `until` and `by`, as `judge` takes them."""
    complaint = inbound.complaints.pop(event_id)
    registered = published.registered.pop(event_id, [])
    findings.clocks += len(rules)
    if len(registered) != 1:
        findings.find("registered otherwise than once", f"{complaint}: {registered}")
        return
    ((number, received_us),) = registered
    if received_us != complaint.receipt_us:
        findings.find("start: receipt", f"{number} {complaint}, by the processors {moment(received_us)}")
    if number[:8] != f"{moment(complaint.told_us).astimezone(CHINA):%Y%m%d}":
        findings.find("start: day of the number", f"{number} {complaint}")
    reports = inbound.counted(number, complaint.receipt_us)
    inbound.reports.pop(number, None)
    for rule in rules:
        said = published.clocks.pop((number, rule.clock), NOTHING_SAID)
        _judge_clock(findings, f"{number} {rule.clock}", complaint, rule, reports, said, end_us)


def _judge_clock(
    findings: Findings, name: str, complaint: Complaint, rule: Rule, reports: Sequence[Report], said: Said,
    end_us: tuple[int, int],
) -> None:  # fmt: skip
    start_us = complaint.receipt_us if rule.counts_from == "receipt" else complaint.told_us
    due_us = start_us + rule.limit_us
    if said.started_us != (start_us,):
        off = [(one - start_us) / 1e6 for one in said.started_us]
        findings.find(f"start: {rule.clock}", f"{name} {complaint}: off by {off} s")
    right, found = right_fate(due_us, reports, rule, end_us[0]), fate_of(said)
    if right == "open" and found == "breached" and due_us <= end_us[1]:
        right = found
    findings.fates[right] += 1
    if right != found:
        words = f"{name} {complaint} due {moment(due_us)}, {reports}: {said}"
        findings.find(f"verdict: {found} instead of {right}", words)
    elif any(at_us != due_us for at_us in said.breached_us):
        findings.find("verdict: breached at another time", f"{name} {complaint}: {said}, due {moment(due_us)}")


def right_fate(due_us: int, reports: Sequence[Report], rule: Rule, until_us: int) -> Fate:
    """What must become of a clock: what happened by its due time counts, and what was told by then, no breach."""
    kept = [report.told_us for report in reports if report.what in rule.met_by and report.happened_us <= due_us]
    if kept:
        return "met" if min(kept) <= due_us else "withdrawn"
    return "breached" if due_us <= until_us else "open"


FATES: dict[tuple[int, int, int], Fate] = {
    (0, 0, 1): "met",
    (1, 1, 1): "withdrawn",
    (1, 0, 0): "breached",
    (0, 0, 0): "open",
}
"""By how often it was breached, withdrawn, met. Where nothing was met it was cancelled, or nothing was told yet."""


def fate_of(said: Said) -> Fate:
    """What became of it."""
    return FATES.get((len(said.breached_us), len(said.withdrawn_us), len(said.met_us)), "odd")


def is_registered(record: Rec) -> bool:
    """Whether a record of complaints.accepted tells of a new case."""
    return any(name == "ce_type" and value == REGISTERED.encode() for name, value in record.headers)


def attributes(record: Rec) -> dict[str, str]:
    return {name: (value or b"").decode() for name, value in record.headers}


def micros(text: str) -> int:
    return (datetime.fromisoformat(text) - EPOCH) // MICROSECOND


def moment(us: int) -> datetime:
    return EPOCH + us * MICROSECOND

"""Looks on while the processors work: reads every topic that they write, counts, and keeps what was said."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import orjson

from tousu.connection import Connection
from tousu.contract.pipeline import published_topics
from tousu.event import time_of_text
from tousu.events.case import CaseClosed, CasePassedOn
from tousu.events.claim import ClaimRefused
from tousu.events.claim_case import ClaimOpened, ClaimRegistered, ClaimRouted
from tousu.events.claim_payment import ClaimPaymentQuestioned
from tousu.events.codec import decode
from tousu.events.complaint import ComplaintRegistered, ComplaintRouted
from tousu.events.content import Content
from tousu.events.duplicate import DuplicateJoined
from tousu.events.inquiry import InquiryRegistered, InquiryRouted
from tousu.events.instruction import InstructionIssued
from tousu.events.penalty import PenaltyAssessed, PenaltyPaymentQuestioned
from tousu.failure import Failure, Retry, Stop
from tousu.runtime.broker import Partition, Record
from tousu.runtime.history import Extent, History, is_tick
from tousu.simulation.lines import kept_line_of

FORWARDED: Final = frozenset({"duplicate.joined"})
"""Counted once, where intake says it; the router says it again."""
ARCHIVE: Final = "events.jsonl"
"""In the data folder: every published event, one a line, for whoever looks after the broker is gone."""
WAIT_S: Final = 30.0
POLL_S: Final = 0.1


class Tallies:
    """What has been counted so far. Every record once: a re-sent one is known by its origin and number."""

    def __init__(self) -> None:
        self.types: Counter[str] = Counter()
        """event type, without `tousu.` and version; of the limits of claims `claim.clock.met` and so on"""
        self.rejected: Counter[str] = Counter()
        self.departments: dict[str, tuple[str, ...]] = {}
        """case number -> who answers for it now"""
        self.classes: dict[str, str] = {}
        self.results: Counter[str] = Counter()
        self.claims: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        """claims refused, by exemption"""
        self.questions: Counter[str] = Counter()
        """payments that fit nothing owed, by reason"""
        self.penalties: Counter[str] = Counter()
        """penalties assessed or doubled, by ground"""
        self.instructions: Counter[str] = Counter()
        self.accepted = 0
        self.rejected_at_gate = 0
        self.repeated = 0

    def count(self, topic: str, name: str, content: Content | None, reason: str, source: str) -> None:
        """Add one event: its topic, name and source, what it says, and for a rejected one its reason instead."""
        if topic == "complaints.accepted":
            self.accepted += 1
        elif name in FORWARDED:
            return
        is_limit = topic == "complaints.claims" and name.startswith("clock.")
        self.types[f"claim.{name}" if is_limit else name] += 1
        match content:
            case None:
                self.rejected[reason] += 1
                self.rejected_at_gate += source == "tousu/intake"
            case ComplaintRouted() | InquiryRouted() | ClaimRouted():
                self.departments[content.case_number] = tuple(content.departments)
                class_name = None if isinstance(content, ClaimRouted) else content.class_
                self.classes[content.case_number] = class_name or ("unknown" if content.triage else content.kind)
            case CasePassedOn():
                self.departments[content.case_number] = tuple(content.to_departments)
            case CaseClosed():
                self.results[content.result] += 1
            case _:
                self._count_money(content)

    def _count_money(self, content: Content) -> None:
        """What claims and penalties tell."""
        match content:
            case ClaimOpened():
                self.claims[content.cause] += 1
            case ClaimRefused():
                self.refused[content.exemption or "nothing_lost"] += 1
            case ClaimPaymentQuestioned() | PenaltyPaymentQuestioned():
                self.questions[content.reason] += 1
            case PenaltyAssessed():
                self.penalties.update({line.ground for line in content.lines})
            case InstructionIssued():
                self.instructions[content.what] += 1
            case _:
                pass


class Happening:
    """One event worth a line on the screen. `moment` is the watermark when it was written to `topic`."""

    def __init__(
        self, moment: datetime, topic: str, name: str, case_number: str, data: dict[str, Any], reason: str
    ) -> None:
        self.moment, self.topic, self.name = moment, topic, name
        self.case_number, self.data, self.reason = case_number, data, reason


class Onlooker:
    """Reads in a thread of its own, from the first record on. `heard` is called for every event, in that thread."""

    def __init__(self, connection: Connection, data: Path, heard: Callable[[Happening], None]) -> None:
        self.tallies = Tallies()
        self.failure: Failure | None = None
        self._heard = heard
        self._connection = connection
        self._archive = data / ARCHIVE
        self._numbers: dict[str, str] = {}
        """event that began a case or joined one -> number of the case; '' for one that was refused"""
        self._seen: dict[tuple[str, int, str], int] = {}
        self._next: dict[Partition, int] = {}
        self._news = threading.Condition()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="onlooker", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join()

    def number_of(self, event_id: str) -> str:
        """The case that an inbound event opened or joined; '' where it was refused. Raises Retry when intake has said
        nothing of it in time.
        """
        with self._news:
            known = self._news.wait_for(lambda: event_id in self._numbers or self.failure is not None, WAIT_S)
            if self.failure is not None:
                raise self.failure
            if not known:
                raise Retry("no_case", f"intake has not registered {event_id} within {WAIT_S:g} s")
            return self._numbers[event_id]

    def case_to_show(self, event_id: str) -> str:
        """The case that an inbound event opened, if it did; else the first one there was, '' without any."""
        return self._numbers.get(event_id) or next(filter(None, self._numbers.values()), "")

    def has_read(self, extents: Mapping[Partition, Extent]) -> bool:
        """Whether everything up to these ends has been counted."""
        return all(self._next.get(place, 0) >= extent.end for place, extent in extents.items())

    def _run(self) -> None:
        try:
            with History(self._connection) as history, self._archive.open("wb") as archive:
                history.follow(dict.fromkeys(history.places(published_topics()), 0))
                while not self._stopping.is_set():
                    for record in history.poll(POLL_S):
                        if not self._is_repeated(record) and not is_tick(record):
                            archive.write(kept_line_of(record) + b"\n")
                            self._note(record)
                        self._next[(record.topic, record.partition)] = record.offset + 1
        except Failure as error:
            self._give_up(error)
        except Exception as error:  # noqa: BLE001 - said by whoever waits, in their thread
            self._give_up(Stop("onlooker", f"{type(error).__name__}: {error}"))

    def _give_up(self, error: Failure) -> None:
        with self._news:
            self.failure = error
            self._news.notify_all()

    def _tell(self, event_id: str, case_number: str) -> None:
        """Whoever waits for the case of an event hears of it; a case that there is stays so."""
        with self._news:
            self._numbers[event_id] = self._numbers.get(event_id) or case_number
            self._news.notify_all()

    def _is_repeated(self, record: Record) -> bool:
        headers = dict(record.headers)
        place = (record.topic, record.partition, (headers.get("tousu-origin") or b"").decode())
        number = int(headers.get("tousu-seq") or b"0")
        if number <= self._seen.get(place, 0):
            self.tallies.repeated += 1
            return True
        self._seen[place] = number
        return False

    def _note(self, record: Record) -> None:
        headers = {name: (value or b"").decode("utf-8", "replace") for name, value in record.headers}
        name = headers["ce_type"].removeprefix("tousu.").removesuffix(".v1")
        is_rejected = name == "event.rejected"
        data: dict[str, Any] = {} if is_rejected else orjson.loads(record.value or b"{}")
        reason, source = headers.get("tousu-reason", ""), headers["ce_source"]
        content = None if is_rejected else decode(headers["ce_type"], data)
        self.tallies.count(record.topic, name, content, reason, source)
        if isinstance(content, ComplaintRegistered | InquiryRegistered | ClaimRegistered | DuplicateJoined):
            self._tell(content.source_event.id, content.case_number)
        elif is_rejected and source == "tousu/intake":
            self._tell(headers.get("tousu-event-id", ""), "")
        moment, number = time_of_text(headers["tousu-time"]), headers.get("ce_subject", "")
        self._heard(Happening(moment, record.topic, name, number, data, reason))

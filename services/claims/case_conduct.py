"""What claims keeps of the conduct of a case: who had it, who is named responsible, what went wrong, what was laid.

Everything here is bounded: of reports the newest by time, of lapses, rulings and dropped parties the newest, too.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final, Literal

import msgspec
from msgspec.structs import replace

from tousu.domain.case.view import CaseLifecycle
from tousu.policy.calendar import MICROSECOND
from tousu.policy.facts import Found

REPORTS_MAX: Final = 32
LAPSES_MAX: Final = 40
EXCUSES_MAX: Final = 40
ROUNDS_MAX: Final = 40
RULINGS_MAX: Final = 40
DROPPED_MAX: Final = 40
_DAY: Final = timedelta(days=1)


class Party(msgspec.Struct, frozen=True, order=True):
    """Who answers: a person, an outlet, a department (its head), or a partner, by number or code."""

    kind: Literal["person", "outlet", "department", "partner"]
    id: str

    def key(self, organisation: str) -> str:
        """The key of all that is laid against the party: `person/E10023`, `ORG|person/E10023`."""
        text = f"{self.kind}/{self.id}"
        return f"{organisation}|{text}" if organisation else text


class Report(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody acted for a department. accepts: it was the acceptance of the case, or ended the wait for one.

    claim_number: they did so for a claim, which makes nobody the one who has the case in hand.
    """

    at: datetime
    department: str
    employee: str = ""
    accepts: bool = False
    claim_number: str = ""


class Named(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who is found responsible, when that was found, and what human resources is to do about it.

    mediated: whoever mediates decided it. department: one of the company's or a partner, empty where none is named.
    """

    at: datetime
    employee: str = ""
    outlet: str = ""
    department: str = ""
    mediated: bool = False
    measure: str = ""

    def rank(self, round_at: datetime) -> tuple[bool, bool, datetime]:
        """What counts before what: the present round, in it mediation, then the newest."""
        present = self.at >= round_at
        return present, present and self.mediated, self.at


class Excuse(msgspec.Struct, frozen=True, kw_only=True):
    """A special reason why a resolution is late: when it was approved, and by whom."""

    at: datetime
    approved_by: str


class Lapse(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something went wrong in a department: a limit was missed, or neglect caused a second complaint.

    late_handling is a limit of a claim (claim_number); outlet: whose limit it was, where it was no department's.

    at: when (the limit, the reopening). clock, generation, section: which limit. hand, hand_at: who had last acted for
    the department by then, and when. accepted_by, accepted_at: the acceptance that came too late; days_waited: while
    there is none, how many days of delay have begun. neglected_by, named: for neglect, who is said to have neglected
    it, and who was found responsible by then. unconfirmed: an answer in time may still lie unread, since an input is
    held out.
    """

    ground: Literal["late_resolution", "late_acceptance", "late_handling", "neglect"]
    at: datetime
    department: str
    claim_number: str = ""
    outlet: str = ""
    clock: str = ""
    generation: int = 0
    section: str = ""
    unconfirmed: bool = False
    hand: str = ""
    hand_at: datetime | None = None
    accepted_by: str = ""
    accepted_at: datetime | None = None
    days_waited: int = 0
    neglected_by: str = ""
    named: Named | None = None

    def seen(self, report: Report) -> Lapse:
        """The lapse now that this report is known, whenever it was known."""
        if report.at > self.at:
            is_first = self.accepted_at is None or report.at < self.accepted_at
            if self.ground != "late_acceptance" or not report.accepts or not is_first:
                return self
            return replace(self, accepted_by=report.employee, accepted_at=report.at)
        is_last = self.hand_at is None or report.at >= self.hand_at
        is_about_it = (report.department, report.claim_number) == (self.department, self.claim_number)
        if not report.employee or not is_about_it or not is_last:
            return self
        return replace(self, hand=report.employee, hand_at=report.at)

    def seen_all(self, reports: Iterable[Report]) -> Lapse:
        """The lapse with all these reports known, in order of time."""
        lapse = self
        for report in reports:
            lapse = lapse.seen(report)
        return lapse

    def named_by(self, named: Named) -> Lapse:
        """For neglect: the lapse now that this finding of somebody responsible is known."""
        if self.ground != "neglect" or named.at > self.at:
            return self
        known = self.named
        if known is not None and (known.mediated, known.at) > (named.mediated, named.at):
            return self
        return replace(self, named=named)

    @property
    def employee(self) -> str:
        """Who failed to act; empty where nobody is known.

        Neglected it has who is said to, else who had it in hand, else who was responsible for it all.
        """
        named = self.named.employee if self.named is not None else ""
        return self.neglected_by or self.hand or named or self.accepted_by

    @property
    def waits(self) -> bool:
        """Whether it is an acceptance that is late and has not come; one in doubt may still turn out to have."""
        return self.ground == "late_acceptance" and self.accepted_at is None and not self.unconfirmed

    def waited(self, until: datetime) -> Lapse:
        """The lapse with the days of delay that have begun by this moment."""
        days = self.days_by(until) if self.waits else 0
        return replace(self, days_waited=days) if days != self.days_waited else self

    def days_by(self, at: datetime) -> int:
        """How many days of delay have begun by a moment: the first one begins with the limit."""
        return max(1, -((self.at - at) // _DAY))

    @property
    def next_day_at(self) -> datetime:
        """When one more day of delay begins."""
        return self.at + self.days_waited * _DAY + MICROSECOND

    @property
    def days(self) -> int | None:
        """How many days the acceptance was late, each day that has begun counted whole; None where it is not known."""
        return self.days_by(self.accepted_at) if self.accepted_at is not None else self.days_waited or None


class Ruling(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What arbitration ruled on the report in a claim. outlet: which reported falsely; empty: the report was true."""

    claim_number: str
    at: datetime
    outlet: str = ""


class Verdict(msgspec.Struct, frozen=True, rename={"upheld": "stands"}):
    """How the round before had been judged, and the grade that this made. States keep the name of the event's field."""

    upheld: bool
    grade: str


class Laid(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was last laid against a party: which revision, and a digest of its grounds; empty where it was dropped."""

    party: Party
    revision: int
    digest: str = ""


class CaseConduct(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A case as far as persons, outlets and departments answer for what happened in it.

    lifecycle: what it is, whether it goes on and stands. revision, grade, class_name: as the router decided last.
    departments: who answers for it, the one in the lead first. before: the verdict of the last round that had
    one. paid_yuan: what was paid for its claims by now, empty for nothing. first_asked: who was asked first and had to
    hand it on. excuses: special reasons why it was late; rounds: when each round but the first began. reports: in order
    of time; claim_reports: those of its claims. recheck_at: when to look again whether what was missed of its claims
    while an input is held out is confirmed. laid: by party, what changed last stands last;
    forgotten: the highest revision of the parties that were dropped and are no longer listed. changed_at, cause: when
    the charges became others than were laid, None while nothing is to be laid; and the event that last changed them.
    """

    lifecycle: CaseLifecycle
    organisation: str = ""
    pack_version: str = ""
    revision: int = 0
    grade: str = ""
    class_name: str = ""
    departments: tuple[str, ...] = ()
    before: Verdict | None = None
    named: Named | None = None
    loss_yuan: Found | None = None
    paid_yuan: str = ""
    first_asked: str = ""
    excuses: tuple[Excuse, ...] = ()
    rounds: tuple[datetime, ...] = ()
    reports: tuple[Report, ...] = ()
    claim_reports: tuple[Report, ...] = ()
    lapses: tuple[Lapse, ...] = ()
    rulings: tuple[Ruling, ...] = ()
    laid: tuple[Laid, ...] = ()
    forgotten: int = 0
    changed_at: datetime | None = None
    cause: str = ""
    recheck_at: datetime | None = None

    @property
    def is_complaint(self) -> bool:
        """Whether anybody answers for more than what arbitration rules: not in an inquiry or a claim by itself."""
        return self.lifecycle.kind == "complaint"

    @property
    def waiting(self) -> tuple[Lapse, ...]:
        """The acceptances that are late and for which somebody still waits: they cost more every day."""
        if not self.is_complaint or self.lifecycle.is_over:
            return ()
        return tuple(lapse for lapse in self.lapses if lapse.waits)

    def excuse_of(self, lapse: Lapse) -> Excuse | None:
        """The special reason that was approved in the round of a lapse: the first, by another than whoever was late."""
        number = bisect_right(self.rounds, lapse.at)
        return next(
            (
                excuse
                for excuse in self.excuses
                if bisect_right(self.rounds, excuse.at) == number and excuse.approved_by != lapse.employee
            ),
            None,
        )

    @property
    def lead(self) -> str:
        """The department in the lead; empty for a case that has none."""
        return self.departments[0] if self.departments else ""

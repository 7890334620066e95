"""The pack: one source document as data, every figure with the row it comes from.

A pack is read by `tousu.policy.loading` and handed to the rules of a service; nothing in it changes afterwards. There
is no rule language: conditions list the values they accept, and what cannot be said so is a rule in Python.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, Literal

import msgspec

from tousu.policy.calendar import CalendarHistory

Unit = Literal[
    "elapsed_minutes", "elapsed_hours", "business_hours", "working_days", "calendar_days", "statutory_days", "years"
]
Ends = Literal["end_of_day", "close_of_business"]
Scalar = str | int | float | bool
# What a condition accepts: for every field named, one of the listed values. An empty condition accepts everything.
Accepts = dict[str, tuple[Scalar, ...]]


class Limit(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A length of time in the words of its source: 3 working days, 30 minutes.

    `ends` matters for days only: at 24:00 of the last day, or when the office closes on it.
    `set_by` says whether the source gives the figure or leaves it to the pack.
    """

    amount: int
    unit: Unit
    ends: Ends = "end_of_day"
    section: str = ""
    set_by: Literal["source", "pack"] = "source"

    def as_data(self) -> dict[str, int | str]:
        """The limit as events carry it: `{"amount": 3, "unit": "working_days"}`."""
        return {"amount": self.amount, "unit": self.unit}


class Names(msgspec.Struct, frozen=True, kw_only=True):
    """One name in the two languages of the readers."""

    en: str
    zh: str


class Channel(msgspec.Struct, frozen=True, kw_only=True):
    """A way in. `name` is the last word of the inbound topic; `group` is how reports count it."""

    name: str
    label: Names
    group: Literal["phone", "network", "on_site", "post"]
    section: str


class Department(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who answers for cases."""

    name: str
    label: Names
    section: str


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """Words and phrases that point to a class, apart by script so that each list can be reviewed by a reader of it."""

    simplified: tuple[str, ...]
    traditional: tuple[str, ...]
    english: tuple[str, ...]


class ClaimRule(msgspec.Struct, frozen=True, kw_only=True):
    """When a case of this class opens a claim, and for which cause.

    `opens`: always; or on_demand, when the complainant asks for compensation or is past the promised time (as listed).
    """

    cause: Literal["delay", "loss", "damage", "contents_mismatch"]
    opens: Literal["always", "on_demand"]
    past_promised_time: bool = False
    section: str


class ComplaintClass(msgspec.Struct, frozen=True, kw_only=True):
    """What a complaint is about; decides grade, departments and claim."""

    name: str
    label: Names
    grade: str
    departments: tuple[str, ...]
    words: Words
    section: str
    departments_section: str
    claim: ClaimRule | None = None
    note: str = ""


class Grade(msgspec.Struct, frozen=True, kw_only=True):
    """How serious a case is. `stars` is the source's own mark and also the order: more stars, more serious."""

    name: str
    label: Names
    stars: int
    section: str


class DelayCause(msgspec.Struct, frozen=True, kw_only=True):
    """Why a piece is late, as the department judges it."""

    name: str
    label: Names
    examples: tuple[str, ...]
    section: str


class Trigger(msgspec.Struct, frozen=True, kw_only=True):
    """An event that moves a clock: its short name (`customer_answered`), what its data and the case must say.

    `case` speaks of the facts of the case as they are once the event has been applied, such as `stands`.
    """

    event: str
    data: Accepts = {}
    case: Accepts = {}

    def hit_by(self, event: str, data: Mapping[str, Any], case: Mapping[str, Any]) -> bool:
        """Whether an event (short name, data) sets this trigger off in a case with these facts."""
        return event == self.event and accepts(self.data, data) and accepts(self.case, case)


class Rung(msgspec.Struct, frozen=True, kw_only=True):
    """One step of an escalation ladder: so long after the breach, tell `to`."""

    after: Limit
    level: int
    to: str


class Pauses(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a clock may be paused, and for which reasons. A clock without any refuses a pause."""

    reasons: tuple[str, ...]
    section: str
    set_by: Literal["source", "pack"] = "source"


class ClockRule(msgspec.Struct, frozen=True, kw_only=True):
    """One clock: which cases it runs in, what starts and stops it, how long it is, who is warned.

    kind: complaint or inquiry (a claim's clocks stand under `claims`).
    applies_when: facts of the case that must hold, by listed values.
    starts_on / starts_at: the event that creates the clock and the time from which it counts: `received_at` (the
        earliest receipt of the case) or `event_time` (the time of that event).
    restarted_by: events that start a new generation at their own time (a new department is assigned, say).
    limit / limit_by_grade: exactly one of the two; ask `limit_for(grade)`.
    warn_at_share: shares of the limit used, in (0, 1), at which a warning goes out.
    on_reopen: `restart` starts a new generation at the time of reopening; `leave` lets the clock rest.
    extensions_max: how often it may be extended (0: never).
    """

    name: str
    label: Names
    kind: Literal["complaint", "inquiry", "claim"]
    starts_on: str
    starts_at: Literal["received_at", "event_time"]
    met_by: tuple[Trigger, ...]
    section: str
    restarted_by: tuple[Trigger, ...] = ()
    cancelled_by: tuple[Trigger, ...] = ()
    applies_when: Accepts = {}
    limit: Limit | None = None
    limit_by_grade: dict[str, Limit] = {}
    pauses: Pauses | None = None
    extensions_max: int = 0
    warn_at_share: tuple[float, ...] = ()
    escalation: tuple[Rung, ...] = ()
    on_reopen: Literal["restart", "leave"] = "leave"
    note: str = ""

    @property
    def pausable(self) -> bool:
        """Whether any reason pauses this clock."""
        return self.pauses is not None

    def may_pause(self, reason: str) -> bool:
        """Whether this reason pauses this clock."""
        return self.pauses is not None and reason in self.pauses.reasons

    def limit_for(self, grade: str | None = None) -> Limit:
        """The limit for a case of this grade. Raises KeyError for a grade that is not in the pack."""
        return self.limit if self.limit is not None else self.limit_by_grade[grade or ""]

    def applies_to(self, kind: str, facts: Mapping[str, Any]) -> bool:
        """Whether the clock runs in a case of this kind with these facts."""
        return self.kind == kind and accepts(self.applies_when, facts)


class Unsure(msgspec.Struct, frozen=True, kw_only=True):
    """Where a case goes whose words do not decide, and the grade it has until somebody classes it."""

    department: str
    grade: str
    section: str
    set_by: Literal["source", "pack"] = "source"


class Routing(msgspec.Struct, frozen=True, kw_only=True):
    """Who gets a case beyond what its class says.

    `several_departments`: whether a case with several classes goes to all their departments together.
    `disputes_to`: who decides when a department disputes that it answers for a case.
    """

    unsure: Unsure
    several_departments: bool
    several_section: str
    disputes_to: str
    disputes_section: str


class InquiryOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """One of the ways in which an inquiry ends."""

    name: str
    label: Names


class InquiryRules(msgspec.Struct, frozen=True, kw_only=True):
    """How long an inquiry may be made (from posting), who answers, and how it can end."""

    valid_for: Limit
    departments: tuple[str, ...]
    outcomes: dict[str, InquiryOutcome]
    complaint_outcome: str
    section: str


class JoinRules(msgspec.Struct, frozen=True, kw_only=True):
    """When a further complaint is the same trouble again: equal in `same`, received within `window` of the first."""

    window: Limit
    same: tuple[str, ...]


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """One item of a claim file. `causes`: claims that need it. `only_when`: a fact that must hold, empty for always."""

    name: str
    label: Names
    causes: tuple[str, ...]
    section: str
    only_when: str = ""


class ClaimRules(msgspec.Struct, frozen=True, kw_only=True):
    """The opening of claims: who is paid, how long the right lasts, what the file needs, the limits that follow."""

    payee_roles: tuple[str, ...]
    right_lasts: Limit
    demand_words: Words
    evidence: dict[str, Evidence]
    incomplete_returns_max: int
    clocks: dict[str, ClockRule]
    section: str


class EarlyWarning(msgspec.Struct, frozen=True, kw_only=True):
    """When a rise in complaints of a kind is news.

    Complaints are counted in windows of `window_hours`, moved on by `step_hours`; the usual range is the mean plus
    `deviations` standard deviations of the last `usual_windows` windows; fewer than `count_min` are never news.
    """

    count_by: tuple[str, ...]
    window_hours: int
    step_hours: int
    usual_windows: int
    deviations: float
    count_min: int
    section: str
    set_by: Literal["source", "pack"] = "source"


class Pack(msgspec.Struct, frozen=True, kw_only=True):
    """Everything one source document asks for. Maps are keyed by the name that events carry."""

    id: str
    version: str
    label: Names
    source: str
    holds_from: datetime
    currency: str
    time_zone: str
    calendar: CalendarHistory
    text_downstream: bool
    channels: dict[str, Channel]
    departments: dict[str, Department]
    grades: dict[str, Grade]
    classes: dict[str, ComplaintClass]
    delay_causes: dict[str, DelayCause]
    negations: Words
    routing: Routing
    inquiries: InquiryRules
    join: JoinRules
    clocks: dict[str, ClockRule]
    claims: ClaimRules
    early_warning: EarlyWarning

    def reference(self) -> dict[str, str]:
        """The pack as decisions and events name it: `{"id": ..., "version": ...}`."""
        return {"id": self.id, "version": self.version}

    def clocks_for(self, kind: str, facts: Mapping[str, Any]) -> tuple[ClockRule, ...]:
        """The clocks that run in a case of this kind with these facts, in the order of the pack."""
        return tuple(clock for clock in self.clocks.values() if clock.applies_to(kind, facts))

    def gravest(self, grades: tuple[str, ...]) -> str:
        """The grade with the most stars; the first of equals. `grades` must not be empty."""
        return max(grades, key=lambda name: self.grades[name].stars)


SECTIONS_BY_NAME: Final = ("channels", "departments", "grades", "classes", "delay_causes", "clocks")


def accepts(condition: Accepts, facts: Mapping[str, Any]) -> bool:
    """Whether the facts have, for every field of the condition, one of its values; a fact that is missing does not."""
    return all(facts.get(field) in values for field, values in condition.items())

"""The rules of clocks as a pack writes them: limits, what starts, pauses, ends them, who is told when.

Conditions list the values they accept; there is no rule language. Source: docs/sources.md, section 5; features, section
1.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Any, Final, Literal

import msgspec

Unit = Literal[
    "elapsed_minutes",
    "elapsed_hours",
    "business_hours",
    "working_days",
    "calendar_days",
    "statutory_days",
    "weeks",
    "months",
    "years",
]
DAY_UNITS: Final[frozenset[Unit]] = frozenset(
    {"working_days", "calendar_days", "statutory_days", "weeks", "months", "years"}
)
"""The units that begin on the day after and end with a day."""
Ends = Literal["end_of_day", "close_of_business"]
OnChange = Literal["retroactive", "proportional", "reset"]
OnChangeRule = Literal[OnChange, "from_when_known"]
SetBy = Literal["source", "pack"]
WhileUnknown = Literal["waits", "runs", "rests"]
Scalar = str | int | float | bool
# What a condition accepts: for every field named, one of the listed values. An empty condition accepts everything.
Accepts = dict[str, tuple[Scalar, ...]]


class Limit(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A length of time in the words of its source: 3 working days, 30 minutes.

    `ends` matters for days only: at 24:00 of the last day, or when the office closes on it. `rolls`: a last day that is
    not worked moves to the next worked day (statutory_days always do). `first_day`: the first day that counts is the
    one after the start, or the day of the start itself ('the same day' is 1 calendar day, `same`).
    `set_by` says whether the source gives the figure or leaves it to the pack.
    """

    amount: int
    unit: Unit
    ends: Ends = "end_of_day"
    rolls: bool = False
    first_day: Literal["next", "same"] = "next"
    section: str = ""
    set_by: SetBy = "source"

    def as_data(self) -> dict[str, int | str]:
        """The limit as events carry it: `{"amount": 3, "unit": "working_days"}`."""
        return {"amount": self.amount, "unit": self.unit}


class Names(msgspec.Struct, frozen=True, kw_only=True):
    """One name in the two languages of the readers."""

    en: str
    zh: str


class Trigger(msgspec.Struct, frozen=True, kw_only=True):
    """An event that moves a clock: its short name (`customer_answered`), what its data and the case must say.

    `says`: fields that its data must have, whatever they say. `case` speaks of the facts of the case as they are once
    the event has been applied, such as `stands`.
    """

    event: str
    data: Accepts = {}
    says: tuple[str, ...] = ()
    case: Accepts = {}

    def hit_by(self, event: str, data: Mapping[str, Any], case: Mapping[str, Any]) -> bool:
        """Whether an event (short name, data) sets this trigger off in a case with these facts."""
        is_hit = event == self.event and accepts(self.data, data) and all(name in data for name in self.says)
        return is_hit and accepts(self.case, case)


class Repeat(msgspec.Struct, frozen=True, kw_only=True):
    """How often a rung is told again while the clock still waits: every so long, at most so many times more."""

    every: Limit
    times_max: int


class Rung(msgspec.Struct, frozen=True, kw_only=True):
    """One step of an escalation ladder: when to tell `to`. Exactly one of the three times is given.

    after: so long after the breach. before: when so much of the limit is left, in the measure of the clock's own unit.
    at_share: when this share (0 to 1) of the limit is used.
    quiet: `none` tells at any hour; `closed` waits for the opening hours of the calendar. Where the pack says neither,
        a rung waits whose time is counted in days, its own or that of the limit: such a time is a midnight, and nobody
        is at the desk then.
    """

    level: int
    to: str
    after: Limit | None = None
    before: Limit | None = None
    at_share: float | None = None
    quiet: Literal["none", "closed"] | None = None
    repeat: Repeat | None = None
    section: str = ""

    def keeps_quiet(self, limit: Limit) -> bool:
        """Whether it waits for the opening hours, on a clock with this limit."""
        if self.quiet is not None:
            return self.quiet == "closed"
        return limit.unit in DAY_UNITS or (self.after is not None and self.after.unit in DAY_UNITS)


class Pauses(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a clock may be paused, and for which reasons. A clock without any refuses a pause.

    cap: the most that all pauses of one generation may last together; then the clock goes on by itself.
    """

    reasons: tuple[str, ...]
    section: str
    set_by: SetBy = "source"
    cap: Limit | None = None


class Extensions(msgspec.Struct, frozen=True, kw_only=True):
    """How a limit may be extended.

    times_max: how often. by_max: the most that one extension may add to the limit, None for no bound.
    needs: what must be told with it: who approved it (`approval`), when the customer was told (`notice`).
    """

    times_max: int
    section: str
    by_max: Limit | None = None
    needs: tuple[Literal["approval", "notice"], ...] = ("approval",)
    set_by: SetBy = "source"


class ClockRule(msgspec.Struct, frozen=True, kw_only=True):
    """One clock: which cases it runs in, what starts and stops it, how long it is, who is warned.

    kind: complaint or inquiry (a claim's clocks stand under `claims`).
    applies_when: facts of the case that must hold, by listed values.
    starts_on / starts_with / starts_at: the event that creates the clock, what its data must say, and the time from
        which it counts: `received_at` (the earliest receipt of the case), `event_time` (the time of that event) or, for
        claims, `promised_at` (until when delivery was promised; without that the clock does not start).
    restarted_by: events that start a new generation at their own time (a new department is assigned, say).
    met_not_before: so long after its start nothing meets it: what comes sooner is something else (a call at once is no
        visit some time after).
    reset_by: events that set the same generation back to its full limit, while it is not breached.
    paused_by / resumed_by: events that pause and resume it beside an explicit report.
    each_department: every department in charge owes what meets it; it is met once the last of them has done it. A
        department that keeps the case when others come in does not owe it again; after a restart for another reason
        all do.
    limit / limit_by_grade: exactly one of the two, unless the limit is promised; ask `limit_for(grade)`.
    each_plan: every plan of the case has this clock for itself, by the number of the plan (`plan_id`). What meets it or
        starts it anew concerns the plan that is named, and where none is, the one that waits; what cancels it, all.
    promised_in: the limit is the time that the customer was told, in one of these fields of a report; it starts on
        `promised`. Told another time meanwhile, the earlier one holds: only an answer ends a promise.
    within: the clock whose due time bounds what may be promised.
    told_in: where the event that starts it says until when, in one of these fields, that is its limit instead of the
        pack's, if it ends sooner or `agreed_if` says that a later time was agreed (`{}`: whatever is told is agreed).
    warn_at_share: shares of the limit used, in (0, 1), at which a warning goes out.
    warn_before: how much of the limit is left when a warning goes out, in the clock's own measure.
    on_reopen: `restart` starts a new generation at the time of reopening; `resume` goes on with what was left when
        the case closed; `leave` lets the clock rest.
    on_change: what another limit in mid-case (a graver grade, a newer pack) does with what has been used:
        `retroactive` keeps the time used, `proportional` the share used, `reset` starts the new limit afresh.
        `from_when_known` is retroactive, but nobody is late for what could not be known: a limit that had passed by
        then counts from the change, and never ends later than the one before.
    while_unknown: what it does while nobody can say whether its conditions hold, because the class or the route is not
        known: `runs` as if they held, `rests` in silence, another clock looking after the case; `waits` in silence, and
        is counted among those that somebody should look at.
    statutory: the limit is the law's: nothing pauses it.
    duty_of: the department whose duty it is, whoever answers for the case (the first review is the receiving
        department's); empty where it is of those who answer for it.
    outlives_case: it goes on, and may start, after the case is closed (a revisit, a regulator's appeal).
    charged: its breach is late handling, held against whoever let it pass (limits of claims; those of a case are
        charged by their names, `resolution` and `acceptance`).
    """

    name: str
    label: Names
    kind: Literal["complaint", "inquiry", "claim"]
    starts_on: str
    starts_at: Literal["received_at", "event_time", "promised_at"]
    met_by: tuple[Trigger, ...]
    section: str
    starts_with: Accepts = {}
    met_not_before: Limit | None = None
    restarted_by: tuple[Trigger, ...] = ()
    reset_by: tuple[Trigger, ...] = ()
    paused_by: tuple[Trigger, ...] = ()
    resumed_by: tuple[Trigger, ...] = ()
    cancelled_by: tuple[Trigger, ...] = ()
    applies_when: Accepts = {}
    limit: Limit | None = None
    limit_by_grade: dict[str, Limit] = {}
    each_department: bool = False
    each_plan: bool = False
    promised_in: tuple[str, ...] = ()
    within: str = ""
    told_in: tuple[str, ...] = ()
    agreed_if: Accepts = {}
    pauses: Pauses | None = None
    extensions: Extensions | None = None
    warn_at_share: tuple[float, ...] = ()
    warn_before: tuple[Limit, ...] = ()
    escalation: tuple[Rung, ...] = ()
    on_reopen: Literal["restart", "resume", "leave"] = "leave"
    on_change: OnChangeRule = "retroactive"
    while_unknown: WhileUnknown = "waits"
    statutory: bool = False
    outlives_case: bool = False
    duty_of: str = ""
    charged: bool = False
    note: str = ""

    def may_pause(self, reason: str) -> bool:
        """Whether this reason pauses this clock."""
        return self.pauses is not None and reason in self.pauses.reasons

    def limit_for(self, grade: str | None = None) -> Limit:
        """The limit for a case of this grade. Raises KeyError for a grade that is not in the pack."""
        return self.limit if self.limit is not None else self.limit_by_grade[grade or ""]

    def starts_with_holds(self, data: Mapping[str, Any]) -> bool:
        """Whether the data of the event that starts it say what they must."""
        return accepts(self.starts_with, data)


def accepts(condition: Accepts, facts: Mapping[str, Any]) -> bool:
    """Whether the facts have, for every field of the condition, one of its values; a fact that is missing does not."""
    return not condition or all(facts.get(field) in values for field, values in condition.items())


def unknown_in(
    condition: Accepts, facts: Mapping[str, Any], sayable: Container[str] | None = None
) -> tuple[str, ...] | None:
    """The fields that must become known before a condition is decided: none where it holds, None where it does not.

    sayable: fields that may become known at all (None: every one); another one that is missing is false.
    """
    unknown = []
    for field, values in condition.items():
        value = facts.get(field)
        if value is None and (sayable is None or field in sayable):
            unknown.append(field)
        elif value not in values:
            return None
    return tuple(unknown)

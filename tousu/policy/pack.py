"""The pack: one source document as data, every figure with the row it comes from.

A pack is read by `tousu.policy.loading` and handed to the rules of a service; nothing in it changes afterwards. There
is no rule language: conditions list the values they accept, and what cannot be said so is a rule in Python.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Final, Literal

import msgspec

from tousu.policy.calendar import CalendarHistory
from tousu.policy.clock_rule import ClockRule, Limit, Names, SetBy
from tousu.policy.compensation import Compensation
from tousu.policy.grams import Weights
from tousu.policy.handling_rule import (
    Approval,
    Closing,
    GradeRule,
    HandUp,
    PriorityRules,
    ReplyRule,
    ReportTarget,
    RouteRule,
)
from tousu.policy.penalty_rule import PenaltyRules


class Channel(msgspec.Struct, frozen=True, kw_only=True):
    """A way in. `name` is the last word of the inbound topic; `group` is how reports count it."""

    name: str
    label: Names
    group: Literal["phone", "network", "on_site", "post"]
    section: str


class Department(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who answers for cases. `partner`: another company (H 4), with which responsibility is agreed.

    persons: who may be in charge of a case, by number; anybody where the pack lists nobody.
    """

    name: str
    label: Names
    section: str
    partner: bool = False
    persons: tuple[str, ...] = ()


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """Words and phrases that point to a class, apart by script so that each list can be reviewed by a reader of it.

    They stand in files of their own (`policies/words`); `tousu.policy.words` puts them into the pack that names them.
    """

    simplified: tuple[str, ...]
    traditional: tuple[str, ...]
    english: tuple[str, ...]


NO_WORDS: Final = Words(simplified=(), traditional=(), english=())
PLANS: Final = ("apology", "search", "compensation", "freight_reduction", "remedy", "promise", "other")
"""The kinds of plans for packs that list none (L, section 6)."""
BACKDATING_DAYS: Final = 30
"""For packs that do not say."""
WAITING_HOURS: Final = 24
"""For packs that do not say: what two systems of one company tell of the same moment arrives within a day."""


PERSONAL_DATA_DAYS: Final = 1095
"""For packs that do not say: three years, within which a right can be taken to court (Civil Code of China, article 188;
the Financial Conduct Authority wants records of complaints for three years, DISP 1.9.1)."""
ARCHIVE_DAYS: Final = 90
"""For packs that do not say: what is still said of a closed case (satisfaction, a reopening, a month's corrections) is
said within a quarter, and what comes later costs one look-up more."""


class ClaimRule(msgspec.Struct, frozen=True, kw_only=True):
    """When a case of this class opens a claim, and for which cause.

    `opens`: always; or on_demand, when the complainant asks for compensation or is past the promised time (as listed).
    """

    cause: Literal[
        "delay", "loss", "damage", "contents_mismatch", "poor_service", "price", "information_security", "contract"
    ]
    opens: Literal["always", "on_demand"]
    past_promised_time: bool = False
    section: str


class ComplaintClass(msgspec.Struct, frozen=True, kw_only=True):
    """What a complaint is about; decides grade, departments and claim. `category`: what the source groups it under."""

    name: str
    label: Names
    grade: str
    departments: tuple[str, ...]
    words: Words
    section: str
    departments_section: str
    claim: ClaimRule | None = None
    category: str = ""
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


class PlanKind(msgspec.Struct, frozen=True, kw_only=True):
    """A way of settling a complaint, as whoever proposes a plan names it."""

    name: str
    label: Names
    section: str


class CaseMark(msgspec.Struct, frozen=True, kw_only=True):
    """One word that marks a case, such as strong for the emotion of a customer (A 3)."""

    name: str
    label: Names
    section: str
    set_by: SetBy = "source"


class Unsure(msgspec.Struct, frozen=True, kw_only=True):
    """Where a case goes whose words do not decide, and the grade it has until somebody classes it."""

    department: str
    grade: str
    section: str
    set_by: SetBy = "source"


class Routing(msgspec.Struct, frozen=True, kw_only=True):
    """Who gets a case beyond what its class says.

    `several_departments`: whether a case with several classes goes to all their departments together.
    `disputes_to`: who decides when a department disputes that it answers for a case.
    `rules`: departments that facts call for; the first that holds replaces those of the class, those `beside` add.
    """

    unsure: Unsure
    several_departments: bool
    several_section: str
    disputes_to: str
    disputes_section: str
    rules: tuple[RouteRule, ...] = ()


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
    """When a further complaint is the same trouble again: equal in `same`, received within `window` of the first.

    `same` says what identifies the object of this trade: `waybill_number`, or names of identifiers that complaints give
    (vehicle_number, policy_number, meter); `class` beside it keeps two troubles with one thing apart.
    """

    window: Limit
    same: tuple[str, ...]


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """One item of a claim file. `causes`: claims that need it. `only_when`: a fact that must hold, empty for always.

    given_by: who puts it into the file; a claimant is sent back for the claimant's items only.
    """

    name: str
    label: Names
    causes: tuple[str, ...]
    section: str
    only_when: str = ""
    given_by: Literal["claimant", "company"] = "claimant"


class SecondPerson(msgspec.Struct, frozen=True, kw_only=True):
    """Above which amount, by currency, a second person must confirm a claim before anything is owed and paid.

    An amount in a currency that is not named needs it always: nobody goes around the limit by another currency.
    """

    amounts: dict[str, Decimal]
    section: str
    set_by: SetBy = "source"

    def must_confirm(self, amount: Decimal, currency: str) -> bool:
        """Whether an amount needs a second person."""
        return currency not in self.amounts or amount > self.amounts[currency]


class ClaimRules(msgspec.Struct, frozen=True, kw_only=True):
    """Claims: who is paid, how long the right lasts, what the file needs, the limits that follow, and the amounts.

    turns_into_loss: the clocks at whose breach a delay becomes a loss (the complete-delay limit, 彻底延误时限).
    compensation: None where the pack says nothing of amounts; then somebody decides each by hand.
    second_person_above: None where one person's word is enough for any amount.
    """

    payee_roles: tuple[str, ...]
    right_lasts: Limit
    demand_words: Words
    evidence: dict[str, Evidence]
    incomplete_returns_max: int
    clocks: dict[str, ClockRule]
    section: str
    turns_into_loss: tuple[str, ...] = ()
    compensation: Compensation | None = None
    second_person_above: SecondPerson | None = None


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
    set_by: SetBy = "source"


class Pack(msgspec.Struct, frozen=True, kw_only=True):
    """Everything one source document asks for. Maps are keyed by the name that events carry.

    personal_data_days: how long intake keeps who told of a case after the last word of it since it was answered.
    archive_days: how long after its end a case stays among those at work, before its rows move to the archives.
    backdating_days: how far back of its arrival a receipt or a report may say that it happened.
    waiting_hours: how long a report waits for what must have happened before it, such as an approval for its plan.
    delay_causes: why a piece is late (C 3). causes: what a department records as the cause of any complaint (L 4).
    plans: the kinds of plans; a pack that lists none knows those of PLANS.
    marks: the words of each fact that is told by a word of the pack (`MARKS`); one that it does not list is left out.
    inquiries, claims, penalties, early_warning: None where the source has nothing of the kind.
    """

    id: str
    version: str
    label: Names
    source: str
    effective_from: datetime
    currency: str
    time_zone: str
    calendar: CalendarHistory
    text_downstream: bool
    backdating_days: int = BACKDATING_DAYS
    waiting_hours: int = WAITING_HOURS
    personal_data_days: int = PERSONAL_DATA_DAYS
    archive_days: int = ARCHIVE_DAYS
    channels: dict[str, Channel]
    departments: dict[str, Department]
    grades: dict[str, Grade]
    classes: dict[str, ComplaintClass]
    negations: Words
    harmless: Words = NO_WORDS
    without_class: Words = NO_WORDS
    weights: Weights | None = None
    routing: Routing
    join: JoinRules
    clocks: dict[str, ClockRule]
    delay_causes: dict[str, DelayCause] = {}
    causes: dict[str, DelayCause] = {}
    plans: dict[str, PlanKind] = {}
    marks: dict[str, dict[str, CaseMark]] = {}
    inquiries: InquiryRules | None = None
    claims: ClaimRules | None = None
    penalties: PenaltyRules | None = None
    early_warning: EarlyWarning | None = None
    grading: tuple[GradeRule, ...] = ()
    priority: PriorityRules | None = None
    approval: Approval | None = None
    closing: Closing | None = None
    replies: dict[str, ReplyRule] = {}
    answers: dict[str, ReplyRule] = {}
    hand_up: tuple[HandUp, ...] = ()
    targets: tuple[ReportTarget, ...] = ()

    def reference(self) -> dict[str, str]:
        """The pack as decisions and events name it: `{"id": ..., "version": ...}`."""
        return {"id": self.id, "version": self.version}

    def gravest(self, grades: tuple[str, ...]) -> str:
        """The grade with the most stars; the first of equals. `grades` must not be empty."""
        return max(grades, key=lambda name: self.grades[name].stars)


SECTIONS_BY_NAME: Final = ("channels", "departments", "grades", "classes", "delay_causes", "causes", "plans", "clocks")

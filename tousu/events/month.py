"""What events of the family month say. Made by `python -m tousu.contract.structs` from schemas/: do not edit by
hand.
"""

# fmt: off
from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

from tousu.events.content import Content
from tousu.events.shared_penalty import (
    PenaltyAmount, PenaltyAt, PenaltyComplaints, PenaltyCurrency, PenaltyDifference, PenaltyMeasure,
    PenaltyMonth, PenaltyParty, PenaltyRatePercent, PenaltyRevision, PenaltyServices,
)
from tousu.events.shared_values import CaseNumber, Department, Employee, Moment, PackReference, Section


class DepartmentRated(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Department rated (部门投诉率考核). The monthly complaint rate of a department and what it means for its head;
    again with a higher revision where a figure came later.
    """
    TYPE: ClassVar[str] = "tousu.department.rated.v1"
    department: Department
    month: PenaltyMonth
    revision: PenaltyRevision
    complaints: PenaltyComplaints
    case_numbers: Sequence[CaseNumber] | None = None
    """The cases behind the rate, at most the first hundred."""
    services: PenaltyServices | None = None
    rate_percent: PenaltyRatePercent | None = None
    result: Literal["no_penalty", "penalty", "unknown"]
    """What it means: no_penalty, penalty, or unknown while the services of the month are not known (or are none)."""
    amount: PenaltyAmount | None = None
    """The penalty of the head; absent where there is none."""
    amount_min: PenaltyAmount | None = None
    """The least that the source allows, where it gives a range."""
    amount_max: PenaltyAmount | None = None
    """The most that the source allows, where it gives a range."""
    currency: PenaltyCurrency | None = None
    at: PenaltyAt
    pack: PackReference
    section: Section


class MonthClosed(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Month closed (月度结算). The figures of a month for a party as they stood when it closed."""
    TYPE: ClassVar[str] = "tousu.month.closed.v1"
    party: PenaltyParty
    month: PenaltyMonth
    revision: PenaltyRevision
    complaints: PenaltyComplaints
    services: PenaltyServices | None = None
    rate_percent: PenaltyRatePercent | None = None
    penalties: int
    """How many penalties of the month stand."""
    amount: PenaltyAmount
    """What the penalties of the month amount to together."""
    currency: PenaltyCurrency
    suspended: bool | None = None
    """Whether the person is suspended for the complaints of the month."""
    unconfirmed: bool | None = None
    """True while an operator holds a silent input out, so that charges of the month may still lie unread: no rate
    is told, and nobody bears it, until month.corrected with reason confirmed. Else absent.
    """
    at: PenaltyAt
    pack: PackReference
    section: Section | None = None


class MonthCorrected(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Month corrected (月度更正). The figures of a closed month are others than they were, since something came
    later, or are confirmed now; they are given complete.
    """
    TYPE: ClassVar[str] = "tousu.month.corrected.v1"
    party: PenaltyParty
    month: PenaltyMonth
    revision: PenaltyRevision
    complaints: PenaltyComplaints
    services: PenaltyServices | None = None
    rate_percent: PenaltyRatePercent | None = None
    penalties: int
    """How many penalties of the month stand."""
    amount: PenaltyAmount
    """What the penalties of the month amount to together."""
    currency: PenaltyCurrency
    suspended: bool | None = None
    """Whether the person is suspended for the complaints of the month."""
    unconfirmed: bool | None = None
    """True while an operator holds a silent input out, so that charges of the month may still lie unread: no rate
    is told, and nobody bears it, until month.corrected with reason confirmed. Else absent.
    """
    at: PenaltyAt
    pack: PackReference
    section: Section | None = None
    reason: Literal["charge_changed", "services_reported", "confirmed"]
    """What came later: charge_changed or services_reported; confirmed where the month had closed while an input was
    held out, and everything has been read now.
    """
    difference: PenaltyDifference


class PersonReinstated(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Person reinstated (恢复上岗). A suspension is lifted: the person is corrected, or fewer complaints of the
    month count than it takes.
    """
    TYPE: ClassVar[str] = "tousu.person.reinstated.v1"
    employee: Employee
    month: PenaltyMonth
    complaints: PenaltyComplaints
    case_numbers: Sequence[CaseNumber] | None = None
    """The cases that count, at most the first hundred."""
    at: PenaltyAt
    pack: PackReference
    section: Section
    reason: Literal["complaints_fell", "corrected"]
    """Why: complaints_fell (a complaint was withdrawn or does not stand), corrected (the correction report and all
    that goes with it is done).
    """


class PersonSuspended(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Person suspended (停职整改). A person has as many complaints in a month as the pack allows nobody: suspended
    for correction without pay.
    """
    TYPE: ClassVar[str] = "tousu.person.suspended.v1"
    employee: Employee
    month: PenaltyMonth
    complaints: PenaltyComplaints
    case_numbers: Sequence[CaseNumber] | None = None
    """The cases that count, at most the first hundred."""
    at: PenaltyAt
    pack: PackReference
    section: Section
    measures: Sequence[PenaltyMeasure] | None = None
    """What goes with it, such as correction_report, training, publication."""
    without_pay: bool | None = None
    """Whether the person is not paid meanwhile."""
    publish_by: Moment | None = None
    """By when it is to be published within the company."""

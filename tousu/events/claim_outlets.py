"""What events of the family claim outlets say. Made by `python -m tousu.contract.structs` from schemas/: do not
edit by hand.
"""

# fmt: off
from __future__ import annotations

from typing import ClassVar

from tousu.events.content import Content
from tousu.events.shared_claim import ClaimAmount, ClaimNumber
from tousu.events.shared_handling import HandlingNote
from tousu.events.shared_values import CaseNumber, Department, Employee, Outlet, Reason, ToldMoment


class HandlingOutletArbitrationRequested(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Outlet arbitration requested (申请网点仲裁). The outlets did not agree: one of them asks the arbitration
    centre at headquarters.
    """
    TYPE: ClassVar[str] = "tousu.handling.outlet_arbitration_requested.v1"
    case_number: CaseNumber
    department: Department | None = None
    """The department that reports."""
    employee: Employee | None = None
    """Who reports."""
    note: HandlingNote | None = None
    claim_number: ClaimNumber
    outlet: Outlet
    """The outlet that asks for arbitration, by its code, such as HZ-017."""
    reason: Reason | None = None


class HandlingOutletContacted(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Outlet contacted (责任网点主动联系). The responsible outlet contacted the other one, having seen the notice:
    negotiation begins.
    """
    TYPE: ClassVar[str] = "tousu.handling.outlet_contacted.v1"
    case_number: CaseNumber
    department: Department | None = None
    """The department that reports."""
    employee: Employee | None = None
    """Who reports."""
    note: HandlingNote | None = None
    claim_number: ClaimNumber
    outlet: Outlet
    """The outlet that made contact, by its code, such as HZ-017."""
    contacted_at: ToldMoment | None = None
    """When it did; absent where that was when the event happened."""


class HandlingOutletNegotiationSettled(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Outlet negotiation settled (网点协商一致). The outlets agreed among themselves who bears the claim."""
    TYPE: ClassVar[str] = "tousu.handling.outlet_negotiation_settled.v1"
    case_number: CaseNumber
    department: Department | None = None
    """The department that reports."""
    employee: Employee | None = None
    """Who reports."""
    note: HandlingNote | None = None
    claim_number: ClaimNumber
    outlet: Outlet
    """The outlet that bears it, by its code, such as HZ-017."""
    amount: ClaimAmount | None = None
    """How much that outlet bears, as a decimal string, at most two places, such as '120.00'; absent for the whole."""


class HandlingOutletNotified(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Outlet notified (通知责任网点). The outlet that seems responsible was given notice of the claim."""
    TYPE: ClassVar[str] = "tousu.handling.outlet_notified.v1"
    case_number: CaseNumber
    department: Department | None = None
    """The department that reports."""
    employee: Employee | None = None
    """Who reports."""
    note: HandlingNote | None = None
    claim_number: ClaimNumber
    outlet: Outlet
    """The outlet that got the notice, by its code, such as HZ-017."""
    compensated_outlet: Outlet | None = None
    """The outlet that would be compensated, by its code; absent where the customer is."""
    seen_at: ToldMoment | None = None
    """When the outlet saw the notice (自见公告之日); its days count from then. Absent where that was when the event
    happened.
    """


class HandlingOutletRuled(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Outlet ruled (网点仲裁裁定). The arbitration centre ruled between outlets: whether the report of damage or
    loss is true, and who bears it.
    """
    TYPE: ClassVar[str] = "tousu.handling.outlet_ruled.v1"
    case_number: CaseNumber
    department: Department | None = None
    """The department that reports."""
    employee: Employee | None = None
    """Who reports."""
    note: HandlingNote | None = None
    claim_number: ClaimNumber
    report_true: bool
    """True when the report of damage or loss is true; false when it was a false report."""
    responsible_outlet: Outlet | None = None
    """The outlet that bears it, by its code, where the report is true."""
    reporting_outlet: Outlet | None = None
    """The outlet that made the report, by its code; it answers for a false one."""
    amount: ClaimAmount | None = None
    """How much the responsible outlet bears, as a decimal string, at most two places, such as '120.00'; absent for
    the whole.
    """
    reason: Reason | None = None

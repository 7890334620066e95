"""What events of the family handover say. Made by `python -m tousu.contract.structs` from schemas/: do not edit by
hand.
"""

# fmt: off
from __future__ import annotations

from typing import ClassVar, Literal

from msgspec import field

from tousu.events.content import Content, Part
from tousu.events.shared_case import CaseBehind
from tousu.events.shared_handling import HandlingNote, HandlingText
from tousu.events.shared_values import (
    CaseNumber, Channel, ClassCode, Code, Department, Employee, Id, Reason, ReferenceNumber, ResponsibleParty,
    Source, ToldMoment,
)


class HandlingAppealAnswered(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Appeal answered (申诉答复). The company answered the authority that had passed on an appeal."""
    TYPE: ClassVar[str] = "tousu.handling.appeal_answered.v1"
    case_number: CaseNumber
    department: Department | None = None
    """The department that reports."""
    employee: Employee | None = None
    """Who reports."""
    note: HandlingNote | None = None
    reference: ReferenceNumber
    """The number of the appeal at the authority."""
    text: HandlingText
    """What the authority was told; no personal data."""
    upheld: bool
    """True when the company finds that the appeal is right."""
    case: CaseBehind | None = None


class HandlingAppealReferred(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Appeal referred (申诉转办). An authority passed on the customer's appeal; it wants an answer of its own, also
    when the case is closed.
    """
    TYPE: ClassVar[str] = "tousu.handling.appeal_referred.v1"
    case_number: CaseNumber
    department: Department | None = None
    """The department that reports."""
    employee: Employee | None = None
    """Who reports."""
    note: HandlingNote | None = None
    authority: Code
    """Which authority, by its code, such as post_12305."""
    reference: ReferenceNumber
    """The number of the appeal at the authority."""
    answer_deadline: ToldMoment | None = None
    """Until when the authority wants the answer, as it wrote."""
    case: CaseBehind | None = None


class HandlingDisputed(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Disputed (责任争议). The department says that it is not responsible; the department that the pack names
    mediates.
    """
    TYPE: ClassVar[str] = "tousu.handling.disputed.v1"
    case_number: CaseNumber
    department: Department | None = None
    """The department that reports."""
    employee: Employee | None = None
    """Who reports."""
    note: HandlingNote | None = None
    reason: Reason
    proposed_department: Department | None = None
    """The department that should answer for it instead."""
    case: CaseBehind | None = None


class HandlingFinalOpinionGiven(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Final opinion given (最终处理意见). Somebody higher up decided what is to be done."""
    TYPE: ClassVar[str] = "tousu.handling.final_opinion_given.v1"
    case_number: CaseNumber
    department: Department | None = None
    """The department that reports."""
    employee: Employee | None = None
    """Who reports."""
    note: HandlingNote | None = None
    text: HandlingText
    """The opinion, in short; no personal data."""
    by: Code
    """Who gave it, by role, such as general_manager."""
    case: CaseBehind | None = None


class HandlingPassedOn(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Passed on (转办). The department passes the case on to another one."""
    TYPE: ClassVar[str] = "tousu.handling.passed_on.v1"
    case_number: CaseNumber
    department: Department | None = None
    """The department that reports."""
    employee: Employee | None = None
    """Who reports."""
    note: HandlingNote | None = None
    to_department: Department
    """The department that is to answer for it."""
    reason: Reason
    class_: ClassCode | None = field(name="class", default=None)
    """The class, where passing on makes it known."""
    beside: bool | None = None
    """True where the other department is called in beside those that have the case (会同相关部门共同处理): nobody
    leaves.
    """
    case: CaseBehind | None = None


class HandlingPassedUp(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Passed up (上报). The department cannot settle the case and asks somebody higher up for a decision."""
    TYPE: ClassVar[str] = "tousu.handling.passed_up.v1"
    case_number: CaseNumber
    department: Department | None = None
    """The department that reports."""
    employee: Employee | None = None
    """Who reports."""
    note: HandlingNote | None = None
    reason: Reason
    to: Code | None = None
    """Whom it is passed up to, by role, such as general_manager."""
    case: CaseBehind | None = None


class HandlingResponsibilitySettled(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Responsibility settled (责任认定). It is settled who answers for the trouble, and what human resources is to
    do about it.
    """
    TYPE: ClassVar[str] = "tousu.handling.responsibility_settled.v1"
    case_number: CaseNumber
    department: Department | None = None
    """The department that reports."""
    employee: Employee | None = None
    """Who reports."""
    note: HandlingNote | None = None
    responsible: ResponsibleParty
    by: Literal["department", "agreement", "mediation"]
    """How it was settled: department (the department named somebody of its own), agreement (agreed with the
    partner), mediation (whoever mediates decided a dispute).
    """
    measure: Literal["assessment", "penalty", "training", "none"] | None = None
    """What human resources is to do about the person responsible: assessment, penalty, training, none; absent while
    that is open.
    """
    case: CaseBehind | None = None


class HandlingSeparatedTelling(Part, frozen=True, kw_only=True, omit_defaults=True):
    """The inbound event of the telling, as duplicate.joined names it."""
    source: Source
    id: Id
    channel: Channel | None = None
    """On which channel the telling came; needed where tellings of one source and id came on several."""


class HandlingSeparated(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Separated (拆分). A telling that had joined a case is about another trouble: it becomes a case of its own,
    from the time at which it was received.
    """
    TYPE: ClassVar[str] = "tousu.handling.separated.v1"
    case_number: CaseNumber
    department: Department | None = None
    """The department that reports."""
    employee: Employee | None = None
    """Who reports."""
    note: HandlingNote | None = None
    telling: HandlingSeparatedTelling
    """The inbound event of the telling, as duplicate.joined names it."""
    reason: Reason


class HandlingTakenBack(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Taken back (中心收回). The customer-service centre takes the case back from the department."""
    TYPE: ClassVar[str] = "tousu.handling.taken_back.v1"
    case_number: CaseNumber
    department: Department | None = None
    """The department that reports."""
    employee: Employee | None = None
    """Who reports."""
    note: HandlingNote | None = None
    reason: Reason
    case: CaseBehind | None = None

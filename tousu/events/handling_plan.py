"""What events of the family handling plan say. Made by `python -m tousu.contract.structs` from schemas/: do not
edit by hand.
"""

# fmt: off
from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

from msgspec import field

from tousu.events.content import Content
from tousu.events.shared_case import CaseBehind
from tousu.events.shared_handling import HandlingActionId, HandlingNote, HandlingPlanId, HandlingText
from tousu.events.shared_values import (
    AmountYuan, CaseNumber, ClassCode, Code, Department, Employee, Evidence, Reason, ResponsibleParty,
    SeverityFound, ToldMoment,
)


class HandlingAssessed(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Assessed (评估). Somebody found how severe the case is: its dimensions, the loss, the mood of the customer.
    Grade, priority and departments follow where the pack lets facts decide them. The newest report of each fact
    counts.
    """
    TYPE: ClassVar[str] = "tousu.handling.assessed.v1"
    case_number: CaseNumber
    department: Department | None = None
    """The department that reports."""
    employee: Employee | None = None
    """Who reports."""
    note: HandlingNote | None = None
    severity: SeverityFound | None = None
    loss_yuan: AmountYuan | None = None
    """The economic loss so far, in yuan, as a decimal string, such as '3000.00'."""
    emotion: Code | None = None
    """How strong the feelings of the customer are, by the words of the pack, such as calm, strong, extreme."""
    image_harm: Code | None = None
    """What harm was done to the image of the company, by the words of the pack, such as some, great."""
    conduct: Code | None = None
    """What the conduct of staff was, by the words of the pack, such as rules_broken, rules_gravely_broken."""
    complexity: Code | None = None
    """How complex the case is, by the words of the pack, such as plain, complex."""
    customer_type: Literal["passive", "angry", "talkative", "threatening"] | None = None
    """How the customer meets the desk: passive, angry, talkative, threatening."""
    evidence: Evidence | None = None
    """Evidence that was found in the investigation."""
    case: CaseBehind | None = None


class HandlingCorrectiveActionDone(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Corrective action done (整改完成). What was to be corrected in the company has been corrected."""
    TYPE: ClassVar[str] = "tousu.handling.corrective_action_done.v1"
    case_number: CaseNumber
    department: Department | None = None
    """The department that reports."""
    employee: Employee | None = None
    """Who reports."""
    note: HandlingNote | None = None
    action_id: HandlingActionId | None = None
    """Which of the planned actions it was; absent where it had not been planned."""
    action: HandlingText
    """What was done; no personal data."""
    case: CaseBehind | None = None


class HandlingCorrectiveActionPlanned(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Corrective action planned (整改计划). Something in the company is to be corrected; it is tracked until it is
    done, after the end of the case too. Planned again under the same number, the newer plan holds.
    """
    TYPE: ClassVar[str] = "tousu.handling.corrective_action_planned.v1"
    case_number: CaseNumber
    department: Department | None = None
    """The department that reports."""
    employee: Employee | None = None
    """Who reports."""
    note: HandlingNote | None = None
    action_id: HandlingActionId
    action: HandlingText
    """What is to be done; no personal data."""
    due_at: ToldMoment | None = None
    """Until when it is to be done."""
    responsible: ResponsibleParty | None = None
    """Who is to do it."""
    case: CaseBehind | None = None


class HandlingCorrectiveActionReviewed(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Corrective action reviewed (整改效果评估). Whether a corrective action that was done has worked."""
    TYPE: ClassVar[str] = "tousu.handling.corrective_action_reviewed.v1"
    case_number: CaseNumber
    department: Department | None = None
    """The department that reports."""
    employee: Employee | None = None
    """Who reports."""
    note: HandlingNote | None = None
    action_id: HandlingActionId
    """Which of the actions it was."""
    worked: bool
    """True where it worked; false where the trouble goes on."""
    text: HandlingText | None = None
    """By what that is seen; no personal data."""
    case: CaseBehind | None = None


class HandlingJudged(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Judged (判定). The department found whether the complaint stands, and its class and cause."""
    TYPE: ClassVar[str] = "tousu.handling.judged.v1"
    case_number: CaseNumber
    department: Department | None = None
    """The department that reports."""
    employee: Employee | None = None
    """Who reports."""
    note: HandlingNote | None = None
    stands: bool
    """True when the complaint stands (投诉成立), false when it does not (投诉不成立); both are answered."""
    reason: Reason | None = None
    class_: ClassCode | None = field(name="class", default=None)
    """The class that the department found."""
    cause: Code | None = None
    """What caused the trouble, one of the causes of the pack, such as operator_error, flaw_in_process,
    force_majeure.
    """
    delay_cause: Literal["objective", "human", "information", "out_of_range"] | None = None
    """For delay, its cause: objective (weather, accident), human (late or forgotten), information (unreachable
    number, incomplete address), out_of_range.
    """
    responsible: ResponsibleParty | None = None
    evidence: Evidence | None = None
    """Evidence that was found in the investigation."""
    case: CaseBehind | None = None


class HandlingPlanApproved(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Plan approved (方案批准). Whoever is in charge approved the plan, as it was proposed or changed."""
    TYPE: ClassVar[str] = "tousu.handling.plan_approved.v1"
    case_number: CaseNumber
    department: Department | None = None
    """The department that reports."""
    employee: Employee | None = None
    """Who reports."""
    note: HandlingNote | None = None
    approved_by: Employee
    """Who approved it."""
    plan_id: HandlingPlanId | None = None
    """The plan that is approved; absent where only one waits for it."""
    in_charge: Employee | None = None
    """Who carries the plan out (受理负责人)."""
    changes: HandlingText | None = None
    """How the plan was changed, where it was; no personal data."""
    plan: Code | None = None
    """The kind of plan as changed, one of the plans of the pack; absent where it stays."""
    more_kinds: Sequence[Code] = ()
    """The other kinds as changed; absent where they stay."""
    case: CaseBehind | None = None


class HandlingPlanExecuted(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Plan executed (方案执行). The plan was carried out."""
    TYPE: ClassVar[str] = "tousu.handling.plan_executed.v1"
    case_number: CaseNumber
    department: Department | None = None
    """The department that reports."""
    employee: Employee | None = None
    """Who reports."""
    note: HandlingNote | None = None
    result: HandlingText
    """What came of it; no personal data."""
    plan_id: HandlingPlanId | None = None
    """The plan that was carried out; absent where it is the department's newest."""
    case: CaseBehind | None = None


class HandlingPlanProposed(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Plan proposed (提出处理方案). The department proposes how to settle the case."""
    TYPE: ClassVar[str] = "tousu.handling.plan_proposed.v1"
    case_number: CaseNumber
    department: Department | None = None
    """The department that reports."""
    employee: Employee | None = None
    """Who reports."""
    note: HandlingNote | None = None
    plan: Code
    """The kind of plan, one of the plans of the pack; for a pack that lists none apology, search, compensation,
    freight_reduction, remedy, promise or other.
    """
    text: HandlingText | None = None
    """The plan in words; no personal data."""
    plan_id: HandlingPlanId | None = None
    """The number of the plan; proposed again under it, the newer words hold and must be approved again."""
    more_kinds: Sequence[Code] = ()
    """Other kinds that go with it in the same plan, such as compensation beside an apology."""
    case: CaseBehind | None = None


class HandlingPlanRefused(Content, frozen=True, kw_only=True, omit_defaults=True):
    """Plan refused (方案驳回). Whoever is in charge refused the plan; the department works it out again."""
    TYPE: ClassVar[str] = "tousu.handling.plan_refused.v1"
    case_number: CaseNumber
    department: Department | None = None
    """The department that reports."""
    employee: Employee | None = None
    """Who reports."""
    note: HandlingNote | None = None
    refused_by: Employee
    """Who refused it."""
    reason: Reason
    plan_id: HandlingPlanId | None = None
    """The plan that is refused; absent where only one waits for a word."""
    in_charge: Employee | None = None
    """Who is to work it out again."""
    case: CaseBehind | None = None

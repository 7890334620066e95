"""What is reported of penalties and suspensions, passed on to whoever owns the party that pays.

claims keeps nothing of it: a penalty has one owner, which the topic of charges is keyed by. A penalty for a case is
confirmed in the name of its case, one for the complaint rate of a month in that of the department.
"""

from __future__ import annotations

from typing import Final

from services.claims.charges import CHARGES
from tousu.decision import Decision, Output
from tousu.event import Event
from tousu.events.operations import (
    OperationsCorrectionDone,
    OperationsDeductionConfirmed,
    OperationsPaymentQuestionSettled,
)

OF_HEADS: Final = frozenset({"tousu.operations.deduction_confirmed.v1", "tousu.operations.payment_question_settled.v1"})
OF_SUSPENSIONS: Final = "tousu.operations.correction_done.v1"
OF_CASES: Final = frozenset({"tousu.handling.deduction_confirmed.v1", "tousu.handling.payment_question_settled.v1"})


def is_of_a_penalty(event: Event) -> bool:
    """Whether an event is about a penalty or a suspension; a settled question may be about a claim instead."""
    return event.type in OF_HEADS or event.type == OF_SUSPENSIONS or (event.type in OF_CASES and "party" in event.data)


def passed_on(event: Event) -> Decision:
    """The event as it came, to the owner of the party; its subject is the case, or the department."""
    match event.content:
        case OperationsCorrectionDone(suspended=suspended):
            name = f"person/{suspended}"
        case OperationsDeductionConfirmed(department=head) | OperationsPaymentQuestionSettled(department=head):
            name = f"department/{head}"
        case _:
            name = "{kind}/{id}".format(**event.data["party"])
    key = f"{event.organisation}|{name}" if event.organisation else name
    output = Output(
        topic=CHARGES, type=event.type, subject=event.subject or name, time=event.time, data=event.data, key=key
    )
    return Decision(outputs=[output])

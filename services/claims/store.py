"""The tables of claims: rules read `case` and `conduct`; the others have rows for whoever asks the database.

`claim` has a row a claim, `entry` the ledger (rows are only ever added), `question` the payments that fit nothing owed;
the column `reason` of a question is empty once it is settled.
"""

from __future__ import annotations

from typing import Final

from services.claims.case_conduct import CaseConduct
from services.claims.conduct import CONDUCT
from services.claims.states import Claim, ClaimedCase, PaymentQuestion
from services.claims.turn import CASE, CLAIM, QUESTION
from tousu.domain.clock.state import missing_of
from tousu.runtime.ledger import LEDGER
from tousu.runtime.metrics import OPEN_CLAIMS, PAYMENT_QUESTIONS, UNDECIDED_CLOCKS, Counted
from tousu.runtime.processor import Kind

KINDS: Final = (
    Kind(CASE, ClaimedCase, timed=True),
    Kind(CONDUCT, CaseConduct, timed=True),
    Kind(
        CLAIM,
        Claim,
        columns={
            "cause": lambda claim: claim.ground.cause,
            "state": lambda claim: claim.state,
            "stage": lambda claim: claim.stage,
            "missing": lambda claim: missing_of(claim.clocks),
            "waybill": lambda claim: claim.ground.waybill_number,
        },
        gauges=(
            Counted(OPEN_CLAIMS, "state = 'open'", ("cause", "stage")),
            Counted(UNDECIDED_CLOCKS, "state = 'open' AND missing IS NOT NULL", ("missing",)),
        ),
    ),
    LEDGER,
    Kind(
        QUESTION,
        PaymentQuestion,
        columns={
            "reason": lambda question: question.reason if not question.settled else None,
            "claim": lambda question: question.claim_number,
        },
        gauges=(Counted(PAYMENT_QUESTIONS, "reason IS NOT NULL", ("reason",)),),
    ),
)

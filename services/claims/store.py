"""The tables of claims: rules read `case`, `conduct` and `parcel`; the others have rows for whoever asks the database.

`parcel`: what the claims of one parcel have of it, in whichever cases. `claim` has a row a claim, `entry` the ledger
(rows are only ever added), `question` the payments that fit nothing owed; the column `reason` of a question is empty
once it is settled. `waiting`: whether reports of claims of the case wait for another one. `over_since`: since when
nothing more is expected of a case, empty while it goes on, a claim of it is open, or a payment is in question; of a
parcel since when nothing of it has changed.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from services.claims.case_conduct import CaseConduct
from services.claims.conduct import CONDUCT
from services.claims.states import Claim, ClaimedCase, Parcel, PaymentQuestion
from services.claims.turn import CASE, CLAIM, PARCEL, QUESTION
from tousu.domain.case.view import CaseLifecycle
from tousu.domain.clock.state import missing_of
from tousu.runtime.ledger import LEDGER
from tousu.runtime.metrics import CASES_WITH_WAITING_REPORTS, OPEN_CLAIMS, PAYMENT_QUESTIONS, UNDECIDED_CLOCKS, Counted
from tousu.runtime.processor import Kind, column_time, in_every_shard


def _over(lifecycle: CaseLifecycle) -> datetime | None:
    """When the case came to its end; one that is only a claim ends with its claim."""
    return lifecycle.received_at if lifecycle.kind == "claim" else lifecycle.ended_at


def _case_over_since(case: ClaimedCase) -> str | None:
    ends = [_over(case.lifecycle), *(claim.closed_at for claim in case.claims)]
    known = [end for end in ends if end is not None]
    return column_time(max(known)) if len(known) == len(ends) and case.next_due is None and not case.questions else None


KINDS: Final = (
    Kind(
        CASE,
        ClaimedCase,
        columns={"waiting": lambda case: "yes" if case.waiting else "no", "over_since": _case_over_since},
        timed=True,
        ended="over_since",
        gauges=(Counted(CASES_WITH_WAITING_REPORTS, "waiting = 'yes'"),),
        # 2: what a report found of the other claims of its piece; when something was agreed. 3: other cases of a
        # parcel count, which a version without the table of parcels would pass over
        version=3,
    ),
    Kind(
        CONDUCT,
        CaseConduct,
        columns={"over_since": lambda conduct: column_time(_over(conduct.lifecycle))},
        timed=True,
        ended="over_since",
        version=2,  # the life of the case under its name of now, what was paid, partners that answer, limits missed
    ),
    Kind(
        CLAIM,
        Claim,
        columns={
            "cause": lambda claim: claim.ground.cause,
            "state": lambda claim: claim.state,
            "stage": lambda claim: claim.stage,
            "missing": lambda claim: missing_of(claim.clocks),
            "waybill": lambda claim: claim.ground.waybill_number,
            "closed_at": lambda claim: column_time(claim.closed_at),
        },
        ended="closed_at",
        gauges=(
            Counted(OPEN_CLAIMS, "state = 'open'", ("cause", "stage")),
            Counted(UNDECIDED_CLOCKS, "state = 'open' AND missing IS NOT NULL", ("missing",)),
        ),
        version=2,  # the fee in an offer, who gives it, whom the sender denied
    ),
    Kind(
        PARCEL,
        Parcel,
        columns={"over_since": lambda parcel: column_time(parcel.changed_at)},
        ended="over_since",
        belongs_to=in_every_shard,  # its next case comes by its own number, those that have shares go by theirs
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
        version=2,  # which obligation, who was paid, whether it is a part of what is owed
    ),
)

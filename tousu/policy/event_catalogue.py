"""What clocks and conditions of a pack may speak of: the events that move a case or a claim, and the facts of a case.

A name that is not here never comes, so a clock that waits for it never starts or never ends. tests/contracts holds the
lists to the contract.
"""

from __future__ import annotations

from typing import Final

from tousu.policy.facts import ASSESSED, DECIDED, REGISTERED, SEVERITY

REPORTS: Final = frozenset(
    {
        "acknowledged", "assessed", "judged", "plan_proposed", "plan_approved", "plan_refused", "plan_executed",
        "customer_answered", "inquiry_answered", "interim_answered", "satisfaction_given", "followed_up", "evaluated",
        "paused", "resumed", "extended", "disputed", "taken_back", "responsibility_settled", "passed_up",
        "final_opinion_given", "withdrawn", "reopened", "corrective_action_planned", "corrective_action_done",
        "corrective_action_reviewed",
        "appeal_referred", "appeal_answered", "recount_ordered", "special_reason_approved",
    }
)  # fmt: skip
"""What departments report, by the short name of its type."""
CLAIM_REPORTS: Final = frozenset(
    {
        "claim_filed", "claim_evidence_given", "claim_facts_found", "claim_form_answered", "claim_decided",
        "claim_agreed", "amount_confirmed", "claim_disputed", "claim_ruled", "claim_withdrawn", "claim_followed_up",
        "claim_paused", "claim_resumed", "claim_extended",
        "payment_confirmed", "compensation_given", "payment_question_settled",
        "outlet_notified", "outlet_contacted", "outlet_negotiation_settled", "outlet_arbitration_requested",
        "outlet_ruled",
    }
)  # fmt: skip
"""What is reported about a claim, by the short name of its type: it concerns claims alone and moves no case."""
PENALTY_REPORTS: Final = frozenset({"deduction_confirmed"})
"""What is reported about a penalty for a case: it concerns penalties alone and moves no case."""
BESIDE_THE_CASE: Final = CLAIM_REPORTS | PENALTY_REPORTS
"""What is reported about a case and moves it in no way: it goes on at any time, also after the end of the case."""
CLAIM_ANSWERS: Final = frozenset(
    {"claim_decided", "claim_agreed", "claim_ruled", "claim_withdrawn", "payment_confirmed", "compensation_given"}
)
"""With one of these the claimant has been answered: what is claimed after it is a claim of its own."""
CLAIM_EVENTS: Final = frozenset(
    {
        "opened", "form_received", "form_answered", "offered", "refused", "agreed", "ruled", "disputed", "paid",
        "followed_up", "delivered", "outlet_notified", "outlet_contacted", "negotiation_begun", "negotiation_settled",
        "arbitrated",
    }
)  # fmt: skip
"""What happens to a claim, by the names that clocks of claims wait for."""
DECISIONS: Final = frozenset({"routed", "passed_on", "reissued", "joined"})
"""What the router and intake decide."""
PROMISED: Final = "promised"
OWN_EVENTS: Final = frozenset({"closed", "breached", "accepted", PROMISED})
"""What happens to the case itself: it ends, one of its clocks breaches, somebody takes it up (or its grade changes),
the customer is told until when to wait."""
EVENTS: Final = REPORTS | DECISIONS | OWN_EVENTS
AFTER_THE_END: Final = frozenset(
    {
        "closed", "satisfaction_given", "followed_up", "evaluated", "corrective_action_planned",
        "corrective_action_done", "corrective_action_reviewed", "appeal_referred", "appeal_answered",
        "responsibility_settled", "special_reason_approved", "reopened",
    }
)  # fmt: skip
"""What can still come once the case is closed."""

FACTS: Final = frozenset((*REGISTERED, *DECIDED, *SEVERITY, *ASSESSED, "stands", "reopened", "plans_waiting"))
"""The facts of a case that a condition may name."""
_OF_EVERY_CASE: Final = frozenset({"kind", "channel", "channel_group", "regulator", "reopened", "plans_waiting"})
ALWAYS_KNOWN: Final = {
    "complaint": _OF_EVERY_CASE | {"grade"},
    "inquiry": _OF_EVERY_CASE,
    "claim": frozenset({"cause"}),
}
"""What is known of a case or claim from its beginning, by kind; of everything else nobody may ever hear."""

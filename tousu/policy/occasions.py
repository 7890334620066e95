"""What clocks and conditions of a pack may speak of: the events that move a case, and the facts of a case.

A name that is not here never comes, so a clock that waits for it never starts or never ends. tests/contracts holds the
lists to the contract.
"""

from __future__ import annotations

from typing import Final

REPORTS: Final = frozenset(
    {
        "acknowledged", "assessed", "judged", "plan_proposed", "plan_approved", "plan_executed", "customer_answered",
        "inquiry_answered", "interim_answered", "satisfaction_given", "followed_up", "paused", "resumed", "extended",
        "disputed", "taken_back", "responsibility_settled", "passed_up", "final_opinion_given", "withdrawn", "reopened",
        "corrective_action_planned", "corrective_action_done", "appeal_referred", "appeal_answered", "recount_ordered",
    }
)  # fmt: skip
"""What departments report, by the short name of its type."""
DECISIONS: Final = frozenset({"routed", "passed_on", "joined"})
"""What the router and intake decide."""
OWN_EVENTS: Final = frozenset({"closed", "breached"})
"""What happens to the case itself: it ends, one of its clocks breaches."""
EVENTS: Final = REPORTS | DECISIONS | OWN_EVENTS
AFTER_THE_END: Final = frozenset(
    {
        "closed", "satisfaction_given", "followed_up", "corrective_action_planned", "corrective_action_done",
        "appeal_referred", "appeal_answered", "responsibility_settled", "reopened",
    }
)  # fmt: skip
"""What can still come once the case is closed."""

OF_THE_REGISTRATION: Final = frozenset(
    {"kind", "channel", "channel_group", "regulator", "region", "customer_tier", "subject", "route", "web_result"}
)
OF_THE_ROUTER: Final = frozenset({"class", "category", "grade", "priority"})
OF_REPORTS: Final = frozenset(
    {
        "content", "scope", "satisfaction", "emotion", "image_harm", "conduct", "complexity", "customer_type",
        "loss_yuan", "stands", "reopened",
    }
)  # fmt: skip
FACTS: Final = OF_THE_REGISTRATION | OF_THE_ROUTER | OF_REPORTS
"""The facts of a case that a condition may name."""

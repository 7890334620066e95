"""The way of a case: whether a fact fits the case as it was when the fact happened, and what it makes of it.

A complaint is received, acknowledged, judged; a plan is proposed, where the pack asks for it approved, and executed
(one that is refused is worked out again); the customer is answered. An answer ends a complaint that is settled or is
not upheld; any other answer issues it to the department again. An inquiry ends with its answer, however late;
both end with a withdrawal. Only a reopening takes up what has ended.

Steps may be skipped, and a department may take one that another has taken before: such a step lies behind the case and
moves nothing, but it is recorded and can still meet a clock. What another fact alone can make right (an approval
without its plan, a report after the end without a reopening) *waits* for that fact. Refused is what no order of facts
could make right. Source: docs/sources.md, sections 1, 2, 4 and 6.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, Literal, NamedTuple

from tousu.domain.case.advancing import JOINED, RANK, advanced
from tousu.domain.case.measures import ACTIONS_MAX, missing_for
from tousu.domain.case.plans import (
    INSTRUCTIONS,
    AmbiguousPlan,
    is_approved,
    is_executed,
    of_another_department,
    plan_meant,
    plan_number_of,
    settles,
    waiting,
)
from tousu.domain.case.state import CaseFact, CaseState
from tousu.policy.closing import lacks_confirmation
from tousu.policy.event_catalogue import AFTER_THE_END
from tousu.policy.pack import Pack
from tousu.policy.replies import incomplete_reply

Fate = Literal["counts", "noted", "incomplete", "waits", "refused"]


class FactVerdict(NamedTuple):
    """Whether a fact counts where it stands; `noted` moves nothing, but it happened.

    reason, message, place: of a refusal, or of what it waits for. needs: what must have happened before it, in words.
    """

    fate: Fate
    reason: str = ""
    needs: str = ""
    message: str = ""
    place: str = "type"


COUNTS: Final = FactVerdict("counts")
RECORDED: Final = AFTER_THE_END - {"closed", "reopened"}
"""What is recorded also of a case that has ended."""
OF_CLOCKS: Final = frozenset({"paused", "resumed", "extended"})
"""What concerns clocks alone; a clock may outlive its case, so the end does not matter."""
NOTED: Final = frozenset(
    {
        "passed_on", "disputed", "taken_back", "assessed", "passed_up", "final_opinion_given", "interim_answered",
        "recount_ordered",
    }
)  # fmt: skip
"""What fits any case that is open."""
OF_COMPLAINTS: Final = frozenset(
    {"judged", "plan_proposed", "plan_approved", "plan_refused", "plan_executed", "customer_answered"}
)


def judged(state: CaseState, fact: CaseFact, pack: Pack) -> FactVerdict:
    """Whether a fact counts for a case as it was when the fact happened."""
    name = fact.name
    if name in OF_CLOCKS or name in ("recount_ordered", JOINED):
        return COUNTS
    if name in _STRANGE[state.kind]:
        message = f"{name} is nothing that happens to {_AN[state.kind]}"
        return FactVerdict("refused", "illegal_transition", message=message)
    if name == "reopened":
        return COUNTS if state.is_over else FactVerdict("waits", needs="the end of the case before it")
    if state.is_over and name not in RECORDED:
        return FactVerdict("waits", needs="a reopening of the case before it")
    fits = _FITS.get(name)
    return COUNTS if fits is None else fits(state, fact, pack)


def possible(state: CaseState, pack: Pack) -> tuple[str, ...]:
    """What may be reported of a case as it is, for the words of a refusal."""
    if state.is_over:
        return ("reopened", *sorted(RECORDED))
    steps = [name for name in RANK if name not in _STRANGE[state.kind] and _would_move(state, name, pack)]
    answer = "inquiry_answered" if state.kind == "inquiry" else "customer_answered"
    return (*steps, answer, "withdrawn", *sorted((NOTED | RECORDED) - {"recount_ordered", "evaluated"}))


def _would_move(state: CaseState, name: str, pack: Pack) -> bool:
    fact = CaseFact(state.round_at, name, {"stands": True, "in_charge": "E-1"})
    return judged(state, fact, pack).fate == "counts" and advanced(state, fact) != state


def needs_approval(state: CaseState, pack: Pack) -> bool:
    """Whether a plan of this case is executed only after it was approved."""
    return pack.approval is not None and state.grade in pack.approval.grades


# -- whether it fits ---------------------------------------------------------------------------------------------------

_AN: Final[Mapping[str, str]] = {"complaint": "a complaint", "inquiry": "an inquiry", "claim": "a claim"}
_STRANGE: Final[Mapping[str, frozenset[str]]] = {
    "complaint": frozenset({"inquiry_answered"}),
    "inquiry": OF_COMPLAINTS,
    "claim": frozenset(),
}
"""What never happens to a case of a kind."""


def _plan_fits(state: CaseState, fact: CaseFact, pack: Pack) -> FactVerdict:
    if state.life == "not_standing":
        return FactVerdict("waits", needs="a judgement before it that upholds the complaint")
    if fact.name in INSTRUCTIONS:
        return _instruction_fits(state, fact, pack)
    number = plan_number_of(fact)
    other = of_another_department(state, fact)
    if other:
        message = f"plan {number} is of {other}; a plan is of one department, so give another one a number of its own"
        return FactVerdict("refused", "illegal_transition", message=message, place="/plan_id")
    unapproved = fact.name == "plan_executed" and not is_approved(state, fact)
    if unapproved and needs_approval(state, pack):
        return FactVerdict(
            "waits", needs=f"the approval of the plan before it (a plan of grade {state.grade} needs one)"
        )
    return COUNTS


def _instruction_fits(state: CaseState, fact: CaseFact, pack: Pack) -> FactVerdict:
    """Whoever is in charge speaks of a plan that there is and was not carried out, and names who carries it out."""
    wants_person = pack.approval is not None and pack.approval.in_charge and needs_approval(state, pack)
    if fact.name == "plan_approved" and wants_person and "in_charge" not in fact.data:
        message = "the pack wants a person in charge with every approval; say in in_charge who carries the plan out"
        return FactVerdict("refused", "illegal_transition", message=message, place="/in_charge")
    step = fact.name.removeprefix("plan_")
    if not state.plan:
        return FactVerdict("waits", needs=f"the plan that was {step}, proposed before it")
    try:
        known, number = plan_meant(state, fact) in state.plans, plan_number_of(fact)
    except AmbiguousPlan as several:
        message = f"these plans wait for an approval: {several}; name one of them in plan_id"
        return FactVerdict("refused", "illegal_transition", message=message, place="/plan_id")
    if number is not None and not known:
        return FactVerdict("waits", needs=f"the plan {number}, proposed before it")
    if fact.name == "plan_refused" and is_executed(state, fact):
        return FactVerdict("waits", needs="the plan, proposed again before it: it was carried out by then")
    return COUNTS


def _answer_fits(state: CaseState, fact: CaseFact, pack: Pack) -> FactVerdict:
    if incomplete_reply(pack, fact.name, fact.data, state.stands, state.class_name) is not None:
        return FactVerdict("incomplete")
    says_settled = bool(fact.data["settled"])
    is_settled = says_settled and state.stands is not False
    if not lacks_confirmation(pack, fact.name, fact.data, state.stands):
        lacking = _lacking_approval(state, pack) if is_settled else ""
        return FactVerdict("waits", needs=lacking) if lacking else COUNTS
    accepted = " or ".join(pack.closing.confirmation) if pack.closing is not None else ""
    message = (
        f"a complaint ends only with the customer's confirmation; say {accepted} in confirmation, or in "
        "no_confirmation_reason why none can be had"
    )
    if is_settled and pack.closing is not None and pack.closing.result_told_apart:
        return FactVerdict("noted")
    # An answer that settles nothing ends the case only while the complaint is not upheld: a judgement may change that.
    fate: Fate = "refused" if says_settled else "waits"
    needs = "a judgement before it that upholds the complaint, or the customer's confirmation"
    return FactVerdict(fate, "confirmation_missing", needs, message, "/confirmation")


def _inquiry_answer_fits(state: CaseState, fact: CaseFact, pack: Pack) -> FactVerdict:
    """An inquiry that became a complaint names it, as the complaint names the inquiry."""
    became = pack.inquiries is not None and fact.data["outcome"] == pack.inquiries.complaint_outcome
    if not became or "complaint_number" in fact.data:
        return COUNTS
    message = "the inquiry became a complaint; register it on a channel and say its number in complaint_number"
    return FactVerdict("refused", "illegal_transition", message=message, place="/complaint_number")


def _lacking_approval(state: CaseState, pack: Pack) -> str:
    """What the plans of a case lack before it is settled; empty for nothing."""
    if pack.approval is None or not needs_approval(state, pack):
        return ""
    if pack.approval.settles_by_plan:
        lacking = f"the plan that settles it, approved and executed before it (grade {state.grade} needs one)"
        return "" if settles(state) else lacking
    numbers = ", ".join(number for number in waiting(state) if number)
    return f"an approval or a refusal before it of the plan that waits {numbers}".rstrip() if waiting(state) else ""


def _settlement_fits(state: CaseState, fact: CaseFact, pack: Pack) -> FactVerdict:
    missing = missing_for(state, fact, pack)
    if missing.ways == ():
        return COUNTS
    fate: Fate = "waits" if missing.needs else "refused"
    return FactVerdict(fate, "illegal_transition", missing.needs, missing.message, "/by")


def _plan_of_action_fits(state: CaseState, fact: CaseFact, pack: Pack) -> FactVerdict:
    number = _action_of(fact)
    assert number is not None, "a plan of an action has a number"
    known = state.actions.get(number)
    if known is None and len(state.actions) >= ACTIONS_MAX:
        return _too_many_actions("/action_id")
    if known is None or known.done_at is None:
        return COUNTS
    message = f"corrective action {number} was done before that; give a new one another action_id"
    return FactVerdict("refused", "illegal_transition", message=message, place="/action_id")


def _action_done_fits(state: CaseState, fact: CaseFact, pack: Pack) -> FactVerdict:
    number = _action_of(fact)
    if number is None and len(state.actions) >= ACTIONS_MAX:
        return _too_many_actions("/action")
    if number is None or number in state.actions:
        return COUNTS
    needs = f"the plan of corrective action {number} before it"
    return FactVerdict("waits", "illegal_transition", needs, place="/action_id")


def _action_reviewed_fits(state: CaseState, fact: CaseFact, pack: Pack) -> FactVerdict:
    number = _action_of(fact) or ""
    action = state.actions.get(number)
    if action is not None and action.done_at is not None:
        return COUNTS
    needs = f"the end of corrective action {number} before it"
    return FactVerdict("waits", "illegal_transition", needs, place="/action_id")


def _action_of(fact: CaseFact) -> str | None:
    return fact.data.get("action_id")


def _too_many_actions(place: str) -> FactVerdict:
    message = (
        f"the case has {ACTIONS_MAX} corrective actions already; report one that is planned as done, plan it otherwise "
        "by its action_id, or put several into one"
    )
    return FactVerdict("refused", "too_many_actions", message=message, place=place)


_FITS: Final[Mapping[str, Callable[[CaseState, CaseFact, Pack], FactVerdict]]] = {
    "plan_proposed": _plan_fits,
    "plan_approved": _plan_fits,
    "plan_refused": _plan_fits,
    "plan_executed": _plan_fits,
    "customer_answered": _answer_fits,
    "inquiry_answered": _inquiry_answer_fits,
    "evaluated": lambda state, *_: COUNTS if state.is_over else FactVerdict("waits", needs="the end before it"),
    "responsibility_settled": _settlement_fits,
    "corrective_action_planned": _plan_of_action_fits,
    "corrective_action_done": _action_done_fits,
    "corrective_action_reviewed": _action_reviewed_fits,
}

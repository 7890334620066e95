"""A claim is the fold of what is reported of it, in the order in which it happened, not in which it was reported.

What is reported last and happened last is one step. What happened before something that is known already is put in its
place, and the claim is folded again from the state before all that is kept, once without and once with it, by the
same steps. What the second fold tells and the first did not is published; limits and books are brought to where they
stand by it. Only what was paid is never undone: a report by which a payment had not been owed counts as if it had
happened after it. So does one by which the claims of a piece would have more than it is worth.

A claim keeps the last FACTS_MAX reports, and the claim before them. What happens to it otherwise (its ground goes or
comes back, its grade, a recalculation) begins its history anew.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any, Final, NamedTuple

from msgspec.structs import replace

from services.claims import limits
from services.claims.correcting import books_as, limits_as, name_of
from services.claims.parcel import has_more_than_there_is
from services.claims.questions import BOOKED, keep_open, settle_questions
from services.claims.states import Claim, ClaimFact
from services.claims.turn import Turn, time_text
from tousu.decision import Output, Refusal
from tousu.domain.clock.history import KNOWN_LATE
from tousu.events.claim_payment import ClaimPaid
from tousu.events.codec import decode

FACTS_MAX: Final = 32
FOLDED_AT_ONCE: Final = 8
"""So many of the oldest go into the claim before them together, so that it is not written anew with each report."""
_WHEN: Final = attrgetter("at")
_OF_QUESTIONS: Final = frozenset({"payment_questioned", "payment_question_settled"})
Step = Callable[[Turn, str, dict[str, Any]], Refusal | None]
"""What a report does to the claims of the case of a turn as they stand; why it does not fit."""


class FoldedClaim(NamedTuple):
    """The turn after some reports, the claim, what was told on the way, and why each did not fit (None: it did)."""

    turn: Turn
    claim: Claim
    outputs: list[Output]
    refusals: list[Refusal | None]


def happened(turn: Turn, claim: Claim, fact: ClaimFact, step: Step) -> Refusal | None:
    """Put a report of a claim where it belongs; why it does not fit there."""
    in_true_order = tuple(sorted((_in_its_place(known) for known in claim.told), key=_WHEN))
    if in_true_order != claim.told and _placed(turn, claim, in_true_order, fact, step) is True:
        return None
    if claim.told and fact.at < claim.told[-1].at:
        placed = _placed(turn, claim, claim.told, fact, step)
        if isinstance(placed, Refusal):
            return placed
        if placed:
            return None
        fact = replace(fact, at=claim.told[-1].at, happened_at=fact.at)
    refusal = step(turn, fact.name, fact.data)
    if refusal is None:
        new = turn.claim(claim.number)
        turn.keep(_kept(turn, new, claim.before or claim.bare, (*claim.told, fact), step))
    return refusal


def forget_payment(turn: Turn, payment_id: str) -> None:
    """A payment in question has ended otherwise: nothing that is told later books it."""
    for claim in turn.case.claims:
        facts = tuple(
            fact for fact in claim.told if fact.name != "payment_confirmed" or payment_id not in fact.data.values()
        )
        if len(facts) < len(claim.told) and payment_id not in claim.payments:
            turn.keep(replace(claim, told=facts))


def _in_its_place(fact: ClaimFact) -> ClaimFact:
    """A report that counts behind its time, where it happened: what became known since may make it fit there."""
    return fact if fact.happened_at is None else replace(fact, at=fact.happened_at, happened_at=None)


def _placed(
    turn: Turn, claim: Claim, told: tuple[ClaimFact, ...], fact: ClaimFact, step: Step
) -> Refusal | bool:  # fmt: skip
    """Whether a report was put in its place among `told`: not where a payment would be undone; or why it does not fit
    there."""
    assert claim.before is not None
    index = bisect_right(told, fact.at, key=_WHEN)
    known = (*told[:index], fact, *told[index:])
    after = _fold(turn, claim.before, known, turn.now, step)
    if (refusal := after.refusals[index]) is not None:
        return refusal
    if not set(claim.payments) <= set(after.claim.payments) or has_more_than_there_is(turn, claim, after.claim):
        return False
    before = _fold(turn, claim.before, claim.told, turn.now, step)
    _tell_news(turn, claim, before, after)
    new = replace(after.claim, owed=claim.owed, clocks=claim.clocks, past=claim.past)
    turn.case = replace(turn.case, filed=after.turn.case.filed)
    new = limits_as(turn, new, after.claim)
    new = books_as(turn, new, after.claim, _payments(claim, after), claim.offer)
    turn.keep(_kept(turn, new, claim.before, known, step))
    for payment_id in after.claim.payments:
        if payment_id not in claim.payments:
            settle_questions(turn, payment_id, BOOKED)
    for question in after.turn.case.questions:
        if question.event_id == fact.event_id:  # the report is a payment that fits nothing in its place
            keep_open(turn, question)
    return True


def _fold(turn: Turn, base: Claim, facts: Sequence[ClaimFact], until: datetime, step: Step) -> FoldedClaim:
    """The claim from its base on, with this reported of it, up to a moment; nothing of it leaves the fold."""
    now = turn.apart(base)
    outputs: list[Output] = []
    refusals: list[Refusal | None] = []
    for fact in facts:
        now = _advanced(now, base.number, fact.at, outputs)
        then = now.at_moment(fact.at, fact.event_id, turn.now)
        then.keep(limits.settled(then, then.claim(base.number)))
        refusal = step(then, fact.name, fact.data)
        refusals.append(refusal)
        if refusal is None:
            now = then
            outputs += then.outputs
    now = _advanced(now, base.number, until, outputs)
    return FoldedClaim(now, now.claim(base.number), outputs, refusals)


def _advanced(now: Turn, number: str, until: datetime, outputs: list[Output]) -> Turn:
    """The turn after everything that time alone did to the claim before a moment."""
    while (due := now.claim(number).next_due) is not None and due < until:
        now = now.at_moment(due, "", due)
        now.keep(limits.fire(now, now.claim(number)))
        outputs += now.outputs
    return now


def _kept(turn: Turn, claim: Claim, base: Claim, facts: tuple[ClaimFact, ...], step: Step) -> Claim:
    """The claim with what was reported of it; of much, the oldest go into its base."""
    if len(facts) > FACTS_MAX:
        oldest, facts = facts[:FOLDED_AT_ONCE], facts[FOLDED_AT_ONCE:]
        base = _fold(turn, base, oldest, oldest[-1].at, step).claim
        questions = tuple(fact for fact in oldest if base.is_in_question(fact))
        facts = (*questions, *facts) if len(questions) < FOLDED_AT_ONCE else facts
    return replace(claim, told=facts, before=base)


def _tell_news(turn: Turn, claim: Claim, before: FoldedClaim, after: FoldedClaim) -> None:
    """Publish what the claim would have told, had everything been known in its order, and was not told."""
    known = {_key(earlier) for earlier in before.outputs}
    outputs = [
        later
        for later in after.outputs
        if later.type.startswith("tousu.claim.") and name_of(later) not in _OF_QUESTIONS
    ]
    is_open = claim.state == "open"
    for output in outputs:
        if _key(output) in known:
            continue
        if name_of(output) == "closed" and not is_open:
            _tell_reopened(turn, after.claim)
        if name_of(output) == "reopened" and is_open:
            continue
        is_open = {"closed": False, "reopened": True}.get(name_of(output), is_open)
        turn.outputs.append(output)
    if is_open == (after.claim.state == "open"):
        return
    if not is_open:
        _tell_reopened(turn, after.claim)
    else:
        turn.outputs.append([closing for closing in outputs if name_of(closing) == "closed"][-1])


def _tell_reopened(turn: Turn, claim: Claim) -> None:
    turn.tell("reopened", claim, {"reopened_at": time_text(turn.at), "reason": KNOWN_LATE})


def _key(output: Output) -> tuple[str, datetime, str]:
    return output.type, output.time, repr(output.data)


def _payments(claim: Claim, after: FoldedClaim) -> list[ClaimPaid]:
    """What was paid by the fold and is not booked yet."""
    contents = (decode(output.type, output.data) for output in after.outputs if name_of(output) == "paid")
    return [paid for paid in contents if isinstance(paid, ClaimPaid) and paid.payment_id not in claim.payments]

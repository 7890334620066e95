"""The limits of a claim in the hands of the clock engine: answer, offer, payment, notice to the outlet, complete delay.

What happens to a claim (`form_received`, `offered`, ...) pulls the triggers of its pack. While the claimant has to
complete the file, the limits of ours that the pack lets pause stand still. Names of limits mean nothing here: a rule
asks what a limit waits for.

Source: docs/sources.md, sections 5 and 7 (C).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final

from msgspec.structs import replace

from services.claims.states import Claim
from services.claims.turn import Turn
from tousu.decision import Refusal
from tousu.domain.clock import changing, moves
from tousu.domain.clock.context import ClockContext
from tousu.domain.clock.correcting import undone
from tousu.domain.clock.history import as_of, evolve, happened
from tousu.domain.clock.pausing import obstacle_to_pausing
from tousu.domain.clock.reports import extend, pause_all, resume_all
from tousu.domain.clock.state import Clock, ClockMove
from tousu.domain.clock.triggers import Running, reopened
from tousu.event import time_of_text
from tousu.policy.clock_rule import ClockRule
from tousu.policy.pack import ClaimRules, Pack

WAITING: Final = "waiting_for_evidence"
COMPLETED: Final = "file_completed"
CLOSED: Final = "claim_closed"
CLAIM: Final = "claim"
PAID: Final = "paid"
CONTACTED: Final = "outlet_contacted"
BEGUN: Final = "negotiation_begun"


class ClaimClocks(ClockContext):
    """One claim in one turn, the owner of its limits."""

    __slots__ = ("claim", "turn")

    def __init__(self, turn: Turn, claim: Claim) -> None:
        self.turn = turn
        self.claim = claim
        self.pack = turn.pack
        self.rules = turn.rules.clocks
        self.calendar = turn.calendar
        self.now = turn.now
        self.cause = turn.cause
        self.reference = turn.pack.reference()
        self.withdrawn = []

    @property
    def grade(self) -> str | None:
        """A claim that was filed alone is of no grade: it counts as one that nobody has graded."""
        return self.turn.case.grade or self.pack.routing.unsure.grade

    @property
    def region(self) -> str | None:
        return self.turn.case.region or None

    @property
    def owner(self) -> str:
        return CLAIM

    @property
    def responsible(self) -> Sequence[str]:
        return self.claim.asked.departments

    @property
    def identity(self) -> dict[str, Any]:
        return {"case_number": self.turn.number, "claim_number": self.claim.number}

    @property
    def origin(self) -> str:
        return self.turn.cause or next((clock.cause for clock in self.claim.clocks), "")

    def may_start(self, rule: ClockRule, at: datetime) -> bool:
        """A claim that has ended waits for nothing; once it was paid, only for what outlives it."""
        return self.claim.state == "open" or (rule.outlives_case and self.claim.reason == PAID)

    def start_of(self, rule: ClockRule, at: datetime, *, first: bool) -> datetime | None:
        """Other than a case, a claim may be opened again: what counts from the receipt or a promise does so again."""
        match rule.starts_at:
            case "event_time":
                return at
            case "received_at":
                return self.turn.case.lifecycle.received_at
            case "promised_at":
                return self.turn.case.promised_at

    def may_come_again(self, rule: ClockRule, old: Clock, at: datetime) -> bool:
        """A limit that nobody waited for any more; one that was met stays so."""
        return old.status == "cancelled"

    def is_first(self, clock: Clock) -> bool:
        """What happens to a claim fits where it stands, so it concerns the limits of now, whenever it happened."""
        return True

    def emit(self, kind: str, at: datetime, data: dict[str, Any], started_by: str) -> None:
        self.turn.publish(kind, at, data, self.claim, started_by=started_by)


def pull(
    turn: Turn, claim: Claim, event_name: str, data: Mapping[str, Any] | None = None, *, at: datetime | None = None
) -> Claim:  # fmt: skip
    """What an event of the claim (`form_received`, `offered`, ...) does to its limits.

    at: when it happened, where that was before the turn. A claim that has ended waits for nothing, so none of its
    limits begins.
    """
    ctx = ClaimClocks(turn, claim)
    facts = partial(facts_of, turn, claim)
    running = turn.triggers.pull(ctx, _running(claim), CLAIM, event_name, data or {}, facts, at or turn.at)
    return _kept(ctx, running)


def impossible_time(
    turn: Turn, claim: Claim, place: str, data: Mapping[str, Any], *awaited: str
) -> Refusal | None:  # fmt: skip
    """Why nobody can have been told what a report says there: it has passed, or lies beyond the limits that wait.

    awaited: what those limits wait for; they have begun with this report, and one that may end so late took it.
    """
    if place not in data:
        return None
    until = time_of_text(data[place], place)
    if until <= turn.at:
        message = f"{place} lies before the report itself; give the time until when it is to be done"
        return Refusal(reason="impossible_promise", message=message, place=f"/{place}")
    limits = (clock for clock in claim.clocks if clock.is_active and _waits_for(turn, clock, awaited))
    bound = max((clock.due_at for clock in limits if clock.due_at is not None), default=until)
    if until <= bound:
        return None
    local = bound.astimezone(turn.calendar.zone).isoformat()
    message = f"{place} lies beyond the limit, {local}; where the claimant agreed to it, say so (specially_agreed)"
    return Refusal(reason="impossible_promise", message=message, place=f"/{place}")


def settled(turn: Turn, claim: Claim) -> Claim:
    """The claim with the limits decided that what is known of it by now decides."""
    if not any(clock.undecided or clock.presumed for clock in claim.clocks):
        return claim
    ctx = ClaimClocks(turn, claim)
    return _kept(ctx, turn.triggers.settle(ctx, _running(claim), partial(facts_of, turn, claim), turn.at))


def facts_of(turn: Turn, claim: Claim) -> dict[str, Any]:
    """What is known of a claim: what it rests on, what the case says, what was found out since."""
    facts: dict[str, Any] = {"cause": claim.ground.cause}
    facts |= {name: value for name in ("route", "region") if (value := getattr(turn.case, name))}
    return facts | {name: fact.value for name, fact in claim.facts.items()}


def wait_for_file(turn: Turn, claim: Claim, *, waiting: bool) -> Claim:
    """Let the limits that may pause stand still while the claimant has to act, and go on when the file is complete."""
    ctx = ClaimClocks(turn, claim)
    if not waiting:
        resumed = resume_all(ctx, claim.clocks, COMPLETED, turn.at, paused_for=WAITING)
        return claim if resumed is None else replace(claim, clocks=resumed)
    move = ClockMove(at=turn.at, name="paused", reason=WAITING, cause=turn.cause)
    moved = (
        clock if obstacle_to_pausing(ctx, as_of(ctx, clock, turn.at), WAITING) else happened(ctx, clock, move)
        for clock in claim.clocks
    )
    return replace(claim, clocks=tuple(moved))


def paused(turn: Turn, claim: Claim, data: Mapping[str, Any]) -> Claim | Refusal:
    """Somebody reports why limits of the claim stand still."""
    clocks = pause_all(ClaimClocks(turn, claim), claim.clocks, data, turn.at)
    return clocks if isinstance(clocks, Refusal) else replace(claim, clocks=clocks)


def resumed(turn: Turn, claim: Claim, data: Mapping[str, Any]) -> Claim | Refusal:
    """Somebody reports that the limits of the claim go on."""
    clocks = resume_all(ClaimClocks(turn, claim), claim.clocks, data.get("reason", ""), turn.at)
    if clocks is None:
        message = f"no limit of claim {claim.number} stands still; claim_resumed follows claim_paused"
        return Refusal(reason="illegal_transition", message=message, place="type")
    return replace(claim, clocks=clocks)


def extended(turn: Turn, claim: Claim, data: Mapping[str, Any]) -> Claim | Refusal:
    """Somebody extends one limit of the claim, as far as the pack allows it."""
    clocks = extend(ClaimClocks(turn, claim), claim.clocks, data, turn.at)
    return clocks if isinstance(clocks, Refusal) else replace(claim, clocks=clocks)


def cancel_all(turn: Turn, claim: Claim, reason: str = CLOSED, *, was_paid: bool = False) -> Claim:
    """The claim has ended: nothing is waited for any more. One that was paid leaves what outlives it."""
    ctx = ClaimClocks(turn, claim)
    move = ClockMove(at=turn.at, name="cancelled", reason=reason, cause=turn.cause)
    clocks = tuple(
        clock if was_paid and ctx.outlives(clock) else _cancelled(ctx, clock, move) for clock in claim.clocks
    )
    return replace(claim, clocks=clocks)


def _cancelled(ctx: ClaimClocks, clock: Clock, move: ClockMove) -> Clock:
    """A limit after the end of its claim, which is kept with it: what is told of before that end counts before it."""
    new = evolve(ctx, clock, move)
    return new if new is clock else replace(new, moves=(*clock.moves, move))


def acquit(turn: Turn, claim: Claim, names: Collection[str]) -> Claim:
    """Limits of a claim that has ended whose breach is withdrawn, because what they waited for had come in time."""
    ctx = ClaimClocks(turn, claim)
    clocks = (
        moves.acquit(ctx, clock, turn.at) if clock.name in names and clock.breached else clock for clock in claim.clocks
    )
    return replace(claim, clocks=tuple(clocks))


def fire(turn: Turn, claim: Claim) -> Claim:
    """Tell everything of a claim's limits that is due at exactly `turn.at`."""
    ctx = ClaimClocks(turn, claim)
    before = _running(claim)
    running = before._replace(clocks=tuple(moves.fire(ctx, clock, turn.at) for clock in claim.clocks))
    facts = partial(facts_of, turn, claim)
    running = turn.triggers.breach(ctx, before, running, CLAIM, facts, turn.at)
    stood = {clock.name for clock in before.clocks if clock.breached}
    if any(
        clock.breached and clock.name not in stood and _waits_for(turn, clock, (CONTACTED,)) for clock in running.clocks
    ):
        running = turn.triggers.pull(ctx, running, CLAIM, BEGUN, {}, facts, turn.at)
    return _kept(ctx, running)


def negotiates_until(turn: Turn, claim: Claim) -> Clock | None:
    """The limit by which the outlets still negotiate, or have yet to begin; None where their time is over."""
    for clock in waiting_for(turn, claim, "negotiation_settled"):
        is_before = _waits_for(turn, clock, (CONTACTED,)) and not clock.breached
        if is_before or (clock.due_at is not None and turn.at < clock.due_at):
            return clock
    return None


def missed(turn: Turn, former: Claim | None, claim: Claim) -> bool:
    """Whether a limit at whose breach a delay becomes a loss stands as breached, and did not before the turn."""
    stood = {clock.name for clock in former.clocks if clock.breached} if former is not None else set[str]()
    names = set(turn.rules.turns_into_loss) - stood
    return any(clock.breached and clock.name in names for clock in claim.clocks)


def due_of_delay(turn: Turn, claim: Claim) -> datetime:
    """When the limit was due at whose breach the delay became a loss."""
    names = turn.rules.turns_into_loss
    dues = (clock.due_at for clock in claim.clocks if clock.name in names and clock.breached)
    return max((due for due in dues if due is not None), default=turn.at)


def opened_again(turn: Turn, claim: Claim) -> Claim:
    """The limits of a claim that is opened again do what the pack says: begin anew, go on, or rest."""
    ctx = ClaimClocks(turn, claim)
    return _kept(ctx, reopened(ctx, _running(claim), turn.at))


def counted(turn: Turn, claim: Claim) -> Claim:
    """The claim with the limits counted that lacked a year of the calendar, where it is there by now."""
    if all(clock.status != "uncounted" for clock in claim.clocks):
        return claim
    ctx = ClaimClocks(turn, claim)
    return _with(claim, [changing.count_again(ctx, clock, turn.at) for clock in claim.clocks])


def regraded(turn: Turn, claim: Claim) -> Claim:
    """The claim with the limits that wait as the grade of now asks for."""
    ctx = ClaimClocks(turn, claim)
    return _with(claim, [changing.regrade(ctx, clock, turn.at) for clock in claim.clocks])


def recounted(turn: Turn, claim: Claim, former: Pack, ordered: Mapping[str, Any]) -> Claim:
    """The claim with the limits that wait by the pack of the turn; `former` judged them so far."""
    rules: ClaimRules | None = former.claims
    by = changing.Former(former, rules.clocks if rules is not None else {})
    return _with(claim, changing.recount(ClaimClocks(turn, claim), claim.clocks, by, ordered, turn.at))


def waiting_for(turn: Turn, claim: Claim, *events: str) -> Iterator[Clock]:
    """The limits of a claim that wait, by the pack, for one of these events."""
    for clock in claim.clocks:
        if _waits_for(turn, clock, events) and clock.is_active and not clock.undecided:
            yield clock


def _waits_for(turn: Turn, clock: Clock, events: Collection[str]) -> bool:
    rule = turn.rules.clocks.get(clock.name)
    return rule is not None and any(trigger.event in events for trigger in rule.met_by)


def _with(claim: Claim, clocks: Sequence[Clock]) -> Claim:
    same = all(new is old for new, old in zip(clocks, claim.clocks, strict=True))
    return claim if same else replace(claim, clocks=tuple(clocks))


def _running(claim: Claim) -> Running:
    return Running(claim.clocks, claim.past)


def _not_begun(ctx: ClaimClocks, running: Running) -> Running:
    """The limits without negotiations that began because no contact came, where it turns out to have come in time."""
    breaches = [ctx.rules[name] for name in ctx.withdrawn if name in ctx.rules]
    if not any(trigger.event == CONTACTED for rule in breaches for trigger in rule.met_by):
        return running
    clocks = tuple(
        undone(ctx, clock)
        if (rule := ctx.rule(clock)) is not None and rule.starts_on == BEGUN and clock.started_at > ctx.turn.at
        else clock
        for clock in running.clocks
    )
    return running._replace(clocks=clocks)


def _kept(ctx: ClaimClocks, running: Running) -> Claim:
    """The claim with these limits, without those that a breach had started which turned out to be none."""
    if ctx.withdrawn:
        running = ctx.turn.triggers.take_back(ctx, _not_begun(ctx, running))
    claim = ctx.claim
    if running.clocks is claim.clocks and running.past is claim.past:
        return claim
    return replace(claim, clocks=running.clocks, past=running.past)

"""The limits of a claim: answer, offer, payment, notice to the outlet, negotiation, complete delay.

A limit starts with an event of the claim, waits for another, warns, breaches once. What is reported late counts from
when it happened: a breach that was none is withdrawn. While the claimant has to complete the file, the limits of ours
that the pack lets pause stand still, and go on with exactly what was left (features, number 23).

Source: docs/sources.md, sections 5 and 7 (C).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from msgspec.structs import replace

from services.claims.states import Claim, ClaimClock
from services.claims.turn import Turn
from tousu.event import text_of_time
from tousu.policy.calendar import MICROSECOND, UnpublishedYear
from tousu.policy.clock_rule import ClockRule, Limit
from tousu.policy.working_time import Plan, counted_from, elapsed_between, length_of, plan_clock, resume_clock

WAITING: Final = "waiting_for_evidence"
CLOSED: Final = "claim_closed"


def pull(
    turn: Turn, claim: Claim, what: str, said: Mapping[str, Any] | None = None, *, anew: bool = False
) -> Claim:  # fmt: skip
    """What an event of the claim (`form_received`, `offered`, ...) does to its limits: some end, some begin.

    anew: a limit that was met before begins once more, as when a ruling adds to what was paid. A claim that has ended
    waits for nothing, so none of its limits begins.
    """
    facts = facts_of(turn, claim)
    clocks = []
    for clock in claim.clocks:
        rule = turn.rules.clocks.get(clock.name)
        hit = rule is not None and any(one.hit_by(what, said or {}, facts) for one in rule.met_by)
        clocks.append(_met(turn, claim, clock) if hit else clock)
    claim = replace(claim, clocks=tuple(clocks))
    for rule in turn.rules.clocks.values():
        if claim.state == "open" and rule.starts_on == what and rule.applies_to("claim", facts):
            claim = _started(turn, claim, rule, anew=anew)
    return claim


def facts_of(turn: Turn, claim: Claim) -> dict[str, Any]:
    """What is known of a claim: what it rests on, what the case says, what was found out since."""
    facts: dict[str, Any] = {"cause": claim.ground.cause}
    facts |= {name: value for name in ("route", "region") if (value := getattr(turn.case, name))}
    return facts | {name: fact.value for name, fact in claim.facts.items()}


def wait_for_file(turn: Turn, claim: Claim, *, waiting: bool) -> Claim:
    """Let the limits that may pause stand still while the claimant has to act, and go on when the file is complete."""
    clocks = []
    for clock in claim.clocks:
        rule = turn.rules.clocks.get(clock.name)
        if waiting and clock.status == "running" and not clock.breached and rule and rule.may_pause(WAITING):
            clocks.append(_paused(turn, claim, clock))
        elif not waiting and clock.status == "paused":
            clocks.append(_resumed(turn, claim, clock))
        else:
            clocks.append(clock)
    return replace(claim, clocks=tuple(clocks))


def cancel_all(turn: Turn, claim: Claim, reason: str = CLOSED, keeping: str = "") -> Claim:
    """The claim has ended: nothing is waited for any more but the limits whose names begin with `keeping`."""
    clocks = []
    for clock in claim.clocks:
        if clock.is_active and not (keeping and clock.name.startswith(keeping)):
            ended = replace(clock, status="cancelled", ended_at=turn.at, warnings=())
            # Time alone takes no breach back: a claim may end by this very breach.
            if turn.cause and clock.breached and clock.due_at is not None and turn.at <= clock.due_at:
                ended = _unbreached(turn, claim, ended)
            _tell(turn, claim, ended, "cancelled", reason=reason)
            clocks.append(ended)
        else:
            clocks.append(clock)
    return replace(claim, clocks=tuple(clocks))


def acquit(turn: Turn, claim: Claim, names: Collection[str]) -> Claim:
    """Limits of a claim that has ended whose breach is withdrawn, because what they waited for had come in time."""
    clocks = []
    for clock in claim.clocks:
        in_time = clock.due_at is not None and turn.at <= clock.due_at
        is_wrong = clock.name in names and clock.breached and in_time
        clocks.append(_unbreached(turn, claim, clock) if is_wrong else clock)
    return replace(claim, clocks=tuple(clocks))


def fire(turn: Turn, claim: Claim) -> tuple[Claim, tuple[str, ...]]:
    """Tell everything of a claim's limits that is due at exactly `turn.at`; also the names of those that breach."""
    clocks, breached = [], []
    for clock in claim.clocks:
        while clock.next_at == turn.at:
            if clock.warnings:
                (share, _), *later = clock.warnings
                clock = replace(clock, warnings=tuple(later))  # noqa: PLW2901 - a clock has several moments
                _tell(turn, claim, clock, "warned", share=share, elapsed_us=round(clock.total_us * share))
            else:
                clock = replace(clock, breached=True)  # noqa: PLW2901
                _tell(turn, claim, clock, "breached", elapsed_us=clock.total_us)
                breached.append(clock.name)
        clocks.append(clock)
    return replace(claim, clocks=tuple(clocks)), tuple(breached)


def _started(turn: Turn, claim: Claim, rule: ClockRule, *, anew: bool) -> Claim:
    """The claim with this limit begun; one that still waits is left alone, and one that was met unless `anew`."""
    former = next((clock for clock in claim.clocks if clock.name == rule.name), None)
    if former is not None and (former.is_active or (former.status != "cancelled" and not anew)):
        return claim
    start = _start_of(turn, rule)
    if start is None:
        return claim
    limit = rule.limit_for()
    clock = ClaimClock(
        name=rule.name, generation=1 if former is None else former.generation + 1, status="running",
        limit=limit if limit.section else replace(limit, section=rule.section), started_at=start, anchor=start,
        cause=turn.cause or next((each.cause for each in claim.clocks), ""), calendar=turn.calendar.version,
    )  # fmt: skip
    clock = _planned(turn, clock, plan_clock(start, limit, turn.calendar, shares_of(rule, turn)))
    _tell(turn, claim, clock, "started", reason=clock.missing)
    others = tuple(each for each in claim.clocks if each.name != rule.name)
    return replace(claim, clocks=(*others, clock))


def _start_of(turn: Turn, rule: ClockRule) -> datetime | None:
    match rule.starts_at:
        case "event_time":
            return turn.at
        case "received_at":
            return turn.case.course.received_at
        case "promised_at":
            return turn.case.promised_at


def shares_of(rule: ClockRule, turn: Turn) -> tuple[float, ...]:
    """The shares of its limit at which a clock warns; what is said as time left is turned into its share."""
    limit = rule.limit_for()
    shares = list(rule.warn_at_share)
    if rule.warn_before:
        whole = timedelta(0) if limit.amount == 0 else _whole(limit, turn)
        shares += [1 - length_of(left) / whole for left in rule.warn_before if whole > length_of(left)]
    return tuple(sorted(shares))


def _whole(limit: Limit, turn: Turn) -> timedelta:
    plan = plan_clock(turn.at, limit, turn.calendar)
    return timedelta(0) if isinstance(plan, UnpublishedYear) else plan.total


def _planned(turn: Turn, clock: ClaimClock, plan: Plan | UnpublishedYear) -> ClaimClock:
    if isinstance(plan, UnpublishedYear):
        return replace(clock, status="uncounted", due_at=None, missing=plan.reason, warnings=())
    ahead = tuple((share, at) for share, at in plan.warnings if at > turn.now)
    return replace(
        clock, status="running", due_at=plan.due_at, total_us=plan.total // MICROSECOND, missing="", warnings=ahead
    )


def _met(turn: Turn, claim: Claim, clock: ClaimClock) -> ClaimClock:
    if not clock.is_active and clock.status != "late":
        return clock
    if clock.status == "uncounted":
        ended = replace(clock, status="cancelled", ended_at=turn.at)
        _tell(turn, claim, ended, "cancelled", reason=clock.missing)
        return ended
    in_time = not clock.breached or (clock.due_at is not None and turn.at <= clock.due_at)
    if clock.status == "late" and not in_time:
        return clock
    used_us = _used_us(turn, clock)
    ended = replace(clock, status="met" if in_time else "late", ended_at=turn.at, warnings=())
    if in_time and clock.breached:
        ended = _unbreached(turn, claim, ended)
    _tell(
        turn, claim, ended, "met" if in_time else "cancelled", reason="" if in_time else "met_late", elapsed_us=used_us
    )
    return ended


def _unbreached(turn: Turn, claim: Claim, clock: ClaimClock) -> ClaimClock:
    clock = replace(clock, breached=False)
    _tell(turn, claim, clock, "breach_withdrawn", reason="known_late", at=turn.now)
    return clock


def _used_us(turn: Turn, clock: ClaimClock) -> int:
    if clock.status == "paused":
        return clock.used_us
    since = clock.anchor if clock.used_us else counted_from(clock.anchor, clock.limit, turn.calendar)
    more = elapsed_between(since, turn.at, clock.limit, turn.calendar)
    return clock.used_us if isinstance(more, UnpublishedYear) else clock.used_us + more // MICROSECOND


def _paused(turn: Turn, claim: Claim, clock: ClaimClock) -> ClaimClock:
    paused = replace(clock, status="paused", used_us=_used_us(turn, clock), anchor=turn.at)
    _tell(turn, claim, paused, "paused", reason=WAITING, elapsed_us=paused.used_us)
    return paused


def _resumed(turn: Turn, claim: Claim, clock: ClaimClock) -> ClaimClock:
    rule = turn.rules.clocks.get(clock.name)
    shares = shares_of(rule, turn) if rule is not None else ()
    at = max(turn.at, clock.anchor)
    plan = resume_clock(
        at, clock.total_us * MICROSECOND, clock.used_us * MICROSECOND, clock.limit, turn.calendar, shares
    )
    resumed = _planned(turn, replace(clock, anchor=at), plan)
    _tell(turn, claim, resumed, "resumed", reason=resumed.missing, elapsed_us=resumed.used_us)
    return resumed


def _tell(
    turn: Turn, claim: Claim, clock: ClaimClock, what: str, *, reason: str = "", elapsed_us: int | None = None,
    share: float | None = None, at: datetime | None = None,
) -> None:  # fmt: skip
    moment = at or turn.at
    data: dict[str, Any] = {
        "case_number": turn.number,
        "claim_number": claim.number,
        "clock": clock.name,
        "generation": clock.generation,
        "limit": clock.limit.as_data(),
        "started_at": text_of_time(clock.started_at),
    }
    data |= {} if clock.due_at is None else {"due_at": text_of_time(clock.due_at)}
    data["at"] = text_of_time(moment)
    data |= {} if share is None else {"share": share}
    data |= {} if elapsed_us is None else {"elapsed_s": elapsed_us / 1e6}
    data |= {"reason": reason} if reason else {}
    data |= {"cause_event": turn.cause} if turn.cause else {}
    data["calendar"] = {"id": turn.pack.calendar.id, "version": clock.calendar}
    data["pack"] = turn.pack.reference()
    data |= {"section": clock.limit.section} if clock.limit.section else {}
    data["departments"] = list(claim.asked.departments)
    turn.publish(f"tousu.clock.{what}.v1", moment, data, claim)

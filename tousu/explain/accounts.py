"""The account of every clock of a case: its intervals, which add up to its elapsed time to the second.

The limits of claims stand on a topic of their own and name their claim: two claims of a case have clocks of one name.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from msgspec.structs import replace

from tousu.explain.account import Account
from tousu.explain.story import CLAIMS, SLA, CaseHistory, PublishedEvent
from tousu.explain.walk import Follower, Walk
from tousu.policy.clock_rule import ClockRule, Limit
from tousu.policy.pack import Pack

_CLOCK: Final = "clock."
_ClockKey = tuple[str, int, str]
"""A clock in one generation: its name, the generation, the plan that it is about (empty for none)."""


def accounts_of(story: CaseHistory, pack: Pack, until: datetime) -> tuple[Account, ...]:
    """One account for each generation of each clock, in the order in which they started; claim by claim at the end.

    `until`: up to when a clock that still waits is accounted for; never earlier than the last thing known.
    """
    until = max(until, story.last_at)
    accounts = _accounts(story, pack, [event for event in story.on(SLA) if not event.claim_number], until)
    events = [event for event in story.on(CLAIMS) if event.name.startswith(_CLOCK)]
    for number in sorted({event.claim_number for event in events}, key=running_number):
        accounts += _accounts(story, pack, [event for event in events if event.claim_number == number], until, number)
    return tuple(accounts)


def running_number(claim_number: str) -> tuple[int, str]:
    """The order of the claims of a case: by the number behind the slash."""
    running = claim_number.rpartition("/")[2]
    return (int(running) if running.isdecimal() else 0, claim_number)


def _accounts(
    story: CaseHistory, pack: Pack, events: list[PublishedEvent], until: datetime, claim_number: str = ""
) -> list[Account]:
    """The accounts of clocks whose names are one thing: those of the case, or of one claim. Claims know no region."""
    follower = Follower(story, pack.calendar, None if claim_number else story.region)
    walks: dict[_ClockKey, Walk] = {}
    for event in events:
        if not event.name.startswith(_CLOCK) or "clock" not in event.data:
            continue
        name, generation, plan_id = event.data["clock"], event.data.get("generation", 1), event.data.get("plan_id", "")
        walk = walks.get((name, generation, plan_id))
        rule = rule_of(pack, name)
        if walk is None:
            if event.name == "clock.started":
                before = walks.get((name, generation - 1, plan_id))
                walks[name, generation, plan_id] = follower.start(event, _limit(event.data, rule, None), before)
            continue
        follower.follow(walk, event, _limit(event.data, rule, walk.limit))
    return [_account(story, pack, follower, key, walk, until, claim_number) for key, walk in walks.items()]


def rule_of(pack: Pack, name: str) -> ClockRule | None:
    """The pack's rule for a clock, of cases or of claims; None where the pack no longer has it."""
    return pack.clocks.get(name) or claim_clocks(pack).get(name)


def claim_clocks(pack: Pack) -> Mapping[str, ClockRule]:
    """The clocks of claims; none in a pack whose source knows no claims."""
    return pack.claims.clocks if pack.claims is not None else {}


def limits_of(rule: ClockRule) -> dict[str, Limit]:
    """The limits of a rule by the grade that chooses them; under the empty name the one for all grades."""
    limits = dict(rule.limit_by_grade) if rule.limit is None else {"": rule.limit}
    return {grade: limit if limit.section else replace(limit, section=rule.section) for grade, limit in limits.items()}


def _limit(data: dict[str, Any], rule: ClockRule | None, known: Limit | None) -> Limit:
    """The limit that an event names, with what only the pack says of it; `known` where the event names none."""
    published = data.get("limit")
    if not isinstance(published, dict):
        return known or Limit(amount=0, unit="elapsed_minutes")
    for limit in limits_of(rule).values() if rule is not None else ():
        if limit.as_data() == published:
            return limit
    return Limit(amount=published["amount"], unit=published["unit"], section=data.get("section", ""))


def _account(
    story: CaseHistory, pack: Pack, follower: Follower, key: _ClockKey, walk: Walk, until: datetime,
    claim_number: str,
) -> Account:  # fmt: skip
    name, generation, plan_id = key
    rule = rule_of(pack, name)
    intervals = follower.intervals(walk, until)
    reference = story.newest.get("pack") or pack.reference()
    return Account(
        clock=name,
        label=rule.label if rule is not None else None,
        generation=generation,
        plan_id=plan_id,
        status=walk.status,
        breached=walk.breached,
        limit=walk.limit,
        grade=_grade(story, rule, walk.limit),
        pack=f"{reference['id']} {reference['version']}",
        calendar=walk.calendar,
        started_at=walk.started_at,
        until=intervals[-1].end if intervals else walk.started_at,
        due_at=walk.due_at,
        intervals=intervals,
        marks=walk.marks,
        rest=follower.rest(walk, until),
        starts_at=rule.starts_at if rule is not None else "",
        note=rule.note if rule is not None else "",
        claim_number=claim_number,
    )


def _grade(story: CaseHistory, rule: ClockRule | None, limit: Limit) -> str:
    """The grade that chose the limit: the one that the case has now where several have the same."""
    if rule is None or not rule.limit_by_grade:
        return ""
    fitting = [grade for grade, candidate in limits_of(rule).items() if candidate.as_data() == limit.as_data()]
    now: str = story.newest.get("grade", "")
    return now if now in fitting or not fitting else fitting[0]

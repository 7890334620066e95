"""Warnings about a pack: it can be loaded, and yet does not do what its writer believes (features, number 19).

A clock that never starts, a pause that is a cancel, two clocks that are one, a class without a clock. Each check is a
function from a pack to findings; `tousu policy check` shows them, a process starts all the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime
from difflib import get_close_matches
from typing import Final

from tousu.policy.calendar import missing_years
from tousu.policy.claim_facts import CLAIM_FACTS
from tousu.policy.clock_rule import Accepts, ClockRule, Limit, Trigger
from tousu.policy.compensation_lint_warnings import warnings_of_amounts
from tousu.policy.event_catalogue import (
    AFTER_THE_END,
    ALWAYS_KNOWN,
    CLAIM_EVENTS,
    CLAIM_REPORTS,
    EVENTS,
    FACTS,
    REPORTS,
)
from tousu.policy.lint_errors import Finding
from tousu.policy.pack import ComplaintClass, Pack

_MINUTES: Final = {
    "elapsed_minutes": 1, "elapsed_hours": 60, "business_hours": 60, "working_days": 1440, "calendar_days": 1440,
    "statutory_days": 1440, "weeks": 7 * 1440, "months": 30 * 1440, "years": 365 * 1440,
}  # fmt: skip


def warnings_of(pack: Pack) -> list[Finding]:
    """Everything in a pack that looks right and is not."""
    return [finding for check in CHECKS for finding in check(pack)]


def years_missing(pack: Pack, moment: datetime) -> Iterator[Finding]:
    """A year that the calendar must know by now: this one, and from 1 December the next (features, number 19)."""
    calendar = pack.calendar.newest
    for year in missing_years(calendar, moment):
        yield Finding(("calendar",), calendar.unpublished(year).reason, "Add the year when it is published")


def events_come(pack: Pack) -> Iterator[Finding]:
    """An event that nobody tells starts nothing, stops nothing, and nobody learns it."""
    of_claims = pack.claims.clocks if pack.claims is not None else {}
    clocks: list[tuple[tuple[str | int, ...], ClockRule, AbstractSet[str]]] = [
        *((("clocks", rule.name), rule, EVENTS) for rule in pack.clocks.values()),
        *((("claims", "clocks", rule.name), rule, CLAIM_EVENTS | {"breached"}) for rule in of_claims.values()),
    ]
    for path, rule, events in clocks:
        if rule.starts_on not in events:
            yield _unknown((*path, "starts_on"), rule.starts_on, events, "the clock never starts")
        for field, trigger in _triggers(rule):
            if trigger.event not in events:
                yield _unknown((*path, field), trigger.event, events, "nothing sets it off")
    for index, hand_up in enumerate(pack.hand_up):
        if hand_up.event not in EVENTS:
            yield _unknown(("hand_up", index, "event"), hand_up.event, EVENTS, "nobody is ever told")


def conditions_can_hold(pack: Pack) -> Iterator[Finding]:
    """A condition about a fact that no case has, or a value that it never takes, holds never."""
    values = _known_values(pack)
    for path, condition in _conditions(pack):
        for fact, accepted in condition.items():
            if fact not in FACTS:
                fix = f"Use one of: {', '.join(sorted(FACTS))}"
                yield Finding((*path, fact), f"no case has the fact {fact}, so this never holds", fix)
            elif fact in values and not values[fact].intersection(accepted):
                shown = ", ".join(map(str, accepted))
                known = ", ".join(sorted(map(str, values[fact])))
                yield Finding((*path, fact), f"{fact} is never {shown} in this pack", f"Use one of: {known}")


def conditions_get_decided(pack: Pack) -> Iterator[Finding]:
    """What a condition asks for may never become known: then nobody can ever say whether the clock applies."""
    for path, rule in _clocks(pack):
        known = ALWAYS_KNOWN[rule.kind] | ({"stands"} if rule.starts_on == "judged" else set())
        unsure = [fact for fact in rule.applies_when if fact not in known]
        if rule.while_unknown == "waits" and unsure:
            yield Finding(
                (*path, "applies_when"),
                f"{', '.join(unsure)} may stay unknown, and then nobody can ever say whether this clock applies",
                "Say while_unknown: runs, where it is to run meanwhile, or rests, where another clock does",
                "while_unknown: runs",
            )


def facts_of_claims_come(pack: Pack) -> Iterator[Finding]:
    """A condition of a claim's clock about something that nobody finds out of a claim holds never."""
    known = CLAIM_FACTS | {"cause", "route", "region", "delivered"}
    for rule in pack.claims.clocks.values() if pack.claims is not None else ():
        conditions = [("applies_when", rule.applies_when), *((field, t.case) for field, t in _triggers(rule))]
        for field, condition in conditions:
            for fact in condition:
                if fact not in known:
                    yield Finding(
                        ("claims", "clocks", rule.name, field, fact),
                        f"no claim has the fact {fact}, so this never holds",
                        f"Use one of: {', '.join(sorted(known))}",
                    )  # fmt: skip


def _starts(rule: ClockRule, trigger: Trigger) -> bool:
    """Whether what sets a trigger off can start the clock, too: the same event, that need not say something else."""
    apart = any(not set(values) & set(trigger.data.get(name, values)) for name, values in rule.starts_with.items())
    return trigger.event == rule.starts_on and not trigger.case and not apart


def clocks_can_run(pack: Pack) -> Iterator[Finding]:
    """A clock that ends or pauses with what starts it, or that waits for the end of the case and ends with it."""
    for path, rule in _clocks(pack):
        is_reported = rule.starts_on in REPORTS | CLAIM_REPORTS  # what is reported may come again
        begins_again = () if is_reported else ("restarted_by",)
        for field in ("cancelled_by", "paused_by", "reset_by", *begins_again):
            if any(_starts(rule, trigger) for trigger in getattr(rule, field)):
                yield Finding(
                    (*path, field), f"{rule.starts_on} starts this clock and sets this off", "Name another event"
                )
        for trigger in rule.paused_by:
            if any(_covers(other, trigger) for other in rule.cancelled_by):
                yield Finding(
                    (*path, "paused_by"),
                    f"what pauses the clock cancels it too: {trigger.event}",
                    "Let the event do one of the two; a cancelled clock never goes on",
                )
        if rule.paused_by and not rule.resumed_by:
            yield Finding(
                (*path, "paused_by"), "nothing but a report by hand resumes this clock", "Add resumed_by",
                "resumed_by: [{event: resumed}]",
            )  # fmt: skip
        if rule.kind != "claim" and rule.starts_on == "closed" and not rule.outlives_case:
            yield Finding(
                (*path, "starts_on"), "the clock starts when the case ends, and ends with it", "Add outlives_case",
                "outlives_case: true",
            )  # fmt: skip
        if (
            rule.kind != "claim"
            and rule.outlives_case
            and not any(trigger.event in AFTER_THE_END for trigger in rule.met_by)
        ):
            yield Finding(
                (*path, "met_by"), "nothing that can come after the end of the case meets this clock",
                f"Name one of: {', '.join(sorted(AFTER_THE_END))}",
            )  # fmt: skip


def statutory_clocks_stand_alone(pack: Pack) -> Iterator[Finding]:
    """The law's limit is not paused: pauses of such a clock never happen."""
    for path, rule in _clocks(pack):
        if rule.statutory and (rule.pauses is not None or rule.paused_by):
            yield Finding(
                (*path, "statutory"), "a statutory clock refuses every pause",
                "Remove its pauses, or keep the company's own limit in a clock apart",
            )  # fmt: skip


def notices_can_come(pack: Pack) -> Iterator[Finding]:
    """What is told so long before the limit must fit into it."""
    for path, rule in _clocks(pack):
        shortest = min((_minutes(limit) for limit in _limits(rule)), default=0)
        notices: list[tuple[tuple[str | int, ...], Limit]] = [
            ((*path, "warn_before", index), limit) for index, limit in enumerate(rule.warn_before)
        ]
        notices += [
            ((*path, "escalation", index, "before"), rung.before)
            for index, rung in enumerate(rule.escalation)
            if rung.before is not None
        ]
        for place, limit in notices:
            if _minutes(limit) >= shortest:
                yield Finding(
                    place, "the limit of the clock is not longer than this, so it comes at the start or never",
                    "Give less than the shortest limit of the clock",
                )  # fmt: skip


def no_clock_twice(pack: Pack) -> Iterator[Finding]:
    """Two clocks alike but for the name: every warning and breach is told twice."""
    seen: dict[object, str] = {}
    for rule in pack.clocks.values():
        likeness = (
            rule.kind, rule.starts_on, repr(rule.starts_with), rule.starts_at, rule.met_by, rule.cancelled_by,
            repr(sorted(rule.applies_when.items())), rule.limit, repr(sorted(rule.limit_by_grade.items())),
        )  # fmt: skip
        other = seen.setdefault(repr(likeness), rule.name)
        if other != rule.name:
            fix = "Remove one, or say what tells them apart"
            yield Finding(("clocks", rule.name), f"it does what {other} does", fix)


def rules_can_win(pack: Pack) -> Iterator[Finding]:
    """A rule behind one that holds whenever it does is never asked."""
    lists: tuple[tuple[str, tuple[object, ...]], ...] = (
        ("grading", tuple(rule.when for rule in pack.grading)),
        ("routing.rules", tuple(rule.when for rule in pack.routing.rules if not rule.beside)),
    )
    for name, conditions in lists:
        for index, condition in enumerate(conditions):
            if condition in conditions[:index]:
                first = conditions.index(condition) + 1
                path: tuple[str | int, ...] = (*name.split("."), index)
                yield Finding(path, f"rule {first} holds whenever this one does", "Remove one, or narrow the first")


def every_class_has_a_clock(pack: Pack) -> Iterator[Finding]:
    """A case without a clock can never be late, and nobody sees it. Looked at for each class in each grade."""
    for class_ in pack.classes.values():
        bare = [grade for grade in pack.grades if not _has_clock(pack, class_, grade)]
        if bare:
            grades = "whatever its grade" if len(bare) == len(pack.grades) else f"of grade {', '.join(bare)}"
            fix = "Let a clock apply to it; a case without a clock is never late"
            yield Finding(("classes", class_.name), f"no clock runs for {class_.name} {grades}", fix)
    if pack.inquiries is not None and not any(rule.kind == "inquiry" for rule in pack.clocks.values()):
        yield Finding(("inquiries",), "no clock runs for inquiries", "Add a clock of kind inquiry")


def everybody_answers_for_something(pack: Pack) -> Iterator[Finding]:
    """A class whose departments are all partners has nobody inside who answers for it."""
    for class_ in pack.classes.values():
        if all(pack.departments[name].partner for name in class_.departments if name in pack.departments):
            yield Finding(
                ("classes", class_.name, "departments"), "only partners answer for this class",
                "Add a department of the company",
            )  # fmt: skip


def _unknown(path: tuple[str | int, ...], event: str, events: AbstractSet[str], effect: str) -> Finding:
    near = get_close_matches(event, sorted(events), 1)
    fix = f"Did you mean {near[0]}?" if near else f"Use one of: {', '.join(sorted(events))}"
    return Finding(path, f"no event is called {event}, so {effect}", fix)


def _has_clock(pack: Pack, class_: ComplaintClass, grade: str) -> bool:
    facts = {"kind": "complaint", "class": class_.name, "category": class_.category, "grade": grade}
    return any(_may_run(rule, facts) for rule in pack.clocks.values() if rule.starts_on == "routed")


def _clocks(pack: Pack) -> Iterator[tuple[tuple[str | int, ...], ClockRule]]:
    yield from ((("clocks", rule.name), rule) for rule in pack.clocks.values())
    of_claims = pack.claims.clocks if pack.claims is not None else {}
    yield from ((("claims", "clocks", rule.name), rule) for rule in of_claims.values())


def _triggers(rule: ClockRule) -> Iterator[tuple[str, Trigger]]:
    for field in ("met_by", "cancelled_by", "restarted_by", "reset_by", "paused_by", "resumed_by"):
        for trigger in getattr(rule, field):
            yield field, trigger


def _conditions(pack: Pack) -> Iterator[tuple[tuple[str | int, ...], Accepts]]:
    for rule in pack.clocks.values():
        yield ("clocks", rule.name, "applies_when"), rule.applies_when
        for field, trigger in _triggers(rule):
            yield ("clocks", rule.name, field), trigger.case
    for index, grade in enumerate(pack.grading):
        yield ("grading", index, "when", "facts"), grade.when.facts
    for index, route in enumerate(pack.routing.rules):
        yield ("routing", "rules", index, "when", "facts"), route.when.facts
    for index, hand in enumerate(pack.hand_up):
        yield ("hand_up", index, "case"), hand.case
    for index, lane in enumerate(pack.priority.lanes if pack.priority is not None else ()):
        yield ("priority", "lanes", index, "when", "facts"), lane.when.facts


def _known_values(pack: Pack) -> Mapping[str, frozenset[object]]:
    """The values that facts can take, for those of which the pack or the contract lists them."""
    values: dict[str, frozenset[object]] = {
        "kind": frozenset({"complaint", "inquiry"}),
        "class": frozenset(pack.classes),
        "category": frozenset(class_.category for class_ in pack.classes.values() if class_.category),
        "grade": frozenset(pack.grades),
        "channel": frozenset(pack.channels),
        "channel_group": frozenset(channel.group for channel in pack.channels.values()),
        "route": frozenset({"domestic", "same_city", "hongkong_macau_taiwan", "international"}),
        "web_result": frozenset({"none", "found"}),
        "subject": frozenset({"internal", "external"}),
        "content": frozenset({"minor", "moderate", "serious"}),
        "scope": frozenset({"local", "regional", "global"}),
        "satisfaction": frozenset({"satisfied", "neutral", "dissatisfied"}),
        "regulator": frozenset({True, False}),
        "stands": frozenset({True, False}),
    }
    return values | ({"priority": frozenset(pack.priority.levels)} if pack.priority is not None else {})


def _limits(rule: ClockRule) -> tuple[Limit, ...]:
    return (rule.limit,) if rule.limit is not None else tuple(rule.limit_by_grade.values())


def _minutes(limit: Limit) -> int:
    """About how long a limit is; good enough to see that one thing cannot lie within another."""
    return limit.amount * _MINUTES[limit.unit]


def _covers(trigger: Trigger, other: Trigger) -> bool:
    """Whether the first is set off whenever the second is."""
    wider = trigger.data.items() <= other.data.items() and trigger.case.items() <= other.case.items()
    return trigger.event == other.event and wider


def _may_run(rule: ClockRule, facts: Mapping[str, str]) -> bool:
    """Whether the clock runs in some case with these facts: conditions about others may hold."""
    asked = {fact: accepted for fact, accepted in rule.applies_when.items() if fact in facts}
    whatever = len(asked) == len(rule.applies_when)
    return rule.kind == facts["kind"] and whatever and all(facts[fact] in accepted for fact, accepted in asked.items())


CHECKS: Final[tuple[Callable[[Pack], Iterator[Finding]], ...]] = (
    events_come,
    conditions_can_hold,
    conditions_get_decided,
    facts_of_claims_come,
    clocks_can_run,
    statutory_clocks_stand_alone,
    notices_can_come,
    no_clock_twice,
    rules_can_win,
    every_class_has_a_clock,
    everybody_answers_for_something,
    warnings_of_amounts,
)

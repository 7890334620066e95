"""Why a clock of the pack runs in a case, or the first condition that it fails.

The conditions are looked at in this order: the kind of the case, the event that starts the clock, the facts that must
hold when it comes, a limit for the grade. What all fulfil and nothing has started is said to be so.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, Literal

import msgspec

from tousu.explain.accounts import claim_clocks, limits_of
from tousu.explain.story import CASES, ROUTED, CaseHistory, PublishedEvent
from tousu.policy.clock_rule import Accepts, ClockRule, Names, unknown_in
from tousu.policy.pack import Pack

Reason = Literal[
    "attached", "other_kind", "no_claim", "not_happened", "not_applicable", "undecided", "no_limit",
    "not_started", "no_promise",
]  # fmt: skip
_NO_CLAIM: Final = "it is for claims, and no claim was opened"


class Attachment(msgspec.Struct, frozen=True, kw_only=True):
    """One clock of the pack and whether it runs in the case. `words` say why, or name the first condition that failed.

    at, event_id, event_name: when and by which event it started; empty where it did not. claim_number: of a limit of a
    claim, empty for a clock of the case.
    """

    clock: str
    label: Names
    reason: Reason
    words: str
    section: str
    at: datetime | None = None
    event_id: str = ""
    event_name: str = ""
    claim_number: str = ""

    @property
    def attached(self) -> bool:
        """Whether the clock was started."""
        return self.reason == "attached"


def attachments_of(story: CaseHistory, pack: Pack) -> tuple[Attachment, ...]:
    """Every clock of the pack, those of claims last; of these none runs where no claim was opened.

    Where claims were opened, `tousu.explain.claim_attachment` says of each of them which of its limits run.
    """
    attachments = [_attachment(story, pack, rule) for rule in pack.clocks.values()]
    if not any(event.name == "claim.opened" for event in story.events):
        attachments += [without_start(rule, "no_claim", _NO_CLAIM) for rule in claim_clocks(pack).values()]
    return tuple(attachments)


def _attachment(story: CaseHistory, pack: Pack, rule: ClockRule) -> Attachment:
    started = started_in(story, rule, "")
    if started is None:
        return without_start(rule, *_obstacle(story, pack, rule))
    known = _facts(story)
    return attached(story, rule, started, known[-1][1] if known else {})


def started_in(story: CaseHistory, rule: ClockRule, claim_number: str) -> PublishedEvent | None:
    """The first start of a clock, of the case or of one claim."""
    return next(
        (
            event
            for event in story.events
            if event.name == "clock.started"
            and event.data.get("clock") == rule.name
            and event.claim_number == claim_number
        ),
        None,
    )


def attached(story: CaseHistory, rule: ClockRule, started: PublishedEvent, facts: Mapping[str, Any]) -> Attachment:
    """A clock that was started, and by what; `facts`: what is known by now of what it asks for."""
    cause = started.data.get("cause_event", "")
    name = story.name_of_cause(cause)
    wanted = wanted_words(rule.applies_when)
    unknown = unknown_in(rule.applies_when, facts)
    because = f", as {wanted}" if wanted else ""
    if unknown:
        because = f", as long as nobody knows that {' or '.join(unknown)} is anything but what it asks for ({wanted})"
    return Attachment(
        clock=rule.name,
        label=rule.label,
        reason="attached",
        words=f"started by {name or rule.starts_on}{because}",
        section=rule.section,
        at=started.moment("started_at") or started.at,
        event_id=cause,
        event_name=name,
        claim_number=started.claim_number,
    )


def without_start(rule: ClockRule, reason: Reason, words: str, claim_number: str = "") -> Attachment:
    """A clock that was not started, and the first condition that fails."""
    return Attachment(
        clock=rule.name, label=rule.label, reason=reason, words=words, section=rule.section, claim_number=claim_number
    )


def _obstacle(story: CaseHistory, pack: Pack, rule: ClockRule) -> tuple[Reason, str]:
    """The first condition that the case fails."""
    kind = story.newest["kind"]
    if rule.kind != kind:
        return "other_kind", f"it is for {_plural(rule.kind)}, and the case is {_a(kind)}"
    came = [(event, facts) for event, facts in _facts(story) if event.short == rule.starts_on]
    if not came:
        return "not_happened", f"it starts on {rule.starts_on}, which has not happened"
    failing = [
        first_failing(rule.starts_with, event.data) or first_failing(rule.applies_when, facts) for event, facts in came
    ]
    if all(failing):
        return undecided(rule, came[-1][1]) or ("not_applicable", failing[-1])
    grades = [facts.get("grade") for (_, facts), failed in zip(came, failing, strict=True) if not failed]
    limits = limits_of(rule)
    if limits and "" not in limits and not any(grade in limits for grade in grades):
        return "no_limit", f"the pack gives no limit for grade {grades[-1] or 'none'}; it has: {', '.join(limits)}"
    return "not_started", _not_started(story, pack)


def _not_started(story: CaseHistory, pack: Pack) -> str:
    reference = story.newest.get("pack", pack.reference())
    if reference != pack.reference():
        by = f"{reference['id']} {reference['version']}"
        return f"all its conditions hold by pack {pack.version}; the case was decided by {by}"
    return "all its conditions hold; sla has not started it: it has not read the event yet"


def _facts(story: CaseHistory) -> list[tuple[PublishedEvent, dict[str, Any]]]:
    """Each event that may start a clock, with the facts of the case when it came."""
    facts: dict[str, Any] = {"stands": None, "reopened": 0}
    pairs: list[tuple[PublishedEvent, dict[str, Any]]] = []
    for event in story.events:
        if event.topic != CASES:
            continue
        if event.name in ROUTED:
            facts |= event.data
        facts |= _changed(event)
        pairs.append((event, dict(facts)))
    return pairs


def _changed(event: PublishedEvent) -> dict[str, Any]:
    """What an event says of the facts that conditions may ask for."""
    block = event.data.get("case")
    changed = {} if block is None else {"stands": block.get("stands"), "reopened": block.get("reopened", 0)}
    if event.short == "passed_on":
        changed |= {name: event.data[name] for name in ("class", "grade") if name in event.data}
    return changed


def undecided(rule: ClockRule, facts: Mapping[str, Any]) -> tuple[Reason, str] | None:
    """Why nobody can say yet whether a clock applies, and what it does meanwhile; None where that is known."""
    unknown = unknown_in(rule.applies_when, facts)
    if not unknown:
        return None
    wanted = wanted_words({name: rule.applies_when[name] for name in unknown})
    meanwhile = {
        "waits": "until then it counts in silence, and somebody should find it out",
        "rests": "until then it counts in silence, as the pack says",
        "runs": "the pack lets it run until then",
    }[rule.while_unknown]
    missing = f"{' and '.join(unknown)} {'is' if len(unknown) == 1 else 'are'} not known"
    return "undecided", f"it applies when {wanted}, and {missing}; {meanwhile}"


def first_failing(condition: Accepts, facts: Mapping[str, Any]) -> str:
    """The first field that does not have one of its values, in words; empty where all have."""
    for field, values in condition.items():
        if facts.get(field) not in values:
            has = f"is {facts[field]}" if facts.get(field) is not None else "is not known"
            return f"it applies when {wanted_words({field: values})}, and {field} {has}"
    return ""


def wanted_words(condition: Accepts) -> str:
    """A condition in words: `cause is damage or loss and route is domestic`."""
    return " and ".join(f"{field} is {' or '.join(map(str, values))}" for field, values in condition.items())


def _plural(kind: str) -> str:
    return "inquiries" if kind == "inquiry" else f"{kind}s"


def _a(kind: str) -> str:
    return "an inquiry" if kind == "inquiry" else f"a {kind}"

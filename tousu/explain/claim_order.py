"""What was published of one claim, in the order in which the claims processor came to it.

Every event of a claim names the event of the case that led to it, so the topics fall into one order: each report stands
before what it led to, and what time alone led to stands behind the last thing known.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from tousu.explain.story import CASES, CLAIMS, INSTRUCTIONS, REJECTED, CaseHistory, PublishedEvent

_WRITTEN: Final = (CLAIMS, INSTRUCTIONS)


def claim_numbers(story: CaseHistory) -> tuple[str, ...]:
    """The claims of a case, in the order in which they were opened."""
    return tuple(dict.fromkeys(event.claim_number for event in story.events if event.name == "claim.opened"))


def in_order(story: CaseHistory) -> list[PublishedEvent]:
    """The events of a case, of its claims and to finance, in the order in which claims read and wrote them."""
    cases = story.on(CASES)
    keyed = [((index, 0, 0), event) for index, event in enumerate(cases)]
    for rank, topic in enumerate(_WRITTEN, start=1):
        events = story.on(topic)
        keyed += [((place, rank, number), event) for number, (place, event) in enumerate(_placed(events, cases))]
    return [event for _, event in sorted(keyed, key=lambda pair: pair[0])]


def _placed(events: list[PublishedEvent], cases: list[PublishedEvent]) -> Iterator[tuple[int, PublishedEvent]]:
    """Each event with the place of the last event of the case that claims had read when it was written."""
    places = {case_event.id: index for index, case_event in enumerate(cases)}
    causes = [_cause(claim_event, places, cases) for claim_event in events]
    place = -1
    for number, event in enumerate(events):
        cause = causes[number]
        if cause is not None:
            place = max(place, cause)
        else:
            later = next((cause for cause in causes[number:] if cause is not None), len(cases))
            while place + 1 < later and cases[place + 1].time <= event.time:
                place += 1
        yield place, event


def _cause(event: PublishedEvent, places: Mapping[str, int], cases: list[PublishedEvent]) -> int | None:
    """The place of the event that led to one; None where time did, though the event that began a limit is named."""
    place = places.get(event.causation)
    if place is None or (event.name.startswith("clock.") and "cause_event" not in event.data):
        return None
    received_at = cases[0].moment("received_at") or cases[0].time
    return None if event.name.startswith("claim.") and event.time > max(cases[place].time, received_at) else place


def of_claim(story: CaseHistory, number: str, before: PublishedEvent | None = None) -> list[PublishedEvent]:
    """What is about this claim, and what the router says of its case; up to an event where one is given."""
    events = in_order(story)
    return [
        event
        for event in (events if before is None else events[: events.index(before)])
        if event.claim_number == number or (event.topic == CASES and not event.claim_number) or _is_about(event, number)
    ]


def refusals(story: CaseHistory, number: str) -> list[PublishedEvent]:
    """The reports about this claim that were refused, wherever that was."""
    return [event for event in story.on(REJECTED) if _data(event).get("claim_number") == number]


def _is_about(event: PublishedEvent, number: str) -> bool:
    """Instructions name what is owed, whose number begins with that of the claim."""
    of = str(event.data.get("of", ""))
    return event.topic == INSTRUCTIONS and of.startswith(f"{number}/")


def _data(event: PublishedEvent) -> dict[str, Any]:
    """What was refused: its data, or those of the event in structured form."""
    inner = event.data.get("data")
    return inner if "specversion" in event.data and isinstance(inner, dict) else event.data

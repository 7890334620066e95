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
    return tuple(dict.fromkeys(each.claim_number for each in story.told if each.name == "claim.opened"))


def in_order(story: CaseHistory) -> list[PublishedEvent]:
    """The events of a case, of its claims and to finance, in the order in which claims read and wrote them."""
    cases = story.on(CASES)
    found = [((index, 0, 0), each) for index, each in enumerate(cases)]
    for rank, topic in enumerate(_WRITTEN, start=1):
        told = story.on(topic)
        found += [((place, rank, number), each) for number, (place, each) in enumerate(_placed(told, cases))]
    return [each for _, each in sorted(found, key=lambda pair: pair[0])]


def _placed(told: list[PublishedEvent], cases: list[PublishedEvent]) -> Iterator[tuple[int, PublishedEvent]]:
    """Each event with the place of the last event of the case that claims had read when it was written."""
    places = {each.id: index for index, each in enumerate(cases)}
    causes = [_cause(each, places, cases) for each in told]
    place = -1
    for number, each in enumerate(told):
        cause = causes[number]
        if cause is not None:
            place = max(place, cause)
        else:
            later = next((one for one in causes[number:] if one is not None), len(cases))
            while place + 1 < later and cases[place + 1].time <= each.time:
                place += 1
        yield place, each


def _cause(told: PublishedEvent, places: Mapping[str, int], cases: list[PublishedEvent]) -> int | None:
    """The place of the event that led to one; None where time did, though the event that began a limit is named."""
    place = places.get(told.causation)
    if place is None or (told.name.startswith("clock.") and "cause_event" not in told.data):
        return None
    received_at = cases[0].moment("received_at") or cases[0].time
    return None if told.name.startswith("claim.") and told.time > max(cases[place].time, received_at) else place


def of_claim(story: CaseHistory, number: str, before: PublishedEvent | None = None) -> list[PublishedEvent]:
    """What is about this claim, and what the router says of its case; up to an event where one is given."""
    told = in_order(story)
    return [
        each
        for each in (told if before is None else told[: told.index(before)])
        if each.claim_number == number or (each.topic == CASES and not each.claim_number) or _is_told_of(each, number)
    ]


def refusals(story: CaseHistory, number: str) -> list[PublishedEvent]:
    """The reports about this claim that were refused, wherever that was."""
    return [each for each in story.on(REJECTED) if _data(each).get("claim_number") == number]


def _is_told_of(told: PublishedEvent, number: str) -> bool:
    """Instructions name what is owed, whose number begins with that of the claim."""
    of = str(told.data.get("of", ""))
    return told.topic == INSTRUCTIONS and of.startswith(f"{number}/")


def _data(told: PublishedEvent) -> dict[str, Any]:
    """What was refused: its data, or those of the event in structured form."""
    inner = told.data.get("data")
    return inner if "specversion" in told.data and isinstance(inner, dict) else told.data

"""What was published of one claim, in the order in which the claims processor came to it.

Every event of a claim names the event of the case that led to it, so the topics fall into one order: each report stands
before what it led to, and what time alone led to stands behind the last thing known.
"""

from __future__ import annotations

from typing import Any, Final

from tousu.explain.story import CASES, CLAIMS, INSTRUCTIONS, REJECTED, Story, Told

_WRITTEN: Final = (CLAIMS, INSTRUCTIONS)


def claim_numbers(story: Story) -> tuple[str, ...]:
    """The claims of a case, in the order in which they were opened."""
    return tuple(dict.fromkeys(each.claim_number for each in story.told if each.name == "claim.opened"))


def in_order(story: Story) -> list[Told]:
    """The events of a case, of its claims and to finance, in the order in which claims read and wrote them."""
    cases = story.on(CASES)
    places = {each.id: index for index, each in enumerate(cases)}
    found = [((index, 0, 0), each) for index, each in enumerate(cases)]
    for topic in _WRITTEN:
        place = -1
        for number, each in enumerate(story.on(topic), start=1):
            place = max(place, places.get(each.causation, place))
            found.append(((place, 1 + _WRITTEN.index(topic), number), each))
    return [each for _, each in sorted(found, key=lambda pair: pair[0])]


def of_claim(story: Story, number: str) -> list[Told]:
    """What is about this claim, and what the router says of its case."""
    return [
        each
        for each in in_order(story)
        if each.claim_number == number or (each.topic == CASES and not each.claim_number) or _is_told_of(each, number)
    ]


def refusals(story: Story, number: str) -> list[Told]:
    """The reports about this claim that were refused, wherever that was."""
    return [each for each in story.on(REJECTED) if _data(each).get("claim_number") == number]


def _is_told_of(told: Told, number: str) -> bool:
    """Instructions name what is owed, whose number begins with that of the claim."""
    of = str(told.data.get("of", ""))
    return told.topic == INSTRUCTIONS and of.startswith(f"{number}/")


def _data(told: Told) -> dict[str, Any]:
    """What was refused: its data, or those of the event in structured form."""
    inner = told.data.get("data")
    return inner if "specversion" in told.data and isinstance(inner, dict) else told.data

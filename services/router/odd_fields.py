"""Fields of a report that cannot be right for its case: the report stays, the field goes, and a sentence says why.

What no report can do without is refused instead (`refusals`). The sentences travel with the event in the attribute that
intake uses for complaints, and stand in the block `case` of what the router publishes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec

from tousu.dropped import LEFT_OUT, dropped_of, without
from tousu.event import Event, text_of_time, time_of_text
from tousu.events.handling import HandlingCustomerAnswered
from tousu.policy.facts import MARKS
from tousu.policy.marks import why_unknown
from tousu.policy.pack import Pack
from tousu.policy.replies import elements_of, kinds_of

PROMISES: Final = ("answer_by", "next_by", "due_at", "notified_at")
"""Times that a report tells of, which lie behind the receipt of the complaint."""


class _ListedWords(msgspec.Struct, frozen=True):
    """What a report names that a pack may list."""

    cause: str | None = None
    in_charge: str | None = None


def without_odd_fields(event: Event, pack: Pack, received_at: datetime, departments: Sequence[str]) -> Event:
    """The report without what cannot be right for a case with this pack, receipt and departments."""
    odd = dict(_odd(event.data, pack, received_at, departments))
    if event.type == HandlingCustomerAnswered.TYPE:
        odd |= dict(_odd_words_of_answer(event.read(HandlingCustomerAnswered), pack))
    if not odd:
        return event
    return without(event, {f"/{name}": why + LEFT_OUT for name, why in odd.items()})


def without_strange_department(event: Event, pack: Pack) -> Event:
    """A report about a claim or a penalty without a department that the pack does not have: payments and rulings come
    from desks that a pack need not list."""
    if event.data.get("department") in (None, *pack.departments):
        return event
    why = f"department is none of pack {pack.id} {pack.version}; use one of: {', '.join(pack.departments)}"
    return without(event, {"/department": why + LEFT_OUT})


def dropped_in_block(event: Event) -> dict[str, Any]:
    """What was left out of an event, as its block `case` says it; nothing where nothing was."""
    dropped = dropped_of(event)
    return {"dropped_fields": dropped} if dropped else {}


def _odd(
    data: Mapping[str, Any], pack: Pack, received_at: datetime, departments: Sequence[str]
) -> Iterator[tuple[str, str]]:
    """Each field that cannot be right, and why."""
    for name in MARKS:
        if name in data and (why := why_unknown(pack, name, data[name])):
            yield name, why
    named = msgspec.convert(data, _ListedWords)
    if named.cause not in (None, *pack.causes):
        causes = f"use one of: {', '.join(pack.causes)}" if pack.causes else "this pack records no causes"
        yield "cause", f"cause is none of pack {pack.id} {pack.version}; {causes}"
    for name in PROMISES:
        if name in data and time_of_text(data[name], name) < received_at:
            yield name, f"{name} lies before the complaint, which was received at {text_of_time(received_at)}"
    persons = [person for name in departments if name in pack.departments for person in pack.departments[name].persons]
    if persons and named.in_charge not in (None, *persons):
        yield "in_charge", f"in_charge is none of those who may be in charge here; use one of: {', '.join(persons)}"


def _odd_words_of_answer(answer: HandlingCustomerAnswered, pack: Pack) -> Iterator[tuple[str, str]]:
    """What an answer calls itself and what it says that it holds, where the pack has no such word."""
    if answer.kind not in (None, *(kinds := kinds_of(pack))):
        yield "kind", f"kind is none of pack {pack.id} {pack.version}; use one of: {', '.join(kinds)}"
    elements = elements_of(pack)
    words = f"use one of: {', '.join(elements)}" if elements else "this pack asks an answer for none"
    for at, element in enumerate(answer.elements or ()):
        if element not in elements:
            yield f"elements/{at}", f"this is no element of pack {pack.id} {pack.version}; {words}"

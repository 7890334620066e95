"""What the log says of one case, as far as reports need it: one small record a case, whatever the order of reading.

Everything carries the place of its event in the numbering of the processor that wrote it. So topics may be read in any
order and events more than once: what is told twice changes nothing, and the last word is the one with the highest
place. Times are microseconds since 1970.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

import msgspec

GENERATION_BITS = 44
ClockWord = Literal["met", "breached", "breach_withdrawn"]
MET: Final[ClockWord] = "met"
BREACHED: Final[ClockWord] = "breached"
BREACH_WITHDRAWN: Final[ClockWord] = "breach_withdrawn"


class Ending(NamedTuple):
    """The case came to an end. `cause`: place of the event on complaints.cases that ended it; `lead`: who led then."""

    place: int
    cause: int
    at: int
    result: str
    lead: str


class Reopening(NamedTuple):
    """The case was taken up again."""

    place: int
    cause: int
    at: int


class Correction(NamedTuple):
    """The end that was told last is otherwise: it was at another time, or with another result, or there was none.

    at: None where the case turned out not to have ended.
    """

    place: int
    cause: int
    at: int | None
    result: str
    lead: str


class Hop(NamedTuple):
    """From here on this department was in the lead."""

    place: int
    at: int
    lead: str


class Judgement(NamedTuple):
    """A department found who is responsible, and what caused the trouble; empty where it did not say."""

    at: int
    place: int
    outlet: str
    employee: str
    cause: str = ""


class Answer(NamedTuple):
    """The customer was told the result, by this employee."""

    at: int
    place: int
    employee: str


class Satisfaction(NamedTuple):
    """What the customer said of the handling; score 0 and rating empty where not said."""

    at: int
    place: int
    score: int
    rating: str


class ClockSaid(NamedTuple):
    """A clock was met, breached, or had its breach withdrawn. `at`: the answer, or when the limit was reached.

    employee: whose duty it was, where the clock says so. plan_id: of a clock that every plan has for itself.
    """

    clock: str
    generation: int
    word: ClockWord
    at: int
    lead: str
    employee: str = ""
    plan_id: str = ""


class Joining(NamedTuple):
    """The same trouble was told again. Without receipt: that telling left the case, it was another trouble."""

    place: int
    submission: str
    received_at: int | None


class Story(msgspec.Struct):
    """One case. `kind` is empty until its routed event has been read; class and grade are those of `revision`."""

    kind: str = ""
    organisation: str = ""
    channel: str = ""
    channel_group: str = ""
    region: str = ""
    outlet: str = ""
    employee: str = ""
    received_at: int = 0
    revision: int = 0
    class_name: str = ""
    grade: str = ""
    hops: tuple[Hop, ...] = ()
    joinings: tuple[Joining, ...] = ()
    answers: tuple[Answer, ...] = ()
    judgements: tuple[Judgement, ...] = ()
    satisfactions: tuple[Satisfaction, ...] = ()
    endings: tuple[Ending, ...] = ()
    reopenings: tuple[Reopening, ...] = ()
    corrections: tuple[Correction, ...] = ()
    clocks: tuple[ClockSaid, ...] = ()


def place_of(event_id: str) -> int:
    """The place that an event's id names: `sla/0:complaints.sla/0:37` gives 37, of generation 2 (`sla/0.2:…`) more.

    Places of one processor, shard and topic can be compared. Raises ValueError for an id that no processor wrote.
    """
    try:
        origin, _, number = event_id.split(":")
        _, _, generation = origin.partition(".")
        return (int(generation or 1) << GENERATION_BITS) + int(number)
    except ValueError:
        raise ValueError(
            f"event id {event_id!r} is not of a processor: PROCESSOR/SHARD:TOPIC/PARTITION:NUMBER"
        ) from None

"""How a case stands by its story: which end holds, whose it is, who had it how long, which breaches stand.

The router publishes only what counts, so that nothing has to be judged again here. An end that was corrected counts as
it was corrected. A reopening takes back the end, the answer and the satisfaction before it; breaches stay.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from tousu.policy.region import region_of
from tousu.report.story import Answer, ClockSaid, Correction, Ending, Hop, Judgement, Satisfaction, Story


class ClockVerdict(NamedTuple):
    """A clock was met in time, or its breach stands. employee: whose duty it was, where the clock says so."""

    clock: str
    in_time: bool
    at: int
    lead: str
    employee: str = ""


class Stretch(NamedTuple):
    """A time in which the case was open; `until` is None while it is."""

    since: int
    until: int | None


class Standing:
    """A case as its story stands. Times in microseconds since 1970."""

    def __init__(self, story: Story) -> None:
        self.story = story
        self.endings = _endings_of(story)
        self.reopenings = tuple(sorted(story.reopenings))
        self.hops = sorted(story.hops)
        """Who was in the lead, in order."""
        self.ending: Ending | None = self.endings[-1] if len(self.endings) > len(self.reopenings) else None
        """The end that holds: the last one, unless the case was taken up again since."""
        self.received_at = self._received_at()

    def is_reopened(self, ending: Ending) -> bool:
        """Whether the case was taken up again after this end."""
        return self.endings.index(ending) < len(self.reopenings)

    def ended_for_good(self, answer: Answer) -> bool:
        """Whether the case ended with this answer and was not taken up again: the customer took it, or was told why it
        does not stand."""
        return any(ending.at == answer.at and not self.is_reopened(ending) for ending in self.endings)

    @property
    def lead(self) -> str:
        """The department in the lead when the case ended; of an open case, the one that is in the lead now."""
        if self.ending is not None:
            return self.ending.lead
        return self.hops[-1].lead if self.hops else ""

    @property
    def answer(self) -> Answer | None:
        """The last answer to the customer."""
        return max(self.story.answers, default=None)

    @property
    def is_answered(self) -> bool:
        """Whether the customer has been told the result since the last reopening."""
        return self.answer is not None and (self.answer.at, self.answer.place) > self._round

    @property
    def judgement(self) -> Judgement | None:
        """The last judgement, by the time at which it was made."""
        return max(self.story.judgements, default=None)

    @property
    def outlet(self) -> str:
        """The outlet found responsible, else the one complained of."""
        return (self.judgement and self.judgement.outlet) or self.story.outlet

    @property
    def region(self) -> str:
        """The region of that outlet, else the one that was named."""
        return region_of(self.outlet) or self.story.region

    @property
    def responsible(self) -> str:
        """The employee found responsible, else the one complained of."""
        return (self.judgement and self.judgement.employee) or self.story.employee

    @property
    def cause(self) -> str:
        """What caused the trouble, by the last judgement that says so."""
        latest = max((judgement for judgement in self.story.judgements if judgement.cause), default=None)
        return latest.cause if latest is not None else ""

    @property
    def satisfaction(self) -> Satisfaction | None:
        """What the customer said last, since the last reopening."""
        ratings = (rating for rating in self.story.satisfactions if (rating.at, rating.place) > self._round)
        return max(ratings, default=None)

    @property
    def verdicts(self) -> list[ClockVerdict]:
        """What became of each clock, once for each generation: met in time, or a breach that was not withdrawn."""
        withdrawn = {_clock(clock) for clock in self.story.clocks if clock.word == "breach_withdrawn"}
        return [
            ClockVerdict(clock.clock, clock.word == "met", clock.at, clock.lead, clock.employee)
            for clock in sorted(self.story.clocks)
            if clock.word == "met" or (clock.word == "breached" and _clock(clock) not in withdrawn)
        ]

    @property
    def stretches(self) -> list[Stretch]:
        """When the case was open: from receipt, or a reopening, to the end that followed."""
        begins = (self.received_at, *(reopening.at for reopening in self.reopenings))
        ends = [ending.at for ending in self.endings]
        return [
            Stretch(since, max(since, ends[index]) if index < len(ends) else None) for index, since in enumerate(begins)
        ]

    def held(self) -> list[tuple[str, int]]:
        """For how long each department was in the lead of a case that ended: once for each, microseconds.

        The parts add up to the time that the case was open. A move that is reported late, with a time before the last
        one, takes nothing from whoever had the case then.
        """
        return held_by(
            self.hops, [(stretch.since, stretch.until) for stretch in self.stretches if stretch.until is not None]
        )

    def _received_at(self) -> int:
        """The earliest receipt of the tellings that stay, as far as that was known while the case was open."""
        first = earliest = self.story.received_at
        joined: dict[str, int] = {}
        for joining in sorted(self.story.joinings):
            if joining.received_at is None:
                joined.pop(joining.submission, None)
            else:
                joined[joining.submission] = joining.received_at
            if self._is_open_at(joining.place):
                earliest = min((first, *joined.values()))
        return earliest

    @property
    def _round(self) -> tuple[int, int]:
        """When the present round began, and with which event."""
        return (self.reopenings[-1].at, self.reopenings[-1].cause) if self.reopenings else (-1, -1)

    def _is_open_at(self, place: int) -> bool:
        """Whether the case was open when the event at this place came; the one that ended it came while it was."""
        return not any(
            ending.cause < place and (index >= len(self.reopenings) or place < self.reopenings[index].cause)
            for index, ending in enumerate(self.endings)
        )


def _clock(clock_said: ClockSaid) -> tuple[str, int, str]:
    """Which clock it was, in which generation, about which plan."""
    return clock_said.clock, clock_said.generation, clock_said.plan_id


def _endings_of(story: Story) -> tuple[Ending, ...]:
    """The ends that were told, each as it was corrected since."""
    endings: list[Ending] = []
    changes: list[Ending | Correction] = [*story.endings, *story.corrections]
    for change in sorted(changes, key=lambda entry: entry.place):
        if isinstance(change, Ending):
            endings.append(change)
            continue
        former = endings.pop()
        if change.at is not None:
            endings.append(former._replace(at=change.at, result=change.result))
    return tuple(endings)


def held_by(hops: Sequence[Hop], stretches: Sequence[tuple[int, int]]) -> list[tuple[str, int]]:
    """How much of these stretches fell to each lead, in the order of their first hop; coming back adds to the same."""
    held: dict[str, int] = {}
    begin = hops[0].at if hops else 0
    for index, hop in enumerate(hops):
        begin = max(begin, hop.at)
        later = hops[index + 1].at if index + 1 < len(hops) else None
        until = None if later is None else max(begin, later)
        for since, ended in stretches:
            first = since if index == 0 else max(begin, since)
            last = ended if until is None else min(until, ended)
            held[hop.lead] = held.get(hop.lead, 0) + max(0, last - first)
    return list(held.items())

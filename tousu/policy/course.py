"""The course of a case, as far as those must know it who act on its events beside sla: is it over, does it stand?

sla owns the life of a case and refuses what does not fit it. A processor that reads the same log must not act on what
is refused there, so the few turns that matter to it are told here, once, by the same times:

- A complaint ends with an answer that settles it, or with any answer once it does not stand; an inquiry with its
  answer or with the right to ask; both with a withdrawal. After that only a reopening moves the case.
- An end that lies before the last reopening is of the round before. A judgement from before the case came to wholly
  other departments is of those that had it then. Neither counts any more.
- A claim that was filed without a complaint has no such course: what happens to it is a matter of claims alone.

Source: docs/sources.md, sections 1, 2 and 6 (C).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final, Literal

import msgspec
from msgspec.structs import replace

Kind = Literal["complaint", "inquiry", "claim"]
ENDS: Final[Mapping[Kind, Collection[str]]] = {
    "complaint": frozenset({"customer_answered", "withdrawn"}),
    "inquiry": frozenset({"inquiry_answered", "withdrawn"}),
    "claim": frozenset[str](),
}


class Course(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How far a case has come.

    round_at: when the present round began (receipt or last reopening). assigned_at: when wholly other departments got
    the case, or round_at. ended_at: when it ended, None while it goes on. lapses_at: when time alone ends it (an
    inquiry, until it is reopened). stands: the newest judgement, None before one. withdrawn: how it ended.
    """

    kind: Kind
    received_at: datetime
    round_at: datetime
    assigned_at: datetime
    ended_at: datetime | None = None
    lapses_at: datetime | None = None
    stands: bool | None = None
    withdrawn: bool = False

    def is_over(self, now: datetime) -> bool:
        """Whether the case has come to its end. `now` is pipeline time, as everywhere here."""
        return self.ended_at is not None or (self.lapses_at is not None and self.lapses_at < now)

    def counts(self, what: str, happened_at: datetime, now: datetime) -> bool:
        """Whether a handling event (short name: `judged`) still moves the case, by when it happened."""
        if self.kind == "claim":
            return False
        if self.is_over(now):
            return what == "reopened"
        if what in ENDS[self.kind]:
            return self.round_at == self.received_at or happened_at >= self.round_at
        if what == "judged":
            return self.kind == "complaint" and not happened_at < self.assigned_at != self.received_at
        return what != "reopened"

    def after(self, what: str, said: Mapping[str, Any], happened_at: datetime, now: datetime) -> Course:
        """The course after a handling event with this data; unchanged where it does not count."""
        if not self.counts(what, happened_at, now):
            return self
        at = self._within(happened_at, now)
        match what:
            case "judged":
                return replace(self, stands=said["stands"])
            case "withdrawn":
                return replace(self, withdrawn=True, ended_at=max(at, self.round_at))
            case "inquiry_answered" if self.kind == "inquiry":
                return replace(self, ended_at=max(at, self.round_at))
            case "customer_answered" if self.kind == "complaint" and (said["settled"] or self.stands is False):
                return replace(self, ended_at=max(at, self.round_at))
            case "reopened":
                at = max(at, self.ended_at or self.lapses_at or at)
                return replace(
                    self, round_at=at, assigned_at=at, ended_at=None, lapses_at=None, stands=None, withdrawn=False
                )
            case _:
                return self

    def handed_over(
        self, former: Collection[str], new: Collection[str], happened_at: datetime, now: datetime
    ) -> Course:
        """The course after responsibility moved: where nobody of the former stays, the new ones begin then."""
        if set(former) & set(new):
            return self
        return replace(self, assigned_at=max(self._within(happened_at, now), self.assigned_at))

    def _within(self, happened_at: datetime, now: datetime) -> datetime:
        return min(max(happened_at, self.received_at), now)


def begun(kind: Kind, received_at: datetime, lapses_at: datetime | None = None) -> Course:
    """The course of a case that was received at this time."""
    return Course(
        kind=kind, received_at=received_at, round_at=received_at, assigned_at=received_at, lapses_at=lapses_at
    )

"""Limits that are a time which somebody was told, instead of a length in the pack: a promise, or what was agreed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from tousu.domain.clock.context import ClockContext
from tousu.event import time_of_text
from tousu.policy.calendar import UnpublishedYear
from tousu.policy.clock_rule import ClockRule, Limit, Unit, accepts
from tousu.policy.working_time import deadline

TOLD: Final[Unit] = "elapsed_minutes"
"""The measure of such a limit."""
_MINUTE: Final = timedelta(minutes=1)


class ToldLimit(NamedTuple):
    """A limit that ends at the time told, and from when its whole minutes count."""

    limit: Limit
    since: datetime


def first_time_of(names: Sequence[str], data: Mapping[str, Any]) -> datetime | None:
    """The time that an event says in one of these fields; None where it says nothing."""
    text = next((data[name] for name in names if name in data), None)
    return None if text is None else time_of_text(text)


def limit_until(rule: ClockRule, until: datetime, at: datetime) -> ToldLimit:
    """The limit of a clock that begins at `at` and is due at `until`."""
    minutes = -((at - until) // _MINUTE)
    return ToldLimit(Limit(amount=minutes, unit=TOLD, section=rule.section), until - minutes * _MINUTE)


def promised_limit(ctx: ClockContext, rule: ClockRule, data: Mapping[str, Any], at: datetime) -> ToldLimit | None:
    """The limit that the event says which starts a clock at `at`; None where that of the pack counts.

    A time beyond it counts only where it was agreed.
    """
    until = first_time_of(rule.told_in, data)
    if until is None or until <= at:
        return None
    last = deadline(at, ctx.limit_of(rule), ctx.calendar)
    if not accepts(rule.agreed_if, data) and (isinstance(last, UnpublishedYear) or until > last):
        return None
    return limit_until(rule, until, at)

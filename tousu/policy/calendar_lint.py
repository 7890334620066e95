"""Whether a calendar file that has the right form also makes sense: real zones and dates, hours and versions in order.

Each check is a function from the values of the file to findings; a new warning is a new function in `CHECKS`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tousu.policy.lint_errors import Finding

Value = Mapping[str, Any]
SUSPENDED_MAX: Final = timedelta(days=366)
"""No force majeure of one decision lasts longer; a longer one is a year mistyped."""
_MOMENT: Final = "2026-07-20T08:00:00+08:00"


def errors_of(value: Value) -> list[Finding]:
    """Everything that makes no sense in a calendar."""
    return [finding for check in CHECKS for finding in check(value)]


def zone_is_real(value: Value) -> Iterator[Finding]:
    """The time zone is one of the IANA database."""
    try:
        ZoneInfo(value["time_zone"])
    except (ZoneInfoNotFoundError, ValueError):
        yield Finding(("time_zone",), "no such time zone", "Name one of the IANA database", "Asia/Shanghai")


def hours_are_in_order(value: Value) -> Iterator[Finding]:
    """The intervals of a day follow each other."""
    hours = [(("weekly_hours", day), parts) for day, parts in value["weekly_hours"].items()]
    for path, parts in [*hours, (("make_up_hours",), value["make_up_hours"])]:
        edges = [edge for part in parts for edge in part.split("-")]
        if any(first >= second for first, second in pairwise(edges)):
            example = '["09:00-12:00", "13:00-18:00"]'
            yield Finding(path, "hours overlap or run backwards", "Put the intervals in order", example)


def versions_follow_each_other(value: Value) -> Iterator[Finding]:
    """Each holds later than the one before, has a name of its own and changes something."""
    names: set[str] = set()
    former: datetime | None = None
    for index, version in enumerate(value["versions"]):
        path = ("versions", index)
        held = _moment(version["effective_from"])
        if held is None:
            yield _no_moment((*path, "effective_from"), version["effective_from"])
        elif former is not None and held <= former:
            yield Finding(("versions",), "versions are not in order", "Put the oldest first, each with its own time")
        former = held or former
        if version["version"] in names:
            yield Finding(
                (*path, "version"), f"{version['version']} is there already", "Give each version its own name"
            )
        names.add(version["version"])
        if not any(version.get(part) for part in ("years", "suspensions", "reversals")):
            wanted = "Give years, suspensions or reversals, or leave the version out"
            yield Finding(path, "the version changes nothing", wanted)


def days_are_of_their_year(value: Value) -> Iterator[Finding]:
    """Every holiday and make-up day is a real day of the year under which it stands."""
    for index, version in enumerate(value["versions"]):
        for year, published in version.get("years", {}).items():
            for field in ("holidays", "make_up_days"):
                for day in published[field]:
                    if not _is_day_of(day, year):
                        path = ("versions", index, "years", year, field)
                        yield Finding(path, f"{day} is no day of {year}", "Correct the date", f'"{year}-01-01"')


def suspensions_are_times(value: Value) -> Iterator[Finding]:
    """A suspension begins before it ends and is not mistyped by a year."""
    for index, version in enumerate(value["versions"]):
        for number, suspension in enumerate(version.get("suspensions", ())):
            path = ("versions", index, "suspensions", number)
            since, until = _moment(suspension["from"]), _moment(suspension["until"])
            if since is None or until is None:
                field = "from" if since is None else "until"
                yield _no_moment((*path, field), suspension[field])
            elif since >= until:
                yield Finding((*path, "until"), "it ends before it begins", "Give a later moment than from", _MOMENT)
            elif until - since > SUSPENDED_MAX:
                yield Finding(
                    (*path, "until"), "it lasts more than a year", "Correct the year of from or until", _MOMENT
                )


def suspensions_are_named_once(value: Value) -> Iterator[Finding]:
    """An id stands for one suspension for ever; only what stands in an earlier version can be reversed."""
    known: set[str] = set()
    standing: set[str] = set()
    for index, version in enumerate(value["versions"]):
        for number, reversal in enumerate(version.get("reversals", ())):
            if reversal["id"] not in standing:
                names = ", ".join(sorted(standing)) or "none"
                path = ("versions", index, "reversals", number, "id")
                fix = f"Name one that stands in the version before: {names}"
                yield Finding(path, f"no suspension {reversal['id']} stands here", fix)
            standing.discard(reversal["id"])
        for number, suspension in enumerate(version.get("suspensions", ())):
            if suspension["id"] in known:
                path = ("versions", index, "suspensions", number, "id")
                fix = "Give a new id; to change a suspension, reverse it and write it under a new id"
                yield Finding(path, f"{suspension['id']} is there already", fix, f"{suspension['id']}-2")
            known.add(suspension["id"])
            standing.add(suspension["id"])


def _no_moment(path: tuple[str | int, ...], text: str) -> Finding:
    return Finding(path, f"{text} is no moment", "Write date, time and offset of a real day", _MOMENT)


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _is_day_of(text: str, year: str) -> bool:
    try:
        return date.fromisoformat(text).year == int(year)
    except ValueError:
        return False


CHECKS: Final[tuple[Callable[[Value], Iterator[Finding]], ...]] = (
    zone_is_real,
    hours_are_in_order,
    versions_follow_each_other,
    days_are_of_their_year,
    suspensions_are_times,
    suspensions_are_named_once,
)

"""Services in the month (A 9): what complaint rates are measured by.

A department reports its services as a whole, by outlet, or both. For the department the whole counts where it is
known, else the sum of its outlets; for outlets and regions only figures that name an outlet do. A figure that is
reported again replaces the former one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from tousu.events.operations import OperationsReported
from tousu.policy.region import region_of

MEASURED_BY: Final = frozenset({"organisation", "department", "outlet", "region"})
"""Groups whose services are known; of the services behind a class, say, nobody tells."""


class Whose(NamedTuple):
    """Who gave the services; `outlet` is empty for a department as a whole."""

    organisation: str
    department: str
    outlet: str


class Services:
    """Services by month."""

    def __init__(self) -> None:
        self._published: dict[tuple[str, Whose], tuple[int, int]] = {}

    def take(self, data: OperationsReported, place: int, organisation: str = "") -> None:
        """Keep one reported figure; of several for the same month, the one with the highest place."""
        key = (data.period, Whose(organisation, data.department, data.outlet or ""))
        self._published[key] = max(self._published.get(key, (-1, 0)), (place, data.services))

    def by_group(self, by: Sequence[str]) -> dict[tuple[str, tuple[str, ...] | None], int]:
        """(month, group) -> services; the group None is everybody. Empty groups where a group has no services."""
        sums: dict[tuple[str, tuple[str, ...] | None], int] = {}
        for (month, whose), (_, services) in self._published.items():
            if self._is_counted_whole(month, whose):
                sums[month, None] = sums.get((month, None), 0) + services
            if by and MEASURED_BY.issuperset(by) and self._is_counted(month, whose, by):
                group = tuple(_value(whose, name) for name in by)
                sums[month, group] = sums.get((month, group), 0) + services
        return sums

    def _is_counted(self, month: str, whose: Whose, by: Sequence[str]) -> bool:
        if "outlet" in by or "region" in by:
            return whose.outlet != ""
        return self._is_counted_whole(month, whose)

    def _is_counted_whole(self, month: str, whose: Whose) -> bool:
        return not whose.outlet or (month, whose._replace(outlet="")) not in self._published


def _value(whose: Whose, name: str) -> str:
    return region_of(whose.outlet) if name == "region" else str(getattr(whose, name))

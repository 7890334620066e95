"""What trends keeps for each cell when it runs on the loop."""

from __future__ import annotations

import msgspec


class Beginning(msgspec.Struct, frozen=True):
    """The step of the first event that was counted in this log."""

    step: int


class CellTally(msgspec.Struct, frozen=True, kw_only=True):
    """The counts of one cell: (step, count), oldest first, steps without any left out.

    cell: what, name, where, place. began: the step from which this log is counted. end: the next step at whose
    beginning this cell is looked at. is_raised: whether it is in alarm.
    """

    cell: tuple[str, str, str, str, str]
    began: int
    end: int
    counts: tuple[tuple[int, int], ...] = ()
    is_raised: bool = False

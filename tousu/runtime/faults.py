"""Our own faults in a row: one is covered or refused, a hundred are a bad deployment, and the shard stops."""

from __future__ import annotations

from typing import Final

from tousu.decision import StateKey
from tousu.failure import Stop
from tousu.runtime.broker import Record, place_of

OUR_FAULTS: Final = frozenset({"internal_error", "unpublishable_output", "unstorable"})
"""Reason codes for which nobody outside can do anything."""
OUR_FAULTS_MAX: Final = 100


def words_of(where: Record | StateKey) -> str:
    """Where something failed: an input, or the state whose clock it was."""
    return f"{where.kind} {where.key}" if isinstance(where, StateKey) else place_of(where)


class InARow:
    """The faults of a shard since something of the same kind went well. Inputs and clocks are counted apart.

    Of clocks each state counts once, so that one bad case never stops the others, however often it is tried again.
    """

    def __init__(self, inputs: int = 0, clocks: frozenset[StateKey] = frozenset()) -> None:
        self._inputs = inputs
        self._clocks = clocks

    def copy(self) -> InARow:
        """The same count, to go on with on trial."""
        return InARow(self._inputs, self._clocks)

    def input_went_well(self) -> None:
        """An input was applied, or refused for a reason of its own."""
        self._inputs = 0

    def input_failed(self) -> None:
        """Raises Stop when it was one too many."""
        self._inputs += 1
        if self._inputs > OUR_FAULTS_MAX:
            raise Stop("too_many_faults", f"{OUR_FAULTS_MAX} inputs in a row failed through our own fault")

    def clock_went_well(self) -> None:
        """A clock was fired."""
        if self._clocks:
            self._clocks = frozenset()

    def clock_failed(self, state_key: StateKey) -> None:
        """Raises Stop when it was one too many."""
        self._clocks |= {state_key}
        if len(self._clocks) > OUR_FAULTS_MAX:
            raise Stop(
                "too_many_faults", f"the clocks of {OUR_FAULTS_MAX} {state_key.kind}s in a row could not be fired"
            )

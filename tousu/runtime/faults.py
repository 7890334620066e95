"""Our own faults in a row: one is covered or refused, a hundred are a bad deployment, and the shard stops."""

from __future__ import annotations

from typing import Final

from tousu.decision import StateKey
from tousu.event import Event
from tousu.failure import Stop
from tousu.runtime.broker import Record, place_of
from tousu.trace import TRACEPARENT, trace_of

OUR_FAULTS: Final = frozenset({"internal_error", "unpublishable_output", "unstorable"})
"""Reason codes for which nobody outside can do anything."""
OUR_FAULTS_MAX: Final = 100
CASE: Final = "case"
"""The kind of state whose keys are case numbers."""
HANDLING: Final = "tousu.handling."
CASE_LENGTH_MAX: Final = 40
"""Of what an adapter calls a case number; more is none."""


def words_of(where: Record | StateKey) -> str:
    """Where something failed: an input, or the state whose clock it was."""
    return f"{where.kind} {where.key}" if isinstance(where, StateKey) else place_of(where)


def about(subject: Event | StateKey | None) -> dict[str, str]:
    """The case and the trace of an event, or of the state whose clock it was, as log lines name them."""
    if isinstance(subject, StateKey):
        return {"case": subject.key} if subject.kind == CASE else {}
    if subject is None:
        return {}
    trace = trace_of(subject.extensions.get(TRACEPARENT))
    case = subject.subject or (subject.data.get("case_number") if subject.type.startswith(HANDLING) else None)
    fields = {"case": str(case)[:CASE_LENGTH_MAX]} if case else {}
    return fields | ({"trace": trace.trace_id} if trace else {})


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

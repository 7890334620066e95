"""What events share: What every event of a clock says. Made by `python -m tousu.contract.structs` from schemas/: do
not edit by hand.
"""

# fmt: off
from __future__ import annotations

from typing import TypeAlias

from tousu.events.shared_values import Moment


ClockGeneration: TypeAlias = int
"""Which clock of this name of the case: 1 for the first, one more each time the case is reopened, the clock starts
anew, or it goes on after a breach was withdrawn.
"""


ClockDueAt: TypeAlias = Moment
"""When the limit is reached."""


ClockAt: TypeAlias = Moment
"""When it happened for the clock, in the time of the log."""


ClockCauseEvent: TypeAlias = str
"""The id of the event that caused it; absent where time alone did."""


ClockStartedAt: TypeAlias = Moment
"""When the clock began to count."""


ClockElapsedS: TypeAlias = int | float
"""How much of the limit has been used, in seconds, pauses not counted."""

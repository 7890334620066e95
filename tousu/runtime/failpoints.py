"""Named points of the loop at which a fault test may strike. In production every one of them is an empty call.

`TOUSU_FAILPOINT=after_commit:3` kills this process (SIGKILL) the third time that the loop passes `after_commit`;
`after_commit:3:stall` lets the loop stand still there for ever, while the process goes on answering.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from typing import Final

POINTS: Final = (
    "after_poll",
    "after_read",
    "after_fold",
    "before_commit",
    "inside_commit",
    "after_commit",
    "before_publish",
    "after_send",
    "after_publish",
    "before_open",
    "after_epoch",
    "after_pending",
    "after_start",
)

STALL: Final = "stall"

Reached = Callable[[str], None]


def nothing(point: str) -> None:
    """No fault wanted."""


def killer(setting: str) -> Reached:
    """A strike as the setting says: `point:count`, or `point:count:stall`. An empty setting means none.

    Raises ValueError for a point or a word that does not exist: a test that never strikes proves nothing.
    """
    if not setting:
        return nothing
    point, count, how = (*setting.split(":", 2), "", "")[:3]
    if point not in POINTS:
        raise ValueError(f"no fail point {point!r}; there are {', '.join(POINTS)}")
    if how not in ("", STALL):
        raise ValueError(f"no strike {how!r}; there is {STALL}, and none kills")
    left = int(count or "1")

    def reached(name: str) -> None:
        nonlocal left
        if name == point:
            left -= 1
            if left == 0 and how == STALL:
                threading.Event().wait()
            elif left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    return reached

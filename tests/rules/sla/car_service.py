"""One complaint to the car-service chain, whose level is decided now and then."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from tests.packs_read import load_pack
from tests.rules.sla.desk import Desk, at

A: Final = load_pack("auto-service")
RECEIVED: Final = at("03-02 09:30")
"""A Monday."""


class CarDesk(Desk):
    """A desk with a complaint of this class, received by this department at this level."""

    def __init__(self, class_name: str, department: str, grade: str) -> None:
        super().__init__(A)
        self._class_name, self._department = class_name, department
        self.graded(grade, 0)

    def graded(self, grade: str, hours: float) -> None:
        """The level is decided so many hours after the receipt; everything due by then is told first."""
        when = RECEIVED + timedelta(hours=hours)
        self.pass_time(when)
        self.routed(
            RECEIVED, class_name=self._class_name, grade=grade, departments=[self._department], now=when,
            pack=A.reference(), revision=1 + len(self.told),
        )  # fmt: skip

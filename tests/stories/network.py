"""What stories of the courier network tell of: two complaints, three departments, times, and what clocks did."""

from __future__ import annotations

from typing import Any

from tests.stories.packed import of_type

WAYBILL = "YT7700000000099"
LATE = "快件一直没送到，物流没更新"
SWAPPED = "买的手机收到时变成了砖头，内件不符"
TRANSPORT, QUALITY, CENTRE = "storage_and_transport", "quality_management", "customer_service"


def time(text: str) -> str:
    """A time of 2026 in Beijing as a report says it."""
    day, clock = text.split()
    return f"2026-{day}T{clock}:00+08:00"


def told(events: list[dict[str, Any]], what: str, clock: str) -> list[dict[str, Any]]:
    """What a clock did, in order."""
    return [data for data in of_type(events, f"clock.{what}") if data["clock"] == clock]

"""What a deadline costs in each unit, with the calendar read and laid out before: `python -m bench.deadlines`.

Half of the deadlines are of a region that is suspended for a week in every month, the other half of no region.
"""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime, timedelta
from typing import Any, Final, get_args

from tousu.policy.calendar import Calendar
from tousu.policy.clock_rule import Limit, Unit
from tousu.policy.loading import calendar_of
from tousu.policy.working_time import deadline

START: Final = datetime(2024, 1, 2, tzinfo=UTC)
STARTS: Final = 2_000
REGION: Final = "CN-ZJ"
ROUNDS: Final = 5
AMOUNTS: Final[dict[str, int]] = {"elapsed_minutes": 30, "weeks": 8, "months": 1, "years": 1}
AMOUNT: Final = 7


def measure() -> dict[str, Any]:
    """Microseconds of CPU time of a deadline by unit: the mean over many starts, and of several rounds the quickest."""
    calendar = _calendar()
    calendars = (calendar, calendar.for_region(REGION))
    starts = [START + timedelta(hours=11 * number) for number in range(STARTS)]
    found: dict[str, float] = {}
    for unit in get_args(Unit):
        limit = Limit(amount=AMOUNTS.get(unit, AMOUNT), unit=unit)
        found[unit] = min(_round_us(starts, limit, calendars) for _ in range(ROUNDS))
    return {"us_by_unit": found}


def _round_us(starts: list[datetime], limit: Limit, calendars: tuple[Calendar, ...]) -> float:
    begun_s = time.process_time()
    for calendar in calendars:
        for start in starts:
            deadline(start, limit, calendar)
    return (time.process_time() - begun_s) / (len(starts) * len(calendars)) * 1e6


def _calendar() -> Calendar:
    """Five years of ordinary weeks with two intervals a day."""
    hours = ["09:00-12:00", "13:00-18:00"]
    years = {str(year): {"source": "bench", "holidays": {}, "make_up_days": []} for year in range(2024, 2029)}
    suspensions = [
        {
            "id": f"{year}-{month}", "region": REGION, "reason": "bench", "approved_by": "bench",
            "from": f"{year}-{month:02}-10T08:30:00+08:00", "until": f"{year}-{month:02}-17T08:30:00+08:00",
        }
        for year in range(2024, 2029) for month in range(1, 13)
    ]  # fmt: skip
    version = {"version": "1", "effective_from": "2024-01-01T00:00:00Z", "years": years, "suspensions": suspensions}
    weekly = dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), hours)
    value = {"id": "bench", "time_zone": "Asia/Shanghai", "weekly_hours": weekly, "make_up_hours": hours}
    return calendar_of(value | {"versions": [version]}).newest


if __name__ == "__main__":
    for unit, cost_us in measure()["us_by_unit"].items():
        sys.stdout.write(f"{unit:16} {cost_us:6.2f} us\n")

"""Claims that go the whole way, as router and sla write them: a case for each fate of a claim on each shard."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from msgspec.structs import replace

from tests.claimwork import FATES, Claimwork
from tests.integration.feeds import START, Feed, Written, numbers_in
from tests.rules.casework import handling
from tests.rules.claims.told import routed_pieces


class WholeWay(NamedTuple):
    """What router writes, what sla writes, and what must come of it."""

    cases: list[Written]
    clocks: list[Written]
    work: Claimwork


def whole_way(partitions: int) -> WholeWay:
    """Cases, what is reported of their claims hour by hour, and sixty days of time."""
    cases, clocks = Feed("router", "complaints.cases", partitions), Feed("sla", "complaints.sla", partitions)
    work = Claimwork()
    numbers = [number for p in range(partitions) for number in numbers_in(p, partitions, len(FATES))]
    for place, number in enumerate(numbers):
        cause, waybill = ("loss", "damage")[place // len(FATES) % 2], f"TS77{place:03}"
        trouble = {"class": cause, "waybill_number": waybill}
        routed = routed_pieces([trouble], START, case_number=number, waybill_number=waybill, route="domestic")
        cases.say(replace(routed, id=number), START)
        work.begin(number, cause, waybill)
    hour = 0
    while not work.is_told:
        hour += 1
        now = START + timedelta(hours=hour)
        for number, (what, said) in work.next_reports(1):
            cases.say(replace(handling(what, hour, number, **said), id=f"{number}-{hour}"), now)
        cases.tick(now + timedelta(minutes=30))
        clocks.tick(now + timedelta(minutes=30))
    for day in range(2, 60, 5):
        cases.tick(START + timedelta(days=day))
        clocks.tick(START + timedelta(days=day))
    return WholeWay(cases.written, clocks.written, work)

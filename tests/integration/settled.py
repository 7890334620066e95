"""A claims processor with money in its ledger: a claim paid, one withdrawn, one agreed, a payment that fits nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from services.claims.processor import processor
from tests.integration.feeds import START, Bench, CaseFeed, Feed, numbers_in
from tests.packs_read import load_pack
from tests.rules.casework import event
from tests.rules.claims.filed import FACTS, FILE, OTHER, OUTLET, SENDER
from tests.rules.claims.told import routed
from tousu.event import Event

PARTITIONS = 2
PAID, WITHDRAWN = numbers_in(0, PARTITIONS, 2)
(AGREED,) = numbers_in(1, PARTITIONS, 1)
UNDECIDED = numbers_in(1, PARTITIONS, 2)[1]
WAYBILLS = {number: f"TS7700{place}" for place, number in enumerate((PAID, WITHDRAWN, AGREED, UNDECIDED))}
"""A parcel of its own for each case: of one parcel they would get its value once."""


def settled(database_url: str, *more: Event) -> Bench:
    """Everything read and published, and `more` events of these cases."""
    bench = Bench(processor, database_url, PARTITIONS)
    cases = CaseFeed(PARTITIONS, load_pack("courier-network"))
    clocks = Feed("sla", "complaints.sla", PARTITIONS)
    ways = [_way_of(number) for number in (PAID, WITHDRAWN, AGREED, UNDECIDED)]
    for one in sorted((one for way in (*ways, more) for one in way), key=lambda one: one.time):
        clocks.tick(one.time)
        cases.say(one, one.time)
    for feed in (cases, clocks):
        feed.tick(START + timedelta(days=40))
        bench.feed(feed.written)
    bench.run()
    assert bench.records("complaints.rejected") == []
    return bench


def _way_of(number: str) -> list[Event]:
    waybill = WAYBILLS[number]
    told = [routed("loss", waybill=waybill, case_number=number, demand="赔偿")]

    def report(what: str, hours: float, claim: bool = True, **said: Any) -> None:
        data = {"case_number": number} | ({"claim_number": f"{number}/1"} if claim else {}) | said
        at = START + timedelta(hours=hours)
        told.append(event(f"handling.{what}", data, number, at, f"{number}-{what}-{hours:g}"))

    evidence = [{"item": name} for name in FILE]
    report("outlet_notified", 1, outlet=OUTLET, compensated_outlet=OTHER)
    report("claim_filed", 1, claim=False, cause="loss", waybill_number=waybill, claimant=SENDER, evidence=evidence)
    if number == UNDECIDED:
        return told
    report("claim_facts_found", 2, facts=FACTS["loss"])
    report("claim_form_answered", 3)
    report("claim_decided", 4, outcome="offer")
    report("claim_agreed", 5)
    if number == PAID:
        report("claim_ruled", 6, by="court", amount="1000.00")
        report("outlet_negotiation_settled", 7, outlet=OUTLET, amount="812.00")
        report("payment_confirmed", 8, payment_id="P-1", amount="1000.00")
    if number == WITHDRAWN:
        report("claim_withdrawn", 9)
        report("payment_confirmed", 10, payment_id="P-2", amount="812.00")
    return told

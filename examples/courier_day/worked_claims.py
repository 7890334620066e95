"""How the claims of the worked cases (domain, section 10) went: what was found, what the table gave, the payment.

Cases 2 and 5 are about manners; this network's source knows no money for those, so nothing is claimed. Case 6 is
refused.
Between the outlets each goes as it should: the responsible one makes contact, they settle, its bill is paid after the
holiday. One contact comes too late, on purpose (LATE_CONTACT).
The arithmetic of each amount stands in tests/stories/test_worked_cases.py.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, NamedTuple

from examples.courier_day.worked_cases import MONDAY, THURSDAY, TUESDAY, WEDNESDAY
from tousu.demo.claimwork import RECIPIENT, SENDER, Claimed, ClaimSchedule, evidence, form, go_through, pay
from tousu.demo.diary import AFTER_THE_HOLIDAY, OFFICE_DAYS, Diary, at
from tousu.policy.pack import Pack

LAST_DAY: Final = OFFICE_DAYS[-1]
MANY: Final = "case-7-four-pieces"
BILLS_PAID: Final = at("10:00", AFTER_THE_HOLIDAY[0])
"""When outlets pay what they settled in September."""


class OutletSchedule(NamedTuple):
    """When the responsible outlet sees the notice, makes contact and has settled with the other one."""

    seen: datetime
    contacted: datetime
    settled: datetime


def between_outlets(claim: Claimed, outlet: str, other: str, schedule: OutletSchedule, amount: str) -> None:
    """The outlet that answers for it tells the other one within its days (C 5), agrees and pays; without headquarters.

    `other`: the outlet that has paid the claimant, empty where it was headquarters.
    """
    compensated: dict[str, Any] = {"compensated_outlet": other} if other else {}
    claim.note("outlet_notified", schedule.seen, outlet=outlet, **compensated)
    claim.note("outlet_contacted", schedule.contacted, outlet=outlet)
    claim.note("outlet_negotiation_settled", schedule.settled, outlet=outlet)
    pay(claim, BILLS_PAID, amount, obligation=f"/{claim.number}/bill")


def delay_in_traffic(pack: Pack, diary: Diary) -> None:
    """1: promised for 20 September, delivered on the 22nd."""
    claim = Claimed(pack, diary, "case-1-delay-in-traffic", "delay", "YT7700000000011")
    form(claim, at("09:30"), claimant=RECIPIENT, claimed_amount="150.00")
    outlets = OutletSchedule(at("10:20"), at("14:30"), at("16:30", THURSDAY))
    between_outlets(claim, "HZ-003", "SH-112", outlets, "112.00")
    facts = {"delivered": True, "days_late": 2, "weight_kg": "0.9", "real_value": "260.00", "service_fee": "12.00"}
    claim.note("claim_facts_found", at("15:50"), desk="storage_and_transport", facts=facts)
    schedule = ClaimSchedule(
        at("16:15"), at("09:40", WEDNESDAY), at("10:05", WEDNESDAY), at("15:00", THURSDAY), at("10:00", MONDAY)
    )
    go_through(claim, schedule, "112.00")


def nobody_comes(pack: Pack, diary: Diary) -> None:
    """3: promised for the 21st, delivered on the 23rd; a raincoat of 59 yuan."""
    claim = Claimed(pack, diary, "case-3-nobody-comes", "delay", "YT7700000000033")
    form(claim, at("18:10"), claimant=RECIPIENT)
    outlets = OutletSchedule(at("09:25", WEDNESDAY), at("15:30", WEDNESDAY), at("09:40", TUESDAY))
    between_outlets(claim, "HZ-017", "WZ-011", outlets, "67.00")
    facts = {"delivered": True, "days_late": 2, "weight_kg": "0.6", "real_value": "59.00", "service_fee": "8.00"}
    claim.note("claim_facts_found", at("12:00", WEDNESDAY), desk="storage_and_transport", facts=facts)
    schedule = ClaimSchedule(
        at("12:10", WEDNESDAY),
        at("14:00", WEDNESDAY),
        at("14:05", WEDNESDAY),
        at("16:20", MONDAY),
        at("11:00", TUESDAY),
    )
    go_through(claim, schedule, "67.00")


def phone_became_brick(pack: Pack, diary: Diary) -> None:
    """4: not insured, and all of its value gone. Goods of 3,000 yuan and more are decided by hand."""
    claim = Claimed(pack, diary, "case-4-phone-became-brick", "contents_mismatch", "YT7700000000044")
    form(claim, at("11:30"), claimed_amount="4999.00")
    outlets = OutletSchedule(at("09:10", WEDNESDAY), at("11:40", WEDNESDAY), at("17:30", MONDAY))
    between_outlets(claim, "SZ-041", "BJ-025", outlets, "1023.00")
    facts = {"insured": False, "share_lost": "1", "real_value": "4999.00", "service_fee": "23.00"}
    claim.note("claim_facts_found", at("16:40", WEDNESDAY), desk="quality_management", facts=facts)
    schedule = ClaimSchedule(
        at("10:50", WEDNESDAY), at("10:45", THURSDAY), at("15:10", MONDAY), at("11:00", TUESDAY), at("16:00", LAST_DAY)
    )
    go_through(claim, schedule, "1023.00", amount_with_fee="1023.00")


def broken_ceramic(pack: Pack, diary: Diary) -> None:
    """6: signed for without a word, and reported the next day."""
    claim = Claimed(pack, diary, "case-6-broken-ceramic", "damage", "YT7700000000066")
    form(claim, at("14:40"), claimant=RECIPIENT, claimed_amount="860.00")
    claim.note("outlet_notified", at("16:00"), outlet="NB-004")
    claim.note("outlet_contacted", at("17:10"), outlet="NB-004")
    facts = {
        "insured": False, "reported_after_signing": True, "proof": "screenshot", "damage_degree": "destroyed",
        "share_lost": "1", "real_value": "860.00", "real_loss": "860.00", "service_fee": "15.00",
    }  # fmt: skip
    claim.note("claim_facts_found", at("09:30", WEDNESDAY), desk="storage_and_transport", facts=facts)
    claim.note("claim_evidence_given", at("09:35", WEDNESDAY), evidence=evidence(("signed_receipt",)))
    claim.note("claim_form_answered", at("09:50", WEDNESDAY))
    claim.note(
        "claim_decided", at("10:30", WEDNESDAY), outcome="refuse", exemption="reported_after_signing",
        reason="签收后报损，快递员已离开",
    )  # fmt: skip


PIECES: Final[tuple[tuple[str, str, str, dict[str, Any], str], ...]] = (
    ("loss", "YT7700000000077", "HZ-003", {"insured": False, "real_value": "1280.00", "service_fee": "12.00"},
     "1012.00"),
    ("delay", "YT7700000000078", "SH-112",
     {"delivered": True, "days_late": 1, "weight_kg": "0.8", "real_value": "180.00", "service_fee": "12.00"}, "62.00"),
    ("contents_mismatch", "YT7700000000079", "SH-112",
     {"insured": False, "share_lost": "1", "real_value": "420.00", "real_loss": "420.00", "service_fee": "12.00"},
     "432.00"),
    ("damage", "YT7700000000080", "NB-004",
     {"insured": False, "proof": "invoice", "damage_degree": "damaged", "share_lost": "0.5", "real_value": "600.00",
      "service_fee": "12.00"}, "306.00"),
)  # fmt: skip
"""Of each piece of case 7: what happened, which, the outlet that answers, what was found, what is paid."""
POSTED_AT: Final = "HZ-003"
"""The outlet that took the four pieces, and paid their sender."""
LATE_CONTACT: Final = "delay"
"""The piece of case 7 whose outlet makes contact too late. It had three days, and days of rest count like others: the
25th is the Mid-Autumn Festival, a weekend follows, and SH-112 thinks of it on Monday. Kept to show a breach that costs
the customer nothing: the outlets' time to negotiate begins when the contact was due.
"""


def four_pieces(pack: Pack, diary: Diary) -> None:
    """7: four claims of one complaint, each with its own amount."""
    schedule = ClaimSchedule(
        at("09:40", WEDNESDAY), at("16:30", WEDNESDAY), at("17:05", MONDAY), at("10:30", TUESDAY), at("15:30", TUESDAY)
    )
    for number, (cause, waybill, outlet, facts, amount) in enumerate(PIECES, start=1):
        claim = Claimed(pack, diary, MANY, cause, waybill, number)
        form(claim, at("16:10"), claimant=SENDER)
        contacted = at("09:30", MONDAY) if cause == LATE_CONTACT else at("09:05", WEDNESDAY)
        outlets = OutletSchedule(at("17:00"), contacted, at("17:20", TUESDAY))
        between_outlets(claim, outlet, POSTED_AT if outlet != POSTED_AT else "", outlets, amount)
        claim.note("claim_facts_found", at("09:20", WEDNESDAY), desk="storage_and_transport", facts=facts)
        go_through(claim, schedule, amount)


WORKED_CLAIMS: Final = (delay_in_traffic, nobody_comes, phone_became_brick, broken_ceramic, four_pieces)

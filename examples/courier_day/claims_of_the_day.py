"""The claims of an ordinary day: most are filed, offered and paid within a week; the others go wrong as claims do.

Worked on until 9 October: the National Day holiday lies in between, and money that was agreed before it comes late.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final, NamedTuple

from tousu.demo.claimwork import FINANCE, RECIPIENT, SENDER, Claimed, evidence, file_of, form, offer_of, pay
from tousu.demo.diary import AFTER_THE_HOLIDAY, DESK_DAYS, OFFICE_DAYS, Diary, at, in_office, office_later
from tousu.policy.pack import Pack

CAUSES: Final[Mapping[str, str]] = {
    "loss": "loss", "damage": "damage", "shortage": "contents_mismatch", "contents_mismatch": "contents_mismatch",
    "delay": "delay",
}  # fmt: skip
"""What a trouble is as a claim."""
BACK_AT_WORK, LAST_OF_ALL = DESK_DAYS[-2:]
MAKE_UP_SATURDAY: Final = AFTER_THE_HOLIDAY[2]
"""The days of work after the holiday that the demo reaches: 8 and 9 October."""
SLIP: Final = "PAY-2026-0928"
"""The payment that was typed wrongly."""
EVE: Final = at("17:30", OFFICE_DAYS[-1])
"""The evening before the holiday."""
FACTS: Final[Mapping[str, tuple[Mapping[str, Any], ...]]] = {
    "loss": (
        {"insured": False}, {"insured": True, "insured_amount": "1500.00"}, {"insured": False},
        {"insured": False, "agency_period": True},
    ),
    "damage": (
        {"insured": False, "proof": "invoice", "damage_degree": "damaged", "share_lost": "0.4"},
        {"insured": False, "proof": "screenshot", "damage_degree": "damaged", "share_lost": "0.3"},
        {"insured": False, "proof": "invoice", "damage_degree": "destroyed", "share_lost": "1"},
        {"insured": True, "insured_amount": "2000.00", "damage_degree": "damaged", "share_lost": "0.5"},
        {"insured": False, "proof": "none", "goods_kind": "other", "damage_degree": "partly_lost", "share_lost": "1"},
    ),
    "contents_mismatch": (
        {"insured": False, "share_lost": "1", "proof": "invoice"},
        {"insured": False, "share_lost": "0.33", "proof": "invoice"},
        {"insured": True, "insured_amount": "800.00", "share_lost": "0.5"},
    ),
    "delay": (
        {"days_late": 2, "weight_kg": "0.7"}, {"days_late": 6, "weight_kg": "0.9"},
        {"days_late": 4, "weight_kg": "2.4"},
        {"days_late": 3, "weight_kg": "1.0", "agency_period": True},
    ),
}  # fmt: skip
"""What is found out, in turn: not insured, insured, in the agency period of an outlet, in part, in whole."""


class Heard(NamedTuple):
    """A complaint that was told during the day. `goes_on`: it is neither withdrawn nor judged not to stand."""

    case_of: str
    kind: str
    when: datetime
    outlet: str
    waybill: str
    loss: str = ""
    goes_on: bool = True


class Desk(NamedTuple):
    """A claim on the desk: what it rests on, when its case was opened, what there is to find out."""

    claim: Claimed
    heard: Heard
    facts: dict[str, Any]

    @property
    def diary(self) -> Diary:
        return self.claim.diary

    def later(self, moment: datetime, least: int, most: int) -> datetime:
        """So many minutes of office time later, by chance."""
        return office_later(moment, self.diary.chance.randint(least, most), DESK_DAYS)

    def note(self, what: str, when: datetime, **data: Any) -> datetime:
        return self.claim.note(what, when, **data)


def claims_of_the_day(pack: Pack, diary: Diary, heard: Sequence[Heard], leaked: Sequence[Heard]) -> None:
    """What becomes of the claims that ordinary complaints open; for the last day's leak outlets begin to negotiate."""
    claims = [each for each in heard if each.goes_on and each.kind in CAUSES and _asks(diary, each)]
    counts: dict[str, int] = {}
    waiting = {cause: list(fates) for cause, fates in TROUBLED.items()}
    for each in claims:
        cause = CAUSES[each.kind]
        number = counts[cause] = counts.get(cause, 0) + 1
        desk = _desk(pack, diary, each, number)
        # Every second claim of a cause goes its ordinary way, as long as there is trouble left for the others.
        fate = waiting[cause].pop(0) if number % 2 == 0 and waiting.get(cause) else smoothly
        fate(desk)
    for number, each in enumerate(leaked, start=1):
        desk = _desk(pack, diary, each, number)
        seen = desk.note("outlet_notified", EVE - timedelta(minutes=120 - number), outlet=each.outlet)
        # The last notice lies there over the holiday: five days, of rest or not, are over before anybody is back.
        contacted = seen + timedelta(hours=1) if number < len(leaked) else at("09:40", BACK_AT_WORK)
        desk.note("outlet_contacted", contacted, outlet=each.outlet)


def _asks(diary: Diary, heard: Heard) -> bool:
    """A delay is a claim only where the customer asks for money."""
    demand = diary.line_of(heard.case_of)["event"]["data"].get("demand", "")
    return heard.kind != "delay" or any(word in demand for word in ("赔", "退运费"))


def _desk(pack: Pack, diary: Diary, heard: Heard, number: int) -> Desk:
    cause = CAUSES[heard.kind]
    value = heard.loss or f"{diary.chance.randint(60, 900)}.00"
    found = FACTS[cause][number % len(FACTS[cause])]
    facts = {**found, "real_value": value, "service_fee": f"{diary.chance.randint(8, 25)}.00"}
    facts |= {"real_loss": value} if cause == "damage" else {}
    if cause == "contents_mismatch" and not found["insured"]:
        facts |= {"real_loss": f"{min(Decimal(value), Decimal(1000)) * Decimal(str(found['share_lost'])):.2f}"}
    facts |= {"delivered": True} if cause == "delay" else {}
    return Desk(Claimed(pack, diary, heard.case_of, cause, heard.waybill), heard, facts)


# -- the steps ------------------------------------------------------------------------------------------------------


def told_outlet(desk: Desk, when: datetime | None = None, other: str = "SH-112") -> datetime:
    """The outlet that is thought responsible is told the same or the next day, and makes contact after two hours."""
    when = when or desk.later(desk.heard.when, 60, 400)
    compensated = other if other != desk.heard.outlet else "BJ-025"
    told = desk.note("outlet_notified", when, outlet=desk.heard.outlet, compensated_outlet=compensated)
    desk.note("outlet_contacted", in_office(told + timedelta(hours=2)), outlet=desk.heard.outlet)
    return told


def filed(desk: Desk, after: datetime | None = None, items: Sequence[str] | None = None) -> datetime:
    """The form comes, mostly the same day; half of the claimants are recipients whom the sender names."""
    when = (after or desk.heard.when) + timedelta(minutes=desk.diary.chance.randint(35, 240))
    claimant = SENDER if desk.diary.chance.random() < 0.5 else RECIPIENT
    return form(desk.claim, when, items=items, claimant=claimant)


def answered(desk: Desk, form_came: datetime) -> datetime:
    """Whoever filled in the form hears within a day how it goes on, whatever is missing yet."""
    when = in_office(form_came + timedelta(minutes=desk.diary.chance.randint(20, 300)), DESK_DAYS)
    return desk.note("claim_form_answered", min(when, form_came + timedelta(hours=23)))


def found_out(desk: Desk, form_came: datetime, **more: Any) -> datetime:
    """The claimant is answered, and storage and transport finds out what the amount depends on."""
    return known(desk, answered(desk, form_came), **more)


def known(desk: Desk, after: datetime, **more: Any) -> datetime:
    """Storage and transport has found out what the amount depends on."""
    when = desk.later(after, 120, 480)
    return desk.note("claim_facts_found", when, desk="storage_and_transport", facts=desk.facts | more)


def offered(desk: Desk, *after: datetime) -> tuple[datetime, str]:
    """Offered what the table gives, or by hand where it leaves the amount to people; when, and how much."""
    when = desk.later(max(after), 60, 300)
    said, amount = offer_of(desk.claim, desk.facts, when)
    return desk.note("claim_decided", when, outcome="offer", **said), amount


def agreed(desk: Desk) -> tuple[datetime, str]:
    """The ordinary way up to the agreement."""
    when, amount = offered(desk, told_outlet(desk), found_out(desk, filed(desk)))
    return desk.note("claim_agreed", desk.later(when, 30, 400)), amount


def paid(desk: Desk, after: datetime, amount: str) -> None:
    """Finance pays within days, and somebody asks how it was."""
    when = pay(desk.claim, desk.later(after, 240, 900), amount)
    if desk.diary.chance.random() < 0.5:
        desk.note("claim_followed_up", desk.later(when, 300, 900), score=desk.diary.chance.randint(2, 5))


# -- what becomes of a claim ----------------------------------------------------------------------------------------


def smoothly(desk: Desk) -> None:
    """As it should be; the outlets settle between them who bears it."""
    when, amount = agreed(desk)
    paid(desk, when, amount)
    settled_between_outlets(desk, when, amount)


def settled_between_outlets(desk: Desk, after: datetime, amount: str) -> None:
    """Within ten days of the contact, without headquarters; most pay when everybody is back from the holiday."""
    desk.note("outlet_negotiation_settled", min(desk.later(after, 120, 600), EVE), outlet=desk.heard.outlet)
    if desk.diary.chance.random() < 0.6:
        moment = at("09:30", BACK_AT_WORK) + timedelta(minutes=desk.diary.chance.randrange(420))
        pay(desk.claim, moment, amount, obligation="/1/bill")


def sent_back(desk: Desk) -> None:
    """The file lacked something; the claimant brings it the next day."""
    told = told_outlet(desk)
    first, *rest = file_of(desk.claim)
    back = filed(desk, items=rest)
    answered(desk, back)
    when = desk.note("claim_evidence_given", desk.later(back, 300, 700), evidence=evidence((first,)))
    done, amount = offered(desk, told, known(desk, when))
    done = desk.note("claim_agreed", desk.later(done, 30, 200))
    paid(desk, done, amount)
    settled_between_outlets(desk, done, amount)


def materials_missing(desk: Desk) -> None:
    """Sent back three times, and still incomplete."""
    told_outlet(desk)
    when = filed(desk, items=file_of(desk.claim)[:1])
    answered(desk, when)
    for _ in range(3):
        again = evidence(file_of(desk.claim)[:1])
        when = desk.note("claim_evidence_given", desk.later(when, 240, 600), evidence=again, handed_in=True)


def no_form(desk: Desk) -> None:
    """The customer never fills in the form: asked once more, an apology was enough."""
    told_outlet(desk)
    desk.note("claim_withdrawn", desk.later(at("09:00", OFFICE_DAYS[-2]), 60, 400), reason="客户接受道歉，不再索赔")


def exempt(desk: Desk) -> None:
    """It lay in the nature of the goods, as the investigation shows; refused, and taken to the regulator, in vain."""
    told_outlet(desk)
    when = found_out(desk, filed(desk), nature_of_goods=True)
    when = desk.note("claim_evidence_given", desk.later(when, 20, 60), evidence=evidence(("investigation_record",)))
    when = desk.note(
        "claim_decided", desk.later(when, 30, 90), outcome="refuse", exemption="nature_of_goods",
        reason="易腐物品自然变质",
    )  # fmt: skip
    when = desk.note("claim_disputed", desk.later(when, 60, 200), way="regulator", reason="客户不认可拒赔")
    desk.note("claim_withdrawn", desk.later(when, 600, 900), reason="监管部门维持拒赔，客户不再主张")


def reported_after_signing(desk: Desk) -> None:
    """Signed for without a word; the receipt is in the file, and the customer sees it."""
    told_outlet(desk)
    when = found_out(desk, filed(desk), reported_after_signing=True)
    when = desk.note("claim_evidence_given", desk.later(when, 20, 60), evidence=evidence(("signed_receipt",)))
    when = desk.note("claim_decided", desk.later(when, 30, 90), outcome="refuse", reason="签收后报损")
    desk.note("claim_withdrawn", desk.later(when, 300, 600), reason="客户看到签收记录，接受说明")


def regulator_rules(desk: Desk) -> None:
    """The customer does not accept the offer and goes to the regulator, who rules more than the table gives."""
    when, _ = offered(desk, told_outlet(desk), found_out(desk, filed(desk)))
    when = desk.note("claim_disputed", desk.later(when, 60, 200), way="regulator", reason="金额不足以弥补损失")
    when = desk.note(
        "claim_ruled", at("11:20", OFFICE_DAYS[-2]), by="regulator", amount="1280.00", reason="承运人有过错"
    )
    paid(desk, when, "1280.00")
    settled_between_outlets(desk, when, "1280.00")


def wrong_amount(desk: Desk) -> None:
    """Finance types a digit too many: a question, until somebody says that nothing was paid so."""
    when, amount = agreed(desk)
    slip = pay(desk.claim, desk.later(when, 300, 600), f"1{amount}", payment_id=SLIP)
    settled = {"department": FINANCE, "payment_id": SLIP, "how": "mistake"}
    desk.diary.handling(desk.claim.case_of, "payment_question_settled", desk.later(slip, 100, 200), settled)
    pay(desk.claim, desk.later(slip, 400, 700), amount)
    settled_between_outlets(desk, when, amount)


def paid_twice(desk: Desk) -> None:
    """Finance was not sure whether the transfer had gone out."""
    when, amount = agreed(desk)
    first = pay(desk.claim, desk.later(when, 300, 600), amount)
    pay(desk.claim, desk.later(first, 300, 500), amount)
    settled_between_outlets(desk, when, amount)


def outlet_told_late(desk: Desk) -> None:
    """For a week nobody told the outlet; its days count from seeing the notice."""
    when = found_out(desk, filed(desk))
    told = told_outlet(desk, at("10:10", OFFICE_DAYS[-2]))
    done, amount = offered(desk, when, told)
    done = desk.note("claim_agreed", desk.later(done, 30, 200))
    paid(desk, done, amount)
    settled_between_outlets(desk, done, amount)


def paid_after_the_holiday(desk: Desk) -> None:
    """Agreed on the last day of September: seven calendar days are over before anybody is back."""
    _, amount = offered(desk, told_outlet(desk), found_out(desk, filed(desk)))
    done = desk.note("claim_agreed", at("16:40", OFFICE_DAYS[-1]))
    settled_between_outlets(desk, done, amount)
    pay(desk.claim, at("09:50", BACK_AT_WORK), amount)


def agreed_in_october(desk: Desk) -> None:
    """The claimant thinks it over during the holiday; finance has until the 16th."""
    offered(desk, told_outlet(desk), found_out(desk, filed(desk)))
    desk.note("claim_agreed", at("10:30", LAST_OF_ALL))


def piece_turns_up(desk: Desk) -> None:
    """Agreed, and then the piece is found: the claimant takes the claim back, nothing need be paid."""
    when, _ = agreed(desk)
    desk.note("claim_withdrawn", desk.later(when, 100, 300), reason="快件已找到并签收")


def arbitration(desk: Desk) -> None:
    """The customer is paid; the outlets do not agree in their ten days: headquarters rules, and bills."""
    when, amount = agreed(desk)
    paid(desk, when, amount)
    other = "SH-112" if desk.heard.outlet != "SH-112" else "BJ-025"
    desk.note("outlet_arbitration_requested", at("09:30", LAST_OF_ALL), outlet=other, reason="协商未果")
    desk.note(
        "outlet_ruled", at("15:00", LAST_OF_ALL), report_true=True, responsible_outlet=desk.heard.outlet,
        reason="中转记录显示破损发生在该网点",
    )  # fmt: skip
    pay(desk.claim, at("17:10", LAST_OF_ALL), amount, obligation="/1/bill")


def false_report(desk: Desk) -> None:
    """The customer is paid; the outlet that reported the damage had photographs of another piece."""
    paid(desk, *agreed(desk))
    other = "SH-112" if desk.heard.outlet != "SH-112" else "BJ-025"
    desk.note("outlet_arbitration_requested", at("10:10", MAKE_UP_SATURDAY), outlet=other, reason="协商未果")
    desk.note(
        "outlet_ruled", at("16:20", MAKE_UP_SATURDAY), report_true=False, reporting_outlet=other, reason="照片系旧图"
    )


TROUBLED: Final[Mapping[str, tuple[Callable[[Desk], None], ...]]] = {
    "loss": (sent_back, wrong_amount, piece_turns_up, agreed_in_october),
    "damage": (arbitration, reported_after_signing, false_report, exempt, outlet_told_late, materials_missing),
    "contents_mismatch": (regulator_rules, paid_twice, no_form, paid_after_the_holiday),
    "delay": (sent_back, no_form),
}
"""Of each cause, what goes wrong, in the order of the day."""

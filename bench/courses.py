"""What is reported about the cases of the benchmark, step by step: by departments, and of claims up to the payment.

Half of those whose complaint is about money send the form (`CAUSES`; of delays those that ask for some). Of damages two
in five are refused, since they were reported after signing; everybody else is paid what the table gives, and half of
the losses and damages are settled between outlets, whose bill is paid, too. Whoever is named responsible is one of
20,000 couriers and 1,000 outlets.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from functools import cache
from random import Random
from typing import Any, Final, NamedTuple

import orjson

from bench.load import SEED, Sent, inbound
from examples.courier_day.casework import LEAD, NAMED, PLANS
from examples.courier_day.claims_of_the_day import CAUSES, FACTS
from tousu.contract import address_of, source_on, topic_of
from tousu.demo.claimwork import FINANCE, SENDER, Claimed, evidence, file_of, offer_of
from tousu.demo.diary import Diary, text
from tousu.event import Event
from tousu.policy.loading import load_pack

PACK: Final = "courier-network"
FILED_SHARE: Final = 0.5
REFUSED_SHARE: Final = 0.4
BETWEEN_OUTLETS_SHARE: Final = 0.5
VALUES_YUAN: Final = ("59.00", "180.00", "420.00", "899.00", "2600.00")
CITIES: Final = ("HZ", "NB", "WZ", "SH", "SZ", "BJ", "CD", "GZ")


class Case(NamedTuple):
    """A routed case. `opened_by` is the complaint that it came of; `classes`: what was read in its words."""

    number: str
    opened_by: Sent
    classes: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        return self.opened_by.kind

    @property
    def department(self) -> str:
        return "customer_service" if self.kind in ("inquiry", "unsure") else LEAD[self.kind]


class Step(NamedTuple):
    """One report: its name, and what it says beside who reports it."""

    what: str
    said: Mapping[str, Any]
    department: str = ""


Steps = tuple[Step, ...]


def case_of(routed: bytes | None, sent: Mapping[str, Sent]) -> Case | None:
    """The case that was routed of one of these complaints (by waybill); None where it is only judged otherwise."""
    data = orjson.loads(routed or b"{}")
    if data.get("revision", 1) > 1:
        return None
    classes = tuple(each["class"] for each in data.get("classes", ()))
    return Case(data["case_number"], sent[data["waybill_number"]], classes)


def course(case: Case) -> Steps:
    """What is reported about a case, in this order; the same for the same case at any time."""
    if case.kind == "inquiry":
        return (Step("inquiry_answered", {"outcome": "result_found", "text": "已告知快件位置"}),)
    chance = Random(f"{SEED}/{case.opened_by.key}")
    value = chance.choice(VALUES_YUAN)
    handled = list(_handled(case, chance, value))
    cause = _cause(case)
    if cause is None or chance.random() >= FILED_SHARE:
        return tuple(handled)
    return tuple(_beside(handled, _claimed(case, cause, chance, value)))


def report(case: Case, step: Step, place: int, happened: datetime) -> Sent:
    """The report of a step, at its place of the case's course."""
    department = step.department or case.department
    data = {"case_number": case.number, "department": department, "employee": "E307", **step.said}
    if step.what == "acknowledged":
        data["answer_by"] = text(happened + timedelta(hours=20))
    type_ = f"tousu.handling.{step.what}.v1"
    topic = topic_of(type_)
    event = Event(
        id=f"{case.number}-{place}-{step.what}", source=f"{source_on(topic)}/{department}", type=type_, time=happened,
        subject=case.number, dataschema=address_of(type_), data=data, extensions={"receivedtime": text(happened)},
    )  # fmt: skip
    return inbound(topic, case.number, event, case.kind)


def _handled(case: Case, chance: Random, value: str) -> Iterator[Step]:
    """From receipt to the end: what was lost, who answers for it, what is done about it."""
    plan, words = PLANS.get(case.kind, PLANS["unsure"])
    outlet = _outlet(chance)
    courier = {"employee": f"K-{chance.randint(1, 20_000):05d}"} if case.kind in NAMED else {}
    judged = {
        "stands": True, "reason": "派件员未按承诺时间派送，也没有提前联系客户说明情况",
        "responsible": {"outlet": outlet} | courier,
    }  # fmt: skip
    yield Step("acknowledged", {})
    if case.kind in CAUSES and case.kind != "delay":
        yield Step("assessed", {"loss_yuan": value})
    yield Step("judged", judged | ({"class": "attitude"} if case.kind == "unsure" else {}))
    yield Step("plan_proposed", {"plan": plan, "text": words})
    yield Step("plan_approved", {"approved_by": "M10", "in_charge": "E310"})
    yield Step("plan_executed", {"result": words + "，已完成"})
    yield Step("customer_answered", {
        "settled": True, "text": "已电话回访，客户表示满意", "by_phone": True,
        "elements": ["apology", "liability", "suggestions"],
    })  # fmt: skip


def _cause(case: Case) -> str | None:
    """What its first claim is about, if it asks for one."""
    cause = next((CAUSES[name] for name in case.classes if name in CAUSES), None)
    demand = orjson.loads(case.opened_by.value).get("demand", "")
    return cause if cause != "delay" or any(word in demand for word in ("赔", "退运费")) else None


def _claimed(case: Case, cause: str, chance: Random, value: str) -> Iterator[Step]:
    """A claim from the form to the money."""
    number = f"{case.number}/1"
    which = chance.randrange(len(FACTS[cause]))
    is_refused = cause == "damage" and chance.random() < REFUSED_SHARE
    facts = dict(_facts(cause, which, value)) | ({"reported_after_signing": True} if is_refused else {})
    outlet, reporting = _outlet(chance), _outlet(chance)

    def of_claim(what: str, department: str = "", **said: Any) -> Step:
        return Step(what, {"claim_number": number, **said}, department)

    form = {"cause": cause, "waybill_number": case.opened_by.key, "claimant": dict(SENDER)}
    yield Step("claim_filed", form | {"evidence": evidence(file_of(_example(cause)))}, "customer_service")
    yield of_claim("outlet_notified", outlet=outlet, compensated_outlet=reporting)
    yield of_claim("claim_form_answered", "customer_service")
    yield of_claim("claim_facts_found", facts=facts)
    if is_refused:
        yield of_claim("claim_evidence_given", evidence=evidence(("signed_receipt",)))
        yield of_claim("claim_decided", outcome="refuse", reason="签收后报损")
        return
    decided, amount = _offered(cause, which, value)
    yield of_claim("claim_decided", outcome="offer", **decided)
    yield of_claim("claim_agreed", "customer_service")
    yield of_claim("payment_confirmed", FINANCE, payment_id=f"PAY-{case.number}", amount=amount)
    if cause in ("loss", "damage") and chance.random() < BETWEEN_OUTLETS_SHARE:
        yield of_claim("outlet_negotiation_settled", outlet=outlet)
        bill = {"payment_id": f"BILL-{case.number}", "amount": amount, "obligation": f"{number}/bill"}
        yield of_claim("payment_confirmed", FINANCE, **bill)
    yield of_claim("claim_followed_up", "customer_service", score=chance.randint(3, 5))


def _outlet(chance: Random) -> str:
    return f"{chance.choice(CITIES)}-{chance.randint(1, 125):03d}"


@cache
def _example(cause: str) -> Claimed:
    return Claimed(load_pack(PACK), Diary(SEED), "", cause)


@cache
def _facts(cause: str, which: int, value: str) -> Mapping[str, Any]:
    """What is found out; of a damage or a mismatch the loss, too; a late piece has come by now."""
    facts: dict[str, Any] = {**FACTS[cause][which], "real_value": value, "service_fee": "12.00"}
    more: dict[str, dict[str, Any]] = {
        "damage": {"real_loss": value}, "contents_mismatch": {"real_loss": value}, "delay": {"delivered": True},
    }  # fmt: skip
    return facts | more.get(cause, {})


@cache
def _offered(cause: str, which: int, value: str) -> tuple[Mapping[str, Any], str]:
    """What the decision says, and the amount that the pack's own table gives."""
    facts = {name: fact for name, fact in _facts(cause, which, value).items() if name != "delivered"}
    return offer_of(_example(cause), facts, datetime.fromisoformat("2026-09-22T10:00:00+08:00"))


def _beside(handled: list[Step], claimed: Iterator[Step]) -> Iterator[Step]:
    """By turns, beginning with the receipt: the claim goes on while the complaint is worked off, and after its end."""
    for step in handled:
        yield step
        other = next(claimed, None)
        if other is not None:
            yield other
    yield from claimed

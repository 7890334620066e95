"""A day for any pack: complaints in the pack's own words on its own channels, worked off by its own departments.

The courier network has a day written for it (day.py); whoever writes another pack sees it run with this one. Everything
is drawn from the pack: what it does not have (inquiries, appeals, approval, claims) does not happen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from tousu.demo import customers
from tousu.demo.claimwork import Claimed, form, offer_of, pay
from tousu.demo.diary import OFFICE_DAYS, Diary, at, in_office, office_later, text
from tousu.policy.clock_rule import ClockRule
from tousu.policy.pack import ComplaintClass, Pack
from tousu.policy.replies import FINAL
from tousu.policy.working_time import deadline

SEED: Final = 20260922
COMPLAINTS: Final = 90
INQUIRIES: Final = 12
FIRST: Final = "case-1"
"""The event that begins the day; its case is shown at the end."""
SENTENCES: Final = {
    "simplified": (
        "我要投诉：{word}，请尽快处理。",
        "已经反映过一次，还是{word}，没有人管。",
        "{word}，希望给一个说法。",
    ),
    "traditional": ("我要投訴：{word}，請盡快處理。",),
    "english": ("I want to complain: {word}. Please look into it.", "Once more: {word}. Who answers for this?"),
}
CLAIMED_SHARE: Final = 0.8
"""Of the complaints that may ask for money, so many do."""
FOUND: Final[Mapping[str, Any]] = {
    "insured": False, "share_lost": "0.5", "weight_kg": "0.8", "proof": "invoice", "damage_degree": "damaged",
    "service": "express", "service_fee": "12.00", "delivered": True,
}  # fmt: skip
"""What is found out about every claim, beside its value; what a pack does not ask for does no harm."""
UNSURE: Final = ("想了解一下贵公司的规定。", "Please call me back about yesterday.")


class ComplaintWork(NamedTuple):
    """A complaint as its department sees it. `class_name` is None where no word says what it is about."""

    pack: Pack
    diary: Diary
    case_of: str
    class_name: str | None
    received: datetime

    @property
    def department(self) -> str:
        class_ = self.pack.classes.get(self.class_name or "")
        return class_.departments[0] if class_ is not None else self.pack.routing.unsure.department

    def note(
        self, event_name: str, when: datetime, *, speaker: str = "", arrival: datetime | None = None, **data: Any
    ) -> datetime:
        """Report something; returns when it happened."""
        report = {"department": speaker or self.department, "employee": f"E{300 + len(self.case_of) % 40}", **data}
        self.diary.handling(self.case_of, event_name, when, report, arrival=arrival)
        return when


def tell_a_day(pack: Pack, seed: int = SEED) -> list[dict[str, Any]]:
    """Every line of the day in the order of arrival; handling events still lack the number of their case."""
    diary = Diary(seed)
    for number in range(COMPLAINTS):
        _complaint(pack, diary, number)
    for _ in range(INQUIRIES if pack.inquiries is not None else 0):
        _inquiry(pack, diary)
    return [line for _, line in diary.in_order()]


def _complaint(pack: Pack, diary: Diary, number: int) -> None:
    when = at("08:40") if number == 0 else at("09:00") + timedelta(seconds=diary.chance.randrange(12 * 3600))
    channel = diary.chance.choice(list(pack.channels))
    is_unsure = number % 15 == 14
    class_ = diary.chance.choice(list(pack.classes.values()))
    content = diary.chance.choice(UNSURE) if is_unsure else _sentence(diary, class_)
    data = customers.told(
        diary, channel, customers.person(diary), content, when, diary.chance.choice(customers.OUTLETS)
    )
    waybill = customers.waybill(diary)
    data |= _object(pack, number, waybill)
    case_of = diary.complaint(channel, when, data, event_id=FIRST if number == 0 else "")
    fate = (
        prompt
        if number == 0
        else diary.chance.choices([ending for _, ending in FATES], [share for share, _ in FATES])[0]
    )
    fate(ComplaintWork(pack, diary, case_of, None if is_unsure else class_.name, when))
    if pack.claims is not None and class_.claim is not None and not is_unsure and fate not in (invalid, withdrawn):
        chance_of_claim = diary.chance.random()
        if chance_of_claim < CLAIMED_SHARE:
            claim_money(Claimed(pack, diary, case_of, class_.claim.cause, waybill), when)


def _object(pack: Pack, number: int, waybill: str) -> dict[str, Any]:
    """What a complaint is about, as the pack's trade identifies it."""
    names = [name for name in pack.join.same if name != "class"]
    if "waybill_number" in names or pack.claims is not None:
        return {"waybill_number": waybill, "route": "domestic"}
    return {"identifiers": [{"what": name, "object_number": f"{name[:2].upper()}-{number:06}"} for name in names]}


def claim_money(claim: Claimed, received: datetime) -> None:
    """The customer claims, with the whole file; one in ten takes it back, one in ten is left unpaid for a while."""
    assert claim.pack.claims is not None
    chance = claim.diary.chance
    when = form(claim, received + timedelta(minutes=chance.randint(20, 90)))
    if any(item.given_by == "company" for item in claim.pack.claims.evidence.values()):
        claim.note("outlet_notified", when + timedelta(minutes=10), outlet=customers.OUTLETS[0])
    claim.note("claim_form_answered", when + timedelta(minutes=20))
    facts = {**FOUND, "days_late": chance.randint(1, 5), "real_value": f"{chance.randint(40, 900)}.00"}
    facts["real_loss"] = facts["real_value"]
    when = claim.note("claim_facts_found", office_later(when, chance.randint(60, 400)), facts=facts)
    when = office_later(when, chance.randint(20, 200))
    terms, amount = offer_of(claim, facts, when)
    claim.note("claim_decided", when, outcome="offer", **terms)
    when = claim.note("claim_agreed", office_later(when, chance.randint(20, 300)))
    ending = chance.random()
    if ending < 0.1:
        claim.note("claim_withdrawn", office_later(when, 60), reason="客户撤回索赔")
    elif ending > 0.2:
        when = pay(claim, office_later(when, chance.randint(200, 900)), amount)
        if _asks_for(claim.pack.claims.clocks.values(), "followed_up"):
            claim.note("claim_followed_up", office_later(when, 240), score=4)


def _asks_for(clocks: Iterable[ClockRule], event: str, says: str = "") -> bool:
    """Whether a clock of the pack waits for this report, and for this field in it."""
    return any(
        trigger.event == event and (not says or says in trigger.says) for rule in clocks for trigger in rule.met_by
    )


def _sentence(diary: Diary, class_: ComplaintClass) -> str:
    scripts = {name: words for name in SENTENCES if (words := getattr(class_.words, name))}
    script = diary.chance.choices(
        list(scripts), [{"simplified": 6, "traditional": 1, "english": 3}[s] for s in scripts]
    )[0]
    return diary.chance.choice(SENTENCES[script]).format(word=diary.chance.choice(scripts[script]))


def _inquiry(pack: Pack, diary: Diary) -> None:
    assert pack.inquiries is not None
    when, channel = (
        at("09:30") + timedelta(minutes=diary.chance.randrange(480)),
        diary.chance.choice(list(pack.channels)),
    )
    content = diary.chance.choice(customers.INQUIRIES)
    data = customers.told(diary, channel, customers.person(diary), content, when, customers.OUTLETS[0])
    data |= {"kind": "inquiry", "web_result": "none", "waybill_number": customers.waybill(diary), "route": "domestic"}
    case_of = diary.complaint(channel, when, data)
    answer = {
        "department": pack.inquiries.departments[0],
        "outcome": next(iter(pack.inquiries.outcomes)),
        "text": "已告知",
    }
    diary.handling(case_of, "inquiry_answered", when + timedelta(minutes=diary.chance.randint(5, 60)), answer)


# -- what becomes of a complaint ------------------------------------------------------------------------------------


def acknowledge(work: ComplaintWork, minutes: tuple[int, int] = (5, 50)) -> datetime:
    """Heard, and how bad it is by the pack's own dimensions."""
    when = in_office(work.received + timedelta(minutes=work.diary.chance.randint(*minutes)))
    when = work.note("acknowledged", when, **_acknowledgement(work, when))
    severity = {
        name: work.diary.chance.choice(values)
        for name, values in (work.pack.priority.dimensions if work.pack.priority is not None else {}).items()
    }
    asked = {name for rule in work.pack.grading for name in (*rule.when.facts, *rule.when.amounts)}
    report: dict[str, Any] = {"severity": severity} if severity else {}
    if "loss_yuan" in asked and work.diary.chance.random() < 0.3:
        report["loss_yuan"] = f"{work.diary.chance.choice((200, 2999, 3000, 8000))}.00"
    if "complexity" in asked and work.diary.chance.random() < 0.2:
        report["complexity"] = "complex"
    return work.note("assessed", when + timedelta(minutes=2), **report) if report else when


def _acknowledgement(work: ComplaintWork, when: datetime) -> dict[str, Any]:
    """What the customer hears with the acknowledgement, as far as the pack asks for it."""
    asked = {
        name
        for rule in work.pack.clocks.values()
        for trigger in rule.met_by
        if trigger.event == "acknowledged"
        for name in trigger.says
    }
    notices = {
        "process": "受理、调查、方案、答复", "answer_by": text(when + timedelta(hours=6)), "contact": "客服热线",
        "in_charge": "E310",
    }  # fmt: skip
    return {name: value for name, value in notices.items() if name in asked}


def judge(work: ComplaintWork, after: datetime, *, stands: bool = True) -> datetime:
    """Whether it stands; what nobody could class gets its class."""
    named: dict[str, Any] = {"class": next(iter(work.pack.classes))} if work.class_name is None and stands else {}
    if stands and _asks_for(work.pack.clocks.values(), "judged", "responsible"):
        named |= {"responsible": {"employee": f"K{200 + work.diary.number('responsible') % 24}"}}
    return work.note("judged", office_later(after, work.diary.chance.randint(20, 120)), stands=stands, **named)


def plan(work: ComplaintWork, after: datetime) -> datetime:
    """Planned, approved where the pack may ask for it, executed."""
    when = work.note("plan_proposed", office_later(after, 30), plan="remedy", text="与客户协商处理")
    if work.pack.approval is not None:
        named: dict[str, Any] = {"in_charge": "E310"} if work.pack.approval.in_charge else {}
        when = work.note("plan_approved", office_later(when, 30), approved_by="M10", **named)
    return work.note("plan_executed", office_later(when, 40), result="已处理")


def plan_if_wanted(work: ComplaintWork, after: datetime) -> datetime:
    """A plan where the pack may let no case end without one."""
    approval = work.pack.approval
    return plan(work, after) if approval is not None and approval.settles_by_plan else after


def answer(work: ComplaintWork, when: datetime, *, settled: bool = True, arrival: datetime | None = None) -> datetime:
    """The customer is told, with everything that the pack wants in an answer."""
    reply: dict[str, Any] = {"settled": settled, "text": "已回访客户" if settled else "客户不接受"}
    if settled and work.pack.closing is not None:
        reply["confirmation"] = work.pack.closing.confirmation[0]
    final = work.pack.replies.get(FINAL)
    if settled and final is not None:
        reply |= {"kind": FINAL}
    wanted = (*([final] if final is not None else ()), *work.pack.answers.values())
    if settled and wanted:
        reply |= {"elements": [*dict.fromkeys(name for rule in wanted for name in rule.required)]}
    return work.note("customer_answered", when, arrival=arrival, **reply)


def follow_up(work: ComplaintWork, after: datetime) -> None:
    """How the customer took it; where the pack asks for calls, what each of them heard, the same day."""
    kinds = {
        str(kind): 240 if rule.met_not_before is None else 4 * 24 * 60
        for rule in work.pack.clocks.values()
        for trigger in rule.met_by
        for kind in trigger.data.get("kind", ())
        if trigger.event == "followed_up"
    }
    for kind, minutes in sorted(kinds.items()):
        after = work.note("followed_up", office_later(after, minutes), kind=kind, text="已回访")
    work.note("satisfaction_given", after + timedelta(minutes=20), score=work.diary.chance.randint(2, 5))


def prompt(work: ComplaintWork) -> None:
    """As it should be."""
    done = answer(work, office_later(plan(work, judge(work, acknowledge(work))), 20))
    follow_up(work, done)


def invalid(work: ComplaintWork) -> None:
    """Judged not to stand: explained to the customer all the same."""
    answer(work, office_later(judge(work, acknowledge(work), stands=False), 30))


def second_round(work: ComplaintWork) -> None:
    """Not settled: worked out again."""
    refused = answer(work, office_later(plan(work, judge(work, acknowledge(work))), 20), settled=False)
    answer(work, office_later(plan(work, refused), 20))


def late(work: ComplaintWork) -> None:
    """Long after every limit of days."""
    plan_if_wanted(work, judge(work, acknowledge(work, (70, 200))))
    answer(work, at("16:00", OFFICE_DAYS[-1]))


def reported_late(work: ComplaintWork) -> None:
    """Answered the same day, and told to nobody before the next morning."""
    answered = office_later(plan_if_wanted(work, work.received), 50)
    answer(work, answered, arrival=answered + timedelta(hours=16))


def paused(work: ComplaintWork) -> None:
    """Waiting for the customer, where a clock of the pack may."""
    reasons = [
        reason for rule in work.pack.clocks.values() if rule.pauses is not None for reason in rule.pauses.reasons
    ]
    judged = judge(work, acknowledge(work))
    if reasons:
        when = work.note("paused", office_later(judged, 10), reason=reasons[0])
        judged = work.note("resumed", office_later(when, 240), reason="客户已补充")
    answer(work, office_later(plan(work, judged), 20))


def extended(work: ComplaintWork) -> None:
    """A day more for a clock that may have it, with approval and notice."""
    judged = judge(work, acknowledge(work))
    due = _due_of_extendable(work)
    if due is not None:
        name, moment = due
        work.note(
            "extended", office_later(judged, 10), clock=name, until=text(moment + timedelta(days=1)),
            reason="等待鉴定", approved_by="M10", notified_at=text(judged),
        )  # fmt: skip
    answer(work, office_later(plan(work, judged), 60))


def _due_of_extendable(work: ComplaintWork) -> tuple[str, datetime] | None:
    """A clock of every case that may be extended, and when it is due by the gravest grade."""
    for rule in work.pack.clocks.values():
        if rule.extensions is not None and rule.starts_on == "routed" and not rule.applies_when:
            limits = [rule.limit_for(grade) for grade in work.pack.grades]
            dues = [deadline(work.received, limit, work.pack.calendar.newest) for limit in limits]
            moments = [due for due in dues if isinstance(due, datetime)]
            return (rule.name, max(moments)) if moments else None
    return None


def reopened(work: ComplaintWork) -> None:
    """Settled, and then not, through neglect; what went wrong is mended."""
    settled = answer(work, office_later(plan(work, judge(work, acknowledge(work))), 20))
    again = work.note("reopened", office_later(settled, 120), reason="问题仍未解决", through_neglect=True)
    restarted = [rule for rule in work.pack.clocks.values() if rule.on_reopen == "restart"]
    if _asks_for(restarted, "acknowledged"):
        again = work.note("acknowledged", again + timedelta(minutes=20))
    done = answer(work, office_later(plan(work, again), 20))
    action: dict[str, Any] = {"action_id": f"{work.case_of}-1", "action": "流程整改"}
    planned = work.note(
        "corrective_action_planned", office_later(done, 20), **action, due_at=text(at("18:00", OFFICE_DAYS[-1]))
    )
    work.note("corrective_action_done", office_later(planned, 300), **action)


def disputed(work: ComplaintWork) -> None:
    """The department denies that it answers for it; whoever mediates decides."""
    when = work.note("disputed", office_later(acknowledge(work), 30), reason="不属于本部门责任")
    mediator = work.pack.routing.disputes_to
    when = work.note(
        "responsibility_settled", office_later(when, 60), speaker=mediator, by="mediation",
        responsible={"employee": "E77"}, measure="training",
    )  # fmt: skip
    answer(work, office_later(plan(work, judge(work, when)), 20))


def passed_up(work: ComplaintWork) -> None:
    """Not to be settled below: the one above gives the final opinion."""
    judged = judge(work, acknowledge(work))
    when = work.note("passed_up", office_later(judged, 30), reason="部门无法解决")
    when = work.note("final_opinion_given", office_later(when, 60), text="同意客户要求", by="general_manager")
    answer(work, office_later(plan(work, when), 20))


def withdrawn(work: ComplaintWork) -> None:
    """The customer takes it back."""
    work.note("withdrawn", office_later(acknowledge(work), 60), reason="客户撤回")


def appealed(work: ComplaintWork) -> None:
    """Closed, and referred by the regulator: a matter of its own."""
    done = answer(work, office_later(plan(work, judge(work, acknowledge(work))), 20))
    if all(rule.starts_on != "appeal_referred" for rule in work.pack.clocks.values()):
        return
    when = work.note(
        "appeal_referred", office_later(done, 60), authority="postal_administration", reference=f"SS-{work.case_of}"
    )
    work.note("appeal_answered", office_later(when, 600), reference=f"SS-{work.case_of}", text="已答复", upheld=False)


def forgotten(work: ComplaintWork) -> None:
    """Acknowledged, and nothing more."""
    acknowledge(work)


FATES: Final[tuple[tuple[int, Callable[[ComplaintWork], None]], ...]] = (
    (40, prompt), (8, invalid), (8, second_round), (8, late), (4, reported_late), (6, paused), (5, extended),
    (5, reopened), (4, disputed), (4, passed_up), (3, withdrawn), (3, appealed), (2, forgotten),
)  # fmt: skip
"""How many of a hundred complaints go which way."""

"""What departments do with a case over the days: the ordinary way, and the ways in which it goes wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from tousu.demo.diary import AFTER_THE_HOLIDAY, OFFICE_DAYS, Diary, at, in_office, office_later, text

LEAD: Final[Mapping[str, str]] = {
    "delay": "storage_and_transport", "loss": "storage_and_transport", "damage": "storage_and_transport",
    "shortage": "storage_and_transport", "contents_mismatch": "storage_and_transport",
    "attitude": "quality_management", "unsure": "customer_service",
}  # fmt: skip
WORKING_DAYS: Final[Mapping[str, int]] = {"attitude": 1, "unsure": 1, "delay": 3}
"""Working days that the source gives (C 5); five for everything else."""
PLANS: Final[Mapping[str, tuple[str, str]]] = {
    "delay": ("promise", "加急派送，并向客户道歉"), "loss": ("compensation", "核实后按标准赔付"),
    "damage": ("compensation", "按破损程度赔付"), "shortage": ("search", "查找短少物品，找不到则赔付"),
    "contents_mismatch": ("compensation", "按内件价值协商赔付"), "attitude": ("apology", "当面道歉，当事人培训"),
    "unsure": ("other", "核实情况后答复客户"),
}  # fmt: skip
ANSWERS: Final = ("已电话回访，客户表示满意", "客户接受处理结果", "已说明原因并致歉，客户认可", "赔付方案客户同意")
REASONS: Final[Mapping[str, tuple[str, ...]]] = {
    "delay": ("连日暴雨，干线停运", "派件遗漏", "收件电话无法接通", "地址超出派送范围"),
    "damage": ("中转操作不当", "堆放过高受压"), "loss": ("装车时遗漏", "错分后未找回"),
}  # fmt: skip
COURIERS: Final[Mapping[str, str]] = {
    "HZ-017": "K-0417", "HZ-003": "K-0311", "NB-004": "K-0402", "WZ-011": "K-1107", "SH-112": "K-1204",
    "SZ-041": "K-4103",
}  # fmt: skip
"""On whose round it was, by outlet."""
NAMED: Final = frozenset({"attitude", "damage", "loss", "shortage"})
"""Troubles for which a person is named, and not the outlet alone."""
DELAY_CAUSES: Final = ("objective", "human", "information", "out_of_range")


class Work(NamedTuple):
    """A case as its department sees it. `outlet` answers for it where nobody else is named; `loss`: yuan, as told."""

    diary: Diary
    case_of: str
    kind: str
    received: datetime
    outlet: str = ""
    loss: str = ""

    @property
    def department(self) -> str:
        return LEAD[self.kind]

    @property
    def person(self) -> str:
        """Who has it on the desk."""
        return f"E{300 + len(self.case_of) % 40}"

    @property
    def last_day(self) -> datetime:
        """Six in the evening of the last day on which an answer is in time."""
        days = [day for day in (*OFFICE_DAYS, *AFTER_THE_HOLIDAY) if day > self.received.date()]
        return at("18:00", days[WORKING_DAYS.get(self.kind, 5) - 1])

    def note(
        self, what: str, when: datetime, *, arrival: datetime | None = None, by: str = "", **data: Any
    ) -> datetime:
        """Report something; returns when it happened."""
        said = {"department": by or self.department, "employee": self.person, **data}
        if what == "customer_answered" and said["settled"]:
            said |= {"elements": ["apology", "liability", "suggestions"]}
        self.diary.handling(self.case_of, what, when, said, arrival=arrival)
        return when


def acknowledge(work: Work, minutes: tuple[int, int] = (6, 95)) -> datetime:
    """The duty desk works until ten in the evening; who complains later waits for the morning."""
    when = work.received + timedelta(minutes=work.diary.chance.randint(*minutes))
    if at("22:00") < when < at("00:00", OFFICE_DAYS[1]):
        when = at("09:00", OFFICE_DAYS[1]) + timedelta(minutes=work.diary.chance.randint(1, 20))
    return work.note("acknowledged", when, answer_by=text(work.last_day))


def responsible(work: Work) -> dict[str, str]:
    """Who answers for it: the courier on whose round it happened, or the outlet where nobody can be named."""
    courier = COURIERS.get(work.outlet)
    return {"outlet": work.outlet} | ({"employee": courier} if courier is not None and work.kind in NAMED else {})


def judge(work: Work, after: datetime, *, stands: bool = True, **data: Any) -> datetime:
    """Whether it stands, and why it happened."""
    reason = work.diary.chance.randrange(4)
    if work.kind == "delay" and stands:
        data = {"delay_cause": DELAY_CAUSES[reason], "reason": REASONS["delay"][reason], **data}
    elif work.kind in REASONS and stands:
        data = {"reason": REASONS[work.kind][reason % 2], **data}
    if work.kind == "unsure":
        data = {"class": "attitude", **data}
    if stands and work.outlet:
        data = {"responsible": responsible(work), **data}
    if stands and work.loss:
        work.note("assessed", office_later(after, 20), loss_yuan=work.loss)
    return work.note("judged", office_later(after, work.diary.chance.randint(30, 150)), stands=stands, **data)


def plan(work: Work, after: datetime, minutes: int = 40) -> datetime:
    """Plan, the leader's word (sooner where neither money nor much trouble is meant), and execution."""
    what, words = PLANS[work.kind]
    when = work.note("plan_proposed", office_later(after, minutes), plan=what, text=words)
    looked_at = office_later(when, 55 if WORKING_DAYS.get(work.kind, 5) == 5 else 15)
    when = work.note("plan_approved", looked_at, approved_by="M10", in_charge=work.person)
    return work.note("plan_executed", office_later(when, 35 + minutes), result=words + "，已完成")


def answer(
    work: Work, when: datetime, *, settled: bool = True, arrival: datetime | None = None, words: str = ""
) -> datetime:
    """The centre calls the customer back."""
    said = words or (work.diary.chance.choice(ANSWERS) if settled else "客户不接受，要求继续处理")
    return work.note(
        "customer_answered", when, arrival=arrival, by="customer_service", settled=settled, text=said, by_phone=True
    )


def thank(work: Work, after: datetime) -> None:
    """Many customers, not all, say how satisfied they are."""
    if work.diary.chance.random() < 0.6:
        work.note(
            "satisfaction_given",
            after + timedelta(minutes=25),
            by="customer_service",
            score=work.diary.chance.randint(2, 5),
        )


def prompt(work: Work) -> None:
    """As it should be."""
    done = plan(work, judge(work, acknowledge(work)))
    thank(work, answer(work, office_later(done, 30)))


def does_not_stand(work: Work) -> None:
    """Judged not to stand (投诉不成立): answered politely with the reason, and still handled (C 2)."""
    judged = judge(work, acknowledge(work), stands=False, reason="核实后不属于我方责任")
    answer(work, office_later(judged, 45), words="已向客户礼貌说明原因")


def second_round(work: Work) -> None:
    """Not settled at the first call: supplemented and issued to the department again (C 6)."""
    refused = answer(work, office_later(plan(work, judge(work, acknowledge(work))), 20), settled=False)
    thank(work, answer(work, office_later(plan(work, refused, 15), 20)))


def too_late(work: Work) -> None:
    """Answered after the limit."""
    judge(work, acknowledge(work, (100, 230)))
    answer(work, min(office_later(work.last_day, 90), at("18:00", OFFICE_DAYS[-1])))


def reported_late(work: Work) -> None:
    """Answered in time, but the report came only the next morning: judged by when it happened (design: ce_time)."""
    plan(work, judge(work, acknowledge(work)))
    answered = work.last_day - timedelta(minutes=50)
    answer(work, answered, arrival=min(office_later(work.last_day, 20), at("17:59", OFFICE_DAYS[-1])))


def passed_on(work: Work) -> None:
    """The department passes the case to another one."""
    other = "quality_management" if work.department != "quality_management" else "storage_and_transport"
    judged = judge(work, acknowledge(work))
    when = work.note("passed_on", office_later(judged, 10), to_department=other, reason="责任在对方部门")
    if work.kind != "contents_mismatch":  # for that one both departments had it from the beginning
        when = work.note("acknowledged", office_later(when, 25), by=other)
    answer(work, office_later(plan(work, when), 30))


def disputed(work: Work) -> None:
    """The department disputes that it answers for the case; the centre takes it back and answers itself."""
    when = work.note("disputed", office_later(acknowledge(work), 40), reason="网点称非其责任")
    when = work.note("taken_back", office_later(when, 60), by="customer_service", reason="中心收回处理")
    answer(work, office_later(plan(work, judge(work, when)), 30))


def paused(work: Work) -> None:
    """Waiting for what only the customer can send."""
    judged = judge(work, acknowledge(work))
    when = work.note("paused", office_later(judged, 15), reason="waiting_for_evidence")
    when = work.note("resumed", office_later(when, 300), reason="客户已补充凭证")
    thank(work, answer(work, office_later(plan(work, when), 20)))


def extended(work: Work) -> None:
    """The leader grants more time."""
    judged = judge(work, acknowledge(work))
    until = text(work.last_day + timedelta(days=1, hours=5))
    work.note(
        "extended", office_later(judged, 30), clock="resolution", until=until, reason="等待第三方鉴定",
        approved_by="M10",
    )  # fmt: skip
    answer(work, office_later(plan(work, judged, 120), 60))


def withdrawn(work: Work) -> None:
    """The customer takes the complaint back."""
    work.note(
        "withdrawn", office_later(acknowledge(work), 100), by="customer_service", reason="客户已收到快件，撤回投诉"
    )


def reopened(work: Work) -> None:
    """Settled, and then not: the customer calls again."""
    settled = answer(work, office_later(plan(work, judge(work, acknowledge(work))), 20))
    again = work.note("reopened", office_later(settled, 200), by="customer_service", reason="客户反映问题仍未解决")
    done = answer(work, office_later(plan(work, again, 20), 30))
    work.note("corrective_action_done", office_later(done, 30), action="网点已整改")


def never_finished(work: Work) -> None:
    """Acknowledged and forgotten."""
    acknowledge(work)


def ignored(work: Work) -> None:
    """Nobody answers at all until the limit has passed."""
    judge(work, work.last_day)


FATES: Final[tuple[tuple[int, Callable[[Work], None]], ...]] = (
    (52, prompt), (9, does_not_stand), (9, second_round), (6, too_late), (4, reported_late), (4, passed_on),
    (4, disputed), (4, paused), (2, extended), (2, withdrawn), (2, reopened), (1, never_finished), (1, ignored),
)  # fmt: skip
"""How many of a hundred cases go which way."""


def work_off(work: Work) -> bool:
    """Give a case its fate; returns whether a claim can come of it."""
    fate = work.diary.chance.choices([each for _, each in FATES], [share for share, _ in FATES])[0]
    fate(work)
    return fate not in (does_not_stand, withdrawn)


def answer_inquiry(diary: Diary, case_of: str, received: datetime, outcome: str, **more: str) -> None:
    """An inquiry is answered: in half an hour where the web look-up found nothing (C 5), mostly."""
    minutes = diary.chance.randint(10, 28) if diary.chance.random() < 0.8 else diary.chance.randint(35, 80)
    words = {"result_found": "已告知快件位置", "delayed": "快件延误，已催派", "no_result": "暂无结果，已登记"}
    data = {"department": "customer_service", "outcome": outcome, "text": words.get(outcome, "已登记"), **more}
    when = received + timedelta(minutes=minutes)
    diary.handling(case_of, "inquiry_answered", when if when.hour < 22 else in_office(when), data)

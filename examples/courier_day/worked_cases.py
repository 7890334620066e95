"""The seven worked cases of the sources (docs/sources.md, section 10), told as they would have come in, and how they
went.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final

from examples.courier_day.casework import Work
from tousu.demo.diary import Diary, at, text

WEDNESDAY: Final = date(2026, 9, 23)
THURSDAY: Final = date(2026, 9, 24)
MONDAY: Final = date(2026, 9, 28)
TUESDAY: Final = date(2026, 9, 29)


def posted(day: int, clock: str = "15:00") -> str:
    """A time in September."""
    return text(at(clock, date(2026, 9, day)))


def caller(name: str, phone: str, number: int) -> dict[str, Any]:
    """Complainant and call of somebody who telephones."""
    return {
        "complainant": {"name": name, "phone": phone, "role": "recipient"},
        "phone": {"call_id": f"CALL-20260922-9{number:03d}", "agent": f"A{110 + number}", "caller_number": phone},
    }


def found(kind: str, **responsible: str) -> dict[str, Any]:
    """What a department found: the class, and who is responsible."""
    return {"class": kind, "responsible": responsible}


def delay_in_traffic(diary: Diary) -> None:
    """1 (H): the customer waits for days; talked to, the piece goes first, compensated."""
    case = diary.complaint("phone", at("08:42"), {
        "kind": "complaint", "content": "我买的东西等了四天还没到，说是车堵在路上。请赔偿，再不来我就要求退款！",
        "waybill_number": "YT7700000000011", "posted_at": posted(17), "promised_at": posted(20, "18:00"),
        "route": "domestic", "demand": "优先派送并赔偿",
        "object": {"outlet": "HZ-003", "route": "HZ-L12", "goods": "日用品"},
        **caller("周玉兰", "19900009011", 1),
    }, event_id="case-1-delay-in-traffic")  # fmt: skip
    work = Work(diary, case, "delay", at("08:42"))
    work.note("acknowledged", at("08:55"), answer_by=text(at("18:00", THURSDAY)))
    work.note("judged", at("10:05"), stands=True, delay_cause="objective", reason="高速事故，干线车辆滞留",
              **found("delay", outlet="HZ-003"))  # fmt: skip
    work.note("plan_proposed", at("10:30"), plan="compensation", text="与客户和快递员沟通，优先派送，并给予补偿")
    work.note("plan_approved", at("11:05"), approved_by="M10", in_charge="E310")
    work.note("plan_executed", at("15:40"), result="已优先派送，客户签收")
    work.note(
        "customer_answered", at("16:10"), by="customer_service", settled=True, text="客户接受道歉和补偿", by_phone=True
    )
    work.note("satisfaction_given", at("16:30"), by="customer_service", score=4)


def rude_courier(diary: Diary) -> None:
    """2 (H): apology, the courier disciplined and trained, the customer compensated."""
    case = diary.complaint("app", at("09:18"), {
        "kind": "complaint", "content": "快递员态度恶劣，我只是请他送上楼，他就在门口骂人。",
        "complainant": {"name": "谢婉清", "phone": "19900009022", "role": "recipient"},
        "waybill_number": "YT7700000000022", "posted_at": posted(20), "route": "same_city", "demand": "道歉",
        "object": {"outlet": "HZ-017", "employee": "K-0417"},
        "app": {"app_version": "8.2.1", "platform": "android", "user_id": "u902201"},
    }, event_id="case-2-rude-courier")  # fmt: skip
    work = Work(diary, case, "attitude", at("09:18"))
    work.note("acknowledged", at("09:50"), answer_by=text(at("18:00", WEDNESDAY)))
    work.note("judged", at("11:20"), stands=True, **found("attitude", employee="K-0417"))
    work.note("plan_proposed", at("13:30"), plan="apology", text="登门道歉，快递员处分并培训，给予客户补偿")
    work.note("plan_approved", at("14:20"), approved_by="M10", in_charge="E311", changes="由网点负责人陪同登门")
    work.note("plan_executed", at("10:15", WEDNESDAY), result="已登门道歉；快递员停岗培训")
    work.note("customer_answered", at("11:00", WEDNESDAY), by="customer_service", settled=True, text="客户接受道歉")
    work.note("corrective_action_done", at("16:00", MONDAY), action="K-0417 培训考核合格")
    work.note("evaluated", at("16:30", MONDAY), text="当天登门道歉，客户接受", evaluated_by="M10",
              improvement="新入职快递员先培训服务用语")  # fmt: skip


def nobody_comes(diary: Diary) -> None:
    """3 (C): 'out for delivery' from 8 to 17, nobody comes, days of rain: objective delay, told on three channels."""
    content = "显示派送中，从早上八点等到下午五点都没人派送，这两天一直下雨，到底送不送？"
    piece = {
        "waybill_number": "YT7700000000033", "posted_at": posted(18), "promised_at": posted(21, "18:00"),
        "route": "domestic", "object": {"outlet": "HZ-017", "goods": "雨衣"},
    }  # fmt: skip
    who = {"name": "高建国", "phone": "19900009033", "role": "recipient"}
    case = diary.complaint("social", at("17:12"), {
        "kind": "complaint", "content": content, "complainant": {"handle": "@雨天等件的老高"}, **piece,
        "social": {"platform": "weibo", "address": "https://social.example/p/90033", "handle": "@雨天等件的老高",
                   "posted_at": text(at("17:05")), "found_by": "M2", "followers": 1523},
    }, event_id="case-3-nobody-comes")  # fmt: skip
    diary.complaint("phone", at("17:48"), {
        "kind": "complaint", "content": content, **piece, **caller("高建国", "19900009033", 3),
    }, event_id="case-3-nobody-comes-by-phone")  # fmt: skip
    diary.complaint("app", at("20:31"), {
        "kind": "complaint", "content": "等了一天没人派送，超时了。", "complainant": who, **piece,
        "app": {"app_version": "8.1.1", "platform": "ios", "user_id": "u903301"},
    }, event_id="case-3-nobody-comes-by-app")  # fmt: skip
    work = Work(diary, case, "delay", at("17:12"))
    work.note("acknowledged", at("17:40"), answer_by=text(at("12:00", WEDNESDAY)))
    work.note("judged", at("09:20", WEDNESDAY), stands=True, delay_cause="objective", reason="连日暴雨，派送受阻")
    work.note("plan_proposed", at("09:35", WEDNESDAY), plan="apology", text="道歉、解释，今天送到；客户要求时赔付")
    work.note("plan_approved", at("09:50", WEDNESDAY), approved_by="M10", in_charge="E310")
    work.note("plan_executed", at("11:50", WEDNESDAY), result="已送达")
    work.note(
        "customer_answered", at("14:05", WEDNESDAY), by="customer_service", settled=True, text="已道歉并说明天气原因"
    )


def phone_became_brick(diary: Diary) -> None:
    """4 (C): a phone swapped for a brick: contents mismatch; compensation negotiated by the standard."""
    case = diary.complaint("third-party", at("10:26"), {
        "kind": "complaint", "content": "寄的是新手机，收到打开变成了一块砖头，明显被调包，要求赔偿。",
        "complainant": {"name": "马志远", "phone": "19900009044", "role": "sender"},
        "waybill_number": "YT7700000000044", "posted_at": posted(18), "route": "domestic", "demand": "按手机价格赔偿",
        "amount_yuan": "4999.00", "object": {"outlet": "SZ-041", "goods": "手机"},
        "evidence": [
            {"kind": "video", "uri": "https://files.courier.example/evidence/44-unboxing.mp4"},
            {"kind": "waybill_image", "uri": "https://files.courier.example/evidence/44-waybill.jpg"},
        ],
        "third_party": {
            "platform": "postal-administration", "platform_case_number": "YZ202609220044", "regulator": True,
            "answer_deadline": text(at("18:00", date(2026, 9, 29))), "coordinator": "C07",
        },
    }, event_id="case-4-phone-became-brick")  # fmt: skip
    work = Work(diary, case, "contents_mismatch", at("10:26"))
    work.note("acknowledged", at("10:58"), answer_by=text(at("18:00", MONDAY)))
    work.note("acknowledged", at("11:06"), by="quality_management", answer_by=text(at("18:00", MONDAY)))
    work.note("judged", at("16:20", WEDNESDAY), stands=True, reason="称重记录与运单不符",
              **found("contents_mismatch", outlet="SZ-041"))  # fmt: skip
    work.note("plan_proposed", at("09:10", THURSDAY), plan="refund", text="退还运费")
    work.note("plan_refused", at("09:25", THURSDAY), refused_by="M10", reason="内件价值已失，应按标准协商赔付")
    work.note("plan_proposed", at("09:30", THURSDAY), plan="compensation", text="按标准协商赔付")
    work.note("plan_approved", at("10:40", THURSDAY), approved_by="M10", in_charge="E310")
    work.note("plan_executed", at("14:00", MONDAY), result="赔付协议已签")
    work.note("customer_answered", at("15:10", MONDAY), by="customer_service", settled=True, text="客户同意赔付方案")
    work.note("evaluated", at("16:20", MONDAY), text="称重记录定责，五个工作日内办结", evaluated_by="M10")


def ask_in_two_days(diary: Diary) -> None:
    """5 (C): the clerk who says 'no idea, ask in two days' and hangs up: attitude, one working day."""
    case = diary.complaint("web", at("11:07"), {
        "kind": "complaint", "content": "打电话问我的件，工作人员说“不知道，过两天再问”，没等我说完就挂了电话。",
        "complainant": {"name": "萧雅文", "phone": "19900009055", "email": "xiao@mail.example", "role": "recipient"},
        "waybill_number": "YT7700000000055", "posted_at": posted(21), "object": {"outlet": "CD-008"},
        "web": {"form_id": "F-0922-09055", "page_url": "https://www.courier.example/complain"},
    }, event_id="case-5-ask-in-two-days")  # fmt: skip
    work = Work(diary, case, "attitude", at("11:07"))
    work.note("acknowledged", at("11:30"), answer_by=text(at("18:00", WEDNESDAY)))
    work.note("judged", at("14:00"), stands=True, **found("attitude", outlet="CD-008"))
    work.note("plan_proposed", at("14:20"), plan="apology", text="当事人道歉，岗位培训")
    work.note("plan_approved", at("14:45"), approved_by="M10", in_charge="E311")
    work.note("plan_executed", at("15:30"), result="当事人道歉，岗位培训")
    work.note(
        "customer_answered", at("16:45"), by="customer_service", settled=False, text="已当面道歉", added="要求书面道歉"
    )
    work.note("acknowledged", at("17:10"), answer_by=text(at("18:00", WEDNESDAY)))
    work.note("plan_proposed", at("17:20"), plan="apology", text="书面道歉")
    work.note("plan_approved", at("17:40"), approved_by="M10", in_charge="E311")
    work.note("plan_executed", at("10:00", WEDNESDAY), result="已寄书面道歉信")
    work.note("customer_answered", at("11:15", WEDNESDAY), by="customer_service", settled=True, text="客户接受")


def broken_ceramic(diary: Diary) -> None:
    """6 (C): a ceramic piece broken inside sound outer packing, packed by the customer, reported after signing."""
    case = diary.complaint("onsite", at("14:22"), {
        "kind": "complaint", "content": "外包装是好的，拆开里面的紫砂壶摔碎了，昨天签收，今天才打开。",
        "complainant": {"name": "董其华", "phone": "19900009066", "role": "recipient"},
        "waybill_number": "YT7700000000066", "posted_at": posted(18), "route": "domestic", "amount_yuan": "860.00",
        "object": {"outlet": "NB-004", "goods": "紫砂壶"},
        "evidence": [{"kind": "photo", "uri": "https://files.courier.example/evidence/66-1.jpg"}],
        "onsite": {"outlet": "NB-004", "counter": "2", "clerk": "K204"},
    }, event_id="case-6-broken-ceramic")  # fmt: skip
    work = Work(diary, case, "damage", at("14:22"))
    work.note("acknowledged", at("14:50"), answer_by=text(at("18:00", MONDAY)))
    work.note("judged", at("11:10", WEDNESDAY), stands=False, reason="客户自行包装，未保价，签收后报损")
    work.note(
        "customer_answered",
        at("14:00", WEDNESDAY),
        by="customer_service",
        settled=False,
        text="已礼貌说明不予赔付的原因",
    )


def four_pieces(diary: Diary) -> None:
    """7 (C): one customer, four pieces: one lost, one a day late, one swapped, one broken: four claims."""
    case = diary.complaint("letter", at("15:05"), {
        "kind": "complaint", "content": "同一天寄的四件：一件丢失，一件晚到一天，一件被调包，一件破损，请逐件赔偿。",
        "complainant": {"name": "梁秋实", "phone": "19900009077", "address": "杭州市西湖区文三路 77 号",
                        "role": "sender"},
        "posted_at": posted(14), "promised_at": posted(17, "18:00"), "route": "domestic", "demand": "逐件赔偿",
        "amount_yuan": "2350.00", "object": {"outlet": "HZ-003"},
        "pieces": [
            {"waybill_number": "YT7700000000077", "class": "loss", "content": "至今没有收到，网点说弄丢了"},
            {"waybill_number": "YT7700000000078", "class": "delay", "content": "晚了一天才到，请赔偿"},
            {"waybill_number": "YT7700000000079", "class": "contents_mismatch", "content": "里面变成了石头"},
            {"waybill_number": "YT7700000000080", "class": "damage", "content": "收到时已经摔碎"},
        ],
        "letter": {"received_by": "L02", "postmarked_at": posted(20), "registered_number": "XA26090077CN",
                   "scan_uri": "https://files.courier.example/letters/77.pdf"},
    }, happened=datetime.fromisoformat(posted(20)), event_id="case-7-four-pieces")  # fmt: skip
    work = Work(diary, case, "loss", at("15:05"))
    work.note("acknowledged", at("15:45"), answer_by=text(at("18:00", MONDAY)))
    work.note("acknowledged", at("15:52"), by="quality_management", answer_by=text(at("18:00", MONDAY)))
    work.note("judged", at("10:00", WEDNESDAY), stands=True, reason="四件分别核实属实")
    work.note("plan_proposed", at("11:30", WEDNESDAY), plan="compensation", text="四件分别理赔")
    work.note("plan_approved", at("12:40", WEDNESDAY), approved_by="M10", in_charge="E310")
    work.note("plan_executed", at("16:00", MONDAY), result="四份理赔已提交")
    work.note("customer_answered", at("17:00", MONDAY), by="customer_service", settled=True, text="客户同意分件理赔")


WORKED_CASES: Final = (
    delay_in_traffic, rude_courier, nobody_comes, phone_became_brick, ask_in_two_days, broken_ceramic, four_pieces,
)  # fmt: skip

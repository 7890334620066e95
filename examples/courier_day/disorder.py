"""What real mail looks like: re-sent, told twice on two channels, late, and broken in every way there is a name for."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from examples.courier_day.claims_of_the_day import Heard
from tousu.contract import topic_of, topic_of_channel
from tousu.demo import customers
from tousu.demo.diary import OFFICE_DAYS, Diary, at, text

STRUCTURED: Final = {"content-type": "application/cloudevents+json"}
TOO_MANY: Final = 100_000
TOO_DEEP: Final = 40


def resent(diary: Diary, event_ids: list[str]) -> None:
    """Adapters that were not sure whether an event arrived send it again, minutes or a day later."""
    for number, event_id in enumerate(event_ids):
        first = datetime.fromisoformat(diary.line_of(event_id)["event"]["receivedtime"])
        diary.again(event_id, first + timedelta(minutes=(3, 17, 55, 1440)[number % 4]))


def told_again(diary: Diary, event_ids: list[str]) -> None:
    """The same customer tells the same trouble on another channel within the day: one case, one source more."""
    for number, event_id in enumerate(event_ids):
        line = diary.line_of(event_id)
        data, first = line["event"]["data"], datetime.fromisoformat(line["event"]["receivedtime"])
        channel = ("web", "phone", "email")[number % 3]
        if channel in data:
            channel = "app"
        when = first + timedelta(minutes=70 + 35 * number)
        who = customers.Person(data["complainant"].get("name", "客户"), f"1990000{8000 + number}")
        again = customers.told(diary, channel, who, data["content"] + "之前已经反映过一次。", when, "HZ-017")
        kept = {name: data[name] for name in ("waybill_number", "posted_at", "route", "object") if name in data}
        diary.complaint(channel, when, again | kept)


def late_mail(diary: Diary) -> list[Heard]:
    """Told in the morning, received hours later: a dead spot, a mail in a queue, a form in a drawer."""
    heard = []
    for channel, said, received, kind in (
        ("app", "08:05", "12:40", "damage"), ("onsite", "08:30", "17:20", "attitude"),
        ("email", "09:10", "16:45", "delay"),
        ("phone", "08:15", "10:30", "loss"), ("web", "08:20", "13:05", "delay"), ("social", "08:40", "19:10", "delay"),
    ):  # fmt: skip
        when = at(said)
        data = customers.told(
            diary, channel, customers.person(diary), customers.words(diary, kind, "WZ-011"), when, "WZ-011"
        )
        data |= {"waybill_number": customers.waybill(diary), "route": "domestic"}
        case = diary.complaint(channel, at(received), data, happened=when)
        heard.append(Heard(case, kind, at(received), "WZ-011", data["waybill_number"]))
    return heard


def _web_form(diary: Diary, clock: str, **changed: Any) -> dict[str, Any]:
    """A form as the website sends it, structured."""
    number = diary.number("broken form")
    data = customers.told(diary, "web", customers.person(diary), "快递延误了，请处理。", at(clock), "BJ-025")
    event = {
        "specversion": "1.0", "id": f"form-broken-{number:03d}", "source": "/adapters/web",
        "type": "tousu.complaint.received.web.v1", "time": text(at(clock)), "receivedtime": text(at(clock)),
        "datacontenttype": "application/json", "data": data,
    }  # fmt: skip
    return event | changed


def _raw(diary: Diary, clock: str, value: Any, topic: str = "complaints.inbound.web", **how: Any) -> None:
    line = {
        "topic": topic,
        "key": f"broken-{diary.number('broken'):03d}",
        "headers": STRUCTURED,
        "arrival": text(at(clock)),
    }
    diary.tell(at(clock), line | ({"value": value} if value is not None else {}) | how)


def _told(diary: Diary, clock: str, event: dict[str, Any], topic: str = "complaints.inbound.web") -> None:
    key = f"broken-{diary.number('broken'):03d}"
    diary.tell(at(clock), {"topic": topic, "key": key, "arrival": text(at(clock)), "event": event})


def cut_off(diary: Diary) -> None:
    """broken_json: the connection ended in the middle."""
    whole = json.dumps(_web_form(diary, "09:33"), ensure_ascii=False)
    _raw(diary, "09:33", whole[: len(whole) * 2 // 3])
    _raw(diary, "13:48", "<html><body>502 Bad Gateway</body></html>", topic_of_channel("app"))


def old_encoding(diary: Diary) -> None:
    """wrong_encoding: a counter's old computer still writes GBK."""
    whole = json.dumps(_web_form(diary, "10:12"), ensure_ascii=False).encode("gbk")
    _raw(diary, "10:12", None, topic_of_channel("onsite"), value_base64=base64.b64encode(whole).decode())


def same_key_twice(diary: Diary) -> None:
    """duplicate_key: two parsers would read two different waybill numbers."""
    whole = json.dumps(_web_form(diary, "10:51"), ensure_ascii=False)
    _raw(
        diary,
        "10:51",
        whole.replace('"data": {', '"data": {"waybill_number": "YT11111", "waybill_number": "YT22222", ', 1),
    )


def nul(diary: Diary) -> None:
    """nul_character: a database would cut the text there."""
    event = _web_form(diary, "11:26")
    event["data"]["content"] = "快递延误\0了"
    _told(diary, "11:26", event)


def far_too_large(diary: Diary) -> None:
    """too_large: a photo pasted into the text instead of its address."""
    whole = json.dumps(_web_form(diary, "12:18"), ensure_ascii=False)
    before, after = whole.split("快递延误了", 1)
    _raw(diary, "12:18", [before, ["图", TOO_MANY], after])


def too_deep(diary: Diary) -> None:
    """too_deep: nobody writes so by hand."""
    whole = json.dumps(_web_form(diary, "13:02"), ensure_ascii=False)
    nest = '"data": {"nested": ' + "[" * TOO_DEEP + "]" * TOO_DEEP + ", "
    _raw(diary, "13:02", whole.replace('"data": {', nest, 1))


def number_beyond_reason(diary: Diary) -> None:
    """number_out_of_range: a number that parsers round differently."""
    whole = json.dumps(_web_form(diary, "14:08"), ensure_ascii=False)
    _raw(diary, "14:08", whole.replace('"data": {', '"data": {"followers": 123456789012345678901234567890, ', 1))


def wrong_shape(diary: Diary) -> None:
    """wrong_schema: a call without its agent; a kind that there is not; a channel's object missing."""
    call = customers.told(diary, "phone", customers.person(diary), "快递延误", at("09:58"), "HZ-017")
    del call["phone"]["agent"]
    diary.complaint("phone", at("09:58"), call, event_id="phone-without-agent")
    form = customers.told(diary, "web", customers.person(diary), "快递损坏了", at("15:17"), "HZ-017")
    diary.complaint("web", at("15:17"), form | {"kind": "praise"}, event_id="web-with-praise")
    mail = customers.told(diary, "email", customers.person(diary), "快递丢了", at("16:02"), "HZ-017")
    del mail["email"]
    diary.complaint("email", at("16:02"), mail, event_id="email-without-mail")


def wrong_attributes(diary: Diary) -> None:
    """missing_attribute, malformed_time, unknown_type."""
    event = _web_form(diary, "11:44")
    del event["id"]
    _told(diary, "11:44", event)
    _told(diary, "14:36", _web_form(diary, "14:36", time="2026-09-22 14:36:00", receivedtime="yesterday"))
    _told(diary, "15:41", _web_form(diary, "15:41", type="tousu.complaint.recieved.web.v1"))


def unknown_case(diary: Diary) -> None:
    """unknown_case: a department writes about a case that never was."""
    number, kind = "20250101-00-0001-22", "tousu.handling.acknowledged.v1"
    event = {
        "specversion": "1.0", "id": "about-no-case", "source": "/departments/storage_and_transport",
        "type": kind, "time": text(at("10:40")), "receivedtime": text(at("10:40")),
        "datacontenttype": "application/json", "data": {"case_number": number, "department": "storage_and_transport"},
    }  # fmt: skip
    diary.tell(at("10:40"), {"topic": topic_of(kind), "key": number, "event": event})


def changed_after_sending(diary: Diary, event_id: str) -> None:
    """exists_with_different_content: the same id, another story."""
    line = diary.line_of(event_id)
    event = line["event"] | {"receivedtime": text(at("18:44"))}
    event["data"] = event["data"] | {"content": "（已修改）我要投诉的是别的事。"}
    diary.tell(at("18:44"), line | {"event": event})


def of_another_kind(diary: Diary, case_of: str) -> None:
    """illegal_transition: the answer to an inquiry, for a complaint. In no order could that be right."""
    data = {"department": "storage_and_transport", "outcome": "no_result", "text": "查无结果"}
    diary.handling(case_of, "inquiry_answered", at("10:15", OFFICE_DAYS[-1]), data)


BROKEN: Final[tuple[Callable[[Diary], None], ...]] = (
    cut_off, old_encoding, same_key_twice, nul, far_too_large, too_deep, number_beyond_reason, wrong_shape,
    wrong_attributes, unknown_case,
)  # fmt: skip

"""What the benchmark feeds in: complaints as customers tell them (what becomes of them: bench/courses.py).

Every complaint is about another piece by another customer, so that every one becomes a case of its own; a few are sent
twice, as adapters do after a fault. Sizes are those of real mail: about 1.5 KB on the wire, headers included.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

import orjson

from tousu.contract import address_of, topic_of_channel
from tousu.demo import customers
from tousu.demo.customers import Person
from tousu.demo.diary import Diary, text
from tousu.event import Event, binary_headers

SEED: Final = 7463
ONE_IN_INQUIRIES: Final = 10
ONE_IN_RESENT: Final = 33
KINDS: Final = {
    "delay": 31,
    "attitude": 19,
    "damage": 18,
    "loss": 12,
    "shortage": 8,
    "contents_mismatch": 6,
    "unsure": 6,
}
"""Of a hundred complaints, how many are about what (as in the demo's day)."""
TOLD_MORE: Final = (
    "下单的时候客服明确说两天之内可以送到，我专门请了假在家里等，从早上九点一直等到晚上八点都没有人联系我。",
    "我前后给网点打了七次电话，有四次没有人接，有两次说帮我登记之后就没有了下文，最后一次直接把电话挂断了。",
    "外包装上面贴着易碎的标签，也买了保价，照片和开箱的视频我都已经上传，需要的话可以让你们的人上门来看。",
    "这个东西是给家里老人过生日用的，现在时间已经过了，再送来也没有什么意义，希望你们给一个负责任的说法。",
    "如果三天之内还没有答复，我会继续向邮政管理部门申诉，也会在网上把整个经过和聊天记录都写出来让大家看看。",
)


class Sent(NamedTuple):
    """A record for an inbound topic. `kind` is what the case is about (inquiry, or a class)."""

    topic: str
    key: str
    value: bytes
    headers: list[tuple[str, bytes]]
    event_id: str
    kind: str


def complaints(count: int, received: datetime, *, first: int = 0, resent: bool = True) -> Iterator[Sent]:
    """`count` records, the first of them number `first`, all received about `received`; equal input, equal output."""
    diary = Diary(SEED + first)
    former: Sent | None = None
    for number in range(first, first + count):
        if resent and former is not None and number % ONE_IN_RESENT == ONE_IN_RESENT - 1:
            yield former
            continue
        former = _complaint(diary, number, received)
        yield former


def _complaint(diary: Diary, number: int, received: datetime) -> Sent:
    chance = diary.chance
    channel, outlet = customers.channel(diary), chance.choice(customers.OUTLETS)
    kind = chance.choices(list(KINDS), list(KINDS.values()))[0]
    is_inquiry = number % ONE_IN_INQUIRIES == ONE_IN_INQUIRIES - 1
    said = chance.choice(customers.INQUIRIES) if is_inquiry else customers.words(diary, kind, outlet)
    said += "".join(chance.sample(TOLD_MORE, 2))
    happened = received - timedelta(seconds=chance.randint(20, 900))
    who = Person(chance.choice(customers.SURNAMES) + chance.choice(customers.GIVEN), f"139{number % 100_000_000:08d}")
    waybill = f"YT{7_600_000_000_000 + number * 97}"
    data = customers.told(diary, channel, who, said, happened, outlet) | _particulars(diary, number, happened, waybill)
    if is_inquiry:
        data |= {"kind": "inquiry", "web_result": "none"}
    else:
        data |= {"demand": chance.choice(customers.DEMANDS), "amount_yuan": f"{chance.randint(30, 2000)}.00"}
    data["object"] = {"outlet": outlet, "employee": f"E{chance.randint(1000, 9999)}"}
    event = Event(
        id=f"{channel}-{number:08d}", source=f"/adapters/{channel}", type=f"tousu.complaint.received.{channel}.v1",
        time=happened, dataschema=address_of(f"tousu.complaint.received.{channel}.v1"), data=data,
        extensions={"receivedtime": text(received), "correlationid": f"conversation-{number:08d}"},
    )  # fmt: skip
    return inbound(topic_of_channel(channel), waybill, event, "inquiry" if is_inquiry else kind)


def _particulars(diary: Diary, number: int, happened: datetime, waybill: str) -> dict[str, Any]:
    return {
        "waybill_number": waybill,
        "posted_at": text(happened - timedelta(days=4)),
        "promised_at": text(happened - timedelta(days=1)),
        "route": diary.chance.choice(("domestic", "domestic", "domestic", "same_city", "international")),
        "evidence": [
            {"kind": "photo", "uri": f"https://files.courier.example/evidence/{number:08d}/{side}.jpg"}
            for side in ("outside", "inside")
        ],
    }


def inbound(topic: str, key: str, event: Event, kind: str) -> Sent:
    """An event as a record for an inbound topic."""
    return Sent(topic, key, orjson.dumps(event.data), binary_headers(event), event.id, kind)


def size_bytes(record: Sent) -> int:
    """What a record takes on the wire, its headers included."""
    return len(record.key) + len(record.value) + sum(len(name) + len(value) for name, value in record.headers)

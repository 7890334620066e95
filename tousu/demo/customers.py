"""Who complains, and in which words, on which channel. Names, numbers and addresses are made up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from tousu.demo.diary import Diary, text

SURNAMES: Final = tuple("王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧")
GIVEN: Final = (
    "伟",
    "芳",
    "秀英",
    "娜",
    "敏",
    "静",
    "丽",
    "强",
    "磊",
    "洋",
    "艳",
    "勇",
    "杰",
    "娟",
    "涛",
    "明",
    "超",
    "霞",
    "平",
    "桂英",
)
OUTLETS: Final = ("HZ-017", "HZ-003", "NB-004", "WZ-011", "SH-112", "SZ-041", "BJ-025", "CD-008", "GZ-036")
GOODS: Final = (
    "手机壳",
    "连衣裙",
    "蓝牙耳机",
    "新鲜水果",
    "儿童绘本",
    "台灯",
    "咖啡豆",
    "运动鞋",
    "茶叶礼盒",
    "化妆品",
)
CHANNELS: Final = {
    "phone": 28,
    "app": 22,
    "web": 14,
    "social": 10,
    "email": 10,
    "third-party": 8,
    "onsite": 8,
    "letter": 4,
}
"""How many of a hundred come on each channel."""

WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "delay": (
        "{goods}说好隔天到，今天都第{days}天了还没到，物流停在转运中心没有更新。",
        "显示派送中整整{days}天，打网点电话没人接，到底什么时候送？",
        "快递延误{days}天了，我等着用，麻烦尽快处理。",
        "包裹卡在{outlet}已经{days}天，客服只会说再等等，太慢了。",
        "生鲜快递迟迟不派送，再不来就不能吃了。",
        "同城件走了{days}天还没送，比走路都慢，超时也没人通知我。",
        "從杭州寄到香港的{goods}逾期{days}天，物流一直停滯，請盡快處理。",
        "My parcel is {days} days late and there has been no update since Friday. Please deliver it.",
    ),
    "attitude": (
        "快递员打电话时态度恶劣，还骂人，我要投诉他。",
        "我问什么时候能取件，网点的人爱理不理，说完就挂电话。",
        "派件员很不耐烦，让我自己去拿，没礼貌。",
        "客服一直敷衍我，推诿说不归他管。",
        "门口的快递员出言不逊，当着孩子的面说脏话。",
        "The courier was rude and hung up on me twice.",
    ),
    "damage": (
        "收到的{goods}外箱压扁，里面摔碎了，有开箱照片。",
        "{goods}进水湿透，完全不能用了。",
        "箱子破损严重，{goods}裂开了，签收前就拍了照。",
        "寄的{goods}到了就坏了，包装被压坏。",
        "收到的{goods}外殼變形，螢幕碎了，請處理。",
        "The lamp arrived smashed although it was packed well; photos attached.",
    ),
    "loss": (
        "{goods}显示已签收但我没有拿到，快递员说弄丢了。",
        "包裹丢失，网点说找不到了，请给个说法。",
        "物流三天前就说在派件，今天告诉我丢件了。",
        "我的{goods}下落不明，网点和中转站互相说不知道。",
        "寄出的文件袋遗失，里面有合同原件。",
    ),
    "shortage": (
        "一箱三件{goods}，只收到一件，少了两件。",
        "包裹重量不符，明显轻了，里面少一件。",
        "订了六盒{goods}，数量不对，缺少两盒。",
    ),
    "contents_mismatch": (
        "寄的是{goods}，打开变成了一块石头，怀疑被调包。",
        "箱子里是空盒，{goods}不见踪影，内件不符。",
        "里面的东西不是我买的，和运单写的不一样。",
    ),
    "unsure": (
        "寄件时说十二块，到付却收了十八块，请解释多收的部分。",
        "想了解一下为什么我的会员积分没有到账。",
        "你们的快递员把别人的面单照片发到了小区群里，请处理个人信息的问题。",
        "上门取件的时间段能不能准一点，改了三次约。",
    ),
}  # fmt: skip
INQUIRIES: Final = (
    "请帮我查一下这个单号现在到哪里了。",
    "网上查不到这个单号的信息，请问寄出了吗？",
    "家里老人寄的包裹，想知道今天能不能送到。",
    "收件地址写错了一个字，包裹现在在哪个网点？",
    "I cannot find my parcel on the web page, where is it now?",
)
DEMANDS: Final = ("请赔偿损失", "请退运费", "要求赔付", "请尽快送到", "希望道歉", "请给一个答复")


class Person(NamedTuple):
    """A customer."""

    name: str
    phone: str


def person(diary: Diary) -> Person:
    """Somebody new."""
    number = diary.number("person")
    name = diary.chance.choice(SURNAMES) + diary.chance.choice(GIVEN)
    return Person(name, f"1990000{number:04d}")


def waybill(diary: Diary) -> str:
    """A new waybill number."""
    return f"YT{7_600_000_000_000 + diary.number('waybill') * 97_531}"


def channel(diary: Diary) -> str:
    """One of the channels, as often as they are used."""
    return diary.chance.choices(list(CHANNELS), list(CHANNELS.values()))[0]


def words(diary: Diary, kind: str, outlet: str) -> str:
    """What a customer says about this kind of trouble."""
    template = diary.chance.choice(WORDS[kind])
    return template.format(goods=diary.chance.choice(GOODS), days=diary.chance.randint(3, 6), outlet=outlet)


def told(diary: Diary, name: str, who: Person, content: str, when: datetime, outlet: str) -> dict[str, Any]:
    """The data that an adapter of a channel sends for these words: what every channel has, and its own fields."""
    number = diary.number(f"{name} reference")
    complainant: dict[str, Any] = {
        "name": who.name,
        "phone": who.phone,
        "role": diary.chance.choice(("sender", "recipient")),
    }
    data: dict[str, Any] = {"kind": "complaint", "content": content}
    if name == "social":
        complainant = {"handle": f"@{who.name}的日常"}
    elif name == "email":
        complainant = {"name": who.name, "email": f"customer{number}@mail.example", "role": "recipient"}
    data |= {"complainant": complainant, name.replace("-", "_"): OWN_FIELDS[name](number, who, when, outlet)}
    return data


def _phone(number: int, who: Person, when: datetime, outlet: str) -> dict[str, Any]:
    return {
        "call_id": f"CALL-{when:%Y%m%d}-{number:04d}", "agent": f"A{101 + number % 14}", "caller_number": who.phone,
        "recording_uri": f"https://recordings.example/{when:%Y%m%d}/{number:04d}.ogg",
        "started_at": text(when - timedelta(minutes=4)), "duration_s": 60 + number * 37 % 400,
    }  # fmt: skip


def _web(number: int, who: Person, when: datetime, outlet: str) -> dict[str, Any]:
    return {"form_id": f"F-{when:%m%d}-{number:05d}", "page_url": "https://www.courier.example/complain"}


def _app(number: int, who: Person, when: datetime, outlet: str) -> dict[str, Any]:
    platform = ("ios", "android", "harmony")[number % 3]
    shot = f"https://files.courier.example/shots/{number:05d}.jpg"
    return {
        "app_version": f"8.{number % 4}.1",
        "platform": platform,
        "user_id": f"u{88_000 + number}",
        "screenshots": [shot],
    }


def _social(number: int, who: Person, when: datetime, outlet: str) -> dict[str, Any]:
    return {
        "platform": ("weibo", "xiaohongshu", "douyin")[number % 3],
        "address": f"https://social.example/p/{30_000 + number}", "handle": f"@{who.name}的日常",
        "posted_at": text(when - timedelta(minutes=25)), "found_by": f"M{1 + number % 3}",
        "followers": 40 + number * 731,
    }  # fmt: skip


def _email(number: int, who: Person, when: datetime, outlet: str) -> dict[str, Any]:
    return {
        "message_id": f"<{when:%Y%m%d}.{number}@mail.example>", "from_address": f"customer{number}@mail.example",
        "subject": "投诉", "attachments": [f"https://files.courier.example/mail/{number}.jpg"],
    }  # fmt: skip


def _onsite(number: int, who: Person, when: datetime, outlet: str) -> dict[str, Any]:
    return {"outlet": outlet, "counter": str(1 + number % 3), "clerk": f"K{200 + number % 9}"}


def _third_party(number: int, who: Person, when: datetime, outlet: str) -> dict[str, Any]:
    is_regulator = number % 3 == 0
    return {
        "platform": "postal-administration" if is_regulator else "12315", "regulator": is_regulator,
        "platform_case_number": f"{'YZ' if is_regulator else 'XF'}{when:%Y%m%d}{number:04d}",
        "answer_deadline": text(when + timedelta(days=7)), "coordinator": "C07",
    }  # fmt: skip


def _letter(number: int, who: Person, when: datetime, outlet: str) -> dict[str, Any]:
    return {
        "received_by": "L02", "postmarked_at": text(when - timedelta(days=3)),
        "registered_number": f"XA{26_000_000 + number}CN", "scan_uri": f"https://files.courier.example/letters/{number}.pdf",
    }  # fmt: skip


def _media(number: int, who: Person, when: datetime, outlet: str) -> dict[str, Any]:
    return {"medium": "都市晚报", "article_uri": f"https://media.example/{number:04d}.html", "found_by": "M3"}


def _association(number: int, who: Person, when: datetime, outlet: str) -> dict[str, Any]:
    deadline = text(when + timedelta(days=10))
    return {
        "association": "市消费者协会", "association_case_number": f"XX-2026-{number:05d}", "answer_deadline": deadline,
    }  # fmt: skip


def _message_board(number: int, who: Person, when: datetime, outlet: str) -> dict[str, Any]:
    return {"board": "公司留言板", "message_number": f"LY-{when:%m%d}-{number}", "handle": f"{who.name}的留言"}


def _sms(number: int, who: Person, when: datetime, outlet: str) -> dict[str, Any]:
    return {"message_number": f"DX-{when:%m%d}-{number}", "sender_number": who.phone, "written_at": text(when)}


OWN_FIELDS: Final = {
    "phone": _phone, "web": _web, "app": _app, "social": _social, "email": _email, "onsite": _onsite,
    "third-party": _third_party, "letter": _letter, "media": _media, "association": _association,
    "message-board": _message_board, "sms": _sms,
}  # fmt: skip

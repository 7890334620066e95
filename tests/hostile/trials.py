"""The trials of hostile input. Each takes what it may do and returns what became of it; a failed one raises."""

from __future__ import annotations

import time
from collections import Counter
from typing import Final

import orjson

from tests.hostile import fuzz, json_classes, marked
from tests.hostile.door import ACCEPTED, REPEATED, Door, record, whole
from tests.hostile.strings import CLASSES
from tests.rules.intake.gate import BLOCKS, complaint
from tousu.contract import topic_of_channel

PHONE: Final = "complaints.inbound.phone"
TYPE: Final = "tousu.complaint.received.phone.v1"
WHO: Final = {"name": "王小明", "phone": "199 0000 0042"}
SOUND: Final[dict[str, object]] = {"kind": "complaint", "content": "快件丢了", "complainant": WHO}
SLOWEST_S: Final = 1.0
"""What CPU one event may take at most; the costliest takes a tenth of that. A cost that grows with the square of a
text's length shows here."""


def json_suite() -> Counter[str]:
    """Every class of JSON in a field of a complaint that nobody knows, and alone as the whole value."""
    door = Door()
    for number, case in enumerate(json_classes.cases()):
        event = orjson.dumps(whole(TYPE, SOUND | {"phone": BLOCKS["phone"]}, f"j-{number}"))
        answer = door.hand_in(record(PHONE, event[:-2] + b',"strange":' + case.value + b"}}"))
        right = {case.answer} if case.answer else json_classes.NO_JSON
        assert answer in right, (case, answer)
        alone = door.hand_in(record(PHONE, case.value))
        assert alone not in {ACCEPTED, REPEATED}, case
    return door.answers


def naughty_strings() -> Counter[str]:
    """Every text in every place where a customer or an adapter writes one; a complaint is never lost by it."""
    door = Door()
    for kind, texts in CLASSES.items():
        for number, text in enumerate(texts):
            for place, data in _with(text):
                id_ = f"n-{kind}-{number}-{place}"
                begun_s = time.process_time()
                answer = door.hand_in(record(PHONE, orjson.dumps(whole(TYPE, data, id_))))
                assert time.process_time() - begun_s < SLOWEST_S, (kind, number, place)
                assert answer == ACCEPTED or (kind, answer) == ("long", "too_large"), (kind, text[:60], place, answer)
    return door.answers


def _with(text: str) -> list[tuple[str, dict[str, object]]]:
    block = BLOCKS["phone"]
    sound = SOUND | {"phone": block}
    return [
        ("content", sound | {"content": f"快件丢了{text}"}),
        ("complainant", sound | {"complainant": WHO | {"name": text, "email": text, "address": text, "role": text}}),
        ("telephone", sound | {"complainant": WHO | {"phone": text, "handle": text}}),
        ("waybill_number", sound | {"waybill_number": text, "demand": text, "region": text, "amount_yuan": text}),
        ("phone", sound | {"phone": block | {"caller_number": text, "recording_uri": text}}),
        (
            "object",
            sound
            | {
                "object": {"outlet": text, "goods": text, "employee": text},
                "evidence": [{"kind": "photo", "uri": text}],
            },
        ),
        ("a name", sound | {text or "x": text}),
    ]


def marked_data() -> Counter[str]:
    """Nothing that is marked leaves intake, in no writing, neither of complaints nor of reports."""
    door = Door()
    for number, (name, text) in enumerate(marked.writings()):
        data = marked.told(text, name, number)
        assert door.hand_in(record(PHONE, orjson.dumps(whole(TYPE, data, f"m-{number}")))) == ACCEPTED
        found = marked.hits(door.left())
        assert not found, (text, found, door.gate.outputs[-1].data)
        door.gate.outputs.clear()
    case = door.gate.registers(complaint("web"))
    for number, text in enumerate(marked.built()):
        for what, said in marked.report_texts(text):
            _report(door, case, what, said, f"m-{number}-{what}")
        found = marked.hits(door.left())
        assert not found, (text, found, door.gate.outputs[-1].data)
        door.gate.outputs.clear()
    return door.answers


def _report(door: Door, case: str, what: str, said: dict[str, object], id_: str) -> None:
    data = {"case_number": case, **said}
    event = orjson.dumps(whole(f"tousu.handling.{what}.v1", data, id_))
    assert door.hand_in(record("complaints.inbound.handling", event, key=case.encode())) == ACCEPTED


def fuzzed(seed: int, count: int) -> Counter[str]:
    """No exception leaves intake; each event is accepted, or refused with a reason. In between a sound one is taken."""
    door = Door()
    for number, each in enumerate(fuzz.events(seed, count)):
        door.hand_in(each)
        door.gate.outputs.clear()
        if number % 100 == 0:
            data = SOUND | {"web": BLOCKS["web"]}
            sound = whole("tousu.complaint.received.web.v1", data, f"s-{number}")
            assert door.hand_in(record(topic_of_channel("web"), orjson.dumps(sound))) == ACCEPTED
    return door.answers

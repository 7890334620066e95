"""The one form of a case: every example of every channel becomes it, and nobody can be read in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from msgspec.structs import replace

from services.intake.registration import personal_values
from services.intake.rules import RECEIVED
from tests.rules.intake.gate import BLOCKS, PERSONAL, START, Gate, complaint, hours
from tousu.contract import channels, schemas_folder
from tousu.event import Event, event_of_structured
from tousu.policy.pack import Pack

EXAMPLES = sorted(schemas_folder().glob("examples/complaint.received.*/v1/pass-*.json"))


def example(path: Path) -> Event:
    return event_of_structured(orjson.loads(path.read_bytes()))


def label(path: Path) -> str:
    return f"{path.parent.parent.name}/{path.stem}"


@pytest.mark.parametrize("path", EXAMPLES, ids=label)
def test_every_example_becomes_a_case_that_fits_its_schema(gate: Gate, path: Path) -> None:
    event = example(path)
    number = gate.registers(event)  # the gate checks outputs against their schemas
    (output,) = gate.outputs
    assert output.type == f"tousu.{event.data['kind']}.registered.v1"
    assert output.data["case_number"] == number == output.subject
    assert output.data["source_event"] == {"source": event.source, "id": event.id}
    for name in (
        "waybill_number", "amount_yuan", "class", "object", "route", "evidence", "first_asked", "web_result", "region",
        "customer_tier", "subject", "severity", "claim",
    ):  # fmt: skip
        assert output.data.get(name) == event.data.get(name)


@pytest.mark.parametrize("path", EXAMPLES, ids=label)
def test_nobody_can_be_read_in_what_leaves(gate: Gate, path: Path) -> None:
    event = example(path)
    gate.registers(event)
    (output,) = gate.outputs
    said = orjson.dumps(output.data).decode()
    values = [value for _, value in personal_values(event.data, PERSONAL[event.type].places)]
    assert not [value for value in values if value in said]
    for state_key in (state_key.key for state_key in gate.states):
        assert not [value for value in values if value in state_key]


def test_all_eight_channels_have_an_example() -> None:
    named = {example(path).type.removeprefix(RECEIVED).removesuffix(".v1") for path in EXAMPLES}
    assert named == set(channels()) == set(BLOCKS)


@pytest.mark.parametrize(
    ("channel", "group", "reference"),
    (
        ("phone", "phone", {"call_id": "C-1", "agent": "E10031"}),
        ("web", "network", {"form_id": "F-1"}),
        ("app", "network", {"app_version": "5.2", "platform": "harmony"}),
        ("social", "network", {"platform": "weibo", "found_by": "E9"}),
        ("email", "network", {"message_id": "<1@mail.example>"}),
        ("onsite", "on_site", {"outlet": "HZ-017", "clerk": "E20"}),
        ("third-party", "network", BLOCKS["third-party"]),
        ("letter", "post", {"received_by": "E30"}),
        ("media", "network", {"medium": "都市晚报", "found_by": "M3"}),
        ("association", "network", BLOCKS["association"]),
        ("sms", "phone", {"message_number": "DX-5"}),
        ("message-board", "network", {"board": "公司留言板", "message_number": "LY-3"}),
    ),
)
def test_each_channel_keeps_what_it_is_found_again_by(
    gate: Gate, channel: str, group: str, reference: dict[str, Any]
) -> None:
    gate.registers(complaint(channel))
    data = gate.outputs[0].data
    assert (data["channel"], data["channel_group"], data["reference"]) == (channel, group, reference)


def test_the_complainant_is_masked(gate: Gate) -> None:
    gate.registers(complaint(content="我叫王小明，打199 0000 0042找我", demand="退款到19900000042"))
    data = gate.outputs[0].data
    pseudonym = data["complainant"]["pseudonym"]
    assert data["complainant"] == {
        "pseudonym": pseudonym, "masked_name": "王**", "masked_phone": "199****0042", "role": "sender",
    }  # fmt: skip
    assert (data["content"], data["demand"]) == ("我叫***，打***找我", "退款到***")


def test_text_stays_at_home_where_the_pack_does_not_let_it_travel(pack: Pack) -> None:
    gate = Gate(replace(pack, text_downstream=False))
    piece = {"waybill_number": "TS7702260102001", "class": "loss", "content": "到现在没有下落"}
    gate.registers(complaint(content="丢了", demand="赔偿", pieces=[piece]))
    data = gate.outputs[0].data
    assert not {"content", "demand"} & data.keys()
    assert data["pieces"] == [{"waybill_number": "TS7702260102001", "class": "loss"}]


def test_receipt_is_when_the_company_got_it_and_registration_when_intake_did(gate: Gate) -> None:
    letter = complaint("letter", at=START - hours(50))
    times = {"receivedtime": "2026-01-04T10:00:00+08:00", "acceptedtime": "2026-01-05T01:30:00.25Z"}
    gate.registers(replace(letter, extensions=times))
    data = gate.outputs[0].data
    assert (data["received_at"], data["registered_at"]) == ("2026-01-04T02:00:00Z", "2026-01-05T01:30:00.250000Z")


def same_person() -> Iterator[tuple[str, Event, Event, bool]]:
    def web(**who: str) -> Event:
        return complaint("web", complainant=who)

    yield "one number, written twice", web(phone="199 0000 0042"), web(phone="+86 19900000042", name="王"), True
    yield "two numbers", web(phone="19900000042"), web(phone="19900000043"), False
    yield "one address of mail", web(email="Wang@mail.example"), web(email="wang@mail.example"), True
    yield "the number that called", complaint("phone", complainant={"name": "王"}), web(phone="19900000042"), True
    yield "two people of one name", web(name="王伟"), web(name="王伟"), False
    yield "one name in one home", web(name="王伟", address="文三路1号"), web(name="王伟", address="文三路1号"), True
    yield (
        "one account",
        complaint("app", complainant={"name": "王"}),
        complaint("app", complainant={"name": "李"}),
        True,
    )
    yield "one handle on two platforms", *_handles("weibo", "douyin"), False
    yield "one handle on one platform", *_handles("weibo", "weibo"), True


def _handles(first: str, second: str) -> tuple[Event, Event]:
    def post(platform: str) -> Event:
        return complaint("social", complainant={"name": "网友"}, social=BLOCKS["social"] | {"platform": platform})

    return post(first), post(second)


@pytest.mark.parametrize(
    ("first", "second", "same"), [row[1:] for row in same_person()], ids=[r[0] for r in same_person()]
)
def test_a_pseudonym_stands_for_a_person(gate: Gate, first: Event, second: Event, same: bool) -> None:
    gate.registers(first)
    gate.registers(second)
    one, two = (output.data["complainant"]["pseudonym"] for output in gate.outputs)
    assert (one == two) is same


def test_the_longest_complaint_of_the_rarest_characters_still_fits(gate: Gate) -> None:
    """Characters that grow when they are composed must not carry a text beyond its limit."""
    for sign in ("\u0958", "\U0001d160", "e\u0301", "1", "@"):
        gate.registers(complaint(content=(sign * 8000)[:8000], demand=(sign * 2000)[:2000]))

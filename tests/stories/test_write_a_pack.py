"""docs/write-a-pack.md, followed word by word: its files, its commands, and a channel of the reader's own."""

from __future__ import annotations

import re
from typing import Any

import orjson
import pytest

from tests.worked_page import ROOT, Copy, commands_of, files_of

PAGE = (ROOT / "docs" / "write-a-pack.md").read_text(encoding="utf-8")
COMMANDS = commands_of(PAGE)
FAX = "complaints.inbound.fax"


def the(word: str) -> str:
    """The one command of the page with this word."""
    (found,) = [command for command in COMMANDS if word in command]
    return found


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    copy = Copy(tmp_path_factory.mktemp("house"), ("tousu", "services", "schemas", "policies"))
    copy.add(files_of(PAGE))
    return copy


def simulated(house: Copy, command: str) -> list[dict[str, Any]]:
    return [orjson.loads(line)["event"] for line in house.run(command).splitlines()]


def of(events: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    return [event["data"] for event in events if event["type"] == f"tousu.{name}.v1"]


def test_there_is_nothing_wrong_with_the_pack(house: Copy) -> None:
    assert house.run(the("policy check")).strip() == "telecom/telecom.yaml: nothing found"


def test_the_answer_is_due_when_the_fifteenth_day_is_over(house: Copy) -> None:
    """Received on the 2nd; the days count from the 3rd, so the 15th of them is the 17th, and ends in Beijing."""
    events = simulated(house, the("simulate"))
    (due,) = [each["due_at"] for each in of(events, "clock.started") if each["clock"] == "answer"]
    assert due == "2026-09-17T16:00:00Z"
    (breach,) = [each for each in of(events, "clock.breached") if each["clock"] == "answer"]
    assert breach["due_at"] == due
    assert [each["to"] for each in of(events, "case.escalated")] == ["department_head", "management"]


def test_the_second_telling_of_the_same_line_joins(house: Copy) -> None:
    events = simulated(house, the("simulate"))
    assert len(of(events, "complaint.registered")) == 1
    assert of(events, "duplicate.joined")
    (routed,) = of(events, "complaint.routed")
    assert (routed["class"], routed["departments"]) == ("line", ["network"])
    assert "00000042" not in orjson.dumps(events).decode(), "the number of the line stays with intake"


def test_the_day_of_the_pack_is_played_and_reported(house: Copy) -> None:
    said = house.run(the("tousu demo"))
    assert re.search(r"backlog +│ 0", said), said
    assert re.search(r"goes to (network|billing|customer_service)", said)
    assert "network" in house.run(the("tousu report"))
    assert "since (Asia/Shanghai)" in house.run(the("tousu triage"))


def without_block(name: str) -> str:
    """The schema of phone for another channel: the same, and nothing of the call."""
    schema = orjson.loads((ROOT / "schemas/events/complaint.received.phone.v1.json").read_bytes())
    schema["$id"] = schema["$id"].replace("received.phone", f"received.{name}")
    schema["properties"].pop("phone")
    schema["required"] = [each for each in schema["required"] if each != "phone"]
    return orjson.dumps(schema).decode()


def test_a_channel_is_a_card_a_schema_and_a_line_of_a_pack(house: Copy) -> None:
    pack = house.folder / "telecom" / "telecom.yaml"
    fax = "channels:\n  fax: {label: {en: fax, zh: 传真}, group: post, section: Own 1}\n"
    with_fax = pack.read_text(encoding="utf-8").replace("channels:\n", fax)
    house.add({"telecom/with-fax.yaml": with_fax})
    checked = the("policy check").replace("telecom.yaml", "with-fax.yaml")
    said = house.run(checked, may_find=True)
    assert re.search(r"with-fax.yaml:\d+: channels.fax: no topic takes complaints of channel fax", said), said
    card = (ROOT / "schemas/topics/complaints.inbound.phone.yaml").read_text(encoding="utf-8")
    house.add({
        f"schemas/topics/{FAX}.yaml": card.replace("phone", "fax"),
        "schemas/events/complaint.received.fax.v1.json": without_block("fax"),
        "telecom/fax.jsonl": as_fax((house.folder / "telecom" / "one.jsonl").read_bytes().splitlines()[0]),
    })  # fmt: skip
    assert "nothing found" in house.run(checked)
    command = the("simulate").replace("telecom.yaml", "with-fax.yaml").replace("one.jsonl", "fax.jsonl")
    (registered,) = of(simulated(house, command), "complaint.registered")
    assert registered["channel"] == "fax"


def as_fax(line: bytes) -> str:
    document = orjson.loads(line) | {"topic": FAX}
    document["event"] |= {"type": "tousu.complaint.received.fax.v1", "source": "/adapters/fax"}
    document["event"]["data"].pop("phone")
    return orjson.dumps(document).decode()

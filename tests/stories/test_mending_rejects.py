"""What was refused is mended by hand and handed in again under its own id."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from tests.packs_read import load_policies
from tousu.cli.rejected.command import original_headers
from tousu.cli.rejected.mending import PATCH, mended
from tousu.failure import Stop
from tousu.runtime.broker import Record
from tousu.simulation.simulate import published

AT = "2026-09-22T09:00:00+08:00"
SAID: dict[str, Any] = {
    "kind": "complaint",
    "content": "快件三天还没送到，一直显示派送中。",
    "complainant": {"name": "王芳", "phone": "19900000042"},
    "phone": {"call_id": "C-1", "agent": "E1"},
}
ATTRIBUTES = {
    "specversion": "1.0", "id": "r1", "source": "/adapters/phone", "type": "tousu.complaint.received.phone.v1",
    "time": AT,
}  # fmt: skip
MEND = [{"op": "replace", "path": "/data/kind", "value": "complaint"}]


def in_one_piece(**changes: Any) -> bytes:
    event = ATTRIBUTES | {"data": SAID | changes}
    return orjson.dumps({"topic": "complaints.inbound.phone", "key": "k", "event": event})


def in_binary_mode(**changes: Any) -> bytes:
    headers = {f"ce_{name}": value for name, value in ATTRIBUTES.items()} | {"content-type": "application/json"}
    value = orjson.dumps(SAID | changes).decode()
    line = {"topic": "complaints.inbound.phone", "key": "k", "value": value, "headers": headers, "arrival": AT}
    return orjson.dumps(line)


def played(*lines: bytes) -> dict[str, list[Record]]:
    found: dict[str, list[Record]] = {}
    for record in published(load_policies("courier-network"), lines):
        found.setdefault(record.topic, []).append(record)
    return found


def as_line(record: Record, headers: list[tuple[str, Any]], value: bytes) -> bytes:
    told = {name: text.decode() if isinstance(text, bytes) else text for name, text in headers}
    line = {"topic": "complaints.inbound.phone", "key": "k", "value": value.decode(), "headers": told, "arrival": AT}
    return orjson.dumps(line)


@pytest.mark.parametrize("refused", (in_one_piece(kind="praise"), in_binary_mode(kind="praise")))
def test_a_refused_event_says_who_it_was_and_comes_back_mended(refused: bytes) -> None:
    (record,) = played(refused)["complaints.rejected"]
    said = {name: (value or b"").decode() for name, value in record.headers}
    assert (said["tousu-event-id"], said["tousu-event-source"]) == ("r1", "/adapters/phone")
    assert said["tousu-event-type"] == "tousu.complaint.received.phone.v1"
    assert said["ce_time"] == "2026-09-22T01:00:00Z", "the shard has heard no time yet: that of the record counts"
    again = mended(record, original_headers(record), MEND)
    kept = dict(again.headers)
    assert orjson.loads(kept[PATCH] or b"") == MEND
    assert kept["tousu-attempts"] == b"2"
    (registered,) = played(as_line(record, again.headers, again.value))["complaints.accepted"]
    assert orjson.loads(registered.value or b"")["source_event"] == {"source": "/adapters/phone", "id": "r1"}


def test_patches_add_up() -> None:
    (record,) = played(in_one_piece(kind="praise"))["complaints.rejected"]
    first = mended(record, original_headers(record), MEND)
    second = mended(record._replace(value=first.value), first.headers, [{"op": "remove", "path": "/data/phone/agent"},
        {"op": "add", "path": "/data/phone/agent", "value": "E2"}])  # fmt: skip
    assert len(orjson.loads(dict(second.headers)[PATCH] or b"")) == 3


@pytest.mark.parametrize(
    ("patch", "words"),
    (
        ([{"op": "replace", "path": "/id", "value": "other"}, *MEND], "keeps its identity"),
        ([{"op": "replace", "path": "/source", "value": "/x"}, *MEND], "keeps its identity"),
        ([{"op": "add", "path": "/data/demand", "value": "退钱"}], "would be refused again: kind must be one of"),
        ([{"op": "remove", "path": "/data/nothing"}], "leads nowhere"),
    ),
)
def test_a_patch_that_does_not_mend_is_said_before_anything_is_sent(patch: Any, words: str) -> None:
    (record,) = played(in_binary_mode(kind="praise"))["complaints.rejected"]
    with pytest.raises(Stop, match=words):
        mended(record, original_headers(record), patch)


def test_what_was_no_json_is_given_its_data_anew() -> None:
    line = orjson.loads(in_binary_mode())
    (record,) = played(orjson.dumps(line | {"value": '{"kind": '}))["complaints.rejected"]
    again = mended(record, original_headers(record), [{"op": "add", "path": "/data", "value": SAID}])
    assert "complaints.accepted" in played(as_line(record, again.headers, again.value))


@pytest.mark.parametrize("value", ('{"id": 5', "[]", '{"id": {"a": 1}}', ""))
def test_an_event_that_cannot_be_read_is_refused_without_a_name(value: str) -> None:
    line = orjson.loads(in_one_piece())
    del line["event"]
    headers = {"content-type": "application/cloudevents+json"}
    (record,) = played(orjson.dumps(line | {"value": value, "headers": headers, "arrival": AT}))["complaints.rejected"]
    assert ("ce_time", b"2026-09-22T01:00:00Z") in record.headers

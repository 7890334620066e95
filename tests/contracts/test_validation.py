"""The check of the hot path: quick where all is well, and a sentence that helps where it is not."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tousu.contract import address_of, event_types, schemas_folder, validator
from tousu.contract.wording import second_opinion
from tousu.failure import Reject

PHONE = "tousu.complaint.received.phone.v1"
EXAMPLES = schemas_folder() / "examples"


def example(event_type: str, scenario: str) -> dict[str, Any]:
    folder = EXAMPLES / event_type.removeprefix("tousu.").rpartition(".")[0] / "v1"
    data: dict[str, Any] = orjson.loads((folder / f"pass-{scenario}.json").read_bytes())["data"]
    return data


def complaint(**changes: Any) -> dict[str, Any]:
    return example(PHONE, "delay-out-for-delivery-three-days") | changes


def call(**changes: Any) -> dict[str, Any]:
    return complaint(phone=complaint()["phone"] | changes)


SAYS = {
    "missing": (
        {**complaint(), "phone": {"agent": "E1"}},
        "/phone/call_id",
        "phone.call_id is missing; add it: The number",
    ),
    "misspelt": (call(callid="C-1"), "/phone/callid", "phone.callid is unknown; did you mean call_id?"),
    "unknown": (complaint(zodiac="rat"), "/zodiac", "zodiac is unknown; leave it out; known are kind, content"),
    "a number for a text": (
        complaint(amount_yuan=86),
        "/amount_yuan",
        "amount_yuan must be a string: An amount of money",
    ),
    "a value not listed": (complaint(route="moon"), "/route", "route must be one of domestic, same_city"),
    "no such day": (
        complaint(posted_at="2026-02-30T00:00:00Z"),
        "/posted_at",
        "posted_at is not written as it must be",
    ),
    "a leap second": (complaint(posted_at="2016-12-31T23:59:60Z"), "/posted_at", "no leap second"),
    "three decimals": (complaint(amount_yuan="1.005"), "/amount_yuan", "at most two places"),
    "too long": (complaint(content="长" * 8001), "/content", "content must have at most 8000 characters"),
    "empty": (complaint(content=""), "/content", "content must have at least 1 characters"),
    "nobody to reach": (complaint(complainant={}), "/complainant", "needs at least one of name, phone, email, handle"),
    "inside a list": (complaint(evidence=[{"kind": "photo", "uri": "no"}]), "/evidence/0/uri", "evidence.0.uri is not"),
    "too few": (complaint(pieces=[]), "/pieces", "pieces must have at least 1 items"),
    "below nought": (call(duration_s=-1), "/phone/duration_s", "phone.duration_s must be at least 0"),
    "a slash in a name": (complaint(**{"a/b~": 1}), "/a~1b~0", "a/b~ is unknown"),
    "no object": ([], "", "the data must be a JSON object"),
}


@pytest.mark.parametrize(("data", "place", "words"), SAYS.values(), ids=SAYS.keys())
def test_a_refusal_names_the_field_and_the_fix(data: object, place: str, words: str) -> None:
    refusal = validator(PHONE)(data)
    assert refusal is not None
    assert (refusal.reason, refusal.place, refusal.schema) == ("wrong_schema", place, address_of(PHONE))
    assert words in refusal.message


def test_of_several_faults_the_one_nearest_to_the_top_is_named_and_the_others_counted() -> None:
    refusal = validator(PHONE)(complaint(kind="praise", evidence=[{"kind": "x"}], amount_yuan=1))
    assert refusal is not None
    assert refusal.place == "/amount_yuan"
    assert refusal.message.endswith("; 3 more to mend")


def test_a_refusal_never_repeats_what_a_field_holds() -> None:
    secret = "19900000042-王小禾"
    data = complaint(content=[secret], demand={"x": secret}, waybill_number=secret, kind=secret, first_asked=secret)
    for name in ("content", "demand", "waybill_number", "kind", "first_asked"):
        refusal = validator(PHONE)(complaint(**{name: data[name]}))
        assert refusal is not None
        assert secret not in f"{refusal.message}{refusal.place}"


@pytest.mark.parametrize(
    ("event_type", "hint"),
    [
        ("tousu.complaint.recieved.phone.v1", "did you mean tousu.complaint.received.phone.v1"),
        ("tousu.complaint.received.phone.v2", "did you mean tousu.complaint.received.phone.v1"),
        ("x", "asyncapi.yaml"),
        ("y" * 100_000, "asyncapi.yaml"),
    ],
    ids=["misspelt", "later version", "far off", "endless"],
)
def test_an_unknown_type_is_refused_with_a_hint(event_type: str, hint: str) -> None:
    with pytest.raises(Reject, match=hint) as caught:
        validator(event_type)
    assert (caught.value.reason, caught.value.place) == ("unknown_type", "type")
    assert len(caught.value.message) < 300


TEXTS = (
    "complaint", "delay", "120.00", "1.5", "2026-01-04T09:30:00+08:00", "2026-01-04T25:30:00Z", "2026-01-04T09:30:00",
    "2026-01-04t09:30:00z", "2026-01-04T09:30:00+24:00", "1999-02-29T00:00:00Z", "https://files.tousu.example/1.png",
    "no uri", "a:b c", "http://[::1", "x:%zz", "TS7702260104017", "HZ-017",
)  # fmt: skip
PLAIN = st.none() | st.booleans() | st.integers(-3, 3) | st.floats(-2, 2) | st.text(max_size=3) | st.sampled_from(TEXTS)
NAMES = st.sampled_from(["name", "uri", "kind", "x"])
VALUES = st.recursive(
    PLAIN, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3), max_leaves=4
)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(event_types()), st.data())
def test_both_validators_agree_on_examples_with_a_value_exchanged(event_type: str, data: st.DataObject) -> None:
    folder = EXAMPLES / event_type.removeprefix("tousu.").rpartition(".")[0] / "v1"
    scenario = data.draw(st.sampled_from(sorted(folder.glob("pass-*.json"))))
    document = orjson.loads(scenario.read_bytes())["data"]
    node = document
    while isinstance(node, dict) and node:
        name = data.draw(st.sampled_from(sorted(node)))
        if isinstance(node[name], dict) and data.draw(st.booleans()):
            node = node[name]
            continue
        node[name] = data.draw(VALUES)
        break
    quick, slow = validator(event_type)(document), second_opinion(event_type).is_valid(document)
    if quick is None:
        assert slow
    elif slow:  # only over the fine print of an address may the quick one be stricter
        assert "compare it with" in quick.message
        assert any(text in orjson.dumps(document).decode() for text in ("http://[::1", "x:%zz"))

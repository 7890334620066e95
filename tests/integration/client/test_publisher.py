"""A channel adapter hands events in: checked first, spread by key as every client spreads, harmless when sent again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tousu import Publisher, Subscriber
from tousu.client.publisher import complaint_key
from tousu.client.subscriber import Delivery
from tousu.client.topics import Topics
from tousu.failure import Reject, Retry
from tousu.local.machine import free_port
from tousu.runtime.partition import partition_of

PHONE = "complaints.inbound.phone"
HANDLING = "complaints.inbound.handling"
AT = datetime(2026, 1, 4, 1, 30, tzinfo=UTC)


@pytest.fixture
def publisher(broker: str, tmp_path: Path) -> Iterator[Publisher]:
    with Topics(broker) as topics:
        topics.apply(topics.plan(partitions=4))
    with Publisher(broker, source="//hotline.example/east", id_key=tmp_path / "id.key") as found:
        yield found


def a_call(**more: Any) -> dict[str, Any]:
    return {
        "kind": "complaint",
        "content": "包裹三天没有动静",
        "complainant": {"name": "王芳", "phone": "138-0000-1234", "role": "recipient"},
        "waybill_number": "SF1000000001",
        "phone": {"call_id": "c-1", "agent": "a-7"},
        **more,
    }


def written(broker: str, topic: str, source: str) -> list[Delivery]:
    with Subscriber(broker, [topic]) as subscriber:
        return [each for each in subscriber.read(to_end=True) if each.event.source == source]


def test_a_complaint_arrives_as_it_was_said(broker: str, publisher: Publisher) -> None:
    publisher.source = f"//as-said/{broker}"
    receipt = publisher.complaint("phone", a_call(), time=AT, received="2026-01-04T09:31:00+08:00")
    publisher.flush()
    (found,) = written(broker, PHONE, publisher.source)
    assert found.event.data == a_call()
    assert found.event.type == "tousu.complaint.received.phone.v1"
    assert found.event.time == AT
    assert found.event.extensions == {"receivedtime": "2026-01-04T01:31:00Z"}
    assert (found.event.id, found.topic, found.partition) == tuple(receipt)[:3]
    assert found.key == b"SF1000000001"
    assert found.partition == partition_of("SF1000000001", 4)


def test_handling_goes_under_the_number_of_its_case(broker: str, publisher: Publisher) -> None:
    publisher.source = f"//handling/{broker}"
    publisher.handling(
        "C-0001",
        "acknowledged",
        {"department": "quality_management", "answer_by": "2026-01-05T09:00:00+08:00"},
        time=AT,
    )
    publisher.flush()
    (found,) = written(broker, HANDLING, publisher.source)
    assert (found.event.subject, found.key, found.event.data["case_number"]) == ("C-0001", b"C-0001", "C-0001")
    assert found.partition == partition_of("C-0001", 4)


def test_a_claim_is_filed_without_a_complaint_or_within_a_case(broker: str, publisher: Publisher) -> None:
    publisher.source = f"//claims/{broker}"
    said = {name: value for name, value in a_call().items() if name != "kind"}
    claim = {"cause": "loss", "claimant": {"role": "sender"}, "claimed_amount": "1200.00"}
    publisher.claim("phone", said | {"claim": claim}, time=AT)
    publisher.handling("C-0001", "claim_filed", {"cause": "loss", "claimant": {"role": "sender"}}, time=AT)
    publisher.flush()
    (found,) = written(broker, PHONE, publisher.source)
    assert (found.event.type, found.key) == ("tousu.complaint.received.phone.v1", b"SF1000000001")
    assert found.event.data == said | {"kind": "claim", "claim": claim}
    (reported,) = written(broker, HANDLING, publisher.source)
    assert reported.event.type == "tousu.handling.claim_filed.v1"


def test_a_claim_that_says_nothing_of_what_is_claimed_is_not_sent(publisher: Publisher) -> None:
    with pytest.raises(Reject, match="claim is missing; it goes with this kind") as caught:
        publisher.claim("phone", a_call(), time=AT)
    assert caught.value.place == "/claim"


def test_the_same_report_sent_twice_is_one_event(publisher: Publisher) -> None:
    first = publisher.complaint("phone", a_call(), time=AT)
    again = publisher.complaint("phone", dict(reversed(a_call().items())), time="2026-01-04T09:30:00+08:00")
    other = publisher.complaint("phone", a_call(content="还是没有动静"), time=AT)
    assert first.id == again.id
    assert first.id != other.id


def test_without_a_key_an_event_needs_an_id_of_its_own(broker: str, publisher: Publisher) -> None:
    with Publisher(broker, source=publisher.source) as keyless:
        with pytest.raises(Reject, match="give the event an id"):
            keyless.complaint("phone", a_call(), time=AT)
        assert keyless.complaint("phone", a_call(), time=AT, id="c-1").id == "c-1"


@pytest.mark.parametrize(
    ("data", "place", "words"),
    [
        ({"content": ""}, "/content", "content must have at least 1 characters"),
        ({"complainant": {}}, "/complainant", "needs at least one of name, phone, email, handle"),
        ({"contnt": "x"}, "/contnt", "did you mean content"),
        ({"phone": {"call_id": "c-1"}}, "/phone/agent", "phone.agent is missing; add it"),
    ],
)
def test_what_is_wrong_is_said_before_anything_is_sent(
    publisher: Publisher, data: dict[str, Any], place: str, words: str
) -> None:
    with pytest.raises(Reject, match=words) as caught:
        publisher.complaint("phone", a_call(**data), time=AT)
    assert (caught.value.reason, caught.value.place) == ("wrong_schema", place)
    assert "王芳" not in str(caught.value)


def test_names_that_do_not_exist_are_told_with_what_was_meant(publisher: Publisher) -> None:
    with pytest.raises(KeyError, match="there are app, "):
        publisher.complaint("fax", a_call(), time=AT)
    with pytest.raises(Reject, match=r"did you mean tousu\.handling\.acknowledged\.v1"):
        publisher.handling("C-0001", "acknowledge", {}, time=AT)
    with pytest.raises(Reject, match="must name its offset"):
        publisher.complaint("phone", a_call(), time="2026-01-04T09:30:00")


def test_a_key_never_says_who_complains() -> None:
    without = {k: v for k, v in a_call().items() if k != "waybill_number"}
    key = complaint_key(without)
    assert key is not None
    assert key.startswith("contact-")
    assert len(key) == len("contact-") + 3
    spaced = complaint_key({**without, "complainant": {"phone": "138 0000 1234", "name": "别人"}})
    assert spaced == key, "the same telephone number, written otherwise"
    assert complaint_key({"complainant": "not an object"}) is None


def test_one_number_has_one_key_however_it_is_written() -> None:
    written = ("YT7100000000001", "Yt7100000000001", "yt7100000000001", " YT71 0000 0000 001\r\n", "ＹＴ7100000000001")
    assert {complaint_key(a_call(waybill_number=number)) for number in written} == {"YT7100000000001"}


def test_a_complaint_about_pieces_meets_others_about_its_first_one() -> None:
    without = {k: v for k, v in a_call().items() if k != "waybill_number"}
    pieces = [{"content": "少了一件"}, {"waybill_number": "yt7100000000001"}, {"waybill_number": "YT7100000000002"}]
    assert complaint_key(without | {"pieces": pieces}) == "YT7100000000001"
    assert complaint_key(a_call(waybill_number="YT7100000000009", pieces=pieces)) == "YT7100000000009"
    assert complaint_key(without | {"pieces": "none"}) == complaint_key(without | {"pieces": ["none"]})


def test_what_people_write_is_sent_and_the_receipt_says_what_is_lost(publisher: Publisher) -> None:
    said = a_call(waybill_number="sf1000 000001", complainant={"name": "王芳", "phone": "(0571)8888 8888 转 801"})
    receipt = publisher.complaint("phone", said | {"posted_at": "neulich"}, time=AT)
    assert receipt.partition == partition_of("SF1000000001", 4)
    (told,) = receipt.dropped
    assert told.startswith("posted_at is not written as it must be: RFC 3339")
    assert publisher.complaint("phone", said, time=AT).dropped == ()


def test_a_broker_that_is_away_means_try_again() -> None:
    with pytest.raises(Retry, match="takes a connection"):
        Publisher(f"127.0.0.1:{free_port()}", source="//x", timeout_s=0.3)

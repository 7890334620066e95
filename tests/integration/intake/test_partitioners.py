"""Adapters whose keys or clients choose other partitions: what belongs together is together all the same."""

from __future__ import annotations

from collections.abc import Iterator

import orjson
import pytest

from services.intake.numbers import mint
from tests.integration.intake.test_intake import (
    ACCEPTED,
    HANDLING,
    PARTITIONS,
    REJECTED,
    START,
    W,
    Works,
    header,
    said,
)
from tests.rules.intake.gate import complaint, report
from tousu.event import Event, binary_headers
from tousu.runtime.handing_on import FROM
from tousu.runtime.partition import partition_of

HOME = partition_of(W, PARTITIONS)


@pytest.fixture
def works(database_url: str) -> Iterator[Works]:
    works = Works(database_url)
    yield works
    works.loop.finish()


def send(works: Works, event: Event, partition: int, key: str = W, topic: str = "") -> None:
    """As a client does whose partitioner is another; a complaint goes to the topic of its channel."""
    topic = topic or "complaints.inbound." + event.type.split(".")[3]
    headers = [(name, value) for name, value in binary_headers(event) if "inbound" not in name]
    works.broker.append(topic, partition, key.encode(), orjson.dumps(event.data), headers)


def types_of(works: Works) -> list[str]:
    return [header(one, "ce_type") for one in works.told()]


@pytest.mark.parametrize("partition", range(PARTITIONS))
def test_two_tellings_of_one_parcel_meet_whichever_partition_one_came_by(works: Works, partition: int) -> None:
    works.complain(complaint("phone", at=START, waybill_number=W, class_="loss"))
    works.run()
    send(works, complaint("social", at=START, waybill_number=f" {W.lower()}", class_="loss"), partition, key="a tweet")
    works.run()
    assert types_of(works) == ["tousu.complaint.registered.v1", "tousu.duplicate.joined.v1"]
    assert {one.partition for one in works.told()} == {HOME}
    assert not works.told(REJECTED)
    assert not works.loop.halted


def test_one_event_sent_to_every_partition_is_one_complaint(works: Works) -> None:
    event = complaint("web", at=START, waybill_number=W)
    for _ in range(2):
        for partition in range(PARTITIONS):
            send(works, event, partition)
        works.run()
    assert types_of(works) == ["tousu.complaint.registered.v1"]


def test_a_piece_leads_where_the_complaint_itself_has_no_number(works: Works) -> None:
    pieces = [{"waybill_number": W}, {"waybill_number": f"{W}1"}]
    for partition in range(PARTITIONS):
        send(works, complaint("app", at=START, pieces=pieces, waybill_number=None, class_="loss"), partition)
    works.run()
    assert {one.partition for one in works.told()} == {HOME}
    assert types_of(works) == ["tousu.complaint.registered.v1"] + ["tousu.duplicate.joined.v1"] * (PARTITIONS - 1)


def test_without_a_number_it_stays_where_it_came(works: Works) -> None:
    for partition in range(PARTITIONS):
        send(works, complaint("email", at=START, waybill_number=None), partition, key="k")
    works.run()
    assert sorted(one.partition for one in works.told()) == list(range(PARTITIONS))


@pytest.mark.parametrize("partition", range(PARTITIONS))
def test_a_report_reaches_its_case_whichever_partition_it_came_by(works: Works, partition: int) -> None:
    send(works, complaint("phone", at=START, waybill_number=W), (HOME + 1) % PARTITIONS)
    works.run()
    number = said(works.told()[0])["case_number"]
    send(works, report("acknowledged", number, at=START), partition, key="a desk", topic=HANDLING)
    works.run()
    assert types_of(works) == ["tousu.complaint.registered.v1", "tousu.handling.acknowledged.v1"]


def test_what_was_refused_at_home_can_be_sent_again_the_same_way(works: Works) -> None:
    """A report overtakes its complaint. The shard that handed it on has accepted nothing."""
    number = mint(START.date(), HOME, 1, lambda key: partition_of(key, PARTITIONS))
    stray = (HOME + 1) % PARTITIONS
    early = report("acknowledged", number, at=START)
    send(works, early, stray, topic=HANDLING)
    works.run()
    assert [header(one, "tousu-reason") for one in works.told(REJECTED)] == ["unknown_case"]
    works.complain(complaint("phone", at=START, waybill_number=W))
    works.run()
    assert said(works.told()[0])["case_number"] == number
    send(works, early, stray, topic=HANDLING)
    works.run()
    assert types_of(works) == ["tousu.complaint.registered.v1", "tousu.handling.acknowledged.v1"]


def test_nothing_goes_round_in_circles(works: Works) -> None:
    """A record that says it has been handed on is taken where it lies, whoever wrote that."""
    event = complaint("phone", at=START, waybill_number=W)
    other = (HOME + 1) % PARTITIONS
    works.broker.append(
        "complaints.inbound.phone", other, b"x", orjson.dumps(event.data),
        [*((name, value) for name, value in binary_headers(event) if "inbound" not in name), (FROM, b"nowhere")],
    )  # fmt: skip
    works.run()
    assert [(one.topic, one.partition) for one in works.told()] == [(ACCEPTED, other)]

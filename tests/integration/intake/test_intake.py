"""Intake on the loop, with the broker in memory and a real database: from records to the one ordered log."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
import sqlalchemy as sa

from services.intake.processor import processor
from services.intake.registration import personal_values
from services.intake.rules import SEEN_FOR
from tests.integration.intake.log_in_memory import LogInMemory
from tests.rules.claim_reports import CLAIM_SAID
from tests.rules.intake.gate import PERSONAL, complaint, of_all_channels, report
from tousu import contract
from tousu.event import Event, binary_headers, structured
from tousu.policy.policies import Policies
from tousu.runtime.archive import whole_of
from tousu.runtime.arrival import TICK
from tousu.runtime.broker import Record
from tousu.runtime.clock import SetClock
from tousu.runtime.loop import Loop, Tuning
from tousu.runtime.outgoing import check_output
from tousu.runtime.own_log import OwnLog
from tousu.runtime.partition import partition_of
from tousu.runtime.processor import Processor
from tousu.runtime.retracing import RetracingLoop
from tousu.runtime.simulated import SimulatedBroker, SimulatedSink, SimulatedSource
from tousu.runtime.store import Opened, Store
from tousu.runtime.wiring import Wiring

PARTITIONS = 4
START = datetime(2026, 1, 5, 1, 30, tzinfo=UTC)
MASTER = bytes(range(32))
ACCEPTED = "complaints.accepted"
REJECTED = "complaints.rejected"
HANDLING = "complaints.inbound.handling"
OPERATIONS = "complaints.inbound.operations"
W = "TS7702260102001"


class Works:
    """One copy of intake that owns every shard, and the adapters around it."""

    def __init__(
        self, url: str, *, time_from_events: bool = False, master: bytes = MASTER,
        store_type: type[Store] = Store,
    ) -> None:  # fmt: skip
        self.url = url
        self.store_type = store_type
        self.master = master
        self.from_events = time_from_events
        self.retraced: list[tuple[int, int]] = []
        """Of which shards it was noticed that they must retrace their log, and how many numbers."""
        self.clock = SetClock(START)
        self.broker = SimulatedBroker([card.topic for card in contract.cards()], PARTITIONS, self.clock)
        self.loop = self.start()

    def start(self) -> Loop:
        made = self.processor()
        store = self.store_type(self.url, made.name, made.kinds, on_opening=made.on_opening)
        store.create()
        source = SimulatedSource(self.broker, [each.topic for each in made.inputs], range(PARTITIONS))
        tuning = Tuning(time_from_events=self.from_events, retry_delay_s=0.0)
        around = source, SimulatedSink(self.broker), store, self.clock
        if self.from_events:
            return Loop(made, *around, tuning=tuning)
        own_log = OwnLog(made, lambda: LogInMemory(self.broker))
        return RetracingLoop(
            made, *around, tuning=tuning, own_log=own_log,
            noticed=lambda shard, numbers: self.retraced.append((shard, numbers)),
        )  # fmt: skip

    def processor(self) -> Processor:
        return processor(
            Wiring(
                policies=Policies.of(of_all_channels()),
                partitions=PARTITIONS,
                time_from_events=self.from_events,
                master_key=self.master,
                check=check_output,
                schema_of=contract.address_of,
            )
        )

    def publish(self, event: Event, topic: str, key: str, *, whole: bool = False) -> Record:
        """An adapter publishes an event, in binary mode or as one JSON object."""
        bare = Event(**{n: getattr(event, n) for n in ("id", "source", "type", "time", "subject", "data")})
        shard = partition_of(key, PARTITIONS)
        if whole:
            headers = [("content-type", b"application/cloudevents+json")]
            return self.broker.append(topic, shard, key.encode(), orjson.dumps(structured(bare)), headers)
        return self.broker.append(topic, shard, key.encode(), orjson.dumps(event.data), binary_headers(bare))

    def complain(self, event: Event, *, whole: bool = False) -> Record:
        channel = event.type.removeprefix("tousu.complaint.received.").removesuffix(".v1")
        key = event.data.get("waybill_number", event.id)
        return self.publish(event, contract.topic_of_channel(channel), key, whole=whole)

    def run(self) -> None:
        quiet = 0
        while quiet < 3:
            quiet = 0 if self.loop.step(0.0) else quiet + 1

    def pass_time(self, by: timedelta) -> None:
        self.clock.set(self.clock.now() + by)
        for _ in range(4):
            self.loop.step(0.0)

    def told(self, topic: str = ACCEPTED, *, ticks: bool = False) -> list[Record]:
        records = [record for record in self.broker.published if record.topic == topic]
        return [one for one in records if ticks or header(one, "ce_type") != TICK]

    def connection(self) -> sa.Connection:
        return self.loop._store.connection()

    def rows(self, table: str) -> int:
        place = whole_of(f"intake_{table}") if table in {"case", "record"} else f"intake_{table}"
        found = self.connection().execute(sa.text(f"SELECT count(*) FROM {place}")).scalar_one()
        self.connection().rollback()
        return int(found)


class ArchivingStore(Store):
    """One that moves what may be moved in every quiet moment, however lately it ended."""

    def archive(self, shard: int, opened: Opened, before: str, rows_max: int) -> dict[str, int]:
        moved = super().archive(shard, opened, "9999", rows_max)
        return moved | {"asked again in the next moment": rows_max}


def header(record: Record, name: str) -> str:
    return next((value or b"").decode() for known, value in record.headers if known == name)


def said(record: Record) -> dict[str, Any]:
    data: dict[str, Any] = orjson.loads(record.value or b"")
    return data


@pytest.fixture
def works(database_url: str) -> Iterator[Works]:
    works = Works(database_url)
    yield works
    works.loop.finish()


def test_complaints_of_every_channel_become_cases_in_the_shard_that_took_them(works: Works) -> None:
    taken = [
        works.complain(complaint(channel, at=START, waybill_number=f"TS770226010200{n}"), whole=n % 2 == 1)
        for n, channel in enumerate(contract.channels())
    ]
    works.run()
    told = works.told()
    assert not works.told(REJECTED)
    assert {said(one)["channel"] for one in told} == set(contract.channels())
    shards = {said(one)["source_event"]["id"]: one.partition for one in told}
    assert sorted(shards.values()) == sorted(record.partition for record in taken)
    for one in told:
        assert (one.key or b"").decode() == header(one, "ce_subject") == said(one)["case_number"]
        assert partition_of(header(one, "ce_subject"), PARTITIONS) == one.partition
        assert header(one, "ce_dataschema") == contract.address_of("tousu.complaint.registered.v1")
        assert contract.validator(header(one, "ce_type"))(said(one)) is None
    assert not works.loop.halted


def test_a_case_is_registered_joined_and_reported_upon_in_order(works: Works) -> None:
    works.complain(complaint("phone", at=START, waybill_number=W, class_="loss"))
    works.complain(complaint("social", at=START, waybill_number=W, class_="loss"))
    works.run()
    number = header(works.told()[0], "ce_subject")
    works.publish(report("acknowledged", number, at=START), HANDLING, number)
    works.publish(report("judged", number, at=START, stands=True), HANDLING, number)
    works.run()
    assert [(header(one, "ce_type"), header(one, "ce_subject")) for one in works.told()] == [
        ("tousu.complaint.registered.v1", number),
        ("tousu.duplicate.joined.v1", number),
        ("tousu.handling.acknowledged.v1", number),
        ("tousu.handling.judged.v1", number),
    ]
    assert len({one.partition for one in works.told()}) == 1


def test_a_batch_is_folded_as_single_events_are(works: Works) -> None:
    """The counter, the troubles and what was seen move on within one turn."""
    events = [complaint("web", at=START, waybill_number=W, class_=name) for name in ("loss", "delay", "loss", "delay")]
    for event in [*events, events[0]]:
        works.complain(event)
    works.run()
    names = [header(one, "ce_type").split(".")[1:3] for one in works.told()]
    assert names == [["complaint", "registered"]] * 2 + [["duplicate", "joined"]] * 2
    assert len({header(one, "ce_subject") for one in works.told()}) == 2
    assert works.rows("seen") == 4


def test_a_resend_is_a_no_op_and_a_reused_id_is_rejected_with_its_bytes(works: Works) -> None:
    event = complaint("phone", at=START, id_="call-1", waybill_number=W)
    works.complain(event)
    works.complain(event)
    works.run()
    reused = works.complain(complaint("phone", at=START, id_="call-1", waybill_number=W, content="另一件事"))
    works.run()
    assert len(works.told()) == 1
    (refused,) = works.told(REJECTED)
    assert refused.value == reused.value
    assert (header(refused, "tousu-reason"), header(refused, "tousu-place")) == ("exists_with_different_content", "id")
    assert header(refused, "original-ce_id") == "call-1"


def test_hostile_input_is_rejected_with_reason_place_and_schema_and_the_rest_goes_on(works: Works) -> None:
    good = works.complain(complaint("phone", at=START))
    shard = good.partition
    topic, headers = good.topic, good.headers
    hostile = {
        b'{"kind":': "broken_json",
        b'{"kind":"complaint","kind":"inquiry"}': "duplicate_key",
        b'{"content":"\\u0000"}': "nul_character",
        b'{"kind":"complaint","content":1}': "wrong_schema",
    }
    for value in hostile:
        works.broker.append(topic, shard, b"x", value, headers)
    number = "20260105-00-0001-22"
    works.broker.append(HANDLING, shard, b"x", orjson.dumps({"case_number": number}), [])
    works.complain(complaint("phone", at=START))
    works.run()
    assert len(works.told()) == 2
    refused = {one.value: one for one in works.told(REJECTED)}
    assert {value: header(refused[value], "tousu-reason") for value in hostile} == hostile
    wrong = refused[b'{"kind":"complaint","content":1}']
    assert header(wrong, "tousu-schema") == contract.address_of("tousu.complaint.received.phone.v1")
    assert header(wrong, "tousu-topic") == topic
    assert not works.loop.halted


def test_a_claim_is_registered_joined_and_reported_upon_in_order(works: Works) -> None:
    claim = {"cause": "loss", "claimant": {"role": "sender"}, "claimed_amount": "1200.00", "currency": "HKD"}
    works.complain(complaint("phone", at=START, waybill_number=W, kind="claim", claim=claim))
    works.complain(complaint("web", at=START, waybill_number=W, kind="claim", claim=claim), whole=True)
    works.run()
    number = header(works.told()[0], "ce_subject")
    for what, data in CLAIM_SAID.items():
        event = report(what, number, at=START, **data)
        works.publish(event, contract.topic_of(event.type), number)
        works.run()
    works.run()
    assert [header(one, "ce_type").removeprefix("tousu.").removesuffix(".v1") for one in works.told()] == [
        "claim.registered", "duplicate.joined", *(f"handling.{what}" for what in CLAIM_SAID),
    ]  # fmt: skip
    assert {header(one, "ce_subject") for one in works.told()} == {number}
    assert not works.told(REJECTED)


@pytest.mark.parametrize(
    ("changes", "reason", "place"),
    (
        ({"claimed_amount": "-1"}, "wrong_schema", "/claim/claimed_amount"),
        ({"claimed_amount": 1200.0}, "wrong_schema", "/claim/claimed_amount"),
        ({"claimed_amount": "9" * 30}, "wrong_schema", "/claim/claimed_amount"),
        ({"currency": "RMB"}, "unknown_currency", "/claim/currency"),
        ({"cause": "attitude"}, "wrong_schema", "/claim/cause"),
        ({"evidence": [{"uri": "https://files.example/1.png"}]}, "wrong_schema", "/claim/evidence/0/item"),
    ),
)
def test_a_broken_claim_is_rejected_with_its_bytes_and_nothing_is_kept(
    works: Works, changes: dict[str, Any], reason: str, place: str
) -> None:
    claim = {"cause": "loss", "claimant": {"role": "sender"}} | changes
    sent = works.complain(complaint("phone", at=START, waybill_number=W, kind="claim", claim=claim))
    works.run()
    (refused,) = works.told(REJECTED)
    assert (header(refused, "tousu-reason"), header(refused, "tousu-place")) == (reason, place)
    assert refused.value == sent.value
    assert works.told() == []
    assert works.rows("case") == works.rows("seen") == works.rows("record") == 0


def test_a_report_about_an_unknown_case_can_be_sent_again_later(works: Works) -> None:
    number = next(f"20260105-01-0001-{n}" for n in range(99) if partition_of(f"20260105-01-0001-{n}", PARTITIONS) == 1)
    works.publish(report("judged", number, at=START, stands=True), HANDLING, number)
    works.run()
    (refused,) = works.told(REJECTED)
    assert (header(refused, "tousu-reason"), header(refused, "tousu-place")) == ("unknown_case", "/case_number")
    assert works.rows("seen") == 0


def test_operations_figures_go_to_the_shard_of_their_department(works: Works) -> None:
    data = {"period": "2026-01", "department": "quality_management", "services": 12}
    event = Event(id="o", source="/operations", type="tousu.operations.reported.v1", time=START, data=data)
    works.publish(event, OPERATIONS, "quality_management")
    works.run()
    (one,) = works.told()
    assert (one.key, one.partition, said(one)) == (
        b"quality_management", partition_of("quality_management", PARTITIONS), data,
    )  # fmt: skip


def test_a_restart_goes_on_with_the_next_number_and_knows_what_was_seen(works: Works) -> None:
    event = complaint("phone", at=START, waybill_number=W)
    works.complain(event)
    works.run()
    works.loop.finish()
    works.loop = works.start()
    works.complain(event)
    works.complain(complaint("phone", at=START, waybill_number=W, class_="attitude"))
    works.run()
    assert [header(one, "ce_subject")[12:16] for one in works.told()] == ["0001", "0002"]
    shard = works.told()[0].partition
    # What was pending is published once more; readers drop it by its number.
    numbers = [*dict.fromkeys(header(one, "tousu-seq") for one in works.told(ticks=True) if one.partition == shard)]
    assert numbers == [str(n) for n in range(1, len(numbers) + 1)]


def test_what_may_be_forgotten_is_pruned_as_time_passes(works: Works) -> None:
    for n in range(5):
        works.complain(complaint("phone", at=START, waybill_number=f"TS770226010200{n}"))
    works.run()
    assert (works.rows("seen"), works.rows("trouble")) == (5, 5)
    works.pass_time(timedelta(hours=73))
    assert (works.rows("seen"), works.rows("trouble")) == (5, 0)
    works.pass_time(SEEN_FOR)
    assert (works.rows("seen"), works.rows("case"), works.rows("record")) == (0, 5, 5)
    assert header(works.told(ticks=True)[-1], "ce_type") == TICK


def test_nobody_can_be_read_in_the_database_or_in_what_is_published(works: Works) -> None:
    events = [
        complaint(channel, at=START, content="王小明说19900000042打不通", waybill_number=f"TS770226010200{n}")
        for n, channel in enumerate(contract.channels())
    ]
    for event in events:
        works.complain(event)
    works.run()
    everything = works.loop._store.digest()
    out = b"\0".join(
        (one.key or b"") + (one.value or b"") + b"".join((value or b"") for _, value in one.headers)
        for one in works.told()
    ).decode()
    for event in events:
        for _, value in personal_values(event.data, PERSONAL[event.type].places):
            assert value not in everything
            assert value not in out


def test_simulated_time_comes_from_events_and_ticks(database_url: str) -> None:
    works = Works(database_url, time_from_events=True)
    at = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
    topics = [each.topic for each in works.loop.processor.inputs]

    def tick(moment: datetime, name: str) -> None:
        for topic in topics:
            for shard in range(PARTITIONS):
                headers = binary_headers(Event(id=name, source="/driver", type=TICK, time=moment))
                works.broker.append(topic, shard, None, b"{}", headers)

    works.complain(complaint("phone", at=at, waybill_number=W, class_="loss"))
    works.complain(complaint("web", at=at + timedelta(hours=1), waybill_number=W, class_="loss"))
    tick(at + timedelta(hours=2), "one")
    works.complain(complaint("app", at=at + timedelta(hours=73), waybill_number=W, class_="loss"))
    tick(at + timedelta(hours=80), "two")
    works.run()
    names = [header(one, "ce_type").split(".")[1] for one in works.told()]
    assert names == ["complaint", "duplicate", "complaint"]
    first = works.told()[0]
    assert said(first)["registered_at"] == said(first)["received_at"] == "2026-03-02T01:00:00Z"
    assert header(first, "tousu-time") == "2026-03-02T01:00:00Z"
    last = [one for one in works.told(ticks=True) if one.partition == first.partition][-1]
    assert header(last, "tousu-time") == "2026-03-05T09:00:00Z"
    assert not works.told(REJECTED)
    works.loop.finish()


def test_equal_input_gives_equal_output(database_url: str, tmp_path: Any) -> None:
    """Save for the sealed rows, which are random, everything is a function of the log."""
    logs = []
    for url in (database_url, f"sqlite:///{tmp_path / 'second.sqlite'}"):
        works = Works(url)
        for n, channel in enumerate([*contract.channels()] * 3):
            works.complain(
                complaint(channel, at=START, id_=f"same-{n}", waybill_number=f"TS77022601020{n % 5}", class_="loss")
            )
        works.run()
        works.pass_time(timedelta(seconds=5))
        works.loop.finish()
        logs.append([(one.topic, one.partition, one.key, one.value, one.headers) for one in works.told(ticks=True)])
    assert logs[0] == logs[1]

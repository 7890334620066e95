"""Persons in intake's database: found by any writing of number or address, forgotten in time, erased on demand."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
import pytest
import sqlalchemy as sa
from confluent_kafka import Producer
from msgspec.structs import replace

from services.intake.persons import Erasure, Held, Persons, Query
from tests.integration.intake.restoring import backup, put_back, restore
from tests.integration.intake.test_intake import (
    ACCEPTED,
    HANDLING,
    PARTITIONS,
    START,
    ArchivingStore,
    W,
    Works,
    header,
    said,
)
from tests.printed import document_of
from tests.rules.intake.gate import PERSONAL, complaint, report
from tousu import contract
from tousu.client.topics import Topics
from tousu.event import Event
from tousu.failure import Stop
from tousu.local.kafka import KafkaBroker
from tousu.policy.pack import PERSONAL_DATA_DAYS
from tousu.runtime.store import Store

DESK = "complaints.inbound.desk"
JOINED = "tousu.duplicate.joined.v1"
ERASED = "tousu.person.erased.v1"
PLACES = {kind: personal.places for kind, personal in PERSONAL.items()}
WANG = {"name": "王小明", "phone": "199 0000 0042", "role": "sender"}
LI = {"name": "李向南", "email": "Li.Xiangnan@mail.example", "role": "recipient"}


@pytest.fixture(params=[Store, ArchivingStore])
def works(database_url: str, request: pytest.FixtureRequest) -> Iterator[Works]:
    """Intake, with its rows where they are at work or in the archives."""
    works = Works(database_url, store_type=request.param)
    yield works
    works.loop.finish()


class Desk:
    """A command of its own on the database, beside intake at work."""

    def __init__(self, works: Works) -> None:
        self.processor = works.processor()
        self.store = Store(works.url, "intake", self.processor.kinds, on_opening=self.processor.on_opening)
        self.store.create()
        self.persons = Persons(self.store, PLACES, {"CN", "GB"})

    def find(self, **query: str) -> list[Held]:
        return list(self.persons.find(Query(**query)))

    def erase(self, **query: str) -> int:
        return self.persons.erase(self.processor, self.find(**query))

    def close(self) -> None:
        self.store.close()


def told(works: Works, *events: Event) -> list[str]:
    """The numbers of the cases that these complaints open or join, in order."""
    for event in events:
        works.complain(event)
    works.run()
    by_event = {said(one)["source_event"]["id"]: header(one, "ce_subject") for one in works.told() if one.value}
    return [by_event[event.id] for event in events]


def go_on(works: Works) -> None:
    """Work on after somebody else had the shards."""
    works.run()
    works.pass_time(timedelta(seconds=5))
    works.run()


def test_who_told_of_a_case_is_forgotten_when_its_time_is_over(works: Works) -> None:
    for event in (
        complaint("phone", at=START, waybill_number=W, class_="loss", complainant={"name": "王小明"}),
        complaint("social", at=START, waybill_number=W, class_="loss"),
        complaint("web", at=START, waybill_number=f"{W}0", class_="loss"),
    ):
        works.complain(event)
    works.run()
    number = next(header(one, "ce_subject") for one in works.told() if header(one, "ce_type") == JOINED)
    works.publish(report("customer_answered", number, at=START, settled=True, text="已赔付"), HANDLING, number)
    works.run()
    works.pass_time(timedelta(days=PERSONAL_DATA_DAYS - 1))
    assert works.rows("record") == 3
    works.pass_time(timedelta(days=2))
    assert (works.rows("case"), works.rows("record")) == (2, 1)
    docs = works.connection().execute(sa.text("SELECT key, doc, pseudonym FROM intake_case_all")).all()
    works.connection().rollback()
    for key, doc, pseudonym in docs:
        assert (not orjson.loads(doc)["sealed"], pseudonym == "") == (key == number, key == number)
    assert not works.loop.halted


def test_a_person_is_found_by_any_writing_of_number_or_address(works: Works) -> None:
    phone, web, other = told(
        works,
        complaint("phone", at=START, complainant=WANG),
        complaint("email", at=START, complainant=LI),
        complaint("web", at=START, complainant={"name": "王小明", "role": "sender"}),
    )
    with closing(Desk(works)) as desk:
        for written in (
            "19900000042",
            "+86 199-0000-0042",
            "0086 19900000042",
            "１９９００００００４２",
            "199.0000.0042 转 7",
        ):
            assert [held.record.case_number for held in desk.find(phone=written)] == [phone], written
        for written in ("li.xiangnan@mail.example", "李 <LI.XIANGNAN@MAIL.EXAMPLE>", "mailto:li.xiangnan@mail.example"):
            assert [held.record.case_number for held in desk.find(email=written)] == [web], written
        assert [held.began for held in desk.find(case=other)] == [True]
        assert desk.find(phone="19900000043") == desk.find(email="nobody@mail.example") == desk.find(case="x") == []
        for query in ({"phone": "abc"}, {"email": "abc"}):
            with pytest.raises(Stop, match="no_number"):
                desk.find(**query)
        assert desk.find(phone="19900000042", organisation="acme") == []
        assert len(desk.find(phone="19900000042", organisation="")) == 1


def test_erasing_takes_one_person_out_of_a_case_that_goes_on(works: Works) -> None:
    (number,) = told(works, complaint("phone", at=START, waybill_number=W, class_="loss", complainant=WANG))
    assert told(works, complaint("email", at=START, waybill_number=W, class_="loss", complainant=LI)) == [number]
    with closing(Desk(works)) as desk:
        works.publish(report("acknowledged", number, at=START, note="王小明、李向南 已联系"), HANDLING, number)
        go_on(works)
        assert said(works.told()[-1])["note"] == "***、*** 已联系"
        assert desk.erase(email="li.xiangnan@mail.example") == 1
        assert desk.find(email="li.xiangnan@mail.example") == []
        go_on(works)
        works.publish(report("acknowledged", number, at=START, note="王小明、李向南 再次联系"), HANDLING, number)
        go_on(works)
        assert said(works.told()[-1])["note"] == "***、李向南 再次联系"  # nobody knows the name any more
        assert desk.erase(phone="19900000042") == 1
        assert desk.erase(case=number) == 0
        assert [held.record.erased for held in desk.find(case=number)] == [True, True]
    go_on(works)
    one, two = (one for one in works.told() if header(one, "ce_type") == ERASED)
    for event in (one, two):
        assert contract.validator(ERASED)(said(event)) is None
        assert (event.topic, header(event, "ce_subject"), said(event)["case_number"]) == (ACCEPTED, number, number)
        assert event.partition == works.told()[0].partition
    assert [said(event)["began_the_case"] for event in (one, two)] == [False, True]
    works.publish(report("acknowledged", number, at=START, note="已联系"), HANDLING, number)
    go_on(works)
    assert header(works.told()[-1], "ce_type") == "tousu.handling.acknowledged.v1"
    shard = works.told()[0].partition
    numbers = [*dict.fromkeys(header(each, "tousu-seq") for each in works.told(ticks=True) if each.partition == shard)]
    assert numbers == [str(n) for n in range(1, len(numbers) + 1)]
    assert not works.loop.halted


def test_what_was_erased_does_not_come_back(works: Works) -> None:
    event = complaint("phone", at=START, complainant=WANG)
    (number,) = told(works, event)
    with closing(Desk(works)) as desk:
        assert desk.erase(case=number) == 1
        works.complain(event)  # the adapter sends it again
        go_on(works)
        assert [(held.record.erased, held.record.pseudonym) for held in desk.find(case=number)] == [(True, "")]
        row = desk.store.connection().execute(sa.text("SELECT doc, pseudonym FROM intake_case_all")).one()
        desk.store.connection().rollback()
        assert (orjson.loads(row[0])["sealed"], orjson.loads(row[0])["key"], row[1]) == ({}, None, "")


def test_an_erased_telling_becomes_no_case_of_its_own(works: Works) -> None:
    (number,) = told(works, complaint("phone", at=START, waybill_number=W, class_="loss", complainant=WANG))
    second = complaint("email", at=START, waybill_number=W, class_="loss", complainant=LI)
    told(works, second)
    with closing(Desk(works)) as desk:
        assert desk.erase(email="li.xiangnan@mail.example") == 1
    telling = {"source": second.source, "id": second.id}
    works.publish(report("separated", number, at=START, telling=telling, reason="另一件"), DESK, number)
    go_on(works)
    (refused,) = works.told("complaints.rejected")
    assert header(refused, "tousu-reason") == "unknown_telling"


def test_a_case_that_many_told_of_is_erased_in_parts(works: Works) -> None:
    first = complaint("phone", at=START, waybill_number=W, class_="loss", complainant=WANG)
    numbers = told(works, first, *(replace(first, id=f"again-{n}") for n in range(95)))
    assert len(set(numbers)) == 1
    with closing(Desk(works)) as desk:
        assert desk.erase(case=numbers[0]) == 96
    go_on(works)
    told_of = [said(one) for one in works.told() if header(one, "ce_type") == ERASED]
    assert [len(each["tellings"]) for each in told_of] == [40, 40, 16]
    assert sum(each["began_the_case"] for each in told_of) == 1


# --- after a restore ------------------------------------------------------------------------------------------------

RECORDS = ("record", "record_archive", "case", "case_archive")
"""Tables that somebody may put back by hand."""


def test_who_was_erased_since_the_backup_is_erased_again(works: Works) -> None:
    first, other = (
        complaint("phone", at=START, complainant=WANG, waybill_number=W),
        complaint("email", at=START, complainant=LI, waybill_number=f"{W}0"),
    )
    told(works, first, other)
    kept = backup(works)
    since = complaint("web", at=START, complainant=WANG, waybill_number=f"{W}1")
    told(works, since)
    with closing(Desk(works)) as desk:
        assert desk.erase(phone="19900000042") == 2
        go_on(works)
    log = [said(one) for one in works.told() if header(one, "ce_type") == ERASED]
    restore(works, kept)
    with closing(Desk(works)) as desk:
        assert desk.find(phone="19900000042") == [], "its log has erased them again"
    works.run()
    put_back(works, kept, RECORDS)
    with closing(Desk(works)) as desk:
        assert {held.record.event_id for held in desk.find(phone="19900000042")} == {first.id}
        erasures = [Erasure.of(each) for each in (*log, *log)]
        assert desk.persons.erase(desk.processor, desk.persons.back(erasures)) == 1
        assert desk.find(phone="19900000042") == []
        assert list(desk.persons.back(erasures)) == []
        assert [held.record.event_id for held in desk.find(email="li.xiangnan@mail.example")] == [other.id]
        assert not works.loop.halted


def test_the_command_learns_from_the_log_whom_to_erase_again(kafka: KafkaBroker, tmp_path: Path) -> None:
    with Topics(kafka.address) as topics:
        topics.apply(topics.plan(partitions=PARTITIONS))
    works = Works(f"sqlite:///{tmp_path / 'intake.sqlite'}", master=sha256(b"of a restore").digest())
    told(works, complaint("phone", at=START, complainant=WANG), complaint("email", at=START, complainant=LI))
    kept = backup(works)
    with closing(Desk(works)) as desk:
        assert desk.erase(phone="19900000042") == 1
        go_on(works)
    producer = Producer({"bootstrap.servers": kafka.address})
    for one in works.told(ticks=True):
        producer.produce(one.topic, one.value, one.key, one.partition, headers=list(one.headers))
    producer.flush(30)
    put_back(works, kept, RECORDS)
    works.loop.finish()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TOUSU_")}
    environment |= {"TOUSU_DATA": str(tmp_path), "TOUSU_MASTER_KEY": works.master.hex()}

    def erase_again(*words: str) -> dict[str, Any]:
        command = [str(Path(sys.executable).with_name("tousu")), "person", "erase-again", "--json", *words]
        done = subprocess.run(
            [*command, "--broker", kafka.address], env=environment, capture_output=True, text=True, timeout=120
        )
        assert done.returncode == 0, done.stderr
        found: dict[str, Any] = document_of(done)
        return found

    def audited() -> tuple[int, list[list[str]]]:
        command = [str(Path(sys.executable).with_name("tousu")), "audit", "--json", "--broker", kafka.address]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
        findings = document_of(done)["findings"]
        return done.returncode, [[each["place"], each["message"]] for each in findings if each["invariant"] == "I12"]

    code, findings = audited()
    (number,) = {said(one)["case_number"] for one in works.told() if header(one, "ce_type") == ERASED}
    assert (code, [place for place, _ in findings]) == (1, [f"case {number}"])
    assert "1 tellings can be read" in findings[0][1] and "`tousu person erase-again`" in findings[0][1]
    tried = erase_again("--dry-run")
    assert (tried["erased"], len(tried["cases"])) == (0, 1)
    assert erase_again()["erased"] == 1
    assert erase_again()["erased"] == 0
    assert audited()[1] == []
    with closing(Desk(works)) as desk:
        assert desk.find(phone="19900000042") == []
        assert len(desk.find(email="li.xiangnan@mail.example")) == 1

"""The personal record: nobody reads it without the key, nobody changes it unseen, and what is erased is gone."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from msgspec.structs import replace

from services.intake.keyring import Keyring, keys_of
from services.intake.processor import processor
from services.intake.registration import personal_values
from services.intake.sealing import RecordCodec
from services.intake.states import SubmissionRecord
from tests.rules.intake.gate import BLOCKS, PERSONAL, SEALED, complaint
from tousu.failure import Stop
from tousu.policy.pack import Pack
from tousu.policy.policies import Policies
from tousu.runtime.wiring import Wiring

MASTER = bytes(range(32))
NOW = datetime(2026, 1, 5, 2, 0, tzinfo=UTC)


def record(channel: str = "phone", number: str = "20260105-03-0001-K7", **data: Any) -> SubmissionRecord:
    event = complaint(channel, id_=f"{number}-{channel}", **data)
    return SubmissionRecord(
        case_number=number,
        channel=channel,
        pseudonym="0" * 32,
        event_source=event.source,
        event_id=event.id,
        event_type=event.type,
        received_at=NOW,
        accepted_at=NOW,
        data=event.data,
    )


def codec(master: bytes = MASTER) -> RecordCodec:
    return RecordCodec(Keyring(master), SEALED)


def changed(doc: str, **fields: Any) -> str:
    return orjson.dumps(orjson.loads(doc) | fields).decode()


PIECES = [{"waybill_number": "TS1234567", "content": "我的茶壶碎了"}, {"waybill_number": "TS1234568", "class": "loss"}]


@pytest.mark.parametrize("channel", sorted(BLOCKS))
def test_what_was_sealed_comes_back_word_for_word(channel: str) -> None:
    told = record(channel, pieces=PIECES, demand="赔偿200元")
    assert codec().decode(codec().encode(told)) == told


@pytest.mark.parametrize("channel", sorted(BLOCKS))
def test_the_row_shows_nothing_personal(channel: str) -> None:
    told = record(channel, content="王小明的件丢了", demand="赔偿200元", pieces=PIECES)
    row = orjson.loads(codec().encode(told))
    clear = orjson.dumps(row | {"sealed": sorted(row["sealed"])}).decode()
    values = [
        *dict(personal_values(told.data, PERSONAL[told.event_type].places)).values(),
        told.data["content"],
        "赔偿200元",
        "茶壶",
    ]
    assert not [value for value in values if value in clear]
    assert {"/content", "/demand", "/complainant/name", "/pieces/0/content"} <= set(row["sealed"])


def test_equal_records_are_sealed_differently() -> None:
    one, two = (orjson.loads(codec().encode(record())) for _ in range(2))
    assert not {*one["sealed"].values(), one["key"]["wrapped"]} & {*two["sealed"].values(), two["key"]["wrapped"]}


def test_without_its_key_a_row_is_noise_and_what_is_not_personal_stays() -> None:
    told = record(waybill_number="TS1234567", pieces=PIECES)
    row = orjson.loads(codec().encode(told))
    del row["key"]
    left = codec().decode(orjson.dumps(row).decode())
    assert left.erased
    assert left.data == {
        "kind": "complaint",
        "complainant": {"role": "sender"},
        "phone": {"agent": "E10031"},
        "waybill_number": "TS1234567",
        "pieces": [{"waybill_number": "TS1234567"}, {"waybill_number": "TS1234568", "class": "loss"}],
    }
    assert codec().decode(codec().encode(left)) == left


def test_a_field_moved_to_another_place_or_row_is_noticed() -> None:
    row = orjson.loads(codec().encode(record(demand="退款")))
    sealed = row["sealed"]
    swapped = sealed | {"/content": sealed["/demand"], "/demand": sealed["/content"]}
    other = orjson.loads(codec().encode(record(number="20260105-03-0002-K7")))
    for doc in (
        changed(orjson.dumps(row).decode(), sealed=swapped),
        orjson.dumps(other | {"key": row["key"]}).decode(),
    ):
        with pytest.raises(Stop, match="not as it was sealed"):
            codec().decode(doc)


def test_a_changed_field_is_noticed() -> None:
    row = orjson.loads(codec().encode(record()))
    text = row["sealed"]["/content"]
    row["sealed"]["/content"] = text[:-8] + ("A" if text[-8] != "A" else "B") + text[-7:]
    with pytest.raises(Stop, match="not as it was sealed"):
        codec().decode(orjson.dumps(row).decode())


def test_another_master_key_is_named_not_guessed() -> None:
    with pytest.raises(Stop, match="wrong_master_key") as stopped:
        codec(b"x" * 32).decode(codec().encode(record()))
    assert "王小明" not in stopped.value.message


def test_every_purpose_has_a_key_of_its_own() -> None:
    keys = keys_of(MASTER)
    assert len({keys.pseudonym, keys.fingerprint, MASTER}) == 3
    assert keys_of(MASTER) == keys
    assert keys_of(b"x" * 32).pseudonym != keys.pseudonym


@pytest.mark.parametrize("key", (b"", b"short", b"x" * 33))
def test_intake_does_not_start_without_a_master_key(pack: Pack, key: bytes) -> None:
    wiring = Wiring(
        policies=Policies.of(pack),
        partitions=4,
        time_from_events=False,
        master_key=key,
        check=None,
        schema_of=None,
    )
    with pytest.raises(Stop, match="TOUSU_MASTER_KEY"):
        processor(wiring)


def test_an_erased_record_is_never_sealed_again() -> None:
    row = orjson.loads(codec().encode(replace(record(), erased=True, data={"kind": "complaint"})))
    assert (row["sealed"], row["key"]) == ({}, None)

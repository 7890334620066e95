"""Topic cards: complete, and neither a topic nor a schema nobody knows of."""

from __future__ import annotations

from pathlib import Path

import jsonschema
import orjson
import pytest
import yaml

from tousu.contract import Card, card, cards, channels, event_types, name_of, schemas_folder, topic_of_channel, types_on
from tousu.contract.cards import read_cards
from tousu.contract.keywords import faults
from tousu.contract.speaking import ROLES

FOLDER = schemas_folder()
META = orjson.loads((FOLDER / "topic-card.json").read_bytes())
FILES = sorted((FOLDER / "topics").iterdir())
PROCESSORS = {file.parent.name for file in (Path(__file__).resolve().parents[2] / "services").glob("*/__main__.py")}
"""By their folders, where the cards know them by what they write."""
CARD = {
    "topic": "complaints.example",
    "what": "What an example carries.",
    "writers": ["intake"],
    "readers": ["router"],
    "key": "The case number.",
    "partitions": 12,
    "retention": "unlimited",
    "timestamp": "LogAppendTime",
    "max_message_bytes": 262144,
    "personal": False,
    "events": ["case.closed"],
}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_card_is_complete(path: Path) -> None:
    assert path.suffix == ".yaml"
    jsonschema.validate(yaml.safe_load(path.read_text(encoding="utf-8")), META, jsonschema.Draft202012Validator)


def test_the_meta_schema_uses_known_words_only() -> None:
    jsonschema.Draft202012Validator.check_schema(META)
    assert list(faults(META)) == []
    assert set(META["properties"]) == set(Card.__struct_fields__)


@pytest.mark.parametrize(
    "change",
    [
        {"redaers": ["router"]},
        {"partitions": 0},
        {"retention": "forever"},
        {"retention": "0 days"},
        {"timestamp": "CreateTime"},
        {"writers": []},
        {"events": ["Case Closed"]},
        {"from_shards": "some"},
        {"topic": "complaints_example"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_the_meta_schema_refuses_a_wrong_card(change: dict[str, object]) -> None:
    jsonschema.validate(CARD, META)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**CARD, **change}, META)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"redaers": ["x"]}, "redaers"),
        ({"partitions": "12"}, "partitions"),
        ({"retention": "two weeks"}, "14 days, or unlimited"),
        ({"timestamp": "CreateTime"}, "timestamp"),
        ({"topic": "complaints.other"}, "as the file"),
    ],
)
def test_a_wrong_card_is_not_loaded(tmp_path: Path, change: dict[str, object], sentence: str) -> None:
    (tmp_path / "topics").mkdir()
    (tmp_path / "topics" / "complaints.example.yaml").write_text(yaml.safe_dump(CARD | change), encoding="utf-8")
    with pytest.raises(ValueError, match=sentence):
        read_cards(tmp_path)


def test_every_event_of_a_card_has_a_schema_and_every_schema_a_topic() -> None:
    on_cards = {name for card in cards() for name in card.events}
    assert on_cards == {name_of(event_type) for event_type in event_types()}


def test_every_channel_has_its_own_topic_and_its_own_event() -> None:
    assert set(channels()) == {
        "phone", "web", "app", "social", "email", "onsite", "third-party", "letter", "media", "association",
        "message-board", "sms",
    }  # fmt: skip
    for channel, topic in channels().items():
        assert topic == topic_of_channel(channel) == f"complaints.inbound.{channel}"
        assert types_on(topic) == {f"tousu.complaint.received.{channel}.v1"}


def test_an_unknown_topic_or_channel_is_named_with_what_there_is() -> None:
    with pytest.raises(KeyError, match=r"fax.*phone"):
        topic_of_channel("fax")
    with pytest.raises(KeyError, match=r"complaints\.sale.*complaints\.sla"):
        card("complaints.sale")


def test_what_a_processor_reads_is_written_by_somebody() -> None:
    for card_ in cards():
        for who in (*card_.writers, *card_.readers):
            known = {*PROCESSORS, *ROLES, "ops", "replay", "subscribers"}
            assert who in known or who == f"{card_.channel}-adapter", f"{card_.topic}: nobody is called {who}"
    assert set(PROCESSORS) <= {who for card_ in cards() for who in card_.writers}
    assert set(PROCESSORS) <= {who for card_ in cards() for who in card_.readers}


def test_internal_writers_say_which_shards_write_where() -> None:
    for card_ in cards():
        assert (card_.from_shards is not None) == set(card_.writers).issubset(PROCESSORS), card_.topic


def test_personal_data_is_kept_for_a_limited_time_and_read_by_intake_and_operators_only() -> None:
    for card_ in cards():
        if card_.personal:
            number, unit = card_.retention.split()
            assert unit == "days"
            assert card_.retention_ms == int(number) * 24 * 3600 * 1000
            assert set(card_.readers) <= {"intake", "ops", "replay"}


def test_what_everything_is_rebuilt_from_is_kept_without_end() -> None:
    for topic in ("complaints.accepted", "complaints.cases", "complaints.sla"):
        assert card(topic).retention_ms == -1


def test_what_adapters_send_takes_no_more_room_unpacked_than_packed() -> None:
    """They choose the codec: gzip makes 1 MiB of a thousandth of it, and intake unpacks in memory."""
    outside = {card_.topic for card_ in cards() if card_.topic.startswith("complaints.inbound.")}
    assert {card_.topic for card_ in cards() if card_.compression == "uncompressed"} == outside


def test_a_refused_event_fits_into_the_topic_of_refused_events() -> None:
    largest = max(card_.max_message_bytes for card_ in cards() if card_.topic.startswith("complaints.inbound."))
    assert card("complaints.rejected").max_message_bytes >= largest + 65_536  # headers: reason, and those it came with

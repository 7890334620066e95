"""Personal data comes in on inbound topics and goes no further (design.md, section 6)."""

from __future__ import annotations

from typing import Any

import pytest

from tousu.contract import cards, channels, event_types, personal_places, types_on
from tousu.contract.schemas import address_of, documents

INBOUND = {kind for card in cards() if card.personal and card.channel for kind in types_on(card.topic)}
DOWNSTREAM = sorted(
    {kind for card in cards() if not card.topic.startswith("complaints.inbound.") for kind in types_on(card.topic)}
)
IDENTIFYING = {
    "name", "phone", "email", "handle", "address", "identity_document", "caller_number", "from_address", "user_id",
    "submitted_from", "subject",
}  # fmt: skip

FORMS = {"text", "code", "uri"}


def is_listed(schema: dict[str, Any]) -> bool:
    """One of a few words that the contract lists identifies nobody: `subject: external` is no subject line."""
    return "enum" in schema


@pytest.mark.parametrize("event_type", DOWNSTREAM)
def test_nothing_personal_stands_in_what_goes_downstream(event_type: str) -> None:
    assert personal_places(event_type) == ()
    names = {path[-1] for path, schema in documents().properties(address_of(event_type)) if not is_listed(schema)}
    assert not names & IDENTIFYING


def test_inbound_every_identifying_field_is_marked() -> None:
    for event_type in INBOUND:
        for path, schema in documents().properties(address_of(event_type)):
            if path[-1] in IDENTIFYING and schema.get("type") != "object" and not is_listed(schema):
                assert schema.get("x-personal") is True, f"{event_type}: {'.'.join(path)}"


def test_inbound_free_text_of_the_customer_is_personal() -> None:
    for channel in channels():
        places = personal_places(f"tousu.complaint.received.{channel}.v1")
        assert {("content",), ("demand",), ("complainant", "name"), ("pieces", "*", "content")} <= set(places)


def test_free_text_goes_downstream_only_masked() -> None:
    personal = {path[-1] for kind in INBOUND for path in personal_places(kind)}
    for event_type in DOWNSTREAM:
        for path, schema in documents().properties(address_of(event_type)):
            if path[-1] in personal and not is_listed(schema):
                assert schema.get("x-masked") in FORMS, f"{event_type}: {'.'.join(path)}"


def test_the_reference_of_a_case_takes_every_field_of_a_channel_that_is_not_personal() -> None:
    """So intake can say `reference` = the channel's object without its personal fields, whatever the channel."""
    registered = address_of("tousu.complaint.registered.v1")
    reference = {path[1] for path, _ in documents().properties(registered) if path[0] == "reference" and len(path) == 2}
    own = set()
    for channel in channels():
        kind = f"tousu.complaint.received.{channel}.v1"
        places = set(personal_places(kind))
        fields = {path for path, _ in documents().properties(address_of(kind)) if path[0] == channel.replace("-", "_")}
        own |= {path[1] for path in fields - places if len(path) == 2}
    assert own == reference


def test_the_marks_stand_only_where_they_mean_something() -> None:
    for event_type in event_types():
        for path, schema in documents().properties(address_of(event_type)):
            marked = schema.get("x-personal") is True, schema.get("x-masked") in FORMS
            assert marked != (True, True), f"{event_type}: {'.'.join(path)} is either personal or masked"
            assert not any(marked) or schema["type"] == "string", f"{event_type}: {'.'.join(path)}"


def test_inbound_every_text_is_personal_or_has_a_form_in_which_it_leaves() -> None:
    """Only what the schema itself holds to a pattern, a list or a kind of value is proven to be nobody's."""
    for event_type in INBOUND:
        for path, schema in documents().properties(address_of(event_type)):
            if schema.get("type") != "string" or schema.keys() & {"pattern", "enum", "const"} or schema.get("format"):
                continue
            assert schema.get("x-personal") is True or schema.get("x-masked") in FORMS, (
                f"{event_type}: {'.'.join(path)}"
            )


def test_inbound_every_address_of_a_file_and_number_of_a_channel_has_a_form() -> None:
    for event_type in INBOUND:
        for path, schema in documents().properties(address_of(event_type)):
            free = schema.get("format") in {"uri", "iri"} or schema.get("pattern", "").startswith("^[^")
            if free and schema.get("x-personal") is not True:
                assert schema.get("x-masked") in {"code", "uri"}, f"{event_type}: {'.'.join(path)}"

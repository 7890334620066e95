"""One AsyncAPI 3.0 document of the whole contract, made from the topic cards and the event schemas.

`python -m tousu.contract.asyncapi` writes schemas/asyncapi.yaml; a test keeps the committed file up to date.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, Final

import yaml

from tousu.contract.cards import Card, cards
from tousu.contract.folder import schemas_folder
from tousu.contract.schemas import ADDRESS, documents, is_carried_in_headers, types_on

FILE: Final = "asyncapi.yaml"
_HEADING: Final = "# Made by `python -m tousu.contract.asyncapi` from topics/ and events/: do not edit by hand.\n"
_INTRODUCTION: Final = """\
What customers say comes in on complaints.inbound.*, what happened to each case goes out on the other topics.
Events are CloudEvents 1.0 in Kafka binary mode: the value is the data as JSON, the attributes are ce_ headers.
Inbound, structured mode (one JSON object, content-type application/cloudevents+json) is taken too.
A record may come twice; tousu-origin and tousu-seq tell: what is not above the last number seen is a repetition.
"""
_HEADERS: Final = {
    "ce_specversion": "Always 1.0.",
    "ce_id": "With ce_source the identity of the event; equal when it is sent again.",
    "ce_source": "Who wrote it.",
    "ce_type": "The event type with its version.",
    "ce_time": "When it happened in the world (RFC 3339).",
    "ce_subject": "The case number, once there is a case.",
    "ce_dataschema": "The address of the schema of the data.",
    "ce_receivedtime": "When the company received it, where that differs from ce_time.",
    "ce_acceptedtime": "When intake accepted it.",
    "ce_correlationid": "What belongs together: the case number.",
    "ce_causationid": "The id of the event that caused it.",
    "ce_traceparent": "W3C trace context of the inbound event, carried through.",
    "tousu-origin": "Which processor and shard wrote it, such as router/3.",
    "tousu-seq": "Its number from that origin in this partition, without gaps.",
    "tousu-time": "The watermark when it was written.",
    "tousu-inbound": "On complaints.accepted: the inbound record it comes from, topic/offset, in the same partition.",
}
_REQUIRED_HEADERS: Final = ["ce_specversion", "ce_id", "ce_source", "ce_type", "ce_time"]


class _Dumper(yaml.SafeDumper):
    """Writes equal values out each time: readers of the file need no YAML anchors."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def document() -> dict[str, Any]:
    """The whole AsyncAPI document as plain values; references to schemas are relative to the schemas folder."""
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "tousu", "version": "1", "description": " ".join(_INTRODUCTION.split())},
        "defaultContentType": "application/json",
        "channels": {_slug(card.topic): _channel(card) for card in cards()},
        "operations": {name: operation for card in cards() for name, operation in _operations(card)},
        "components": {
            "messages": {event_type: _message(event_type) for event_type in documents().address_of_type},
            "schemas": {"headers": _headers_schema(_HEADERS, _REQUIRED_HEADERS)},
        },
    }


def _slug(topic: str) -> str:
    return topic.replace(".", "_").replace("-", "_")


def _channel(card: Card) -> dict[str, Any]:
    configuration = {
        "cleanup.policy": ["delete"],
        "retention.ms": card.retention_ms,
        "message.timestamp.type": card.timestamp,
        "max.message.bytes": card.max_message_bytes,
    }
    kafka = {
        "topic": card.topic,
        "partitions": card.partitions,
        "topicConfiguration": configuration,
        "bindingVersion": "0.5.0",
    }
    return {
        "address": card.topic,
        "description": f"{card.what.strip()} Key: {card.key.strip()}",
        "messages": {kind: {"$ref": f"#/components/messages/{kind}"} for kind in sorted(types_on(card.topic))},
        "bindings": {"kafka": kafka},
    }


def _operations(card: Card) -> list[tuple[str, dict[str, Any]]]:
    """Who sends to and who receives from a topic; a topic that carries nothing yet has none."""
    if not card.events:
        return []
    channel = {"$ref": f"#/channels/{_slug(card.topic)}"}
    parts = [("send", "sends_to", card.writers), ("receive", "receives_from", card.readers)]
    return [
        (
            f"{_slug(who)}_{verb}_{_slug(card.topic)}",
            {"action": action, "channel": channel, "summary": f"{who} {verb.replace('_', ' ')} {card.topic}"},
        )
        for action, verb, people in parts
        for who in people
    ]


def _message(event_type: str) -> dict[str, Any]:
    address = documents().address_of_type[event_type]
    schema = documents().by_address[address]
    message = {
        "name": event_type,
        "title": schema["title"],
        "summary": schema["description"],
        "headers": {"$ref": "#/components/schemas/headers"},
        "payload": {"$ref": f"./{address.removeprefix(ADDRESS)}"},
    }
    if is_carried_in_headers(event_type):
        words = {f"tousu-{name}": child.get("description", "") for (name,), child in documents().properties(address)}
        message["contentType"] = "application/octet-stream"
        message["headers"] = _headers_schema(words, [f"tousu-{name}" for name in schema["required"]])
        message["payload"] = {"description": "The refused bytes, untouched."}
    return message


def _headers_schema(words: dict[str, str], required: list[str]) -> dict[str, Any]:
    properties = {name: {"type": "string", "description": about} for name, about in words.items()}
    return {"type": "object", "properties": properties, "required": required}


def text() -> str:
    """The document as YAML, byte for byte as it is committed."""
    body = yaml.dump(document(), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=118)
    return _HEADING + body


def write(folder: Path) -> Path:
    """Write the document into `folder` and return where."""
    path = folder / FILE
    path.write_text(text(), encoding="utf-8")
    return path


if __name__ == "__main__":
    sys.stdout.write(f"{write(schemas_folder())}\n")

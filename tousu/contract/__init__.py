"""The contract: topic cards and event schemas, read from `schemas/` in the repository or from the installed package.

validator("tousu.case.closed.v1")(data)   None, or the refusal: reason, message, place, schema address
taken(event_type, data, zone)             data of an inbound event put right, what it lost, or the refusal
cards()  card(topic)  channels()  topic_of_channel("phone")  types_on(topic)
inbound_cards()  topic_of(event_type, source)  topics_of(event_type)  check_topic(topic, event_type)  source_on(topic)
Sources  read_sources(file)
event_types()  name_of(event_type)  address_of(event_type)  personal_places(event_type)
masked_forms(event_type)
"""

from tousu.contract.cards import Card, card, cards, channels, topic_of_channel
from tousu.contract.folder import schemas_folder
from tousu.contract.mending import Dropped, Taken, taken
from tousu.contract.normal_form import waybill_key
from tousu.contract.schemas import (
    address_of,
    event_types,
    is_carried_in_headers,
    masked_forms,
    name_of,
    personal_places,
    types_on,
)
from tousu.contract.speaking import Sources, check_topic, inbound_cards, read_sources, source_on, topic_of, topics_of
from tousu.contract.validation import Validator, compiled, validator

__all__ = [
    "Card",
    "Dropped",
    "Sources",
    "Taken",
    "Validator",
    "address_of",
    "card",
    "cards",
    "channels",
    "check_topic",
    "compiled",
    "event_types",
    "inbound_cards",
    "is_carried_in_headers",
    "masked_forms",
    "name_of",
    "personal_places",
    "read_sources",
    "schemas_folder",
    "source_on",
    "taken",
    "topic_of",
    "topic_of_channel",
    "topics_of",
    "types_on",
    "validator",
    "waybill_key",
]

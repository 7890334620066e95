"""Topic cards: what each topic carries, who writes it, who reads it, and how the broker keeps it.

A processor stands on the cards of what it writes and nowhere else: as their writer, and by `made_from` as a reader of
what it makes them from. What follows is filled in here (`_completed`), so nobody lists processors by hand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Final, Literal

import msgspec
import yaml

from tousu.contract.folder import schemas_folder

PREFIX: Final = "complaints."
RETENTION: Final = re.compile(r"([1-9][0-9]{0,4}) (hour|day)s?")
UNIT_MS: Final = {"hour": 3_600_000, "day": 86_400_000}
EVERY_PROCESSOR: Final = "processors"
"""As a writer: every processor whose shards write a partition of their own, as those of this card do."""
TICK: Final = "time.ticked"
"""The name of the event that only says that time has passed."""


class Card(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One topic (schemas/topics/NAME.yaml; the words are explained in schemas/topic-card.json).

    `events` are names without version, such as `complaint.routed`. `channel` is set only where customers are heard.
    `made_from` names the topics that the one processor that writes here reads to do so; `.*` stands for any ending.
    Whoever writes a card that is made from a topic is among its `readers`, and a topic that another processor reads
    carries the ticks of its writer: both are filled in when cards are read.
    `sources` says of an inbound topic which sources may speak there (`speaking`).
    `from_shards` says of an internal writer whether its shard p writes partition p only (`same`) or any (`all`).
    `compression` is how the broker keeps what is written, None where as its writer packed it.
    `retention` is a time such as `14 days`, or `unlimited`; it counts from the `timestamp`, which the broker sets.
    """

    topic: str
    what: str
    writers: tuple[str, ...]
    readers: tuple[str, ...]
    key: str
    partitions: int
    retention: str
    timestamp: Literal["LogAppendTime"]
    max_message_bytes: int
    personal: bool
    events: tuple[str, ...]
    channel: str | None = None
    from_shards: Literal["same", "all"] | None = None
    compression: Literal["uncompressed"] | None = None
    sources: tuple[str, ...] = ()
    made_from: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.retention != "unlimited" and not RETENTION.fullmatch(self.retention):
            raise ValueError(f"retention must be a time such as 14 days, or unlimited, but is {self.retention}")

    @property
    def retention_ms(self) -> int:
        """What the broker's `retention.ms` must be; -1 is without end."""
        match = RETENTION.fullmatch(self.retention)
        return int(match[1]) * UNIT_MS[match[2]] if match else -1


def read_cards(folder: Path) -> dict[str, Card]:
    """All cards under `folder`/topics by topic, in alphabetical order.

    Raises ValueError naming the file whose card has a wrong or unknown word, names another topic than its file does, or
    is made from what is not there.
    """
    cards = {}
    for path in sorted((folder / "topics").glob("*.yaml")):
        try:
            card = msgspec.convert(yaml.safe_load(path.read_text(encoding="utf-8")), Card)
        except (msgspec.ValidationError, yaml.YAMLError) as error:
            raise ValueError(f"{path.name}: {error}; see topic-card.json") from error
        if card.topic != path.stem:
            raise ValueError(f"{path.name}: topic must be {path.stem}, as the file is named, but is {card.topic}")
        cards[card.topic] = card
    return _completed(cards)


def processors_of(cards: Iterable[Card]) -> frozenset[str]:
    """Who writes in shards."""
    return frozenset(who for card in cards if card.from_shards is not None for who in card.writers) - {EVERY_PROCESSOR}


def _completed(cards: Mapping[str, Card]) -> dict[str, Card]:
    """The cards with what follows from all of them: writers that are named in one word, readers, ticks."""
    everybody = processors_of(cards.values())
    own = processors_of(card for card in cards.values() if card.from_shards == "same")
    readers = {topic: everybody & set(card.readers) for topic, card in cards.items()}
    for card in cards.values():
        for pattern in card.made_from:
            topics = [topic for topic in cards if fnmatchcase(topic, pattern)]
            if not topics or len(card.writers) != 1 or card.from_shards is None:
                why = (
                    "is no topic" if not topics else "cannot be: only what one processor writes is made from something"
                )
                raise ValueError(f"{card.topic}.yaml: made_from: {pattern} {why}")
            for topic in topics:
                readers[topic] |= set(card.writers)
    return {topic: _with(card, sorted(own), sorted(readers[topic])) for topic, card in cards.items()}


def _with(card: Card, own: list[str], readers: list[str]) -> Card:
    writers = [who for writer in card.writers for who in (own if writer == EVERY_PROCESSOR else [writer])]
    is_timed = card.from_shards is not None and not set(readers) <= set(writers)
    return msgspec.structs.replace(
        card,
        writers=tuple(dict.fromkeys(writers)),
        readers=tuple(dict.fromkeys((*readers, *card.readers))),
        events=(*card.events, TICK) if is_timed else card.events,
    )


@cache
def _by_topic() -> dict[str, Card]:
    return read_cards(schemas_folder())


def cards() -> tuple[Card, ...]:
    """Every card of the contract, in alphabetical order of topics."""
    return tuple(_by_topic().values())


def card(topic: str) -> Card:
    """The card of one topic. Raises KeyError naming the topics there are."""
    try:
        return _by_topic()[topic]
    except KeyError:
        raise KeyError(f"no topic {topic} in the contract; there are {', '.join(_by_topic())}") from None


@cache
def channels() -> dict[str, str]:
    """The channels on which customers are heard, each with its inbound topic."""
    return {card.channel: card.topic for card in cards() if card.channel is not None}


def topic_of_channel(channel: str) -> str:
    """The inbound topic of a channel such as `phone`. Raises KeyError naming the channels there are."""
    try:
        return channels()[channel]
    except KeyError:
        raise KeyError(f"no channel {channel}; there are {', '.join(channels())}") from None

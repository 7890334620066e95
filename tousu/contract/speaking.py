"""Who may say what: which inbound topic takes an event, and which source may speak on which topic.

The cards say both (`events`, `sources`). A deployment whose systems have other names replaces the sources of topics by
a file (`read_sources`). A broker's access lists bind who may write to a topic; this binds what is said there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

import msgspec
import yaml

from tousu.contract.cards import Card, card, cards
from tousu.contract.schemas import address_of, name_of, types_on
from tousu.failure import Reject, Stop

INBOUND: Final = "complaints.inbound."
ROLES: Final = ("departments", "desk", "arbitration", "finance", "operations")
"""Who reports about what goes on, in the order in which a case goes through their hands."""
OTHERS: Final = "*"
BELOW: Final = "/**"


@cache
def inbound_cards() -> tuple[Card, ...]:
    """The cards of the topics on which one speaks to tousu: channels first, then reports by role.

    Of equal times they are heard in this order.
    """
    inbound = [card for card in cards() if card.topic.startswith(INBOUND)]
    return tuple(sorted(inbound, key=lambda card: (card.channel is None, _role(card), card.topic)))


def _role(card: Card) -> int:
    return ROLES.index(card.writers[0]) if card.channel is None else 0


@cache
def topics_of(event_type: str) -> tuple[str, ...]:
    """The inbound topics that take an event, none for one that nobody outside may say."""
    name = name_of(event_type)
    return tuple(card.topic for card in inbound_cards() if name in card.events)


def topic_of(event_type: str, source: str = "") -> str:
    """The inbound topic on which a source says such an event: the one whose card names the source, else the first.

    Raises Reject `unknown_type` for a type that is not in the contract, KeyError for one that only tousu itself says.
    """
    address_of(event_type)
    topics = topics_of(event_type)
    if not topics:
        raise KeyError(f"{event_type} is said by tousu itself; no inbound topic takes it")
    named = (topic for topic in topics if _Named.of(card(topic).sources).have(source))
    return next(named, topics[0])


def source_on(topic: str) -> str:
    """The first source that the card of an inbound topic names: what an example or a test speaks as."""
    return card(topic).sources[0].removesuffix(BELOW)


def check_topic(topic: str, event_type: str) -> None:
    """Raise Reject for a type that an inbound topic does not take: `not_allowed` names the topic where it belongs,
    `unknown_type` says that nobody outside may say it, or that it is not in the contract."""
    if event_type in types_on(topic):
        return
    address_of(event_type)
    right = " or ".join(topics_of(event_type))
    if not right:
        raise Reject(
            "unknown_type",
            f"{event_type} is said by tousu itself; the types that {topic} takes are listed in schemas/asyncapi.yaml",
            "type",
        )
    raise Reject("not_allowed", f"{event_type} may not be said on {topic}; it belongs on {right}", "type")


class _Named(NamedTuple):
    """The sources that patterns name."""

    whole: frozenset[str]
    below: tuple[str, ...]

    @classmethod
    def of(cls, patterns: Sequence[str]) -> _Named:
        whole = frozenset(pattern.removesuffix(BELOW) for pattern in patterns if pattern != OTHERS)
        return cls(whole, tuple(pattern.removesuffix(BELOW) + "/" for pattern in patterns if pattern.endswith(BELOW)))

    def have(self, source: str) -> bool:
        return source in self.whole or source.startswith(self.below)


class Bound(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A source that speaks for some organisations only; '' among them is the deployment's own, which needs no name."""

    source: str
    organisations: tuple[str, ...]


Said = str | Bound
"""How a deployment names a source: alone it speaks for every organisation."""


class Sources:
    """Which source (the attribute of CloudEvents, a URI reference) may speak on which inbound topic, and for whom.

    A pattern is a source word for word; one that ends in `/**` is that name and everything below it; `*` is every
    source that no topic names.
    """

    def __init__(self, sources: Mapping[str, Sequence[Said]]) -> None:
        self._bound = {
            topic: those for topic, those in sources.items() if any(isinstance(source, Bound) for source in those)
        }
        patterns = {topic: [pattern_of(source) for source in those] for topic, those in sources.items()}
        self._patterns: Mapping[str, Sequence[str]] = patterns
        self._named = {topic: _Named.of(those) for topic, those in patterns.items()}
        self._all = _Named.of([pattern for those in patterns.values() for pattern in those])

    @classmethod
    def of_cards(cls, instead: Mapping[str, Sequence[Said]] | None = None) -> Sources:
        """What the cards say, with what a deployment says `instead` of some."""
        of_cards: dict[str, Sequence[Said]] = {card.topic: card.sources for card in inbound_cards()}
        return cls(of_cards | dict(instead or {}))

    def allow(self, topic: str, source: str) -> bool:
        """Whether a source may speak on a topic."""
        return self._named[topic].have(source) or (OTHERS in self._patterns[topic] and not self._all.have(source))

    def organisations(self, topic: str, source: str) -> frozenset[str] | None:
        """For which organisations a source that may speak on a topic does so there; None: for every one."""
        if topic not in self._bound:
            return None
        names: set[str] = set()
        for bound in self._bound[topic]:
            pattern = pattern_of(bound)
            if _Named.of([pattern]).have(source) or (pattern == OTHERS and not self._all.have(source)):
                if not isinstance(bound, Bound):
                    return None
                names |= set(bound.organisations)
        return frozenset(names)

    def named_organisations(self) -> frozenset[str]:
        """Every organisation that is named beside a source."""
        bound = (source for those in self._bound.values() for source in those if isinstance(source, Bound))
        return frozenset(name for source in bound for name in source.organisations)

    def form(self, topic: str) -> str:
        """How a source of a topic is written, for a sentence."""
        named = [pattern for pattern in self._patterns[topic] if pattern != OTHERS]
        more = ["one that no other topic has"] if OTHERS in self._patterns[topic] else []
        return " or ".join([*named, *more]) or "none"


def read_sources(file: Path) -> Sources:
    """The sources of a deployment: a YAML file of topics, each with its patterns; topics not named stay as their cards.

    A pattern stands alone, or as `{source: PATTERN, organisations: [NAME, ...]}`.

    Raises Stop `wrong_setting` naming the file and what is wrong.
    """
    try:
        sources = msgspec.convert(yaml.safe_load(file.read_text(encoding="utf-8")), dict[str, tuple[Said, ...]])
    except (OSError, UnicodeDecodeError, yaml.YAMLError, msgspec.ValidationError, RecursionError) as error:
        form = "`TOPIC: [PATTERN, ...]` for each topic, or `{source: PATTERN, organisations: [NAME, ...]}` for PATTERN"
        message = f"{file} is no list of sources: {error}; it is {form}"
        raise Stop("wrong_setting", message) from None
    known = [card.topic for card in inbound_cards()]
    for topic, those in sources.items():
        if topic not in known:
            raise Stop("wrong_setting", f"{file}: {topic} is no inbound topic; there are {', '.join(known)}")
        for source in those:
            check_pattern(pattern_of(source), f"{file}: {topic}")
            if isinstance(source, Bound) and not source.organisations:
                message = f"{file}: {topic}: {source.source!r} needs an organisation; '' is the deployment's own"
                raise Stop("wrong_setting", message)
    return Sources.of_cards(sources)


def pattern_of(source: Said) -> str:
    """The pattern of a source, whomever it speaks for."""
    return source.source if isinstance(source, Bound) else source


def check_pattern(pattern: str, place: str) -> None:
    """Raise Stop `wrong_setting` for a pattern that says nothing, or something that is not meant."""
    stem = pattern.removesuffix(BELOW)
    if pattern != OTHERS and (not stem or "*" in stem):
        message = f"{place}: {pattern!r} must be a source, a source with {BELOW} behind it, or {OTHERS} for all others"
        raise Stop("wrong_setting", message)

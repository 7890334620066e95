"""The pipeline as the topic cards tell it: which processors there are, what each reads and writes, who follows whom.

Nothing here is a list: whoever writes in shards is a processor (`cards.processors_of`), and reads what its cards are
made from.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence

from tousu.contract.cards import Card, cards, processors_of


def processors(of: Sequence[Card] | None = None) -> tuple[str, ...]:
    """Every processor, each behind those whose topics it reads; of several that could come next the first by name.

    Raises ValueError where processors wait for each other in a circle.
    """
    of = cards() if of is None else of
    everybody = processors_of(of)
    before = {
        name: {who for card in _read(name, of) for who in card.writers} & everybody - {name} for name in everybody
    }
    ready = [name for name in everybody if not before[name]]
    heapq.heapify(ready)
    ordered: list[str] = []
    while ready:
        name = heapq.heappop(ready)
        ordered.append(name)
        for later in sorted(everybody - {*ordered, *ready}):
            if before[later] <= set(ordered):
                heapq.heappush(ready, later)
    if len(ordered) < len(everybody):
        circle = ", ".join(sorted(everybody - set(ordered)))
        raise ValueError(f"the topic cards make a circle: each of these reads what another one writes: {circle}")
    return tuple(ordered)


def reads(name: str) -> tuple[Card, ...]:
    """The topics that a processor reads, what comes from further up first."""
    order = processors()

    def place(card: Card) -> tuple[int, str]:
        return min(order.index(who) if who in order else -1 for who in card.writers), card.topic

    return tuple(sorted(_read(name, cards()), key=place))


def writes(name: str) -> tuple[Card, ...]:
    """The topics that hold a processor's events, in alphabetical order."""
    return tuple(card for card in cards() if name in card.writers and card.events)


def followers(card: Card) -> frozenset[str]:
    """The processors that read a topic of another one: they need its time."""
    return processors_of(cards()) & set(card.readers) - set(card.writers)


def last_ones() -> frozenset[str]:
    """The processors whose events no other one reads: the pipeline works without them."""
    return frozenset(name for name in processors() if not any(followers(card) for card in writes(name)))


def published_topics() -> tuple[str, ...]:
    """Every topic that holds events of processors, in the order of the pipeline, what was refused second."""
    return tuple(dict.fromkeys(card.topic for name in processors() for card in writes(name)))


def _read(name: str, of: Sequence[Card]) -> list[Card]:
    return [card for card in of if name in card.readers]

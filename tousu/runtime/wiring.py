"""What every composition root gets handed: the packs, the keys, the contract. Made once a process (or simulation)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import sqlalchemy as sa

from tousu.contract import Card, Sources
from tousu.contract.cards import processors_of
from tousu.contract.pipeline import followers, reads, writes
from tousu.decision import Rules
from tousu.failure import Stop
from tousu.policy.policies import Policies
from tousu.runtime.metrics import CountedOutput, LookedUp
from tousu.runtime.processor import ActAgain, Check, Edge, Input, Kind, Processor


@dataclass(frozen=True, slots=True)
class Wiring:
    """The dependencies of a processor.

    `partitions` is the one partition count of all topics. `master_key` (32 bytes) wraps the keys of personal records;
    only intake uses it, and `sources`: who may speak on which topic (None: as the cards say). `check` and `schema_of`
    come from the contract (`tousu.contract`).
    """

    policies: Policies
    partitions: int
    time_from_events: bool
    master_key: bytes = field(repr=False)
    check: Check | None
    schema_of: Callable[[str], str] | None
    sources: Sources | None = None

    def processor(
        self, name: str, rules: Rules, kinds: tuple[Kind, ...], *, inputs: tuple[Input, ...] | None = None,
        keeps_time: bool = False, edge: Edge | None = None, gauges: tuple[LookedUp, ...] = (),
        tallies: Mapping[str, CountedOutput] = {},
        timers_per_tick: int | None = None, on_opening: Callable[[sa.Connection], None] | None = None,
        act_again: ActAgain | None = None,
    ) -> Processor:  # fmt: skip
        """A processor as the topic cards know it: its inputs (unless given), its outputs, and to whom it passes time.

        At equal times an input from further up comes first. The words are explained at `Processor`.
        """
        written = writes(name)
        timed = [card for card in written if followers(card)]
        return Processor(
            name=name,
            inputs=inputs_of(name) if inputs is None else inputs,
            rules=rules,
            kinds=kinds,
            outputs=tuple(card.topic for card in written),
            ticks_to=tuple(card.topic for card in timed if card.from_shards == "same"),
            ticks_spread_to=tuple(card.topic for card in timed if card.from_shards == "all"),
            keeps_time=keeps_time,
            edge=edge,
            check=self.check,
            schema_of=self.schema_of,
            archive_after=self.policies.archive_after,
            gauges=gauges,
            tallies=tallies,
            timers_per_tick=timers_per_tick,
            on_opening=on_opening,
            act_again=act_again,
        )


def inputs_of(name: str) -> tuple[Input, ...]:
    """What a processor reads of others, by the topic cards. Raises Stop `wrong_cards` for what it cannot read."""
    inputs = tuple(input_of(card) for card in reads(name) if name not in card.writers)
    if not inputs:
        raise Stop("wrong_cards", f"no topic card says what {name} reads: name it in made_from of what it writes")
    return inputs


def input_of(card: Card) -> Input:
    """A topic as an input. Raises Stop `wrong_cards` for one that several processors write."""
    if card.from_shards is None:
        return Input(card.topic)
    if len(card.writers) > 1 or not processors_of([card]):
        message = f"{card.topic} is written by {', '.join(card.writers)}: their times have no one order, so read theirs"
        raise Stop("wrong_cards", message)
    return Input(card.topic, writer=card.writers[0], spread=card.from_shards == "all")


Compose = Callable[[Wiring], Processor]
"""`services/<name>/processor.py` has one function of this form, called `processor`."""

"""Intake composed: its topics from the cards, its rules, its tables, its edge."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from services.intake.keyring import Keyring
from services.intake.persons import erased_again
from services.intake.proving import places_of
from services.intake.reading import InboundEdge
from services.intake.registration import Personal, Place
from services.intake.rules import RECEIVED, IntakeRules
from services.intake.sealing import CaseCodec, RecordCodec
from services.intake.store import kinds
from tousu import contract
from tousu.runtime.partition import begun, ended
from tousu.runtime.processor import Input, Processor
from tousu.runtime.wiring import Wiring

NAME: Final = "intake"


def processor(wiring: Wiring) -> Processor:
    """The intake processor. Raises Stop `wrong_setting` without a master key of 32 bytes."""

    # Numbers are tried by the dozen until one falls into its shard, and differ in their last letters only.
    begun_once = lru_cache(maxsize=1)(begun)

    def partition_of(number: str) -> int:
        raw = number.encode()
        whole = len(raw) & ~3
        return (ended(begun_once(raw[:whole], len(raw)), raw[whole:]) & 0x7FFFFFFF) % wiring.partitions

    keyring = Keyring(wiring.master_key)
    rules = IntakeRules(wiring.policies, keyring, partition_of, personal_data())
    return wiring.processor(
        NAME,
        rules,
        kinds(RecordCodec(keyring, sealed_places()), CaseCodec(keyring)),
        inputs=inputs(),
        keeps_time=True,
        edge=InboundEdge(wiring.partitions, wiring.time_from_events, wiring.policies, wiring.sources),
        on_opening=keyring.open,
        act_again=erased_again,
    )


def personal_data() -> dict[str, Personal]:
    """What the schemas say of each inbound event: what is personal, and in what form other fields may leave."""
    inbound = (kind for input_ in inputs() for kind in contract.types_on(input_.topic))
    return {kind: Personal(frozenset(contract.personal_places(kind)), contract.masked_forms(kind)) for kind in inbound}


def sealed_places() -> dict[str, frozenset[Place]]:
    """What is encrypted in the record of a telling: what is personal, and what is until proven otherwise."""
    received = {kind: personal for kind, personal in personal_data().items() if kind.startswith(RECEIVED)}
    return {kind: frozenset((*personal.places, *places_of(personal.forms))) for kind, personal in received.items()}


def inputs() -> tuple[Input, ...]:
    """The topics on which one speaks to tousu; of equal times they are heard in this order."""
    return tuple(Input(card.topic) for card in contract.inbound_cards())

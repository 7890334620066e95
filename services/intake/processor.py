"""Intake composed: its topics from the cards, its rules, its tables, its edge."""

from __future__ import annotations

from typing import Final

from services.intake.reading import Reading
from services.intake.rules import ACCEPTED, RECEIVED, IntakeRules
from services.intake.sealing import RecordCodec, keys_of
from services.intake.store import kinds
from tousu import contract
from tousu.runtime.partition import murmur2
from tousu.runtime.processor import Input, Processor
from tousu.runtime.wiring import Wiring

NAME: Final = "intake"
REJECTED: Final = "complaints.rejected"


def processor(wiring: Wiring) -> Processor:
    """The intake processor. Raises Stop `wrong_setting` without a master key of 32 bytes."""

    def partition_of(number: str) -> int:
        # Not the remembering function of the runtime: numbers are tried by the dozen and wanted once.
        return (murmur2(number.encode()) & 0x7FFFFFFF) % wiring.partitions

    personal = {
        event_type: frozenset(contract.personal_places(event_type))
        for event_type in contract.event_types()
        if event_type.startswith(RECEIVED)
    }
    rules = IntakeRules(wiring.policies, keys_of(wiring.master_key), partition_of, personal)
    return Processor(
        name=NAME,
        inputs=inputs(),
        rules=rules,
        kinds=kinds(RecordCodec(wiring.master_key, personal)),
        outputs=(ACCEPTED, REJECTED),
        ticks_to=(ACCEPTED,),
        keeps_time=True,
        edge=Reading(wiring.partitions, wiring.clock, wiring.time_from_events, wiring.policies),
        check=wiring.check,
        schema_of=wiring.schema_of,
    )


def inputs() -> tuple[Input, ...]:
    """The topics whose card names intake as reader; customers first, so that of equal times they are heard first."""
    read = [card for card in contract.cards() if NAME in card.readers]
    return tuple(Input(card.topic) for card in sorted(read, key=lambda card: (card.channel is None, card.topic)))

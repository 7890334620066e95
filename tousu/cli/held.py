"""What is held of a person, as rows, as one document, and in words; and what an erasure cannot reach."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tousu.cli import options

if TYPE_CHECKING:
    from services.intake.persons import Held

BACKUPS = "backups of intake's database hold records and keys until they run out; erase again after a restore"
DOWNSTREAM = (
    "topics downstream keep what never named the person: pseudonym, masked name and number (王**, 199****0042), and, "
    "unless the pack keeps text at home, the masked text, in which a third person's name told in prose may stand"
)
DIGESTS = "source and id of the events stay, and for 30 days keyed fingerprints of what they said"
STAYS = (BACKUPS, DOWNSTREAM, DIGESTS)
"""What stays after any erasure."""


def row_of(held: Held, data: Path | None, database: str) -> dict[str, Any]:
    """One telling without anything personal."""
    from tousu.event import text_of_time

    claimed = _state("claims", held.record.case_number, data, database) or {}
    return {
        "case_number": held.record.case_number, "kind": held.case.kind, "channel": held.record.channel,
        "organisation": held.case.organisation, "received_at": text_of_time(held.record.received_at),
        "status": held.case.status, "began": held.began, "erased": held.record.erased,
        "claims": [claim["number"] for claim in claimed.get("claims", [])],
    }  # fmt: skip


def document_of(records: Sequence[Held], data: Path | None, database: str) -> dict[str, Any]:
    """All that is held: what was told, word for word, what intake knows of it, and what the other processors keep."""
    from tousu.event import text_of_time
    from tousu.simulation.processors import WITH_CHECKPOINT

    elsewhere = [name for name in WITH_CHECKPOINT if name != "intake"]
    tellings = [
        row_of(held, data, database)
        | {
            "pseudonym": held.record.pseudonym, "accepted_at": text_of_time(held.record.accepted_at),
            "event": {"source": held.record.event_source, "id": held.record.event_id, "type": held.record.event_type},
            "told": held.record.data,
            "kept_until": text_of_time(held.case.erase_at) if held.case.erase_at else None,
        }
        for held in records
    ]  # fmt: skip
    numbers = dict.fromkeys(held.record.case_number for held in records)
    cases = {
        number: {name: state for name in elsewhere if (state := _state(name, number, data, database)) is not None}
        for number in numbers
    }
    return {"tellings": tellings, "cases": cases, "remains": remains(records)}


def readable(document: dict[str, Any]) -> str:
    """The document in lines that people read."""
    lines = [f"What is held of you: {len(document['tellings'])} tellings in {len(document['cases'])} cases.", ""]
    for submission in document["tellings"]:
        lines += [
            f"Case {submission['case_number']}",
            *_lines({n: v for n, v in submission.items() if n != "case_number"}),
            "",
        ]
    for number, kept in document["cases"].items():
        lines += [f"What became of case {number}", *_lines(kept), ""]
    return "\n".join([*lines, "Beside this:", *(f"- {line}" for line in document["remains"]), ""])


def _lines(node: dict[str, Any], indent: str = "  ") -> Iterator[str]:
    for name, value in node.items():
        label = f"{indent}{name.replace('_', ' ')}:"
        if isinstance(value, dict):
            yield label
            yield from _lines(value, f"{indent}  ")
        elif isinstance(value, list) and any(isinstance(member, dict) for member in value):
            for number, element in enumerate(value, start=1):
                yield f"{label} {number}"
                yield from _lines(element if isinstance(element, dict) else {"": element}, f"{indent}  ")
        elif value not in (None, "", [], {}):
            shown = ", ".join(map(str, value)) if isinstance(value, list) else value
            yield f"{label} {shown}"


def remains(records: Sequence[Held]) -> list[str]:
    """What an erasure does not reach: where it is, and until when."""
    from tousu.contract import card, topic_of_channel

    last = max(held.record.accepted_at for held in records)
    lines = []
    for topic in dict.fromkeys(topic_of_channel(held.record.channel) for held in records):
        until = (last + timedelta(milliseconds=card(topic).retention_ms)).strftime("%Y-%m-%d")
        lines.append(f"{topic} holds the original events until {until} (and as long as the broker takes to delete)")
    rejected = card("complaints.rejected").retention
    return [*lines, f"complaints.rejected holds what was refused of the person for {rejected} from then", *STAYS]


def _state(processor: str, number: str, data: Path | None, database: str) -> dict[str, Any] | None:
    """What a processor keeps of a case; None where it has no database here, or nothing in it."""
    from tousu.failure import Stop

    try:
        inspection = options.inspection(processor, data, database)
    except Stop:
        return None
    return inspection.state("case", number) if inspection.keeps("case") else None

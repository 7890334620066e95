"""The whole of intake in memory: edge, rules, sealed records, refusals. Everything that it lets out is checked here."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Any, Final

import orjson

from services.intake.keyring import Keyring
from services.intake.reading import InboundEdge
from services.intake.sealing import RecordCodec
from services.intake.states import SubmissionRecord as Telling
from tests.rules.intake.gate import PARTITIONS, SEALED, START, Gate, of_all_channels
from tousu.contract.schemas import ADDRESS, documents
from tousu.decision import Refusal
from tousu.event import Headers
from tousu.failure import Reject
from tousu.policy.policies import Policies
from tousu.runtime.broker import Record
from tousu.runtime.handing_on import FROM
from tousu.runtime.rejection import REJECTED_BYTES_MAX, rejection
from tousu.runtime.unpublishable import record_bytes

CODES: Final = frozenset(documents().by_address[ADDRESS + "shared/rejection.json"]["$defs"]["reason"]["enum"])
SHARD: Final = 3
ARRIVED_MS: Final = int(START.timestamp() * 1000)
ACCEPTED: Final = "accepted"
REPEATED: Final = "repeated"
STRUCTURED: Final[Headers] = [("content-type", b"application/cloudevents+json; charset=utf-8")]


class Door:
    """Hands records to intake, all of them to the shard to which they belong. `answers` counts what became of them."""

    def __init__(self) -> None:
        pack = of_all_channels()
        self.gate = Gate(pack, SHARD)
        self._reading = InboundEdge(PARTITIONS, False, Policies.of(pack))
        self._codec = RecordCodec(Keyring(b"k" * 32), SEALED)
        self.answers: Counter[str] = Counter()

    def hand_in(self, record: Record) -> str:
        """`accepted`, `repeated`, or the reason code of the refusal. Nothing else may happen: exceptions pass."""
        answer = self._answer(record._replace(headers=[*record.headers, (FROM, b"the gate")]))
        self.answers[answer] += 1
        return answer

    def _answer(self, record: Record) -> str:
        try:
            event = self._reading(record)
        except Reject as error:
            return _refused(
                record, Refusal(reason=error.reason, message=error.message, place=error.place, schema=error.schema)
            )
        decision = self.gate.hear(event, datetime.fromtimestamp(record.time_ms / 1000, UTC))
        if decision.refusal is not None:
            return _refused(record, decision.refusal)
        for state in decision.states.values():
            if isinstance(state, Telling):
                assert self._codec.decode(self._codec.encode(state)) == state
        return REPEATED if decision.no_op else ACCEPTED

    def left(self) -> str:
        """All that has left intake, as JSON."""
        return orjson.dumps([[each.type, each.subject, each.data] for each in self.gate.outputs]).decode()


def _refused(record: Record, refusal: Refusal) -> str:
    """A refusal has a known reason, a sentence, and a record that complaints.rejected takes."""
    assert refusal.reason in CODES, refusal
    assert len(refusal.message.split()) > 2, refusal
    written = rejection(record, refusal, (), SHARD, REJECTED_BYTES_MAX)
    assert record_bytes(written) < REJECTED_BYTES_MAX
    said = dict(written.headers)
    assert all((said[name] or b"").decode().isprintable() for name in ("tousu-message", "tousu-place")), refusal
    return refusal.reason


def record(topic: str, value: bytes | None, headers: Headers = STRUCTURED, key: bytes | None = b"k") -> Record:
    return Record(topic, SHARD, 7, key, value, headers, ARRIVED_MS)


def whole(event_type: str, data: Any, id_: str, **attributes: Any) -> dict[str, Any]:
    """An event in structured form."""
    return {
        "specversion": "1.0",
        "id": id_,
        "source": "/hostile",
        "type": event_type,
        "time": "2026-01-05T01:30:00Z",
        "datacontenttype": "application/json",
        "data": data,
        **attributes,
    }

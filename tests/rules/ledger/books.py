"""Claims as their own rules tell and book them, for tests that hold the one against the other."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tests.rules.casework import START
from tests.rules.claims.told import ClaimsDesk
from tests.rules.whole import whole
from tousu.decision import Decision, Output
from tousu.event import Event
from tousu.ledger.told import LedgerEvent


class Recorded(ClaimsDesk):
    """A desk for claims that keeps everything it publishes, in order."""

    def __init__(self, *packs: Any) -> None:
        super().__init__(*packs)
        self.published: list[Output] = []

    def take(self, one: Event, now: datetime | None = None) -> Decision:
        decision = super().take(one, now)
        self.published += [*self.fired, *decision.outputs]
        return decision

    def let_time_pass(self, until: datetime) -> list[Output]:
        told = super().let_time_pass(until)
        self.published += told
        return told

    def told(self) -> list[LedgerEvent]:
        """Everything published, as the proof takes it."""
        return [
            LedgerEvent(f"out-{number}", one.type.removeprefix("tousu.").removesuffix(".v1"), one.time, one.data)
            for number, one in enumerate(self.published)
        ]


def penalty(
    amount: str, difference: str, revision: int = 1, what: str = "assessed", organisation: str = ""
) -> LedgerEvent:
    """A penalty of a person for a case, as complaints.penalties tells it."""
    data = {
        "penalty_number": "TS-9/person/E1", "party": {"kind": "person", "id": "E1"}, "case_number": "TS-9",
        "month": "2026-03", "revision": revision, "amount": amount, "difference": difference, "currency": "CNY",
    }  # fmt: skip
    return LedgerEvent(f"p-{revision}", f"penalty.{what}", START, whole(f"tousu.penalty.{what}.v1", data), organisation)


def instruction(
    number: str, amount: str = "", *, what: str = "deduct", of: str = "TS-9/person/E1", **more: str
) -> LedgerEvent:
    """An instruction about a penalty."""
    said: dict[str, Any] = {"instruction_number": number, "to": "human_resources", "what": what, "of": of, **more}
    said |= {"amount": amount, "currency": "CNY"} if amount else {}
    return LedgerEvent(f"i-{number}", "instruction.issued", START, whole("tousu.instruction.issued.v1", said))

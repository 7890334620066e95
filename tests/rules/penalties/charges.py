"""What claims says of parties, and a desk for penalties that lets time pass."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import orjson

from services.penalties.rules import PenaltiesRules
from services.penalties.states import Charge, Month
from services.penalties.store import KINDS
from tests.packs_read import load_pack
from tests.rules.casework import START, event
from tousu.decision import Decision, Output, StateKey
from tousu.event import Event, text_of_time
from tousu.ledger.balance import Sums, faults, sums_by_obligation, trial_balance
from tousu.ledger.obligation import Entry
from tousu.policy.policies import Policies
from tousu.runtime.outgoing import check_output

PERSON = "person/E10023"
WORKSHOP = "department/workshop"
CLOSED = datetime.fromisoformat("2026-04-07T00:00:00+08:00")
"""When March closes: five calendar days after its end."""
PACK = {"id": "auto-service", "version": "1.0.0"}


def complaint(grade: str = "c", loss: str = "", **more: Any) -> dict[str, Any]:
    """The party is named responsible for a complaint."""
    return {"ground": "complaint", "grade": grade} | ({"loss_yuan": loss} if loss else {}) | more


def laid(
    case: str, *grounds: Mapping[str, Any], party: str = PERSON, revision: int = 1, received_at: datetime = START,
    at: datetime | None = None, pack: Mapping[str, str] = PACK, organisation: str = "",
) -> Event:  # fmt: skip
    """A charge of a case against a party, complete."""
    kind, _, name = party.partition("/")
    when = at or received_at
    data = {
        "case_number": case, "party": {"kind": kind, "id": name}, "revision": revision,
        "received_at": text_of_time(received_at), "at": text_of_time(when), "pack": dict(pack),
        "grounds": [{"at": text_of_time(when), **ground} for ground in grounds],
    }  # fmt: skip
    one = event("charge.laid", data, case, when, f"{case}-{party}-{revision}")
    return of_organisation(one, organisation)


def services(count: int, party: str = WORKSHOP, period: str = "2026-03", *, at: datetime = START, outlet: str = "",
             organisation: str = "") -> Event:  # fmt: skip
    """How many services a party gave in a month."""
    kind, _, name = party.partition("/")
    data: dict[str, Any] = {
        "period": period,
        "department": name if kind == "department" else "workshop",
        "services": count,
    }
    data |= {"outlet": name} if kind == "outlet" else {"outlet": outlet} if outlet else {}
    return of_organisation(event("operations.reported", data, party, at, f"{party}-{period}-{count}"), organisation)


def correction(
    measure: str, at: datetime = START, *, suspended: str = "E10023", period: str = "2026-03", organisation: str = ""
) -> Event:
    """Human resources confirm what a suspended person has done."""
    data = {"department": "workshop", "suspended": suspended, "month": period, "measure": measure}
    one = event("operations.correction_done", data, f"person/{suspended}", at, f"{measure}-{period}-{at}")
    return of_organisation(one, organisation)


def of_organisation(one: Event, organisation: str) -> Event:
    extensions = {"organisation": organisation} if organisation else {}
    return Event(
        id=one.id, source=one.source, type=one.type, time=one.time, subject=one.subject, data=one.data,
        extensions=extensions,
    )  # fmt: skip


class PenaltyDesk:
    """Folds charges as the runtime does: what is due before an event fires first, states travel as JSON."""

    def __init__(self, policies: Policies | None = None) -> None:
        self.rules = PenaltiesRules(policies or Policies.of(load_pack("auto-service")))
        self.codecs = {kind.name: kind.codec for kind in KINDS}
        self.rows: dict[StateKey, str] = {}
        self.entries: list[Entry] = []
        self.published: list[Output] = []
        self.now = START
        self.confirmed: datetime | None = None
        """Before this the log is complete, while an input is held out."""
        self._dues: dict[StateKey, datetime] = {}

    def take(self, one: Event, now: datetime | None = None) -> Decision:
        """Apply one event at its time, or at a later one, and keep what changes."""
        self.now = max(self.now, now or one.time)
        self._fire_before(self.now)
        decision = self._weighed(
            self.rules.apply({r: self.state(r) for r in self.rules.state_keys(one)}, one, self.now)
        )
        said = (bool(decision.states or decision.outputs), bool(decision.no_op), decision.refusal is not None)
        assert sum(said) == 1, "exactly one of changes, a no-op, a refusal"
        self._keep(decision)
        return decision

    def tell(self, *events: Event) -> list[Output]:
        """Apply events, none of which may be refused; what was published, by the clocks in front of them too."""
        begun = len(self.published)
        for one in events:
            refusal = self.take(one).refusal
            assert refusal is None, refusal
        return self.published[begun:]

    def pass_to(self, moment: datetime) -> list[Output]:
        """Let time pass up to and at a moment; what was published."""
        begun = len(self.published)
        self.now = max(self.now, moment)
        self._fire_before(moment + timedelta(microseconds=1))
        return self.published[begun:]

    def _fire_before(self, moment: datetime) -> None:
        while due := [state_key for state_key, when in self._dues.items() if when < moment]:
            state_key = min(due, key=lambda each: (self._dues[each], each))
            state, when = self.state(state_key), self._dues.pop(state_key)
            assert state is not None
            self._keep(self._weighed(self.rules.on_timer(state_key, state, self.now)))
            assert state_key not in self._dues or self._dues[state_key] > when, "a clock stands still"

    def _weighed(self, decision: Decision) -> Decision:
        return self.rules.in_doubt(decision, self.now, self.confirmed) if decision.states else decision

    def _keep(self, decision: Decision) -> None:
        for output in decision.outputs:
            assert check_output(output, len(orjson.dumps(output.data))) == "", check_output(output, 1)
            assert output.key
        self.published += decision.outputs
        for state_key, state in decision.states.items():
            self._dues.pop(state_key, None)
            if state is None:
                del self.rows[state_key]
                continue
            assert state_key.kind != "entry" or state_key not in self.rows, "an entry is written once"
            self.rows[state_key] = self.codecs[state_key.kind].encode(state)
            if (due := self.rules.next_timer(state_key, self.state(state_key))) is not None:
                self._dues[state_key] = due
            if isinstance(state, Entry):
                self.entries.append(state)

    def state(self, state_key: StateKey) -> Any:
        """A state as it comes back from the database."""
        return self.codecs[state_key.kind].decode(self.rows[state_key]) if state_key in self.rows else None

    def charge(self, case: str, party: str = PERSON) -> Charge:
        """The newest charge of a case against a party."""
        found = self.state(StateKey("charge", f"{party}|{case}"))
        assert isinstance(found, Charge)
        return found

    def month(self, party: str = PERSON, month: str = "2026-03") -> Month:
        """A month of a party."""
        found = self.state(StateKey("month", f"{party}|{month}"))
        assert isinstance(found, Month)
        return found

    def sums(self) -> dict[str, Sums]:
        """The ledger by obligation; it must be sound."""
        assert list(faults(self.entries)) == []
        assert sum((each.balance for each in trial_balance(self.entries)), Decimal(0)) == 0
        return sums_by_obligation(self.entries)


def told(outputs: Sequence[Output], kind: str) -> list[dict[str, Any]]:
    """What the events of a kind say."""
    return [output.data for output in outputs if output.type == f"tousu.{kind}.v1"]


def instructions(outputs: Sequence[Output]) -> list[tuple[str, str]]:
    """The instructions: what, and the figure or what it takes back."""
    found = told(outputs, "instruction.issued")
    return [(one["what"], one.get("amount", one.get("percent", one.get("cancels", "")))) for one in found]

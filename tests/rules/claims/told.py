"""What the router tells claims of a case."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from msgspec.structs import replace

from services.claims.rules import ClaimsRules
from services.claims.states import Claim, ClaimedCase, WaitingReport
from services.claims.store import KINDS
from tests.rules.casework import NUMBER, START, Desk, event, kinds_of, registration
from tests.rules.lives import Lives
from tousu.decision import Decision, Output, StateKey
from tousu.event import Event
from tousu.ledger.obligation import Entry
from tousu.policy.pack import Pack
from tousu.policy.policies import Policies

WAYBILL = "TS77001"


def routed(*classes: str, at: datetime = START, waybill: str | None = WAYBILL, **more: Any) -> Event:
    """A complaint about one piece with these classes, the first of them naming it."""
    piece = {"waybill_number": waybill} if waybill else {}
    return routed_pieces([{"class": name} | piece for name in classes], at=at, **piece, **more)


def routed_pieces(troubles: list[dict[str, str]], at: datetime = START, **more: Any) -> Event:
    """A complaint with these troubles."""
    data = registration(**more)
    del data["source_event"]
    data |= {
        "kind": "complaint",
        "grade": "major",
        "stars": 5,
        "departments": ["storage_and_transport"],
        "decided_by": "adapter",
        "pack": {"id": "courier-network", "version": "1.0.0"},
        "section": "C 3",
        "triage": not troubles,
        "revision": more.get("revision", 1),
    } | {name: more[name] for name in ("grade", "priority", "priority_section") if name in more}
    if troubles:
        data |= {"class": troubles[0]["class"], "classes": troubles}
    return event("complaint.routed", data, data.get("case_number", NUMBER), at)


class ClaimsDesk(Desk):
    """A desk for claims: what it publishes of their limits stands in `clocks`, instructions in `instructions`."""

    def __init__(self, *packs: Pack) -> None:
        super().__init__(ClaimsRules(Policies.of(*packs)), KINDS)
        self.lives = Lives(*packs)
        self.clocks: list[Output] = []
        self.instructions: list[Output] = []

    def take(self, one: Event, now: datetime | None = None) -> Decision:
        """An event as the router publishes it; what it does not publish, claims never hears of."""
        behind = self.lives.behind(one, now or one.time)
        if not behind:  # time passes all the same
            self.fired = [
                each for state_key in self.rules.state_keys(one) for each in self._woken(state_key, now or one.time)
            ]
            return Decision(no_op="not_published")
        decisions, fired = [], []
        for each in behind:
            decisions.append(super().take(each, now))
            fired += self.fired
        self.fired = fired
        if len(decisions) == 1:
            return decisions[0]
        outputs = [output for decision in decisions for output in decision.outputs]
        return replace(decisions[-1], outputs=outputs, no_op="" if outputs else decisions[-1].no_op)

    def tell(self, *events: Event) -> list[Output]:
        """Apply events, none of which may be refused; what was published of the claims themselves."""
        return self.sorted_out([*self.fired, *super().tell(*events)])

    def pass_time(self, **length: float) -> list[Output]:
        """Let so much time pass since the start; what was published of the claims themselves."""
        return self.sorted_out(self.let_time_pass(START + timedelta(**length)))

    def sorted_out(self, outputs: list[Output]) -> list[Output]:
        """Puts clocks and instructions aside."""
        self.clocks = [one for one in outputs if one.type.startswith("tousu.clock.")]
        self.instructions = [one for one in outputs if one.type == "tousu.instruction.issued.v1"]
        return [one for one in outputs if one.type.startswith("tousu.claim.")]

    def report(self, what: str, hours: float = 1, /, claim: int | None = 1, **said: Any) -> list[str]:
        """What somebody reports of a claim so many hours after the start; the names of what is told of it."""
        return kinds_of(self.tell(reported(what, hours, claim, **said)))

    def tell_report(self, what: str, hours: float = 1, /, claim: int | None = 1, **said: Any) -> list[Output]:
        """As `report`; what is told of the claim itself."""
        return self.tell(reported(what, hours, claim, **said))

    def refused(self, what: str, hours: float = 1, /, claim: int | None = 1, **said: Any) -> tuple[str, str]:
        """Reason and place of a report that is refused, or that only waits: then as if it never came; nothing moves."""
        before = dict(self.rows)
        decision = self.take(reported(what, hours, claim, **said))
        refusal = decision.refusal
        if refusal is None:
            assert [state_key.kind for state_key in decision.states] == ["case"]
            assert decision.outputs == []
            refusal = self.waiting[-1].refusal
            self.rows = before
        assert self.rows == before
        return refusal.reason, refusal.place

    @property
    def waiting(self) -> tuple[WaitingReport, ...]:
        """The reports that wait for another one."""
        case = self.state(StateKey("case", NUMBER))
        return case.waiting if isinstance(case, ClaimedCase) else ()

    def claim(self, running: int = 1) -> Claim:
        """A claim as its row has it."""
        found = self.state(StateKey("claim", f"{NUMBER}/{running}"))
        assert isinstance(found, Claim)
        return found

    def ledger(self) -> list[Entry]:
        """Every entry, in the order of booking."""
        entries = [self.state(state_key) for state_key in self.rows if state_key.kind == "entry"]
        return [entry for entry in entries if isinstance(entry, Entry)]


def reported(what: str, hours: float, claim: int | None = 1, /, **said: Any) -> Event:
    """What somebody reports of a claim of the case."""
    number = {} if claim is None else {"claim_number": f"{NUMBER}/{claim}"}
    data = {"case_number": NUMBER} | number | said
    return event(f"handling.{what}", data, NUMBER, START + timedelta(hours=hours), f"{what}-{hours:g}")

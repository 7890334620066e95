"""A desk that lays charges as the runtime does: when the moment is over in which they became others."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import orjson

from services.claims.case_conduct import CaseConduct
from services.claims.conduct import ConductRules
from tests.rules.casework import NUMBER, START, event, registration
from tests.rules.lives import Lives
from tousu.decision import Decision, Output, State, StateKey
from tousu.event import Event, text_of_time
from tousu.policy.pack import Pack
from tousu.policy.policies import Policies
from tousu.runtime.outgoing import check_output
from tousu.runtime.processor import JsonCodec

CONDUCT = StateKey("conduct", NUMBER)
OF_CLAIMS = Decision(no_op="nothing_of_claims")


def at(hours: float) -> datetime:
    return START + timedelta(hours=hours)


class Desk:
    """Folds events of one pack; states travel as JSON, every output meets the contract, revisions rise (`by_one`)."""

    def __init__(self, pack: Pack, *others: Pack, by_one: bool = True) -> None:
        self.by_one = by_one
        self.pack = pack
        self.rules = ConductRules(Policies.of(pack, *others))
        self.lives = Lives(pack, *others)
        self.codec = JsonCodec(CaseConduct)
        self.rows: dict[StateKey, str] = {}
        self.laid: list[Output] = []
        self.newest: dict[str, dict[str, Any]] = {}
        self.passed_on: list[Output] = []

    def tell(self, *events: Event, now: datetime | None = None) -> Desk:
        """Apply events, each at its own time or at `now`; what was due before then is done first."""
        behind = [(each, now or one.time) for one in events for each in self.lives.behind(one, now or one.time)]
        for one, moment in behind:
            self.rest(moment)
            states = {key: self.state(key) for key in self.rules.state_keys(one)}
            decision = self.rules.beside(OF_CLAIMS, states, one, moment, [one])
            assert (decision is OF_CLAIMS) is bool(decision.no_op)
            self._keep(decision)
        return self

    def rest(self, until: datetime | None = None) -> Desk:
        """Let time pass, up to a moment that has not begun; without one, until what happened is laid."""
        for state_key in list(self.rows):
            while (due := self._due(state_key)) is not None and (
                due < until if until is not None else self._is_unpublished(state_key)
            ):
                state = self.state(state_key)
                assert isinstance(state, CaseConduct)
                self._keep(self.rules.on_timer(state_key, state))
                after = self._due(state_key)
                assert after is None or after > due, "it stands still"
        return self

    def _due(self, state_key: StateKey) -> datetime | None:
        state = self.state(state_key)
        assert isinstance(state, CaseConduct)
        return self.rules.next_timer(state)

    def _is_unpublished(self, state_key: StateKey) -> bool:
        state = self.state(state_key)
        return isinstance(state, CaseConduct) and state.changed_at is not None

    def state(self, state_key: StateKey) -> State | None:
        """A state as it comes back from the database."""
        return self.codec.decode(self.rows[state_key]) if state_key in self.rows else None

    def conduct(self) -> CaseConduct:
        """What is kept of the conduct of the case."""
        state = self.state(CONDUCT)
        assert isinstance(state, CaseConduct)
        return state

    def _keep(self, decision: Decision) -> None:
        for output in decision.outputs:
            assert check_output(output, len(orjson.dumps(output.data))) == ""
            if output.type == "tousu.operations.reported.v1":
                self.passed_on.append(output)
            if output.type == "tousu.charge.laid.v1":
                self._laid(output)
        for state_key, state in decision.states.items():
            assert state is not None
            self.rows[state_key] = self.codec.encode(state)

    def _laid(self, output: Output) -> None:
        assert output.topic == "complaints.charges"
        assert output.key is not None
        name = output.key if output.subject == NUMBER else f"{output.subject} {output.key}"
        former = self.newest.get(name)
        next_one = former["revision"] + 1 if former is not None else 1
        assert output.data["revision"] == next_one or (not self.by_one and output.data["revision"] > next_one)
        assert former is None or former["grounds"] != output.data["grounds"]
        self.laid.append(output)
        self.newest[name] = output.data

    def held(self, *names: str) -> dict[str, list[Any]]:
        """What stands against each party by now: its grounds as their codes, or as these fields of them."""
        self.rest()
        fields = names or ("ground",)
        return {
            key: [one.get(fields[0]) if len(fields) == 1 else tuple(one.get(name) for name in fields) for one in found]
            for key, data in self.newest.items()
            if (found := data["grounds"])
        }

    def grounds(self, party: str, ground: str) -> list[dict[str, Any]]:
        """The grounds of a kind against a party."""
        self.rest()
        return [one for one in self.newest.get(party, {}).get("grounds", []) if one["ground"] == ground]


def routed(pack: Pack, hours: float = 0, /, **more: Any) -> Event:
    """A complaint as the router tells it: of the first class of a pack, graded and with its departments."""
    name = more.get("class", next(iter(pack.classes)))
    one = pack.classes[name]
    data = registration()
    del data["source_event"]
    data |= {
        "kind": "complaint",
        "class": name,
        "classes": [{"class": name}],
        "grade": one.grade,
        "departments": list(one.departments),
        "decided_by": "adapter",
        "pack": pack.reference(),
        "triage": False,
        "revision": 1,
    } | more
    return event("complaint.routed", data, NUMBER, at(hours))


def passed_on(hours: float, former: list[str], new: list[str]) -> Event:
    """Responsibility moved."""
    data = {"case_number": NUMBER, "from_departments": former, "to_departments": new, "reason": "x", "by": "department"}
    return event("case.passed_on", data, NUMBER, at(hours))


def clock(what: str, name: str, due: float, pack: Pack, generation: int = 1, **more: Any) -> Event:
    """What a clock did: breached at its limit, or withdrawn whenever that became known (`known`, in hours)."""
    known = more.pop("known", due)
    data = {
        "case_number": NUMBER,
        "clock": name,
        "generation": generation,
        "limit": {"amount": 48, "unit": "elapsed_hours"},
        "started_at": text_of_time(START),
        "due_at": text_of_time(at(due)),
        "at": text_of_time(at(known)),
        "pack": pack.reference(),
        "section": "A 5",
    } | more
    return event(f"clock.{what}", data, NUMBER, at(known))

"""A desk to test the rules of sla at: one case, events with their times, time that passes; outputs are checked."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from services.sla.rules import CASE, SlaRules
from services.sla.states import Case
from tests.rules.lives import Lives
from tousu.contract import types_on, validator
from tousu.decision import Decision, Output, StateKey
from tousu.domain.clock.state import Clock
from tousu.event import Event, text_of_time, time_of_text
from tousu.policy.calendar import UnpublishedYear
from tousu.policy.pack import Pack
from tousu.policy.policies import Policies
from tousu.policy.working_time import deadline

SHANGHAI = ZoneInfo("Asia/Shanghai")
NUMBER = "TS-20260105-000001"
CONFIRMED = "tousu.clock.breach_confirmed.v1"
PACK = {"id": "courier-network", "version": "1.0.0"}


def at(text: str) -> datetime:
    """A moment of 2026 by Shanghai's clocks, such as `01-05 10:00`; 24:00 is understood."""
    day, clock = text.split()
    year = "" if day.count("-") == 2 else "2026-"
    moment = datetime.fromisoformat(f"{year}{day} {'00:00' if clock == '24:00' else clock}").replace(tzinfo=SHANGHAI)
    return (moment + timedelta(days=1) if clock == "24:00" else moment).astimezone(UTC)


class Desk:
    """One case and what was told of it. `now` is the watermark: it never goes back.

    The life of the case is decided by the same fold as in the router; who answers for it and how grave it is, the tests
    say.
    """

    def __init__(self, *versions: Pack) -> None:
        """`versions` of one pack, oldest first; the case is decided by 1.0.0."""
        self.rules = SlaRules(Policies.of(*versions))
        self.versions = {pack.version: pack for pack in versions}
        self.lives = Lives(*versions)
        self.state_key = StateKey(CASE, NUMBER)
        self.case: Case | None = None
        self.told: list[Output] = []
        self.told_at: list[datetime] = []
        self.now = at("01-01 00:00")
        self.confirmed: datetime | None = None
        """Before this the log is complete, while an input is held out."""
        self._events = 0

    def routed(
        self,
        received: datetime,
        *,
        kind: str = "complaint",
        class_name: str = "delay",
        now: datetime | None = None,
        **more: Any,
    ) -> None:
        """The router's event of a new case (or of a newer decision)."""
        data: dict[str, Any] = {
            "case_number": NUMBER, "kind": kind, "channel": "phone", "received_at": text_of_time(received),
            "registered_at": text_of_time(received), "departments": ["storage_and_transport"],
            "decided_by": "words", "pack": PACK, "triage": False,
        }  # fmt: skip
        if kind == "complaint":
            data |= {"class": class_name, "grade": "complex"}
        pack = self.versions.get(data["pack"]["version"], next(iter(self.versions.values())))
        if kind == "inquiry" and "posted_at" in more and pack.inquiries is not None:
            calendar = pack.calendar.newest.for_region(more.get("region"))
            end = deadline(time_of_text(more["posted_at"]), pack.inquiries.valid_for, calendar)
            if not isinstance(end, UnpublishedYear):
                data["inquiry_deadline"] = text_of_time(end)
        decision = self.event(f"{kind}.routed", now or received, data | more, now=now)
        assert decision.refusal is None, decision.refusal

    def event(self, name: str, happened: datetime, data: dict[str, Any], now: datetime | None = None) -> Decision:
        """Fold one event that happened at a time and is read now (at once, unless said). A report is decided first."""
        self.now = max(self.now, now or happened)
        self.pass_time(self.now - timedelta(microseconds=1))
        event = Event(id="", source="test", type=f"tousu.{name}.v1", time=happened, subject=NUMBER, data=data)
        behind = self.lives.behind(event, self.now)
        if self.lives.refusal is not None:
            return Decision(refusal=self.lives.refusal)
        decisions = [self._read(each) for each in behind]
        return decisions[0] if decisions else Decision(no_op="waits")

    def _read(self, event: Event) -> Decision:
        self._events += 1
        event = replace(event, id=f"e{self._events}")
        assert list(self.rules.state_keys(event)) == [self.state_key]
        decision = self._weighed(self.rules.apply({self.state_key: self.case}, event, self.now))
        self._take(decision)
        return decision

    def handle_now(self, what: str, happened: datetime, now: datetime | None = None, **data: Any) -> bool:
        """As `handle`, where nobody waits for an earlier report: whether it was taken in."""
        decision = self.handle(what, happened, now, **data)
        file = self.lives.files[NUMBER]
        self.lives.files[NUMBER] = replace(file, parked=())
        return decision.refusal is None and not file.parked

    def handle(self, what: str, happened: datetime, now: datetime | None = None, **data: Any) -> Decision:
        """Fold a handling event; what its schema asks for is filled in."""
        filled = {"case_number": NUMBER} | FILLED.get(what, {}) | data
        name = f"handling.{what}"
        assert validator(f"tousu.{name}.v1")(filled) is None, (name, filled)
        return self.event(name, happened, filled, now)

    def passed_on(
        self, to: list[str], happened: datetime, now: datetime | None = None, class_name: str = "", **data: Any
    ) -> Decision:
        """The router says that responsibility moved."""
        assert self.case is not None
        filled = {
            "case_number": NUMBER, "from_departments": list(self.case.departments), "to_departments": to,
            "reason": "not ours", "by": "department", **data,
        }  # fmt: skip
        if class_name:
            filled["class"] = class_name
        assert validator("tousu.case.passed_on.v1")(filled) is None
        return self.event("case.passed_on", happened, filled, now)

    def pass_time(self, until: datetime) -> None:
        """Wake the case at each moment that is due up to and including this one."""
        self.now = max(self.now, until)
        while (
            self.case is not None
            and (due := self.rules.next_timer(self.state_key, self.case)) is not None
            and due <= until
        ):
            before = len(self.told)
            self._take(self._weighed(self.rules.on_timer(self.state_key, self.case, self.now)))
            assert all(o.time == due or o.type == CONFIRMED for o in self.told[before:])
            after = self.rules.next_timer(self.state_key, self.case)
            assert after is None or after > due, "a case is woken twice for one moment"

    def clock(self, name: str) -> Clock:
        """A clock of the case, in its present generation."""
        assert self.case is not None
        return next(clock for clock in self.case.clocks if clock.name == name)

    def said(self, since: int = 0) -> list[str]:
        """What was told, in short: `resolution breached 01-09 00:00`, `closed settled 01-09 10:00`."""
        return [_in_short(output) for output in self.told[since:]]

    def last(self, name: str) -> dict[str, Any]:
        """The data of the last event of a name (`clock.met`)."""
        return next(output.data for output in reversed(self.told) if output.type == f"tousu.{name}.v1")

    def _weighed(self, decision: Decision) -> Decision:
        return self.rules.in_doubt(decision, self.now, self.confirmed) if decision.states else decision

    def _take(self, decision: Decision) -> None:
        for output in decision.outputs:
            assert validator(output.type)(output.data) is None, (validator(output.type)(output.data), output)
            assert output.type in types_on(output.topic)
            assert output.subject == NUMBER
            self.told.append(output)
            self.told_at.append(self.now)
        if decision.states:
            case = decision.states[self.state_key]
            assert isinstance(case, Case)
            self.case = case
        self._nothing_twice()

    def _nothing_twice(self) -> None:
        """In one generation of a clock each warning, the breach, each rung and repetition are told at most once."""
        told = Counter(
            (
                output.type,
                output.data["clock"],
                output.data["generation"],
                output.data.get("share"),
                str(output.data.get("left")),
                output.data.get("level"),
                output.data.get("repetition"),
            )
            for output in self.told
            if output.type in ONCE and "clock" in output.data
        )
        assert all(count == 1 for count in told.values()), told


RUNGS = ("tousu.case.escalated.v1", "tousu.case.escalation_suppressed.v1")
ONCE = ("tousu.clock.warned.v1", "tousu.clock.breached.v1", *RUNGS)
FILLED: dict[str, dict[str, Any]] = {
    "judged": {"stands": True},
    "plan_proposed": {"plan": "apology"},
    "plan_approved": {"approved_by": "E-1"},
    "plan_refused": {"refused_by": "E-1", "reason": "too dear"},
    "plan_executed": {"result": "delivered"},
    "evaluated": {"text": "well done", "evaluated_by": "E-1"},
    "customer_answered": {"settled": True, "text": "explained"},
    "satisfaction_given": {"score": 4},
    "paused": {"reason": "waiting_for_customer"},
    "extended": {"clock": "resolution", "reason": "typhoon", "approved_by": "E-9"},
    "passed_on": {"to_department": "quality_management", "reason": "not ours"},
    "disputed": {"reason": "not ours"},
    "taken_back": {"reason": "too slow"},
    "withdrawn": {"reason": "it came"},
    "reopened": {"reason": "it happened again"},
    "corrective_action_done": {"action": "trained"},
    "inquiry_answered": {"outcome": "result_found"},
    "interim_answered": {"text": "still looking for it"},
    "appeal_referred": {"authority": "post_12305", "reference": "SS-1"},
    "appeal_answered": {"reference": "SS-1", "text": "paid", "upheld": True},
    "assessed": {"loss_yuan": "3000.00"},
    "followed_up": {"kind": "revisit"},
    "responsibility_settled": {"responsible": {"employee": "C20117"}, "by": "department"},
    "corrective_action_planned": {"action_id": "CA-1", "action": "spare cars"},
    "corrective_action_reviewed": {"action_id": "CA-1", "worked": True},
    "passed_up": {"reason": "beyond the department"},
    "final_opinion_given": {"text": "pay in full", "by": "general_manager"},
    "special_reason_approved": {"reason": "part on order", "approved_by": "L-1"},
    "recount_ordered": {"order_id": "R-1", "reason": "new limits", "approved_by": "L-1"},
}


def _in_short(output: Output) -> str:
    data = output.data
    name = output.type.removeprefix("tousu.").removesuffix(".v1")
    match name.split("."):
        case ["clock", what]:
            generation = "" if data["generation"] == 1 else f"#{data['generation']}"
            share = f" {data['share']}" if "share" in data else ""
            left = f" {data['left']['amount']} {data['left']['unit']} left" if "left" in data else ""
            return f"{data['clock']}{generation} {what}{share}{left} {shown(data['at'])}"
        case ["case", "escalated"] if "clock" not in data:
            return f"handed up {data['level']} {data['to']} {data['reason']} {shown(data['at'])}"
        case ["case", "corrective_action_overdue"]:
            return f"overdue {data['action_id']} {shown(data['at'])}"
        case ["case", "escalated" | "escalation_suppressed" as what]:
            generation = "" if data["generation"] == 1 else f"#{data['generation']}"
            word = what.removeprefix("escalation_")
            level = f"{data['level']}+{data['repetition']}" if "repetition" in data else str(data["level"])
            return f"{data['clock']}{generation} {word} {level} {data['to']} {shown(data['at'])}"
        case ["case", "reply_incomplete"]:
            return f"reply_incomplete {data['kind']} {' '.join(data['missing'])}"
        case ["case", "closed"]:
            return f"closed {data['result']} {shown(data['closed_at'])}"
        case ["case", "outcome_corrected"]:
            end = f"{data['result']} {shown(data['closed_at'])}" if data["is_closed"] else "open"
            return f"outcome corrected {end}"
        case _:
            return f"{name.split('.')[1]} {shown(data['reopened_at'])}"


def shown(text: str) -> str:
    """A time of an event by Shanghai's clocks, to the minute (with seconds where there are any)."""
    local = datetime.fromisoformat(text).astimezone(SHANGHAI)
    return local.strftime("%m-%d %H:%M:%S" if local.second else "%m-%d %H:%M")

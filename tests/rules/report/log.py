"""A log told in the words of the domain: each line is the event that router or sla would have published."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from tousu.contract import validator
from tousu.event import text_of_time
from tousu.report.figures import Group, Question, ReportResult, report
from tousu.report.fold import Fold
from tousu.report.tally import Value

SHANGHAI = ZoneInfo("Asia/Shanghai")
PACK = {"id": "courier-network", "version": "1.0.0"}
TRANSPORT, QUALITY, SERVICE = "storage_and_transport", "quality_management", "customer_service"


def at(text: str) -> datetime:
    """A time in Shanghai in 2026: `at("09-22 10:00")`."""
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=timezone(timedelta(hours=8)))


def told(text: str) -> str:
    """That time as events carry it."""
    return text_of_time(at(text))


class Log:
    """Published events in the order in which they were written, each topic numbered on its own."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self._numbers: dict[str, int] = {}
        self._departments: dict[str, list[str]] = {}
        self._received: dict[str, str] = {}

    def complaint(self, case: str, received: str, departments: Iterable[str] = (TRANSPORT,), **more: Any) -> None:
        """A complaint is routed."""
        data = {"grade": "complex", "class": "delay", "decided_by": "words", "revision": 1}
        self._routed("complaint", case, received, departments, {**data, **more})

    def inquiry(self, case: str, received: str, **more: Any) -> None:
        """An inquiry is routed."""
        self._routed("inquiry", case, received, (SERVICE,), {"decided_by": "adapter", **more})

    def claim(self, case: str, received: str, **more: Any) -> None:
        """A claim that was filed without a complaint is routed."""
        said = {"cause": "loss", "claimant": {"role": "sender"}}
        who = {"complainant": {"pseudonym": "p_7Qk2m9Xc4Rt1"}, "claim": said, "decided_by": "adapter"}
        self._routed("claim", case, received, (TRANSPORT,), {**who, **more})

    def _routed(self, kind: str, case: str, received: str, departments: Iterable[str], data: dict[str, Any]) -> None:
        organisation = data.pop("organisation", "")
        self._departments[case] = list(departments)
        self._received[case] = told(received)
        data = {
            "case_number": case, "kind": kind, "channel": "phone", "channel_group": "phone",
            "received_at": told(received),
            "registered_at": told(received), "departments": list(departments), "pack": PACK, "triage": False, **data,
        }  # fmt: skip
        extra = {"organisation": organisation} if organisation else {}
        self.say("cases", f"{kind}.routed", case, received, data, **extra)

    def passed_on(self, case: str, to: str | list[str], when: str) -> None:
        """The case goes to another department."""
        former, new = self._departments[case], [to] if isinstance(to, str) else to
        self._departments[case] = new
        data = {
            "case_number": case, "from_departments": former, "to_departments": new, "reason": "r", "by": "department",
            "at": told(when),
        }  # fmt: skip
        self.say("cases", "case.passed_on", case, when, data)

    def handling(self, case: str, what: str, when: str, **said: Any) -> str:
        """A department reports; the id of what the router forwarded."""
        return self.say("cases", f"handling.{what}", case, when, {"case_number": case, **said})

    def answered(self, case: str, when: str, employee: str = "E1", result: str = "settled") -> None:
        """The customer is told the result, which ends the case."""
        cause = self.handling(case, "customer_answered", when, employee=employee, settled=True, text="t")
        self.closed(case, when, result, cause)

    def withdrawn(self, case: str, when: str) -> None:
        """The customer takes the complaint back, which ends the case."""
        self.closed(case, when, "withdrawn", self.handling(case, "withdrawn", when, reason="r", employee="E9"))

    def closed(self, case: str, when: str, result: str, cause: str) -> None:
        """The case ends."""
        data = {
            "case_number": case, "kind": "complaint", "result": result, "closed_at": told(when), "in_time": True,
            "received_at": self._received[case], "breached_clocks": [], "departments": self._departments[case],
            "handling_hours": 1,
        }  # fmt: skip
        self.say("outcomes", "case.closed", case, when, data, causationid=cause)

    def reopened(self, case: str, when: str) -> None:
        """A closed case is taken up again."""
        cause = self.handling(case, "reopened", when, reason="r")
        data = {"case_number": case, "reopened_at": told(when), "reason": "r"}
        self.say("outcomes", "case.reopened", case, when, data, causationid=cause)

    def satisfied(self, case: str, when: str, **said: Any) -> None:
        """The customer says how satisfied they are."""
        self.handling(case, "satisfaction_given", when, **said)

    def clock(self, case: str, what: str, when: str, clock: str = "resolution", generation: int = 1) -> None:
        """A clock was `met`, `breached`, or had its `breach_withdrawn`; breached at its due time."""
        data = {
            "case_number": case, "clock": clock, "generation": generation, "due_at": told(when), "at": told(when),
            "pack": PACK, "departments": self._departments[case],
        }  # fmt: skip
        self.say("sla", f"clock.{what}", case, when, data)

    def services(self, month: str, department: str, services: int, outlet: str = "") -> None:
        """How many services were given in a month."""
        data = {"period": month, "department": department, "services": services}
        self.say("cases", "operations.reported", "", "01-01 00:00", data | ({"outlet": outlet} if outlet else {}))

    def say(self, topic: str, name: str, case: str, when: str, data: dict[str, Any], **more: str) -> str:
        """Any event; its data must meet the contract."""
        kind = f"tousu.{name}.v1"
        assert validator(kind)(data) is None, validator(kind)(data)
        number = self._numbers[topic] = self._numbers.get(topic, 0) + 1
        processor = "router" if topic == "cases" else "sla"
        event_id = f"{processor}/0:complaints.{topic}/0:{number}"
        event = {"id": event_id, "source": f"tousu/{processor}", "type": kind, "time": told(when), "data": data}
        self.events.append(event | ({"subject": case} if case else {}) | more)
        return event_id


def asked(events: Iterable[dict[str, Any]], *by: str, **more: Any) -> ReportResult:
    """The report of these events: months unless said otherwise."""
    fold = Fold()
    for event in events:
        fold.take(event)
    return report(fold, Question(**{"period": "month", "zone": SHANGHAI, "by": by, **more}))


def figures(made: ReportResult, measure: str) -> dict[tuple[str, Group], Value]:
    """What a report says of one measure, wherever it says anything but zero."""
    found = {(row.period, row.group): row.tally.figure(measure).value for row in made.rows}
    return {place: value for place, value in found.items() if value}


def everybody(made: ReportResult, measure: str) -> dict[str, Value]:
    """What a report says of everybody, by period."""
    return {row.period: row.tally.figure(measure).value for row in made.rows if row.group is None}


def percent(text: str) -> Decimal:
    """A figure with two decimals."""
    return Decimal(text)

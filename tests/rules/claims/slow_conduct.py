"""What a case holds against each party, worked out anew from the whole story: slow, and written apart from the rules.

It keeps everything that was ever said and looks through all of it for each question. Only the lifecycle of the case
(whether it goes on, whether it stands) it reads in the events, as everybody does.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from tousu.event import Event, text_of_time, time_of_text
from tousu.policy.pack import Pack


class Heard(NamedTuple):
    """An event that counts: which round it came in, when it happened, its place in the log, who had the lead."""

    round: int
    at: datetime
    place: int
    what: str
    said: dict[str, Any]
    lead: str


class Told:
    """The whole story, sorted by what it speaks of."""

    def __init__(self, pack: Pack, story: Sequence[tuple[Event, datetime]]) -> None:
        self.pack = pack
        self.block: dict[str, Any] = {}
        self.received_at: datetime
        self.routed: list[dict[str, Any]] = []
        self.heard: list[Heard] = []
        self.settlements: list[Heard] = []
        self.named_by: list[Heard] = []
        self.breaches: dict[tuple[str, int], tuple[dict[str, Any], str]] = {}
        self.rulings: list[Heard] = []
        self.excuses: list[Heard] = []
        self.departments: list[str] = []
        self.rounds: list[tuple[datetime, str]] = []
        self.verdicts: list[tuple[bool, str]] = []
        self.until = story[-1][1] + timedelta(microseconds=1)  # charges are laid when the moment is over
        for place, (event, _) in enumerate(story):
            self._hear(place, event)

    def _hear(self, place: int, event: Event) -> None:
        kind, said = event.type.removeprefix("tousu.").removesuffix(".v1"), event.data
        if kind.startswith("clock."):
            self._clock(kind, said)
            return
        block = said.get("case")
        former = self.block
        if block is not None:
            self.block = block
        if kind == "complaint.routed":
            self.received_at = time_of_text(said["received_at"])
            self.routed.append(said)
            self.departments = _answerable(said) or said["departments"]
            return
        if kind == "case.passed_on":
            self.departments = _answerable(said) or said["to_departments"]
            return
        what = kind.removeprefix("handling.")
        at = max(event.time, self.received_at)
        heard = Heard(len(self.rounds), at, place, what, said, self.departments[0])
        if what == "outlet_ruled":
            self.rulings.append(heard)
        elif block is not None and block["effect"] != "incomplete":
            self._count(heard, former)

    def _clock(self, kind: str, said: dict[str, Any]) -> None:
        name = said["clock"], said["generation"]
        if kind == "clock.breached" and name not in self.breaches:
            self.breaches[name] = dict(said), said.get("departments", self.departments)[0]
        elif kind == "clock.breach_withdrawn":
            self.breaches.pop(name, None)
        elif kind == "clock.breach_confirmed" and name in self.breaches:
            self.breaches[name][0].pop("unconfirmed", None)
        elif kind == "clock.recalculated" and name in self.breaches:
            former, department = self.breaches[name]
            self.breaches[name] = former | {"due_at": said["due_at"]}, department

    def _count(self, heard: Heard, former: dict[str, Any]) -> None:
        if "ended_at" not in former or heard.at <= time_of_text(former["ended_at"]) or heard.what == "reopened":
            self.heard.append(heard)
        if heard.what == "special_reason_approved":
            self.excuses.append(heard)
        if heard.what == "responsibility_settled":
            self.settlements.append(heard)
        if heard.what == "judged" and "responsible" in heard.said:
            self.named_by.append(heard)
        if heard.what == "reopened":
            if "stands" in former:
                self.verdicts.append((former["stands"], self.routed[-1]["grade"]))
            self.rounds.append((self.round_at, heard.lead))

    @property
    def stands(self) -> bool | None:
        """The newest judgement of the present round."""
        return self.block.get("stands")

    @property
    def round_at(self) -> datetime:
        """When the present round began."""
        return time_of_text(self.block["round_at"])

    @property
    def withdrawn(self) -> bool:
        """Whether the case ended with a withdrawal."""
        return bool(self.block.get("result") == "withdrawn")

    def namings(self) -> list[Heard]:
        """Every finding of somebody responsible, in the order of the log."""
        return sorted((*self.named_by, *self.settlements), key=lambda one: one.place)

    def named(self, rounds: int | None = None) -> Heard | None:
        """Who counts as responsible at the end of so many rounds: round after round, mediation first, then by time."""
        champion: Heard | None = None
        starts = [self.received_at, *(at for at, _ in self.rounds)]
        for number in range((len(self.rounds) if rounds is None else rounds) + 1):
            here = [one for one in self.namings() if one.round == number]
            present = [one for one in here if one.at >= starts[number]]
            if champion is not None and champion.at >= starts[number]:
                present.insert(0, champion)
            if present:
                champion = max(present, key=lambda one: (_mediated(one), one.at, one.place))
            else:
                late = [*here, *([champion] if champion is not None else [])]
                champion = max(late, key=lambda one: (one.at, one.place), default=None)
        return champion

    def reports(self) -> list[Heard]:
        """Everything that somebody did for a department, in order of time."""
        return sorted(self.heard, key=lambda one: (one.at, one.place))

    def hand(self, department: str, until: datetime) -> str:
        """Who acted last for a department up to a moment."""
        of_the_customer = ("withdrawn", "satisfaction_given", "reopened", "appeal_referred")
        found = [
            one.said["employee"]
            for one in self.reports()
            if one.at <= until
            and one.what not in of_the_customer
            and "employee" in one.said
            and one.said.get("department", one.lead) == department
        ]
        return found[-1] if found else ""

    def begins(self) -> list[datetime]:
        """When each round but the first began."""
        return [*(at for at, _ in self.rounds)]

    def excuse(self, at: datetime, late: str) -> str:
        """Who first approved a special reason in the round of a moment, beside whoever was late."""
        found = [one for one in self.excuses if one.said["approved_by"] != late]
        same = [one for one in found if sum(b <= one.at for b in self.begins()) == sum(b <= at for b in self.begins())]
        return min(same, key=lambda one: (one.at, one.place)).said["approved_by"] if same else ""

    def accepted(self, after: datetime) -> Heard | None:
        """The first acceptance (or withdrawal) later than a moment."""
        rule = self.pack.clocks.get("acceptance")
        names = {trigger.event for trigger in (*rule.met_by, *rule.cancelled_by)} if rule is not None else set()
        return next((one for one in self.reports() if one.what in names and one.at > after), None)


def _mediated(one: Heard) -> bool:
    return bool(one.said.get("by") == "mediation")


def charges(pack: Pack, story: Sequence[tuple[Event, datetime]]) -> dict[str, list[dict[str, Any]]]:
    """The grounds against each party that has any, by its key."""
    told = Told(pack, story)
    found: dict[str, list[dict[str, Any]]] = {}
    for party, ground in _all(told):
        found.setdefault(party, []).append({name: value for name, value in ground.items() if value not in (None, "")})
    return found


def _all(told: Told) -> Iterable[tuple[str, dict[str, Any]]]:
    if not told.withdrawn:
        yield from _complaint(told)
        lapses = sorted(_lapses(told), key=lambda one: one[0])
        for _, grounds in lapses:
            yield from grounds
        yield from _assessment(told)
    newest: dict[str, Heard] = {}
    for one in told.rulings:
        number = one.said["claim_number"]
        if number not in newest or newest[number].at <= one.at:
            newest[number] = one
    for number in sorted(newest):
        one = newest[number]
        if not one.said["report_true"] and "reporting_outlet" in one.said:
            ground = {"ground": "false_report", "at": text_of_time(one.at), "claim_number": number}
            yield f"outlet/{one.said['reporting_outlet']}", ground


def _responsible(told: Told) -> tuple[dict[str, str], str]:
    named = told.named()
    responsible = named.said["responsible"] if named is not None else {}
    department = responsible.get("department") or responsible.get("partner") or told.departments[0]
    return responsible, department


def _answerable(said: dict[str, Any]) -> list[str]:
    """Who answers in a dispute, while somebody mediates who is charged with nothing."""
    return list(said.get("case", {}).get("answerable", ()))


def _house(told: Told, name: str) -> str:
    """Whom a charge names where it names no person: a partner has no head of ours."""
    one = told.pack.departments.get(name)
    return f"{'partner' if one is not None and one.partner else 'department'}/{name}"


def _loss(told: Told) -> str | None:
    if told.pack.penalties is not None and told.pack.penalties.performance_share is not None:
        return None  # what was paid counts, and here nothing is
    losses = [one for one in told.reports() if "loss_yuan" in one.said]
    return losses[-1].said["loss_yuan"] if losses else None


def _complaint(told: Told) -> Iterable[tuple[str, dict[str, Any]]]:
    responsible, department = _responsible(told)
    routed, stands = told.routed[-1], told.stands
    grade = routed["grade"]
    if stands is None and told.verdicts:
        stands, former_grade = told.verdicts[-1]
        grade = grade if stands else former_grade
    ground = {
        "ground": "complaint",
        "at": text_of_time(told.received_at),
        "section": told.pack.grades[grade].section,
        "grade": grade,
        "class": routed.get("class"),
        "stands": stands,
        "loss_yuan": _loss(told),
    }
    employee, outlet = responsible.get("employee"), responsible.get("outlet")
    if employee:
        yield f"person/{employee}", ground | {"department": department}
    if outlet:
        yield f"outlet/{outlet}", ground | {"department": department, "employee": employee}
    yield _house(told, department), ground | {"employee": employee}


def _lapses(told: Told) -> Iterable[tuple[Any, list[tuple[str, dict[str, Any]]]]]:
    names = {"resolution": "late_resolution", "acceptance": "late_acceptance"}
    for (clock, generation), (said, department) in told.breaches.items():
        if clock not in names:
            continue
        due = time_of_text(said["due_at"])
        employee, days, where = told.hand(department, due), None, department
        accepted = told.accepted(due) if clock == "acceptance" else None
        if accepted is not None:
            days = math.ceil((accepted.at - due).total_seconds() / 86_400)
            if not employee and accepted.what != "withdrawn":
                employee = accepted.said.get("employee", "")
        rules = told.pack.penalties
        if clock == "acceptance" and rules is not None and rules.late_acceptance is not None:
            employee, centre = told.routed[0].get("first_asked", ""), rules.late_acceptance.otherwise
            where = department if employee else centre
            if accepted is None and "unconfirmed" not in said and "ended_at" not in told.block:
                days = max(1, math.ceil((told.until - due).total_seconds() / 86_400))
        ground = {"ground": names[clock], "at": text_of_time(due), "section": said["section"], "days": days}
        ground |= {"clock": clock} | ({"unconfirmed": True} if "unconfirmed" in said else {})
        ground |= {"excused_by": told.excuse(due, employee)} if clock == "resolution" else {}
        party = f"person/{employee}" if employee else _house(told, where)
        grounds = [(party, ground | ({"department": where} if employee else {}))]
        too = clock == "resolution" and rules is not None and rules.late_handling is not None
        if too and employee and employee != _responsible(told)[0].get("employee"):
            late = ground | {"ground": "late_handling", "loss_yuan": _loss(told), "department": where}
            grounds.append((party, late))
        yield (due, names[clock], generation), grounds
    for number, (at, lead) in enumerate(told.rounds):
        yield from _neglect(told, number, at, lead)


def _neglect(
    told: Told, number: int, at: datetime, lead: str
) -> Iterable[tuple[Any, list[tuple[str, dict[str, Any]]]]]:
    reopened = [one for one in told.heard if one.what == "reopened"][number]
    if not reopened.said.get("through_neglect"):
        return
    start = ([told.received_at] + [moment for moment, _ in told.rounds])[number]
    best = told.named(number)
    by_then = [(_mediated(best) and best.at >= start, best.at, best.place, best)] if best is not None else []
    later = [one for one in told.namings() if one.round > number and one.at <= at]
    by_then += [(_mediated(one), one.at, one.place, one) for one in later]
    named = max(by_then, key=lambda one: one[:3])[3].said["responsible"] if by_then else {}
    employee = reopened.said.get("neglected_by") or told.hand(lead, at) or named.get("employee")
    if employee:
        ground = {"ground": "neglect", "at": text_of_time(at), "department": lead}
        yield (at, "neglect", 0), [(f"person/{employee}", ground)]


def _assessment(told: Told) -> Iterable[tuple[str, dict[str, Any]]]:
    named = told.named()
    if named is None:
        return
    responsible, department = _responsible(told)
    measure = named.said.get("measure", "none")
    if responsible.get("employee") and measure != "none":
        ground = {"ground": "assessment", "at": text_of_time(named.at), "measure": measure, "department": department}
        yield f"person/{responsible['employee']}", ground

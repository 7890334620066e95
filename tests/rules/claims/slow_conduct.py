"""What a case holds against each party, worked out anew from the whole story: slow, and written apart from the rules.

It keeps everything that was ever said and looks through all of it for each question. Only the course of the case
(whether it goes on, whether it stands) is told by the module that tells everybody.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from tousu.event import Event, text_of_time, time_of_text
from tousu.policy.course import Course, begun
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
        self.course: Course
        self.routed: list[dict[str, Any]] = []
        self.heard: list[Heard] = []
        self.settlements: list[Heard] = []
        self.breaches: dict[tuple[str, int], tuple[dict[str, Any], str]] = {}
        self.rulings: list[Heard] = []
        self.departments: list[str] = []
        self.disputed = False
        self.rounds: list[tuple[datetime, str]] = []
        self.verdicts: list[tuple[bool, str]] = []
        for place, (event, now) in enumerate(story):
            self._hear(place, event, now)

    def _hear(self, place: int, event: Event, now: datetime) -> None:
        kind, said = event.type.removeprefix("tousu.").removesuffix(".v1"), event.data
        if kind == "complaint.routed":
            if not self.routed:
                self.course = begun("complaint", time_of_text(said["received_at"]))
            if not self.routed or not self.course.is_over(now):
                self.routed.append(said)
                self.departments = said["departments"]
            return
        if kind == "case.passed_on":
            if not self.course.is_over(now):
                new = said["to_departments"]
                self.course = self.course.handed_over(said["from_departments"], new, event.time, now)
                self.departments = new
                self.disputed = self.disputed and self.pack.routing.disputes_to in new
            return
        if kind.startswith("clock."):
            self._clock(kind, said)
            return
        what = kind.removeprefix("handling.")
        at = max(event.time, self.course.received_at)
        heard = Heard(len(self.rounds), at, place, what, said, self.departments[0])
        if what == "outlet_ruled":
            self.rulings.append(heard)
        elif self.course.counts(what, event.time, now):
            self._count(heard, event, now)
        elif what == "responsibility_settled" and self.course.is_over(now):
            self._settle(heard)

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

    def _count(self, heard: Heard, event: Event, now: datetime) -> None:
        self.heard.append(heard)
        before = self.course.stands
        self.course = self.course.after(heard.what, heard.said, event.time, now)
        match heard.what:
            case "disputed" | "taken_back":
                self.disputed = heard.what == "disputed"
            case "responsibility_settled":
                self._settle(heard)
            case "judged":
                self.verdicts.clear()
            case "reopened":
                if before is not None:
                    self.verdicts.append((before, self.routed[-1]["grade"]))
                self.rounds.append((self.course.round_at, heard.lead))
            case _:
                pass

    def _settle(self, heard: Heard) -> None:
        by, partner = heard.said["by"], "partner" in heard.said["responsible"]
        has_partner = any(self.pack.departments[name].partner for name in self.departments)
        fits = {
            "mediation": self.disputed,
            "agreement": not self.disputed and (partner or has_partner),
            "department": not self.disputed and not partner,
        }
        if fits[by]:
            self.disputed = False
            self.settlements.append(heard)

    def namings(self) -> list[Heard]:
        """Every finding of somebody responsible, in the order of the log."""
        judged = (one for one in self.heard if one.what == "judged" and "responsible" in one.said)
        return sorted((*judged, *self.settlements), key=lambda one: one.place)

    def named(self, rounds: int | None = None) -> Heard | None:
        """Who counts as responsible at the end of so many rounds: round after round, mediation first, then by time."""
        champion: Heard | None = None
        starts = [self.course.received_at, *(at for at, _ in self.rounds)]
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
    if not told.course.withdrawn:
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


def _loss(told: Told) -> str | None:
    losses = [one for one in told.reports() if "loss_yuan" in one.said]
    return losses[-1].said["loss_yuan"] if losses else None


def _complaint(told: Told) -> Iterable[tuple[str, dict[str, Any]]]:
    responsible, department = _responsible(told)
    routed, stands = told.routed[-1], told.course.stands
    grade = routed["grade"]
    if stands is None and told.verdicts:
        stands, former_grade = told.verdicts[-1]
        grade = grade if stands else former_grade
    ground = {
        "ground": "complaint",
        "at": text_of_time(told.course.received_at),
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
    yield f"department/{department}", ground | {"employee": employee}


def _lapses(told: Told) -> Iterable[tuple[Any, list[tuple[str, dict[str, Any]]]]]:
    names = {"resolution": "late_resolution", "acceptance": "late_acceptance"}
    for (clock, generation), (said, department) in told.breaches.items():
        if clock not in names:
            continue
        due = time_of_text(said["due_at"])
        employee, days = told.hand(department, due), None
        accepted = told.accepted(due) if clock == "acceptance" else None
        if accepted is not None:
            days = math.ceil((accepted.at - due).total_seconds() / 86_400)
            if not employee and accepted.what != "withdrawn":
                employee = accepted.said.get("employee", "")
        ground = {"ground": names[clock], "at": text_of_time(due), "section": said["section"], "days": days}
        ground |= {"clock": clock} | ({"unconfirmed": True} if "unconfirmed" in said else {})
        party = f"person/{employee}" if employee else f"department/{department}"
        grounds = [(party, ground | ({"department": department} if employee else {}))]
        rules = told.pack.penalties
        too = clock == "resolution" and rules is not None and rules.late_handling is not None
        if too and employee and employee != _responsible(told)[0].get("employee"):
            late = ground | {"ground": "late_handling", "loss_yuan": _loss(told), "department": department}
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
    start = ([told.course.received_at] + [moment for moment, _ in told.rounds])[number]
    best = told.named(number)
    by_then = [(_mediated(best) and best.at >= start, best.at, best.place, best)] if best is not None else []
    later = [one for one in told.namings() if one.round > number and one.at <= at]
    by_then += [(_mediated(one), one.at, one.place, one) for one in later]
    named = max(by_then, key=lambda one: one[:3])[3].said["responsible"] if by_then else {}
    employee = named.get("employee") or told.hand(lead, at)
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

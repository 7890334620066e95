"""The figures of a report: stories counted by period and group.

To which period a case belongs: counts and shares of what was received, by receipt; everything about the end (handled,
in time, handling time, satisfaction, upheld), by the end that holds; ends and how many of them were taken back, by each
end; answers, by each answer; clocks, by the moment of the verdict; breaches, by the moment when the limit was reached.

To whom: the department in the lead at the end, or now while the case is open; a clock's verdict goes to the department
that led then, each end to the one that led at that end, held time to each that held the case. docs/reports.md.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, tzinfo
from typing import Final, NamedTuple

from tousu.report.fold import Fold
from tousu.report.periods import PeriodKind, day_of, first_day, months, name_of, periods
from tousu.report.services import MEASURED_BY
from tousu.report.standing import ClockVerdict, Standing
from tousu.report.tally import Tally

Group = tuple[str, ...] | None
"""One value for each grouping, empty where the case has none; None is everybody."""

GROUPINGS: Final[Mapping[str, Callable[[Standing], str]]] = {
    "department": lambda case: case.lead,
    "outlet": lambda case: case.outlet,
    "region": lambda case: case.region,
    "employee": lambda case: case.answer.employee if case.answer else "",
    "responsible": lambda case: case.responsible,
    "class": lambda case: case.story.class_name,
    "cause": lambda case: case.cause,
    "grade": lambda case: case.story.grade,
    "channel": lambda case: case.story.channel,
    "channel_group": lambda case: case.story.channel_group,
    "organisation": lambda case: case.story.organisation,
}
"""What a report can be grouped by, and whose a case is then."""


class Question(NamedTuple):
    """What is asked: cases of which kind, in which periods and groups; from the first to the last day, where given."""

    period: PeriodKind
    zone: tzinfo
    by: tuple[str, ...] = ()
    kind: str = "complaint"
    first: date | None = None
    last: date | None = None


class Row(NamedTuple):
    """One period and group. `first` is the first day of the period."""

    period: str
    first: date
    group: Group
    tally: Tally


class ReportResult(NamedTuple):
    """The answer. `clocks`: those that came to a verdict. `strays`: cases whose routed event is not in the log."""

    question: Question
    rows: list[Row]
    clocks: tuple[str, ...]
    strays: int

    @property
    def groups(self) -> list[Group]:
        """The groups in the order of the rows, each once."""
        return list(dict.fromkeys(row.group for row in self.rows))


def report(fold: Fold, question: Question) -> ReportResult:
    """Count everything that has been read. The rows of a period: its groups by name, then everybody."""
    count = _Count(question)
    strays = 0
    for story in fold.stories.values():
        if story.kind and story.received_at:
            count.case(Standing(story))
        else:
            strays += 1
    count.give_services(fold.services.by_group(question.by))
    return ReportResult(question, count.rows(), tuple(sorted(count.clocks)), strays)


class _Count:
    """The tallies while they are being filled."""

    def __init__(self, question: Question) -> None:
        self._question = question
        self._tallies: defaultdict[tuple[date, Group], Tally] = defaultdict(Tally)
        self._opened: dict[Group, dict[date, int]] = {}
        self._by_month: dict[tuple[str, Group], int] = {}
        self.clocks: set[str] = set()

    def case(self, case: Standing) -> None:
        """Add one case wherever it counts."""
        groups, verdicts = self._groups(case, case.lead), case.verdicts
        is_complaint = case.story.kind == "complaint"
        received = self._period(case.received_at)
        for tally in self._at(received, groups):
            if is_complaint:
                tally.complaints += 1
            else:
                tally.inquiries += 1
        if is_complaint:
            month = name_of(first_day(day_of(case.received_at, self._question.zone), "month"), "month")
            for group in groups:
                self._by_month[month, group] = self._by_month.get((month, group), 0) + 1
        if case.story.kind == self._question.kind:
            self._received(case, received, groups)
            self._handled(case, groups, verdicts)
            self._ends(case)
            self._answers(case)
            self._clocks(case, verdicts)
            self._open(case, groups)

    def _received(self, case: Standing, received: date, groups: Sequence[Group]) -> None:
        ending = case.ending
        is_withdrawn = ending is not None and ending.result == "withdrawn"
        for tally in self._at(received, groups):
            tally.received += 1
            tally.received_handled += ending is not None
            tally.received_to_answer += not is_withdrawn
            tally.received_answered += case.is_answered and not is_withdrawn

    def _handled(self, case: Standing, groups: Sequence[Group], verdicts: Sequence[ClockVerdict]) -> None:
        ending = case.ending
        if ending is None:
            return
        # What is owed after the end (an evaluation, a revisit) does not make a case late that ended in time.
        is_in_time = all(verdict.in_time for verdict in verdicts if verdict.at <= ending.at)
        period = self._period(ending.at)
        satisfaction = case.satisfaction
        for tally in self._at(period, groups):
            tally.handled_us.append(max(0, ending.at - case.received_at))
            tally.in_time += is_in_time
            tally.settled += ending.result == "settled"
            tally.does_not_stand += ending.result == "does_not_stand"
            if satisfaction is not None and satisfaction.score:
                tally.scores.append(satisfaction.score)
            if satisfaction is not None and satisfaction.rating:
                tally.ratings[satisfaction.rating] += 1
        for lead, held_us in case.held():
            for tally in self._at(period, self._groups(case, lead)):
                tally.held_us += held_us
                tally.held += 1

    def _ends(self, case: Standing) -> None:
        for ending in case.endings:
            for tally in self._at(self._period(ending.at), self._groups(case, ending.lead)):
                tally.ends += 1
                tally.reopened += case.is_reopened(ending)

    def _answers(self, case: Standing) -> None:
        for answer in case.story.answers:
            for tally in self._at(self._period(answer.at), self._groups(case, case.lead, answer.employee)):
                tally.answers += 1
                tally.answers_held += case.ended_for_good(answer)

    def _clocks(self, case: Standing, verdicts: Sequence[ClockVerdict]) -> None:
        for verdict in verdicts:
            self.clocks.add(verdict.clock)
            for tally in self._at(
                self._period(verdict.at), self._groups(case, verdict.lead or case.lead, verdict.employee or None)
            ):
                tally.clocks[verdict.clock] += 1
                tally.clocks_met[verdict.clock] += verdict.in_time
                tally.breaches += not verdict.in_time

    def _open(self, case: Standing, groups: Sequence[Group]) -> None:
        for stretch in case.stretches:
            for group in groups:
                opened = self._opened.setdefault(group, {})
                since = self._period(stretch.since)
                opened[since] = opened.get(since, 0) + 1
                if stretch.until is not None:
                    until = self._period(stretch.until)
                    opened[until] = opened.get(until, 0) - 1

    def give_services(self, services: Mapping[tuple[str, Group], int]) -> None:
        """Add the services of each group, and the complaints of the months whose services are known."""
        firsts = {self._period_of_month(month) for month, _ in services}
        known = {(first, group) for (first, group) in self._tallies} | {
            (self._period_of_month(month), group) for month, group in services
        }
        for first, group in known:
            if first not in firsts or (group is not None and not MEASURED_BY.issuperset(self._question.by)):
                continue
            covered = [month for month in months(first, self._question.period) if (month, group) in services]
            if covered:
                (tally,) = self._at(first, (group,))
                tally.services = sum(services[month, group] for month in covered)
                tally.complaints_by_services = sum(self._by_month.get((month, group), 0) for month in covered)

    def rows(self) -> list[Row]:
        """The rows in order; a group without anything to say in a period has none, everybody always has one."""
        firsts = self._firsts()
        known = {*(group for _, group in self._tallies), *self._opened}
        groups = sorted(group for group in known if group is not None)
        for group in (*groups, None):
            self._fill_open(group, firsts)
        question = self._question
        return [
            Row(name_of(first, question.period), first, group, tally)
            for first in firsts
            for group in (*groups, None)
            if not (tally := self._tallies.get((first, group)) or Tally()).is_empty or group is None
        ]

    def _firsts(self) -> list[date]:
        counted = {first for (first, group), tally in self._tallies.items() if group is None and tally.has_cases}
        known = sorted(counted | self._opened.get(None, {}).keys())
        question = self._question
        if not known and (question.first is None or question.last is None):
            return []
        return list(periods(question.first or known[0], question.last or known[-1], question.period))

    def _fill_open(self, group: Group, firsts: Iterable[date]) -> None:
        changes = sorted(self._opened.get(group, {}).items(), reverse=True)
        count = 0
        for first in firsts:
            while changes and changes[-1][0] <= first:
                count += changes.pop()[1]
            if count:
                self._at(first, (group,))[0].open = count

    def _groups(self, case: Standing, lead: str, employee: str | None = None) -> tuple[Group, ...]:
        """employee: whose it is instead of whoever answered last; None for that one."""
        by = self._question.by
        if not by:
            return (None,)
        known = {"department": lead} | ({"employee": employee} if employee is not None else {})
        return (tuple(known[name] if name in known else GROUPINGS[name](case) for name in by), None)

    def _at(self, first: date, groups: Sequence[Group]) -> list[Tally]:
        return [self._tallies[first, group] for group in groups]

    def _period(self, moment_us: int) -> date:
        return first_day(day_of(moment_us, self._question.zone), self._question.period)

    def _period_of_month(self, month: str) -> date:
        return first_day(date.fromisoformat(f"{month}-01"), self._question.period)

"""Whether a pack that has the right form also makes sense: the second gate after the JSON Schema.

Each check is a function from a pack to findings; a new warning is a new function in `CHECKS`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from tousu.policy.calendar import CalendarHistory
from tousu.policy.clock_rule import DAY_UNITS, Accepts, ClockRule, Limit, Unit
from tousu.policy.event_catalogue import PROMISED
from tousu.policy.facts import MARKS
from tousu.policy.grams import Weights
from tousu.policy.handling_rule import PriorityRules
from tousu.policy.pack import Pack, Words
from tousu.policy.working_time import LENGTHS

_CENTURY: Final[dict[Unit, int]] = {
    "working_days": 36_500,
    "calendar_days": 36_500,
    "statutory_days": 36_500,
    "weeks": 5_200,
    "months": 1_200,
    "years": 100,
}
_CONDITIONS: Final = frozenset({"facts", "applies_when", "starts_with", "case", "data"})
"""The fields of a pack that hold conditions."""


class Finding(NamedTuple):
    """Something wrong at a path of the document: what, how to mend it, and an example of the right form."""

    path: tuple[str | int, ...]
    problem: str
    fix: str
    example: str = ""


def errors_of(pack: Pack) -> list[Finding]:
    """Everything that makes no sense in a pack."""
    return [finding for check in CHECKS for finding in check(pack)]


def joining_identifies(pack: Pack) -> Iterator[Finding]:
    """Tellings are the same trouble by what they are about: a class alone would make one case of all customers'."""
    if not set(pack.join.same) - {"class"}:
        yield Finding(
            ("join", "same"), "nothing says what a complaint is about, so nothing joins",
            "Name what identifies it: waybill_number, or the name of an identifier such as vehicle_number",
            "[vehicle_number, class]",
        )  # fmt: skip


def names_exist(pack: Pack) -> Iterator[Finding]:
    """Grades and departments that are spoken of must be there."""
    spoken: list[tuple[tuple[str | int, ...], str, str]] = [
        (("routing", "unsure", "department"), "departments", pack.routing.unsure.department),
        (("routing", "unsure", "grade"), "grades", pack.routing.unsure.grade),
        (("routing", "disputes_to"), "departments", pack.routing.disputes_to),
    ]
    if pack.inquiries is not None:
        spoken.append((("inquiries", "complaint_outcome"), "inquiries.outcomes", pack.inquiries.complaint_outcome))
        spoken.extend((("inquiries", "departments"), "departments", name) for name in pack.inquiries.departments)
    for class_ in pack.classes.values():
        spoken.append((("classes", class_.name, "grade"), "grades", class_.grade))
        spoken.extend((("classes", class_.name, "departments"), "departments", name) for name in class_.departments)
    for path, clock in _clocks(pack):
        if clock.duty_of:
            spoken.append(((*path, "duty_of"), "departments", clock.duty_of))
    spoken.extend((("answers", name), "classes", name) for name in pack.answers)
    table = pack.claims.compensation if pack.claims is not None else None
    for kind in table.kinds.values() if table is not None else ():
        if kind.given_by:
            path = ("claims", "compensation", "kinds", kind.name, "given_by")
            spoken.append((path, "departments", kind.given_by))
    known: dict[str, Collection[str]] = {
        "departments": pack.departments,
        "classes": pack.classes,
        "grades": pack.grades,
        "inquiries.outcomes": pack.inquiries.outcomes if pack.inquiries is not None else (),
    }
    for path, section, name in spoken:
        if name not in known[section]:
            names = ", ".join(known[section])
            yield Finding(path, f"{name} is not among the {section}", f"Use one of: {names}; or add it to {section}")


def facts_name_known_codes(pack: Pack) -> Iterator[Finding]:
    """Grades, departments and priorities that rules on facts name are there, and every dimension has every level."""
    grades: list[tuple[tuple[str | int, ...], str]] = [
        (("grading", index, "grade"), rule.grade) for index, rule in enumerate(pack.grading)
    ]
    if pack.approval is not None:
        grades.extend((("approval", "grades"), grade) for grade in pack.approval.grades)
    for path, grade in grades:
        if grade not in pack.grades:
            yield Finding(path, f"{grade} is not among the grades", f"Use one of: {', '.join(pack.grades)}")
    for index, rule in enumerate(pack.routing.rules):
        for name in rule.departments:
            if name not in pack.departments:
                fix = f"Use one of: {', '.join(pack.departments)}; or add it to departments"
                yield Finding(("routing", "rules", index, "departments"), f"{name} is not among the departments", fix)
    if pack.priority is not None:
        yield from _priorities_fit(pack.priority)


def _priorities_fit(rules: PriorityRules) -> Iterator[Finding]:
    for name, values in rules.dimensions.items():
        if len(values) != len(rules.levels):
            fix = f"List {len(rules.levels)} values from the top, one for each of: {', '.join(rules.levels)}"
            yield Finding(("priority", "dimensions", name), "there are not as many values as levels", fix)
    for index, lane in enumerate(rules.lanes):
        if lane.priority not in rules.levels:
            fix = f"Use one of: {', '.join(rules.levels)}"
            yield Finding(("priority", "lanes", index, "priority"), f"{lane.priority} is not among the levels", fix)


def conditions_ask_for_known_marks(pack: Pack) -> Iterator[Finding]:
    """A word that marks a case and is not listed is left out of reports, so that a condition on it never holds."""
    for path, asked in _asked(pack):
        for fact in MARKS:
            for word in asked.get(fact, ()):
                if word not in pack.marks.get(fact, {}):
                    known = ", ".join(pack.marks.get(fact, {})) or "none"
                    fix = f"Add it to marks.{fact}, or use one of: {known}"
                    yield Finding((*path, fact), f"{word} is not among the marks", fix)


def _asked(pack: Pack) -> Iterator[tuple[tuple[str | int, ...], Accepts]]:
    """Every condition on facts of a case, wherever it stands."""
    for path, value in _structs(pack, ()):
        for name in _CONDITIONS.intersection(value.__struct_fields__):
            asked = getattr(value, name)
            if isinstance(asked, dict):
                yield (*path, name), asked


def every_clock_has_a_limit(pack: Pack) -> Iterator[Finding]:
    """One limit or one for every grade, never both; over 0."""
    for path, clock in _clocks(pack):
        given = (clock.limit is not None) + bool(clock.limit_by_grade) + bool(clock.promised_in)
        if given != 1:
            yield Finding(
                path,
                "a clock needs either limit or limit_by_grade, or promised_in",
                "Keep exactly one of them",
                'limit: {"amount": 3, "unit": "working_days", "section": "C 5"}',
            )
        if clock.limit_by_grade and set(clock.limit_by_grade) != set(pack.grades):
            wanted = ", ".join(pack.grades)
            yield Finding(
                (*path, "limit_by_grade"),
                "the grades are not those of the pack",
                f"Give one limit for each of: {wanted}",
            )
        limits = [((*path, "limit"), clock.limit)] if clock.limit else []
        limits += [((*path, "limit_by_grade", grade), limit) for grade, limit in clock.limit_by_grade.items()]
        for place, limit in limits:
            if limit.amount == 0:
                yield Finding((*place, "amount"), "a limit of 0 is broken at once", "Give at least 1", "amount: 1")


def promises_begin_and_end(pack: Pack) -> Iterator[Finding]:
    """What is promised starts with the promise and is bounded by a clock that there is."""
    for path, clock in _clocks(pack):
        if bool(clock.promised_in) != (clock.starts_on == PROMISED):
            fix = "Let a clock with promised_in start on promised, and no other"
            yield Finding((*path, "starts_on"), "only a promise gives a limit that is promised", fix)
        if clock.promised_in and (clock.restarted_by or clock.on_reopen == "restart"):
            fix = "Leave restarted_by out, and let it rest when the case is reopened"
            yield Finding(path, "a promise cannot be given anew by anything but a promise", fix)
        if clock.within and (clock.within not in pack.clocks or not clock.promised_in):
            fix = f"Name one of: {', '.join(pack.clocks)}; in a clock with promised_in"
            yield Finding((*path, "within"), f"{clock.within} bounds no promise", fix)
        if clock.told_in and (clock.limit is None or clock.limit.unit == "elapsed_minutes"):
            fix = "Give a limit in another unit; the time told is counted in minutes"
            yield Finding((*path, "told_in"), "a time can be told only instead of one limit, of hours or days", fix)
        if clock.agreed_if and not clock.told_in:
            fix = "Leave agreed_if out, or name the fields that tell a time in told_in"
            yield Finding((*path, "agreed_if"), "nothing tells a time that could be agreed", fix)


def every_limit_can_end(pack: Pack) -> Iterator[Finding]:
    """The office closes only on days that are worked, only days roll, and nothing takes longer than a century."""
    for path, limit in _limits(pack):
        ends_worked = limit.unit in {"working_days", "statutory_days"}
        if limit.ends == "close_of_business" and not ends_worked and not limit.rolls:
            fix = "Use working_days or statutory_days, or let weeks, months and years roll"
            yield Finding((*path, "ends"), f"{limit.unit} cannot end at the close of business", fix)
        if limit.rolls and (ends_worked or limit.unit not in DAY_UNITS):
            yield Finding((*path, "rolls"), f"{limit.unit} have no last day that could roll", "Leave rolls out")
        longest = _CENTURY.get(limit.unit, limit.amount)
        if limit.amount > longest:
            yield Finding((*path, "amount"), f"{limit.amount} {limit.unit} are too long", f"Give at most {longest}")


def clocks_stand_where_they_run(pack: Pack) -> Iterator[Finding]:
    """A clock of claims stands under `claims`, one of cases does not; only a claim counts from a promised delivery."""
    for path, clock in _clocks(pack):
        of_claims = path[0] == "claims"
        if of_claims != (clock.kind == "claim"):
            where = "clocks" if of_claims else "claims.clocks"
            yield Finding((*path, "kind"), f"a clock of kind {clock.kind} never runs here", f"Move it to {where}")
        if not of_claims and clock.starts_at == "promised_at":
            fix = "Use received_at or event_time; the promised delivery is a matter of claims"
            yield Finding((*path, "starts_at"), "no case counts from a promised delivery", fix)


def no_clock_meets_itself(pack: Pack) -> Iterator[Finding]:
    """A clock that its own starting event meets or cancels never runs."""
    for path, clock in _clocks(pack):
        for kind, triggers in (("met_by", clock.met_by), ("cancelled_by", clock.cancelled_by)):
            if any(trigger.event == clock.starts_on and not trigger.data and not trigger.case for trigger in triggers):
                yield Finding((*path, kind), f"{clock.starts_on} starts this clock and ends it", "Name another event")


def warnings_and_rungs_rise(pack: Pack) -> Iterator[Finding]:
    """Shares of warnings and levels of escalation go upwards, so that each is said once and in order."""
    for path, clock in _clocks(pack):
        if list(clock.warn_at_share) != sorted(clock.warn_at_share):
            yield Finding((*path, "warn_at_share"), "the shares do not rise", "Sort them", "[0.5, 0.8]")
        levels = [rung.level for rung in clock.escalation]
        if levels != sorted(set(levels)):
            yield Finding((*path, "escalation"), "the levels do not rise", "Number them 1, 2, 3")


def every_rung_has_one_time(pack: Pack) -> Iterator[Finding]:
    """A rung is climbed after the breach, with so much left, or at a share: one of the three."""
    for path, clock in _clocks(pack):
        for index, rung in enumerate(clock.escalation):
            if sum(time is not None for time in (rung.after, rung.before, rung.at_share)) != 1:
                yield Finding(
                    (*path, "escalation", index), "a rung needs one time", "Give one of after, before and at_share"
                )


def every_length_is_one(pack: Pack) -> Iterator[Finding]:
    """What is left of a limit, the cap of pauses and the time between repetitions need units of one length."""
    for path, clock in _clocks(pack):
        lengths: list[tuple[tuple[str | int, ...], Limit | None]] = [
            ((*path, "warn_before", index), left) for index, left in enumerate(clock.warn_before)
        ]
        if clock.pauses is not None:
            lengths.append(((*path, "pauses", "cap"), clock.pauses.cap))
        for index, rung in enumerate(clock.escalation):
            lengths.append(((*path, "escalation", index, "before"), rung.before))
            if rung.repeat is not None:
                lengths.append(((*path, "escalation", index, "repeat", "every"), rung.repeat.every))
        for place, length in lengths:
            if length is not None and length.unit not in LENGTHS:
                units = ", ".join(LENGTHS)
                yield Finding((*place, "unit"), f"{length.unit} are not all of one length", f"Use one of: {units}")
            if length is not None and length.amount == 0 and place[-1] == "every":
                yield Finding((*place, "amount"), "it would be told for ever at once", "Give at least 1", "amount: 1")


def evidence_for_every_claim(pack: Pack) -> Iterator[Finding]:
    """A cause for which a class opens a claim needs a checklist; poor service may leave nothing to show."""
    evidence = pack.claims.evidence if pack.claims is not None else {}
    listed = {cause for item in evidence.values() for cause in item.causes}
    for class_ in pack.classes.values():
        if class_.claim and class_.claim.cause not in {*listed, "poor_service"}:
            yield Finding(
                ("classes", class_.name, "claim"),
                f"no evidence is listed for {class_.claim.cause}",
                "Add it to claims.evidence",
            )


def zone_is_real(pack: Pack) -> Iterator[Finding]:
    """The time zone is one of the IANA database and the one of the calendar."""
    try:
        zone = ZoneInfo(pack.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        yield Finding(
            ("time_zone",), f"no such time zone: {pack.time_zone}", "Name one of the IANA database", "Asia/Shanghai"
        )
        return
    if zone.key != pack.calendar.newest.zone.key:
        wanted = pack.calendar.newest.zone.key
        yield Finding(
            ("time_zone",), f"the calendar {pack.calendar.id} counts in {wanted}", "Use the same zone in both"
        )


def _limits(pack: Pack) -> Iterator[tuple[tuple[str | int, ...], Limit]]:
    """Every limit of a pack, wherever it stands."""
    return ((path, value) for path, value in _structs(pack, ()) if isinstance(value, Limit))


def _structs(value: object, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], msgspec.Struct]]:
    """Every part of a pack that can hold rules. Its words, weights and days are by far the most, and hold none."""
    inner: Iterable[tuple[str | int, object]] = ()
    if isinstance(value, msgspec.Struct):
        if isinstance(value, Words | Weights | CalendarHistory):
            return
        yield path, value
        inner = ((name, getattr(value, name)) for name in value.__struct_fields__)
    elif isinstance(value, dict):
        inner = value.items()
    elif isinstance(value, tuple):
        inner = enumerate(value)
    for step, struct in inner:
        yield from _structs(struct, (*path, step))


def _clocks(pack: Pack) -> Iterator[tuple[tuple[str | int, ...], ClockRule]]:
    yield from ((("clocks", name), clock) for name, clock in pack.clocks.items())
    if pack.claims is not None:
        yield from ((("claims", "clocks", name), clock) for name, clock in pack.claims.clocks.items())


CHECKS: Final[tuple[Callable[[Pack], Iterator[Finding]], ...]] = (
    names_exist,
    joining_identifies,
    facts_name_known_codes,
    conditions_ask_for_known_marks,
    every_clock_has_a_limit,
    promises_begin_and_end,
    every_limit_can_end,
    clocks_stand_where_they_run,
    no_clock_meets_itself,
    warnings_and_rungs_rise,
    every_rung_has_one_time,
    every_length_is_one,
    evidence_for_every_claim,
    zone_is_real,
)

"""`tousu explain`: why a case was classed, graded, routed and timed as it was, with the places in the source."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tousu.cli import options

if TYPE_CHECKING:
    from tousu.policy.pack import Pack

DAYS_SHOWN_MAX = 40
DECIDERS = {"adapter": "the channel's own class", "words": "words of the text", "triage": "nobody: a person must look"}


def explain(
    number: Annotated[str, typer.Argument(help="The case number.", metavar="NUMBER")],
    data: options.Data = None,
    database: options.Database = "",
    as_json: options.AsJson = False,
) -> None:
    """Say why: which words decided the class, what the class means for grade and department, how each limit was
    counted.

    Sections are those of the policy's source document. The pack is read as it is now; a version that has changed
    since is said.

    Example: tousu explain 20260922-03-0020-22 --data data/demo
    """
    from tousu.cli import output

    found = reasons(number, data, database)
    if as_json:
        output.json_document(found)
        return
    output.table(f"Case {number}", ("", "why"), [(row["what"], row["why"]) for row in found["decisions"]])
    for clock in found["clocks"]:
        output.table(
            f"{clock['name']} ({clock['section']})", ("", ""), [(row["what"], row["why"]) for row in clock["counted"]]
        )


def reasons(number: str, data: Path | None, database: str) -> dict[str, Any]:
    """The decisions about a case and the counting of its clocks. Raises Stop `no_case`."""
    from tousu.failure import Stop
    from tousu.policy.loading import load_pack

    routed = options.inspection("router", data, database).state("case", number)
    sla = options.inspection("sla", data, database).state("case", number)
    if routed is None:
        raise Stop("no_case", f"there is no case {number}; `tousu tail complaints.cases` shows the numbers there are")
    told = routed["told"]
    pack = load_pack(told["pack"]["id"])
    clocks = [*(sla or {}).get("past", []), *(sla or {}).get("clocks", [])]
    return {
        "case_number": number,
        "pack": told["pack"],
        "decisions": [{"what": what, "why": why} for what, why in _decisions(told, pack)],
        "clocks": [_counted(clock, pack) for clock in clocks],
    }


def _decisions(told: dict[str, Any], pack: Pack) -> list[tuple[str, str]]:
    version = told["pack"]["version"]
    changed = "" if version == pack.version else f"; the pack is now {pack.version}"
    found = [("policy", f"{pack.label.en} ({pack.label.zh}), pack {pack.id} {version}, source {pack.source}{changed}")]
    words = f": {'、'.join(told['words'])}" if told.get("words") else ""
    found.append(("decided by", DECIDERS[told["decided_by"]] + words))
    for trouble in told.get("classes") or ([{"class": told["class"]}] if told.get("class") else []):
        found += _trouble(trouble, pack)
    if told.get("grade"):
        gravest = ": the gravest of its classes" if len(told.get("classes", [])) > 1 else ""
        found.append(("grade", told["grade"] + gravest))
    answer = ", ".join(f"{name} ({pack.departments[name].label.zh})" for name in told["departments"])
    found.append(("departments", answer))
    if told.get("section"):
        found.append(("section", told["section"]))
    return found


def _trouble(trouble: dict[str, Any], pack: Pack) -> list[tuple[str, str]]:
    """What the pack says of one class, and of the claim that it opens."""
    rule = pack.classes[trouble["class"]]
    piece = f" (piece {trouble['waybill_number']})" if trouble.get("waybill_number") else ""
    names = " and ".join(pack.departments[name].label.en for name in rule.departments)
    grade = f"grade {rule.grade}, {pack.grades[rule.grade].stars} stars ({rule.section})"
    why = f"{rule.label.zh}: {grade}; answered for by {names} ({rule.departments_section})"
    found = [(f"class {rule.name}{piece}", why)]
    if rule.note:
        found.append(("", rule.note))
    if rule.claim is not None:
        on = "always" if rule.claim.opens == "always" else "when asked for"
        found.append(("claim", f"{rule.claim.cause}, opened {on} ({rule.claim.section})"))
    return found


def _counted(clock: dict[str, Any], pack: Pack) -> dict[str, Any]:
    """How one clock came to its due time, day by day where days count."""
    from tousu.cli.case import limit_words
    from tousu.cli.output import local

    rule = pack.clocks[clock["name"]]
    limit = clock["limit"]
    by = "the pack" if limit.get("set_by") == "pack" else "the source"
    rows = [
        ("what", f"{rule.label.zh}: {rule.label.en}"),
        ("limit", f"{limit_words(limit)}, set by {by} ({limit.get('section') or rule.section})"),
        ("from", f"{local(clock['started_at'])}, counted from {rule.starts_at.replace('_', ' ')}"),
    ]
    if clock.get("missing"):
        rows.append(("due", f"unknown: {clock['missing']}"))
    elif clock.get("due_at"):
        if limit["unit"] in ("working_days", "statutory_days"):
            rows += _days(datetime.fromisoformat(clock["started_at"]), datetime.fromisoformat(clock["due_at"]), pack)
        rows.append(("due", f"{local(clock['due_at'])}, calendar {pack.calendar.id} {clock['calendar']}"))
    if clock.get("extensions"):
        rows.append(("extended", f"{clock['extensions']} times"))
    rows.append(("now", clock["status"] + (", breached" if clock.get("breached") else "")))
    return {
        "name": clock["name"], "generation": clock["generation"], "section": rule.section,
        "counted": [{"what": what, "why": why} for what, why in rows],
    }  # fmt: skip


def _days(started: datetime, due: datetime, pack: Pack) -> list[tuple[str, str]]:
    """Each day from the start to the last one, and whether it counts."""
    calendar = pack.calendar.newest
    named = _named_days(pack.calendar.id)
    day = started.astimezone(calendar.zone).date()
    last = (due - timedelta(microseconds=1)).astimezone(calendar.zone).date()
    rows = [(_label(day), "the day of the start does not count")]
    count = 0
    while day < last and len(rows) < DAYS_SHOWN_MAX:
        day += timedelta(days=1)
        is_working = calendar.is_working(day) is True
        count += is_working
        why = (
            named.get(day, "weekend")
            if not is_working
            else f"working day {count}" + (" (make-up)" if day in named else "")
        )
        rows.append((_label(day), why))
    return rows


def _named_days(calendar: str) -> dict[date, str]:
    """The holidays and make-up days of a calendar by name, over all its years."""
    import yaml

    from tousu.policy.loading import POLICIES

    file = yaml.safe_load((POLICIES / "calendars" / f"{calendar}.yaml").read_text("utf-8"))
    found: dict[date, str] = {}
    for version in file["versions"]:
        for year in version.get("years", {}).values():
            found |= {date.fromisoformat(day): name for day, name in year["holidays"].items()}
            found |= dict.fromkeys(map(date.fromisoformat, year["make_up_days"]), "调休")
    return found


def _label(day: date) -> str:
    return day.strftime("%a %Y-%m-%d")

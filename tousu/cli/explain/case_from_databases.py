"""What the databases alone can explain of a case: the decision, and each limit as it is planned now."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tousu.cli import options

if TYPE_CHECKING:
    from tousu.policy.pack import Pack

DAYS_SHOWN_MAX: Final = 40


def reasons(
    number: str, pack_of: Callable[[Mapping[str, Any]], Pack], data: Path | None, database: str
) -> dict[str, Any]:
    """The decisions about a case and the counting of its clocks. Raises Stop `no_case`."""
    from tousu.explain.decision import decision_rows
    from tousu.failure import Stop

    routed = options.inspection("router", data, database).state("case", number)
    sla = options.inspection("sla", data, database).state("case", number)
    if routed is None:
        raise Stop("no_case", f"there is no case {number}; `tousu tail complaints.cases` shows the numbers there are")
    event_data = routed["told"]
    pack = pack_of(event_data)
    clocks = [*(sla or {}).get("past", []), *(sla or {}).get("clocks", [])]
    return {
        "case_number": number,
        "source": "databases",
        "pack": event_data["pack"],
        "decisions": [{"what": label, "why": why} for label, why in decision_rows(event_data, pack)],
        "clocks": [_counted(clock, pack) for clock in clocks],
    }


def _counted(clock: dict[str, Any], pack: Pack) -> dict[str, Any]:
    """How one clock came to its due time, day by day where days count."""
    from tousu.cli.output import local, show_times_in
    from tousu.explain.wording import LIMIT, amount_words

    show_times_in(pack.time_zone)
    rule = pack.clocks[clock["name"]]
    limit = clock["limit"]
    by = "the pack" if limit.get("set_by") == "pack" else "the source"
    rows = [
        ("what", f"{rule.label.zh}: {rule.label.en}"),
        (
            "limit",
            f"{amount_words(*LIMIT(limit))}, set by {by} ({limit.get('section') or rule.section})",
        ),
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
        "counted": [{"what": label, "why": why} for label, why in rows],
    }  # fmt: skip


def _days(started: datetime, due: datetime, pack: Pack) -> list[tuple[str, str]]:
    """Each day from the start to the last one, and whether it counts."""
    calendar = pack.calendar.newest
    day = started.astimezone(calendar.zone).date()
    last = (due - timedelta(microseconds=1)).astimezone(calendar.zone).date()
    rows = [(_label(day), "the day of the start does not count")]
    count = 0
    while day < last and len(rows) < DAYS_SHOWN_MAX:
        day += timedelta(days=1)
        is_working, name = calendar.is_working(day) is True, calendar.day_name(day)
        count += is_working
        why = f"working day {count}" + (" (make-up)" if name else "") if is_working else name or "weekend"
        rows.append((_label(day), why))
    return rows


def _label(day: date) -> str:
    return day.strftime("%a %Y-%m-%d")


def show_reasons(document: Mapping[str, Any]) -> None:
    """Print what `reasons` found."""
    from tousu.cli import output

    output.table(
        f"Case {document['case_number']}", ("", "why"), [(row["what"], row["why"]) for row in document["decisions"]]
    )
    for clock in document["clocks"]:
        output.table(
            f"{clock['name']} ({clock['section']})", ("", ""), [(row["what"], row["why"]) for row in clock["counted"]]
        )

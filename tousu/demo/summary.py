"""What the demo says at its end: what came of the day, and where to look next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from tousu.contract import card
from tousu.contract.cards import PREFIX
from tousu.contract.pipeline import published_topics
from tousu.demo.books import Books
from tousu.demo.duties import DutyWatch
from tousu.demo.onlooker import ARCHIVE, Tallies
from tousu.demo.wording import has_words
from tousu.runtime.backlog import Behind

LOOK: Final = "SELECT key, state, department, resolution_due FROM sla_case LIMIT 10"
STEPS: Final = ("filed", "offered", "refused", "disputed", "agreed", "closed")
"""Of the steps of a claim, those that the summary counts."""
CLOCKS: Final = ("started", "met", "met_late", "warned", "breached", "breach_withdrawn", "cancelled")


def listed(counts: Mapping[str, int]) -> str:
    """`12 broken_json, 3 nul_character`, the most first."""
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return ", ".join(f"{count} {name}" for name, count in ordered) or "none"


def document(
    tallies: Tallies, published: int, behind: Sequence[Behind], books: Books, duty: DutyWatch
) -> dict[str, Any]:
    """The day in numbers, for machines."""
    types = tallies.types
    return {
        "published": published,
        "accepted": tallies.accepted,
        "complaints": types["complaint.registered"],
        "inquiries": types["inquiry.registered"],
        "joined": types["duplicate.joined"],
        "rejected": dict(tallies.rejected),
        "repeated": _repeated(tallies, published),
        "routed": dict(Counter(name for names in tallies.departments.values() for name in names)),
        "clocks": {name: types[f"clock.{name}"] for name in CLOCKS},
        "escalated": types["case.escalated"],
        "claims_opened": dict(tallies.claims),
        "limits_of_claims": {name: types[f"claim.clock.{name}"] for name in CLOCKS},
        "claims": {name: types[f"claim.{name}"] for name in STEPS},
        "claims_refused": dict(tallies.refused),
        "money": books.document(),
        "ledger_balanced": not books.faults(),
        "payment_questions": dict(tallies.questions),
        "penalties": dict(tallies.penalties),
        "instructions": dict(tallies.instructions),
        "cases_closed": dict(tallies.results),
        "early_warnings": types["early_warning.raised"],
        "duty": duty.document(),
        "other_topics": _without_words(types),
        "backlog": sum(lag.events for lag in behind),
    }


def show(
    console: Console, tallies: Tallies, published: int, behind: Sequence[Behind], books: Books, duty: DutyWatch
) -> None:
    """The day in numbers."""
    types = tallies.types
    departments = Counter(name for names in tallies.departments.values() for name in names)
    table = Table(title="What came of the day", show_header=False, title_justify="left")
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    rows = {
        "published": f"{published} events",
        "accepted": f"{tallies.accepted} events: {types['complaint.registered']} complaints, "
        f"{types['inquiry.registered']} inquiries, {types['duplicate.joined']} told again and joined",
        "rejected": f"{sum(tallies.rejected.values())}: {listed(tallies.rejected)}",
        "repeated": f"{_repeated(tallies, published)} re-sent events without effect",
        "classes": listed(Counter(tallies.classes.values())),
        "routed to": listed(departments),
        "clocks": ", ".join(f"{types[f'clock.{name}']} {name.replace('_', ' ')}" for name in CLOCKS),
        "escalated": str(types["case.escalated"]),
        **(_claims(tallies) if types["claim.opened"] else {}),
        "money": books.sentence(),
        "penalties": listed(tallies.penalties),
        "instructions": listed(tallies.instructions),
        "cases closed": f"{types['case.closed']}: {listed(tallies.results)}",
        "early warnings": str(types["early_warning.raised"]),
        **duty.row(),
        **{topic.removeprefix(PREFIX): listed(counts) for topic, counts in _without_words(types).items()},
        "backlog": str(sum(lag.events for lag in behind)),
    }
    for name, words in rows.items():
        table.add_row(name, words)
    console.print(table)


def _without_words(types: Mapping[str, int]) -> dict[str, dict[str, int]]:
    """What came on topics that have no row of their own: by topic and name of the event."""
    topics = [topic for topic in published_topics() if not has_words(topic)]
    return {topic: {name: types[name] for name in card(topic).events if types[name]} for topic in topics}


def _claims(tallies: Tallies) -> dict[str, str]:
    """The rows about claims, for packs that have them."""
    types = tallies.types
    return {
        "claims opened": f"{types['claim.opened']}: {listed(tallies.claims)}",
        "their limits": ", ".join(f"{types[f'claim.clock.{name}']} {name.replace('_', ' ')}" for name in CLOCKS),
        "claims": ", ".join(f"{types[f'claim.{name}']} {name}" for name in STEPS),
        "claims refused": listed(tallies.refused),
        "payments": f"{types['claim.paid']} booked; questions: {listed(tallies.questions)}",
    }


def _repeated(tallies: Tallies, published: int) -> int:
    """How many were neither accepted nor refused at the gate: they had been seen before."""
    return published - tallies.accepted - tallies.rejected_at_gate


def where_to_look(data: Path, case_number: str, *, is_kept: bool, tousu: str = "tousu") -> list[str]:
    """What a curious reader types next. `is_kept`: the broker's topics are on disk and can be served again.

    `tousu` is how the command is typed here.
    """
    folder = f"--data {data}"
    rows = [
        (f"{tousu} case {case_number} {folder}", "where it stands, its clocks, its story"),
        (f"{tousu} explain {case_number} {folder}", "why this class, these departments, these limits"),
        (f"{tousu} ledger {folder}", "what is owed, paid and withdrawn, and whether it balances"),
        (f"{tousu} rejected list {folder}", "what was refused, why, where"),
        (f"{tousu} tail sla {folder}", f"the last that was published; all of it is in {data}/{ARCHIVE}"),
        (f"less {data}/logs/*", "what the processors logged"),
        (f"sqlite3 {data}/sla.sqlite '{LOOK}'", ""),
    ]
    if is_kept:
        rows.append((f"{tousu} up --local {folder}", "starts everything again on the kept topics"))
    width = max(len(command) for command, words in rows if words)
    return [f"{command:<{width}}  {words}".rstrip() for command, words in rows]


def say_where(console: Console, lines: Sequence[str]) -> None:
    console.print(Text("Where to look next", style="bold"))
    for line in lines:
        console.print(f"  {line}", highlight=False, soft_wrap=True)

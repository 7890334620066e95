"""The proof that a ledger says what happened: its entries held against the published events, which are folded apart.

Entry by entry for each obligation, then added up for each case and each currency (reliability.md, I7).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from tousu.ledger.balance import Sums, faults
from tousu.ledger.instructions import ISSUED, QUESTIONED, faults_of_instructions
from tousu.ledger.obligation import Entry
from tousu.ledger.told import Bookkeeper, LedgerEvent, LedgerFault, Moved


class Proof(NamedTuple):
    """What was held against what, and every fault found."""

    events: int
    entries: int
    obligations: int
    faults: tuple[LedgerFault, ...]


def prove(told: Sequence[LedgerEvent], entries: Iterable[Entry]) -> Proof:
    """Hold a ledger against the events; those of one case or party come in the order in which they were told."""
    books = Bookkeeper()
    for one in told:
        books.take(one)
    booked = by_obligation(entries)
    found = [*books.faults, *_in_itself(booked), *_matched(books.moved, booked)]
    flat = [entry for group in booked.values() for entry in group]
    found += _added_up(books.moved, flat)
    instructions = [one for one in told if one.type in (ISSUED, QUESTIONED)]
    found += faults_of_instructions(instructions, books.sums, books.moved)
    return Proof(len(told), len(flat), len({*books.sums, *booked}), tuple(found))


def by_obligation(entries: Iterable[Entry]) -> dict[str, list[Entry]]:
    """The entries of each obligation, in the order of their numbers."""
    found: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        found[entry.obligation].append(entry)
    return {obligation: sorted(found[obligation], key=_place) for obligation in sorted(found)}


def _place(entry: Entry) -> tuple[int, str]:
    """Where an entry stands among those of its obligation: the tenth behind the ninth."""
    last = entry.number.rpartition("/")[2]
    return (int(last) if last.isdecimal() else 0, entry.number)


def _in_itself(booked: dict[str, list[Entry]]) -> Iterator[LedgerFault]:
    """Faults for which no event is needed."""
    for obligation, entries in booked.items():
        yield from (LedgerFault(obligation, message) for message in faults(entries))


def _matched(moved: Iterable[Moved], booked: dict[str, list[Entry]]) -> Iterator[LedgerFault]:
    """Every movement has its entry, every entry its movement."""
    waiting: dict[tuple[object, ...], list[Entry]] = defaultdict(list)
    for entries in booked.values():
        for entry in entries:
            waiting[_key(entry)].append(entry)
    for each in moved:
        found = waiting.get(_key(each))
        if not found:
            said = f"{each.amount} {each.currency} {each.movement} at {each.at.isoformat()}"
            yield LedgerFault(each.obligation, f"{each.event} says {said}, and no entry does")
            continue
        entry = found.pop(0)
        names = ("kind", "case_number", "debtor", "creditor")
        other = [name for name in names if (said := getattr(each, name)) and said != getattr(entry, name)]
        if other:
            yield LedgerFault(each.obligation, f"{entry.number}: {', '.join(other)} other than {each.event} says")
    for entries in waiting.values():
        for entry in entries:
            said = f"{entry.amount} {entry.currency} {entry.movement} at {entry.at.isoformat()}"
            yield LedgerFault(entry.obligation, f"entry {entry.number} has {said}, and no event says so")


def _key(each: Entry | Moved) -> tuple[object, ...]:
    return each.obligation, each.movement, each.amount, each.currency, each.at, each.reference


def _added_up(moved: Iterable[Moved], entries: Iterable[Entry]) -> Iterator[LedgerFault]:
    """The same sums by the events and in the ledger, for each case and in all, in each currency."""
    told, kept = _sums(moved), _sums(entries)
    for case_number, currency in sorted({*told, *kept}):
        by_events = told.get((case_number, currency), Sums())
        in_ledger = kept.get((case_number, currency), Sums())
        if by_events != in_ledger:
            place = f"case {case_number}" if case_number else "in all"
            words = f"{_words(by_events)} by the events, {_words(in_ledger)} in the ledger"
            yield LedgerFault(f"{place} ({currency})", words)


def _sums(each_of: Iterable[Any]) -> dict[tuple[str, str], Sums]:
    """By case and currency, and under '' by currency alone."""
    sums: dict[tuple[str, str], Sums] = defaultdict(Sums)
    for each in each_of:
        for case_number in {each.case_number, ""}:
            key = (case_number, each.currency)
            sums[key] = sums[key]._replace(**{each.movement: getattr(sums[key], each.movement) + each.amount})
    return sums


def _words(sums: Sums) -> str:
    return f"awarded {sums.awarded}, paid {sums.paid}, withdrawn {sums.withdrawn}"

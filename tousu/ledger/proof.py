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


def prove(events: Sequence[LedgerEvent], entries: Iterable[Entry]) -> Proof:
    """Hold a ledger against the events; those of one case or party come in the order in which they were told."""
    books = Bookkeeper()
    for event in events:
        books.take(event)
    booked = by_obligation(entries)
    faults = [*books.faults, *_in_itself(booked), *_matched(books.moved, booked)]
    flat = [entry for group in booked.values() for entry in group]
    faults += _added_up(books.moved, flat)
    instructions = [instruction for instruction in events if instruction.type in (ISSUED, QUESTIONED)]
    faults += faults_of_instructions(instructions, books.sums, books.moved)
    return Proof(len(events), len(flat), len({*books.sums, *booked}), tuple(faults))


def by_obligation(entries: Iterable[Entry]) -> dict[str, list[Entry]]:
    """The entries of each obligation, in the order of their numbers."""
    grouped: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        grouped[entry.obligation].append(entry)
    return {obligation: sorted(grouped[obligation], key=_place) for obligation in sorted(grouped)}


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
    for movement in moved:
        candidates = waiting.get(_key(movement))
        if not candidates:
            stated = f"{movement.amount} {movement.currency} {movement.movement} at {movement.at.isoformat()}"
            yield LedgerFault(movement.obligation, f"{movement.event} says {stated}, and no entry does")
            continue
        entry = candidates.pop(0)
        names = ("kind", "case_number", "debtor", "creditor")
        other = [name for name in names if (stated := getattr(movement, name)) and stated != getattr(entry, name)]
        if other:
            yield LedgerFault(
                movement.obligation, f"{entry.number}: {', '.join(other)} other than {movement.event} says"
            )
    for entries in waiting.values():
        for entry in entries:
            stated = f"{entry.amount} {entry.currency} {entry.movement} at {entry.at.isoformat()}"
            yield LedgerFault(entry.obligation, f"entry {entry.number} has {stated}, and no event says so")


def _key(entry: Entry | Moved) -> tuple[object, ...]:
    return entry.obligation, entry.movement, entry.amount, entry.currency, entry.at, entry.reference


def _added_up(moved: Iterable[Moved], entries: Iterable[Entry]) -> Iterator[LedgerFault]:
    """The same sums by the events and in the ledger, for each case and in all, in each currency."""
    expected, kept = _sums(moved), _sums(entries)
    for case_number, currency in sorted({*expected, *kept}):
        by_events = expected.get((case_number, currency), Sums())
        in_ledger = kept.get((case_number, currency), Sums())
        if by_events != in_ledger:
            place = f"case {case_number}" if case_number else "in all"
            words = f"{_words(by_events)} by the events, {_words(in_ledger)} in the ledger"
            yield LedgerFault(f"{place} ({currency})", words)


def _sums(each_of: Iterable[Any]) -> dict[tuple[str, str], Sums]:
    """By case and currency, and under '' by currency alone."""
    sums: dict[tuple[str, str], Sums] = defaultdict(Sums)
    for movement in each_of:
        for case_number in {movement.case_number, ""}:
            key = (case_number, movement.currency)
            sums[key] = sums[key]._replace(
                **{movement.movement: getattr(sums[key], movement.movement) + movement.amount}
            )
    return sums


def _words(sums: Sums) -> str:
    return f"awarded {sums.awarded}, paid {sums.paid}, withdrawn {sums.withdrawn}"

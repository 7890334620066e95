"""When the same trouble comes again: one case, one more telling.

A further complaint joins an open case when it is of the same kind, names the same pieces (a piece is what the pack's
`join.same` identifies: a waybill number, or the number of a vehicle, a policy, a meter), came within the pack's window
of the case's receipt, and **says nothing of a piece that the case does not already say of it**. So nothing is lost by
joining: a telling that was not understood joins (it adds nothing), a known trouble never joins a case that does not
know it, and two different troubles with one piece stay two cases. Once the customer has had the final answer, nobody
joins any more: whoever complains then has a new case. A claim that is filed without a
complaint says its cause of its pieces.

Source: the pack's `join` (courier network: waybill number and class, 72 hours; the source document is silent).
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec

from services.intake.identity import object_key
from services.intake.states import Trouble
from tousu.decision import Refusal, StateKey, States
from tousu.events.shared_complaint import ReceivedIdentifier
from tousu.policy.pack import Pack
from tousu.policy.policies import Policies
from tousu.policy.working_time import deadline

PLACES: Final = 4
"""How many open cases about one piece are compared with; one more is a case of its own that nobody joins."""

JOINED_MAX: Final = 100
"""How many tellings join by one trouble. Eleven channels thrice a day for the three days of a window are 99;
who tells it more often is a program, and every telling is kept in a record and handed down the pipeline."""

CLASS: Final = "class"
WAYBILL: Final = "waybill_number"
"""The names in `join.same` that have fields of their own; every other one is that of an identifier."""

Said = Mapping[str, frozenset[str]]
"""Waybill number (in capitals), or key of another identifier, to the classes (of a claim: the cause) that are said of
the piece; empty for none."""


def waybill_numbers(data: Mapping[str, Any]) -> tuple[str, ...]:
    """The waybill numbers of a complaint in capitals, each once: its own, then those of its pieces."""
    pieces: Sequence[Mapping[str, str]] = data.get("pieces", ())
    numbers = [data.get("waybill_number", ""), *(piece["waybill_number"] for piece in pieces)]
    return tuple(dict.fromkeys(number.upper() for number in numbers if number))


def identifiers(data: Mapping[str, Any]) -> list[ReceivedIdentifier]:
    """The numbers by which a complaint says what it is about."""
    return msgspec.convert(data["identifiers"], list[ReceivedIdentifier]) if "identifiers" in data else []


def object_keys(data: Mapping[str, Any], key: bytes, names: Container[str] | None = None) -> tuple[str, ...]:
    """The keys of the identifiers that a complaint gives, each once: those of these names, or all."""
    keys = [
        object_key(key, identifier.what, identifier.object_number)
        for identifier in identifiers(data)
        if names is None or identifier.what in names
    ]
    return tuple(dict.fromkeys(keys))


def keys_of_waybills(waybills: Sequence[str], organisation: str = "") -> list[StateKey]:
    """Where the open troubles with these pieces stand; two organisations may give one number to two pieces."""
    owner = f"{organisation}:" if organisation else ""
    return [StateKey("trouble", f"{owner}{waybill}/{place}") for waybill in waybills for place in range(PLACES)]


class JoiningCheck:
    """The pack's rule for joining, ready to use."""

    def __init__(self, pack: Pack, policies: Policies) -> None:
        self._classifier = policies.classifier(pack)
        self._rule = pack.join
        self._calendars = pack.calendar
        self._known = frozenset(pack.classes)
        self._by_class = CLASS in pack.join.same
        self._by_waybill = WAYBILL in pack.join.same
        self._names = frozenset(pack.join.same) - {CLASS, WAYBILL}

    def pieces_of(self, data: Mapping[str, Any], key: bytes) -> Said:
        """What a complaint says of each of its pieces. Of an inquiry only the piece counts, not the words.

        `key` is the secret by which identifiers are known.
        """
        waybills = waybill_numbers(data) if self._by_waybill else ()
        objects = object_keys(data, key, self._names)
        kind = data["kind"]
        if kind == "claim":
            return {piece: frozenset((data["claim"]["cause"],)) for piece in (*waybills, *objects)}
        pieces: dict[str, set[str]] = {piece: set() for piece in (*waybills, *objects)}
        if not pieces or kind == "inquiry" or not self._by_class:
            return {piece: frozenset(classes) for piece, classes in pieces.items()}
        for piece in objects:
            pieces[piece] |= self._classes(data)
        if not waybills:
            return {piece: frozenset(classes) for piece, classes in pieces.items()}
        if "waybill_number" in data:
            pieces[data["waybill_number"].upper()] |= self._classes(data)
        for piece in data.get("pieces", ()):
            source = piece if "class" in piece or "content" in piece else data
            pieces[piece["waybill_number"].upper()] |= self._classes(source)
        return {waybill: frozenset(classes) for waybill, classes in pieces.items()}

    def _classes(self, source: Mapping[str, Any]) -> set[str]:
        given = source.get("class")
        if given in self._known:
            return {given}
        return {*self._classifier.classes_in(source.get("content", ""))} or ({given} if given else set())

    def case_to_join(
        self, states: States, pieces: Said, kind: str, received_at: datetime, organisation: str = ""
    ) -> str | None:
        """The number of the open case that a further complaint belongs to, or None."""
        cases: list[frozenset[str]] = []
        for waybill, classes in pieces.items():
            known = (states[state_key] for state_key in keys_of_waybills([waybill], organisation))
            cases.append(
                frozenset(
                    trouble.case_number
                    for trouble in known
                    if isinstance(trouble, Trouble) and self._covers(trouble, classes, kind, received_at)
                )
            )
        return min(frozenset.intersection(*cases), default=None) if cases else None

    def counted(
        self, states: States, pieces: Said, number: str, organisation: str = ""
    ) -> dict[StateKey, Trouble] | Refusal:
        """The rows of the troubles by which one more joins a case, or why there are too many already."""
        rows = {
            state_key: states[state_key]
            for waybill in pieces
            for state_key in keys_of_waybills([waybill], organisation)
        }
        by = {
            state_key: row for state_key, row in rows.items() if isinstance(row, Trouble) and row.case_number == number
        }
        if any(row.joined >= JOINED_MAX for row in by.values()):
            message = (
                f"{JOINED_MAX} tellings have joined case {number} by this piece, and this one says nothing new; the "
                "case is handled: send what they do not say, such as another piece or another trouble with this one"
            )
            return Refusal(reason="too_many_tellings", message=message, place="/waybill_number")
        return {state_key: msgspec.structs.replace(row, joined=row.joined + 1) for state_key, row in by.items()}

    def _covers(self, known: Trouble, classes: frozenset[str], kind: str, received_at: datetime) -> bool:
        if known.kind != kind or not classes.issubset(known.classes):
            return False
        first, second = sorted((known.received_at, received_at))
        return second <= self.end_of_window(first)

    def end_of_window(self, start: datetime) -> datetime:
        """Until when more may join what was received at `start`; in a year without a calendar nothing may."""
        end = deadline(start, self._rule.window, self._calendars.at(start))
        return end if isinstance(end, datetime) else start

    def troubles(self, states: States, pieces: Said, first: Trouble, organisation: str = "") -> dict[StateKey, Trouble]:
        """The rows by which later complaints find a new case: one a piece, in a free place. `first` gives the rest."""
        rows = {}
        for waybill, classes in pieces.items():
            free = next(
                (state_key for state_key in keys_of_waybills([waybill], organisation) if states[state_key] is None),
                None,
            )
            if free is not None:
                rows[free] = Trouble(
                    case_number=first.case_number,
                    kind=first.kind,
                    classes=tuple(sorted(classes)),
                    received_at=first.received_at,
                    expires_at=first.expires_at,
                )
        return rows

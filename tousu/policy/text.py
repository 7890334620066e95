"""From what the customer wrote to the class of the case, with the words that decided.

- The adapter's own class wins where the pack knows it.
- Otherwise words decide, and weights of grams where there are no words or these contradict each other
  (`tousu.policy.reading`). The gravest trouble (most stars) names the case; the others stand beside it, with their
  departments. Where nothing decides, nobody guesses: the case goes to triage, visibly.
- Several pieces are classed one by one; the gravest names the case (domain, section 10, case 7).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

import msgspec

from tousu.policy.pack import ComplaintClass, Pack
from tousu.policy.reading import Reader

DecidedBy = Literal["adapter", "words", "model", "triage"]
_WORDS_MAX = 50


class Issue(msgspec.Struct, frozen=True, kw_only=True):
    """One trouble of a case: a class and the piece it is about, where known."""

    class_name: str
    waybill_number: str | None = None

    def as_data(self) -> dict[str, str]:
        """The trouble as events carry it."""
        return {"class": self.class_name} | ({"waybill_number": self.waybill_number} if self.waybill_number else {})


class Classification(msgspec.Struct, frozen=True, kw_only=True):
    """What a complaint is about, and who answers for it.

    class_name: None where nothing decided. troubles: every trouble with its piece, the one that names the case first
    among equals of its text. words: those that decided. candidates: the classes between which the words left it open.
    triage: a person must look, at the case or at one of its pieces.
    """

    class_name: str | None
    troubles: tuple[Issue, ...]
    grade: str
    stars: int
    departments: tuple[str, ...]
    decided_by: DecidedBy
    words: tuple[str, ...]
    candidates: tuple[str, ...]
    triage: bool
    section: str


class _Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What one text says."""

    classes: tuple[str, ...] = ()
    decided_by: DecidedBy = "triage"
    words: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()


class Classifier:
    """A pack's classes, ready to class complaints. Make one and keep it."""

    __slots__ = ("_gravity", "_pack", "_reader")

    def __init__(self, pack: Pack) -> None:
        self._pack = pack
        lists = {name: class_.words for name, class_ in pack.classes.items()}
        self._gravity = {name: self._pack.grades[class_.grade].stars for name, class_ in pack.classes.items()}
        self._reader = Reader(lists, self._gravity, pack.negations, pack.harmless, pack.without_class, pack.weights)

    def classify(
        self,
        content: str,
        given: str | None = None,
        pieces: Sequence[Mapping[str, Any]] = (),
        waybill_number: str | None = None,
    ) -> Classification:
        """Class a complaint: its words, the adapter's class if any, its pieces if several.

        A piece is a map with any of `class`, `content`, `waybill_number`; one without class and content is what the
        whole complaint is.
        """
        whole = self._read(content, given)
        if not pieces:
            troubles = [Issue(class_name=name, waybill_number=waybill_number) for name in whole.classes]
            return self._decide([whole], troubles)
        readings = [
            self._read(piece.get("content") or "", piece.get("class"))
            if piece.get("content") or piece.get("class")
            else whole
            for piece in pieces
        ]
        troubles = [
            Issue(class_name=name, waybill_number=piece.get("waybill_number"))
            for piece, reading in zip(pieces, readings, strict=True)
            for name in reading.classes
        ]
        return self._decide(readings, troubles)

    def classes_in(self, content: str) -> frozenset[str]:
        """The classes of a text alone, or those between which its words leave it open, as `classify` finds them."""
        return self._reader.classes_in(content)

    def _read(self, content: str, given: str | None) -> _Reading:
        if given is not None and given in self._pack.classes:
            return _Reading(classes=(given,), decided_by="adapter")
        read = self._reader.read(content)
        if not read.classes:
            return _Reading(words=read.words, candidates=read.candidates)
        return _Reading(classes=read.classes, decided_by="words" if read.by_words else "model", words=read.words)

    def _decide(self, readings: Sequence[_Reading], troubles: Sequence[Issue]) -> Classification:
        """Put together what the texts of a complaint say."""
        unsure = self._pack.routing.unsure
        undecided = any(not reading.classes for reading in readings)
        known = self._by_gravity(troubles)
        departments = dict.fromkeys(department for class_ in known for department in class_.departments)
        if undecided:
            departments[unsure.department] = None
        words = _in_order(word for reading in readings for word in reading.words)
        candidates = _in_order(name for reading in readings for name in reading.candidates)
        if not known:
            return Classification(
                class_name=None,
                troubles=(),
                grade=unsure.grade,
                stars=self._pack.grades[unsure.grade].stars,
                departments=(unsure.department,),
                decided_by="triage",
                words=words,
                candidates=candidates,
                triage=True,
                section=unsure.section,
            )
        first = known[0]
        return Classification(
            class_name=first.name,
            troubles=tuple(troubles),
            grade=first.grade,
            stars=self._gravity[first.name],
            departments=tuple(departments) if self._pack.routing.several_departments else first.departments,
            decided_by=next(reading.decided_by for reading in readings if first.name in reading.classes),
            words=words,
            candidates=candidates,
            triage=undecided,
            section=first.section,
        )

    def _by_gravity(self, troubles: Iterable[Issue]) -> list[ComplaintClass]:
        """The classes of the troubles, each once, the gravest first, equals in the order given."""
        names = dict.fromkeys(trouble.class_name for trouble in troubles)
        return [self._pack.classes[name] for name in sorted(names, key=self._gravity.__getitem__, reverse=True)]


def _in_order(names: Iterable[str]) -> tuple[str, ...]:
    """Each name once, in the order given, as many as an event may carry."""
    return tuple(dict.fromkeys(names))[:_WORDS_MAX]

"""How well words and weights class complaints: their answers beside labels that people gave, per class.

Which answer is wanted of a text with several troubles depends on the pack: the gravest of them; of equally grave ones
each is right. A trouble for which a pack has no class wants a person.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec

from tousu.failure import Stop
from tousu.policy.pack import Pack
from tousu.policy.reading import Reader
from tousu.policy.text import Classifier
from tousu.policy.words import WordLists

NOBODY: Final = "triage"
"""Stands for no class: a person must look."""


class LabelledText(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A complaint as a customer might write it, and what a person says it is about.

    class_name: None where a person must look. also: further troubles of the text. source: the situation of the domain
    that it tells, if any. held_out: never looked at while words are tuned.
    """

    id: str
    text: str
    class_name: str | None = msgspec.field(name="class")
    language: str
    also: tuple[str, ...] = ()
    source: str = msgspec.field(name="from", default="")
    held_out: bool = False


class ClassedText(msgspec.Struct, frozen=True, kw_only=True):
    """What was wanted of a text, what was given, and why. `triage` stands for no class.

    troubles: every class given, the one that names the case among them. words: the words and grams that decided.
    """

    text: LabelledText
    wanted: str
    given: str
    words: tuple[str, ...]
    troubles: tuple[str, ...] = ()

    @property
    def is_right(self) -> bool:
        """Whether what was given was wanted."""
        return self.given == self.wanted


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """One class (or `triage`): how many texts want it, how many were given it, in how many both hold."""

    name: str
    wanted: int
    given: int
    right: int

    @property
    def precision(self) -> float | None:
        """Of the texts that were given this class, the share that wants it; None where none was."""
        return self.right / self.given if self.given else None

    @property
    def recall(self) -> float | None:
        """Of the texts that want this class, the share that was given it; None where none wants it."""
        return self.right / self.wanted if self.wanted else None

    @property
    def f1(self) -> float | None:
        """The harmonic mean of both; None where neither is known."""
        return 2 * self.right / (self.given + self.wanted) if self.given + self.wanted else None


class ClassingFigures(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of every class, in the order of `names`, those of triage, and those of all classes together."""

    texts: int
    right: int
    classes: tuple[Figures, ...]
    together: Figures
    triage: Figures

    @property
    def accuracy(self) -> float | None:
        """The share of texts that were given what they want, triage included."""
        return self.right / self.texts if self.texts else None

    @property
    def triage_share(self) -> float | None:
        """The share of texts that a person must look at."""
        return self.triage.given / self.texts if self.texts else None


def labelled_texts(file: str, lines: Iterable[bytes]) -> tuple[LabelledText, ...]:
    """The texts of a file of JSON lines. Raises Stop `wrong_text` with the line that is not right."""
    by_id: dict[str, LabelledText] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            text = msgspec.json.decode(line, type=LabelledText)
        except msgspec.DecodeError as error:
            raise Stop("wrong_text", f"{file}:{number}: {error}; write {_EXAMPLE}") from error
        if text.id in by_id:
            raise Stop("wrong_text", f"{file}:{number}: the id {text.id} stands there twice; give each text its own")
        by_id[text.id] = text
    return tuple(by_id.values())


def answer(
    text: LabelledText, troubles: Sequence[str], words: Sequence[str], gravity: Mapping[str, int]
) -> ClassedText:
    """Put what was given (the classes, the one that names the case first) beside what the text wants.

    `gravity`: how grave each class that exists is.
    """
    labels = [name for name in (text.class_name, *text.also) if name in gravity]
    top = max((gravity[name] for name in labels if name is not None), default=0)
    accepted = [name for name in labels if name is not None and gravity[name] == top] or [NOBODY]
    given = troubles[0] if troubles else NOBODY
    return ClassedText(
        text=text,
        wanted=given if given in accepted else accepted[0],
        given=given,
        words=tuple(words),
        troubles=tuple(troubles),
    )


def answers_of_pack(texts: Iterable[LabelledText], pack: Pack) -> list[ClassedText]:
    """What a pack's classifier says of each text, beside what the text wants."""
    classifier = Classifier(pack)
    gravity = {class_.name: pack.grades[class_.grade].stars for class_ in pack.classes.values()}
    pairs = ((text, classifier.classify(text.text)) for text in texts)
    return [
        answer(text, [trouble.class_name for trouble in classified.troubles], classified.words, gravity)
        for text, classified in pairs
    ]


def answers_of_words(texts: Iterable[LabelledText], lists: WordLists) -> list[ClassedText]:
    """What lists of words, and the weights beside them, say of each text, all their classes equally grave."""
    gravity = dict.fromkeys(lists.classes, 1)
    reader = Reader(lists.classes, gravity, lists.negations, lists.harmless, weights=lists.weights)
    pairs = ((text, reader.read(text.text)) for text in texts)
    return [answer(text, read.classes, read.words, gravity) for text, read in pairs]


def measured(answers: Sequence[ClassedText], names: Iterable[str]) -> ClassingFigures:
    """Count."""
    rows = {name: _figures(name, answers) for name in (*names, NOBODY)}
    triage = rows.pop(NOBODY)
    together = Figures(
        name="all",
        wanted=sum(row.wanted for row in rows.values()),
        given=sum(row.given for row in rows.values()),
        right=sum(row.right for row in rows.values()),
    )
    right = sum(answer.is_right for answer in answers)
    return ClassingFigures(
        texts=len(answers), right=right, classes=tuple(rows.values()), together=together, triage=triage
    )


def _figures(name: str, answers: Sequence[ClassedText]) -> Figures:
    return Figures(
        name=name,
        wanted=sum(answer.wanted == name for answer in answers),
        given=sum(answer.given == name for answer in answers),
        right=sum(answer.wanted == answer.given == name for answer in answers),
    )


_EXAMPLE: Final = '{"id": "courier-001", "text": "...", "class": "delay", "language": "zh-Hans"}'

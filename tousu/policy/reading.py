"""What one text says: the classes to which its words point, the gravest first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from tousu.policy.pack import NO_WORDS, Words
from tousu.policy.phrases import Phrases

_WITHOUT_CLASS: Final = "…"
"""Owns the words of troubles for which there is no class; no class can have this name."""


class Reading(NamedTuple):
    """The words of each class that a text points to, the gravest class first; of equals that with more words.

    rivals: the classes among which the words leave it open, or the one that fewer words speak for than for troubles
    without a class; empty where they decide.
    """

    words: dict[str, tuple[str, ...]]
    in_order: tuple[str, ...] = ()
    rivals: tuple[str, ...] = ()

    @property
    def class_name(self) -> str | None:
        """The class for which the words decide; None where they do not."""
        return next(iter(self.words), None) if not self.rivals else None


class Reader:
    """Lists of words and how grave their classes are, ready to read texts. Make one and keep it."""

    __slots__ = ("_gravity", "_phrases")

    def __init__(
        self,
        lists: Mapping[str, Words],
        gravity: Mapping[str, int],
        negations: Words,
        harmless: Words,
        without_class: Words = NO_WORDS,
    ) -> None:
        self._gravity = gravity
        self._phrases = Phrases({**lists, _WITHOUT_CLASS: without_class}, negations, harmless)

    def read(self, content: str) -> Reading:
        """Read a text."""
        hits = self._phrases.find(content)
        words: dict[str, list[str]] = {}
        for hit in hits:
            words.setdefault(hit.owner, []).append(hit.word)
        elsewhere = len(words.pop(_WITHOUT_CLASS, ()))
        ranks = {name: (self._gravity[name], len(found)) for name, found in words.items()}
        ranked = sorted(words, key=ranks.__getitem__, reverse=True)
        # A complaint about a contract may say 逾期 once; that does not make it one about delay.
        outnumbered = elsewhere > sum(map(len, words.values()))
        rivals = [name for name in ranked if ranks[name] == ranks[ranked[0]]]
        return Reading(
            {name: tuple(words[name]) for name in ranked},
            tuple(dict.fromkeys(hit.word for hit in hits)),
            tuple(rivals) if outnumbered or len(rivals) > 1 else (),
        )

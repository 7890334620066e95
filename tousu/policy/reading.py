"""What one text says: the classes to which its words point, the gravest first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from tousu.policy.pack import Words
from tousu.policy.phrases import Phrases


class Reading(NamedTuple):
    """The words of each class that a text points to, the gravest class first; of equals that with more words.

    rivals: the classes among which the words leave it open; empty where they decide.
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
        self, lists: Mapping[str, Words], gravity: Mapping[str, int], negations: Words, harmless: Words
    ) -> None:
        self._gravity = gravity
        self._phrases = Phrases(lists, negations, harmless)

    def read(self, content: str) -> Reading:
        """Read a text."""
        hits = self._phrases.find(content)
        words: dict[str, list[str]] = {}
        for hit in hits:
            words.setdefault(hit.owner, []).append(hit.word)
        ranks = {name: (self._gravity[name], len(found)) for name, found in words.items()}
        ranked = sorted(words, key=ranks.__getitem__, reverse=True)
        rivals = tuple(name for name in ranked if ranks[name] == ranks[ranked[0]])
        return Reading(
            {name: tuple(words[name]) for name in ranked},
            tuple(dict.fromkeys(hit.word for hit in hits)),
            rivals if len(rivals) > 1 else (),
        )

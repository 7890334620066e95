"""Finding the words of a pack in what a customer wrote: longest first, and not where a negation takes them back.

Chinese words are found anywhere, English ones as whole words. Text and words are folded alike (full width, case, curly
apostrophes, runs of blanks), so that a list is written once.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from tousu.policy.pack import Words

_BLANKS: Final = re.compile(r"\s+")
# How far before a hit a negation is looked for; longer than the longest of any pack.
_BEFORE: Final = 24


class Hit(NamedTuple):
    """A word of the lists that stands in a text, and whose list it is on."""

    owner: str
    word: str


class Phrases:
    """Several lists of words, each with an owner, ready to be looked for at once."""

    __slots__ = ("_by_first", "_negating", "_owners", "_starts")

    def __init__(self, lists: Mapping[str, Words], negations: Words) -> None:
        """Make the lists ready. A word on two lists belongs to the first (a sound pack has none such)."""
        self._owners: dict[str, str] = {}
        for owner, words in lists.items():
            for word in _all(words):
                self._owners.setdefault(folded(word), owner)
        self._by_first: dict[str, list[str]] = {}
        for word in sorted(self._owners, key=lambda word: (-len(word), word)):
            self._by_first.setdefault(word[0], []).append(word)
        # Only where a word can begin is worth a look; the regular expression finds these places without Python's help.
        self._starts = re.compile(_any_first(self._by_first))
        self._negating = tuple(sorted(map(folded, _all(negations))))

    def find(self, text: str) -> tuple[Hit, ...]:
        """The words that stand in a text, each once, in the order of the text. At each place the longest wins."""
        plain = folded(text)
        found: dict[Hit, None] = {}
        start = self._starts.search(plain)
        while start is not None:
            place = start.start()
            word = self._word_at(plain, place)
            if word and not self._is_negated(plain, place):
                found[Hit(self._owners[word], word)] = None
            start = self._starts.search(plain, place + max(len(word), 1))
        return tuple(found)

    def _word_at(self, plain: str, place: int) -> str:
        """The longest word that begins here, or an empty text."""
        for word in self._by_first[plain[place]]:
            if plain.startswith(word, place) and not _goes_on(plain, place + len(word), word):
                return word
        return ""

    def _is_negated(self, plain: str, place: int) -> bool:
        end = place - 1 if plain[place - 1 : place] == " " else place
        if not plain.endswith(self._negating, max(0, end - _BEFORE), end):
            return False
        ends_here = (word for word in self._negating if plain.endswith(word, 0, end))
        return any(not _goes_back(plain, end - len(word), word) for word in ends_here)


def folded(text: str) -> str:
    """A text in the form in which it is compared."""
    return _BLANKS.sub(" ", unicodedata.normalize("NFKC", text).casefold().replace("’", "'"))


def _all(words: Words) -> tuple[str, ...]:
    return (*words.simplified, *words.traditional, *words.english)


def _goes_on(plain: str, end: int, word: str) -> bool:
    """Whether what looks like a Latin word is only the beginning of a longer one."""
    return word.isascii() and end < len(plain) and plain[end].isascii() and plain[end].isalnum()


def _goes_back(plain: str, start: int, word: str) -> bool:
    """Whether what looks like a Latin word is only the end of a longer one."""
    return word.isascii() and start > 0 and plain[start - 1].isascii() and plain[start - 1].isalnum()


def _any_first(firsts: Iterable[str]) -> str:
    """A pattern for the places where a word can begin: Latin letters only at the beginning of a word."""
    latin = "".join(re.escape(first) for first in sorted(firsts) if first.isascii())
    other = "".join(re.escape(first) for first in sorted(firsts) if not first.isascii())
    parts = [rf"(?<![a-z0-9])[{latin}]"] if latin else []
    parts += [f"[{other}]"] if other else []
    return "|".join(parts) or r"(?!)"

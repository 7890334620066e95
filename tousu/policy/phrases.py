"""Finding the words of a pack in what a customer wrote: longest first, and not where a negation takes them back.

Chinese words are found anywhere, English ones as whole words. A word may leave a gap (等了…天): a few characters of the
same clause may stand between its two parts. A part with a ^ before it (^天没有) stands behind a number only: 三天没有,
not 昨天没有. Text and words are folded alike (full width, case, accents, curly
apostrophes, runs of blanks, invisible signs), so that a list is written once. Only what a reader sees counts: markup
and the addresses of links are no words. A blank or a line end between two Chinese characters is none either; the end
of a paragraph is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from operator import itemgetter
from typing import Final, NamedTuple

from ahocorasick_rs import AhoCorasick

from tousu.policy.folding import Folds, quickly_folded
from tousu.policy.markup import visible
from tousu.policy.pack import NO_WORDS, Words

GAP: Final = "…"
"""Stands in a word for the characters that may differ."""
NUMBER: Final = "^"
"""Stands in a word before a part that a number must stand before."""
_NUMERALS: Final = frozenset("0123456789一二两兩三四五六七八九十百几幾多来來数數")
_GAP_MAX: Final = 8
_GAP_MAX_LATIN: Final = 30
_FOLDS: Final = Folds({GAP: GAP, "’": "'", "\n": "\n", "\r": ""})
_HAN: Final = "\u3400-\u9fff\U00020000-\U0003ffff"
_INSIDE_A_WORD: Final = re.compile(rf"(?<=[{_HAN}]) *+(?:\n *+)?(?=[{_HAN}])")
_BLANKS: Final = re.compile(r"\s+")
# A link goes on as ASCII; Chinese belongs to it behind a sign that divides links, or in front of one.
_LINK: Final = re.compile(
    r"(?:[a-z][a-z0-9+.-]{1,20}://|www\.)"
    r"(?:[!#-;=?-Z_a-z~]|(?<=[/?=&#_.%-])[^\s!-~，。；：！？、（）《》「」“”‘’【】]++"
    r"|[^\s!-~，。；：！？、（）《》「」“”‘’【】]{1,40}+(?=[/?=&%_-]|\.[a-z0-9]))++",
    re.IGNORECASE,
)
_CLAUSE_ENDS: Final = re.compile(r"[,.;:!?，。；：！？]")
# How far before a hit a negation is looked for; longer than the longest of any pack.
_BEFORE: Final = 24
_NOBODY: Final = ""
_TAKEN_BACK: Final = "|"
"""Stands for what was taken back, so that what stood around it does not become one word."""
_PLACE: Final = itemgetter(1)
_END: Final = itemgetter(2)


class Hit(NamedTuple):
    """A word of the lists that stands in a text, and whose list it is on."""

    owner: str
    word: str


class Occurrence(NamedTuple):
    """A word at a place of a text: where it begins and ends, how long the negation is that takes it back (0: none)."""

    word: str
    place: int
    end: int
    denied: int


class Phrases:
    """Several lists of words, each with an owner, ready to be looked for at once."""

    __slots__ = ("_counted", "_finder", "_latin", "_negating", "_owners", "_parts")

    def __init__(self, lists: Mapping[str, Words], negations: Words, harmless: Words = NO_WORDS) -> None:
        """Make the lists ready. A word on two lists belongs to the first (sound lists have none such).

        harmless: phrases that hold a word of a list and mean no trouble (态度很好, lost and found): not found, and what
        stands inside them is not found either.
        """
        self._owners: dict[str, str] = {}
        # Words, and the parts of words behind a gap, that stand behind a number only.
        self._counted: set[str] = set()
        for owner, words in {**lists, _NOBODY: harmless}.items():
            for written in map(folded, _all(words)):
                word = written.replace(NUMBER, "")
                if word not in self._owners:
                    self._owners[word] = owner
                    self._counted |= {word} if written.startswith(NUMBER) else set()
                    self._counted |= {_tail_of(word)} if GAP + NUMBER in written else set()
        gapped: dict[str, list[tuple[str, str]]] = {}
        for word in sorted((word for word in self._owners if GAP in word), key=lambda word: (-len(word), word)):
            gapped.setdefault(word.partition(GAP)[0].strip(), []).append((word.partition(GAP)[2].strip(), word))
        whole = [word for word in self._owners if GAP not in word]
        # A part, whether it is a word by itself, and what may follow it after a gap, with the word that it makes then.
        parts = dict.fromkeys((*whole, *gapped))
        self._parts = tuple((part, part in self._owners, tuple(gapped.get(part, ()))) for part in parts)
        self._latin = tuple((part[0].isascii(), part[-1].isascii()) for part in parts)
        self._finder = AhoCorasick(list(parts))
        self._negating = tuple(sorted(map(folded, _all(negations))))

    def find(self, text: str) -> tuple[Hit, ...]:
        """The words that stand in a text, each once, in the order of the text. At each place the longest wins."""
        return self.hits(self.occurrences(seen_by_a_reader(text)))

    def occurrences(self, plain: str) -> list[Occurrence]:
        """Every word in a text that is folded already (`seen_by_a_reader`), with what takes it back."""
        return list(self._words_of(plain))

    def hits(self, occurrences: Iterable[Occurrence]) -> tuple[Hit, ...]:
        """The words found that nothing takes back, each once."""
        hits = (
            Hit(self._owners[occurrence.word], occurrence.word) for occurrence in occurrences if not occurrence.denied
        )
        return tuple(dict.fromkeys(hit for hit in hits if hit.owner != _NOBODY))

    def _words_of(self, plain: str) -> Iterator[Occurrence]:
        after = 0
        hits = self._finder.find_matches_as_indexes(plain, overlapping=True)
        hits.sort(key=_END, reverse=True)
        hits.sort(key=_PLACE)  # at one place the longest stays first
        for place, here in groupby(hits, key=_PLACE):
            if place < after:
                continue
            word, after = self._word_at(plain, place, here)
            if word:
                yield Occurrence(word, place, after, self._negation_before(plain, place))

    def _word_at(self, plain: str, place: int, hits: Iterable[tuple[int, int, int]]) -> tuple[str, int]:
        """The word with the most letters that begins here and where it ends, or an empty text.

        Of equals the one with the longer first part wins, so one without a gap. `hits`: the parts that stand here as
        (its number, place, end), the longest first.
        """
        best, best_end, letters = "", place, 0
        for number, _, end in hits:
            part, is_word, tails = self._parts[number]
            begins_latin, ends_latin = self._latin[number]
            if begins_latin and _goes_back(plain, place, part):
                continue
            if ends_latin and _goes_on(plain, end, part):
                continue
            length = end - place
            if is_word and length > letters and self._may_stand(part, plain, place):
                best, best_end, letters = part, end, length
            for tail, word in tails:
                more = length + len(tail)
                tail_end = self._tail_end(plain, end, tail, word) if more > letters else 0
                if tail_end and self._may_stand(word, plain, place):
                    best, best_end, letters = word, tail_end, more
        return best, best_end

    def _tail_end(self, plain: str, start: int, tail: str, word: str) -> int:
        """Where the second part of a word with a gap ends, if it follows in the same clause; else 0."""
        until = start + (_GAP_MAX_LATIN if tail.isascii() else _GAP_MAX) + len(tail)
        place = plain.find(tail, start, until)
        while place >= 0:
            end = place + len(tail)
            whole = not _goes_on(plain, end, tail) and not _goes_back(plain, place, tail)
            if whole and self._may_stand(_tail_of(word), plain, place):
                return 0 if place > start and _CLAUSE_ENDS.search(plain, start, place) else end
            place = plain.find(tail, place + 1, until)
        return 0

    def _may_stand(self, word: str, plain: str, place: int) -> bool:
        """Whether a number stands before a place, where the word asks for one."""
        if word not in self._counted:
            return True
        end = place - 1 if plain[place - 1 : place] == " " else place
        return end > 0 and plain[end - 1] in _NUMERALS

    def _negation_before(self, plain: str, place: int) -> int:
        """How long the negation is that stands directly before a place; 0 where there is none."""
        end = place - 1 if plain[place - 1 : place] == " " else place
        if not plain.endswith(self._negating, max(0, end - _BEFORE), end):
            return 0
        ends_here = (word for word in self._negating if plain.endswith(word, 0, end))
        return max((len(word) for word in ends_here if not _goes_back(plain, end - len(word), word)), default=0)


def undenied(plain: str, occurrences: Iterable[Occurrence]) -> str:
    """A folded text without the words that a negation takes back, and without that negation (没有破损)."""
    kept, after = [], 0
    for _, place, end, denied in occurrences:
        if denied:
            before = place - 1 if plain[place - 1] == " " else place
            kept.append(plain[after : max(after, before - denied)])
            after = end
    return _TAKEN_BACK.join((*kept, plain[after:])) if kept else plain


def seen_by_a_reader(text: str) -> str:
    """What a reader sees of a text, without markup and addresses of links, folded."""
    seen = visible(text)
    return folded(_LINK.sub(" ", seen) if "://" in seen or _names_www(seen) else seen)


def _names_www(text: str) -> bool:
    return ("w" in text or "W" in text) and "www." in text.lower()


def folded(text: str) -> str:
    """A text in the form in which it is compared."""
    quick = quickly_folded(text)
    plain = text.translate(_FOLDS) if quick is None else quick
    if " " not in plain and "\n" not in plain:
        return plain
    if plain.isascii():
        return _BLANKS.sub(" ", plain)
    return _BLANKS.sub(" ", _INSIDE_A_WORD.sub("", plain))


def _all(words: Words) -> tuple[str, ...]:
    return (*words.simplified, *words.traditional, *words.english)


def _tail_of(word: str) -> str:
    """The gap of a word and what follows it."""
    return word[word.index(GAP) :]


def _goes_on(plain: str, end: int, word: str) -> bool:
    """Whether what looks like a Latin word is only the beginning of a longer one."""
    return word[-1].isascii() and end < len(plain) and plain[end].isascii() and plain[end].isalnum()


def _goes_back(plain: str, start: int, word: str) -> bool:
    """Whether what looks like a Latin word is only the end of a longer one."""
    return word[0].isascii() and start > 0 and plain[start - 1].isascii() and plain[start - 1].isalnum()

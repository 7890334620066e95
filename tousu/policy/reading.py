"""What one text says: the classes that stand, the gravest first.

A class stands where words of its list are in the text and the weights do not contradict it, speaking for another one,
or where the weights alone speak for it. Where no class stands, or the text speaks most for a trouble that has no class
or for no trouble at all and nothing but words speaks for another, a person must look. Without weights words decide.

The thresholds were measured by cross-validation on the texts that are not held out (docs/classification.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from tousu.policy.grams import NOTHING, Scorer, Scores, Weights
from tousu.policy.pack import NO_WORDS, Words
from tousu.policy.phrases import Phrases, seen_by_a_reader, undenied

_WITHOUT_CLASS: Final = "…"
"""Owns the words of troubles for which there is no class; no class can have this name."""
# Scores are hundredths of a logit (`tousu.policy.grams`).
_ALONE: Final = 30
"""From this score on a class stands without a word."""
_WITH_WORDS: Final = -200
"""From this score on a class with a word stands though the weights alone would let another one stand."""
_BESIDE: Final = 0
"""From this score on a class with a word stands beside another one."""
_BESIDE_ALONE: Final = 100
"""From this score on a class without a word stands beside another one."""
_CANDIDATE: Final = -100
"""From this score on a class is named to the person who must look."""
_NO_LESS: Final = 100
"""How grave a trouble counts that is no class of the pack: as grave as any."""
_SURELY_NOTHING: Final = 100
"""By so much more must a text speak for no trouble at all than for a class, so that its word is not heard."""
_PER_WORD: Final = 50
_WORDS_THAT_COUNT: Final = 3


class Reading(NamedTuple):
    """The classes that stand, the gravest first; of equally grave ones the one for which the text speaks more.

    words: the words, or where there are none the grams, that decided, in the order of the text; where nothing did, all
    words found. candidates: where no class stands, those that it may be. by_words: whether the first class has words.
    """

    classes: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()
    by_words: bool = True


class _Weighed(NamedTuple):
    """What speaks for the classes of a text. plain: without what negations take back. words: those found, by class.

    elsewhere: how many words of troubles without a class. scores: by the weights, None where there are none.
    """

    plain: str
    words: dict[str, list[str]]
    elsewhere: int
    in_order: tuple[str, ...]
    scores: Scores | None


class Reader:
    """Lists of words, weights and how grave their classes are, ready to read texts. Make one and keep it."""

    __slots__ = ("_gravity", "_phrases", "_scorer")

    def __init__(
        self,
        lists: Mapping[str, Words],
        gravity: Mapping[str, int],
        negations: Words,
        harmless: Words,
        without_class: Words = NO_WORDS,
        weights: Weights | None = None,
    ) -> None:
        self._gravity = gravity
        self._phrases = Phrases({**lists, _WITHOUT_CLASS: without_class}, negations, harmless)
        self._scorer = None if weights is None else Scorer(weights)

    def read(self, content: str) -> Reading:
        """Read a text."""
        plain, words, elsewhere, in_order, scores = self._weighed(content)
        if scores is None:
            return self._by_words(words, elsewhere, in_order)
        standing = self._standing(words, elsewhere, scores.of)
        if not standing:
            likely = sorted(self._likely(words, scores.of), key=lambda name: -_evidence(name, words, scores.of))
            return Reading((), in_order, tuple(likely))
        classes = sorted(standing, key=lambda name: (-self._gravity[name], -_evidence(name, words, scores.of)))
        reasons = self._evidence_of(plain, classes, words, scores, in_order)
        return Reading(tuple(classes), reasons, by_words=classes[0] in words)

    def classes_in(self, content: str) -> frozenset[str]:
        """The classes that `read` finds in a text, or its candidates; neither their order nor what they rest on."""
        _, words, elsewhere, in_order, scores = self._weighed(content)
        if scores is None:
            reading = self._by_words(words, elsewhere, in_order)
            return frozenset(reading.classes or reading.candidates)
        return frozenset(self._standing(words, elsewhere, scores.of) or self._likely(words, scores.of))

    def _weighed(self, content: str) -> _Weighed:
        plain = seen_by_a_reader(content)
        occurrences = self._phrases.occurrences(plain)
        hits = self._phrases.hits(occurrences)
        words: dict[str, list[str]] = {}
        for hit in hits:
            words.setdefault(hit.owner, []).append(hit.word)
        elsewhere = len(words.pop(_WITHOUT_CLASS, ()))
        in_order = tuple(dict.fromkeys(hit.word for hit in hits))
        plain = undenied(plain, occurrences)
        return _Weighed(plain, words, elsewhere, in_order, self._scorer.scores(plain) if self._scorer else None)

    def _likely(self, words: Iterable[str], scores: Mapping[str, int]) -> dict[str, None]:
        """The classes that a text may be about where none stands, each once."""
        likely = (name for name in self._gravity if scores.get(name, _CANDIDATE - 1) >= _CANDIDATE)
        return dict.fromkeys((*words, *likely))

    def _by_words(self, words: Mapping[str, list[str]], elsewhere: int, in_order: tuple[str, ...]) -> Reading:
        """Every class with words; none where there are more words of troubles without a class."""
        classes = tuple(sorted(words, key=lambda name: (-self._gravity[name], -len(words[name]))))
        # A complaint about a contract may say 逾期 once; that does not make it one about delay.
        if elsewhere > sum(map(len, words.values())):
            return Reading((), in_order, classes)
        mine = {word for group in words.values() for word in group}
        return Reading(classes, tuple(word for word in in_order if word in mine))

    def _standing(self, words: Mapping[str, list[str]], elsewhere: int, scores: Mapping[str, int]) -> list[str]:
        """The classes that stand, in no order."""
        known = {name: scores.get(name, _WITH_WORDS) for name in self._gravity}
        # What the weights say instead. A milder class takes no graver one away that has a word: 丢件 is a loss, however
        # much of the text is about the days before.
        instead = [
            self._gravity.get(name, _NO_LESS) for name, score in scores.items() if score >= _ALONE and name not in words
        ]
        gravest = max(instead, default=-1)
        able = [
            name
            for name, score in known.items()
            if score >= _ALONE or (name in words and (score >= _WITH_WORDS or self._gravity[name] > gravest))
        ]
        if not able:
            return []
        first = max(able, key=lambda name: _evidence(name, words, scores))
        others = {name: score for name, score in scores.items() if name not in known}
        nothing = others.pop(NOTHING, _WITH_WORDS) - _SURELY_NOTHING
        other = max((*others.values(), _WITH_WORDS)) + _PER_WORD * min(elsewhere, _WORDS_THAT_COUNT)
        if max(other, nothing) >= _ALONE and max(other, nothing) > _evidence(first, words, scores):
            return [name for name in able if known[name] >= _ALONE]
        return [
            name
            for name in able
            if name == first
            or known[name] >= (_BESIDE if name in words else _BESIDE_ALONE)
            or (name in words and self._gravity[name] > self._gravity[first])
        ]

    def _evidence_of(
        self, plain: str, classes: list[str], words: Mapping[str, list[str]], scores: Scores, in_order: tuple[str, ...]
    ) -> tuple[str, ...]:
        """The words of the classes that stand, and the grams of those that have none."""
        assert self._scorer is not None
        decisive = {word for name in classes for word in words.get(name, ())}
        grams = [gram for name in classes if name not in words for gram in self._scorer.reasons(plain, scores, name)]
        return tuple(dict.fromkeys((*(word for word in in_order if word in decisive), *grams)))


def _evidence(name: str, words: Mapping[str, list[str]], scores: Mapping[str, int]) -> int:
    """How much a text speaks for a class: its score, and something for each of its words."""
    return scores.get(name, _WITH_WORDS) + _PER_WORD * min(len(words.get(name, ())), _WORDS_THAT_COUNT)

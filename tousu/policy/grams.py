"""A text cut into grams, and weights by which they speak for and against classes: a linear classifier.

A gram is one to three Chinese characters in a row, one to three Latin words in a row, or how a Latin word begins
(deliv*). Traditional characters count as their simplified ones, each digit as 0. The weights are learned from labelled
texts (`tousu.policy.training`) and lie beside the words. Everything is in whole numbers, so that every machine gives
the same answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise
from math import isqrt
from typing import Final, NamedTuple

import msgspec

HUNDREDTHS: Final = 100
"""Weights and scores are hundredths of a logit: 0 is as likely as not, 100 is 73 of 100, -300 is 5 of 100."""
NOTHING: Final = "-"
"""The class of texts without a trouble: questions, thanks."""
SHORT: Final = 1
"""As many grams are added to those of a text where its length counts."""
READ_MAX: Final = 4_000
"""So many characters of a text are read; what comes behind says the same again."""
_CHINESE_MAX: Final = 3
_BEGINNINGS: Final = (3, 4, 5)
_REASONS_MAX: Final = 5
_DIGITS: Final = {ord(digit): "0" for digit in "123456789"}
_RUNS: Final = re.compile(r"[\u3400-\u9fff]+|[a-z0-9']+")


class Weights(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One file of weights. `inputs`: SHA-256 of what they were learned from. `bias`: the score without any gram.

    traditional, simplified: characters and what each counts as. grams: for each gram the number of a class and its
    weight, and so on in turn; a class that is left out has weight 0.
    """

    id: str
    version: str
    inputs: str
    classes: tuple[str, ...]
    bias: tuple[int, ...]
    traditional: str
    simplified: str
    grams: dict[str, tuple[int, ...]]


class Scores(NamedTuple):
    """How much a text speaks for each class of the weights, in hundredths, and the grams it speaks by."""

    of: dict[str, int]
    grams: tuple[str, ...]


class Scorer:
    """Weights, ready to score texts. Make one and keep it."""

    __slots__ = ("_plain", "_weights")

    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        self._plain = script_table(weights.traditional, weights.simplified)

    def scores(self, text: str) -> Scores:
        """Score a text that is folded already (`phrases.seen_by_a_reader`)."""
        known = self._weights.grams
        found = [gram for gram in grams_of(text[:READ_MAX].translate(self._plain)) if gram in known]
        sums = [0] * len(self._weights.classes)
        for gram in found:
            weights = iter(known[gram])
            for number, weight in zip(weights, weights, strict=True):
                sums[number] += weight
        length = isqrt((len(found) + SHORT) * 1_000_000)  # in thousandths
        of: dict[str, int] = {}
        for name, bias, total in zip(self._weights.classes, self._weights.bias, sums, strict=True):
            score = bias + total * 1000 // length
            of[name] = max(score, of.get(name, score))
        return Scores(of, tuple(found))

    def reasons(self, text: str, scores: Scores, name: str) -> tuple[str, ...]:
        """The grams that speak most for a class, as they stand in the text, the strongest first."""
        numbers = {number for number, one in enumerate(self._weights.classes) if one == name}
        weights = {gram: self._weight(gram, numbers) for gram in scores.grams}
        plain = text[:READ_MAX].translate(self._plain)
        told: list[str] = []
        for gram in sorted(weights, key=lambda one: (-weights[one], one)):
            if weights[gram] <= 0 or len(told) == _REASONS_MAX:
                break
            bare = gram.rstrip("*")
            place = plain.find(bare)
            shown = text[place : place + len(bare)] if place >= 0 else bare
            if not any(shown in one or one in shown for one in told):
                told.append(shown + "…" * gram.endswith("*"))
        return tuple(told)

    def _weight(self, gram: str, numbers: set[int]) -> int:
        weights = iter(self._weights.grams[gram])
        return max((weight for number, weight in zip(weights, weights, strict=True) if number in numbers), default=0)


def script_table(traditional: str, simplified: str) -> dict[int, str]:
    """What each character counts as, for `str.translate`: one for one, so that places in the text stay."""
    return _DIGITS | {ord(one): other for one, other in zip(traditional, simplified, strict=True)}


def grams_of(plain: str) -> dict[str, None]:
    """The grams of a folded text in one script, each once, in a steady order."""
    found: dict[str, None] = {}
    words: list[str] = []
    for run in _RUNS.findall(plain):
        if run[0] < "\u3400":
            words.append(run)
            continue
        for size in range(1, _CHINESE_MAX + 1):
            found |= dict.fromkeys(run[start : start + size] for start in range(len(run) - size + 1))
    if words:
        found |= dict.fromkeys(_latin(words))
    return found


def _latin(words: list[str]) -> Iterable[str]:
    yield from words
    yield from (word[:size] + "*" for word in words for size in _BEGINNINGS if len(word) > size)
    pairs = [f"{one} {other}" for one, other in pairwise(words)]
    yield from pairs
    yield from (f"{pair} {word}" for pair, word in zip(pairs, words[2:], strict=False))

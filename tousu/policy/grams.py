"""A text cut into grams, and weights by which they speak for and against classes: a linear classifier.

A gram is one to three Chinese characters in a row, one to three Latin words in a row, or how a Latin word begins
(deliv*). Traditional characters count as their simplified ones, each digit as 0. The weights are learned from labelled
texts (`tousu.policy.training`) and lie beside the words. Everything is in whole numbers, so that every machine gives
the same answer.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable
from itertools import chain, pairwise
from math import isqrt
from operator import add
from typing import Final, NamedTuple

import msgspec
from ahocorasick_rs import AhoCorasick

HUNDREDTHS: Final = 100
"""Weights and scores are hundredths of a logit: 0 is as likely as not, 100 is 73 of 100, -300 is 5 of 100."""
NOTHING: Final = "-"
"""The class of texts without a trouble: questions, thanks."""
SHORT: Final = 1
"""As many grams are added to those of a text where its length counts."""
READ_MAX: Final = 4_000
"""So many characters of a text are read; what comes behind says the same again."""
_BEGINNINGS: Final = (3, 4, 5)
_REASONS_MAX: Final = 5
_BITS: Final = 64
"""So many of one long number are the sum of a class: all sums of a text grow by one addition a gram."""
_HALF: Final = 1 << (_BITS - 1)
"""Stands for zero in a sum, so that none is negative."""
_DIGITS: Final = {ord(digit): "0" for digit in "123456789"}
_FIRST: Final = "\u3400"
_WORD: Final = re.compile(r"[a-z0-9']+")
_RUNS: Final = re.compile(rf"[{_FIRST}-\u9fff]+|{_WORD.pattern}")


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

    __slots__ = ("_bias", "_differs", "_finder", "_form", "_nothing", "_plain", "_sums", "_weights")

    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        self._plain = script_table(weights.traditional, weights.simplified)
        self._differs = re.compile("[" + "".join(map(re.escape, map(chr, self._plain))) + "]")
        chinese = [gram for gram in weights.grams if gram[:1] >= _FIRST and gram in grams_of(gram)]
        self._finder = AhoCorasick(chinese, store_patterns=True)
        self._bias = tuple(zip(weights.classes, weights.bias, strict=True))
        self._form = struct.Struct(f"<{len(weights.classes)}Q")
        self._nothing = sum(_HALF << (_BITS * number) for number in range(len(weights.classes)))
        self._sums = {
            gram: sum(weight << (_BITS * number) for number, weight in zip(of[::2], of[1::2], strict=True))
            for gram, of in weights.grams.items()
        }

    def scores(self, text: str) -> Scores:
        """Score a text that is folded already (`phrases.seen_by_a_reader`)."""
        known, plain = self._sums, self._in_one_script(text)
        grams = dict.fromkeys(self._finder.find_matches_as_strings(plain, overlapping=True))
        words = _WORD.findall(plain)
        if words:
            grams.update(dict.fromkeys(filter(known.__contains__, _latin(words))))
        total = sum(map(known.__getitem__, grams), self._nothing)
        sums = self._form.unpack(total.to_bytes(self._form.size, "little"))
        length = isqrt((len(grams) + SHORT) * 1_000_000)  # in thousandths
        of: dict[str, int] = {}
        for (name, bias), weight in zip(self._bias, sums, strict=True):
            score = bias + (weight - _HALF) * 1000 // length
            of[name] = max(score, of.get(name, score))
        return Scores(of, tuple(grams))

    def _in_one_script(self, text: str) -> str:
        read = text[:READ_MAX]
        return read.translate(self._plain) if self._differs.search(read) else read

    def reasons(self, text: str, scores: Scores, name: str) -> tuple[str, ...]:
        """The grams that speak most for a class, as they stand in the text, the strongest first."""
        numbers = {number for number, class_name in enumerate(self._weights.classes) if class_name == name}
        weights = {gram: self._weight(gram, numbers) for gram in scores.grams}
        plain = self._in_one_script(text)
        reasons: list[str] = []
        for gram in sorted(weights, key=lambda candidate: (-weights[candidate], candidate)):
            if weights[gram] <= 0 or len(reasons) == _REASONS_MAX:
                break
            bare = gram.rstrip("*")
            place = plain.find(bare)
            shown = text[place : place + len(bare)] if place >= 0 else bare
            if not any(shown in reason or reason in shown for reason in reasons):
                reasons.append(shown + "…" * gram.endswith("*"))
        return tuple(reasons)

    def _weight(self, gram: str, numbers: set[int]) -> int:
        weights = iter(self._weights.grams[gram])
        return max((weight for number, weight in zip(weights, weights, strict=True) if number in numbers), default=0)


def script_table(traditional: str, simplified: str) -> dict[int, str]:
    """What each character counts as, for `str.translate`: one for one, so that places in the text stay."""
    return _DIGITS | {ord(character): other for character, other in zip(traditional, simplified, strict=True)}


def grams_of(plain: str) -> dict[str, None]:
    """The grams of a folded text in one script, each once, in a steady order."""
    grams: dict[str, None] = {}
    words: list[str] = []
    for run in _RUNS.findall(plain):
        if run[0] < _FIRST:
            words.append(run)
            continue
        pairs = [*map(add, run, run[1:])]
        grams.update(dict.fromkeys(chain(run, pairs, map(add, pairs, run[2:]))))
    if words:
        grams.update(dict.fromkeys(_latin(words)))
    return grams


def _latin(words: list[str]) -> Iterable[str]:
    yield from words
    yield from (word[:size] + "*" for word in words for size in _BEGINNINGS if len(word) > size)
    pairs = [f"{word} {other}" for word, other in pairwise(words)]
    yield from pairs
    yield from (f"{pair} {word}" for pair, word in zip(pairs, words[2:], strict=False))

"""Weights of grams, learned from labelled texts: what they are learned from, and the learning.

Learned from: the texts of a file that are not held out, those of other files whose classes mean the same, and every
word of the lists as a text of its own, which counts less. A logistic regression for each class by itself; of all grams
the heaviest are kept, and learned again. Needs scikit-learn, which only those have who train (dependency group
`train`): nothing at runtime does.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec

from tousu.policy.grams import HUNDREDTHS, NOTHING, READ_MAX, SHORT, Weights, grams_of, script_table
from tousu.policy.measuring import LabelledText
from tousu.policy.pack import Words
from tousu.policy.phrases import GAP, NUMBER, Phrases, seen_by_a_reader, undenied
from tousu.policy.words import WordLists

SAME: Final[Mapping[str, Mapping[str, Mapping[str, str]]]] = {
    "courier": {"after-sales": {"attitude": "attitude"}, "united-kingdom": {"conduct": "attitude"}},
    "after-sales": {"courier": {"attitude": "attitude"}, "united-kingdom": {"conduct": "attitude"}},
    "united-kingdom": {
        "after-sales": {"attitude": "conduct"},
        "courier": {
            "attitude": "conduct", "delay": "delivery", "loss": "delivery", "damage": "delivery",
            "shortage": "delivery", "contents_mismatch": "delivery", "no_sign_off": "delivery",
            "overcharging": "charges", "price_fraud": "charges",
        },
    },
}  # fmt: skip
"""By file: classes of other files whose texts teach one of its own. Texts without a trouble teach everywhere."""
GRAMS_MAX: Final = 5_000
"""So many grams a file keeps; 3,500 and 8,000 classed the texts that are not held out about as well."""
_STRENGTH: Final = 50.0
"""The inverse of regularisation; 20 to 200 made no difference."""
_OF_ANOTHER_FILE: Final = 0.5
_OF_A_LIST: Final = 0.6
_SCHEME: Final = 1
"""Goes up with every change of how weights are learned, so that no weights of before pass for new ones."""


class Example(msgspec.Struct, frozen=True, order=True):
    """A text to learn from. classes: what it is about (NOTHING where it tells no trouble). counts: how much."""

    text: str
    classes: tuple[str, ...]
    counts: float


def examples(lists: WordLists, texts: Mapping[str, Sequence[LabelledText]]) -> tuple[Example, ...]:
    """What the weights of some lists are learned from, in a steady order. `texts`: by file, held out or not."""
    result: set[Example] = set()
    phrases = Phrases(lists.classes, lists.negations, lists.harmless)
    for file, labelled in texts.items():
        same = SAME.get(lists.id, {}).get(file, {})
        for labelled_text in labelled:
            labels = tuple(name for name in (labelled_text.class_name, *labelled_text.also) if name) or (NOTHING,)
            if labelled_text.held_out:
                continue
            plain = seen_by_a_reader(labelled_text.text)
            text = undenied(plain, phrases.occurrences(plain))
            if file == lists.id:
                result.add(Example(text, labels, 1))
            elif labels == (NOTHING,) or (len(labels) == 1 and labels[0] in same):
                result.add(Example(text, (same.get(labels[0], NOTHING),), _OF_ANOTHER_FILE))
    for name, words in {**lists.classes, NOTHING: lists.harmless}.items():
        result.update(Example(word.replace(GAP, " "), (name,), _OF_A_LIST) for word in _folded(words))
    return tuple(sorted(result))


def inputs(learned_from: Sequence[Example]) -> str:
    """SHA-256 of all that decides how weights turn out: stale weights are known by it."""
    scheme = [_SCHEME, GRAMS_MAX, _STRENGTH]
    return hashlib.sha256(msgspec.json.encode([scheme, learned_from])).hexdigest()


def learned(lists: WordLists, learned_from: Sequence[Example], scripts: Mapping[str, str]) -> Weights:
    """The weights for some lists. `scripts`: traditional characters and their simplified ones, of any text.

    Raises ModuleNotFoundError without scikit-learn.
    """
    table = script_table("".join(scripts), "".join(scripts.values()))
    cut = [tuple(grams_of(example.text[:READ_MAX].translate(table))) for example in learned_from]
    classes = sorted({name for example in learned_from for name in example.classes})
    vocabulary = sorted({gram for grams in cut for gram in grams})
    coefficients, _ = _fitted(cut, vocabulary, classes, learned_from)
    heaviest = [max(abs(row[place]) for row in coefficients) for place in range(len(vocabulary))]
    places = sorted(range(len(vocabulary)), key=lambda place: (-heaviest[place], vocabulary[place]))
    kept = sorted(vocabulary[place] for place in places[:GRAMS_MAX])
    coefficients, bias = _fitted(cut, kept, classes, learned_from)
    characters = {character for gram in kept for character in gram}
    used = {traditional: other for traditional, other in sorted(scripts.items()) if other in characters}
    return Weights(
        id=lists.id,
        version=lists.version,
        inputs=inputs(learned_from),
        classes=tuple(classes),
        bias=tuple(round(weight * HUNDREDTHS) for weight in bias),
        traditional="".join(used),
        simplified="".join(used.values()),
        grams={
            gram: tuple(_pairs(round(row[place] * HUNDREDTHS) for row in coefficients))
            for place, gram in enumerate(kept)
        },
    )


def as_file(weights: Weights) -> bytes:
    """The weights as their file: a line for each gram, so that a change can be read."""
    head = msgspec.json.encode(msgspec.structs.replace(weights, grams={}))
    lines = (msgspec.json.encode(gram) + b":" + msgspec.json.encode(numbers) for gram, numbers in weights.grams.items())
    return head.removesuffix(b"{}}") + b"{\n" + b",\n".join(lines) + b"\n}}\n"


def _fitted(
    cut: Sequence[Sequence[str]], vocabulary: Sequence[str], classes: Sequence[str], learned_from: Sequence[Example]
) -> tuple[list[list[float]], list[float]]:
    """The weight of each gram and the bias, by class. A text counts by the root of how many known grams it has."""
    from scipy.sparse import csr_matrix
    from sklearn.linear_model import LogisticRegression

    numbers = {gram: number for number, gram in enumerate(vocabulary)}
    rows, columns, values = [], [], []
    for row, grams in enumerate(cut):
        known = [numbers[gram] for gram in grams if gram in numbers]
        rows += [row] * len(known)
        columns += known
        values += [(len(known) + SHORT) ** -0.5] * len(known)
    matrix = csr_matrix((values, (rows, columns)), shape=(len(cut), len(vocabulary)))
    counts = [example.counts for example in learned_from]
    coefficients, bias = [], []
    for name in classes:
        model: Any = LogisticRegression(
            C=_STRENGTH, solver="liblinear", intercept_scaling=3, tol=1e-3, max_iter=200, random_state=0
        )
        model.fit(matrix, [name in example.classes for example in learned_from], sample_weight=counts)
        coefficients.append([float(weight) for weight in model.coef_[0]])
        bias.append(float(model.intercept_[0]))
    return coefficients, bias


def _folded(words: Words) -> Iterable[str]:
    """The words of a list; without those that stand behind a number only, which are no text by themselves."""
    listed = (*words.simplified, *words.traditional, *words.english)
    return (seen_by_a_reader(word) for word in listed if NUMBER not in word)


def _pairs(weights: Iterable[int]) -> Iterable[int]:
    """The numbers of the classes that have a weight worth keeping, each with it."""
    for number, weight in enumerate(weights):
        if abs(weight) >= _WEIGHT_MIN:
            yield from (number, weight)


_WEIGHT_MIN: Final = 25
"""A quarter of a logit, spread over all grams of a text: less changes no answer."""

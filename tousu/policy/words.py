"""Lists of words are files of their own, shared by all packs that speak of the same troubles.

A pack names its lists (`words: courier`). A class takes the list of its own name, or those that `words_of` names.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec

from tousu.policy.clock_rule import Names
from tousu.policy.grams import NOTHING, Weights
from tousu.policy.lint_errors import Finding
from tousu.policy.pack import NO_WORDS, Words
from tousu.policy.phrases import GAP, NUMBER, folded

WORD_MAX: Final = 64
"""As many characters as events carry of a word."""
_SCRIPTS: Final = ("simplified", "traditional", "english")
_HARMLESS: Final = "harmless"
_WITHOUT_CLASS: Final = "without_class"


class WordLists(msgspec.Struct, frozen=True, kw_only=True):
    """One file of words. `harmless`: phrases that hold a word of a class and mean no trouble."""

    id: str
    version: str
    label: Names
    classes: dict[str, Words]
    negations: Words
    demand_words: Words
    harmless: Words = NO_WORDS
    weights: Weights | None = None


def faults_of_lists(lists: Mapping[str, Any]) -> Iterator[Finding]:
    """What a schema cannot say of lists: each class has a word, and no word is on two lists."""
    owners: dict[str, str] = {}
    named: list[tuple[tuple[str, ...], Mapping[str, Any]]] = [
        (("classes", name), words) for name, words in lists["classes"].items()
    ]
    named += [((_HARMLESS,), lists[_HARMLESS])] if _HARMLESS in lists else []
    for path, words in named:
        name = path[-1]
        if name != _HARMLESS and not any(words[script] for script in _SCRIPTS):
            yield Finding(path, "no word leads to this class", "Add at least one word")
        for script in _SCRIPTS:
            for index, word in enumerate(words[script]):
                other = owners.setdefault(folded(word).replace(NUMBER, ""), name)
                if other != name:
                    problem = f"the word {word} is claimed by {other} too"
                    yield Finding((*path, script, index), problem, "Keep it on one list")
                yield from (Finding((*path, script, index), *fault) for fault in _faults_of_word(word))


def _faults_of_word(word: str) -> Iterator[tuple[str, str]]:
    """What is wrong with one word, and the fix."""
    if len(word) > WORD_MAX:
        yield f"the word has more than {WORD_MAX} characters", "Keep the part that decides"
    if word.count(GAP) > 1:
        yield f"the word {word} has more than one gap", "Write two words"
    elif GAP in word and not all(part.strip() for part in word.split(GAP)):
        yield f"the word {word} begins or ends with a gap", "Leave the gap out"
    elif NUMBER in word and not all(NUMBER not in part[1:] and part != NUMBER for part in word.split(GAP)):
        yield f"the word {word} asks for a number elsewhere than before a part", "Write ^ before the word or behind …"


def faults_of_use(pack: Mapping[str, Any], lists: Mapping[str, Any]) -> Iterator[Finding]:
    """Classes of a pack whose words are not in its lists, and lists that lead to two classes."""
    users: dict[str, str] = {}
    for name, class_ in pack["classes"].items():
        path = ("classes", name, "words_of") if "words_of" in class_ else ("classes", name)
        for wanted in class_.get("words_of", [name]):
            if wanted not in lists["classes"]:
                known = ", ".join(lists["classes"])
                yield Finding(
                    path,
                    f"the words {lists['id']} have none of {wanted}",
                    f"Add them to words/{lists['id']}.yaml, or say words_of with some of: {known}",
                    "words_of: [delay]",
                )
            other = users.setdefault(wanted, name)
            if other != name:
                yield Finding(path, f"the words of {wanted} lead to {other} too", "Let them lead to one class")


def with_words(pack: Mapping[str, Any], lists: Mapping[str, Any], weights: Weights | None = None) -> dict[str, Any]:
    """The values of a pack's file together with the words that it names and the weights beside these.

    Lists that no class of the pack takes speak of troubles without a class: an account that was stolen (账号被盗) is no
    stolen parcel, even where a pack has no class for stolen accounts.
    """
    classes = {
        name: class_ | {"words": _joined(lists, class_.get("words_of", [name]))}
        for name, class_ in pack["classes"].items()
    }
    claims = {"claims": pack["claims"] | {"demand_words": lists["demand_words"]}} if "claims" in pack else {}
    used = {wanted for name, class_ in pack["classes"].items() for wanted in class_.get("words_of", [name])}
    left = _together([words for name, words in lists["classes"].items() if name not in used])
    shared = {"negations": lists["negations"], _WITHOUT_CLASS: left}
    shared |= {_HARMLESS: lists[_HARMLESS]} if _HARMLESS in lists else {}
    if weights is not None:
        takers = {wanted: name for name, class_ in pack["classes"].items() for wanted in class_.get("words_of", [name])}
        shared["weights"] = for_classes(weights, takers)
    return {**pack, **shared, "classes": classes, **claims}


def for_classes(weights: Weights, takers: Mapping[str, str]) -> Weights:
    """Weights whose classes are those of a pack. `takers`: the class that takes each list of words.

    A list that no class takes keeps its name behind a blank, which no class of a pack can have.
    """
    names = (takers.get(name, name if name == NOTHING else f" {name}") for name in weights.classes)
    return msgspec.structs.replace(weights, classes=tuple(names))


def faults_of_weights(weights: Weights, lists: Mapping[str, Any]) -> Iterator[str]:
    """What makes weights unfit for the lists beside which they lie."""
    unknown = {*weights.classes} - {*lists["classes"], NOTHING}
    if unknown:
        yield f"weights for classes that the words do not have: {', '.join(sorted(unknown))}"
    if len(weights.bias) != len(weights.classes) or len(weights.traditional) != len(weights.simplified):
        yield "not one bias for each class, or not one simplified character for each traditional one"
    numbers = range(len(weights.classes))
    for gram, pairs in weights.grams.items():
        if len(pairs) % 2 or any(number not in numbers for number in pairs[::2]):
            yield f"the gram {gram} has weights of no class"
            return


def _joined(lists: Mapping[str, Any], names: Sequence[str]) -> dict[str, list[str]]:
    return _together([lists["classes"][name] for name in names])


def _together(lists: Sequence[Mapping[str, Sequence[str]]]) -> dict[str, list[str]]:
    return {script: [word for words in lists for word in words[script]] for script in _SCRIPTS}

"""Lists of words are files of their own, shared by all packs that speak of the same troubles.

A pack names its lists (`words: courier`). A class takes the list of its own name, or those that `words_of` names.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from tousu.policy.phrases import folded
from tousu.policy.sense import Finding

_SCRIPTS: Final = ("simplified", "traditional", "english")


def faults_of_lists(lists: Mapping[str, Any]) -> Iterator[Finding]:
    """What a schema cannot say of lists: each class has a word, and no word leads to two classes."""
    owners: dict[str, str] = {}
    for name, words in lists["classes"].items():
        if not any(words[script] for script in _SCRIPTS):
            yield Finding(("classes", name), "no word leads to this class", "Add at least one word")
        for script in _SCRIPTS:
            for index, word in enumerate(words[script]):
                other = owners.setdefault(folded(word), name)
                if other != name:
                    yield Finding(
                        ("classes", name, script, index),
                        f"the word {word} is claimed by {other} too",
                        "Keep it in one class",
                    )


def faults_of_use(pack: Mapping[str, Any], lists: Mapping[str, Any]) -> Iterator[Finding]:
    """Classes of a pack whose words are not in its lists, and lists that lead to two classes."""
    users: dict[str, str] = {}
    for name, one in pack["classes"].items():
        path = ("classes", name, "words_of") if "words_of" in one else ("classes", name)
        for wanted in one.get("words_of", [name]):
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


def with_words(pack: Mapping[str, Any], lists: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a pack's file together with the words that it names."""
    classes = {
        name: one | {"words": _joined(lists, one.get("words_of", [name]))} for name, one in pack["classes"].items()
    }
    claims = pack["claims"] | {"demand_words": lists["demand_words"]}
    return {**pack, "classes": classes, "claims": claims, "negations": lists["negations"]}


def _joined(lists: Mapping[str, Any], names: list[str]) -> dict[str, list[str]]:
    return {script: [word for name in names for word in lists["classes"][name][script]] for script in _SCRIPTS}

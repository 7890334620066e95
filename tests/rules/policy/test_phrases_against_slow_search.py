"""Words are found as a slow search finds them that tries every word at every place."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from tousu.policy.pack import Words
from tousu.policy.phrases import Phrases

TEXTS = st.lists(st.sampled_from(("天", "了", "a", "b", " ", ",")), max_size=24).map("".join)
WORDS = st.lists(st.text("天了ab…", min_size=1, max_size=4), max_size=12, unique=True)


def is_sound(word: str) -> bool:
    """A gap stands between two parts, once; what is folded stays as it is."""
    head, gap, tail = word.partition("…")
    return bool(head) and (not gap or (bool(tail) and "…" not in tail))


def is_latin(letter: str) -> bool:
    return letter.isascii() and letter.isalnum()


def slow_find(text: str, owners: dict[str, str], harmless: set[str], negations: set[str]) -> list[tuple[str, str]]:
    """Every hit once, in the order of the text: at each place one word, then on behind it."""
    found: list[tuple[str, str]] = []
    place = 0
    while place < len(text):
        ends = [(word, end) for word in (*owners, *harmless) for end in slow_ends(text, place, word)]
        if not ends:
            place += 1
            continue
        word, end = min(ends, key=lambda one: rank(one[0]))
        if word not in harmless and not any(slow_negates(text, place, one) for one in negations):
            found.append((owners[word], word))
        place = end
    return list(dict.fromkeys(found))


def rank(word: str) -> tuple[int, int, str]:
    """The word with the most letters goes first, then the one with the longer first part."""
    return -len(word.replace("…", "")), -len(word.partition("…")[0]), word


def slow_ends(text: str, place: int, word: str) -> list[int]:
    """Where a word that begins here ends, the nearest end only."""
    head, gap, tail = word.partition("…")
    if not text.startswith(head, place) or not slow_whole(text, place, head):
        return []
    if not gap:
        return [place + len(head)]
    start = place + len(head)
    reach = 30 if tail.isascii() else 8
    for between in range(reach + 1):
        at = start + between
        if "," in text[start:at]:
            return []
        if text.startswith(tail, at) and slow_whole(text, at, tail):
            return [at + len(tail)]
    return []


def slow_whole(text: str, at: int, part: str) -> bool:
    """A part in Latin letters is no piece of a longer word; one that only begins so may go on in Chinese."""
    before, after = text[at - 1 : at] if at else "", text[at + len(part) : at + len(part) + 1]
    cut_off = is_latin(part[0]) and bool(before) and is_latin(before)
    goes_on = part[-1].isascii() and bool(after) and is_latin(after)
    return not cut_off and not goes_on


def slow_negates(text: str, place: int, negation: str) -> bool:
    before = text[:place].removesuffix(" ")
    at = len(before) - len(negation)
    return before.endswith(negation) and not (negation[0].isascii() and at > 0 and is_latin(before[at - 1]))


@given(
    text=TEXTS,
    first=WORDS,
    second=WORDS,
    harmless=WORDS,
    negations=st.lists(st.text("天a", min_size=1, max_size=2), max_size=2, unique=True),
)
def test_words_are_found_as_a_slow_search_finds_them(
    text: str, first: list[str], second: list[str], harmless: list[str], negations: list[str]
) -> None:
    owners: dict[str, str] = {}
    for owner, listed in (("first", first), ("second", second)):
        for word in filter(is_sound, listed):
            owners.setdefault(word, owner)
    nothing = {word for word in filter(is_sound, harmless) if word not in owners}
    phrases = Phrases(
        {name: chinese([word for word, owner in owners.items() if owner == name]) for name in ("first", "second")},
        chinese(negations),
        chinese(sorted(nothing)),
    )
    found = [(hit.owner, hit.word) for hit in phrases.find(text)]
    assert found == slow_find(
        re.sub(" +", " ", re.sub("(?<=[天了]) +(?=[天了])", "", text)), owners, nothing, set(negations)
    )


def chinese(words: list[str]) -> Words:
    return Words(simplified=tuple(words), traditional=(), english=())

"""Packs and words of the repository, each read once for the run: a pack takes a tenth of a second, and never changes.

Whoever tests the reading itself, or reads a file that the test writes, takes `tousu.policy.loading`.
"""

from __future__ import annotations

from functools import cache

from tousu.policy import loading
from tousu.policy.pack import Pack
from tousu.policy.policies import Policies
from tousu.policy.words import WordLists


@cache
def load_pack(name: str) -> Pack:
    """The pack of this name."""
    return loading.load_pack(name)


@cache
def load_policies(name: str) -> Policies:
    """The pack of this name with its earlier versions."""
    return loading.load_policies(name)


@cache
def load_words(name: str) -> WordLists:
    """The lists of words of this name, with the weights beside them."""
    return loading.load_words(name)

"""Where the states of what ended long ago lie: in an archive beside their table, so that the tables at work stay small.

A state is the same in either place. It is read, woken, changed and deleted wherever it lies, and one that changes comes
back, so where it lies decides nothing: no event tells of a move, and a rebuild need not know. An owner moves rows in
quiet moments, a few at a time, under the compare-and-set of its shard, so never while a turn is under way.
"""

from __future__ import annotations


def archive_of(table: str) -> str:
    """The name of a table's archive."""
    return f"{table}_archive"


def whole_of(table: str) -> str:
    """The name of the view of a table and its archive."""
    return f"{table}_all"

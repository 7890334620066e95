"""Words of a pack that mark a case: whether a word is one of them."""

from __future__ import annotations

from tousu.policy.pack import Pack


def why_unknown(pack: Pack, fact: str, word: str) -> str:
    """Why a word marks nothing by a pack, in a sentence that does not repeat it; empty where it is one of its words."""
    known = pack.marks.get(fact, {})
    if word in known:
        return ""
    fix = f"use one of: {', '.join(known)}" if known else "this pack has no words for it"
    return f"{fact} is none of pack {pack.id} {pack.version}; {fix}"

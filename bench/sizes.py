"""How much is measured: the full run, the quick one, and one so small that it only shows that everything works."""

from __future__ import annotations

from typing import Final, NamedTuple


class Sizes(NamedTuple):
    """Counts are of records unless the name says otherwise."""

    name: str
    cases: int
    """cases of the rehearsal, which gives every processor behind intake its backlog"""
    intake_events: int
    loop_events: int
    faust_events: int
    whole_cases: int
    latency_s: int
    latency_per_s: int
    open_few: int
    open_many: int
    ticks: int
    herd: int
    recount: int
    """open clocks that are recalculated while live events go on"""
    recount_live: int
    """live events before the first clock is recalculated, which those during it are held against"""
    folded_cases: int
    aged_events: int
    awards: int
    """decisions about amounts"""
    against_cases: int
    """cases with which both commits are measured, and how often"""
    against_pairs: int
    herd_s: int
    """how long the herd may take at most, seconds"""
    persons: int
    """whose month closes at one moment"""
    outlets: int


FULL: Final = Sizes(
    "full", cases=4_000, intake_events=10_000, loop_events=200_000, faust_events=8_000, whole_cases=4_000,
    latency_s=30, latency_per_s=200, open_few=1_000, open_many=1_000_000, ticks=200, herd=100_000, herd_s=120,
    recount=100_000, recount_live=2_000, folded_cases=4_000, aged_events=2_000, awards=24_000,
    persons=10_000, outlets=1_000, against_cases=150, against_pairs=21,
)  # fmt: skip
QUICK: Final = Sizes(
    "quick", cases=2_400, intake_events=3_000, loop_events=40_000, faust_events=2_000, whole_cases=500,
    latency_s=8, latency_per_s=200, open_few=1_000, open_many=100_000, ticks=60, herd=20_000, herd_s=60,
    recount=2_000, recount_live=320, folded_cases=1_000, aged_events=500, awards=6_000,
    persons=10_000, outlets=1_000, against_cases=100, against_pairs=11,
)  # fmt: skip
TINY: Final = Sizes(
    "tiny", cases=16, intake_events=40, loop_events=200, faust_events=50, whole_cases=12,
    latency_s=1, latency_per_s=20, open_few=20, open_many=200, ticks=4, herd=60, herd_s=30,
    recount=60, recount_live=80, folded_cases=16, aged_events=5, awards=24,
    persons=40, outlets=10, against_cases=10, against_pairs=1,
)  # fmt: skip
SIZES: Final = {each.name: each for each in (FULL, QUICK, TINY)}

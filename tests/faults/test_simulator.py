"""Hundreds of seeded runs under faults in one process; `make faults-long` has 20,000.

`TOUSU_FAULT_SEEDS=1000000 make test-faults ARGS='-k simulator'` runs as many as you like. A seed that fails
is replayed with `python -m tests.faults.replay SEED`.
"""

from __future__ import annotations

import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor

import pytest

from tests.faults import broken, oracle
from tests.faults.simulator import FlakyStore, Run
from tousu.runtime.loop import Loop
from tousu.runtime.store import Store

SEEDS = int(os.environ.get("TOUSU_FAULT_SEEDS", "300"))
FIRST = int(os.environ.get("TOUSU_FAULT_SEED_FIRST", "0"))
CHUNK = 100


TWO_CONTENTS = "(I2|I10: counter halted: .*repeated_with_other_content)"
"""One number with two contents: the topics show it, or its reader finds it first and halts."""


def failures(first: int) -> list[str]:
    """The seeds of one chunk that break an invariant."""
    found = []
    for seed in range(first, min(first + CHUNK, FIRST + SEEDS)):
        try:
            Run(seed).go()
        except Exception as error:  # noqa: BLE001 - whatever it is, the seed that leads to it is what counts
            found.append(f"seed {seed}: {type(error).__name__}: {error}")
    return found


def test_no_schedule_of_faults_breaks_an_invariant() -> None:
    with ProcessPoolExecutor(os.cpu_count(), multiprocessing.get_context("spawn")) as pool:
        found = [line for lines in pool.map(failures, range(FIRST, FIRST + SEEDS, CHUNK)) for line in lines]
    assert not found, f"{len(found)} of {SEEDS} seeds; replay with python -m tests.faults.replay SEED\n" + "\n".join(
        found[:20]
    )


@pytest.mark.parametrize(
    ("loop_type", "store_type", "invariant"),
    (
        (Loop, broken.WithoutCompareAndSet, TWO_CONTENTS),
        (broken.SeeksInsteadOfOpening, FlakyStore, TWO_CONTENTS),
        (broken.ForgetsWhatIsPending, FlakyStore, "I"),
        (broken.AppliesDuplicates, FlakyStore, "I3"),
        (broken.TicksByTheWall, FlakyStore, "I8"),
        (Loop, broken.ForgetsTheArchive, "I"),
    ),
    ids=("compare-and-set", "re-initialisation", "pending outputs", "deduplication", "shard time", "archive"),
)
def test_the_campaign_catches_a_broken_safeguard(
    loop_type: type[Loop], store_type: type[Store], invariant: str
) -> None:
    def campaign() -> None:
        for seed in range(300):
            Run(seed, loop_type, store_type).go()

    with pytest.raises(oracle.Verdict, match=f"^{invariant}"):
        campaign()


def test_a_seed_decides_everything() -> None:
    first, second = Run(7), Run(7)
    first.go()
    second.go()
    assert first.sent == second.sent
    assert first.world.broker.published == second.world.broker.published

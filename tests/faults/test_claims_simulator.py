"""Claims under the simulator's schedules: the money balances after every step, whoever dies (I7), and nothing differs.

`TOUSU_FAULT_SEEDS=100000 make test-faults ARGS='-k claims_simulator'` runs a long form: one run of claims for 30
seeds of the simulator.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor

import pytest

from services.claims.rules import ClaimsRules
from tests.faults import broken, oracle
from tests.faults.claims_simulator import ClaimsRun
from tests.faults.simulator import FlakyStore
from tests.faults.test_simulator import FIRST, SEEDS
from tousu.runtime.loop import Loop
from tousu.runtime.store import Store

RUNS = max(1, SEEDS // 30)
CHUNK = 4


def failures(first: int) -> list[str]:
    """The seeds of one chunk that break an invariant."""
    found = []
    for seed in range(first, min(first + CHUNK, FIRST + RUNS)):
        try:
            ClaimsRun(seed).go()
        except Exception as error:  # noqa: BLE001 - whatever it is, the seed that leads to it is what counts
            found.append(f"seed {seed}: {type(error).__name__}: {error}")
    return found


def test_no_schedule_of_faults_unbalances_the_money_or_tells_finance_twice() -> None:
    with ProcessPoolExecutor(os.cpu_count(), multiprocessing.get_context("spawn")) as pool:
        found = [line for lines in pool.map(failures, range(FIRST, FIRST + RUNS, CHUNK)) for line in lines]
    assert not found, f"{len(found)} of {RUNS} seeds\n" + "\n".join(found[:20])


@pytest.mark.parametrize(
    ("loop_type", "store_type", "rules", "invariant"),
    [
        (Loop, broken.WithoutCompareAndSet, ClaimsRules, "I"),
        (Loop, broken.BooksInTwoTransactions, ClaimsRules, "I7"),
        (broken.AppliesDuplicates, FlakyStore, ClaimsRules, "I"),
        (broken.ForgetsWhatIsPending, FlakyStore, ClaimsRules, "I"),
        (Loop, FlakyStore, broken.PaysAtEachConfirmation, "I7"),
        (Loop, FlakyStore, broken.InstructsWithEveryReport, "I7"),
    ],
    ids=("compare-and-set", "one transaction", "deduplication", "pending outputs", "what is outstanding", "told once"),
)
def test_the_campaign_catches_claims_without_a_safeguard(
    loop_type: type[Loop], store_type: type[Store], rules: Callable[..., ClaimsRules], invariant: str
) -> None:
    class Broken(ClaimsRun):
        pass

    Broken.rules = rules

    def campaign() -> None:
        for seed in range(40):
            Broken(seed, loop_type, store_type).go()

    with pytest.raises(oracle.Verdict, match=f"^{invariant}"):
        campaign()

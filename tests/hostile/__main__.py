"""`python -m tests.hostile`: every trial of hostile input, the random one longer and with a seed of its own.

The seed is said, so that a failure can be tried again: `python -m tests.hostile --seed 7463 --events 60000`.
"""

from __future__ import annotations

import argparse
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable
from random import SystemRandom

from tests.hostile import trials


def main() -> int:
    words = argparse.ArgumentParser(description="Hand hostile input to intake; exit code 1 when something got through.")
    words.add_argument("--seed", type=int, default=SystemRandom().randrange(1_000_000))
    words.add_argument("--events", type=int, default=20_000)
    asked = words.parse_args()
    every: dict[str, Callable[[], Counter[str]]] = {
        "classes of JSON": trials.json_suite,
        "naughty strings": trials.naughty_strings,
        "marked data": trials.marked_data,
        f"fuzz, seed {asked.seed}": lambda: trials.fuzzed(asked.seed, asked.events),
    }
    failed = False
    for name, trial in every.items():
        begun_s = time.monotonic()
        try:
            told = ", ".join(f"{count} {answer}" for answer, count in trial().most_common())
        except Exception:  # noqa: BLE001 - whatever it is, it is the finding
            failed, told = True, "FAILED: " + traceback.format_exc(limit=-4)
        sys.stdout.write(f"{name}: {told} ({time.monotonic() - begun_s:.1f} s)\n")
        sys.stdout.flush()
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())

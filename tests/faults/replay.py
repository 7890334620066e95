"""Runs one seed of the simulator again: `python -m tests.faults.replay SEED`."""

from __future__ import annotations

import sys

from tests.faults.oracle import Verdict
from tests.faults.simulator import Run


def main() -> int:
    if len(sys.argv) != 2 or not sys.argv[1].isdigit():
        print("usage: python -m tests.faults.replay SEED", file=sys.stderr)
        return 2
    run = Run(int(sys.argv[1]))
    try:
        run.go()
    except Verdict as verdict:
        print(f"seed {sys.argv[1]}: {verdict}")
        return 1
    print(f"seed {sys.argv[1]}: every invariant holds over {len(run.sent)} inputs")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

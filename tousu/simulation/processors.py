"""Which processors there are: the one list that `tousu up`, the demo, simulations and audits go by."""

from __future__ import annotations

from typing import Final

PROCESSORS: Final = ("intake", "router", "sla", "claims", "penalties", "trends")
"""Every processor, each behind those whose topics it reads. A seventh one is one entry more, here and nowhere else."""
WITHOUT_BOOKMARK: Final = frozenset({"trends"})
"""On Kafka it counts in faust-streaming's tables and keeps one row of memory, but no bookmark to look at."""
WITH_BOOKMARK: Final = tuple(name for name in PROCESSORS if name not in WITHOUT_BOOKMARK)
LEDGERS: Final = ("claims", "penalties")
"""Processors that keep a ledger (kind `entry`)."""
NOT_EVERYWHERE: Final = frozenset({"penalties"})
"""A data folder may be without them: whoever reads it says so and goes on."""

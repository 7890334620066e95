"""Which processors there are: the one list that `tousu up`, the demo, simulations and audits go by."""

from __future__ import annotations

from typing import Final

PROCESSORS: Final = ("intake", "router", "sla", "claims", "trends")
"""Every processor, each behind those whose topics it reads. A sixth one is one entry more, here and nowhere else."""
WITHOUT_DATABASE: Final = frozenset({"trends"})
"""On Kafka it keeps nothing but the log (faust-streaming's tables), so it has no bookmark to look at."""
WITH_DATABASE: Final = tuple(name for name in PROCESSORS if name not in WITHOUT_DATABASE)

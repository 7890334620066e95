"""What every composition root gets handed: the packs, the keys, the contract. Made once a process (or simulation)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from tousu.contract import Sources
from tousu.policy.policies import Policies
from tousu.runtime.processor import Check, Processor


@dataclass(frozen=True, slots=True)
class Wiring:
    """The dependencies of a processor.

    `partitions` is the one partition count of all topics. `master_key` (32 bytes) wraps the keys of personal records;
    only intake uses it, and `sources`: who may speak on which topic (None: as the cards say). `check` and `schema_of`
    come from the contract (`tousu.contract`).
    """

    policies: Policies
    partitions: int
    time_from_events: bool
    master_key: bytes = field(repr=False)
    check: Check | None
    schema_of: Callable[[str], str] | None
    sources: Sources | None = None


Compose = Callable[[Wiring], Processor]
"""`services/<name>/processor.py` has one function of this form, called `processor`."""

"""Trends: watches counts by kind, outlet and region over sliding windows and warns early; nothing depends on it."""

from __future__ import annotations

from typing import Final

KEEPS_CHECKPOINT: Final = False
"""On Kafka it counts in faust-streaming's tables and keeps one row of memory, but no checkpoint to look at."""

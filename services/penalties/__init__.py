"""Penalties: what persons, outlets and heads of departments have to bear, suspensions, and the figures of months."""

from __future__ import annotations

from typing import Final

KEEPS_LEDGER: Final = True
"""Its kind `entry` is a ledger (tousu/runtime/ledger.py), held against the events by `tousu audit`."""

"""Claims: what customers ask to be paid for. It opens and closes claims; amounts and penalties follow."""

from __future__ import annotations

from typing import Final

KEEPS_LEDGER: Final = True
"""Its kind `entry` is a ledger (tousu/runtime/ledger.py), held against the events by `tousu audit`."""

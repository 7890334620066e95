"""Tables get a version. Those that were made before there were any are as they stood then; nothing in them changes."""

from __future__ import annotations

from tousu.runtime.upgrading import Tables


def upgrade(tables: Tables) -> None:
    """Nothing to change: that this was applied is written down, and that is all."""

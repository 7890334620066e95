"""The exit codes of every command, beside 0 (done) and 2 (written wrongly); `tousu.cli` says what each means."""

from __future__ import annotations

from typing import Final

FOUND: Final = 1
UNREACHABLE: Final = 3
REFUSED: Final = 4
INTERRUPTED: Final = 130

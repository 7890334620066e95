"""Runs one copy of penalties: `python -m services.penalties`."""

from __future__ import annotations

from services.penalties.processor import processor
from tousu.runtime.process import run

raise SystemExit(run("penalties", processor))

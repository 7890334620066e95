"""Runs one copy of sla: `python -m services.sla`."""

from __future__ import annotations

from services.sla.processor import processor
from tousu.runtime.process import run

raise SystemExit(run("sla", processor))

"""Runs trends: `python -m services.trends`."""

from __future__ import annotations

from services.trends.process import work
from tousu.runtime.process import run_work

raise SystemExit(run_work("trends", work))

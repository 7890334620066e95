"""Runs one copy of the router: `python -m services.router`."""

from __future__ import annotations

from services.router.processor import processor
from tousu.runtime.process import run

raise SystemExit(run("router", processor))

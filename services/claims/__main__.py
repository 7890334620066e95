"""Runs one copy of claims: `python -m services.claims`."""

from __future__ import annotations

from services.claims.processor import processor
from tousu.runtime.process import run

raise SystemExit(run("claims", processor))

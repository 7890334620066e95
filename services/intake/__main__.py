"""`python -m services.intake`: one copy of intake at work."""

from __future__ import annotations

from services.intake.processor import processor
from tousu.runtime.process import run

raise SystemExit(run("intake", processor))

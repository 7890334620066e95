"""The demo: a realistic day of a courier network, played on a broker to real processors, and what to see of it."""

from __future__ import annotations

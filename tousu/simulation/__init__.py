"""The whole pipeline in one process, in memory, on a clock that the input sets: `tousu simulate` and the stories."""

from __future__ import annotations

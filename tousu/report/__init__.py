"""Reports from the log: the published events folded into figures by period and group (docs/reports.md).

Pure: events come in as arguments, figures, text and pictures as text go out. Who reads the log is `tousu.cli.report`.
"""

from __future__ import annotations

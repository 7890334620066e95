"""Every dashboard there is."""

from __future__ import annotations

from typing import Final

from deploy.grafana import intake, money, pipeline, processor, sla
from deploy.grafana.board import Board

BOARDS: Final[tuple[Board, ...]] = (pipeline.BOARD, sla.BOARD, processor.BOARD, money.BOARD, intake.BOARD)

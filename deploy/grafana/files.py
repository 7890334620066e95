"""The files that Grafana is provisioned from and that code makes: path below deploy/grafana -> text."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from grafana_foundation_sdk.cog.encoder import JSONEncoder

from deploy.grafana.alerting import alert_rules
from deploy.grafana.board import built
from deploy.grafana.boards import BOARDS

HERE: Final = Path(__file__).resolve().parent


def files() -> dict[str, str]:
    """Every file, with its text."""
    boards = {
        f"dashboards/{board.name}.json": json.dumps(built(board, BOARDS), cls=JSONEncoder, indent=1, sort_keys=True)
        + "\n"
        for board in BOARDS
    }
    return boards | {"provisioning/alerting/rules.yaml": alert_rules()}

"""Pictures of the dashboards in docs/dashboards: `python -m deploy.grafana.pictures` plays the demo, asks, draws.

Needs Prometheus on this machine. The pictures change with every run, since they show what was measured.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from deploy.grafana.board import Board, Look
from deploy.grafana.boards import BOARDS
from deploy.grafana.picture import Told, drawn, named
from deploy.local.prometheus import Prometheus

FOLDER: Final = Path(__file__).resolve().parents[2] / "docs" / "dashboards"
PROCESSOR: Final = "router"
"""The one whose dashboard is drawn."""
EVERYBODY: Final = 6


def filled(expr: str) -> str:
    """A query as Grafana would send it, with its variables."""
    words = {"$__rate_interval": "4s", "$__range": "2m", "$department": ".*", "$processor": PROCESSOR}
    for name, value in words.items():
        expr = expr.replace(name, value)
    return expr


def answers(prometheus: Prometheus, look: Look, from_s: float, to_s: float) -> list[Told]:
    """What a panel shows of this time."""
    told = []
    for query in look.queries:
        if look.form in {"lines", "areas"}:
            found = prometheus.course(filled(query.expr), from_s, to_s, 0.5)
        else:
            found = prometheus.ask(filled(query.expr), to_s)
        for series in found:
            points = series.get("values") or [series["value"]]
            name = named(query.legend, series["metric"])
            told.append(Told(name, tuple((float(at), float(value)) for at, value in points)))
    return told


def draw(board: Board, prometheus: Prometheus, from_s: float, to_s: float) -> str:
    every = {look: answers(prometheus, look, from_s, to_s) for row in board.rows for look in row.looks}
    what = f"The demo: {to_s - from_s:.0f} seconds, in which 17 days pass. Drawn from what Prometheus measured."
    return drawn(board, every, what)


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        data = Path(name) / "demo"
        with Prometheus(Path(name) / "prometheus", data) as prometheus:
            tousu = str(Path(sys.executable).with_name("tousu"))
            subprocess.run([tousu, "demo", "--data", str(data)], check=True, stdout=subprocess.DEVNULL)
            now_s = time.time()
            prometheus.rest()
            (seen,) = prometheus.course(f'count(up{{job="tousu"}} == 1) == {EVERYBODY}', now_s - 300, now_s, 0.25)
            from_s, to_s = float(seen["values"][0][0]), float(seen["values"][-1][0])
            for board in BOARDS:
                (FOLDER / f"{board.name}.svg").write_text(draw(board, prometheus, from_s, to_s), encoding="utf-8")
                print(f"drew {board.name}")


if __name__ == "__main__":
    main()

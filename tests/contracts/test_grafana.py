"""What Grafana is provisioned from is what the code makes, and says what it may: declared metrics, own panels."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from deploy.grafana.boards import BOARDS
from deploy.grafana.files import HERE, files

ROOT = Path(__file__).resolve().parents[2]
DASHBOARDS = sorted((HERE / "dashboards").glob("*.json"))


@pytest.mark.parametrize("name", sorted(files()))
def test_a_file_is_what_the_code_makes(name: str) -> None:
    assert (HERE / name).read_text("utf-8") == files()[name], "python -m deploy.grafana"


def test_no_other_file_lies_among_those_that_are_made() -> None:
    assert {f"dashboards/{path.name}" for path in DASHBOARDS} == {name for name in files() if name.startswith("dashb")}


def loaded(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found


@pytest.mark.parametrize("path", DASHBOARDS, ids=lambda path: path.stem)
def test_a_dashboard_is_complete(path: Path) -> None:
    board = loaded(path)
    panels = [panel for panel in board["panels"] if panel["type"] != "row"]
    assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])
    assert all(panel["description"].endswith((".", "`.")) and panel["targets"] for panel in panels)
    assert all(target["expr"].count("(") == target["expr"].count(")") for each in panels for target in each["targets"])
    assert {link["url"] for link in board["links"]} == {f"/d/{each.uid}" for each in BOARDS if each.name != path.stem}
    chosen = {variable["name"] for variable in board["templating"]["list"]}
    asked = {word for each in panels for target in each["targets"] for word in ("processor", "department") if f'"${word}"' in target["expr"]}  # fmt: skip # noqa: E501
    assert chosen == {"datasource", *asked}


@pytest.mark.parametrize("path", DASHBOARDS, ids=lambda path: path.stem)
def test_no_two_panels_lie_on_one_place(path: Path) -> None:
    cells = Counter(
        (column, line)
        for panel in loaded(path)["panels"]
        for column in range(panel["gridPos"]["x"], panel["gridPos"]["x"] + panel["gridPos"]["w"])
        for line in range(panel["gridPos"]["y"], panel["gridPos"]["y"] + panel["gridPos"]["h"])
    )
    assert max(cells.values()) == 1
    assert max(column for column, _ in cells) < 24

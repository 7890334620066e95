"""The lanes of `make test`: no folder is forgotten, no failure is lost, nothing is interleaved."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from tests.side_by_side import LANES_OF_THEIR_OWN, ROOT, closing_line, elsewhere, how_far, lanes, run

CONFIGURED: list[str] = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["pytest"]["ini_options"][
    "testpaths"
]


INSIDE = [lane for lane in LANES_OF_THEIR_OWN if lane not in CONFIGURED]
"""Lanes of what stands in a folder."""


def test_every_folder_is_in_exactly_one_lane() -> None:
    found = [folder for lane in lanes(CONFIGURED) for folder in lane]
    assert sorted(found) == sorted([*CONFIGURED, *INSIDE])


def test_what_has_a_lane_of_its_own_is_there_and_left_out_of_its_folder() -> None:
    for lane in INSIDE:
        assert (ROOT / lane).exists()
        assert f"--ignore={lane}" in elsewhere([str(Path(lane).parent)])
    assert elsewhere(["tests/rules", "tests/hostile"]) == []


def test_folders_that_have_no_lane_of_their_own_keep_their_order(tmp_path: Path) -> None:
    asked = ["tests/b", "tests/integration", "tests/a"]
    assert lanes(asked, tmp_path) == [["tests/b", "tests/a"], ["tests/integration"]]


@pytest.mark.parametrize(
    ("said", "closing"),
    [
        (("==== 2 passed in 1.20s ====", "==== 3 passed in 99.00s (0:01:39) ====\n"), "5 passed in 9.00s"),
        (("= 2 passed in 1.20s =", "= 1 failed, 3 passed, 1 skipped in 3.00s ="), "1 failed, 5 passed, 1 skipped"),
        (("= 1 error in 1.20s =", "= 1 passed, 2 errors in 3.00s ="), "3 errors, 1 passed"),
        (("= 2 passed in 1.20s =", "Fatal Python error"), "1 error, 2 passed"),
        (("= 2 passed in 1.20s =", ""), "1 error, 2 passed"),
    ],
)
def test_closing_line_adds_up_and_a_lane_that_broke_off_is_an_error(said: tuple[str, ...], closing: str) -> None:
    assert closing in closing_line(said, 9.0)


def test_progress_is_the_last_percentage_and_the_file_that_runs_now() -> None:
    assert how_far("collected 3 items\n") == "0% collecting"
    assert how_far("tests/rules/test_a.py ..    [ 66%]\ntests/rules/sla/test_b.py .") == "66% test_b"


def plant(root: Path, **tests: str) -> None:
    """A small tree with a test in each folder named."""
    paths = ", ".join(f'"tests/{folder}"' for folder in tests)
    (root / "pyproject.toml").write_text(f"[tool.pytest.ini_options]\ntestpaths = [{paths}]\n")
    for folder, body in tests.items():
        (root / "tests" / folder).mkdir(parents=True)
        (root / "tests" / folder / f"test_{folder}.py").write_text(f"def test_{folder}():\n    {body}\n")


@pytest.mark.parametrize(
    ("bodies", "status", "closing"),
    [
        ({"rules": "pass", "integration": "pass", "faults": "pass"}, 0, "3 passed in"),
        ({"rules": "pass", "integration": "assert 0", "faults": "pass"}, 1, "1 failed, 2 passed in"),
        ({"rules": "pass", "faults": "import os; os._exit(7)"}, 7, "1 error, 1 passed in"),
    ],
)  # fmt: skip
def test_a_lane_that_fails_fails_the_run(tmp_path: Path, bodies: dict[str, str], status: int, closing: str) -> None:
    plant(tmp_path, **bodies)
    said: list[str] = []
    assert run(tmp_path, said.append, at_once=2) == status
    assert closing in said[-1]
    for folder in bodies:
        (whole,) = [words for words in said if f"\n{folder}, " in words]
        assert not [other for other in bodies if other != folder and f"test_{other}.py" in whole]

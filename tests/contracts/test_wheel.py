"""What the wheel carries: the contract, the packs, the written day; not the program that wrote it."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WHEEL = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]["targets"][
    "wheel"
]


def test_the_day_is_found_where_the_wheel_puts_it(tmp_path: Path) -> None:
    for package in WHEEL["packages"]:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    for here, there in WHEEL["force-include"].items():
        (tmp_path / there).parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if (ROOT / here).is_dir() else shutil.copy)(ROOT / here, tmp_path / there)
    asked = "from tousu.demo.run import the_day; print(the_day())"
    done = subprocess.run([sys.executable, "-c", asked], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert Path(done.stdout.strip()) == tmp_path / "tousu/examples/courier-day.jsonl"
    assert not (tmp_path / "examples").exists()


def test_the_image_gets_what_the_wheel_is_made_of() -> None:
    recipe = (ROOT / "deploy/container/Containerfile").read_text("utf-8")
    copied = {line.split()[1] for line in recipe.splitlines() if line.startswith("COPY ") and "--from" not in line}
    let_in = {
        line[1:] for line in (ROOT / ".containerignore").read_text("utf-8").splitlines() if line.startswith("!")
    }  # fmt: skip
    assert {*WHEEL["packages"], *WHEEL["force-include"]} <= copied & let_in

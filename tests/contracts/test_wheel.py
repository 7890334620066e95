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

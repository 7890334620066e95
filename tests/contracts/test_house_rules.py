"""The house rules hold, and each of them can fail."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.contracts import house
from tousu.local.machine import cache_folder

ROOT = Path(__file__).resolve().parents[2]
TOOLS = Path(sys.executable).parent
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())

RULES_OF_THE_TREE = (
    house.banned_names,
    house.long_modules,
    house.long_functions,
    house.banned_in_tests,
    house.banned_calls,
    house.dead_modules,
    house.import_circles,
    house.repeated_class_names,
)

# A smallest tree that breaks a rule: rule, file, its text, what the sentence must name.
BREAKS = (
    (house.banned_names, "tousu/utils.py", "", "`utils` says nothing"),
    (house.banned_names, "services/sla/common/time.py", "", "`common` says nothing"),
    (house.long_modules, "tousu/story.py", "x = 1\n" * 401, "401 lines"),
    (house.long_functions, "tousu/story.py", "def tell():\n" + "    x = 1\n" * 70, "tell has 71 lines"),
    (house.long_functions, "tests/rules/test_x.py", "async def tell():\n" + "    x = 1\n" * 70, "tell has 71 lines"),
    (house.banned_calls, "tousu/x.py", "admin.describe_cluster()\n", "describe_cluster"),
    (house.banned_in_tests, "tests/rules/test_x.py", "from unittest.mock import patch\n", "unittest.mock"),
    (house.banned_in_tests, "tests/rules/test_x.py", "from unittest import mock\n", "unittest.mock"),
    (house.banned_in_tests, "tests/rules/test_x.py", "import time\ntime.sleep(1)\n", "time.sleep"),
    (house.banned_in_tests, "tests/rules/test_x.py", "from time import sleep\n", "time.sleep"),
    (house.dead_modules, "tousu/forgotten.py", "", "tousu/forgotten.py"),
    (house.dead_modules, "tousu/forgotten.py", "from tousu.forgotten import itself\n", "tousu/forgotten.py"),
    (
        house.repeated_class_names,
        "tousu/x.py",
        "class A: ...\ndef f():\n    class A: ...\n",
        "A is the name of 2 classes",
    ),
)

KEEPS = (
    (house.long_modules, "tousu/story.py", "x = 1\n" * 400),
    (house.long_functions, "tousu/story.py", "def tell():\n" + "    x = 1\n" * 69),
    (house.dead_modules, "tousu/tool.py", 'if __name__ == "__main__":\n    pass\n'),
    (house.dead_modules, "services/sla/__main__.py", ""),
)


def plant(root: Path, file: str, text: str) -> None:
    (root / file).parent.mkdir(parents=True, exist_ok=True)
    (root / file).write_text(text)


@pytest.mark.parametrize("rule", RULES_OF_THE_TREE, ids=lambda rule: rule.__name__)
def test_the_tree_keeps_the_rule(rule: Any) -> None:
    assert rule(ROOT) == []


@pytest.mark.parametrize(("rule", "file", "text", "named"), BREAKS)
def test_the_rule_names_what_breaks_it(rule: Any, file: str, text: str, named: str, tmp_path: Path) -> None:
    plant(tmp_path, file, text)
    (fault,) = rule(tmp_path)
    assert named in fault


@pytest.mark.parametrize(("rule", "file", "text"), KEEPS)
def test_the_rule_is_no_stricter_than_it_says(rule: Any, file: str, text: str, tmp_path: Path) -> None:
    plant(tmp_path, file, text)
    assert rule(tmp_path) == []


def test_a_module_that_another_one_imports_is_not_dead(tmp_path: Path) -> None:
    plant(tmp_path, "tousu/used.py", "")
    plant(tmp_path, "services/sla/__main__.py", "from tousu import used\n")
    assert house.dead_modules(tmp_path) == []


def test_a_module_that_only_tests_import_is_dead(tmp_path: Path) -> None:
    plant(tmp_path, "tousu/forgotten.py", "")
    plant(tmp_path, "tests/rules/test_forgotten.py", "import tousu.forgotten\n")
    assert len(house.dead_modules(tmp_path)) == 1


CIRCLES = (
    ({"tousu/a.py": "import tousu.b\n", "tousu/b.py": "from tousu import a\n"}, "tousu.a -> tousu.b"),
    ({"tousu/a.py": "def f():\n    from tousu.b import g\n", "tousu/b.py": "from . import a\n"}, "tousu.a -> tousu.b"),
    (
        {"tousu/a/__init__.py": "from tousu.a.b import c\n", "tousu/a/b.py": "from tousu.a import d\n"},
        "tousu.a -> tousu.a.b",
    ),
    (
        {"tousu/x/a.py": "import tousu.y.a\n", "tousu/y/a.py": "", "tousu/y/b.py": "import tousu.x.b\n",
         "tousu/x/b.py": "", "tousu/x/__init__.py": "", "tousu/y/__init__.py": ""},
        "tousu.x -> tousu.y",
    ),
    (
        {"services/sla/x/a.py": "import services.sla.y\n", "services/sla/y.py": "import services.sla.x.b\n",
         "services/sla/x/b.py": ""},
        "services.sla.x -> services.sla.y",
    ),
)  # fmt: skip


@pytest.mark.parametrize(("files", "named"), CIRCLES)
def test_a_circle_of_imports_is_named(files: dict[str, str], named: str, tmp_path: Path) -> None:
    for file, text in files.items():
        plant(tmp_path, file, text)
    (fault,) = house.import_circles(tmp_path)
    here, there = named.split(" -> ")
    assert here in fault and there in fault


def test_a_way_that_comes_back_by_another_package_is_no_circle_without_a_way_on(tmp_path: Path) -> None:
    plant(tmp_path, "tousu/x/a.py", "import tousu.y.a\nimport tousu.z\n")
    plant(tmp_path, "tousu/y/a.py", "import tousu.z\n")
    plant(tmp_path, "tousu/z.py", "import services.sla.rules\n")
    plant(tmp_path, "services/sla/rules.py", "import tousu.x.a\n")
    assert [fault for fault in house.import_circles(tmp_path) if not fault.startswith("modules:")] == []


# --- layers: import-linter --------------------------------------------------------------------------------------


def lint_imports(root: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(TOOLS / "lint-imports"), "--no-cache", "--config", str(ROOT / "pyproject.toml")],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=False,
    )


CROSSINGS = (
    ("services/claims/rules.py", "import services.sla.store\n", "A service never imports another service"),
    ("tousu/event.py", "import services.sla.store\n", "tousu knows no service"),
    ("services/sla/rules.py", "import sqlalchemy\n", "Rules and policy do no I/O"),
    ("services/sla/rules.py", "import random\n", "Rules and policy do no I/O"),
    ("services/sla/rules.py", "import tousu.runtime.clock\n", "Rules and policy do no I/O"),
    ("services/sla/rules.py", "import tousu.event\n#", "Rules and policy do no I/O"),
    ("tousu/report/fold.py", "import sqlite3\n", "Rules and policy do no I/O"),
    ("tousu/ledger/__init__.py", "import sqlalchemy\n", "Rules and policy do no I/O"),
    ("tousu/policy/money.py", "import logging\n", "Rules and policy do no I/O"),
    ("tousu/explain/picture.py", "import pathlib\n", "Rules and policy do no I/O"),
    ("tousu/explain/picture.py", "import tousu.policy.loading\n", "they never load one"),
    ("services/sla/rules.py", "import tousu.policy.loading\n", "they never load one"),
)


@pytest.fixture
def small_house(tmp_path: Path) -> Path:
    """A tree in which every contract of pyproject.toml has something to look at, and all are kept."""
    for service in ("sla", "claims"):
        for module in ("__init__", "rules", "store"):
            plant(tmp_path, f"services/{service}/{module}.py", "")
    for module in (
        "__init__",
        "event",
        "domain/__init__",
        "explain/__init__",
        "explain/picture",
        "ledger/__init__",
        "policy/__init__",
        "policy/loading",
        "policy/money",
        "runtime/__init__",
        "local/__init__",
        "report/__init__",
    ):
        plant(tmp_path, f"tousu/{module}.py", "")
    plant(tmp_path, "services/__init__.py", "")
    plant(tmp_path, "tousu/runtime/clock.py", "import time\n")
    return tmp_path


def test_layers_are_kept() -> None:
    done = lint_imports(ROOT)
    assert done.returncode == 0, done.stdout


def test_small_house_keeps_the_layers(small_house: Path) -> None:
    plant(small_house, "tousu/cli.py", "import services.sla.store\n")
    plant(small_house, "services/sla/store.py", "import sqlalchemy\nimport tousu.runtime.clock\n")
    done = lint_imports(small_house)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(("file", "text", "contract"), CROSSINGS)
def test_crossing_a_layer_is_named(small_house: Path, file: str, text: str, contract: str) -> None:
    if text.endswith("#"):  # through a module in between
        plant(small_house, "tousu/event.py", "import socket\n")
    plant(small_house, file, text)
    done = lint_imports(small_house)
    broken = [line for line in done.stdout.splitlines() if line.endswith("BROKEN")]
    assert done.returncode == 1
    assert [line for line in broken if contract in line], done.stdout


# --- ownership of clock, environment, chance: ruff ----------------------------------------------------------------

BANNED_CALLS = (
    ("import datetime\nx = datetime.datetime.now(datetime.UTC)\n", "clock.py"),
    ("from datetime import datetime, UTC\nx = datetime.now(UTC)\n", "clock.py"),
    ("import time\nx = time.time()\n", "clock.py"),
    ("import uuid\nx = uuid.uuid4()\n", "derived"),
    ("import os\nx = os.environ['A']\n", "settings.py"),
    ("from os import environ\n", "settings.py"),
    ("import os\nx = os.getenv('A')\n", "settings.py"),
    ("from unittest.mock import patch\n", "fake"),
)


def ruff(code: str, pretend_file: str) -> str:
    command = [str(TOOLS / "ruff"), "check", "--select", "TID251", "--no-cache", "--stdin-filename", pretend_file, "-"]
    return subprocess.run(command, cwd=ROOT, input=code, capture_output=True, text=True, check=False).stdout


@pytest.mark.parametrize(("code", "replacement"), BANNED_CALLS)
def test_a_banned_call_is_answered_with_its_replacement(code: str, replacement: str) -> None:
    said = ruff(code, "services/sla/rules.py")
    assert "TID251" in said
    assert replacement in said


def test_the_owner_of_the_clock_may_read_it() -> None:
    code = "import time\nx = time.time()\n"
    assert "TID251" not in ruff(code, "tousu/runtime/clock.py")
    assert "TID251" in ruff(code, "tousu/runtime/loop.py")


def test_every_exempt_path_exists() -> None:
    exempt = [path for path in PROJECT["tool"]["ruff"]["lint"]["per-file-ignores"] if path.endswith(".py")]
    assert house.stale_exemptions(ROOT, exempt) == []


def test_an_exemption_for_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert len(house.stale_exemptions(tmp_path, ["tousu/runtime/clock.py"])) == 1


# --- what a type checker sees ----------------------------------------------------------------------------------------

LOOKED_UP_BY_TEXT: dict[str, int] = {
    "services/claims": 156,
    "services/intake": 81,
    "services/penalties": 1,
    "services/router": 51,
    "services/sla": 46,
    "services/trends": 3,
    "tousu/cli": 411,
    "tousu/demo": 50,
    "tousu/domain": 104,
    "tousu/explain": 210,
    "tousu/ledger": 0,
    "tousu/report": 21,
    "tousu/simulation": 38,
}
"""The most there may be in each folder. Events are read by their Structs (tousu/events): lower a figure as it falls.
tousu/policy is not counted: what it looks up by text stands in packs, which are no events."""


SERVICES = {f"services/{path.parent.name}" for path in (ROOT / "services").glob("*/rules.py")}


@pytest.mark.parametrize("folder", sorted(LOOKED_UP_BY_TEXT.keys() | SERVICES))
def test_fewer_and_fewer_fields_are_looked_up_by_text(folder: str) -> None:
    """A new processor has none."""
    assert house.string_subscripts(ROOT, folder) <= LOOKED_UP_BY_TEXT.get(folder, 0), "read the event as its Struct"


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ('x = said["clock"]\n', 1),
        ('said["clock"] = 1\ny = said.get("clock", "")\n', 2),
        ('kind: Literal["clock"]\nz = names["a", "b"]\nn = counts[0]\nm = said.clock\n', 0),
    ],
)
def test_what_is_looked_up_by_text_is_counted(text: str, count: int, tmp_path: Path) -> None:
    (tmp_path / "services/sla").mkdir(parents=True)
    (tmp_path / "services/sla/rules.py").write_text(text)
    assert house.string_subscripts(tmp_path, "services/sla") == count


# --- what is written twice says the same ---------------------------------------------------------------------------


def test_changelog_is_tidy() -> None:
    assert house.untidy_changelog((ROOT / "CHANGELOG.md").read_text()) == []


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("# Changelog\n\n## [1.0.0] - 2026-01-31\n", "[Unreleased]"),
        ("## [Unreleased]\n\n## 1.0\n", "`## 1.0`"),
        ("## [Unreleased]\n\n### New stuff\n", "`### New stuff`"),
    ],
)
def test_an_untidy_changelog_is_named(text: str, named: str) -> None:
    (fault,) = house.untidy_changelog(text)
    assert named in fault


def test_the_installer_has_one_version() -> None:
    locked = re.search(r"^uv==(\S+)", (ROOT / "deploy/local/uv.txt").read_text(), re.MULTILINE)
    assert locked is not None
    assert PROJECT["tool"]["uv"]["required-version"] == f"=={locked[1]}"


@pytest.mark.parametrize(
    "environ",
    [
        {"HOME": "/home/ops"},
        {"HOME": "/home/ops", "XDG_CACHE_HOME": "/var/cache/ops"},
        {"HOME": "/home/ops", "XDG_CACHE_HOME": "/var/cache/ops", "TOUSU_CACHE": "/srv/tousu"},
        {"HOME": "/home/ops", "XDG_CACHE_HOME": "", "TOUSU_CACHE": ""},
    ],
)
def test_set_up_and_servers_agree_on_the_cache_folder(environ: dict[str, str]) -> None:
    asked = {
        "setup.py": "import runpy; print(runpy.run_path('deploy/local/setup.py')['cache_folder']())",
        "machine.py": "from tousu.local.machine import cache_folder; print(cache_folder())",
    }
    answers = {
        file: subprocess.check_output([sys.executable, "-c", code], cwd=ROOT, env=environ, text=True).strip()
        for file, code in asked.items()
    }
    assert len(set(answers.values())) == 1, answers
    assert answers["machine.py"] in {"/srv/tousu", "/var/cache/ops/tousu", "/home/ops/.cache/tousu"}


def test_cache_folder_is_outside_the_repository() -> None:
    assert not cache_folder({"HOME": "/root"}).is_relative_to(ROOT)

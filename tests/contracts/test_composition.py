"""The composition names only what is there: choices of .env, files that are mounted, targets that are scraped."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from tousu.contract.pipeline import processors

FOLDER = Path(__file__).resolve().parents[2] / "deploy" / "compose"
TEXT = (FOLDER / "compose.yaml").read_text("utf-8")
SERVICES: dict[str, Any] = yaml.safe_load(TEXT)["services"]
CHOICES = dict(line.split("=", 1) for line in (FOLDER / ".env").read_text().splitlines() if re.match(r"\w+=", line))


def test_every_choice_is_used_and_every_variable_is_a_choice() -> None:
    assert set(re.findall(r"\$\{(\w+)\}", TEXT)) == CHOICES.keys()


def test_what_is_mounted_from_the_repository_is_there() -> None:
    mounts = [each.split(":")[0] for service in SERVICES.values() for each in service.get("volumes", ())]
    files = [each for each in mounts if each.startswith(".") and not each.startswith("./secrets")]
    assert len(files) > 5
    assert [each for each in files if not (FOLDER / each).exists()] == []


def test_every_processor_runs_and_is_scraped() -> None:
    assert set(processors()) <= SERVICES.keys()
    (job,) = yaml.safe_load((FOLDER / "prometheus.yaml").read_text())["scrape_configs"]
    assert set(job["dns_sd_configs"][0]["names"]) == set(processors())


def test_every_file_of_rules_is_mounted_and_loaded() -> None:
    there = {path.name for path in (FOLDER.parent / "prometheus").glob("*.yaml")}
    loaded = yaml.safe_load((FOLDER / "prometheus.yaml").read_text())["rule_files"]
    mounted = {each.split(":")[0] for each in SERVICES["prometheus"]["volumes"]}
    assert set(loaded) == there
    assert {f"../prometheus/{name}" for name in there} <= mounted

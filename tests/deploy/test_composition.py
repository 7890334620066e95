"""Three brokers, PostgreSQL, six processors and their watch, each in a container, secured, through a bad hour."""

from __future__ import annotations

import json
from pathlib import Path

from tests.deploy.conftest import PROCESSORS, START_S
from tests.deploy.stage import Composition, ran
from tests.integration.process.conftest import wait_until

HALF = 60
"""Complaints before anything is killed."""


def registered(composition: Composition) -> float:
    found = composition.asked('sum(tousu_events_total{processor="router"})')
    return float(found[0]["value"][1]) if found else 0.0


def test_every_topic_user_and_right_is_there(composition: Composition) -> None:
    code, output = composition.tousu("root", "topics", "check", "--replicas", "3", "--partitions", "4", "--acls")
    assert (code, "nothing differs" in output) == (0, True), output


def test_the_image_is_small_and_nobodys_root(composition: Composition) -> None:
    about = json.loads(composition.podman("image", "inspect", "localhost/tousu"))[0]
    assert about["Config"]["User"] == "10001:10001"
    base = json.loads(composition.podman("image", "inspect", "localhost/tousu-base"))[0]
    assert about["Size"] - base["Size"] < 135_000_000, "what tousu adds to its base; the public one has 121 MB"


def test_a_container_can_write_its_data_folder_and_nothing_else(composition: Composition) -> None:
    script = "import pathlib\nfor d in ('/opt/tousu', '/etc', '/'):\n  try: (pathlib.Path(d)/'x').touch(); print('wrote', d)\n  except OSError: pass"  # noqa: E501
    assert composition.podman("exec", "tousu_router_1", "python3", "-c", script) == ""


def test_nothing_is_lost_when_a_broker_a_processor_and_the_database_die(
    composition: Composition, complaints: Path, tmp_path: Path
) -> None:
    lines = complaints.read_bytes().splitlines(keepends=True)
    first, second = tmp_path / "first.jsonl", tmp_path / "second.jsonl"
    first.write_bytes(b"".join(lines[:HALF]))
    second.write_bytes(b"".join(lines[HALF:]))
    code, output = composition.tousu("replay", "publish", str(first))
    assert code == 0, output
    composition.kill("kafka-2")
    composition.kill("router")
    composition.kill("postgres")
    code, output = composition.tousu("replay", "publish", str(second))
    assert code == 0, f"two of three brokers take what comes: {output}"
    for service in ("postgres", "router", "kafka-2"):
        composition.start(service)
    wait_until(lambda: composition.ready() == PROCESSORS, "every processor is ready again", START_S)
    wait_until(lambda: composition.ops("backlog", "--check")[0] == 0, "nothing is unread", START_S)
    code, output = composition.ops("audit", "--json")
    assert code == 0, output


def test_prometheus_scrapes_everybody_and_takes_the_rules(composition: Composition) -> None:
    assert {each["metric"]["processor"] for each in composition.asked("tousu_ready")} == PROCESSORS
    assert registered(composition) > 0
    assert composition.asked('ALERTS{alertname="TousuAbsent",alertstate="firing"}') == []


def test_the_files_of_the_watch_are_in_order(composition: Composition) -> None:
    ran("amtool", "check-config", composition.folder / "alertmanager.yaml")
    ran("promtool", "check", "rules", composition.folder.parent / "prometheus" / "rules.yaml")

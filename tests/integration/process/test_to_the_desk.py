"""On a real broker: a case that words or our own fault leave open lies at the desk, and takes the reports about it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.process.conftest import WAIT_S
from tests.integration.process.scene import Scene, scene_in
from tousu.demo.crew import Crew


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with scene_in(tmp_path) as scene:
        yield scene


def lies_at_the_desk_and_is_classed_there(scene: Scene, number: str, candidates: list[str]) -> None:
    (first,) = scene.until("complaint.routed", number)
    assert (first["triage"], first["departments"], first["candidates"]) == (True, ["customer_service"], candidates)
    scene.until("clock.started", number)
    scene.reports(number, "judged", stands=True, **{"class": "loss"})
    _, second = scene.until("complaint.routed", number, count=2)
    assert (second["triage"], second["class"], second["revision"]) == (False, "loss", 2)
    assert scene.events("event.rejected") == []


def test_words_of_troubles_without_a_class_bring_a_case_to_the_desk_where_it_is_classed(scene: Scene) -> None:
    with Crew(("intake", "router", "sla"), scene.stage.folder, scene.settings) as crew:
        crew.start(wait_s=WAIT_S)
        for text, candidate in (("快递员没敲门就把件放楼下丢了", "loss"), ("合同到期，押金逾期不退", "delay")):
            lies_at_the_desk_and_is_classed_there(scene, scene.complains(text), [candidate])


def test_a_case_on_which_the_router_fails_is_classed_at_the_desk_and_the_fault_is_told(scene: Scene) -> None:
    with Crew(("intake", "sla"), scene.stage.folder, scene.settings) as crew:
        crew.start(wait_s=WAIT_S)
        router = scene.stage.start("wrong_router", group="tousu.router")
        number = scene.complains("快件丢了。", **{"class": "loss"})
        lies_at_the_desk_and_is_classed_there(scene, number, ["loss"])
        labels = {"reason": "unpublishable_output", "how": "fallback"}
        assert router.total("tousu_faults_covered_total", **labels) == 1
        assert router.total("tousu_faults_covered_total") == 1
        assert ("tousu_rejects_total" in router.metrics()) and router.total("tousu_rejects_total") == 0
    (told,) = [line for line in router.log() if line["event"] == "fault"]
    assert told["reason"] == "unpublishable_output"
    assert "complaint.routed" in told["message"]
    assert told["where"].startswith("complaints.accepted/")
    assert told["frames"]
    assert "快件" not in router.text()

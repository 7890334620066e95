"""A rebuild beside the processors at work: it stops where the inputs ended when it began, and says what was said."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import orjson
import pytest

from tests.integration.cli.test_commands import run
from tests.integration.cli.test_deleted_unread import Running, broker, eventually, rows, start, write_letters
from tests.integration.client.test_subscriber import numbered, write
from tests.integration.rebuilt import faithful_at_rest
from tousu.simulation.processors import WITH_CHECKPOINT

__all__ = ["broker", "start"]


@pytest.mark.kafka
def test_a_rebuild_of_what_is_at_work_stops_at_a_stated_place(
    broker: str, start: Callable[[], Running], tmp_path: Path
) -> None:
    asked = ("--broker", broker, "--data", str(tmp_path / "data"))
    running = start()
    running.says("all processors work")
    write_letters(broker, 0, 3)
    write_letters(broker, 1, 3)
    eventually(lambda: run("backlog", *asked, "--check").returncode == 0, "the letters are not read")
    for processor in WITH_CHECKPOINT[1:]:
        into = f"sqlite:///{tmp_path / f'rebuilt-{processor}.sqlite'}"
        done = run("rebuild", processor, *asked, "--into", into, "--json")
        assert done.returncode == 0, done.stderr.decode()
        rebuilt = orjson.loads(done.stdout)
        assert rebuilt["faithful"]
        assert rebuilt["inputs"] == sum(rebuilt["ends"].values()), "all up to there, and nothing behind it"
        before = rows("--broker", broker, "--database", into)[1]
        assert before[processor, 0]["records"] > 0, "time has gone on since"
    assert rebuilt["inputs"] > 0
    running.end()
    into = f"sqlite:///{tmp_path / 'at-rest.sqlite'}"
    assert faithful_at_rest(run("rebuild", "router", *asked, "--into", into, "--json"), broker)["later"] == 0
    write(broker, numbered("complaints.cases", 0, [999_999], origin="router/0"))
    forged = run("rebuild", "router", *asked, "--into", f"{into}.again", "--json")
    assert forged.returncode == 1
    assert orjson.loads(forged.stdout)["unknown"] == ["router/0:complaints.cases/0:999999"]

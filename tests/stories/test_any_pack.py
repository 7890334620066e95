"""`make demo PACK=name`: a day for any pack, drawn from what the pack says; nothing of it is refused."""

from __future__ import annotations

from datetime import datetime

import orjson
import pytest

from tests.packs_read import load_pack, load_policies
from tousu.demo.any_day import COMPLAINTS, tell_a_day
from tousu.demo.numbering import with_numbers
from tousu.policy.loading import POLICIES
from tousu.simulation.simulate import simulate

UNTIL = datetime.fromisoformat("2026-10-09T00:00:00+08:00")


@pytest.mark.parametrize("name", sorted(file.stem for file in POLICIES.glob("*.yaml")))
def test_a_day_of_any_pack_runs_from_channel_to_outcome(name: str) -> None:
    lines = list(with_numbers(tell_a_day(load_pack(name)), name))
    events = [orjson.loads(line)["event"] for line in simulate(load_policies(name), lines, UNTIL)]
    said = [event["type"] for event in events]
    assert [(event["reason"], event["message"]) for event in events if event["type"] == "tousu.event.rejected.v1"] == []
    assert said.count("tousu.complaint.registered.v1") == COMPLAINTS
    assert said.count("tousu.case.closed.v1") > COMPLAINTS * 3 / 4
    started = {event["data"]["clock"] for event in events if event["type"] == "tousu.clock.started.v1"}
    always = {
        rule.name for rule in load_pack(name).clocks.values() if rule.starts_on == "routed" and not rule.applies_when
    }
    assert always - {rule.name for rule in load_pack(name).clocks.values() if rule.kind != "complaint"} <= started


def test_one_seed_tells_one_day() -> None:
    pack = load_pack("auto-service")
    assert tell_a_day(pack) == tell_a_day(pack)
    assert tell_a_day(pack) != tell_a_day(pack, seed=2)

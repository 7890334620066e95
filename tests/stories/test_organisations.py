"""Two organisations in one deployment: each is judged by its own pack, and every event says whose it is."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import orjson
from msgspec.structs import replace

from tests.packs_read import load_pack
from tousu.policy.clock_rule import Limit
from tousu.policy.policies import OWN, PackHistory, Policies
from tousu.simulation.simulate import simulate

PACK = load_pack("courier-network")
QUICK = replace(
    PACK,
    id="quick",
    clocks={
        "resolution": replace(
            PACK.clocks["resolution"],
            limit=Limit(amount=4, unit="elapsed_hours", section="C 5", set_by="pack"),
            limit_by_grade={},
            warn_at_share=(),
        )
    },
)
UNTIL = datetime.fromisoformat("2026-03-03T12:00:00+08:00")


def told(organisation: str, number: int) -> bytes:
    event: dict[str, Any] = {
        "specversion": "1.0", "id": f"c-{number}", "source": "//hotline.example", "time": "2026-03-02T09:00:00+08:00",
        "type": "tousu.complaint.received.phone.v1",
        "data": {
            "kind": "complaint", "content": "快递员态度恶劣", "complainant": {"phone": "19900000042"},
            "phone": {"call_id": f"C-{number}", "agent": "E10023"},
        },
    }  # fmt: skip
    if organisation:
        event["organisation"] = organisation
    return orjson.dumps({"topic": "complaints.inbound.phone", "key": f"k{number}", "event": event})


def test_each_organisation_is_judged_by_its_own_pack() -> None:
    policies = Policies({OWN: PackHistory((PACK,)), "quick": PackHistory((QUICK,))})
    out = [orjson.loads(line)["event"] for line in simulate(policies, [told("", 1), told("quick", 2)], UNTIL)]
    due = {
        (event.get("organisation", ""), event["data"]["pack"]["id"]): event["data"]["due_at"]
        for event in out
        if event["type"] == "tousu.clock.started.v1" and event["data"]["clock"] == "resolution"
    }
    assert due == {("", "courier-network"): "2026-03-03T16:00:00Z", ("quick", "quick"): "2026-03-02T05:00:00Z"}
    # What time alone caused (a breach) says whose it is too.
    breached = [event for event in out if event["type"] == "tousu.clock.breached.v1"]
    assert {event.get("organisation") for event in breached if event["data"]["clock"] == "resolution"} == {"quick"}
    assert all(
        event.get("organisation") == "quick" for event in out if event["data"].get("pack", {}).get("id") == "quick"
    )

"""A recalculation on its way through all processors: one order for a case, told by everybody whom it concerns."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import orjson
from msgspec.structs import replace

from tests.packs_read import load_pack
from tousu.contract import source_on, topic_of
from tousu.policy.clock_rule import Limit
from tousu.policy.handling_rule import ReplyRule
from tousu.policy.policies import Policies
from tousu.simulation.simulate import simulate

PACK = load_pack("courier-network")
LONGER = replace(
    PACK,
    version="2.0.0",
    effective_from=datetime.fromisoformat("2026-01-07T00:00:00+08:00"),
    clocks={
        "resolution": replace(
            PACK.clocks["resolution"], limit=Limit(amount=4, unit="working_days", section="C 5"), limit_by_grade={}
        )
    },
    replies={"final": ReplyRule(required=("decision", "next_body"), section="T 1")},
    answers={},
)
NUMBER = "20260105-00-0001-22"
UNTIL = datetime.fromisoformat("2026-01-20T00:00:00+08:00")


def line(key: str, kind: str, event_id: str, time: str, data: dict[str, Any]) -> bytes:
    topic = topic_of(f"tousu.{kind}.v1")
    event = {
        "specversion": "1.0", "id": event_id, "source": source_on(topic), "type": f"tousu.{kind}.v1",
        "time": f"2026-{time}:00+08:00", "data": data,
    }  # fmt: skip
    return orjson.dumps({"topic": topic, "key": key, "event": event})


def rude() -> bytes:
    """A simple complaint of Monday: one working day, until Tuesday 24:00."""
    data = {
        "kind": "complaint", "content": "快递员态度恶劣，还骂人。", "complainant": {"name": "王伟"},
        "phone": {"call_id": "C1", "agent": "A1"},
    }  # fmt: skip
    return line("k", "complaint.received.phone", "rude", "01-05T10:00", data)


def report(what: str, time: str, **data: Any) -> bytes:
    event_id = f"{what}-{time}"
    return line(NUMBER, f"handling.{what}", event_id, time, {"case_number": NUMBER, **data})


def test_an_order_moves_the_case_and_withdraws_the_breach_and_an_incomplete_reply_does_not_end_it() -> None:
    order = report(
        "recount_ordered", "01-07T10:00", order_id="R-1", reason="新版生效", approved_by="L1", pack_version="2.0.0"
    )
    lines = [
        rude(), order, order,
        report("customer_answered", "01-08T10:00", settled=True, text="已致歉", elements=["decision"]),
        report("customer_answered", "01-09T10:00", settled=True, text="已致歉", elements=["decision", "next_body"]),
    ]  # fmt: skip
    out = [orjson.loads(each)["event"] for each in simulate(Policies.of(PACK, LONGER), lines, UNTIL)]
    told = [(event["type"].removeprefix("tousu.").removesuffix(".v1"), event["data"]) for event in out]
    of_resolution = [name for name, data in told if data.get("clock") == "resolution" and name != "clock.warned"]
    assert of_resolution == [
        "clock.started",
        "clock.breached",
        "case.escalated",
        "clock.breach_withdrawn",
        "clock.started",
        "clock.recalculated",
        "clock.met",
    ]
    (change,) = [data for name, data in told if name == "clock.recalculated"]
    assert (change["old_due_at"], change["due_at"]) == ("2026-01-06T16:00:00Z", "2026-01-09T16:00:00Z")
    assert (change["old_pack"]["version"], change["pack"]["version"]) == ("1.0.0", "2.0.0")
    (lacking,) = [data for name, data in told if name == "case.reply_incomplete"]
    assert lacking["missing"] == ["next_body"]
    (closed,) = [data for name, data in told if name == "case.closed"]
    assert (closed["closed_at"], closed["pack"]["version"]) == ("2026-01-09T02:00:00Z", "2.0.0")
    assert not [data for name, data in told if name == "event.rejected"]

"""Claims on their way through the whole pipeline, filed without a complaint or within one: nothing is refused."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import orjson
import pytest

from tests.rules.claim_reports import CLAIM_SAID
from tests.stories.telling import Told
from tousu.contract import source_on, topic_of

DAY = datetime.fromisoformat("2026-01-05T10:00:00+08:00")
W = "TS7702251220006"
SAYS = {"content": "12月20日寄的快件至今没有送到。", "complainant": {"name": "李向南", "phone": "19900000044"}}
CLAIM = {"cause": "loss", "claimant": {"role": "sender"}, "claimed_amount": "1200.00"}


def inbound(name: str, key: str, hours: float, data: dict[str, Any], event_id: str) -> bytes:
    kind = f"tousu.{name}.v1"
    event = {
        "specversion": "1.0", "id": event_id, "source": source_on(topic_of(kind)), "type": kind,
        "time": (DAY + timedelta(hours=hours)).isoformat(), "data": data,
    }  # fmt: skip
    return orjson.dumps({"key": key, "event": event})


def told_on(channel: str, hours: float, event_id: str, **data: Any) -> bytes:
    block = {"phone": {"call_id": "C-1", "agent": "E1"}, "web": {"form_id": "F-1"}}[channel]
    said = {**SAYS, "waybill_number": W, channel: block, **data}
    return inbound(f"complaint.received.{channel}", W, hours, said, event_id)


def reported(what: str, number: str, hours: float, **data: Any) -> bytes:
    said = {"case_number": number, **CLAIM_SAID.get(what, {}), **data}
    if "claim_number" in said:
        said["claim_number"] = f"{number}/1"
    return inbound(f"handling.{what}", number, hours, said, f"{what}-{hours}")


def number_of(first: bytes) -> str:
    return str(Told([first], DAY.isoformat()).on("complaints.accepted")[0]["key"])


def names(lines: list[dict[str, Any]]) -> list[str]:
    return [line["event"]["type"].removeprefix("tousu.").removesuffix(".v1") for line in lines]


FILED = told_on("phone", 0, "call", kind="claim", claim=CLAIM)
COMPLAINED = told_on("phone", 0, "call", kind="complaint", **{"class": "loss"})


@pytest.mark.parametrize("what", CLAIM_SAID)
def test_a_report_about_a_claim_reaches_claims_for_a_claim_and_a_complaint_alike(what: str) -> None:
    for first, routed in ((FILED, "claim.routed"), (COMPLAINED, "complaint.routed")):
        number = number_of(first)
        told = Told([first, reported(what, number, 1)], (DAY + timedelta(hours=1)).isoformat())
        assert [one["type"] for one in told.rejected() if one["source"] != "tousu/claims"] == []
        assert names(told.on("complaints.cases")) == [routed, f"handling.{what}"]


def test_a_claim_filed_twice_is_one_case_that_no_clock_of_complaints_runs_for() -> None:
    again = told_on("web", 3, "form", kind="claim", claim=CLAIM | {"evidence": [{"item": "price_evidence"}]})
    told = Told([FILED, again], "2026-03-01T00:00:00+08:00")
    assert names(told.on("complaints.cases")) == ["claim.routed", "duplicate.joined"]
    assert told.on("complaints.sla") == told.on("complaints.outcomes") == told.on("complaints.warnings") == []
    assert told.rejected() == []
    assert told.numbers["call"] == told.numbers["form"]


def test_complaint_and_claim_about_one_piece_are_two_cases() -> None:
    claim = told_on("web", 1, "form", kind="claim", claim=CLAIM)
    told = Told([COMPLAINED, claim], (DAY + timedelta(hours=2)).isoformat())
    assert told.numbers["call"] != told.numbers["form"]
    assert names(told.on("complaints.accepted")) == ["complaint.registered", "claim.registered"]


def test_what_is_reported_about_complaints_is_refused_for_a_claim_with_what_fits() -> None:
    number = number_of(FILED)
    settled = {"settled": True, "text": "已答复"}
    told = Told([FILED, reported("customer_answered", number, 1, **settled)], (DAY + timedelta(hours=2)).isoformat())
    (refused,) = told.rejected()
    assert refused["reason"] == "illegal_transition"
    assert "possible: amount_confirmed, claim_agreed" in refused["message"]
    assert told.on("complaints.outcomes") == []

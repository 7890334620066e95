"""Who may say what, through the whole pipeline: a ruling by anybody moves no money."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from tests.stories.telling import Told

W = "YT1234567890"
NUMBER = "20260907-00-0001-22"
AT = "2026-09-07T03:00:00Z"
EVIDENCE = [{"item": name} for name in ("waybill_image", "complete_form", "claim_letter", "negotiation_notice")]
HANDLING, RULINGS = "complaints.inbound.handling", "complaints.inbound.rulings"


def line(topic: str, kind: str, event_id: str, data: dict[str, Any], source: str = "//s", **said: str) -> bytes:
    event = {
        "specversion": "1.0", "id": event_id, "source": source, "type": f"tousu.{kind}.v1", "time": AT, "data": data,
    } | said  # fmt: skip
    key = data.get("case_number", "k")
    return orjson.dumps({"key": key, "event": event} | ({"topic": topic} if topic else {}))


def lost() -> bytes:
    said = {"kind": "complaint", "content": "快件丢失", "waybill_number": W}
    app = {"app": {"app_version": "1", "platform": "ios", "user_id": "u"}}
    return line("complaints.inbound.app", "complaint.received.app", "1", said | app)


def filed() -> bytes:
    said = {"cause": "loss", "waybill_number": W, "claimant": {"role": "sender"}, "evidence": EVIDENCE}
    return line(HANDLING, "handling.claim_filed", "2", {"case_number": NUMBER, **said})


def ruled(topic: str, source: str = "//s") -> bytes:
    said = {"claim_number": f"{NUMBER}/1", "by": "court", "amount": "999999999999.99"}
    return line(topic, "handling.claim_ruled", "3", {"case_number": NUMBER, **said}, source)


def run(*lines: bytes) -> Told:
    return Told([lost(), filed(), *lines], AT)


@pytest.mark.parametrize(
    ("topic", "source", "sentence"),
    [
        (HANDLING, "//s", f"tousu.handling.claim_ruled.v1 may not be said on {HANDLING}; it belongs on {RULINGS}"),
        (HANDLING, "/arbitration", f"it belongs on {RULINGS}"),
        ("complaints.inbound.desk", "/desk", f"it belongs on {RULINGS}"),
        ("complaints.inbound.app", "/adapters/app", f"it belongs on {RULINGS}"),
        (RULINGS, "//outlet.example/app", f"may not speak on {RULINGS}; a source there is /arbitration/**"),
        (RULINGS, "/departments/customer_service", f"may not speak on {RULINGS}"),
        ("", "//outlet.example/app", f"may not speak on {RULINGS}"),
    ],
)
def test_a_ruling_by_anybody_moves_no_money(topic: str, source: str, sentence: str) -> None:
    told = run(ruled(topic, source))
    (refused,) = told.rejected()
    assert (refused["reason"], sentence in refused["message"]) == ("not_allowed", True), refused
    assert told.on("complaints.instructions") == [] == told.on("complaints.claims", "claim.ruled")


def test_the_arbitration_and_court_desk_rules() -> None:
    told = run(ruled("", "/arbitration/hangzhou"))
    assert told.rejected() == []
    assert [each["event"]["data"]["amount"] for each in told.on("complaints.claims", "claim.ruled")] == [
        "999999999999.99"
    ]

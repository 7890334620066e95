"""On a real broker: a ruling from an outlet's app never reaches finance; one of the court desk does, once confirmed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest
from confluent_kafka import Producer

from tests.integration.process.conftest import PARTITIONS, WAIT_S
from tests.integration.process.scene import Scene, scene_in
from tousu.demo.crew import Crew
from tousu.event import Event, binary_headers
from tousu.runtime.partition import partition_of

PIECE = "YT1234567890"
HUGE = "999999999999.99"
APP = "//outlet.example/app"
EVIDENCE = [{"item": name} for name in ("waybill_image", "complete_form", "claim_letter", "negotiation_notice")]


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """With a pack that wants a second person above 5,000 yuan."""
    text = Path("policies/courier-network.yaml").read_text("utf-8")
    limit = "claims:\n  second_person_above: {amounts: {CNY: '5000'}, section: C 7, set_by: pack}\n"
    (tmp_path / "careful.yaml").write_text(text.replace("claims:\n", limit, 1), "utf-8")
    with scene_in(tmp_path, TOUSU_PACK=str(tmp_path / "careful.yaml")) as scene:
        yield scene


def smuggled(scene: Scene, number: str, topic: str, source: str) -> None:
    """A ruling that its writer puts on a topic by a client of its own."""
    data = {"case_number": number, "claim_number": f"{number}/1", "by": "court", "amount": HUGE}
    now = datetime.now(UTC)
    event = Event(id=f"{topic}-{source}", source=source, type="tousu.handling.claim_ruled.v1", time=now, data=data)
    client = Producer({"bootstrap.servers": scene.settings["TOUSU_BROKER"], "log_level": 0})
    headers: list[tuple[str, str | bytes | None]] = [*binary_headers(event)]
    client.produce(topic, orjson.dumps(data), number.encode(), partition_of(number, PARTITIONS), headers=headers)
    assert client.flush(WAIT_S) == 0


def test_a_ruling_from_an_outlets_app_does_not_reach_finance(scene: Scene) -> None:
    with Crew(("intake", "router", "sla", "claims"), scene.stage.folder, scene.settings) as crew:
        crew.start(wait_s=WAIT_S)
        number = scene.complains("快件丢失", waybill_number=PIECE)
        scene.until("complaint.routed", number)
        claim = f"{number}/1"
        claimant = {"role": "sender"}
        scene.reports(number, "claim_filed", cause="loss", waybill_number=PIECE, claimant=claimant, evidence=EVIDENCE)
        scene.until("claim.filed", number)
        ruling = {"claim_number": claim, "by": "court", "amount": HUGE}
        scene.reports(number, "claim_ruled", APP, **ruling)
        for topic in ("handling", "desk", "finance", "phone"):
            smuggled(scene, number, f"complaints.inbound.{topic}", APP)
            smuggled(scene, number, f"complaints.inbound.{topic}", "/arbitration")
        refused = scene.until("event.rejected", count=9)
        assert [each["reason"] for each in refused] == ["not_allowed"] * 9

        scene.reports(number, "claim_ruled", "/arbitration", employee="L80001", **ruling)
        (waits,) = scene.until("claim.confirmation_awaited", number)
        assert (waits["amount"], waits["confirmations_missing"]) == (HUGE, 1)
        assert scene.events("instruction.issued") == []
        scene.reports(number, "amount_confirmed", "/desk", claim_number=claim, by="L80001", amount=HUGE)
        # Something told later might show that it was another person: the report waits, and counts for nothing.
        scene.reports(number, "amount_confirmed", "/desk", claim_number=claim, by="M00001", amount=HUGE)
        (told,) = scene.until("instruction.issued")
        assert (told["what"], told["of"], told["amount"]) == ("pay_claimant", f"{claim}/compensation", HUGE)

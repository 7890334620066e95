"""On a real broker, with a collector: one complaint is one trace through every processor, and logs name it.

Source: OpenTelemetry semantic conventions, messaging spans (names, kinds, links) and Kafka.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.integration.process.collector import Collector, Told
from tests.integration.process.conftest import PARTITIONS, WAIT_S, wait_until
from tousu import Publisher
from tousu.client.topics import Topics
from tousu.demo.crew import Crew
from tousu.local.kafka import KafkaBroker
from tousu.local.machine import free_port

TRACE_ID, ADAPTER = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
TRACEPARENT = f"00-{TRACE_ID}-{ADAPTER}-01"
UNSAMPLED = f"00-{'c' * 32}-{'d' * 16}-00"
LOST = "包裹彻底丢失了，里面是一部手机，要求赔偿。"
THROUGH = ("intake", "router", "sla", "claims", "penalties")


def said(text: str, number: int) -> dict[str, Any]:
    return {
        "kind": "complaint", "content": text, "waybill_number": f"YT77{number:011d}",
        "complainant": {"phone": f"199{number:08d}", "role": "sender"}, "phone": {"call_id": "C-1", "agent": "E10023"},
    }  # fmt: skip


class Scene:
    """Every processor as a process of its own on the run's broker, told where the collector is."""

    def __init__(self, broker: KafkaBroker, folder: Path, traces: str) -> None:
        self.broker = broker.address
        with Topics(broker.address) as topics:
            topics.apply(topics.plan(partitions=PARTITIONS))
        settings = {
            "TOUSU_BROKER": broker.address, "TOUSU_DATA": str(folder), "TOUSU_PARTITIONS": str(PARTITIONS),
            "TOUSU_LOG": "json", "TOUSU_TRACES": traces,
        }  # fmt: skip
        self.crew = Crew(THROUGH, folder, settings)

    def hand_in(self, content: str, number: int, traceparent: str | None) -> None:
        with Publisher(self.broker, source="//hotline.example/east", id_key=b"k" * 32) as publisher:
            publisher.complaint("phone", said(content, number), time=datetime.now(UTC), traceparent=traceparent)

    def judge(self, case: str, traceparent: str) -> None:
        """The department finds who is responsible."""
        found = {"stands": True, "responsible": {"employee": "K-0417"}}
        with Publisher(self.broker, source="//desk.example", id_key=b"k" * 32) as publisher:
            publisher.handling(case, "judged", found, time=datetime.now(UTC), traceparent=traceparent)

    def log(self, name: str) -> list[dict[str, Any]]:
        lines = self.crew.log_file(name).read_text().splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[KafkaBroker]:
    """Of the test's own: the topics of the contract are there once only on a broker."""
    with KafkaBroker(tmp_path / "kafka") as found:
        yield found


def one_trace(collector: Collector, through: tuple[str, ...] = THROUGH) -> list[Told]:
    """The spans of the trace, once all these processors have told of it and each span has the one that caused it."""
    found = [span for span in collector.spans if span.trace_id == TRACE_ID]
    services = {span.service for span in found if span.name.startswith("process")}
    ids = {span.span_id for span in found} | {ADAPTER}
    is_whole = {f"tousu.{name}" for name in through} <= services and all(span.parent_id in ids for span in found)
    return found if is_whole else []


def test_one_complaint_is_one_trace_through_every_processor(broker: KafkaBroker, tmp_path: Path) -> None:
    with Collector() as collector:
        scene = Scene(broker, tmp_path, collector.address)
        with scene.crew as crew:
            crew.start()
            scene.hand_in("快件三天还没送到，一直显示派送中。", 1, None)
            scene.hand_in("快件三天还没送到，一直显示派送中。", 2, UNSAMPLED)
            scene.hand_in(LOST, 3, TRACEPARENT)
            routed = wait_until(lambda: one_trace(collector, THROUGH[:-1]), "the complaint is told of up to claims")
            number = str(routed[0].said["tousu.case"])
            scene.judge(number, TRACEPARENT)
            spans: list[Told] = wait_until(lambda: one_trace(collector), "penalties has told of the charge")
            scene.judge("20260922-00-0001-22", TRACEPARENT)
            (refused,) = wait_until(
                lambda: [span for span in collector.spans if span.is_error], "the refusal of a report is told"
            )
            line = wait_until(
                lambda: next((each for each in scene.log("intake") if each["event"] == "rejected"), None),
                "intake's log tells of it",
            )
    by_id = {span.span_id: span for span in spans}
    assert len(by_id) == len(spans), "a span is told twice"
    first = {(span.service, span.name): span for span in spans if span.parent_id == ADAPTER}
    assert first.keys() == {
        ("tousu.intake", "process complaints.inbound.phone"), ("tousu.intake", "process complaints.inbound.handling"),
    }  # fmt: skip
    # Each reads what another wrote, in the order in which the topics are made from each other.
    for span in spans:
        if span not in first.values():
            above = by_id[span.parent_id]
            if span.name.startswith("process"):
                assert above.name == span.name.replace("process", "send")
            elif above.name.startswith("process"):
                assert above.service == span.service
            else:  # a charge is laid by a clock, once the moment of the report is over
                assert (above.name, span.name) == ("send complaints.cases", "send complaints.charges")
    ways = {(span.service, span.name) for span in spans}
    assert {
        ("tousu.intake", "send complaints.accepted"), ("tousu.router", "process complaints.accepted"),
        ("tousu.router", "send complaints.cases"), ("tousu.sla", "process complaints.cases"),
        ("tousu.sla", "send complaints.sla"), ("tousu.claims", "process complaints.cases"),
        ("tousu.claims", "send complaints.claims"), ("tousu.claims", "send complaints.charges"),
        ("tousu.penalties", "process complaints.charges"),
    } <= ways  # fmt: skip
    kinds = {"process": "CONSUMER", "send": "PRODUCER"}
    assert re.fullmatch(r"\d{8}-\d\d-\d{4}-[0-9A-F]{2}", number)
    assert {span.said["tousu.case"] for span in spans if "penalties" not in span.service} == {number}
    for span in spans:
        operation, topic = span.name.split()
        assert span.kind == kinds[operation]
        assert span.said["messaging.system"] == "kafka"
        assert span.said["messaging.operation.type"] == span.said["messaging.operation.name"] == operation
        assert span.said["messaging.destination.name"] == topic
        assert span.took_ns > 0
    assert "199" + "0" * 7 + "3" not in str(collector.spans), "a telephone number is told"
    # A batch is no part of any trace: it is linked to what it brought.
    polls = [span for span in collector.spans if span.name.startswith("poll")]
    assert {span.kind for span in polls} == {"CLIENT"}
    linked = {link for span in polls for link in span.links}
    read = {(TRACE_ID, span.parent_id) for span in spans if span.name.startswith("process")}
    assert read <= linked
    # Nothing is told of what has no trace, or of one that nobody records.
    assert {span.trace_id for span in collector.spans if span not in polls} == {TRACE_ID}
    assert (refused.said["error.type"], line["case"], line["trace"]) == (
        next(iter(line["reasons"])), "20260922-00-0001-22", TRACE_ID,
    )  # fmt: skip


def test_a_collector_that_is_away_holds_nobody_up(broker: KafkaBroker, tmp_path: Path) -> None:
    scene = Scene(broker, tmp_path, f"http://127.0.0.1:{free_port()}")
    with scene.crew as crew:
        crew.start()
        scene.hand_in(LOST, 3, TRACEPARENT)
        wait_until(lambda: crew.metric("claims", "tousu_open_claims"), "the claim is open")
        crew.stop()
        assert {scene.log(name)[-1]["exit_code"] for name in THROUGH} == {0}


def test_without_the_setting_nothing_of_opentelemetry_is_imported() -> None:
    words = (
        "import sys, tousu.cli, tousu.runtime.process, services.intake.processor, services.router.processor\n"
        "print([name for name in sys.modules if name.startswith(('opentelemetry', 'tousu.runtime.tracing', "
        "'tousu.runtime.otel'))])"
    )
    done = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, timeout=WAIT_S, check=True)
    assert done.stdout.strip() == "[]"

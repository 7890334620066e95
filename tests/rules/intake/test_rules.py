"""The gate: what was seen before, what belongs to no case, what passes on; and nothing that grows for ever."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from services.intake.rules import SEEN_FOR
from services.intake.states import AcceptedEvent
from tests.rules.intake.gate import START, Gate, complaint, hours, report
from tousu.contract import card
from tousu.event import Event
from tousu.policy.pack import Pack


def operations(**data: Any) -> Event:
    return Event(
        id="o-1",
        source="/operations",
        type="tousu.operations.reported.v1",
        time=START,
        data={"period": "2026-01", "department": "storage_and_transport", "services": 100} | data,
    )


@pytest.mark.parametrize("department", ["workshop", "storage", "kitchen"])
def test_figures_of_a_department_that_the_pack_does_not_have_are_refused(gate: Gate, department: str) -> None:
    refusal = gate.hear(operations(department=department)).refusal
    assert refusal is not None
    assert (refusal.reason, refusal.place) == ("unknown_department", "/department")
    assert "storage_and_transport" in refusal.message
    assert department not in refusal.message.partition("use one of")[0]


# -- seen before ------------------------------------------------------------------------------------------------


def test_a_resend_changes_nothing_but_the_count_of_repeats(gate: Gate) -> None:
    event = complaint(id_="call-1")
    gate.registers(event)
    for repeats in (1, 2):
        again = gate.hear(event)
        assert (again.no_op, again.outputs, again.refusal) == ("exists", (), None)
        (seen,) = again.states.values()
        assert isinstance(seen, AcceptedEvent)
        assert seen.repeats == repeats
    assert len(gate.outputs) == 1


def test_a_resend_with_another_trace_is_still_a_resend(gate: Gate) -> None:
    event = complaint(id_="call-1")
    gate.registers(event)
    other = {"traceparent": "00-" + "1" * 32 + "-" + "2" * 16 + "-01", "receivedtime": "2026-01-05T01:31:00Z"}
    assert gate.hear(replace(event, extensions=event.extensions | other)).no_op == "exists"


def test_keys_in_another_order_are_the_same_content(gate: Gate) -> None:
    event = complaint(id_="call-1")
    gate.registers(event)
    assert gate.hear(replace(event, data=dict(reversed(event.data.items())))).no_op == "exists"


@pytest.mark.parametrize(
    "changed",
    (
        lambda event: replace(event, data=event.data | {"content": "另一件事"}),
        lambda event: replace(event, time=event.time + timedelta(seconds=1)),
        lambda event: replace(event, subject="x"),
    ),
    ids=("content", "time", "subject"),
)
def test_an_id_used_again_for_something_else_is_refused(gate: Gate, changed: Any) -> None:
    event = complaint(id_="call-1")
    gate.registers(event)
    refusal = gate.hear(changed(event)).refusal
    assert refusal is not None
    assert (refusal.reason, refusal.place) == ("exists_with_different_content", "id")
    assert len(gate.outputs) == 1


def test_the_same_id_of_another_source_is_another_event(gate: Gate) -> None:
    event = complaint(id_="1")
    assert gate.registers(event) != gate.registers(replace(event, source="/adapters/phone/2"))


def test_no_adapter_takes_an_id_of_anothers(gate: Gate) -> None:
    """Whoever may write to one topic cannot make a complaint of another topic look like a repetition or a reuse."""
    event = complaint(id_="call-1")
    forged = gate.registers(replace(complaint("web", id_=event.id), source=event.source))
    assert gate.registers(event) != forged
    assert gate.hear(event).no_op == "exists"


def test_nor_does_a_department_take_one_of_the_desks(gate: Gate) -> None:
    number = gate.registers(complaint())
    said = report("passed_on", number, id_="p", to_department="quality_management", reason="r")
    for topic in ("complaints.inbound.handling", "complaints.inbound.desk"):
        event = replace(said, extensions=said.extensions | {"inboundtopic": topic})
        assert gate.hear(event).outputs
        assert gate.hear(event).no_op == "exists"


def test_source_and_id_do_not_run_into_each_other(gate: Gate) -> None:
    one, two = complaint(id_="bc"), complaint(id_="c")
    assert gate.registers(replace(one, source="a")) != gate.registers(replace(two, source="ab"))


def test_handling_and_operations_are_remembered_too(gate: Gate) -> None:
    number = gate.registers(complaint())
    judged = report("judged", number, id_="h", stands=True)
    for event in (judged, operations()):
        assert gate.hear(event).no_op == ""
        assert gate.hear(event).no_op == "exists"
    refusal = gate.hear(operations(services=99)).refusal
    assert refusal is not None
    assert refusal.reason == "exists_with_different_content"


def test_what_was_refused_may_come_again(pack: Pack, gate: Gate) -> None:
    """The department was faster than the call: after the case is there, the same report is accepted."""
    number = Gate(pack).registers(complaint())
    early = report("judged", number, stands=True)
    refusal = gate.hear(early).refusal
    assert refusal is not None
    assert refusal.reason == "unknown_case"
    assert gate.registers(complaint()) == number
    assert gate.hear(early).outputs[0].subject == number


def test_what_was_seen_is_forgotten_after_every_replay_is_out_of_reach(gate: Gate) -> None:
    """Longer than inbound topics keep events, else a replay would bring a case twice."""
    kept_ms = {card(f"complaints.inbound.{name}").retention_ms for name in ("phone", "handling", "operations")}
    assert all(each > 0 and timedelta(milliseconds=each) < SEEN_FOR for each in kept_ms)
    gate.registers(complaint())
    gate.pass_time(START + SEEN_FOR)
    assert "seen" in gate.kinds()
    gate.pass_time(START + SEEN_FOR + timedelta(microseconds=1))
    assert gate.kinds() == {"case", "record", "counter"}


# -- what departments report ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("what", "data"),
    (
        ("acknowledged", {"answer_by": "2026-01-05T18:00:00+08:00"}),
        ("judged", {"stands": True, "class": "delay", "delay_cause": "objective"}),
        ("plan_proposed", {"plan": "compensation", "text": "赔付100元"}),
        ("customer_answered", {"settled": True, "text": "客户同意"}),
        ("passed_on", {"to_department": "quality_management", "reason": "属质量问题"}),
        ("withdrawn", {"reason": "客户撤诉"}),
        ("reopened", {"reason": "再次投诉"}),
    ),
)
def test_a_report_about_a_case_passes_on_as_it_came(gate: Gate, what: str, data: dict[str, Any]) -> None:
    number = gate.registers(complaint())
    event = report(what, number, at=START - hours(3), **data)
    (output,) = gate.hear(event, now=START + hours(1)).outputs
    assert (output.topic, output.type, output.subject, output.key) == (
        "complaints.accepted", event.type, number, number,
    )  # fmt: skip
    assert (output.time, output.data) == (event.time, event.data)


def test_a_report_about_no_case_is_refused(gate: Gate) -> None:
    gate.registers(complaint())
    refusal = gate.hear(report("judged", "20260105-03-9999-K7", stands=True)).refusal
    assert refusal is not None
    assert (refusal.reason, refusal.place) == ("unknown_case", "/case_number")


def test_the_gate_follows_whether_a_case_is_answered(gate: Gate) -> None:
    number = gate.registers(complaint(waybill_number="TS7702260102001"))
    assert (gate.case(number).status, gate.case(number).channel) == ("open", "phone")
    gate.hear(report("customer_answered", number, settled=True, text="好"))
    assert gate.case(number).status == "answered"
    gate.hear(report("reopened", number, reason="再次投诉"))
    assert gate.case(number).status == "open"


def test_operations_figures_pass_on_under_their_department(gate: Gate) -> None:
    (output,) = gate.hear(operations()).outputs
    assert (output.key, output.subject) == ("storage_and_transport", "")
    assert output.data == operations().data


# -- channels ---------------------------------------------------------------------------------------------------


def test_a_channel_that_the_pack_does_not_have_is_refused(pack: Pack) -> None:
    gate = Gate(replace(pack, channels={name: pack.channels[name] for name in ("phone", "web")}))
    gate.registers(complaint("web"))
    refusal = gate.hear(complaint("letter")).refusal
    assert refusal is not None
    assert (refusal.reason, refusal.place) == ("unknown_channel", "type")
    assert "phone, web" in refusal.message


def test_refusals_quote_nothing_personal(gate: Gate) -> None:
    event = complaint(id_="王小明-19900000042")
    gate.registers(event)
    refusal = gate.hear(replace(event, data=event.data | {"content": "王小明 19900000042"})).refusal
    assert refusal is not None
    assert not any(value in refusal.message + refusal.place for value in ("王小明", "19900000042"))


def test_what_the_router_says_of_a_case_nobody_else_says(gate: Gate) -> None:
    number = gate.registers(complaint())
    block = {
        "sequence": 1, "effect": "closed", "life": "closed", "round_at": "2026-01-05T02:00:00Z",
        "assigned_at": "2026-01-05T02:00:00Z",
    }  # fmt: skip
    refusal = gate.hear(report("acknowledged", number, case=block)).refusal
    assert refusal is not None
    assert (refusal.reason, refusal.place) == ("not_allowed", "/case")


def test_an_answer_told_before_the_judgement_that_it_follows_ends_the_case(gate: Gate) -> None:
    number = gate.registers(complaint())
    gate.hear(report("customer_answered", number, at=START + timedelta(hours=2), settled=False, text="x"))
    assert gate.case(number).status == "open"
    gate.hear(report("judged", number, at=START + timedelta(hours=1), stands=False))
    assert gate.case(number).status == "answered"

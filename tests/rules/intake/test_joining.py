"""The same trouble on several channels is one case; different troubles stay apart (pack: join, 72 hours)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.intake.joining import PLACES
from services.intake.states import Trouble
from tests.packs_read import load_pack
from tests.rules.intake.gate import START, Gate, complaint, hours, report
from tests.rules.packs import as_l
from tousu.decision import StateKey
from tousu.policy.pack import Pack

W = "TS7702260102001"
OTHER = "TS7702260102002"
CLASSES = ("attitude", "contents_mismatch", "damage", "delay", "loss", "shortage")

Answer = tuple[str, dict[str, Any]]

SAME: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "the adapters agree": ({"class_": "loss"}, {"class_": "loss"}),
    "the words say what the adapter said": ({"class_": "delay"}, {"content": "快递还没到，等了三天"}),
    "the words agree, in two scripts": ({"content": "快递延误"}, {"content": "快遞延誤"}),
    "neither is understood": ({"content": "你们看着办"}, {"content": "请处理一下"}),
    "the second is not understood and so says nothing new": ({"class_": "loss"}, {"content": "怎么回事"}),
    "the second says a part of the first": ({"content": "还没到，还骂人"}, {"class_": "delay"}),
    "the same piece in small letters": ({"class_": "loss"}, {"class_": "loss", "waybill_number": W.lower()}),
}
DIFFERENT: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "another class": ({"class_": "delay"}, {"class_": "attitude"}),
    "another class by its words": ({"class_": "delay"}, {"content": "快递员骂人"}),
    "more than the first": ({"class_": "delay"}, {"content": "还没到，还骂人"}),
    "the first was not understood": ({"content": "怎么回事"}, {"class_": "loss"}),
    "words that leave it open between two": ({"class_": "damage"}, {"content": "碎了，也丢了"}),
    "a class that the pack does not know": ({"class_": "delay"}, {"class_": "noise"}),
    "another piece": ({"class_": "loss"}, {"class_": "loss", "waybill_number": OTHER}),
    "an inquiry, not a complaint": ({"class_": "loss"}, {"class_": "loss", "kind": "inquiry"}),
}


@pytest.mark.parametrize(("first", "second"), SAME.values(), ids=SAME)
def test_the_same_trouble_joins(gate: Gate, first: dict[str, Any], second: dict[str, Any]) -> None:
    number = gate.registers(complaint("phone", **{"waybill_number": W, **first}))
    assert gate.joins(complaint("web", at=START + hours(2), **{"waybill_number": W, **second})) == number


@pytest.mark.parametrize(("first", "second"), DIFFERENT.values(), ids=DIFFERENT)
def test_a_different_trouble_is_a_case_of_its_own(gate: Gate, first: dict[str, Any], second: dict[str, Any]) -> None:
    number = gate.registers(complaint("phone", **{"waybill_number": W, **first}))
    assert gate.registers(complaint("web", at=START + hours(2), **{"waybill_number": W, **second})) != number


def test_without_a_waybill_number_nothing_joins(gate: Gate) -> None:
    assert gate.registers(complaint(class_="attitude")) != gate.registers(complaint(class_="attitude"))


@pytest.mark.parametrize(("after_hours", "joins"), ((71, True), (72, True), (72.001, False), (100, False)))
def test_the_window_is_72_hours_from_receipt(gate: Gate, after_hours: float, joins: bool) -> None:
    number = gate.registers(complaint(waybill_number=W, class_="loss"))
    again = gate.hear(complaint("email", at=START + hours(after_hours), waybill_number=W, class_="loss"))
    assert (again.outputs[0].subject == number) is joins


def test_a_backlog_does_not_part_what_came_within_the_window(gate: Gate) -> None:
    """Both were received on Monday, an hour apart; intake reads the second four days later."""
    gate.hear(complaint(waybill_number=W, class_="loss"), now=START + hours(40))
    late = complaint("email", at=START + hours(1), waybill_number=W, class_="loss")
    decision = gate.hear(late, now=START + hours(111))
    assert decision.outputs[0].type == "tousu.duplicate.joined.v1"


def test_a_joined_telling_is_kept_with_its_source_and_time_of_receipt(gate: Gate) -> None:
    number = gate.registers(complaint("phone", waybill_number=W, class_="loss"))
    post = complaint("social", at=START + hours(3), id_="post-77", waybill_number=W, class_="loss")
    gate.joins(post)
    data = gate.outputs[-1].data
    assert data["source_event"] == {"source": "/adapters/social", "id": "post-77"}
    assert data["received_at"] == "2026-01-05T04:30:00Z"
    assert data["channel"] == "social"
    assert data["reference"] == {"platform": "weibo", "found_by": "E9"}
    gate.joins(complaint("email", at=START + hours(4), id_="mail-5", waybill_number=W, class_="loss"))
    kept = {(one.channel, one.received_at) for one in gate.records(number)}
    assert kept == {("phone", START), ("social", START + hours(3)), ("email", START + hours(4))}


@pytest.mark.parametrize(
    "answers",
    (
        [("customer_answered", {"settled": True, "text": "已赔付"})],
        [("judged", {"stands": False}), ("customer_answered", {"settled": False, "text": "不成立，已说明"})],
        [("withdrawn", {"reason": "客户撤诉"})],
    ),
)
def test_after_the_final_answer_a_complaint_is_a_new_case(
    gate: Gate, answers: list[tuple[str, dict[str, Any]]]
) -> None:
    number = gate.registers(complaint(waybill_number=W, class_="delay"))
    for what, data in answers:
        gate.hear(report(what, number, at=START + hours(1), **data))
    again = gate.registers(complaint("web", at=START + hours(2), waybill_number=W, class_="delay"))
    assert again != number
    assert gate.joins(complaint("app", at=START + hours(3), waybill_number=W, class_="delay")) == again


def test_an_answer_that_did_not_settle_leaves_the_case_open(gate: Gate) -> None:
    number = gate.registers(complaint(waybill_number=W, class_="delay"))
    gate.hear(report("customer_answered", number, settled=False, text="客户不满意"))
    assert gate.joins(complaint("web", at=START + hours(2), waybill_number=W, class_="delay")) == number


@pytest.mark.parametrize(("said", "is_open"), [({}, True), ({"no_confirmation_reason": "号码停机"}, False)])
def test_where_the_pack_asks_for_confirmation_an_answer_without_it_leaves_the_case_open(
    said: dict[str, Any], is_open: bool
) -> None:
    gate = Gate(as_l())
    number = gate.registers(complaint(waybill_number=W, class_="delay"))
    gate.hear(report("customer_answered", number, settled=True, text="已答复", **said))
    again = complaint("web", at=START + hours(2), waybill_number=W, class_="delay")
    assert (gate.joins(again) == number) if is_open else gate.registers(again) != number


def test_an_answer_to_one_trouble_leaves_the_other_trouble_of_the_piece_open(gate: Gate) -> None:
    late = gate.registers(complaint(waybill_number=W, class_="delay"))
    rude = gate.registers(complaint(waybill_number=W, class_="attitude"))
    gate.hear(report("customer_answered", late, settled=True, text="已送到"))
    assert gate.joins(complaint("web", waybill_number=W, class_="attitude")) == rude


def test_an_answer_after_the_window_takes_nothing_from_the_case_that_came_later(gate: Gate) -> None:
    old = gate.registers(complaint(waybill_number=W, class_="delay"))
    new = gate.registers(complaint(at=START + hours(80), waybill_number=W, class_="delay"))
    gate.hear(report("customer_answered", old, at=START + hours(81), settled=True, text="已送到"))
    assert gate.joins(complaint("web", at=START + hours(82), waybill_number=W, class_="delay")) == new


def test_an_inquiry_that_comes_again_joins_until_it_is_answered(gate: Gate) -> None:
    number = gate.registers(complaint(kind="inquiry", waybill_number=W, content="还没到吗"))
    assert gate.joins(complaint("web", kind="inquiry", waybill_number=W, content="查一下")) == number
    gate.hear(report("inquiry_answered", number, outcome="result_found"))
    assert gate.registers(complaint("web", kind="inquiry", waybill_number=W, content="又不动了")) != number


FOUR = [{"waybill_number": f"TS770226010200{n}", "class": name} for n, name in enumerate(CLASSES[:4], start=1)]


def test_a_complaint_about_four_pieces_is_found_by_each_of_them(gate: Gate) -> None:
    """Domain, section 10, case 7: one customer, four pieces, four troubles."""
    number = gate.registers(complaint(pieces=FOUR))
    for piece in FOUR:
        again = complaint("web", waybill_number=piece["waybill_number"], class_=piece["class"])
        assert gate.joins(again) == number
    assert gate.joins(complaint("app", pieces=FOUR[:2])) == number
    swapped = [{**FOUR[0], "class": FOUR[1]["class"]}]
    assert gate.registers(complaint("app", pieces=swapped)) != number


def test_pieces_of_two_cases_are_a_case_of_their_own(gate: Gate) -> None:
    one = gate.registers(complaint(waybill_number=W, class_="loss"))
    two = gate.registers(complaint(waybill_number=OTHER, class_="loss"))
    both = [{"waybill_number": number, "class": "loss"} for number in (W, OTHER)]
    assert gate.registers(complaint(pieces=both)) not in {one, two}


def test_more_troubles_with_a_piece_than_there_are_places_are_cases_all_the_same(gate: Gate) -> None:
    numbers = {gate.registers(complaint(waybill_number=W, class_=name)) for name in CLASSES}
    assert len(numbers) == len(CLASSES) > PLACES
    assert sum(state_key.kind == "trouble" for state_key in gate.states) == PLACES


def test_troubles_are_forgotten_after_the_window(gate: Gate) -> None:
    gate.registers(complaint(waybill_number=W, class_="loss"))
    assert StateKey("trouble", f"{W}/0") in gate.states
    gate.pass_time(START + hours(72.1))
    assert not any(isinstance(state, Trouble) for state in gate.states.values())


_PACK = load_pack("courier-network")


@settings(max_examples=200, deadline=None)
@given(
    tellings=st.lists(
        st.tuples(
            st.sampled_from((W, OTHER)),
            st.sampled_from(CLASSES),
            st.sampled_from(("complaint", "inquiry")),
            st.integers(0, 200),
        ),
        max_size=12,
    )
)
def test_two_different_troubles_never_meet_in_one_case(tellings: list[tuple[str, str, str, int]]) -> None:
    """However they come: a case is about one piece, one class, one kind, and 72 hours."""
    gate = Gate(_PACK)
    cases: dict[str, list[tuple[str, str, str, int]]] = {}
    for waybill, name, kind, hour in tellings:
        event = complaint(at=START + hours(hour), waybill_number=waybill, class_=name, kind=kind)
        (output,) = gate.hear(event).outputs
        cases.setdefault(output.subject, []).append((waybill, name, kind, hour))
    for told in cases.values():
        assert len({waybill for waybill, _, _, _ in told}) == 1
        assert len({kind for _, _, kind, _ in told}) == 1
        assert len({name for _, name, kind, _ in told if kind == "complaint"}) <= 1
        assert all(abs(hour - told[0][3]) <= 72 for *_, hour in told)


def test_a_pack_that_joins_by_piece_alone_asks_for_no_class(pack: Pack) -> None:
    from msgspec.structs import replace

    gate = Gate(replace(pack, join=replace(pack.join, same=("waybill_number",))))
    number = gate.registers(complaint(waybill_number=W, class_="loss"))
    assert gate.joins(complaint("web", waybill_number=W, class_="attitude")) == number


def test_a_hundred_tellings_join_a_case_and_what_says_something_new_is_still_taken(gate: Gate) -> None:
    number = gate.registers(complaint(waybill_number=W, class_="delay"))
    for _ in range(100):
        assert gate.joins(complaint("app", waybill_number=W, class_="delay")) == number
    kept = len(gate.states)
    for _ in range(3):
        refusal = gate.hear(complaint("app", waybill_number=W, class_="delay")).refusal
        assert refusal is not None
        assert (refusal.reason, refusal.place) == ("too_many_tellings", "/waybill_number")
        assert number in refusal.message
    assert len(gate.states) == kept
    assert gate.registers(complaint("app", waybill_number=W, class_="loss")) != number
    assert gate.registers(complaint("app", waybill_number=OTHER, class_="delay")) != number


def test_a_telling_that_was_sent_again_is_no_further_one(gate: Gate) -> None:
    gate.registers(complaint(waybill_number=W, class_="delay"))
    again = complaint("app", waybill_number=W, class_="delay")
    gate.joins(again)
    for _ in range(200):
        assert gate.hear(again).no_op == "exists"
    gate.joins(complaint("app", waybill_number=W, class_="delay"))

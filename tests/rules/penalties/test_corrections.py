"""A suspension ends by the correction report, with training and publication (docs/sources.md, section 8, A)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.rules.casework import START, kinds_of
from tests.rules.penalties.charges import PERSON, PenaltyDesk, complaint, correction, instructions, laid, told

LATER = START + timedelta(days=9)
MEASURES = ("correction_report", "training", "publication")


@pytest.fixture
def desk() -> PenaltyDesk:
    """A person with three complaints in March, suspended for correction without pay."""
    desk = PenaltyDesk()
    desk.tell(*(laid(f"TS-{number}", complaint("c")) for number in (1, 2, 3)))
    assert desk.month().suspended
    return desk


@pytest.mark.parametrize("order", [MEASURES, MEASURES[::-1], ("training", "publication", "correction_report")])
def test_with_the_last_of_them_the_suspension_ends(desk: PenaltyDesk, order: tuple[str, ...]) -> None:
    for measure in order[:-1]:
        assert desk.tell(correction(measure, LATER)) == [], f"{measure} alone ends nothing"
        assert desk.month().suspended
    outputs = desk.tell(correction(order[-1], LATER))
    (lifted,) = told(outputs, "person.reinstated")
    assert (lifted["employee"], lifted["reason"], lifted["complaints"]) == ("E10023", "corrected", 3)
    assert instructions(outputs) == [("reinstate", "")], "what is done nobody takes back"
    assert not desk.month().suspended


def test_what_was_done_before_stands_when_a_complaint_falls_away(desk: PenaltyDesk) -> None:
    desk.tell(correction("training", LATER))
    outputs = desk.tell(laid("TS-3", revision=2, at=LATER))
    cancelled = [what for what in instructions(outputs) if what[0] == "cancel" and "suspend" not in what[1]]
    assert [number.rsplit("/", 1)[1] for _, number in cancelled] == ["deduct", "report", "publish"]


def test_a_further_complaint_suspends_anew_and_asks_for_everything_again(desk: PenaltyDesk) -> None:
    desk.tell(*(correction(measure, LATER) for measure in MEASURES))
    outputs = desk.tell(laid("TS-4", complaint("c"), at=LATER))
    assert told(outputs, "person.suspended")[0]["complaints"] == 4
    assert desk.month().suspended
    assert desk.tell(correction("training", LATER)) == []
    assert desk.month().suspended


def test_a_complaint_that_falls_away_and_comes_back_does_not(desk: PenaltyDesk) -> None:
    desk.tell(*(correction(measure, LATER) for measure in MEASURES))
    outputs = desk.tell(laid("TS-3", revision=2, at=LATER), laid("TS-3", complaint("c"), revision=3, at=LATER))
    assert not {"person.suspended", "person.reinstated"} & set(kinds_of(outputs))


def test_told_twice_it_is_done_once(desk: PenaltyDesk) -> None:
    desk.tell(correction("training", LATER))
    assert desk.take(correction("training", LATER)).no_op == "corrected_before"


@pytest.mark.parametrize("said", [{"suspended": "E99999"}, {"period": "2026-02"}], ids=str)
def test_nobody_else_and_no_other_month_is_meant(desk: PenaltyDesk, said: dict[str, str]) -> None:
    refusal = desk.take(correction("training", LATER, **said)).refusal
    assert refusal is not None
    assert (refusal.reason, refusal.place) == ("illegal_transition", "/suspended")
    assert "is not suspended" in refusal.message


def test_who_is_reinstated_has_nothing_left_to_correct(desk: PenaltyDesk) -> None:
    desk.tell(*(correction(measure, LATER) for measure in MEASURES))
    assert desk.take(correction("training", LATER)).refusal is not None
    assert desk.month(PERSON).atoned == 3

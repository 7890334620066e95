"""Which complaint opens which claim, and what its file must hold: docs/sources.md, sections 5, 7 and 10, source C."""

from __future__ import annotations

from typing import Any

import pytest

from services.claims.states import ClaimedCase
from tests.rules.casework import NUMBER
from tests.rules.claims.told import WAYBILL, ClaimsDesk, routed, routed_pieces
from tousu.decision import StateKey

FORM = ["waybill_image", "complete_form"]
# Class -> cause, and the check-list of section 7 for it.
CLASSES: tuple[tuple[str, str, list[str]], ...] = (
    ("loss", "loss", [*FORM, "claim_letter", "negotiation_notice"]),
    ("damage", "damage", [*FORM, "claim_letter", "damage_photos", "negotiation_notice"]),
    ("shortage", "contents_mismatch", FORM),
    ("contents_mismatch", "contents_mismatch", FORM),
)


def why_not(desk: ClaimsDesk) -> str:
    case = desk.state(StateKey("case", NUMBER))
    assert isinstance(case, ClaimedCase)
    return case.why_not


@pytest.mark.parametrize(("name", "cause", "evidence"), CLASSES)
def test_a_class_opens_a_claim_for_its_cause_with_its_check_list(
    desk: ClaimsDesk, name: str, cause: str, evidence: list[str]
) -> None:
    one = routed(name, amount_yuan="1200.00")
    (output,) = desk.tell(one)
    assert (output.topic, output.type, output.subject) == ("complaints.claims", "tousu.claim.opened.v1", NUMBER)
    assert output.time == one.time
    assert output.data == {
        "claim_number": f"{NUMBER}/1",
        "case_number": NUMBER,
        "cause": cause,
        "payee_role": "sender",
        "opened_at": "2026-03-02T02:00:00Z",
        "evidence_needed": evidence,
        "departments": ["storage_and_transport"],
        "waybill_number": WAYBILL,
        "amount_yuan": "1200.00",
        "pack": {"id": "courier-network", "version": "1.0.0"},
        "section": "C 7",
    }
    assert desk.promoted("claim", f"{NUMBER}/1") == {
        "cause": cause,
        "state": "open",
        "stage": "opened",
        "waybill": WAYBILL,
        "closed_at": None,
        "missing": None,
    }


@pytest.mark.parametrize(
    ("more", "opens"),
    [
        ({}, False),
        ({"demand": "尽快派送"}, False),
        ({"demand": "不要赔偿，快点送"}, False),
        ({"demand": "要求赔偿"}, True),
        ({"demand": "I want a refund"}, True),
        ({"promised_at": "2026-03-02T01:59:59Z"}, True),
        ({"promised_at": "2026-03-02T02:00:00Z"}, False),
    ],
)
def test_a_delay_opens_one_where_it_is_asked_for_or_the_promised_time_is_past(
    desk: ClaimsDesk, more: dict[str, Any], opens: bool
) -> None:
    told = desk.tell(routed("delay", **more))
    assert [output.data["cause"] for output in told] == (["delay"] if opens else [])
    assert [output.data["evidence_needed"] for output in told] == ([FORM] if opens else [])
    assert why_not(desk) == ("" if opens else "not_asked_for")


@pytest.mark.parametrize(
    ("posted_at", "opens"),
    [("2025-03-02T15:00:00Z", True), ("2025-03-01T15:00:00Z", False), (None, True)],
)
def test_the_right_to_claim_lasts_one_year_from_posting(desk: ClaimsDesk, posted_at: str | None, opens: bool) -> None:
    more: dict[str, Any] = {"posted_at": posted_at} if posted_at else {}
    assert len(desk.tell(routed("loss", **more))) == opens
    assert why_not(desk) == ("" if opens else "right_has_lapsed")


# The worked cases of section 10 as the router tells them -> causes of their claims.
WORKED: tuple[tuple[int, tuple[str, ...], dict[str, Any], list[str]], ...] = (
    (1, ("delay",), {"promised_at": "2026-02-25T10:00:00Z"}, ["delay"]),
    (2, ("attitude",), {"demand": "赔偿"}, []),
    (3, ("delay",), {"demand": "给予赔偿"}, ["delay"]),
    (4, ("contents_mismatch",), {}, ["contents_mismatch"]),
    (5, ("attitude",), {}, []),
    (6, ("damage",), {}, ["damage"]),
)


@pytest.mark.parametrize(("number", "classes", "more", "causes"), WORKED)
def test_a_worked_case_opens_its_claim(
    desk: ClaimsDesk, number: int, classes: tuple[str, ...], more: dict[str, Any], causes: list[str]
) -> None:
    assert [output.data["cause"] for output in desk.tell(routed(*classes, **more))] == causes, f"case {number}"


def test_four_pieces_in_trouble_are_four_claims_from_one_complaint(desk: ClaimsDesk) -> None:
    """Case 7: one lost, one a day late, one swapped, one broken."""
    pieces = [{"class": name, "waybill_number": f"TS7700{n}"} for n, name in enumerate(
        ("loss", "delay", "contents_mismatch", "damage"), 1)]  # fmt: skip
    listed = [{"waybill_number": piece["waybill_number"]} for piece in pieces]
    opened = desk.tell(routed_pieces(pieces, demand="按标准赔偿", pieces=listed, amount_yuan="3000.00"))
    assert [(one.data["claim_number"], one.data["cause"], one.data["waybill_number"]) for one in opened] == [
        (f"{NUMBER}/1", "loss", "TS77001"),
        (f"{NUMBER}/2", "delay", "TS77002"),
        (f"{NUMBER}/3", "contents_mismatch", "TS77003"),
        (f"{NUMBER}/4", "damage", "TS77004"),
    ]
    assert not any("amount_yuan" in one.data for one in opened), "the amount is that of all pieces together"


def test_two_classes_of_one_cause_are_one_claim(desk: ClaimsDesk) -> None:
    assert len(desk.tell(routed("contents_mismatch", "shortage"))) == 1


def test_a_complaint_without_a_waybill_has_its_claim_all_the_same(desk: ClaimsDesk) -> None:
    (output,) = desk.tell(routed("loss", waybill=None))
    assert "waybill_number" not in output.data
    assert desk.promoted("claim", f"{NUMBER}/1")["waybill"] is None


def test_a_trouble_beside_it_that_opens_none_is_no_hindrance(desk: ClaimsDesk) -> None:
    assert [one.data["cause"] for one in desk.tell(routed("attitude", "loss"))] == ["loss"]


@pytest.mark.parametrize(
    ("one", "reason"),
    [(routed(), "class_unknown"), (routed("attitude"), "class_without_claim"), (routed("delay"), "not_asked_for")],
)
def test_it_is_kept_why_a_complaint_has_no_claim(desk: ClaimsDesk, one: Any, reason: str) -> None:
    assert desk.tell(one) == []
    assert why_not(desk) == reason

"""Responsibility is disputed and settled: docs/sources.md, section 4, H (partners, mediation by quality management)."""

from __future__ import annotations

from typing import Any

import pytest

from services.router.rules import RouterRules
from services.router.states import RoutedCase
from services.router.store import KINDS
from tests.rules.casework import NUMBER, Desk, complaint, handling, kinds_of
from tests.rules.packs import COURIER, with_partners
from tousu.decision import StateKey
from tousu.policy.policies import Policies

TRANSPORT, QUALITY, CENTRE = "storage_and_transport", "quality_management", "customer_service"
CARRIER = "transport_partner"
WHY = {"reason": "不属本部门"}
SWAPPED = "contents_mismatch"


@pytest.fixture
def desk_h() -> Desk:
    return Desk(RouterRules(Policies.of(with_partners())), KINDS)


def settled(hours: float, /, responsible: dict[str, str], **more: Any) -> Any:
    said = {"by": "mediation", "department": QUALITY} | more
    return handling("responsibility_settled", hours, responsible=responsible, **said)


# The class brings the departments, who disputes, who is found responsible -> who answers then.
SETTLED = (
    ("delay", TRANSPORT, {"employee": "C20117"}, [TRANSPORT]),  # nobody named: back to whoever disputed
    ("delay", TRANSPORT, {"outlet": "HZ-017"}, [TRANSPORT]),
    ("delay", TRANSPORT, {"partner": CARRIER}, [CARRIER]),
    ("delay", TRANSPORT, {"department": CENTRE, "employee": "C20117"}, [CENTRE]),
    ("delay", None, {"employee": "C20117"}, [TRANSPORT]),
    (SWAPPED, TRANSPORT, {"partner": CARRIER}, [CARRIER, QUALITY]),  # the mediator's own part stays with it
    (SWAPPED, TRANSPORT, {"employee": "C20117"}, [TRANSPORT, QUALITY]),
    (SWAPPED, QUALITY, {"employee": "C20117"}, [TRANSPORT, QUALITY]),
    ("attitude", QUALITY, {"employee": "C20117"}, [QUALITY]),
)  # fmt: skip


@pytest.mark.parametrize(("name", "disputing", "responsible", "to"), SETTLED)
def test_mediation_says_who_answers(
    desk_h: Desk, name: str, disputing: str | None, responsible: dict[str, str], to: list[str]
) -> None:
    desk_h.tell(complaint(**{"class": name}))
    desk_h.tell(handling("disputed", **({"department": disputing} if disputing else {}), **WHY))
    desk_h.tell(settled(2, responsible))
    case = desk_h.state(StateKey("case", NUMBER))
    assert isinstance(case, RoutedCase)
    assert list(case.departments) == to


def test_a_settled_dispute_is_told_with_the_section_of_the_mediator(desk_h: Desk) -> None:
    desk_h.tell(complaint(**{"class": "delay"}))
    _, mediating = desk_h.tell(handling("disputed", department=TRANSPORT, **WHY))
    assert (mediating.data["to_departments"], mediating.data["by"]) == ([QUALITY], "mediation")
    _, moved = desk_h.tell(settled(2, {"partner": CARRIER}))
    assert (moved.data["from_departments"], moved.data["to_departments"]) == ([QUALITY], [CARRIER])
    assert (moved.data["by"], moved.data["section"]) == ("mediation", "H 4")


@pytest.mark.parametrize(
    "before",
    [
        [],
        [handling("disputed", **WHY), handling("passed_on", 1, department=QUALITY, to_department=CENTRE, **WHY)],
        [handling("disputed", **WHY), handling("taken_back", 1, **WHY)],
        [handling("disputed", **WHY), settled(1, {"department": CENTRE})],
    ],
    ids=["never disputed", "passed on", "taken back", "settled already"],
)
def test_nobody_moves_where_nobody_disputes(desk_h: Desk, before: list[Any]) -> None:
    desk_h.tell(complaint(**{"class": "delay"}), *before)
    assert desk_h.tell(settled(2, {"partner": CARRIER})) == [], "it waits for a dispute before it"
    assert desk_h.promoted("case", NUMBER)["waiting"] == "yes"


@pytest.mark.parametrize("by", ["department", "agreement"])
def test_what_is_settled_without_mediation_moves_nobody(desk_h: Desk, by: str) -> None:
    desk_h.tell(complaint(**{"class": "delay"}))
    responsible = {"partner": CARRIER} if by == "agreement" else {"employee": "C20117"}
    assert kinds_of(desk_h.tell(settled(1, responsible, by=by))) == ["handling.responsibility_settled"]


def test_several_who_dispute_get_their_parts_back(desk_h: Desk) -> None:
    desk_h.tell(complaint(**{"class": SWAPPED}), handling("passed_on", department=QUALITY, to_department=CENTRE, **WHY))
    desk_h.tell(handling("disputed", 1, department=TRANSPORT, **WHY), handling("disputed", 2, department=CENTRE, **WHY))
    _, moved = desk_h.tell(settled(3, {"employee": "C20117"}))
    assert moved.data["to_departments"] == [TRANSPORT, CENTRE]


@pytest.mark.parametrize("what", ["judged", "responsibility_settled"])
@pytest.mark.parametrize(
    ("responsible", "place", "known"),
    [
        ({"partner": "pigeon_post"}, "/responsible/partner", "transport_partner, warehouse_partner"),
        ({"partner": TRANSPORT}, "/responsible/partner", "transport_partner, warehouse_partner"),
        ({"department": "kitchen"}, "/responsible/department", TRANSPORT),
    ],
)
def test_nobody_answers_who_is_none_of_the_pack(
    desk_h: Desk, what: str, responsible: dict[str, str], place: str, known: str
) -> None:
    desk_h.tell(complaint(**{"class": "delay"}))
    said: dict[str, Any] = {"stands": True} if what == "judged" else {"by": "agreement"}
    refusal = desk_h.take(handling(what, responsible=responsible, **said)).refusal
    assert refusal is not None
    assert (refusal.reason, refusal.place) == ("unknown_department", place)
    assert known in refusal.message


def test_a_pack_without_partners_says_so() -> None:
    desk = Desk(RouterRules(Policies.of(COURIER)), KINDS)
    desk.tell(complaint(**{"class": "delay"}))
    refusal = desk.take(handling("judged", stands=True, responsible={"partner": CARRIER})).refusal
    assert refusal is not None
    none = "responsible.partner is none of pack courier-network 1.0.0"
    assert refusal.message == f"{none}, which has no partner; leave it out"

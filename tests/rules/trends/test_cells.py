"""What one routed case is counted in."""

from __future__ import annotations

import pytest

from services.trends.cells import Cell, cells_of, checked
from services.trends.rules import TrendRules
from tests.rules.trends.happenings import PACK, START, pack_with, routed, tick
from tousu.event import Event
from tousu.failure import Stop
from tousu.policy.policies import Policies
from tousu.policy.region import region_of

OUTLET = ("class", "outlet")
ALL = ("class", "kind", "outlet", "region")

# event, count_by -> keys of the cells
ROWS = [
    pytest.param(routed(), OUTLET, ["class=damage", "class=damage,outlet=HZ-017"], id="class and outlet"),
    pytest.param(routed(outlet=""), OUTLET, ["class=damage"], id="no outlet known: the network only"),
    pytest.param(routed(""), OUTLET, ["kind=complaint", "kind=complaint,outlet=HZ-017"], id="in triage: by kind"),
    pytest.param(routed("", "", kind="inquiry"), OUTLET, ["kind=inquiry"], id="an inquiry has no class"),
    pytest.param(routed(), ("region",), ["kind=complaint", "kind=complaint,region=HZ"], id="region only: by kind"),
    pytest.param(routed(outlet="HUB"), ("region",), ["kind=complaint"], id="a code without hyphen names no region"),
    pytest.param(routed(), ("outlet",), ["kind=complaint", "kind=complaint,outlet=HZ-017"], id="neither: by kind"),
    pytest.param(
        routed(), ALL,
        [
            "class=damage", "kind=complaint", "class=damage,outlet=HZ-017", "kind=complaint,outlet=HZ-017",
            "class=damage,region=HZ", "kind=complaint,region=HZ",
        ],
        id="everything",
    ),
    pytest.param(
        routed(outlet="", classes=[{"class": "damage"}, {"class": "loss"}, {"class": "loss"}]), OUTLET,
        ["class=damage", "class=loss"], id="several pieces: each class once",
    ),
    pytest.param(routed(revision=1), ("class",), ["class=damage"], id="the first decision"),
    pytest.param(routed(revision=2), ("class",), [], id="classed again: it was counted on arrival"),
    pytest.param(tick(START), OUTLET, [], id="a tick"),
    pytest.param(
        Event(
            id="1", source="s", type="tousu.claim.routed.v1", time=START,
            data={"kind": "claim", "claim": {"cause": "loss"}, "object": {"outlet": "HZ-017"}},
        ), ALL, [], id="a claim without a complaint is no complaint",
    ),
    pytest.param(
        Event(id="1", source="s", type="tousu.handling.judged.v1", time=START, data={"class": "damage"}), OUTLET, [],
        id="what a department does is not counted",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("event", "count_by", "keys"), ROWS)
def test_case_counts_in(event: Event, count_by: tuple[str, ...], keys: list[str]) -> None:
    assert [cell.key for cell in cells_of(event, checked(count_by))] == keys


def test_cell_is_named_in_a_warning_by_what_was_counted() -> None:
    assert Cell("class", "damage", "outlet", "HZ-017").key == "class=damage,outlet=HZ-017"
    assert Cell("kind", "inquiry").key == "kind=inquiry"


@pytest.mark.parametrize(("outlet", "region"), [("HZ-017", "HZ"), ("HZ-01-7", "HZ"), ("HZ017", ""), ("", "")])
def test_region_of_an_outlet(outlet: str, region: str) -> None:
    assert region_of(outlet) == region


def test_pack_that_counts_by_what_a_warning_cannot_name_is_refused() -> None:
    with pytest.raises(Stop, match="channel"):
        TrendRules(Policies.of(pack_with(count_by=("class", "channel"))))


def test_pack_whose_window_is_no_whole_number_of_steps_is_refused() -> None:
    with pytest.raises(Stop, match="multiple of step_hours"):
        TrendRules(Policies.of(pack_with(window_hours=24, step_hours=5)))


def test_pack_of_the_courier_network_can_be_counted() -> None:
    assert TrendRules(Policies.of(PACK)).history_steps == 29 * 24

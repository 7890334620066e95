"""What changes between two versions of a pack is told field by field, in the pack's own words."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from tests.packs_read import load_pack
from tousu.policy.clock_rule import Limit
from tousu.policy.difference import Difference, differences

PACK = load_pack("courier-network")
RESOLUTION = PACK.clocks["resolution"]
FOUR = Limit(amount=4, unit="working_days", ends="close_of_business", section="C 5")
LOSS = PACK.classes["loss"]


def clock(**changes: Any) -> dict[str, Any]:
    return {"clocks": PACK.clocks | {"resolution": replace(RESOLUTION, **changes)}}


CASES: dict[str, tuple[dict[str, Any], list[Difference]]] = {
    "a limit": (
        clock(limit_by_grade=RESOLUTION.limit_by_grade | {"major": FOUR}),
        [
            Difference(
                field="clocks.resolution.limit_by_grade.major", kind="changed", old="5 working days (C 5)",
                new="4 working days, close of business (C 5)",
            )
        ],
    ),
    "pauses are taken away": (
        clock(pauses=None),
        [
            Difference(
                field="clocks.resolution.pauses", kind="changed",
                old="reasons: waiting_for_customer, waiting_for_evidence, force_majeure, section: C 5, set_by: pack",
                new="none",
            )
        ],
    ),
    "a warning more": (
        clock(warn_at_share=(0.5, 0.8, 0.9)),
        [Difference(field="clocks.resolution.warn_at_share.3", kind="added", old="", new="0.9")],
    ),
    "departments": (
        {"classes": PACK.classes | {"loss": replace(LOSS, departments=("quality_management",))}},
        [
            Difference(field="classes.loss.departments", kind="removed", old="storage_and_transport", new=""),
            Difference(field="classes.loss.departments", kind="added", old="", new="quality_management"),
        ],
    ),
    "their order": (
        {"routing": PACK.routing, "join": replace(PACK.join, same=("class", "waybill_number"))},
        [Difference(field="join.same", kind="changed", old="waybill_number, class", new="class, waybill_number")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_each_change_is_told(name: str) -> None:
    changes, wanted = CASES[name]
    assert differences(PACK, replace(PACK, **changes)) == wanted


def test_what_is_gone_is_told_whole() -> None:
    kept = {name: rule for name, rule in PACK.clocks.items() if name != "acknowledgement"}
    (found,) = differences(PACK, replace(PACK, clocks=kept))
    assert (found.field, found.kind, found.new) == ("clocks.acknowledgement", "removed", "")
    assert "2 elapsed hours (C 5)" in found.old


def test_a_pack_does_not_differ_from_itself() -> None:
    assert differences(PACK, PACK) == []

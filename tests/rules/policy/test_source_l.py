"""The pack of source L, the carrier: the rows of docs/sources.md, sections 2, 4, 5 and 6, figure by figure."""

from __future__ import annotations

from typing import Any

import pytest

from tests.packs_read import load_pack
from tests.rules.casework import NUMBER
from tousu.contract import validator
from tousu.policy.grading import grade_rule

PACK = load_pack("logistics")
CAUSES = {  # section 4: causes to record
    "operator_error", "information_passed_wrongly", "flaw_in_process", "force_majeure", "customers_misunderstanding",
}  # fmt: skip


EVIDENCE = {  # section 4: evidence kinds
    "contract", "order", "handover_record", "tracking_data", "warehouse_document", "correspondence", "gps_track",
    "video", "onsite_inspection",
}  # fmt: skip


@pytest.mark.parametrize("kind", [*sorted(EVIDENCE), "hearsay"])
@pytest.mark.parametrize("what", ["judged", "assessed"])
def test_nine_kinds_of_evidence_are_found_in_the_investigation(what: str, kind: str) -> None:
    """On any case; a kind that nobody knows is refused."""
    said = {"case_number": NUMBER, "evidence": [{"kind": kind, "uri": "https://files.example/e/1"}]}
    fault = validator(f"tousu.handling.{what}.v1")(said | ({"stands": True} if what == "judged" else {}))
    assert (fault is None) is (kind in EVIDENCE)


def test_causes_to_record() -> None:
    assert set(PACK.causes) == CAUSES
    assert {cause.section for cause in PACK.causes.values()} == {"L 4"}


def test_the_customer_is_told_a_limit_that_the_pack_sets() -> None:
    limit = PACK.clocks["resolution"].limit_for()
    assert (limit.unit, limit.section, limit.set_by) == ("working_days", "L 5", "pack")


def test_major_and_special_plans_need_approval() -> None:
    assert PACK.approval is not None
    assert (PACK.approval.grades, PACK.approval.section) == (("major", "special"), "L 6")


IMPACT: tuple[tuple[dict[str, Any], str | None], ...] = (  # loss, scope, severity; None: the grade of the class
    ({"class": "delay"}, None),
    ({"class": "delay", "loss_yuan": "2999.99"}, None),
    ({"class": "delay", "loss_yuan": "3000.00"}, "major"),
    ({"class": "attitude", "scope": "local", "content": "moderate"}, None),
    ({"class": "attitude", "scope": "regional"}, "major"),
    ({"class": "attitude", "scope": "global"}, "special"),
    ({"class": "attitude", "content": "serious"}, "major"),
    ({"class": "damage", "content": "minor"}, "major"),
    ({"class": "loss", "loss_yuan": "3000.00"}, "special"),  # what is special is never less by its impact
)


@pytest.mark.parametrize(("facts", "grade"), IMPACT)
def test_the_impact_makes_a_case_major(facts: dict[str, Any], grade: str | None) -> None:
    """评估事件的影响程度."""
    rule = grade_rule(PACK, facts)
    assert (rule.grade if rule is not None else None) == grade


def test_closing_needs_the_customers_word() -> None:
    assert PACK.closing is not None
    assert (PACK.closing.confirmation, PACK.closing.section) == (("spoken", "written"), "L 6")


def test_the_customer_is_visited_again_some_time_after() -> None:
    revisit = PACK.clocks["revisit"]
    assert (revisit.starts_on, revisit.outlives_case, revisit.section) == ("closed", True, "L 6")
    assert revisit.limit_for().set_by == "pack"

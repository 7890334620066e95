"""The events that clocks of a pack may wait for are those of the contract: what is in neither list never comes."""

from __future__ import annotations

import ast
from datetime import UTC, datetime
from pathlib import Path

from tests.packs_read import load_pack
from tousu.contract import inbound_cards
from tousu.contract.schemas import ADDRESS, documents
from tousu.domain.case.fold import READ
from tousu.domain.case.lifecycle import possible
from tousu.domain.case.state import begun
from tousu.policy.claim_facts import CLAIM_FACTS, WORDS
from tousu.policy.event_catalogue import AFTER_THE_END, BESIDE_THE_CASE, CLAIM_EVENTS, CLAIM_REPORTS, EVENTS, REPORTS

ROOT = Path(__file__).resolve().parents[2]
REPORTED = {name for card in inbound_cards() for name in card.events if name.startswith("handling.")}
OF_OTHERS = {"passed_on", "separated"}
"""Reports that the router and intake turn into decisions of their own."""


def test_clocks_may_wait_for_every_report_of_the_contract() -> None:
    reported = {name.removeprefix("handling.") for name in REPORTED}
    assert reported - OF_OTHERS - BESIDE_THE_CASE == REPORTS


def test_the_reports_about_claims_are_of_the_contract_and_no_clock_of_a_case_waits_for_them() -> None:
    reported = {name.removeprefix("handling.") for name in REPORTED}
    named = {
        name for name in reported if name.startswith(("claim_", "outlet_", "payment_", "amount_", "compensation_"))
    }
    assert named == CLAIM_REPORTS
    assert not BESIDE_THE_CASE & EVENTS


def pulled(tree: ast.AST) -> set[str]:
    """The names of what happens to a claim in calls such as `limits.pull(turn, claim, "paid")`."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func) == "limits.pull"]
    return {str(node.args[2].value) for node in calls if isinstance(node.args[2], ast.Constant)}


def test_clocks_of_claims_may_wait_for_all_that_happens_to_a_claim() -> None:
    modules = sorted((ROOT / "services" / "claims").glob("*.py"))
    assert set().union(*(pulled(ast.parse(module.read_text(encoding="utf-8"))) for module in modules)) == CLAIM_EVENTS
    assert pulled(ast.parse('limits.pull(turn, claim, "x", said); pull(turn, claim, "y")')) == {"x"}


def test_what_may_be_found_of_a_claim_is_what_tables_of_compensation_may_speak_of() -> None:
    """`delivered` ends a limit, `currency` stands beside the amounts, `named_by_sender` says who is paid; the region is
    that of the case.
    """
    facts = documents().by_address[ADDRESS + "shared/claim.json"]["$defs"]["facts"]["properties"]
    assert set(facts) - {"delivered", "currency", "named_by_sender"} == CLAIM_FACTS - {"region"}
    for name, words in WORDS.items():
        if "enum" in facts.get(name, {}):
            assert frozenset(facts[name]["enum"]) == words, name


def test_what_may_come_after_the_end_is_what_a_closed_case_takes() -> None:
    received = datetime(2026, 1, 5, 1, tzinfo=UTC)
    closed = begun("complaint", received, life="closed", ended_at=received, result="settled")
    assert set(possible(closed, load_pack("courier-network"))) | {"closed"} == AFTER_THE_END
    assert AFTER_THE_END <= EVENTS


def test_the_fold_knows_every_report_of_a_case() -> None:
    """What it does not read changes nothing in a case; the list of these is short and each is for clocks alone."""
    unread = REPORTS | {"passed_on"}
    assert set(READ) - {"joined"} <= unread  # intake says it
    assert unread - set(READ) == {
        "paused", "resumed", "extended", "passed_up", "final_opinion_given", "interim_answered", "appeal_referred",
        "appeal_answered", "special_reason_approved", "evaluated",
    }  # fmt: skip

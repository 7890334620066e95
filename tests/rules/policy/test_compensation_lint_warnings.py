"""A table of amounts that cannot be right, or does not do what its writer believes: told where, and what shows it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from tousu.policy.claim_facts import NUMBERS
from tousu.policy.compensation import Cap, Compensation, CompensationRule, Exemption, Rate
from tousu.policy.compensation_lint_errors import TABLE, errors_of_amounts
from tousu.policy.compensation_lint_warnings import warnings_of_amounts
from tousu.policy.handling_rule import Condition
from tousu.policy.lint_warnings import warnings_of
from tousu.policy.loading import POLICIES, findings_of, load_pack, read_pack
from tousu.policy.pack import Pack
from tousu.policy.rule_precedence import goes_over

PACK = load_pack("courier-network")
GOOD = (POLICIES / "courier-network.yaml").read_text("utf-8")


def table() -> Compensation:
    assert PACK.claims is not None
    assert PACK.claims.compensation is not None
    return PACK.claims.compensation


def with_table(**changes: Any) -> Pack:
    """The courier network, its table of amounts changed."""
    assert PACK.claims is not None
    return replace(PACK, claims=replace(PACK.claims, compensation=replace(table(), **changes)))


def with_rule(name: str, **changes: Any) -> Pack:
    """The courier network, one rule of its table changed."""
    return with_table(rules=table().rules | {name: replace(table().rules[name], **changes)})


def rule(name: str, **body: Any) -> dict[str, CompensationRule]:
    made = {"name": name, "section": "C 7", "amount": {"fixed": "10"}, **body}
    return {name: msgspec.convert(made, CompensationRule)}


def found(pack: Pack) -> dict[str, str]:
    """What is found in the table of amounts, by the place below it."""
    findings = [one for one in (*errors_of_amounts(pack), *warnings_of(pack)) if one.path[:2] == TABLE]
    return {".".join(map(str, one.path[2:])): one.problem for one in findings}


def test_two_rules_that_can_hold_together_and_the_point_that_shows_it() -> None:
    more = rule("by_waybill", causes=["loss"], when={"facts": {"insured": [False], "bulk": [True]}})
    problems = [one.problem for one in warnings_of_amounts(with_table(rules=table().rules | more))]
    point = "cause loss, insured false"
    assert sorted(problems) == [
        f"uninsured and by_waybill hold together for {point}, agency_period false, bulk true",
        f"uninsured_in_agency_period and by_waybill hold together for {point}, agency_period true, bulk true",
    ]


def test_it_is_no_overlap_where_one_goes_over_the_other_by_way_of_a_third() -> None:
    first = rule("first", causes=["delay"], over=["second"], when={"facts": {"bulk": [True]}})
    second = rule("second", causes=["delay"], over=["delay", "delay_in_agency_period"])
    pack = with_table(rules=table().rules | first | second)
    assert goes_over(table(), table().rules["high_value"], table().rules["contents_gone"])
    assert set(found(pack)) == {"rules.delay", "rules.delay_in_agency_period"}  # which now never decide


def test_a_combination_of_facts_with_no_rule_and_the_point_that_shows_it() -> None:
    rules = {name: one for name, one in table().rules.items() if name != "delay_in_agency_period"}
    assert found(with_table(rules=rules)) == {
        "rules": "no rule holds for cause delay, direct_loss false, agency_period true"
    }


@pytest.mark.parametrize(
    ("borders", "point"),
    [
        ({"under": "2"}, "weight_kg 2"),
        ({"at_most": "2"}, "weight_kg 2.000001"),
        ({"over": "2"}, "weight_kg 1.999999"),
        ({"at_least": "2"}, "weight_kg 1.999999"),
    ],
)
def test_a_gap_at_a_border(borders: Mapping[str, str], point: str) -> None:
    condition = msgspec.convert({"amounts": {"weight_kg": dict(borders)}}, Condition)
    (problem,) = found(with_rule("forwarded_too_late", when=condition)).values()
    assert problem == f"no rule holds for cause late_forwarding, {point}"


def test_a_value_that_no_condition_lists_is_tried_too() -> None:
    condition = Condition(facts={"region": ("CN-ZJ",)})
    (problem,) = found(with_rule("forwarded_too_late", when=condition)).values()
    assert problem.endswith("region something_else")


def test_a_cause_for_which_a_class_opens_claims_and_the_table_has_no_rule() -> None:
    rules = {name: replace(one, causes=("loss",)) for name, one in table().rules.items() if name == "insured"}
    problems = found(with_table(rules=rules, follows=()))
    assert "no rule holds for" in problems["rules"]


def test_a_rule_that_never_decides() -> None:
    hidden = rule("hidden", causes=["loss"], when={"facts": {"insured": [True], "bulk": [True]}})
    rules = table().rules | hidden | {"insured": replace(table().rules["insured"], over=("hidden",))}
    assert found(with_table(rules=rules)) == {"rules.hidden": "hidden never decides"}


UNKNOWN: tuple[tuple[dict[str, Any], str, str], ...] = (
    ({"facts": {"colour": ["red"]}}, "when.facts.colour", "no claim has the fact colour"),
    ({"facts": {"proof": ["photo"]}}, "when.facts.proof", "proof is never photo"),
    ({"facts": {"damage_degree": ["burnt"]}}, "when.facts.damage_degree", "damage_degree is never burnt"),
    ({"facts": {"insured": ["yes"]}}, "when.facts.insured", "insured is never yes"),
    ({"amounts": {"proof": {"over": "1"}}}, "when.amounts.proof", "no claim has the fact proof"),
)


@pytest.mark.parametrize(("when", "field", "problem"), UNKNOWN)
def test_a_condition_that_never_holds(when: dict[str, Any], field: str, problem: str) -> None:
    problems = found(with_rule("forwarded_too_late", when=msgspec.convert(when, Condition)))
    assert problems[f"rules.forwarded_too_late.{field}"].startswith(problem)


CAPS: tuple[tuple[dict[str, Any], str], ...] = (
    ({"fixed": "50", "per": ["piece", "day"]}, "never above this cap"),
    ({"fixed": "60", "per": ["day", "piece"]}, "never above this cap"),
    ({"fixed": "1000"}, "another cap of the rule is always lower"),
    ({"fixed": "1000", "per": ["piece"]}, "another cap of the rule is always lower"),
    ({"fixed": "2000", "when": {"facts": {"bulk": [True]}}}, "another cap of the rule is always lower"),
)
BITES: tuple[dict[str, Any], ...] = (
    {"fixed": "999"}, {"fixed": "50", "per": ["day"]}, {"fixed": "49", "per": ["piece", "day"]}, {"of": "real_value"},
    {"fixed": "900", "when": {"facts": {"bulk": [True]}}},
)  # fmt: skip


def with_cap(cap: dict[str, Any]) -> Pack:
    made = msgspec.convert({"section": "C 7", **cap}, Cap)
    return with_rule("forwarded_too_late", caps=(*table().rules["forwarded_too_late"].caps, made))


@pytest.mark.parametrize(("cap", "problem"), CAPS)
def test_a_cap_that_can_never_bite(cap: dict[str, Any], problem: str) -> None:
    assert problem in found(with_cap(cap))["rules.forwarded_too_late.caps.1"]


@pytest.mark.parametrize("cap", BITES)
def test_a_cap_that_can_bite(cap: dict[str, Any]) -> None:
    assert "rules.forwarded_too_late.caps.1" not in found(with_cap(cap))


def test_a_cap_that_never_holds_where_its_rule_does() -> None:
    cap = msgspec.convert({"fixed": "5", "when": {"facts": {"agency_period": [True]}}, "section": "C 7"}, Cap)
    problems = found(with_rule("delay", caps=(cap,)))
    assert problems == {"rules.delay.caps.0": "this cap never holds where its rule does"}


def test_evidence_that_does_not_exist() -> None:
    one = msgspec.convert(
        {"name": "war", "causes": ["loss"], "when": {"facts": {"force_majeure": [True]}}, "section": "C 7",
         "evidence": ["waybill_image", "declaration_of_war"]},
        Exemption,
    )  # fmt: skip
    problems = found(with_table(exemptions={"war": one}))
    assert problems == {
        "exemptions.war.evidence": "declaration_of_war is neither evidence nor proof, so the exemption never counts"
    }


BASE = "amount: {of: insured_amount}"
PRACTICAL = "rules.practical_goods_without_invoice"
SENSE: tuple[tuple[str, str, str, str], ...] = (
    (BASE, "amount: {of: insured_sum}", "rules.insured.amount.of", "no fact insured_sum"),
    (BASE, "amount: {of: proof}", "rules.insured.amount.of", "no fact proof is a number"),
    (BASE, "amount: {of: insured_amount, divided_by: service_fee}",
     "rules.insured.amount.divided_by", "service_fee may be 0"),
    (BASE, 'amount: {of: insured_amount, fixed: "3"}', "rules.insured.amount", "with fixed or"),
    (BASE, "amount: {per: [piece]}", "rules.insured.amount", "begins with fixed or with of"),
    (BASE, 'amount: {fixed: "0"}', "rules.insured.amount.fixed", "nothing would ever be owed"),
    (BASE, 'amount: {fixed: "3", currency: XDR}', "rules.insured.amount.currency",
     "XDR cannot be exchanged"),
    ("        amount: {of: insured_amount}\n", "", "rules.insured", "the basis is figures"),
    ("basis: by_hand", 'basis: by_hand\n        amount: {fixed: "1"}', "rules.high_value", "the basis is by_hand"),
    ("over: [contents_gone]", "over: [contents_lost]", f"{PRACTICAL}.over", "no rule is called"),
    ("over: [contents_gone]", "over: [high_value]", f"{PRACTICAL}.over", "goes over itself"),
    ("part: {times: share_lost,", "part: {times: real_value,", "rules.insured.part.times", "real_value is no share"),
    ("pieces: 1,", "pieces: 0,", "assumed.pieces", "pieces cannot be 0"),
    ("pieces: 1,", "peaces: 1,", "assumed.peaces", "no claim has the fact peaces"),
    ("      damage_degree: [damaged", "      proof: [damaged", "words.proof", "not the pack's"),
    ("pieces: 1,", 'real_value: "5",', "assumed.real_value", "never assumed"),
)  # fmt: skip


@pytest.mark.parametrize(("good", "bad", "field", "problem"), SENSE)
def test_a_table_that_makes_no_sense_is_told_with_its_line(
    tmp_path: Path, good: str, bad: str, field: str, problem: str
) -> None:
    assert good in GOOD
    path = tmp_path / "pack.yaml"
    path.write_text(GOOD.replace(good, bad, 1), "utf-8")
    faults = read_pack(path)
    assert not isinstance(faults, Pack)
    fault = next(one for one in faults if one.field == f"claims.compensation.{field}")
    assert problem in fault.problem
    assert fault.line > GOOD[: GOOD.index("  compensation:")].count("\n")
    assert fault.fix


FORM: tuple[tuple[str, str, str, str], ...] = (
    ("handling_fees: {fined_percent:", "handling_fees: {fined:", "handling_fees.fined", "compensated_percent"),
    ('fixed: "10000"', "fixed: 10000", "rules.uninsured.caps.0.fixed", "fixed amount in quotes"),
    ('fixed: "10000"', 'fixed: "-1"', "rules.uninsured.caps.0.fixed", "fixed amount in quotes"),
    ("basis: by_hand", "basis: by_dice", "rules.high_value.basis", "who decides the amount"),
    ("goes_as: damage", "goes_as: theft", "follows.0.goes_as", "Choose the cause"),
    ("per: [piece, day]", "per: [piece, week]", "rules.delay.amount.per.1", "pieces, days late"),
)


@pytest.mark.parametrize(("good", "bad", "field", "fix"), FORM)
def test_a_table_of_a_wrong_form_is_told_with_fix_and_example(
    tmp_path: Path, good: str, bad: str, field: str, fix: str
) -> None:
    assert good in GOOD
    path = tmp_path / "pack.yaml"
    path.write_text(GOOD.replace(good, bad, 1), "utf-8")
    faults = read_pack(path)
    assert not isinstance(faults, Pack)
    assert any(one.field == f"claims.compensation.{field}" and fix in one.fix for one in faults), faults


def test_an_overlap_is_told_with_file_and_line(tmp_path: Path) -> None:
    path = tmp_path / "pack.yaml"
    path.write_text(GOOD.replace("        over: [uninsured]\n", "", 1), "utf-8")
    told = [fault for kind, fault in findings_of(path, PACK.effective_from.replace(year=2026)) if kind == "warning"]
    (fault,) = [one for one in told if "hold together" in one.problem]
    assert (fault.file, fault.field) == (str(path), "claims.compensation.rules.damage_by_screenshot")
    assert fault.line == GOOD[: GOOD.index("      damage_by_screenshot:")].count("\n") + 1
    assert fault.example == "over: [uninsured]"


RATE = {"rate": "7.10", "source": "central rate"}


@pytest.mark.parametrize(
    ("rates", "field", "problem"),
    [
        ({"USD": [RATE | {"from": "2026-07-01"}, RATE | {"from": "2026-01-01"}]}, "rates.USD", "do not rise"),
        ({"USD": [RATE | {"from": "2026-07-01"}, RATE | {"from": "2026-07-01"}]}, "rates.USD", "do not rise"),
        ({"CNY": [RATE | {"from": "2026-07-01"}]}, "rates.CNY", "the currency of the pack"),
        ({"USD": [RATE | {"from": "2026-07-01", "rate": "0"}]}, "rates.USD.0.rate", "worthless"),
    ],
)
def test_rates_that_cannot_be(rates: dict[str, Any], field: str, problem: str) -> None:
    made = msgspec.convert(rates, dict[str, tuple[Rate, ...]])
    assert problem in found(with_table(rates=made))[field]


def test_too_many_facts_to_try_are_told() -> None:
    many = {name: {"at_least": "0.5" if name == "share_lost" else "7"} for name in NUMBERS}
    condition = msgspec.convert({"amounts": many}, Condition)
    problems = found(with_rule("forwarded_too_late", when=condition))
    assert "depend on too many facts" in problems["rules"]

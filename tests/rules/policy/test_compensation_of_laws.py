"""Amounts of the law of China (features, section 3, numbers 3, 4, 6 and Zhejiang), and forms of other contracts."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from tests.packs_read import load_policies
from tousu.policy.award import award
from tousu.policy.claim_facts import BadFact
from tousu.policy.compensation import Compensation, Rate
from tousu.policy.owed import Award, Awarded, Lacking, NotOwed, Referred
from tousu.policy.pack import Pack

CHINA = load_policies("china-statutory")
LAW = CHINA.own
TODAY = date(2026, 9, 22)


def pays(answer: Award, amount: str, rule: str, section: str) -> None:
    assert isinstance(answer, Awarded), answer
    assert (answer.amount, answer.rule, answer.section) == (Decimal(amount), rule, section)


def mail(service: str, **facts: Any) -> dict[str, Any]:
    return {"insured": False, "service": service, "service_fee": "4.20", **facts}


ZHEJIANG: dict[str, Any] = {"insured": False, "region": "CN-ZJ", "service_fee": "12"}
STATUTES: tuple[tuple[str, str, dict[str, Any], str, str, str], ...] = (
    ("insured, lost: the insured amount", "loss", {"insured": True, "insured_amount": "2000"},
     "2000", "insured_lost", "Postal Law 47"),
    ("insured, wholly gone", "damage", {"insured": True, "insured_amount": "2000", "share_lost": "1"},
     "2000", "insured_gone", "Postal Law 47"),
    ("insured in part: loss x insured amount / full value", "damage",
     {"insured": True, "insured_amount": "2000", "share_lost": "0.5", "real_loss": "1500", "real_value": "3000"},
     "1000", "insured_in_part", "Postal Law 47"),
    ("insured in part, rounded to the cent", "contents_mismatch",
     {"insured": True, "insured_amount": "1000", "share_lost": "0.3", "real_loss": "100", "real_value": "3000"},
     "33.33", "insured_in_part", "Postal Law 47"),
    ("half a cent of a ratio goes up", "damage",
     {"insured": True, "insured_amount": "1", "share_lost": "0.3", "real_loss": "0.25", "real_value": "10"},
     "0.03", "insured_in_part", "Postal Law 47"),
    ("uninsured express: the actual loss", "loss", {"insured": False, "real_loss": "8000"},
     "8000", "uninsured_express", "Express Regulations 28"),
    ("uninsured express, never above the value", "loss", {"insured": False, "real_loss": "8000", "real_value": "7500"},
     "7500", "uninsured_express", "Express Regulations 28"),
    ("express, three times the fee is no cap of the law", "loss",
     {"insured": False, "real_loss": "500", "service_fee": "10"}, "500", "uninsured_express", "Express Regulations 28"),
    ("recorded mail: the actual loss", "loss", mail("recorded", real_loss="12.59"),
     "12.59", "recorded_mail", "Postal Law 47"),
    ("recorded mail: at most three times the postage", "loss", mail("recorded", real_loss="12.61"),
     "12.60", "recorded_mail", "Postal Law 47"),
    ("registered letter: exactly three times", "loss", mail("registered"),
     "12.60", "registered_letter", "Postal Law 47"),
    ("registered letter, a smaller loss: still three times", "damage", mail("registered", real_loss="1"),
     "12.60", "registered_letter", "Postal Law 47"),
    ("gross negligence lifts the cap of recorded mail", "loss",
     mail("recorded", real_loss="500", gross_negligence=True), "500", "intent_or_gross_negligence", "Postal Law 47"),
    ("gross negligence, registered letter", "loss",
     mail("registered", real_loss="500", gross_negligence=True), "500", "intent_or_gross_negligence", "Postal Law 47"),
    ("gross negligence, insured in part", "damage",
     {"insured": True, "gross_negligence": True, "share_lost": "0.5", "real_loss": "1500", "insured_amount": "100"},
     "1500", "intent_or_gross_negligence", "Postal Law 47"),
    ("gross negligence, ordinary mail", "loss",
     mail("ordinary", real_loss="30", gross_negligence=True), "30", "intent_or_gross_negligence", "Postal Law 47"),
    ("delay of express: the actual loss", "delay", {"real_loss": "60"},
     "60", "delay_of_express", "Express Regulations 28"),
    ("Zhejiang: the declared value", "loss", ZHEJIANG | {"value_declared": True, "declared_value": "900"},
     "900", "zhejiang_declared_value", "Zhejiang Consumer Measures 22"),
    ("Zhejiang: declared, in part", "damage",
     ZHEJIANG | {"value_declared": True, "declared_value": "900", "share_lost": "0.5"},
     "450", "zhejiang_declared_value", "Zhejiang Consumer Measures 22"),
    ("Zhejiang: else the actual value", "loss",
     ZHEJIANG | {"value_declared": False, "proof": "invoice", "real_value": "5000"},
     "5000", "zhejiang_actual_value", "Zhejiang Consumer Measures 22"),
    ("Zhejiang: else ten times the fee", "loss", ZHEJIANG | {"value_declared": False, "proof": "none"},
     "120", "zhejiang_ten_times_the_fee", "Zhejiang Consumer Measures 22"),
    ("Zhejiang: exactly 800", "loss", ZHEJIANG | {"value_declared": False, "proof": "none", "service_fee": "80"},
     "800", "zhejiang_ten_times_the_fee", "Zhejiang Consumer Measures 22"),
    ("Zhejiang: at most 800", "loss", ZHEJIANG | {"value_declared": False, "proof": "none", "service_fee": "80.01"},
     "800", "zhejiang_ten_times_the_fee", "Zhejiang Consumer Measures 22"),
    ("Zhejiang: gross negligence lifts the 800", "loss",
     ZHEJIANG | {"proof": "none", "real_loss": "3000", "gross_negligence": True, "value_declared": False},
     "3000", "intent_or_gross_negligence", "Postal Law 47"),
    ("another province", "loss", {"insured": False, "region": "CN-BJ", "real_loss": "3000"},
     "3000", "uninsured_express", "Express Regulations 28"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("row", "cause", "facts", "amount", "rule", "section"), STATUTES, ids=[row[0] for row in STATUTES]
)
def test_the_law_of_china(row: str, cause: str, facts: dict[str, Any], amount: str, rule: str, section: str) -> None:
    pays(award(LAW, cause, {"region": "CN-BJ"} | facts, on=TODAY), amount, rule, section)


def test_before_june_2025_the_same_is_article_27() -> None:
    (earlier,) = [pack for pack in CHINA.packs() if pack.version != LAW.version]
    facts = {"insured": False, "region": "CN-BJ", "real_loss": "8000"}
    pays(award(earlier, "loss", facts, on=TODAY), "8000", "uninsured_express", "Express Regulations 27")


def test_force_majeure_exempts_save_insured_pieces() -> None:
    facts = {"region": "CN-BJ", "insured_amount": "900", "force_majeure": True, "real_loss": "5"}
    file = {"force_majeure_notice"}
    exempt = award(LAW, "loss", facts | {"insured": False}, on=TODAY, evidence=file)
    assert isinstance(exempt, NotOwed)
    assert (exempt.exemption, exempt.section) == ("force_majeure", "Postal Law 48")
    pays(
        award(LAW, "loss", facts | {"insured": True}, on=TODAY, evidence=file),
        "900", "insured_lost", "Postal Law 47",
    )  # fmt: skip


def test_nobody_is_liable_for_ordinary_mail_without_gross_negligence() -> None:
    answer = award(LAW, "loss", mail("ordinary", region="CN-BJ"), on=TODAY)
    assert isinstance(answer, NotOwed)
    assert (answer.exemption, answer.section) == ("ordinary_mail", "Postal Law 46")


def test_delay_of_mail_stands_in_no_law_so_somebody_decides() -> None:
    answer = award(LAW, "delay", mail("registered", real_loss="50"), on=TODAY)
    assert isinstance(answer, Referred)
    assert (answer.reason, answer.at_most) == ("by_hand", Decimal(50))


CONTRACT: dict[str, Any] = {  # a carrier's own terms: so many times the fee, another currency, weight by the kilogram
    "section": "Carrier Terms 7",
    "assumed": {"insured": False, "pieces": 1},
    "rates": {
        "USD": [
            {"from": "2026-01-01", "rate": "7.10", "source": "central rate"},
            {"from": "2026-07-01", "rate": "7.2055", "source": "central rate"},
        ],
        "XDR": [{"from": "2026-01-01", "rate": "9.60", "source": "IMF"}],
    },
    "rules": {
        "seven_times_the_fee": {
            "causes": ["loss"],
            "amount": {"of": "real_loss"},
            "caps": [
                {
                    "of": "service_fee", "times": "7", "section": "Carrier Terms 7",
                    "lifted_when": {"facts": {"gross_negligence": [True]}},
                },
                {"of": "real_value", "if_known": True, "section": "Carrier Terms 7"},
            ],
            "section": "Carrier Terms 7",
        },
        "by_the_kilogram": {  # CMR: 8.33 SDR a kilogram
            "causes": ["damage"],
            "amount": {"of": "real_loss"},
            "caps": [{"fixed": "8.33", "currency": "XDR", "times": "weight_kg", "section": "CMR 23"}],
            "section": "CMR 23",
        },
    },
}  # fmt: skip


def contract(pack: Pack) -> Pack:
    rules = {name: {"name": name, **rule} for name, rule in CONTRACT["rules"].items()}
    assert pack.claims is not None
    table = msgspec.convert(CONTRACT | {"rules": rules}, Compensation, strict=False)
    return replace(pack, claims=replace(pack.claims, compensation=table))


def test_a_multiple_of_the_fee_by_contract_that_gross_negligence_lifts(pack: Pack) -> None:
    facts = {"real_loss": "500", "service_fee": "20"}
    pays(award(contract(pack), "loss", facts, on=TODAY), "140", "seven_times_the_fee", "Carrier Terms 7")
    lifted = award(contract(pack), "loss", facts | {"gross_negligence": True}, on=TODAY)
    pays(lifted, "500", "seven_times_the_fee", "Carrier Terms 7")
    assert isinstance(lifted, Awarded)
    assert [bound.outcome for bound in lifted.limits] == ["lifted", "unknown"]
    assert lifted.limits[0].of == {"service_fee": "20"}


DAYS = ((date(2026, 1, 1), "7.1", "710"), (date(2026, 6, 30), "7.1", "710"), (date(2026, 7, 1), "7.2055", "720.55"))


@pytest.mark.parametrize(("day", "rate", "amount"), DAYS)
def test_another_currency_is_exchanged_by_the_rate_of_the_day(pack: Pack, day: date, rate: str, amount: str) -> None:
    facts = {"real_loss": "100", "service_fee": "200", "currency": "USD"}
    answer = award(contract(pack), "loss", facts, on=day)
    pays(answer, amount, "seven_times_the_fee", "Carrier Terms 7")
    assert isinstance(answer, Awarded)
    assert answer.currency == "CNY"
    first = answer.steps[0]
    assert (first.operation, first.result, first.section) == ("convert", amount, "Carrier Terms 7")
    assert first.inputs["rate"] == rate
    assert first.inputs["rate_source"] == "central rate"


def test_an_exchange_is_to_the_cent(pack: Pack) -> None:
    facts = {"real_loss": "0.33", "service_fee": "200", "currency": "USD"}  # 0.33 x 7.2055 = 2.377815
    answer = award(contract(pack), "loss", facts, on=TODAY)
    pays(answer, "2.38", "seven_times_the_fee", "Carrier Terms 7")
    assert isinstance(answer, Awarded)
    assert answer.steps[0].result == "2.38"


def test_money_that_is_worth_less_than_a_cent_is_none(pack: Pack) -> None:
    table = contract(pack).claims
    assert table is not None
    assert table.compensation is not None
    tiny = Rate(effective_from=date(2026, 1, 1), rate=Decimal("0.0003"), source="central rate")
    rates = table.compensation.rates | {"VND": (tiny,)}
    claims = replace(table, compensation=replace(table.compensation, rates=rates))
    facts = {"real_loss": "5", "real_value": "16.66", "service_fee": "9", "currency": "VND"}
    answer = award(replace(pack, claims=claims), "loss", facts, on=TODAY)
    assert isinstance(answer, BadFact)
    assert (answer.name, answer.reason) == ("real_value", "zero")


def test_a_day_before_the_first_rate_and_a_currency_without_one(pack: Pack) -> None:
    facts = {"real_loss": "100", "service_fee": "200"}
    early = award(contract(pack), "loss", facts | {"currency": "USD"}, on=date(2025, 12, 31))
    unknown = award(contract(pack), "loss", facts | {"currency": "EUR"}, on=TODAY)
    assert isinstance(early, BadFact)
    assert isinstance(unknown, BadFact)
    assert (early.reason, unknown.reason) == ("no_rate", "unknown_currency")


def test_a_limit_in_special_drawing_rights_by_the_kilogram(pack: Pack) -> None:
    facts = {"real_loss": "5000", "weight_kg": "2.5"}
    answer = award(contract(pack), "damage", facts, on=TODAY)  # 8.33 x 9.60 x 2.5 = 199.92
    pays(answer, "199.92", "by_the_kilogram", "CMR 23")
    assert isinstance(answer, Awarded)
    assert answer.limits[0].of["rate_from"] == "2026-01-01"
    light = award(contract(pack), "damage", facts | {"weight_kg": "0.333"}, on=TODAY)  # 26.629344
    assert isinstance(light, Awarded)
    assert light.limits[0].amount == "26.63"
    early = award(contract(pack), "damage", facts, on=date(2025, 12, 31))
    assert isinstance(early, Lacking)
    assert early.inputs == ("rate_XDR",)

"""Who may say what: money, rulings and the desk's word come on topics of their own, and every topic has its sources."""

from __future__ import annotations

from pathlib import Path

import pytest

from tousu.contract import (
    Sources,
    card,
    cards,
    channels,
    check_topic,
    event_types,
    inbound_cards,
    read_sources,
    source_on,
    topic_of,
    topics_of,
    types_on,
)
from tousu.contract.cards import read_cards
from tousu.contract.speaking import check_pattern
from tousu.failure import Reject, Stop

INBOUND = "complaints.inbound."
PHONE, WEB, HANDLING, DESK = (f"{INBOUND}{name}" for name in ("phone", "web", "handling", "desk"))
FINANCE, RULINGS, OPERATIONS = (f"{INBOUND}{name}" for name in ("finance", "rulings", "operations"))

ALONE = {
    # whoever may say it moves money, or ends what a department must do: no department and no outlet says it by itself
    FINANCE: {"handling.payment_confirmed", "handling.payment_question_settled", "handling.deduction_confirmed",
              "operations.deduction_confirmed", "operations.payment_question_settled", "operations.correction_done"},
    RULINGS: {"handling.claim_ruled", "handling.outlet_ruled"},
    DESK: {"handling.plan_approved", "handling.extended", "handling.taken_back", "handling.responsibility_settled",
           "handling.final_opinion_given", "handling.claim_decided", "handling.claim_agreed", "handling.separated",
           "handling.outlet_negotiation_settled", "handling.special_reason_approved"},
}  # fmt: skip


@pytest.mark.parametrize("topic", ALONE)
def test_what_moves_money_or_decides_is_said_by_its_role_alone(topic: str) -> None:
    for name in ALONE[topic]:
        assert topics_of(f"tousu.{name}.v1") == (topic,)


def test_every_type_that_is_said_from_outside_has_a_topic_that_takes_it() -> None:
    for kind in event_types():
        for topic in topics_of(kind):
            assert kind in types_on(topic)
            check_topic(topic, kind)
        if topics_of(kind):
            assert topic_of(kind) in topics_of(kind)
    said = {kind for each in inbound_cards() for kind in types_on(each.topic)}
    assert said == {kind for kind in event_types() if topics_of(kind)}
    with pytest.raises(KeyError, match="said by tousu itself"):
        topic_of("tousu.case.closed.v1")


def test_of_two_topics_that_take_a_type_that_counts_on_which_the_source_is_named() -> None:
    order = "tousu.handling.recount_ordered.v1"
    assert (topic_of(order), topic_of(order, "/cli/policy-recalculate")) == (DESK, OPERATIONS)
    passed_on = "tousu.handling.passed_on.v1"
    assert (topic_of(passed_on, "//outlet.example"), topic_of(passed_on, "/departments/x")) == (HANDLING, HANDLING)


def test_a_type_on_a_wrong_topic_is_answered_with_topic_type_and_where_it_belongs() -> None:
    with pytest.raises(Reject) as refused:
        check_topic(HANDLING, "tousu.handling.claim_ruled.v1")
    assert (refused.value.reason, refused.value.place) == ("not_allowed", "type")
    for said in ("tousu.handling.claim_ruled.v1", HANDLING, RULINGS):
        assert said in refused.value.message


def test_inbound_topics_name_their_sources_and_no_other_topic_does() -> None:
    for each in cards():
        assert bool(each.sources) == each.topic.startswith(INBOUND), each.topic
    for channel, topic in channels().items():
        assert source_on(topic) == f"/adapters/{channel}"


def test_a_named_source_speaks_on_its_own_topic_alone_save_the_desk_which_is_a_department_too() -> None:
    sources = Sources.of_cards()
    for each in inbound_cards():
        may = {one.topic for one in inbound_cards() if sources.allow(one.topic, source_on(each.topic))}
        assert may == ({DESK, HANDLING} if each.topic == DESK else {each.topic})


@pytest.mark.parametrize(
    ("topic", "source", "may"),
    [
        (PHONE, "/adapters/phone", True),
        (PHONE, "/adapters/phone/east/2", True),
        (PHONE, "/adapters/app", False),
        (PHONE, "/adapters/phones", True),  # no card's name
        (PHONE, "//hotline.example/east", True),
        (HANDLING, "/departments/storage", True),
        (HANDLING, "/adapters/phone", False),
        (HANDLING, "/desk", True),
        (HANDLING, "/finance", False),
        (DESK, "/desk/3", True),
        (DESK, "/departments/storage", False),
        (DESK, "//hotline.example/east", False),
        (FINANCE, "/departments/finance", True),
        (FINANCE, "/departments/finances", False),
        (FINANCE, "/Finance", False),
        (FINANCE, "//outlet.example/app", False),
        (RULINGS, "/arbitration", True),
        (RULINGS, "//outlet.example/app", False),
        (OPERATIONS, "/cli/policy-recalculate", True),
        (OPERATIONS, "/cli", False),
    ],
)
def test_which_source_may_speak_where_by_the_cards(topic: str, source: str, may: bool) -> None:
    assert Sources.of_cards().allow(topic, source) is may


def test_a_deployment_names_sources_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "sources.yaml"
    file.write_text(f"{FINANCE}: [//bank.example/**]\n{PHONE}: [//hotline.example/east]\n")
    sources = read_sources(file)
    assert sources.allow(FINANCE, "//bank.example/payments") and not sources.allow(FINANCE, "/finance")
    assert sources.allow(PHONE, "//hotline.example/east") and not sources.allow(PHONE, "//hotline.example/west")
    assert not sources.allow(WEB, "//hotline.example/east"), "a source that a topic names speaks nowhere else"
    assert sources.allow(WEB, "//hotline.example/west"), "the card of web takes whom no topic names"
    assert sources.form(FINANCE) == "//bank.example/**"
    assert sources.form(WEB) == "/adapters/web/** or one that no other topic has"


def test_a_source_is_bound_to_organisations_and_one_without_them_to_none(tmp_path: Path) -> None:
    file = tmp_path / "sources.yaml"
    file.write_text(
        f"{PHONE}:\n- {{source: //acme.example/**, organisations: [acme]}}\n- //both.example\n"
        f"- {{source: //acme.example/two, organisations: ['', beta]}}\n- {{source: '*', organisations: ['']}}\n"
    )
    sources = read_sources(file)
    for source, may in (
        ("//acme.example/one", {"acme"}), ("//acme.example/two", {"acme", "", "beta"}), ("//both.example", None),
        ("//nobody.example", {""}),
    ):  # fmt: skip
        assert sources.allow(PHONE, source)
        assert sources.organisations(PHONE, source) == may, source
    assert not sources.allow(WEB, "//acme.example/one")
    assert sources.organisations(FINANCE, "/finance") is None
    assert sources.named_organisations() == {"", "acme", "beta"}
    assert Sources.of_cards().organisations(PHONE, "//hotline.example") is None


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (f"{PHONE}: [{{source: /a, organisations: []}}]\n", "'/a' needs an organisation"),
        (f"{PHONE}: [{{source: /a}}]\n", "no list of sources.*organisations"),
        (f"{PHONE}: [{{source: '/**', organisations: [a]}}]\n", "must be a source"),
        (f"{PHONE}: [{{source: /a, organisations: [a], more: 1}}]\n", "no list of sources"),
        ("complaints.inbound.fax: [/fax]\n", "complaints.inbound.fax is no inbound topic; there are"),
        (f"{PHONE}: ['']\n", "'' must be a source"),
        (f"{PHONE}: ['/**']\n", "'/\\*\\*' must be a source"),
        (f"{PHONE}: ['/a/*/b']\n", "must be a source"),
        (f"{PHONE}: /adapters/phone\n", "no list of sources"),
        ("- /adapters/phone\n", "no list of sources"),
        (f"{PHONE}: [/adapters/phone\n", "no list of sources"),
    ],
)
def test_a_wrong_file_of_sources_stops_the_start(tmp_path: Path, text: str, sentence: str) -> None:
    file = tmp_path / "sources.yaml"
    file.write_text(text)
    with pytest.raises(Stop, match=sentence) as stopped:
        read_sources(file)
    assert stopped.value.reason == "wrong_setting"
    assert "sources.yaml" in stopped.value.message
    with pytest.raises(Stop, match=r"no-such\.yaml"):
        read_sources(tmp_path / "no-such.yaml")


def test_the_cards_themselves_hold_right_patterns_only() -> None:
    for each in read_cards(Path(__file__).resolve().parents[2] / "schemas").values():
        for pattern in each.sources:
            check_pattern(pattern, each.topic)
    assert card(PHONE).sources[-1] == "*" and "*" not in card(FINANCE).sources

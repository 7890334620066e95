"""Who may do what follows from the topic cards, and says the same as the reviewed tables of docs/security.md."""

from __future__ import annotations

import pytest

from tests.rights_table import PAGE, table
from tousu.client.acls import Rule, plan, rule_of
from tousu.contract import Card, cards
from tousu.contract.rights import Right, rights, users
from tousu.contract.rights_page import with_tables

TABLE = table()


def test_the_cards_give_every_right_of_the_page_and_no_other() -> None:
    """Kafka adds by itself that who reads or writes may describe."""
    found: dict[tuple[str, str], set[str]] = {}
    for right in rights(cards()):
        if right.resource == "topic":
            implied = {"describe"} if right.operation in {"read", "write"} else set()
            found.setdefault((right.name, right.user), set()).update({right.operation} | implied)
    assert found == {(t, user): set(does) for t, of in TABLE.topics.items() for user, does in of.items()}
    assert {(r.name + "*" * r.is_prefix, r.user, r.operation) for r in rights(cards()) if r.resource == "group"} == {
        (group, user, "read") for group, user in TABLE.groups.items()
    }
    assert {(r.name, r.user, r.operation) for r in rights(cards()) if r.resource == "transactional_id"} == {
        (name, user, "write") for name, user in TABLE.transactional_ids.items()
    }
    assert {(r.user, r.operation) for r in rights(cards()) if r.resource == "cluster"} == {
        (user, operation) for user, does in TABLE.cluster.items() for operation in does
    }


def test_the_page_is_up_to_date() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert with_tables(page) == page, "run python -m tousu.contract.rights_page"


def test_everybody_with_a_right_is_a_user_and_everybody_else_is_none() -> None:
    assert users(cards()) == TABLE.users
    assert {right.user for right in rights(cards())} == set(TABLE.users)


def test_only_the_groups_of_subscribers_go_by_a_prefix() -> None:
    assert [right for right in rights(cards()) if right.is_prefix or "*" in right.name] == [
        Right("subscribers", "group", "subscribers.", "read", is_prefix=True)
    ]


def test_whoever_must_not_read_personal_data_does_not() -> None:
    personal = {card.topic for card in cards() if card.personal}
    read = {right.user for right in rights(cards()) if right.name in personal and right.operation == "read"}
    assert read == {"intake", "ops", "replay"}


def test_ops_reads_and_changes_nothing() -> None:
    assert {right.operation for right in rights(cards()) if right.user == "ops"} == {"read"}


def a_card(topic: str, writers: tuple[str, ...], readers: tuple[str, ...]) -> Card:
    return Card(
        topic=topic, what="What an example carries.", writers=writers, readers=readers, key="The case number.",
        partitions=1, retention="1 day", timestamp="LogAppendTime", max_message_bytes=1024, personal=False, events=(),
    )  # fmt: skip


def test_a_new_card_brings_its_users_and_rights_with_it() -> None:
    new = a_card("complaints.inbound.example", ("example-desk",), ("intake", "ops"))
    more = rights((*cards(), new)) - rights(cards())
    assert {right for right in more if right.user != "admin"} == {
        Right("example-desk", "topic", new.topic, "write"),
        Right("example-desk", "transactional_id", "example-desk", "write"),
        Right("intake", "topic", new.topic, "read"), Right("intake", "topic", new.topic, "write"),
        Right("intake", "topic", new.topic, "describe_configs"),
        Right("ops", "topic", new.topic, "read"),
    }  # fmt: skip
    assert set(users((*cards(), new))) - set(users(cards())) == {"example-desk"}


MAY = Right("router", "topic", "complaints.cases", "write")
ITS = rule_of(MAY)


def test_what_is_there_already_is_left_alone() -> None:
    assert plan([ITS], [MAY]) == ()
    assert [(step.action, step.rule) for step in plan([], [MAY])] == [("add", ITS)]


@pytest.mark.parametrize(
    "too_much",
    [
        ITS._replace(operation="read"),
        ITS._replace(operation="all"),
        ITS._replace(permission="deny"),
        ITS._replace(host="10.0.0.1"),
        ITS._replace(pattern="prefixed"),
        ITS._replace(name="*"),
        ITS._replace(name="comp", pattern="prefixed"),
        ITS._replace(name="other.topic"),
        Rule("User:router", "cluster", "kafka-cluster", "literal", "alter"),
        Rule("User:stranger", "topic", "complaints.accepted", "literal", "read"),
        Rule("User:stranger", "topic", "complaints.inbound.", "prefixed", "read"),
        Rule("User:stranger", "topic", "c", "prefixed", "read"),
        Rule("User:stranger", "topic", "*", "literal", "read"),
        Rule("User:stranger", "group", "tousu.sla", "literal", "read"),
        Rule("User:stranger", "group", "*", "literal", "delete"),
        Rule("User:*", "topic", "other", "literal", "read"),
    ],
    ids=str,
)
def test_what_no_card_asks_for_is_superfluous(too_much: Rule) -> None:
    assert [(step.action, step.rule) for step in plan([ITS, too_much], [MAY])] == [("superfluous", too_much)]


@pytest.mark.parametrize(
    "foreign",
    [
        Rule("User:stranger", "topic", "orders", "literal", "read"),
        Rule("User:stranger", "topic", "order", "prefixed", "all"),
        Rule("User:stranger", "group", "orders", "literal", "read"),
        Rule("User:stranger", "transactional_id", "*", "literal", "write"),
        Rule("User:stranger", "cluster", "kafka-cluster", "literal", "describe"),
    ],
    ids=str,
)
def test_other_systems_on_the_cluster_are_none_of_our_business(foreign: Rule) -> None:
    assert plan([ITS, foreign], [MAY]) == ()

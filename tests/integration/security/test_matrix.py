"""Every cell of the table of docs/security.md on a real broker: each user tries everything with every topic, group, id.

What a user may do is asked in two ways: the broker's own word (the operations that it would authorise), and doing it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, nullcontext
from typing import Any

import pytest
from confluent_kafka import (
    ConsumerGroupTopicPartitions,
    KafkaError,
    KafkaException,
    Producer,
    TopicCollection,
    TopicPartition,
)
from confluent_kafka.admin import (  # type: ignore[attr-defined]
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewTopic,
    ResourceType,
)
from kafka.admin import (
    ACL,
    ACLFilter,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    KafkaAdminClient,
    ResourcePattern,
    ResourcePatternFilter,
    UserScramCredentialUpsertion,
)
from kafka.admin import ResourceType as PlaceType
from kafka.errors import ClusterAuthorizationFailedError
from kafka.protocol.consumer import FetchRequest

from tests.integration.security.conftest import PARTITIONS, Guarded
from tests.rights_table import table
from tousu.connection import Connection

TABLE = table()
TOPICS = sorted(TABLE.topics)
OTHER_GROUPS = ("tousu.history", "tousu.audit", "somebody", "subscriber", "subscribers")
GROUPS = (*(name.removesuffix("*") + "finance" * name.endswith("*") for name in TABLE.groups), *OTHER_GROUPS)
STRANGER = "stranger"
"""Has a password and no right."""
USERS = (*TABLE.users, STRANGER)
WAIT_S = 120.0

BY_NAME = 12
"""The last version of a fetch that calls topics by name, not by an id which only who may describe them is told."""

Clients = Callable[[str], dict[str, Any]]


@pytest.fixture(scope="module")
def connections(cluster: Guarded) -> dict[str, Connection]:
    """Everybody's way in. Every topic holds one record."""
    stranger = cluster.security.connection_of(cluster.broker.address, STRANGER, "no-rights-at-all")
    root = KafkaAdminClient(**cluster.root().kafka_python())
    root.alter_user_scram_credentials([UserScramCredentialUpsertion(STRANGER, "SCRAM-SHA-512", stranger.password)])
    root.close()
    assert written_by(properties_of(cluster.root())) == dict.fromkeys(TOPICS)
    return {user: cluster.way_in(user) for user in TABLE.users} | {STRANGER: stranger, "root": cluster.root()}


@pytest.fixture(scope="module")
def clients(connections: dict[str, Connection]) -> Clients:
    """The properties of a client of librdkafka, by user."""
    return lambda user: properties_of(connections[user])


def properties_of(connection: Connection) -> dict[str, Any]:
    return {"bootstrap.servers": connection.servers, **connection.librdkafka(), "log_level": 0}


@pytest.fixture(scope="module")
def admins(clients: Clients) -> Iterator[Callable[[str], AdminClient]]:
    """One admin client for each user."""
    made: dict[str, AdminClient] = {}

    def found(user: str) -> AdminClient:
        if user not in made:
            made[user] = AdminClient(clients(user))
        return made[user]

    yield found
    made.clear()


def written_by(properties: dict[str, Any]) -> dict[str, int | None]:
    """Topic -> None where a record could be written, else the code of the error."""
    codes: dict[str, int | None] = {}
    producer = Producer({**properties, "message.timeout.ms": int(WAIT_S * 1000), "linger.ms": 0})

    def report(error: KafkaError | None, message: Any) -> None:
        codes[message.topic()] = error.code() if error is not None else None

    for topic in TOPICS:
        producer.produce(topic, b"{}", partition=0, on_delivery=report)
    assert producer.flush(WAIT_S) == 0
    return codes


def read_by(connection: Connection) -> dict[str, int | None]:
    """Topic -> None where the record could be read, else the code of the error.

    One request for all topics, as a client would send it that asked nobody what there is.
    """
    admin = KafkaAdminClient(**connection.kafka_python())
    part, topic_of = FetchRequest.FetchTopic.FetchPartition, FetchRequest.FetchTopic
    request = FetchRequest(
        max_wait_ms=0, min_bytes=0, max_bytes=50_000_000, isolation_level=0, session_id=0, session_epoch=-1,
        topics=[
            topic_of(topic=topic, partitions=[part(partition=0, fetch_offset=0, partition_max_bytes=100_000)])
            for topic in TOPICS
        ],
        forgotten_topics_data=[], rack_id="", max_version=BY_NAME,
    )  # fmt: skip
    manager = admin._manager
    answer = manager.run(lambda: manager.send(request, node_id=1))
    admin.close()
    found: dict[str, int | None] = {}
    for each in answer.responses:
        (partition,) = each.partitions
        assert partition.error_code or partition.records, f"{each.topic}: neither refused nor read"
        found[each.topic] = partition.error_code or None
    return found


def code_of(ask: Callable[[], Any]) -> int | None:
    """None for an answer, else the code of the error."""
    try:
        ask()
    except KafkaException as error:
        code: int = error.args[0].code()
        return code
    return None


def expected(user: str, operation: str, refused: int, allowed: int | None = None) -> dict[str, int | None]:
    return {topic: allowed if operation in TABLE.may(user, topic) else refused for topic in TOPICS}


NO_TOPIC = KafkaError.TOPIC_AUTHORIZATION_FAILED
NO_GROUP = KafkaError.GROUP_AUTHORIZATION_FAILED
NO_CLUSTER = KafkaError.CLUSTER_AUTHORIZATION_FAILED


@pytest.mark.parametrize("user", USERS)
def test_the_broker_would_authorise_what_the_table_says_and_nothing_else(
    admins: Callable[[str], AdminClient], user: str
) -> None:
    described = admins(user).describe_topics(TopicCollection(TOPICS), include_authorized_operations=True)
    found: dict[str, set[str]] = {}
    for topic, answer in described.items():
        code = code_of(lambda a=answer: a.result(WAIT_S))  # type: ignore[misc]
        assert code in {None, NO_TOPIC}
        operations = answer.result().authorized_operations if code is None else ()
        found[topic] = {each.name.lower() for each in operations}
    # Whoever only reads settings may not ask for the topic, so nothing is told.
    assert found == {t: set(TABLE.may(user, t)) if "describe" in TABLE.may(user, t) else set() for t in TOPICS}


@pytest.mark.parametrize("user", USERS)
def test_who_may_write_writes_and_nobody_else(clients: Clients, user: str) -> None:
    assert written_by(clients(user)) == expected(user, "write", NO_TOPIC)


@pytest.mark.parametrize("user", USERS)
def test_who_may_read_reads_and_nobody_else(connections: dict[str, Connection], user: str) -> None:
    assert read_by(connections[user]) == expected(user, "read", NO_TOPIC)


@pytest.mark.parametrize("user", USERS)
def test_settings_are_read_and_changed_by_whom_the_table_names(admins: Callable[[str], AdminClient], user: str) -> None:
    admin = admins(user)
    resources = {topic: ConfigResource(ResourceType.TOPIC, topic) for topic in TOPICS}
    answers = admin.describe_configs(list(resources.values()))
    read = {topic: code_of(lambda r=resource: answers[r].result(WAIT_S)) for topic, resource in resources.items()}  # type: ignore[misc]
    assert read == expected(user, "describe_configs", NO_TOPIC)
    entry = ConfigEntry("retention.ms", "1", incremental_operation=AlterConfigOpType.SET)
    changed = admin.incremental_alter_configs(
        [ConfigResource(ResourceType.TOPIC, topic, incremental_configs=[entry]) for topic in TOPICS],
        validate_only=True,
    )
    found = {resource.name: code_of(lambda a=answer: a.result(WAIT_S)) for resource, answer in changed.items()}  # type: ignore[misc]
    assert found == expected(user, "alter_configs", NO_TOPIC)


@pytest.mark.parametrize("user", USERS)
def test_topics_are_made_by_admin_and_deleted_by_nobody(admins: Callable[[str], AdminClient], user: str) -> None:
    admin = admins(user)
    made = admin.create_topics([NewTopic(topic, PARTITIONS, 1) for topic in TOPICS], validate_only=True)
    there = KafkaError.TOPIC_ALREADY_EXISTS
    found = {topic: code_of(lambda a=answer: a.result(WAIT_S)) for topic, answer in made.items()}  # type: ignore[misc]
    assert found == expected(user, "create", NO_TOPIC, there)
    other = admin.create_topics([NewTopic("complaints.other", 1, 1)], validate_only=True)["complaints.other"]
    assert code_of(lambda: other.result(WAIT_S)) == NO_TOPIC
    deleted = admin.delete_topics(TOPICS)
    assert {code_of(lambda a=answer: a.result(WAIT_S)) for answer in deleted.values()} == {NO_TOPIC}  # type: ignore[misc]
    emptied = admin.delete_records([TopicPartition(topic, 0, 0) for topic in TOPICS])
    codes = {code_of(lambda a=answer: a.result(WAIT_S)) for answer in emptied.values()}  # type: ignore[misc]
    assert codes <= {NO_TOPIC, KafkaError._NOENT}  # who sees no topic at all has nobody to ask


@pytest.mark.parametrize("user", USERS)
def test_groups_are_joined_and_seen_by_their_members_only(admins: Callable[[str], AdminClient], user: str) -> None:
    admin = admins(user)
    topic = next((t for t in TOPICS if "read" in TABLE.may(user, t)), TOPICS[0])
    noted, seen = {}, {}
    for group in GROUPS:
        places = ConsumerGroupTopicPartitions(group, [TopicPartition(topic, 0, 1)])
        answer = admin.alter_consumer_group_offsets([places])[group]
        noted[group] = code_of(lambda a=answer: a.result(WAIT_S))  # type: ignore[misc]
        asked = admin.list_consumer_group_offsets([ConsumerGroupTopicPartitions(group)])[group]
        seen[group] = code_of(lambda a=asked: a.result(WAIT_S))  # type: ignore[misc]
    assert noted == seen == {group: None if TABLE.may_join(user, group) else NO_GROUP for group in GROUPS}
    deleted = admin.delete_consumer_groups(list(GROUPS))
    assert {code_of(lambda a=answer: a.result(WAIT_S)) for answer in deleted.values()} == {NO_GROUP}  # type: ignore[misc]


@pytest.mark.parametrize("user", USERS)
def test_a_transactional_id_is_its_users_only(clients: Clients, user: str) -> None:
    others = {name for name, owner in TABLE.transactional_ids.items() if owner != user}
    for name in (user, f"{user}.2", min(others, key=lambda other: (other < user, other))):
        producer = Producer({**clients(user), "transactional.id": name})
        code = code_of(lambda p=producer: p.init_transactions(WAIT_S))  # type: ignore[misc]
        is_own = TABLE.transactional_ids.get(name) == user
        assert code == (None if is_own else KafkaError.TRANSACTIONAL_ID_AUTHORIZATION_FAILED), name


@pytest.mark.parametrize("user", [user for user in TABLE.users if any("write" in TABLE.may(user, t) for t in TOPICS)])
def test_idempotent_producers_need_no_right_on_the_cluster(clients: Clients, user: str) -> None:
    assert "idempotent_write" not in TABLE.cluster.get(user, ())
    topic = next(topic for topic in TOPICS if "write" in TABLE.may(user, topic))
    producer, codes = Producer({**clients(user), "enable.idempotence": True}), list[KafkaError | None]()
    producer.produce(topic, b"{}", on_delivery=lambda error, _: codes.append(error))
    assert producer.flush(WAIT_S) == 0
    assert codes == [None]


@pytest.mark.parametrize("user", USERS)
def test_users_and_acls_are_the_super_users(connections: dict[str, Connection], user: str) -> None:
    with closing(KafkaAdminClient(**connections[user].kafka_python())) as admin:
        changes_nobody(admin, user)


def changes_nobody(admin: KafkaAdminClient, user: str) -> None:
    may = TABLE.cluster.get(user, frozenset())
    everything = ACLFilter(
        None, None, ACLOperation.ANY, ACLPermissionType.ANY,
        ResourcePatternFilter(PlaceType.ANY, None, ACLResourcePatternType.ANY),
    )  # fmt: skip
    for ask in (lambda: admin.describe_acls(everything), lambda: admin.describe_user_scram_credentials([user])):
        with nullcontext() if "describe" in may else pytest.raises(ClusterAuthorizationFailedError):
            ask()  # type: ignore[no-untyped-call]
    all_of_it = ResourcePattern(PlaceType.TOPIC, TOPICS[0])
    acl = ACL(f"User:{user}", "*", ACLOperation.ALL, ACLPermissionType.ALLOW, all_of_it)
    assert admin.create_acls([acl]) == {"succeeded": [], "failed": [ClusterAuthorizationFailedError]}
    password = UserScramCredentialUpsertion("root", "SCRAM-SHA-512", "taken over")
    assert "needs ALTER permission" in admin.alter_user_scram_credentials([password])["root"]


def test_the_table_names_every_topic_of_the_cluster(admins: Callable[[str], AdminClient]) -> None:
    there = set(admins("root").list_topics(timeout=WAIT_S).topics)
    assert {name for name in there if not name.startswith("__")} == set(TOPICS)

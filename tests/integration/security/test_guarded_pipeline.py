"""The whole pipeline over TLS, each processor as its own user, on a broker that holds everybody to ACLs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.integration.security.conftest import Guarded, Worker, wait_until
from tests.printed import document_of
from tousu import Publisher, Subscriber
from tousu.client.acls import Acls, AclStep, rule_of
from tousu.client.subscriber import Delivery
from tousu.contract.rights import Right
from tousu.local.secured import Secured
from tousu.runtime.kafka import KafkaSource
from tousu.simulation.processors import PROCESSORS

START = Callable[..., Worker]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of the processors."""
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def workers(cluster: Guarded, folder: Path) -> Iterator[dict[str, Worker]]:
    """Every processor, at work."""
    found = {name: Worker(cluster, name, folder, 0) for name in PROCESSORS}
    try:
        for name, worker in found.items():
            wait_until(worker.is_ready, f"{name} is ready", worker)
        yield found
    finally:
        for worker in found.values():
            worker.end()


@pytest.fixture
def start(cluster: Guarded, folder: Path) -> Iterator[START]:
    """One more copy of a processor, ended with the test."""
    started: list[Worker] = []

    def one(name: str, **settings: str) -> Worker:
        started.append(Worker(cluster, name, folder, len(started) + 1, **settings))
        return started[-1]

    yield one
    for worker in started:
        worker.end()


def complain(cluster: Guarded, waybill: str, call: str) -> None:
    said = {
        "kind": "complaint", "content": "快件三天还没送到，一直显示派送中。", "waybill_number": waybill,
        "complainant": {"name": "王芳", "phone": "19900000042"}, "phone": {"call_id": call, "agent": "E10023"},
    }  # fmt: skip
    with Publisher(cluster.way_in("phone-adapter"), source="/adapters/phone/east") as publisher:
        publisher.complaint("phone", said, time=datetime.now(UTC), id=call)


def told(cluster: Guarded, topics: list[str], kind: str, number: str = "") -> Delivery | None:
    """The first event of a kind (of a case), as a system downstream reads it."""
    with Subscriber(cluster.way_in("subscribers"), topics) as subscriber:
        for delivery in subscriber.read(to_end=True):
            event = delivery.event
            if event.type == f"tousu.{kind}.v1" and (not number or event.subject == number):
                return delivery
    return None


def test_a_complaint_goes_its_way_and_every_command_works_as_its_user(
    cluster: Guarded, workers: dict[str, Worker], folder: Path
) -> None:
    complain(cluster, "YT7700000000099", "C-1")
    routed = wait_until(lambda: told(cluster, ["complaints.cases"], "complaint.routed"), "it is routed")
    number = routed.event.subject
    wait_until(lambda: told(cluster, ["complaints.sla"], "clock.started", number), "its clocks run")
    now = datetime.now(UTC)
    said = {"department": "storage_and_transport", "answer_by": (now + timedelta(hours=1)).isoformat()}
    with Publisher(cluster.way_in("departments"), source="/departments/storage") as publisher:
        publisher.handling(number, "acknowledged", said, time=now, id="A-1")
    wait_until(lambda: told(cluster, ["complaints.sla"], "clock.met", number), "the acknowledgement counts")
    for command in ("audit", "backlog"):
        done = cluster.tousu(command, "--data", str(folder), "--json", user="ops")
        assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()
    assert b"19900000042" in cluster.tousu("tail", "inbound.phone", "--json", user="ops").stdout
    assert b"19900000042" not in cluster.tousu("tail", "cases", "sla", "--json", user="ops").stdout
    done = cluster.tousu("rejected", "replay", "--json", user="replay")
    assert (done.returncode, document_of(done)["would_replay"]) == (0, [])


@pytest.mark.parametrize(
    "user, arguments, sentence",
    [
        ("subscribers", ("tail", "inbound.phone"), "this user may not see topic complaints.inbound.phone"),
        ("router", ("tail", "cases"), "complaints.cases/"),
        ("ops", ("topics", "apply"), "use admin or a super user of it"),
        ("ops", ("topics", "check", "--acls"), "use a super user of the cluster"),
    ],
)
def test_a_command_says_what_its_user_may_not(
    cluster: Guarded, user: str, arguments: tuple[str, ...], sentence: str
) -> None:
    done = cluster.tousu(*arguments, "--partitions", "2", user=user) if arguments[0] == "topics" else (
        cluster.tousu(*arguments, user=user)
    )  # fmt: skip
    assert done.returncode == 4
    assert sentence in done.stderr.decode() and b"Traceback" not in done.stderr


def test_a_wrong_password_ends_the_start_and_says_so(start: START) -> None:
    worker = start("router", start_wait_s="2", kafka_user="sla")
    assert worker.process.wait(120) == 75
    words = worker.last_words()
    assert words["reason"] == "not_authenticated"
    assert "the brokers know no such user and password; compare TOUSU_KAFKA_USER" in words["message"]


def test_a_broker_of_another_authority_is_not_trusted(start: START, tmp_path: Path) -> None:
    other = Secured(tmp_path / "other")
    other.make()
    worker = start("router", start_wait_s="2", kafka_ca_file=str(other.authority_file))
    assert worker.process.wait(120) == 75
    words = worker.last_words()
    assert words["reason"] == "tls_failed"
    assert "TOUSU_KAFKA_CA_FILE" in words["message"] and "certificate verify failed" in words["message"]


def test_a_trends_with_a_wrong_password_says_so_too(start: START) -> None:
    worker = start("trends", start_wait_s="2", kafka_user="sla")
    assert worker.process.wait(120) == 75
    assert worker.last_words()["reason"] == "not_authenticated"


def test_a_group_that_is_not_its_own_is_named(start: START) -> None:
    worker = start("router", group="tousu.sla")
    words = wait_until(lambda: worker.says("not_authorised"), "it says what it may not", worker)
    assert "this user may not be a member of group tousu.sla" in words


def take_away(cluster: Guarded, right: Right) -> None:
    with Acls(cluster.root()) as acls:
        acls.apply([AclStep("superfluous", rule_of(right))], remove=True)


def test_who_may_not_write_any_more_halts_and_goes_on_when_the_right_is_back(
    cluster: Guarded, workers: dict[str, Worker]
) -> None:
    take_away(cluster, Right("router", "topic", "complaints.cases", "write"))
    try:
        complain(cluster, "YT7700000000101", "C-2")
        words = wait_until(lambda: workers["router"].says("not_authorised"), "router halts", workers["router"])
        assert "this processor may not write to complaints.cases/" in words
        found = cluster.tousu("topics", "check", "--partitions", "2", "--acls")
        assert found.returncode == 1
        assert found.stdout == b"add: allow User:router write on topic complaints.cases\n"
        assert all(workers[name].is_ready() for name in ("intake", "sla", "claims"))
    finally:
        cluster.apply()
    wait_until(workers["router"].is_ready, "router goes on by itself", workers["router"])
    wait_until(lambda: of_waybill(cluster, "YT7700000000101"), "what waited is routed")


def of_waybill(cluster: Guarded, number: str) -> Delivery | None:
    """What router says of the complaint about a waybill."""
    with Subscriber(cluster.way_in("subscribers"), ["complaints.cases"]) as subscriber:
        found = (each for each in subscriber.read(to_end=True) if each.event.data.get("waybill_number") == number)
        return next(found, None)


@pytest.mark.parametrize(
    "right, waybill",
    [
        (Right("sla", "topic", "complaints.cases", "read"), "YT7700000000102"),
        (Right("sla", "group", "tousu.sla", "read"), "YT7700000000103"),
    ],
    ids=str,
)
def test_who_may_not_read_any_more_stops_and_goes_on_when_the_right_is_back(
    cluster: Guarded, workers: dict[str, Worker], right: Right, waybill: str
) -> None:
    take_away(cluster, right)
    try:
        words = wait_until(lambda: workers["sla"].says("not_authorised"), "sla says so", workers["sla"])
        assert right.name in words
        assert "`tousu topics apply --acls` gives" in words
        complain(cluster, waybill, waybill)
    finally:
        cluster.apply()
    wait_until(workers["sla"].is_ready, "sla goes on by itself", workers["sla"])
    case = wait_until(lambda: of_waybill(cluster, waybill), "the complaint is routed")
    wait_until(lambda: told(cluster, ["complaints.sla"], "clock.started", case.event.subject), "its clocks run")


def test_a_copy_that_the_group_gives_nothing_says_which_topic_is_hidden_from_it(cluster: Guarded) -> None:
    way_in = cluster.way_in("claims")
    take_away(cluster, Right("claims", "topic", "complaints.cases", "read"))
    source = KafkaSource(way_in.servers, "tousu.claims", ["complaints.cases"], way_in.librdkafka())
    try:

        def why() -> str:
            source.poll(1, 0.1)
            return source.failure.message if source.failure is not None else ""

        words = wait_until(why, "it says why it has nothing")
    finally:
        source.close()
        cluster.apply()
    assert "this user may not see topic complaints.cases" in words

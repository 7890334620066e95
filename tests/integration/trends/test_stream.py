"""trends on a broker: what it publishes, and what it does when it, its broker or another copy comes and goes."""

from __future__ import annotations

from tests.integration.client.test_codecs import CODECS, SETTINGS
from tests.integration.trends.conftest import TOPICS, Stage, day, days, wait_until
from tests.new_topics import set_compression
from tousu.client.subscriber import Subscriber
from tousu.contract import validator
from tousu.local.kafka import KafkaBroker
from tousu.runtime.partition import partition_of


def test_rise_at_an_outlet_is_published_for_the_outlet_and_for_the_network(stage: Stage) -> None:
    stage.write(b"{", partition=1)  # nobody of ours wrote this: it is passed over
    stage.route(days(0, 40, risen=38), until=day(40))
    trends = stage.trends()
    wait_until(lambda: len(stage.warnings()) == 2, "two warnings are out")
    wait_until(trends.is_ready, "trends is ready")
    wait_until(lambda: trends.events() == {"applied": 186, "ticked": 4, "rejected": 1}, "everything is counted")
    assert trends.get("/livez")[0] == 200
    network, outlet = sorted(stage.warnings(), key=lambda each: "outlet" in each["data"])
    assert outlet["data"]["class"] == "damage"
    assert outlet["data"]["outlet"] == outlet["key"] == outlet["ce_subject"] == "HZ-017"
    assert outlet["data"]["usual"] == {"mean": 4.0, "upper": 10.11}
    assert network["key"] == "damage"
    for each in (network, outlet):
        assert validator(each["ce_type"])(each["data"]) is None
        assert each["partition"] == partition_of(each["key"], 4)
        assert each["ce_time"] == each["tousu-time"] == each["data"]["at"]
        assert (each["ce_source"], each["tousu-origin"], each["tousu-seq"]) == ("tousu/trends", "trends/0", "1")
    assert trends.stop() == 0
    assert len(stage.warnings()) == 2


def test_copy_that_was_killed_repeats_nothing_and_goes_on_numbering(on_kafka: Stage) -> None:
    on_kafka.route(days(0, 40, risen=38), until=day(40))
    first = on_kafka.trends("first")
    wait_until(lambda: len(on_kafka.warnings()) == 2, "two warnings are out")
    first.kill()
    second = on_kafka.trends("second")
    wait_until(second.is_ready, "the second copy is at work")
    on_kafka.route(days(40, 60, risen=58), until=day(60))
    wait_until(lambda: len(on_kafka.warnings()) >= 4, "the next rise is news")
    wait_until(lambda: second.events()["applied"] == 186 + 106, "everything is counted")
    assert second.stop() == 0
    found = on_kafka.warnings()
    assert len({each["ce_id"] for each in found}) == len(found) == 4
    assert sorted((each["key"], each["tousu-seq"]) for each in found) == [
        ("HZ-017", "1"), ("HZ-017", "2"), ("damage", "1"), ("damage", "2"),
    ]  # fmt: skip
    with Subscriber(on_kafka.servers, ["complaints.warnings"]) as subscriber:
        assert [each.event.id for each in subscriber.read(to_end=True)]


def test_whatever_codec_the_log_is_compressed_by_is_read(on_kafka: Stage) -> None:
    trends = on_kafka.trends()
    number = 0
    for setting in SETTINGS:
        set_compression(on_kafka.servers, TOPICS[0], setting)
        for codec in CODECS:
            on_kafka.compress_by(codec)
            on_kafka.route(days(number, number + 1, risen=-1), until=day(number + 1))
            number += 1
    wait_until(lambda: trends.events().get("applied") == 4 * number, "everything is counted")
    assert trends.stop() == 0


def test_second_copy_waits_until_the_first_is_gone_and_goes_on_from_its_memory(on_kafka: Stage) -> None:
    on_kafka.route(days(0, 40, risen=38), until=day(40))
    first = on_kafka.trends("first")
    wait_until(lambda: len(on_kafka.warnings()) == 2, "two warnings are out")
    second = on_kafka.trends("second")
    wait_until(lambda: "another_copy" in second.why_not(), "the second copy sees the first")
    assert first.is_ready()
    assert first.stop() == 0
    wait_until(second.is_ready, "the second copy is at work")
    assert second.events().total() == 0, "the first copy wrote down what it had counted"
    on_kafka.route(days(40, 60, risen=58), until=day(60))
    wait_until(lambda: len(on_kafka.warnings()) == 4, "the next rise is news")
    wait_until(lambda: second.events().total() == 110, "the rest is counted")
    assert second.stop() == 0
    there = set(on_kafka.admin.list_topics(timeout=10).topics)
    assert there - {"__consumer_offsets"} == set(TOPICS)


def test_memory_of_another_log_is_not_used(on_kafka: Stage) -> None:
    on_kafka.route(days(0, 2, risen=99), until=day(2))
    first = on_kafka.trends("first")
    wait_until(lambda: first.events().total() == 12, "everything is counted")
    assert first.stop() == 0
    on_kafka.make_topics_anew()
    on_kafka.route(days(0, 40, risen=38), until=day(40))
    second = on_kafka.trends("second")
    wait_until(lambda: second.events().total() == 190, "the new log is counted from its beginning")
    assert second.stop() == 0
    assert "memory does not fit" in second.log.read_text()
    assert len(on_kafka.warnings()) == 2


def test_broker_that_restarts_is_waited_for(on_kafka: Stage, own_kafka: KafkaBroker) -> None:
    on_kafka.route(days(0, 30, risen=99), until=day(30))
    trends = on_kafka.trends()
    wait_until(lambda: trends.events()["applied"] == 120, "everything is counted")
    own_kafka.restart()
    on_kafka.route(days(30, 40, risen=38), until=day(40))
    wait_until(lambda: len(on_kafka.warnings()) == 2, "two warnings are out")
    wait_until(trends.is_ready, "trends is ready again")
    assert trends.stop() == 0

"""Brokers for the client library: the real one and the embedded one, and topics of a test's own on either."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest
from confluent_kafka.admin import AdminClient

from tests.new_topics import make_topics
from tousu.client.dialling import is_embedded

_numbers = itertools.count(1)

Address = str
NewTopicNamed = Callable[[], str]


@pytest.fixture(params=["kafka", "embedded"])
def broker(request: pytest.FixtureRequest) -> Address:
    """The address of a broker; the test runs once on each kind."""
    address: str = request.getfixturevalue(request.param).address
    return address


@pytest.fixture
def new_topic(broker: Address) -> NewTopicNamed:
    """Makes a topic of 4 partitions and returns its name."""

    def make() -> str:
        name = f"client.{next(_numbers)}"
        if is_embedded(broker):
            # It makes a topic for whoever asks about it.
            AdminClient({"bootstrap.servers": broker, "log_level": 0}).list_topics(name, timeout=10)
        else:
            make_topics(broker, [name], 4)
        return name

    return make

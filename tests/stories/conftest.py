"""The demo on Kafka is played once for all stories that look at it, watched by a Prometheus where there is one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from deploy.local.prometheus import Prometheus, is_here
from tests.stories.played_demo import Played, Watched, play, watched


@pytest.fixture(scope="session")
def _both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Played, Watched | None]]:
    data = tmp_path_factory.mktemp("demo") / "kafka"
    if not is_here():
        yield play("kafka", data), None
        return
    with Prometheus(tmp_path_factory.mktemp("prometheus"), data) as prometheus:
        played = play("kafka", data)
        yield played, watched(prometheus)


@pytest.fixture(scope="session")
def on_kafka(_both: tuple[Played, Watched | None]) -> Played:
    return _both[0]


@pytest.fixture(scope="session")
def watch(_both: tuple[Played, Watched | None]) -> Watched:
    if _both[1] is None:
        pytest.skip("prometheus is missing: apt-get install prometheus (`make test-alerts` wants it)")
    return _both[1]

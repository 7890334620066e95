"""The composition is built and started once for all tests here. It needs some tools, and says which are missing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from services.intake import attributes
from tests.deploy.stage import Composition, make_images, missing
from tests.integration.process.conftest import wait_until
from tousu.client.publisher import check
from tousu.event import event_of_structured
from tousu.failure import Reject

START_S = 900
PROCESSORS = {"intake", "router", "sla", "claims", "penalties", "trends"}


@pytest.fixture(scope="session")
def composition(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Composition]:
    lacking = missing()
    if lacking:
        pytest.exit(f"make test-deploy needs, on Debian: {', '.join(lacking)}", returncode=2)
    made = Composition(tmp_path_factory.mktemp("composition"), make_images(tmp_path_factory.mktemp("images")))
    try:
        made.compose("up", "-d")
        wait_until(lambda: made.ready() == PROCESSORS, "every processor is ready", START_S)
        yield made
    finally:
        made.compose("down", "-v", check=False)


@pytest.fixture(scope="session")
def complaints(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The complaints of the example day that `tousu publish` takes; reports about cases name numbers of another run."""
    root = Path(__file__).resolve().parents[2]
    lines = (root / "examples" / "courier-day.jsonl").read_bytes().splitlines(keepends=True)
    file = tmp_path_factory.mktemp("day") / "complaints.jsonl"
    file.write_bytes(b"".join(line for line in lines if b"tousu.complaint.received" in line and is_sound(line)))
    return file


def is_sound(line: bytes) -> bool:
    """Whether a line of the day is an event; the day has hostile ones, too."""
    try:
        check(attributes.check(event_of_structured(orjson.loads(line)["event"])))
    except (Reject, KeyError, TypeError, orjson.JSONDecodeError):
        return False
    return b"\\u0000" not in line

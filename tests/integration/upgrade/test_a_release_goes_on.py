"""This build starts on what each release has left, its data folder and topics. It reads every state, and goes on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import orjson
import pytest

from tests.integration.upgrade.release import KEPT, KEY, at_work, play, played, put_back, unpack
from tests.integration.upgrade.test_migrated_equals_fresh import RELEASES, wiring
from tousu.cli.commands import app
from tousu.local.embedded import EmbeddedBroker
from tousu.runtime.inspection import Inspection
from tousu.runtime.processor import Processor
from tousu.simulation.pipeline import composed
from tousu.simulation.processors import WITH_CHECKPOINT

MORE = 12
"""Beats of the day that are played behind what was kept: two hours."""


def said(capture: pytest.CaptureFixture[bytes], *words: str) -> list[dict[str, object]]:
    """What a command says as JSON; its exit code is 0."""
    capture.readouterr()
    assert (app(list(words), standalone_mode=False) or 0) == 0, words
    return [orjson.loads(line) for line in capture.readouterr().out.splitlines()]


def open_of(processor: Processor, data: Path) -> Iterator[tuple[str, object]]:
    """Every state of a processor, read as it reads them itself."""
    with closing(Inspection(f"sqlite:///{data / processor.name}.sqlite", processor.name)) as look:
        for kind in processor.kinds:
            for _, doc in look.matching_states(kind.name):
                yield kind.name, kind.codec.decode(doc)


def counted(data: Path) -> dict[str, Counter[str]]:
    """How many states of each kind every processor has, each of them read."""
    made = replace(wiring(), master_key=bytes.fromhex((data / KEY).read_text().strip()))
    return {name: Counter(kind for kind, _ in open_of(composed(name, made), data)) for name in WITH_CHECKPOINT}


@pytest.mark.heavy
@pytest.mark.parametrize("release", RELEASES)
def test_every_build_starts_on_a_release_reads_every_state_and_goes_on(
    release: str, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    data = tmp_path / "data"
    unpack(KEPT / f"{release}.tar.xz", data)
    upgraded = said(capfdbinary, "upgrade", "--json", "--data", str(data))
    assert [row["processor"] for row in upgraded] == list(WITH_CHECKPOINT)
    counts = counted(data)
    assert all(count["case"] > 20 for name, count in counts.items() if name != "penalties"), counts
    with EmbeddedBroker(tmp_path / "broker") as broker:
        put_back(data, broker.address)
        with at_work(broker.address, data) as crew:
            play(played(after_the_cut=True)[:MORE], broker.address, data, crew)
        capfdbinary.readouterr()
        place = ("--broker", broker.address, "--data", str(data))
        app(["audit", "--json", *place], standalone_mode=False)
        assert orjson.loads(capfdbinary.readouterr().out)["findings"] == []
    more = counted(data)
    assert all(more[name]["case"] > counts[name]["case"] for name in ("intake", "router", "sla"))

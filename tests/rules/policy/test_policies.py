"""Which pack rules for whom, and since when (design.md, section 5; features, number 13)."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace

from tousu.failure import Stop
from tousu.policy.loading import POLICIES, load_pack, load_policies
from tousu.policy.pack import Pack
from tousu.policy.policies import OWN, PackHistory, Policies, in_order

PACK = load_pack("courier-network")
JUNE = datetime(2025, 6, 1, tzinfo=UTC)


def version(number: str, effective_from: datetime) -> Pack:
    return replace(PACK, version=number, effective_from=effective_from)


@pytest.fixture
def history() -> PackHistory:
    return in_order([version("2.0.0", JUNE), version("1.0.0", datetime(2024, 1, 1, tzinfo=UTC))])


@pytest.mark.parametrize(
    ("moment", "number"),
    [
        (datetime(2025, 5, 31, 23, 59, tzinfo=UTC), "1.0.0"),
        (JUNE, "2.0.0"),
        (datetime(2026, 1, 1, tzinfo=UTC), "2.0.0"),
        (datetime(1999, 1, 1, tzinfo=UTC), "1.0.0"),  # before the first version, the first
    ],
)
def test_the_version_that_held_then_decides(history: PackHistory, moment: datetime, number: str) -> None:
    assert history.at(moment).version == number


def test_a_version_is_found_by_its_number(history: PackHistory) -> None:
    assert history.version("1.0.0").version == "1.0.0"


def test_a_version_that_is_gone_is_replaced_by_the_newest(history: PackHistory) -> None:
    assert history.version("0.9.0").version == "2.0.0"


def test_an_organisation_has_its_own_pack(history: PackHistory) -> None:
    policies = Policies({OWN: PackHistory((PACK,)), "acme": history})
    assert policies.organisations == ("acme",)
    assert policies.at("acme", JUNE).version == "2.0.0"
    assert policies.at(OWN, JUNE) is PACK
    assert [pack.version for pack in policies.packs()] == [PACK.version, "1.0.0", "2.0.0"]


def test_an_organisation_without_a_pack_is_known_to_nobody() -> None:
    policies = Policies.of(PACK)
    assert not policies.knows("acme")
    with pytest.raises(KeyError):
        policies.at("acme", JUNE)


def written(folder: Path, earlier: dict[str, str]) -> Path:
    """The courier network's pack in a folder of its own, with earlier versions made by replacing text."""
    text = (POLICIES / "courier-network.yaml").read_text("utf-8").replace('version: "1.0.0"', 'version: "2.0.0"', 1)
    text = text.replace('effective_from: "2024-01-01', 'effective_from: "2025-06-01', 1)
    pack = folder / "network.yaml"
    pack.write_text(text, "utf-8")
    (folder / "earlier").mkdir()
    original = (POLICIES / "courier-network.yaml").read_text("utf-8")
    for name, number in earlier.items():
        changed = original.replace('version: "1.0.0"', f'version: "{number}"', 1)
        (folder / "earlier" / f"{name}.yaml").write_text(changed, "utf-8")
    return pack


def test_each_version_has_one_classifier_and_its_own() -> None:
    newer = replace(PACK, version="9.0.0")
    policies = Policies.of(PACK, newer)
    assert policies.classifier(PACK) is policies.classifier(PACK)
    assert policies.classifier(newer) is not policies.classifier(PACK)


def test_earlier_versions_lie_beside_the_pack(tmp_path: Path) -> None:
    policies = load_policies(str(written(tmp_path, {"network-1.0.0": "1.0.0"})))
    assert [pack.version for pack in policies.packs()] == ["1.0.0", "2.0.0"]
    assert policies.own.version == "2.0.0"


@pytest.mark.parametrize(
    ("earlier", "problem"),
    [
        ({"network-1.0.0": "2.0.0"}, "the same version"),
        ({"network-1.0.0": "1.0.0", "network-1.1.0": "1.1.0"}, "the same effective_from"),
    ],
)
def test_versions_that_cannot_be_told_apart_are_refused(tmp_path: Path, earlier: dict[str, str], problem: str) -> None:
    with pytest.raises(Stop, match=problem) as stop:
        load_policies(str(written(tmp_path, earlier)))
    assert stop.value.reason == "invalid_pack"


def test_an_organisation_whose_pack_is_not_there_stops_the_start() -> None:
    with pytest.raises(Stop, match="there is no pack nowhere"):
        load_policies("courier-network", {"acme": "nowhere"})

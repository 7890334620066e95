"""Where the form of a stored state has changed since the last release, its version has risen."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from tests.integration.upgrade import shapes
from tests.integration.upgrade.shapes import Form, digest_of, faults, shape_of


class Before(msgspec.Struct):
    """Words are no part of the form."""

    name: str
    count: int = 0


class Renamed(msgspec.Struct):
    name: str
    count: int = 0


class More(msgspec.Struct):
    name: str
    count: int = 0
    note: str = ""


class Inner(msgspec.Struct):
    amount: int


class OtherInner(msgspec.Struct):
    amount: str


class Holds(msgspec.Struct):
    inner: list[Inner]
    next: "Holds | None" = None  # noqa: UP037


class HoldsOther(msgspec.Struct):
    inner: list[OtherInner]
    next: "HoldsOther | None" = None  # noqa: UP037


def test_a_form_that_changed_since_the_last_release_has_a_version_that_rose() -> None:
    release, before = shapes.newest()
    assert faults(release, before, shapes.forms()) == []


@pytest.mark.parametrize("file", sorted(shapes.KEPT.glob("*.tar.xz")), ids=lambda file: file.name)
def test_every_kept_release_says_in_what_forms_it_wrote(file: Path) -> None:
    kept = shapes.kept_forms(file.with_name(file.name.replace(".tar.xz", ".states.json")))
    assert {"intake/case", "router/case", "sla/case", "claims/claim", "penalties/charge"} <= kept.keys()


def test_the_sentence_says_what_to_do() -> None:
    (fault,) = faults("9.9.0", {"sla/case": Form(2, "a")}, {"sla/case": Form(2, "b")})
    assert fault.startswith("the form of sla/case has changed since release 9.9.0 and its version is still 2: ")
    assert "services/sla/store.py version=3" in fault


@pytest.mark.parametrize(
    ("before", "now", "count"),
    [
        (Form(1, "a"), Form(1, "a"), 0),
        (Form(1, "a"), Form(2, "b"), 0),
        (Form(1, "a"), Form(2, "a"), 0),  # the same fields may have another meaning
        (Form(1, "a"), Form(1, "b"), 1),
        (Form(2, "a"), Form(1, "a"), 1),
        (Form(2, "a"), Form(1, "b"), 2),
    ],
)
def test_a_version_rises_with_the_form_and_never_falls(before: Form, now: Form, count: int) -> None:
    assert len(faults("1.0.0", {"sla/case": before}, {"sla/case": now, "sla/new": Form(1, "c")})) == count


def test_the_form_is_fields_types_and_defaults_however_deep() -> None:
    assert digest_of(Before) == digest_of(Renamed)
    assert digest_of(Before) != digest_of(More)
    assert digest_of(Holds) != digest_of(HoldsOther)
    assert shape_of(Before)["required"] == ["name"]

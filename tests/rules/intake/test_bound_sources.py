"""For whom a source may speak, where a deployment binds it to organisations."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from services.intake.reading import InboundEdge
from tests.rules.intake.gate import PARTITIONS, complaint
from tests.rules.intake.test_reading import PHONE, POLICIES, binary
from tousu.contract import Sources
from tousu.contract.speaking import Bound
from tousu.failure import Reject
from tousu.runtime.broker import Record


@pytest.mark.parametrize(
    "bind",
    [
        {"source": "//acme.example/**", "organisations": ["acme"]},
        {"source": "//acme.example/east", "organisations": ["acme", "beta"]},
    ],
)
def test_a_source_that_is_bound_speaks_for_its_organisations_alone(bind: dict[str, Any]) -> None:
    said: dict[str, list[str | Bound]] = {PHONE: [msgspec.convert(bind, Bound), "//own.example"]}
    read = InboundEdge(PARTITIONS, False, POLICIES, Sources.of_cards(said))

    def event(source: bytes, organisation: bytes | None) -> Record:
        return binary(complaint(), ce_source=source, ce_organisation=organisation)

    assert read(event(b"//acme.example/east", b"acme")).organisation == "acme"
    assert read(event(b"//own.example", None)).organisation == ""
    assert read(event(b"//own.example", b"acme")).organisation == "acme"
    for organisation in (None, b"post"):
        with pytest.raises(Reject) as refused:
            read(event(b"//acme.example/east", organisation))
        assert (refused.value.reason, refused.value.place) == ("not_allowed", "organisation")
        assert "speaks for the organisation acme" in refused.value.message

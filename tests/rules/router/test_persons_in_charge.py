"""Who may be in charge, where the pack lists persons: somebody else is left out of the report, which stays."""

from __future__ import annotations

from msgspec.structs import replace

from services.router.odd_fields import dropped_in_block, without_odd_fields
from tests.rules.casework import handling
from tests.rules.packs import COURIER
from tousu.event import time_of_text
from tousu.policy.pack import Pack

RECEIVED = time_of_text("2026-01-05T02:00:00Z", "received_at")
TRANSPORT, QUALITY = "storage_and_transport", "quality_management"


def with_persons(**persons: tuple[str, ...]) -> Pack:
    departments = {name: replace(one, persons=persons.get(name, ())) for name, one in COURIER.departments.items()}
    return replace(COURIER, departments=departments)


def left(pack: Pack, person: str, *departments: str) -> tuple[bool, list[str]]:
    event = handling("acknowledged", in_charge=person)
    event = without_odd_fields(event, pack, RECEIVED, departments)
    return "in_charge" in event.data, [each["message"] for each in dropped_in_block(event).get("dropped_fields", ())]


def test_one_of_the_list_may_be_in_charge() -> None:
    assert left(with_persons(storage_and_transport=("E-1", "E-2")), "E-2", TRANSPORT) == (True, [])


def test_somebody_else_goes_and_those_who_may_are_named() -> None:
    pack = with_persons(storage_and_transport=("E-1",), quality_management=("E-2",))
    assert left(pack, "E-9", TRANSPORT, QUALITY) == (
        False, ["in_charge is none of those who may be in charge here; use one of: E-1, E-2; it was left out"],
    )  # fmt: skip
    assert left(pack, "E-2", TRANSPORT)[0] is False, "a person of another department"


def test_where_no_list_is_anybody_may() -> None:
    assert left(COURIER, "E-9", TRANSPORT) == (True, [])

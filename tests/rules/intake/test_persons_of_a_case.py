"""Who told of a case: masked in what departments report of it, and forgotten some time after it has ended."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from services.intake.keyring import Keyring
from services.intake.sealing import CaseCodec
from tests.rules.intake.gate import START, Gate, complaint, hours, report
from tousu.failure import Stop
from tousu.policy.pack import PERSONAL_DATA_DAYS, Pack

W = "YT7700000000099"
NAME = {"name": "王小明", "phone": "19900000042", "role": "sender"}
LATIN = {"name": "José Müller-Smith", "email": "jose.mueller@mail.example", "role": "recipient"}
KEPT = timedelta(days=PERSONAL_DATA_DAYS)
ANSWERED: dict[str, Any] = {"settled": True, "text": "已赔付"}


@pytest.mark.parametrize(
    "written",
    [
        "王小明", "王 小 明", "王·小明", "王\u200b小明", "王\n小明", "<b>王</b>小明", "王&#23567;明", "199 0000 0042",
        "１９９00000042",
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    ("what", "said", "place"),
    [
        ("acknowledged", {}, "note"), ("passed_on", {"to_department": "quality_management"}, "reason"),
        ("customer_answered", {"settled": False}, "text"), ("reopened", {}, "reason"),
    ],
)  # fmt: skip
def test_the_customers_own_name_stays_in_no_report(
    gate: Gate, written: str, what: str, said: dict[str, Any], place: str
) -> None:
    number = gate.registers(complaint(complainant=NAME, waybill_number=W))
    gate.hear(report(what, number, **(said | {place: f"已联系{written}，单号{W}，拒绝和解"})))
    assert gate.outputs[-1].data[place] == f"已联系***，单号{W}，拒绝和解"


@pytest.mark.parametrize("written", ["José Müller-Smith", "JOSÉ MÜLLER SMITH", "Jose\u0301 Mu\u0308ller‑Smith"])
def test_in_latin_script_too_and_only_as_whole_words(gate: Gate, written: str) -> None:
    number = gate.registers(complaint(complainant=LATIN))
    gate.hear(report("acknowledged", number, note=f"asked {written}. Joséphine waits"))
    assert gate.outputs[-1].data["note"] == "asked ***. Joséphine waits"


def test_the_name_of_another_case_is_not_known(gate: Gate) -> None:
    gate.registers(complaint(complainant=NAME))
    other = gate.registers(complaint(complainant=LATIN))
    gate.hear(report("acknowledged", other, note="王小明来过"))
    assert gate.outputs[-1].data["note"] == "王小明来过"


def named(gate: Gate, number: str) -> set[str]:
    """The names and addresses that a case knows of those who told of it, each in one form."""
    own = {name for teller in gate.case(number).tellers.values() for name in teller.own}
    return own - {"mullersmithjose", "josemueller", "19900000042"}


def test_nor_the_names_and_numbers_of_those_who_joined_it(gate: Gate) -> None:
    first = complaint(complainant=NAME, waybill_number=W, class_="loss")
    number = gate.registers(first)
    for channel, who in (
        ("email", LATIN | {"phone": "0571-88886666"}),
        ("web", {"role": "sender"}),
        ("letter", {"name": "李向南"}),
    ):
        assert gate.joins(complaint(channel, complainant=who, waybill_number=W, class_="loss")) == number
    note = f"王小明 and José Müller-Smith and 李向南, 8888 6666 or 19900000042, {W}"
    gate.hear(report("acknowledged", number, note=note))
    assert gate.outputs[-1].data["note"] == f"*** and *** and ***, *** or ***, {W}"


def test_who_left_a_case_is_known_to_it_no_more(gate: Gate) -> None:
    number = gate.registers(complaint(complainant=NAME, waybill_number=W, class_="loss"))
    second = complaint(complainant=LATIN, waybill_number=W, class_="loss")
    assert gate.joins(second) == number
    gate.hear(report("separated", number, telling={"source": second.source, "id": second.id}, reason="另一件"))
    assert named(gate, number) == {"王小明"}
    assert named(gate, gate.outputs[-1].subject) == {"josemullersmith", "josemueller@mailexample"}


def test_a_telling_that_becomes_a_case_of_its_own_takes_its_name_along(gate: Gate) -> None:
    number = gate.registers(complaint(complainant=LATIN, waybill_number=W, class_="loss"))
    second = complaint(complainant=NAME, waybill_number=W, class_="loss")
    assert gate.joins(second) == number
    gate.hear(report("separated", number, telling={"source": second.source, "id": second.id}, reason="另一件"))
    new = gate.outputs[-1].subject
    gate.hear(report("acknowledged", new, note="王小明来过"))
    assert gate.outputs[-1].data["note"] == "***来过"


def test_what_is_reported_costs_no_more_for_a_long_name(gate: Gate) -> None:
    """The longest name and a text full of its first sign: the search is one pass."""
    number = gate.registers(complaint(complainant={"name": "a" * 100 + "b", "role": "sender"}))
    gate.hear(report("acknowledged", number, note="a" * 2000))
    assert gate.outputs[-1].data["note"] == "a" * 2000


# --- how long -------------------------------------------------------------------------------------------------------


def test_persons_are_forgotten_so_long_after_the_end(gate: Gate) -> None:
    number = gate.registers(complaint(complainant=NAME, waybill_number=W, class_="loss"))
    gate.joins(complaint(complainant=LATIN, waybill_number=W, class_="loss"))
    gate.hear(report("customer_answered", number, at=START + hours(5), **ANSWERED))
    gate.pass_time(START + hours(5) + KEPT)
    assert len(gate.records(number)) == 2
    assert named(gate, number) == {"王小明", "josemullersmith", "josemueller@mailexample"}
    gate.pass_time(START + hours(6) + KEPT)
    case = gate.case(number)
    assert (gate.records(number), case.tellers, case.pseudonym, case.erase_at) == ([], {}, "", None)
    gate.hear(report("acknowledged", number, at=START + hours(7) + KEPT, note="谢谢"))


def test_nobody_is_forgotten_while_a_case_is_open(gate: Gate) -> None:
    number = gate.registers(complaint(complainant=NAME))
    other = gate.registers(complaint(complainant=NAME))
    gate.hear(report("customer_answered", other, at=START + hours(5), **ANSWERED))
    gate.hear(report("reopened", other, at=START + hours(9), reason="未到账"))
    gate.pass_time(START + 4 * KEPT)
    assert len(gate.records(number)) == len(gate.records(other)) == 1


def test_the_time_counts_from_what_was_said_last(gate: Gate) -> None:
    number = gate.registers(complaint(complainant=NAME))
    gate.hear(report("customer_answered", number, at=START + hours(5), **ANSWERED))
    later = START + timedelta(days=400)
    gate.hear(report("satisfaction_given", number, at=later, score=5))
    gate.pass_time(START + hours(6) + KEPT)
    assert gate.records(number)
    gate.pass_time(later + KEPT + hours(1))
    assert not gate.records(number)


def test_the_pack_says_how_long(pack: Pack) -> None:
    gate = Gate(msgspec.structs.replace(pack, personal_data_days=2))
    number = gate.registers(complaint(complainant=NAME))
    gate.hear(report("customer_answered", number, at=START + hours(5), **ANSWERED))
    gate.pass_time(START + hours(52))
    assert gate.records(number)
    gate.pass_time(START + hours(54))
    assert not gate.records(number)


# --- how it lies in the database ------------------------------------------------------------------------------------


def test_the_row_of_a_case_shows_nobody_and_comes_back_whole(gate: Gate) -> None:
    case = gate.case(gate.registers(complaint(complainant=NAME)))
    codec = CaseCodec(Keyring(b"k" * 32))
    row = codec.encode(case)
    assert "王小明" not in row and "19900000042" not in row and "王小明".encode("unicode_escape").decode() not in row
    assert codec.decode(row) == case
    with pytest.raises(Stop, match="wrong_master_key"):
        CaseCodec(Keyring(b"x" * 32)).decode(row)
    with pytest.raises(Stop, match="record_changed"):
        codec.decode(row.replace(case.number, case.number[:-1] + "Z"))


def test_a_row_from_before_is_read(gate: Gate) -> None:
    case = gate.case(gate.registers(complaint(complainant=NAME)))
    bare = msgspec.structs.replace(case, tellers={})
    said = {n: v for n, v in msgspec.to_builtins(bare).items() if n not in {"tellers", "erase_at"}}
    assert CaseCodec(Keyring(b"k" * 32)).decode(msgspec.json.encode(said).decode()) == bare

"""A pack or calendar of the former form is refused with its line and the name of now."""

from __future__ import annotations

from pathlib import Path

from tousu.policy.loading import POLICIES, read_pack
from tousu.policy.pack import Pack

PACK = (POLICIES / "courier-network.yaml").read_text("utf-8")
CALENDAR = (POLICIES / "calendars" / "china.yaml").read_text("utf-8")


def told(folder: Path, pack: str, calendar: str) -> list[tuple[str, int, str, str, str]]:
    """What is said against a pack and its calendar: file, line, field, problem, fix."""
    (folder / "calendars").mkdir()
    (folder / "calendars" / "china.yaml").write_text(calendar, "utf-8")
    (folder / "courier-network.yaml").write_text(pack, "utf-8")
    read = read_pack(folder / "courier-network.yaml")
    assert not isinstance(read, Pack)
    return [(Path(fault.file).name, fault.line, fault.field, fault.problem, fault.fix) for fault in read]


def test_a_pack_of_the_former_form_is_refused_with_the_new_name(tmp_path: Path) -> None:
    former = PACK.replace("effective_from: ", "holds_from: ", 1)
    line = former[: former.index("\nholds_from: ")].count("\n") + 2
    said = told(tmp_path, former, CALENDAR)
    problem, fix = "this field is called effective_from now", "Write effective_from in its place"
    assert ("courier-network.yaml", line, "holds_from", problem, fix) in said


def test_a_calendar_of_the_former_form_is_refused_with_the_new_name(tmp_path: Path) -> None:
    former = CALENDAR.replace("effective_from: ", "holds_from: ", 1)
    line = former[: former.index("holds_from: ")].count("\n") + 1
    said = told(tmp_path, PACK, former)
    problem, fix = "this field is called effective_from now", "Write effective_from in its place"
    assert ("china.yaml", line, "versions.0.holds_from", problem, fix) in said


def test_an_unknown_field_that_was_never_one_is_unknown(tmp_path: Path) -> None:
    said = told(tmp_path, PACK.replace("effective_from: ", "valid_from: ", 1), CALENDAR)
    assert [problem for _, _, field, problem, _ in said if field == "valid_from"] == ["this field is unknown"]

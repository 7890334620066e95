"""Which Java runs the broker, and what is said when there is none new enough."""

from __future__ import annotations

from pathlib import Path

import pytest

from tousu.local.java import java, java_version


@pytest.mark.parametrize(
    ("said", "version"),
    [
        ('openjdk version "17.0.15" 2025-04-15', 17),
        ('java version "1.8.0_402"', 8),
        ('openjdk version "26-ea" 2026-03-17', 26),
        ("no version at all", None),
    ],
)
def test_version_is_read_from_what_java_says(tmp_path: Path, said: str, version: int | None) -> None:
    command = tmp_path / "java"
    command.write_text(f"#!/bin/sh\necho '{said}' >&2\n")
    command.chmod(0o755)
    assert java_version(command) == version


def test_command_that_is_not_there_or_fails_has_no_version(tmp_path: Path) -> None:
    assert java_version(tmp_path / "java") is None
    command = tmp_path / "broken"
    command.write_text("#!/bin/sh\nexit 1\n")
    command.chmod(0o755)
    assert java_version(command) is None


def test_java_of_this_machine_is_new_enough() -> None:
    version = java_version(java())
    assert version is not None
    assert version >= 17

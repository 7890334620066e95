"""Which tousu this is: the version of the package, and the commit that it was made from."""

from __future__ import annotations

import subprocess
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as version_of
from pathlib import Path
from typing import Final

COMMIT: Final = Path(__file__).with_name("commit.txt")
"""Filled in when a release is packed (`git archive`, .gitattributes); in a clone it holds the place only."""


def version() -> str:
    """The version of the installed package; `unknown` where it runs from files alone."""
    try:
        return version_of("tousu")
    except PackageNotFoundError:
        return "unknown"


def commit() -> str:
    """The commit of the code: noted in a release, asked of git in a clone (`-dirty` with changes), else empty."""
    noted = COMMIT.read_text(encoding="utf-8").strip() if COMMIT.is_file() else ""
    if noted and not noted.startswith("$"):
        return noted
    git = ["git", "-C", str(COMMIT.parent), "describe", "--always", "--abbrev=40", "--dirty", "--exclude=*"]
    try:
        result = subprocess.run(git, capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return ""
    return result.stdout.strip()

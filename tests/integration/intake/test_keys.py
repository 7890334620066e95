"""The master key at the start of intake: one that will not do stops it, and the fix stands in a sentence."""

from __future__ import annotations

import os
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
GOOD = sha256(b"a key of tests").hexdigest()
WRONG_SETTINGS = 78


def started(folder: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """A start of intake that is expected to end by itself, with the end of its log."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TOUSU_")}
    environment |= {"TOUSU_LOG": "json", "TOUSU_DATA": str(folder), "TOUSU_START_WAIT_S": "0", **settings}
    command = [sys.executable, "-m", "services.intake"]
    return subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=120)


@pytest.mark.parametrize(
    "text, mode, reason, fix",
    [
        ("11" * 32, 0o600, "weak_master_key", "make one with `openssl rand -hex 32`"),
        ("password", 0o600, "weak_master_key", "make one with `openssl rand -hex 32`"),
        (GOOD, 0o640, "readable_key_file", "chmod 600"),
    ],
)
def test_a_key_that_will_not_do_ends_the_start(text: str, mode: int, reason: str, fix: str, tmp_path: Path) -> None:
    file = tmp_path / "master.key"
    file.write_text(text)
    file.chmod(mode)
    ended = started(tmp_path, TOUSU_MASTER_KEY_FILE=str(file))
    assert ended.returncode == WRONG_SETTINGS, ended.stderr
    assert f'"reason":"{reason}"' in ended.stderr.replace(": ", ":") and fix in ended.stderr
    assert text not in ended.stderr

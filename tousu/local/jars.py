"""The broker's jars: locked by checksum, fetched once from Maven Central, kept in the cache folder.

The lock (deploy/local/kafka-jars.lock) has one jar a line: `group:artifact:version sha256 bytes`. A set of jars is one
folder named after the lock's own checksum. The folder appears by one rename when every jar is there and verified, so a
killed download leaves nothing half, and the next one goes on with the jars it finds verified.
"""

from __future__ import annotations

import hashlib
import shutil
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from tousu.local import maven
from tousu.local.machine import NotOnThisMachine, cache_folder

LOCK = Path(__file__).resolve().parents[2] / "deploy" / "local" / "kafka-jars.lock"
CENTRAL = "https://repo.maven.apache.org/maven2"
TIME_OUT_S = 60
PIECE_BYTES = 1 << 18

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Jar:
    """One locked jar. `sha256` in hexadecimal, `size` in bytes."""

    group: str
    artifact: str
    version: str
    sha256: str
    size: int

    @property
    def coordinates(self) -> str:
        return f"{self.group}:{self.artifact}:{self.version}"

    @property
    def file_name(self) -> str:
        return f"{self.artifact}-{self.version}.jar"

    def url(self, source: str = CENTRAL) -> str:
        """Its address in a repository laid out as Maven Central is."""
        return f"{source}/{self.group.replace('.', '/')}/{self.artifact}/{self.version}/{self.file_name}"


def read_lock(lock: Path = LOCK) -> tuple[Jar, ...]:
    """The jars of a lock file, in its order. Raises ValueError naming the line that is not `g:a:v sha256 bytes`."""
    jars = []
    for number, line in enumerate(lock.read_text().splitlines(), start=1):
        if not line or line.startswith("#"):
            continue
        try:
            coordinates, sha256, size = line.split()
            group, artifact, version = coordinates.split(":")
            jars.append(Jar(group, artifact, version, sha256, int(size)))
        except ValueError as error:
            raise ValueError(f"{lock}, line {number}: expected `group:artifact:version sha256 bytes`.") from error
    return tuple(jars)


def jar_folder(lock: Path = LOCK, cache: Path | None = None) -> Path:
    """Where the jars of this lock belong in the cache folder, whether they are there or not."""
    return (cache or cache_folder()) / f"kafka-{hashlib.sha256(lock.read_bytes()).hexdigest()[:12]}"


def jar_paths(lock: Path = LOCK) -> tuple[Path, ...]:
    """The jars on disk, in the order of the lock. Raises NotOnThisMachine when they have not been fetched."""
    folder = jar_folder(lock)
    if not folder.is_dir():
        raise NotOnThisMachine(f"The broker's jars are not in {folder}: fetch them with `make kafka`.")
    return tuple(folder / jar.file_name for jar in read_lock(lock))


def fetch_jars(
    say: Say, lock: Path = LOCK, cache: Path | None = None, *, source: str = CENTRAL, through_maven: bool = True
) -> Path:
    """Fetch what is missing and return the folder. `say` is told what happens, a line at a time.

    Goes through `mvn` where it is installed, so that the machine's mirrors and proxies hold, else straight to Maven
    Central over HTTPS. Raises NotOnThisMachine if a jar cannot be had or is not the one that was locked.
    """
    folder = jar_folder(lock, cache)
    if folder.is_dir():
        return folder
    jars = read_lock(lock)
    unfinished = folder.with_name(folder.name + ".unfinished")
    unfinished.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    megabytes = sum(jar.size for jar in jars) / 1e6
    say(f"==> fetching the {len(jars)} jars of the Kafka broker ({megabytes:.0f} MB) into {folder}")
    missing = [jar for jar in jars if not _verified(unfinished / jar.file_name, jar)]
    if missing and through_maven and maven.installed():
        try:
            maven.copy_jars([jar.coordinates for jar in missing], unfinished, say)
        except maven.MavenFailed as failure:
            say(f"    {failure}")
            say(f"    going on without Maven, straight from {source}")
        missing = [jar for jar in missing if not _verified(unfinished / jar.file_name, jar)]
    _download_all(missing, unfinished, source, say)
    _keep_only(unfinished, {jar.file_name for jar in jars})
    unfinished.replace(folder)
    say(f"    done in {time.monotonic() - began:.1f} s")
    return folder


def _download_all(jars: Iterable[Jar], folder: Path, source: str, say: Say) -> None:
    wanted = list(jars)
    for number, jar in enumerate(wanted, start=1):
        began = time.monotonic()
        _download(jar, jar.url(source), folder)
        seconds = time.monotonic() - began
        say(f"    {number:>2}/{len(wanted)} {jar.file_name} ({jar.size / 1e6:.1f} MB, {seconds:.1f} s)")


def _download(jar: Jar, url: str, folder: Path) -> None:
    part = folder / f"{jar.file_name}.part"
    try:
        with urllib.request.urlopen(url, timeout=TIME_OUT_S) as answer, part.open("wb") as file:
            shutil.copyfileobj(answer, file, PIECE_BYTES)
    except (urllib.error.URLError, OSError) as error:
        raise NotOnThisMachine(
            f"{url} could not be fetched ({error}): check the network, the proxy (HTTPS_PROXY) and the "
            "certificates (SSL_CERT_FILE), or install Maven with its settings for this network (apt-get install maven)."
        ) from error
    if not _verified(part, jar):
        actual = f"{part.stat().st_size} bytes, sha256 {_sha256(part)}"
        part.unlink()
        raise NotOnThisMachine(
            f"{url} is not the locked jar ({actual}; locked {jar.size} bytes, {jar.sha256}): something between here "
            "and Maven Central changes files; do not use it."
        )
    part.replace(folder / jar.file_name)


def _verified(file: Path, jar: Jar) -> bool:
    return file.is_file() and file.stat().st_size == jar.size and _sha256(file) == jar.sha256


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _keep_only(folder: Path, names: set[str]) -> None:
    for file in folder.iterdir():
        if file.name not in names:
            file.unlink()

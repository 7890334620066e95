"""Topics of ours in files by month, so that a broker need not keep them for ever: written once, listed with digests.

One file holds the records of one partition that were appended in one month (UTC), a JSON document a line, compressed by
gzip: `zcat FILE | jq` shows them. `manifest.json` lists the files with SHA-256 and offsets, each beginning where the
one before ended. What stands there is what stands in the topic: of persons pseudonyms and masked forms, no more.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Final

import msgspec

from tousu.connection import Connection
from tousu.failure import Stop
from tousu.runtime.broker import Partition, Record
from tousu.runtime.checkpoint import moment
from tousu.runtime.history import Extent, History

MANIFEST: Final = "manifest.json"
PAGE_MAX: Final = 2_000


class LogFile(msgspec.Struct, frozen=True, kw_only=True):
    """One file. start, end: the first offset and the one behind the last; records: how many there are in between."""

    file: str
    topic: str
    partition: int
    month: str
    start: int
    end: int
    records: int
    sha256: str

    @property
    def place(self) -> Partition:
        return self.topic, self.partition


class LogManifest(msgspec.Struct, frozen=True, kw_only=True):
    """What an archive holds, and of which cluster and topics (by their ids)."""

    cluster_id: str
    topic_ids: dict[str, str]
    files: tuple[LogFile, ...] = ()


class _ArchivedLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """A record as a line. Text where bytes are UTF-8, else base64 in the field beside it."""

    offset: int
    time_ms: int
    headers: tuple[tuple[str, str | None], ...] = ()
    key: str | None = None
    value: str | None = None
    key64: str | None = None
    value64: str | None = None
    headers64: tuple[int, ...] = ()


_LINES: Final = msgspec.json.Encoder()
_DECODER: Final = msgspec.json.Decoder(_ArchivedLine)


class LogArchive:
    """A folder with files of topics. Raises Stop `no_archive` or `damaged_archive` where it cannot be read."""

    def __init__(self, folder: Path, manifest: LogManifest) -> None:
        self.folder, self.manifest = folder, manifest
        self._by_place: dict[Partition, list[LogFile]] = {}
        for file in manifest.files:
            files = self._by_place.setdefault(file.place, [])
            if files and files[-1].end != file.start:
                raise Stop("damaged_archive", f"{folder}: {file.file} begins at {file.start}, behind {files[-1].end}")
            files.append(file)

    def extent(self, place: Partition) -> Extent | None:
        """Which offsets of a partition are here."""
        files = self._by_place.get(place)
        return Extent(files[0].start, files[-1].end) if files else None

    def check(self) -> int:
        """Hold every file against its digest; how many there are."""
        for file in self.manifest.files:
            self._check(file)
        return len(self.manifest.files)

    def _check(self, file: LogFile) -> None:
        try:
            with (self.folder / file.file).open("rb") as content:
                digest = hashlib.file_digest(content, "sha256").hexdigest()
        except OSError as error:
            raise Stop("damaged_archive", f"{self.folder / file.file} cannot be read: {error.strerror}") from error
        if digest != file.sha256:
            raise Stop("damaged_archive", f"{self.folder / file.file} is not what was written: its SHA-256 is another")

    def records(self, place: Partition, start: int) -> Iterator[Record]:
        """The records of a partition from an offset on. A file is held against its digest before it is read."""
        for file in self._by_place.get(place, ()):
            if file.end > start:
                self._check(file)
                with gzip.open(self.folder / file.file, "rb") as lines:
                    for line in lines:
                        record = _record(place, _DECODER.decode(line))
                        if record.offset >= start:
                            yield record

    def add(self, history: History, places: Iterable[Partition], before_ms: int) -> list[LogFile]:
        """Write what the topics hold behind the archive and was appended before a time; what was written.

        Raises Stop `archive_gap` where the topic no longer begins where the archive ends.
        """
        written = []
        for place in places:
            extent, known = history.extents([place])[place], self.extent(place)
            start = known.end if known is not None else extent.start
            if start < extent.start or (known is None and start > 0):
                place_text = "/".join(map(str, place))
                lost = f"{place_text}: the topic begins at {extent.start}, the archive ends at {start if known else 0}"
                raise Stop("archive_gap", f"{lost}: what lies between is gone, and no rebuild can do without it")
            records = _until(history.read({place: Extent(start, extent.end)}), before_ms)
            for month, group in groupby(records, key=_Months()):
                written.append(self._write(place, month, start, group))
                start = written[-1].end
        files = sorted((*self.manifest.files, *written), key=lambda file: (file.topic, file.partition, file.start))
        write_manifest(self.folder, msgspec.structs.replace(self.manifest, files=tuple(files)))
        return written

    def _write(self, place: Partition, month: str, start: int, records: Iterable[Record]) -> LogFile:
        name = f"{place[0]}-{place[1]:04d}-{month}-{start}.jsonl.gz"
        part, count, end = self.folder / f"{name}.part", 0, start
        with part.open("wb") as raw, gzip.GzipFile("", "wb", 6, raw, mtime=0) as out:
            for record in records:
                out.write(_LINES.encode(_line(record)) + b"\n")
                count, end = count + 1, record.offset + 1
        part.chmod(0o600)
        digest = hashlib.sha256(part.read_bytes()).hexdigest()
        part.rename(self.folder / name)
        return LogFile(
            file=name, topic=place[0], partition=place[1], month=month, start=start, end=end, records=count,
            sha256=digest,
        )  # fmt: skip


class _Months:
    """The month of each record in turn; a clock that goes back leads into no former month."""

    def __init__(self) -> None:
        self._last = ""

    def __call__(self, record: Record) -> str:
        self._last = max(self._last, f"{moment(max(0, record.time_ms) * 1000):%Y-%m}")
        return self._last


def _until(records: Iterator[Record], before_ms: int) -> Iterator[Record]:
    for record in records:
        if record.time_ms >= before_ms:
            return
        yield record


def month_begin_ms(now: datetime) -> int:
    """When the month of a time began (milliseconds since 1970, UTC)."""
    return int(now.replace(day=1, hour=0, minute=0, second=0, microsecond=0).timestamp() * 1000)


def opened(folder: Path, cluster_id: str, topic_ids: Mapping[str, str]) -> LogArchive:
    """The archive in a folder to go on with, or a new one. Raises Stop `other_cluster` or `topic_recreated`."""
    if not (folder / MANIFEST).exists():
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        return LogArchive(folder, LogManifest(cluster_id=cluster_id, topic_ids=dict(topic_ids)))
    archive = read(folder)
    if archive.manifest.cluster_id != cluster_id:
        raise Stop("other_cluster", f"{folder} is of cluster {archive.manifest.cluster_id}, this is {cluster_id}")
    for topic, known in archive.manifest.topic_ids.items():
        if topic_ids.get(topic, known) != known:
            raise Stop("topic_recreated", f"{folder} holds a former topic {topic}; begin an archive in another folder")
    ids = dict(topic_ids) | archive.manifest.topic_ids
    return LogArchive(folder, msgspec.structs.replace(archive.manifest, topic_ids=ids))


def read(folder: Path) -> LogArchive:
    """The archive in a folder. Raises Stop `no_archive`."""
    try:
        return LogArchive(folder, msgspec.json.decode((folder / MANIFEST).read_bytes(), type=LogManifest))
    except (OSError, msgspec.DecodeError):
        message = f"{folder} holds no archive: {MANIFEST} is missing or broken; name what `tousu archive write` wrote"
        raise Stop("no_archive", message) from None


def write_manifest(folder: Path, manifest: LogManifest) -> None:
    """Last of all: a file that is not listed is not there."""
    part = folder / f"{MANIFEST}.part"
    part.write_bytes(msgspec.json.format(msgspec.json.encode(manifest)))
    part.rename(folder / MANIFEST)


def _line(record: Record) -> _ArchivedLine:
    key, key64 = _text(record.key)
    value, value64 = _text(record.value)
    headers = [(name, *_text(raw)) for name, raw in record.headers]
    return _ArchivedLine(
        record.offset, record.time_ms, tuple((name, raw64 if text is None else text) for name, text, raw64 in headers),
        key, value, key64, value64, tuple(number for number, header in enumerate(headers) if header[2] is not None),
    )  # fmt: skip


def _text(raw: bytes | None) -> tuple[str | None, str | None]:
    if raw is None:
        return None, None
    try:
        return raw.decode(), None
    except UnicodeDecodeError:
        return None, base64.b64encode(raw).decode()


def _bytes(text: str | None, coded: str | None) -> bytes | None:
    if coded is not None:
        return base64.b64decode(coded)
    return None if text is None else text.encode()


def _record(place: Partition, line: _ArchivedLine) -> Record:
    coded = set(line.headers64)
    headers = [
        (name, _bytes(None, value) if number in coded else _bytes(value, None))
        for number, (name, value) in enumerate(line.headers)
    ]
    key, value = _bytes(line.key, line.key64), _bytes(line.value, line.value64)
    return Record(place[0], place[1], line.offset, key, value, headers, line.time_ms)


class ArchivedHistory(History):
    """What topics held, from an archive as far as it goes, then from the topics: no hole, nothing twice."""

    def __init__(self, connection: Connection, archive: LogArchive) -> None:
        super().__init__(connection)
        self._archive = archive
        self._running: dict[Partition, Iterator[Record]] = {}
        self._next: dict[Partition, int] = {}
        """Where each partition stands that is read from the archive."""
        self._behind: dict[Partition, int] = {}
        self._followed: dict[Partition, int] = {}

    def _extent(self, place: Partition) -> Extent:
        there, kept = super()._extent(place), self._archive.extent(place)
        if kept is None:
            return there
        if kept.end < there.start:
            place_text = "/".join(map(str, place))
            message = f"{place_text}: the archive ends at {kept.end}, the topic begins at {there.start}"
            raise Stop("archive_gap", f"{message}: a later archive is needed")
        return Extent(min(kept.start, there.start), max(kept.end, there.end))

    def follow(self, starts: Mapping[Partition, int]) -> None:
        from_archive = {}
        for place, start in starts.items():
            kept = self._archive.extent(place)
            if kept is not None and start < kept.end:
                from_archive[place] = start
        for place, start in from_archive.items():
            if self._next.get(place) != start:
                self._running[place], self._next[place] = self._archive.records(place, start), start
        self._behind = dict(from_archive)
        super().follow({place: start for place, start in starts.items() if place not in from_archive})
        self._followed = {place: start for place, start in starts.items() if place not in from_archive}

    def poll(self, timeout_s: float) -> list[Record]:
        if not self._behind:
            return super().poll(timeout_s)
        records: list[Record] = []
        for place in list(self._behind):
            for record in self._running[place]:
                records.append(record)
                self._next[place] = record.offset + 1
                if len(records) >= PAGE_MAX:
                    return records
            self._end_of_archive(place)
        return records

    def _end_of_archive(self, place: Partition) -> None:
        """Go on in the topic."""
        kept = self._archive.extent(place)
        assert kept is not None
        del self._behind[place], self._running[place]
        self._next.pop(place)
        left = self._left
        positions = self.positions(set(self._followed))
        self._followed = self._followed | positions | {place: kept.end}
        super().follow(self._followed)
        self._left = left

    def _strike_off(self, left: dict[Partition, int]) -> None:
        from_topic = {place: end for place, end in left.items() if place not in self._behind}
        for place in [place for place in left if place in self._behind and self._next[place] >= left[place]]:
            del left[place]
        super()._strike_off(from_topic)
        for place in [place for place in left if place not in self._behind and place not in from_topic]:
            del left[place]

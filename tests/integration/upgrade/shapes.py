"""The form of every stored state as a digest, and what each release said of it.

A copy of an older release gives a shard back where a newer one has written states of a higher version (`Kind.version`);
without that it reads what it knows of them and drops the rest. So a form that changes needs a version that rises, once
a release. `kept/VERSION.states.json` is written with the kept release (tests/integration/upgrade/release.py).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec
import orjson

from tousu.runtime.processor import Kind
from tousu.simulation.pipeline import composed, rebuild_wiring
from tousu.simulation.processors import WITH_CHECKPOINT

KEPT: Final = Path(__file__).with_name("kept")
_WORDS: Final = frozenset({"title", "description"})
_REFERENCE: Final = "$ref"


class Form(NamedTuple):
    """Of one kind of state: its version, and the digest of its form."""

    version: int
    digest: str


def shape_of(state: Any) -> Any:
    """What a state looks like when it is stored: names, types and defaults of its fields, without names of classes."""
    (root,), parts = msgspec.json.schema_components([state], ref_template="{name}")
    return _whole(root, parts, ())


def _whole(part: Any, parts: Mapping[str, Any], within: tuple[str, ...]) -> Any:
    if isinstance(part, list):
        return [_whole(each, parts, within) for each in part]
    if not isinstance(part, dict):
        return part
    name = part.get(_REFERENCE)
    if isinstance(name, str):
        # A form that holds itself is told by how far out it began.
        return f"above {within.index(name)}" if name in within else _whole(parts[name], parts, (*within, name))
    return {
        key: _whole(value, parts, within) for key, value in part.items() if key not in _WORDS or type(value) is not str
    }


def digest_of(state: Any) -> str:
    raw = orjson.dumps(shape_of(state), option=orjson.OPT_SORT_KEYS, default=str)
    return hashlib.sha256(raw).hexdigest()[:16]


def kinds() -> Iterator[tuple[str, Kind]]:
    """Every kind of state there is, by processor/kind."""
    wiring = rebuild_wiring("", 1)
    for name in WITH_CHECKPOINT:
        for kind in composed(name, wiring).kinds:
            yield f"{name}/{kind.name}", kind


def forms() -> dict[str, Form]:
    """Those of this build."""
    return {name: Form(kind.version, digest_of(kind.state)) for name, kind in kinds()}


def kept_forms(file: Path) -> dict[str, Form]:
    """Those of a release."""
    return {name: Form(*told) for name, told in orjson.loads(file.read_bytes()).items()}


def keep(version: str) -> Path:
    """Write down those of this build, as of a release."""
    file = KEPT / f"{version}.states.json"
    lines = (f"  {orjson.dumps(name).decode()}: {orjson.dumps(list(form)).decode()}" for name, form in forms().items())
    file.write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8")
    return file


def newest() -> tuple[str, dict[str, Form]]:
    """The last release that is kept, and its forms."""
    files = {
        tuple(map(int, file.name.removesuffix(".states.json").split("."))): file for file in KEPT.glob("*.states.json")
    }
    number = max(files)
    return ".".join(map(str, number)), kept_forms(files[number])


def faults(release: str, before: Mapping[str, Form], now: Mapping[str, Form]) -> list[str]:
    """One sentence for each kind of state whose version does not say what became of its form."""
    found = []
    for name, form in now.items():
        former = before.get(name)
        processor, _, kind = name.partition("/")
        if former is None:
            continue
        if form.digest != former.digest and form.version <= former.version:
            found.append(
                f"the form of {name} has changed since release {release} and its version is still {form.version}: give "
                f"Kind {kind!r} in services/{processor}/store.py version={former.version + 1} with a comment of what "
                f"is new, let the new form read the old one, and name it in CHANGELOG.md"
            )
        if form.version < former.version:
            found.append(
                f"{name} had version {former.version} in release {release} and has {form.version}: never go back"
            )
    return found

"""What changes between two versions of a pack, field by field, in the words of the pack (pure)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

import msgspec

from tousu.policy.pack import Pack


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One field that differs. `old`, `new`: how it reads before and after; empty where it is not there."""

    field: str
    kind: Literal["added", "removed", "changed"]
    old: str
    new: str


def differences(old: Pack, new: Pack) -> list[Difference]:
    """Every field in which the packs differ, in the order of the pack. Calendars are compared by id and versions."""
    return list(_differing("", _plain(old), _plain(new)))


def _plain(pack: Pack) -> dict[str, Any]:
    versions = [calendar.version for calendar in pack.calendar.versions]
    without = {name: getattr(pack, name) for name in pack.__struct_fields__ if name != "calendar"}
    plain: dict[str, Any] = msgspec.to_builtins(without)
    return plain | {"calendar": {"id": pack.calendar.id, "versions": versions}}


def _differing(field: str, old: Any, new: Any) -> Iterator[Difference]:
    if old == new:
        return
    if isinstance(old, Mapping) and isinstance(new, Mapping) and not (_is_limit(old) or _is_limit(new)):
        for name in [*old, *(name for name in new if name not in old)]:
            yield from _entry(f"{field}.{name}" if field else name, old, new, name)
        return
    if _is_list_of_words(old) and _is_list_of_words(new):
        if gone := [word for word in old if word not in new]:
            yield Difference(field=field, kind="removed", old=_shown(gone), new="")
        if come := [word for word in new if word not in old]:
            yield Difference(field=field, kind="added", old="", new=_shown(come))
        if not gone and not come:
            yield Difference(field=field, kind="changed", old=_shown(old), new=_shown(new))
        return
    if isinstance(old, Sequence) and isinstance(new, Sequence) and not isinstance(old, str):
        for index in range(max(len(old), len(new))):
            yield from _entry(f"{field}.{index + 1}", dict(enumerate(old)), dict(enumerate(new)), index)
        return
    yield Difference(field=field, kind="changed", old=_shown(old), new=_shown(new))


def _entry(field: str, old: Mapping[Any, Any], new: Mapping[Any, Any], name: Any) -> Iterator[Difference]:
    if name not in old:
        yield Difference(field=field, kind="added", old="", new=_shown(new[name]))
    elif name not in new:
        yield Difference(field=field, kind="removed", old=_shown(old[name]), new="")
    else:
        yield from _differing(field, old[name], new[name])


def _is_limit(value: Mapping[str, Any]) -> bool:
    return "amount" in value and "unit" in value


def _is_list_of_words(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str) and all(isinstance(word, str) for word in value)


def _shown(value: Any) -> str:
    """A value as a reader of the pack would write it, in short."""
    if isinstance(value, Mapping):
        if _is_limit(value):
            ends = f", {value['ends'].replace('_', ' ')}" if "ends" in value else ""
            section = f" ({value['section']})" if value.get("section") else ""
            return f"{value['amount']} {value['unit'].replace('_', ' ')}{ends}{section}"
        if set(value) == {"en", "zh"}:
            return f"{value['en']} ({value['zh']})"
        return ", ".join(f"{name}: {_shown(part)}" for name, part in value.items() if part not in ("", None, [], {}))
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(_shown(part) for part in value)
    return {None: "none", True: "yes", False: "no"}.get(value, str(value)) if not isinstance(value, str) else value

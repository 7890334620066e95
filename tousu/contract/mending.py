"""One odd field never costs a complaint: what is written otherwise is put right, what cannot be read is left out.

Data that does not meet its schema is taken place by place: each value that is plain in another writing is normalised
(`normal_form`); of a complaint what is still wrong is left out where the schema can do without it, and a sentence says
which field and why. Of a report only what changes no meaning is normalised: what decides is refused, not dropped; an
optional field of a report about a case in which nothing stands says nothing, so that it goes. The
block `claim` of a claim decides as well: an amount that is left out would be another claim.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Mapping
from datetime import tzinfo
from difflib import get_close_matches
from functools import cache
from itertools import islice
from typing import Any, Final, NamedTuple

from tousu.contract.normal_form import is_blank, normalised
from tousu.contract.schemas import Schema, address_of, documents
from tousu.contract.validation import compiled
from tousu.decision import Refusal
from tousu.dropped import DROPPED_MAX, LEFT_OUT

FORGIVING: Final = "tousu.complaint.received."
OF_REPORTS: Final = frozenset({"moment", "note", "waybill_number"})
"""What is normalised in what departments and operations report."""
FINE_ROUNDS: Final = 6
ROUNDS_MAX: Final = 40
FAULTS_MAX: Final = 200  # a hostile event may hold thousands; from round 6 on whole branches go
_CUTS: Final = frozenset({"maxLength", "maxItems"})

Path = tuple[str | int, ...]


class Dropped(NamedTuple):
    """A field that was left out or cut: where, and what is wrong with it. `is_unknown`: the contract has no such."""

    place: str
    message: str
    is_unknown: bool = False


class Taken(NamedTuple):
    """Data as it may go on and what it lost on the way, or why it cannot be taken."""

    data: dict[str, Any]
    dropped: tuple[Dropped, ...] = ()
    refusal: Refusal | None = None


class _Field(NamedTuple):
    schema: Schema
    is_optional: bool


def taken(event_type: str, data: dict[str, Any], zone: tzinfo | None = None) -> Taken:
    """The data of an inbound event as it may go on. `data` itself is never changed.

    `zone`: where a date alone is a day; without it such a date is no time. Raises Reject `unknown_type`.
    """
    return Taken(data) if compiled(event_type).is_valid(data) else _Mending(event_type, data, zone).run()


class _Mending:
    """Works on a copy until it meets the schema, or nothing more can be done."""

    def __init__(self, event_type: str, data: dict[str, Any], zone: tzinfo | None) -> None:
        self.event_type = event_type
        self.data = copy.deepcopy(data)
        self.zone = zone
        self.fields = _fields(event_type)
        self.is_forgiving = event_type.startswith(FORGIVING)
        self.dropped: list[Dropped] = []

    def run(self) -> Taken:
        from tousu.contract import wording  # slow to import, and needed only where something is wrong

        check = compiled(self.event_type)
        for number in range(ROUNDS_MAX):
            faults = list(self.faults(islice(check.iter_errors(self.data), FAULTS_MAX)))
            if not faults:
                return Taken(self.data, self.losses())
            if not self.mend(faults, is_coarse=number >= FINE_ROUNDS):
                break
        return Taken(self.data, refusal=wording.refusal(self.event_type, self.data))

    def losses(self) -> tuple[Dropped, ...]:
        """What was lost, as many as a reader reads."""
        if len(self.dropped) <= DROPPED_MAX:
            return tuple(self.dropped)
        more = len(self.dropped) - DROPPED_MAX + 1
        return (*self.dropped[: DROPPED_MAX - 1], Dropped("", f"{more} more fields could not be taken"))

    def faults(self, errors: Iterable[Any]) -> Iterator[tuple[Path, str]]:
        """Place and keyword of each fault, one for each place."""
        seen = set()
        for error in errors:
            path = tuple(error.instance_path)
            if path not in seen:
                seen.add(path)
                yield path, str(error.schema_path[-1])

    def mend(self, faults: list[tuple[Path, str]], *, is_coarse: bool) -> bool:
        """One round: normalise what is plain, then leave out the rest. False when nothing was done."""
        drops: dict[Path, None] = {}
        is_mended = False
        for path, keyword in faults:
            if not self.has(path):
                continue  # cut off in this round with the end of its list
            if keyword == "additionalProperties":
                drops.update(dict.fromkeys(self.unknown(path)))
            elif self.normalise(path, keyword):
                is_mended = True
            else:
                drops.update(dict.fromkeys(self.dispensable(path, keyword, is_coarse)))
        # later items of a list first, so that the places of the others stay what they are
        for path in sorted(drops, key=lambda path: [(isinstance(step, str), step) for step in path], reverse=True):
            is_mended |= self.remove(path)
        return is_mended

    def normalise(self, path: Path, keyword: str) -> bool:
        """Put a value right where it is plain; say so where something was cut off."""
        field = self.fields.get(_starred(path))
        if field is None or not path:
            return False
        rule = field.schema.get("x-normalised")
        if not self.is_forgiving and rule not in OF_REPORTS:
            return False
        value = self.at(path)
        if is_blank(value) or (keyword in _CUTS and self.decides(path)):
            return False
        if keyword == "maxItems":
            new = value[: field.schema["maxItems"]]
        else:
            zone = self.zone if self.is_forgiving else None
            new = normalised(value, field.schema, zone)
        if new is value or (type(new) is type(value) and new == value):
            return False
        if keyword in _CUTS and rule in (None, "text", "note"):
            place, message = self.sentence(path, keyword)
            self.dropped.append(Dropped(place, f"{message}; the rest was cut off"))
        self.at(path[:-1])[path[-1]] = new
        return True

    def dispensable(self, path: Path, keyword: str, is_coarse: bool) -> Iterator[Path]:
        """What has to go so that this fault is gone; nothing where it must stay."""
        from tousu.contract.wording import strange

        place = path
        if keyword == "anyOf":
            name = strange(self.fields[_starred(path)].schema["anyOf"], self.at(path))
            if name is not None:
                place = (*path, name)
        optional = [place[:end] for end in range(1, len(place) + 1) if self.can_go(place[:end])]
        if not optional:
            return
        target = optional[0] if is_coarse else optional[-1]
        is_silent = target == path and is_blank(self.at(path))
        if not is_silent:
            where, message = self.sentence(path, keyword)
            self.dropped.append(Dropped(where, message + LEFT_OUT))
        yield target

    def can_go(self, path: Path) -> bool:
        """Whether the schema can do without this. Of a report only what says nothing: a note, or a field of a case."""
        field = self.fields[_starred(path)]
        if not self.is_forgiving:
            value = self.at(path)
            is_of_case = ("case",) in self.fields and (value is None or isinstance(value, str))
            return field.is_optional and is_blank(value) and (is_of_case or field.schema.get("x-normalised") == "note")
        return field.is_optional and not self.decides(path)

    def decides(self, path: Path) -> bool:
        """Whether this belongs to what the alternative that is meant requires: in a claim, what is claimed."""
        return bool(path) and path[0] in self.needed_by_kind()

    def needed_by_kind(self) -> set[str]:
        return {
            name
            for branch in self.fields[()].schema.get("anyOf", ())
            if all(self.data.get(name) == value.get("const") for name, value in branch.get("properties", {}).items())
            for name in branch.get("required", ())
        }

    def unknown(self, path: Path) -> Iterator[Path]:
        """The fields of an object that the contract does not have. A name like none of ours may be personal."""
        if not self.is_forgiving or self.decides(path):
            return
        known = list(self.fields[_starred(path)].schema.get("properties", ()))
        unknown = [name for name in self.at(path) if name not in known]
        nameless = 0
        for name in unknown:
            near = get_close_matches(name, known, 1) if len(unknown) <= DROPPED_MAX and len(name) < 100 else []
            if near:
                message = f"{name} is unknown; did you mean {near[0]}?" + LEFT_OUT
                self.dropped.append(Dropped(_pointer((*path, name)), message, is_unknown=True))
            else:
                nameless += 1
        if nameless:
            message = f"{nameless} unknown field(s); known are {', '.join(known)}"
            self.dropped.append(Dropped(_pointer(path), message[:450] + LEFT_OUT, is_unknown=True))
        yield from ((*path, name) for name in unknown)

    def sentence(self, path: Path, keyword: str) -> tuple[str, str]:
        from tousu.contract import wording

        schema = self.fields[_starred(path)].schema
        fault = wording.SchemaFault(path, keyword, schema.get(keyword), schema, self.at(path))
        place, message = wording.sentence(self.event_type, fault)
        return place, message[:450]

    def at(self, path: Path) -> Any:
        node: Any = self.data
        for step in path:
            node = node[step]
        return node

    def has(self, path: Path) -> bool:
        try:
            self.at(path)
        except (KeyError, IndexError):
            return False
        return True

    def remove(self, path: Path) -> bool:
        """Take a value out; False where it went with something around it."""
        try:
            del self.at(path[:-1])[path[-1]]
        except (KeyError, IndexError):
            return False
        return True


def _pointer(path: Path) -> str:
    from tousu.contract.wording import pointer

    return pointer(path)


def _starred(path: Path) -> tuple[str, ...]:
    return tuple("*" if isinstance(step, int) else step for step in path)


@cache
def _fields(event_type: str) -> Mapping[tuple[str, ...], _Field]:
    """Every place of an event, `*` for any item: its schema, and whether what it stands in can do without it."""
    address = address_of(event_type)
    return dict(_places(documents().by_address[address], address, (), is_optional=False))


def _places(
    schema: Schema, address: str, path: tuple[str, ...], *, is_optional: bool
) -> Iterator[tuple[tuple[str, ...], _Field]]:
    schema, address = documents().follow(schema, address)
    yield path, _Field(schema, is_optional)
    required = schema.get("required", ())
    for name, child in schema.get("properties", {}).items():
        yield from _places(child, address, (*path, name), is_optional=name not in required)
    if isinstance(schema.get("items"), dict):
        yield from _places(schema["items"], address, (*path, "*"), is_optional=True)

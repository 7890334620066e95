"""Reading packs and calendars from files: the one module of `tousu.policy` that does I/O.

A pack goes through three gates, and every fault of a gate is told at once, with file, line, field, fix and an
example of the right form: YAML without surprises, the JSON Schema `schemas/policy.json`, and the sense of it
(`tousu.policy.lint_errors`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, time
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

import jsonschema_rs
import msgspec
import orjson

from tousu.failure import Stop
from tousu.policy import (
    calendar_lint,
    compensation_lint_errors,
    document,
    lint_errors,
    lint_warnings,
    penalty_lint,
    words,
)
from tousu.policy.calendar import Calendar, CalendarHistory, CalendarYear, Hours, Suspension
from tousu.policy.compensation import NAMED_PARTS
from tousu.policy.document import Document, PackFault
from tousu.policy.grams import Weights
from tousu.policy.pack import SECTIONS_BY_NAME, Pack
from tousu.policy.policies import OWN, PackHistory, Policies, in_order
from tousu.policy.words import WordLists

_PACKAGE: Final = Path(__file__).resolve().parents[1]
# Beside the code in the repository, inside the package where tousu is installed.
_HOME: Final = _PACKAGE.parent if (_PACKAGE.parent / "policies").is_dir() else _PACKAGE
POLICIES: Final = _HOME / "policies"
SCHEMA: Final = _HOME / "schemas" / "policy.json"
BYTES_MAX: Final = 4_000_000
FORMER_FIELDS: Final = {"holds_from": "effective_from"}
"""What fields of packs and calendars were called before, and are called now."""
"""Forty times the largest pack, calendar or file of words that there is."""
_WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def read_file(path: Path) -> Document:
    """Read a YAML file; one that is too large or no UTF-8 is a document with one fault. Raises OSError."""
    if path.stat().st_size > BYTES_MAX:
        return document.no_document(
            1, f"the file has more than {BYTES_MAX} bytes", "Divide it, or take out what is not meant"
        )
    raw = path.read_bytes()
    try:
        return document.read_document(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        return document.no_document(line, f"byte {error.start} of the file is no UTF-8", "Save the file as UTF-8")


def load_pack(name: str) -> Pack:
    """The pack of a name (`courier-network`) or of a path to a YAML file.

    A path's calendar is looked for in `calendars/` beside the file, then among those of the repository; its words
    likewise in `words/`.
    Raises Stop `invalid_pack` with every fault found, or `no_such_pack`.
    """
    path, *_ = files_of(name)
    pack = read_pack(path)
    if isinstance(pack, Pack):
        return pack
    raise Stop("invalid_pack", "\n" + "\n".join(str(fault) for fault in pack))


def path_of(name: str) -> Path:
    """Where a pack of this name (or path) lies, whether it is there or not."""
    return Path(name) if name.endswith((".yaml", ".yml")) else POLICIES / f"{name}.yaml"


def load_policies(own: str, organisations: Mapping[str, str] | None = None) -> Policies:
    """The deployment's own pack and those of organisations (name to pack), each with its earlier versions.

    Earlier versions of `NAME.yaml` are the files `earlier/NAME-*.yaml` beside it. Raises Stop as `load_pack`, and
    `invalid_pack` where two versions of a pack have one number or hold from one time.
    """
    named = {OWN: own, **(organisations or {})}
    return Policies({organisation: _history(name) for organisation, name in named.items()})


def load_version(name: str) -> Pack:
    """The pack of a name or path, or with `NAME@VERSION` one of its versions. Raises Stop as `load_pack`."""
    stem, _, number = name.partition("@")
    if not number:
        return load_pack(name)
    versions = _history(stem).versions
    chosen = next((pack for pack in versions if pack.version == number), None)
    if chosen is None:
        known = ", ".join(pack.version for pack in versions)
        raise Stop("no_such_pack", f"pack {stem} has no version {number}; it has {known}")
    return chosen


def files_of(name: str) -> tuple[Path, ...]:
    """The file of a pack and those of its earlier versions. Raises Stop `no_such_pack`."""
    path = path_of(name)
    if not path.is_file():
        known = ", ".join(sorted(file.stem for file in POLICIES.glob("*.yaml")))
        raise Stop("no_such_pack", f"there is no pack {name} ({path}); give a path to a .yaml file or one of: {known}")
    return path, *sorted((path.parent / "earlier").glob(f"{path.stem}-*.yaml"))


def findings_of(path: Path, moment: datetime) -> list[tuple[Literal["error", "warning"], PackFault]]:
    """What `tousu policy check` tells of one file: its errors, or, where there are none, its warnings at a moment."""
    pack = read_pack(path)
    if not isinstance(pack, Pack):
        return [("error", fault) for fault in pack]
    text = read_file(path)
    findings = [
        *lint_warnings.warnings_of(pack),
        *penalty_lint.warnings_of(pack),
        *lint_warnings.years_missing(pack, moment),
    ]
    return [("warning", fault) for fault in _at_lines(path, text, findings)]


def _history(name: str) -> PackHistory:
    newest = load_pack(name)
    path, *others = files_of(name)
    packs = [*(load_pack(str(file)) for file in others), newest]
    ids = {pack.id for pack in packs}
    if len(ids) > 1:
        raise Stop("invalid_pack", f"versions of {path} have different ids: {', '.join(sorted(ids))}")
    for field in ("version", "effective_from"):
        if len({str(getattr(pack, field)) for pack in packs}) < len(packs):
            raise Stop("invalid_pack", f"two versions of {path} have the same {field}; give each its own")
    return in_order(packs)


def read_pack(path: Path) -> Pack | tuple[PackFault, ...]:
    """Read one pack file: the pack, or everything that is wrong with it."""
    text = read_file(path)
    faults = _faults_of_form(path, text, "pack")
    if faults:
        return faults
    history = _read_calendar(_beside(path, "calendars", text.value["calendar"]))
    if not isinstance(history, CalendarHistory):
        return history or (_no_file(path, text, "calendar", "calendars"),)
    lists = _read_words(_beside(path, "words", text.value["words"]))
    if not isinstance(lists, dict):
        return lists or (_no_file(path, text, "words", "words"),)
    faults = _at_lines(path, text, tuple(words.faults_of_use(text.value, lists)))
    if faults:
        return faults
    weights = _read_weights(_beside(path, "words", text.value["words"]), lists)
    if isinstance(weights, tuple):
        return weights
    pack = _pack_of(words.with_words(text.value, lists, weights), history)
    findings = [
        *lint_errors.errors_of(pack),
        *compensation_lint_errors.errors_of_amounts(pack),
        *penalty_lint.errors_of(pack),
    ]
    return _at_lines(path, text, findings) or pack


def load_words(name: str, with_weights: bool = True) -> WordLists:
    """Lists of words of a name (`courier`) or of a path to a YAML file, with the weights beside them if wanted.

    Raises Stop `invalid_words` with every fault found, or `no_such_words`.
    """
    path = path_of_words(name)
    lists = _read_words(path)
    if isinstance(lists, dict):
        weights = _read_weights(path, lists) if with_weights else None
        if not isinstance(weights, tuple):
            return msgspec.convert(lists | {"weights": weights}, WordLists)
        lists = weights
    if lists:
        raise Stop("invalid_words", "\n" + "\n".join(str(fault) for fault in lists))
    known = ", ".join(sorted(file.stem for file in (POLICIES / "words").glob("*.yaml")))
    raise Stop("no_such_words", f"there are no words {name} ({path}); give a path to a .yaml file or one of: {known}")


def path_of_words(name: str) -> Path:
    """Where lists of words of this name (or path) lie, whether they are there or not."""
    return Path(name) if name.endswith((".yaml", ".yml")) else POLICIES / "words" / f"{name}.yaml"


def load_calendar(name: str) -> CalendarHistory:
    """All versions of a calendar in `policies/calendars`. Raises Stop `invalid_calendar` with every fault found."""
    history = _read_calendar(POLICIES / "calendars" / f"{name}.yaml")
    if isinstance(history, CalendarHistory):
        return history
    raise Stop("invalid_calendar", "\n".join(str(fault) for fault in history) or f"there is no calendar {name}")


def calendar_of(value: Mapping[str, Any]) -> CalendarHistory:
    """The versions of a calendar, built from the values of its file (sound in form and sense).

    Each version goes on from the one before: its years are added or replaced, what it reverses no longer stands, its
    suspensions stand from now on.
    """
    versions: list[Calendar] = []
    years: dict[int, CalendarYear] = {}
    standing: dict[str, Suspension] = {}
    for version in value["versions"]:
        published = version.get("years", {})
        years |= {int(year): msgspec.convert(content, CalendarYear) for year, content in published.items()}
        for reversal in version.get("reversals", ()):
            del standing[reversal["id"]]
        standing |= {
            suspension["id"]: msgspec.convert(suspension, Suspension) for suspension in version.get("suspensions", ())
        }
        versions.append(
            Calendar(
                id=value["id"],
                version=version["version"],
                effective_from=datetime.fromisoformat(version["effective_from"]),
                zone=ZoneInfo(value["time_zone"]),
                weekly={_WEEKDAYS.index(day): _hours(parts) for day, parts in value["weekly_hours"].items()},
                make_up_hours=_hours(value["make_up_hours"]),
                years=dict(years),
                suspensions=tuple(standing.values()),
            )
        )
    return CalendarHistory(id=value["id"], versions=tuple(versions))


def _read_calendar(path: Path) -> CalendarHistory | tuple[PackFault, ...]:
    """Read one calendar file: its versions, or what is wrong; nothing at all where there is no such file."""
    if not path.is_file():
        return ()
    text = read_file(path)
    faults = _faults_of_form(path, text, "calendar")
    return faults or _at_lines(path, text, calendar_lint.errors_of(text.value)) or calendar_of(text.value)


def _read_words(path: Path) -> dict[str, Any] | tuple[PackFault, ...]:
    """Read one file of words: its values, or what is wrong; nothing at all where there is no such file."""
    if not path.is_file():
        return ()
    text = read_file(path)
    faults = _faults_of_form(path, text, "word_lists")
    values: dict[str, Any] = text.value
    return faults or _at_lines(path, text, tuple(words.faults_of_lists(values))) or values


def weights_path(lists: Path) -> Path:
    """Where the weights beside a file of words lie."""
    return lists.with_suffix(".weights.json")


def _read_weights(lists: Path, values: Mapping[str, Any]) -> Weights | tuple[PackFault, ...] | None:
    """The weights beside a file of words: None where there are none, or what is wrong with them."""
    path = weights_path(lists)
    if not path.is_file():
        return None
    try:
        weights = msgspec.json.decode(path.read_bytes(), type=Weights)
        problem = next(words.faults_of_weights(weights, values), None)
    except msgspec.DecodeError as error:
        problem = str(error)
    if problem is None:
        return weights
    fix = f"Write the file anew: tousu policy train {lists.stem}"
    return (PackFault(file=str(path), line=1, field="", problem=problem, fix=fix),)


def _beside(pack: Path, folder: str, name: str) -> Path:
    beside = pack.parent / folder / f"{name}.yaml"
    return beside if beside.is_file() else POLICIES / folder / f"{name}.yaml"


def _no_file(path: Path, text: Document, field: str, folder: str) -> PackFault:
    name = text.value[field]
    known = sorted(file.stem for file in (POLICIES / folder).glob("*.yaml"))
    return PackFault(
        file=str(path),
        line=text.line_of((field,)),
        field=field,
        problem=f"there is no {field} {name}" if field == "calendar" else f"there are no {field} {name}",
        fix=f"Write {name}.yaml in the folder {folder} beside the pack, or name one of: {', '.join(known)}",
        example=f"{field}: {known[0]}",
    )


def _pack_of(value: Mapping[str, Any], history: CalendarHistory) -> Pack:
    def named(section: Mapping[str, Any]) -> dict[str, Any]:
        return {name: {"name": name, **body} for name, body in section.items()}

    filled = {key: named(body) if key in SECTIONS_BY_NAME else body for key, body in value.items()}
    filled["marks"] = {fact: named(body) for fact, body in value.get("marks", {}).items()}
    if "inquiries" in value:
        filled["inquiries"] = value["inquiries"] | {"outcomes": named(value["inquiries"]["outcomes"])}
    if "claims" in value:
        filled["claims"] = value["claims"] | {key: named(value["claims"][key]) for key in ("evidence", "clocks")}
        amounts = value["claims"].get("compensation")
        if amounts is not None:
            parts = {key: named(amounts[key]) for key in NAMED_PARTS if key in amounts}
            filled["claims"] |= {"compensation": amounts | parts}
    filled["calendar"] = history
    return msgspec.convert(filled, Pack)


def _hours(parts: Sequence[str]) -> tuple[Hours, ...]:
    def clock(text: str) -> time:
        return time(0) if text == "24:00" else time.fromisoformat(text)

    return tuple(Hours(clock(start), clock(end)) for start, end in (part.split("-") for part in parts))


def _at_lines(path: Path, text: Document, findings: Sequence[lint_errors.Finding]) -> tuple[PackFault, ...]:
    """Findings about values, at the lines of the file."""
    return tuple(
        PackFault(
            file=str(path),
            line=text.line_of(finding.path),
            field=".".join(str(part) for part in finding.path),
            problem=finding.problem,
            fix=finding.fix,
            example=finding.example,
        )
        for finding in findings
    )


def _faults_of_form(path: Path, text: Document, form: str) -> tuple[PackFault, ...]:
    """What the YAML and the schema have against a file."""
    if text.faults:
        return tuple(
            PackFault(file=str(path), line=line, field=".".join(map(str, place)), problem=problem, fix=fix)
            for place, line, problem, fix in text.faults
        )
    findings = [_finding(error) for error in _validator(form).iter_errors(text.value)]
    return _at_lines(path, text, sorted(findings, key=lambda finding: text.line_of(finding.path)))


@cache
def _schema() -> dict[str, Any]:
    schema: dict[str, Any] = orjson.loads(SCHEMA.read_bytes())
    return schema


@cache
def _validator(form: str) -> jsonschema_rs.Draft202012Validator:
    schema = _schema()
    if form != "pack":
        schema = {"$schema": schema["$schema"], "$ref": f"#/$defs/{form}", "$defs": schema["$defs"]}
    return jsonschema_rs.Draft202012Validator(schema)


def _finding(error: jsonschema_rs.ValidationError) -> lint_errors.Finding:
    """A schema's error in our words: the field, and the schema's own description and example as the fix."""
    path: document.Path = tuple(error.instance_path)
    node, described = _described(list(error.schema_path)[:-1])
    kind = error.kind
    if isinstance(kind, jsonschema_rs.ValidationErrorKind.AdditionalProperties):
        if (now := FORMER_FIELDS.get(kind.unexpected[0])) in node.get("properties", {}):
            problem, fix = f"this field is called {now} now", f"Write {now} in its place"
            return lint_errors.Finding((*path, kind.unexpected[0]), problem, fix)
        known = ", ".join(sorted(node.get("properties", {})))
        return lint_errors.Finding(
            (*path, kind.unexpected[0]), "this field is unknown", f"Remove it or use one of: {known}"
        )
    if isinstance(kind, jsonschema_rs.ValidationErrorKind.Required):
        wanted = _resolved(node.get("properties", {}).get(kind.property, {}))
        example = f"{kind.property}: {_shown(wanted)}"
        return lint_errors.Finding(
            path, f"the field {kind.property} is missing", wanted.get("description", f"Add {kind.property}"), example
        )
    return lint_errors.Finding(
        path, error.message, described.get("description", "Correct the value"), _shown(described)
    )


def _described(schema_path: Sequence[str | int]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The schema that was broken, and the nearest one around it that says what to write."""
    node: Any = _schema()
    described: dict[str, Any] = {}
    for part in schema_path:
        node = node[part]
        if isinstance(node, dict) and isinstance(node.get("description"), str):
            described = node
    return node, described


def _resolved(node: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in node:
        resolved: dict[str, Any] = _schema()["$defs"][node["$ref"].rsplit("/", 1)[1]]
        return resolved
    return node


def _shown(node: Mapping[str, Any]) -> str:
    examples = node.get("examples", ())
    return orjson.dumps(examples[0]).decode() if examples else ""

"""Words for data that does not meet its schema: which field, what is wrong, what it must be instead.

The sentences never repeat the content of a field: it may be personal, and the message goes into headers and logs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from difflib import get_close_matches
from functools import cache
from itertools import islice
from typing import Any, Final, NamedTuple

from jsonschema import Draft202012Validator, FormatChecker, ValidationError
from jsonschema.validators import extend
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from tousu.contract.schemas import address_of, documents
from tousu.decision import Refusal

_URI: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[!-~]+")
_IRI: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s\x00-\x20<>\"{}|\\^`]+")
_PLACE_LENGTH_MAX: Final = 200
_FAULTS_MAX: Final = 100  # a hostile event may hold thousands; nobody reads so many
_TYPES: Final = {
    "object": "a JSON object",
    "array": "a list",
    "string": "a string",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
}


def _formats() -> FormatChecker:
    checker = FormatChecker(formats=())
    checker.checks("date-time", raises=ValueError)(
        lambda text: not isinstance(text, str) or datetime.fromisoformat(text).tzinfo is not None
    )
    checker.checks("uri")(lambda text: not isinstance(text, str) or _URI.fullmatch(text) is not None)
    checker.checks("iri")(lambda text: not isinstance(text, str) or _IRI.fullmatch(text) is not None)
    return checker


@cache
def _registry() -> Registry[Any]:
    resources = ((address, DRAFT202012.create_resource(schema)) for address, schema in documents().by_address.items())
    return Registry().with_resources(resources)


def _pattern(_: object, pattern: str, instance: object, __: object) -> Iterator[ValidationError]:
    """A pattern as ECMA-262 means it: $ is the very end; in Python it also stands before a last line end."""
    exact = pattern.removesuffix("$") + r"\Z" if pattern.endswith("$") else pattern
    if isinstance(instance, str) and re.search(exact, instance) is None:
        yield ValidationError("does not match")


_Checker: type[Draft202012Validator] = extend(  # type: ignore[no-untyped-call]
    Draft202012Validator, {"pattern": _pattern}
)


@cache
def second_opinion(event_type: str) -> Draft202012Validator:
    """The same check by the other library, slow and talkative: it words refusals and is the oracle in tests."""
    schema = documents().by_address[address_of(event_type)]
    return _Checker(schema, registry=_registry(), format_checker=_formats())


@cache
def _descriptions(event_type: str) -> Mapping[tuple[str, ...], str]:
    properties = documents().properties(address_of(event_type))
    return {path: schema.get("description", "") for path, schema in properties}


def pointer(path: Iterable[str | int]) -> str:
    """A JSON pointer (RFC 6901) of the steps of a path, cut at 200 characters."""
    text = "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)
    return text[:_PLACE_LENGTH_MAX]


class SchemaFault(NamedTuple):
    """One keyword of the schema that some value does not meet."""

    path: tuple[str | int, ...]
    keyword: str
    wanted: Any
    schema: Mapping[str, Any]
    value: Any


_Words = tuple[str | None, str]
"""The property meant, where it is one below the place of the fault, and the rest of the sentence."""


def _missing(fault: SchemaFault) -> _Words:
    return next(name for name in fault.wanted if name not in fault.value), "is missing; add it"


def _unknown(fault: SchemaFault) -> _Words:
    known = list(fault.schema.get("properties", {}))
    name = min(name for name in fault.value if name not in known)
    near = get_close_matches(name, known, 1)
    hint = f"did you mean {near[0]}?" if near else f"leave it out; known are {', '.join(known) or 'none'}"
    return name, f"is unknown; {hint}"


def _alternatives(fault: SchemaFault) -> _Words:
    branch = _branch_meant(fault)
    if branch is not None:
        return _of_its_kind(branch, fault.value)
    wanted = [" and ".join(branch.get("required", ())) for branch in fault.wanted]
    return None, f"needs at least one of {', '.join(wanted)}"


def _branch_meant(fault: SchemaFault) -> Mapping[str, Any] | None:
    """The alternative whose values the data have (`kind: claim`), though not what goes with them; None: no such."""
    for branch in fault.wanted:
        condition = {"type": "object", "properties": branch.get("properties", {})}
        if "properties" in branch and Draft202012Validator(condition).is_valid(fault.value):
            return branch  # type: ignore[no-any-return]  # JSON
    return None


def strange(branches: Any, value: Mapping[str, Any]) -> str | None:
    """What does not go with the alternative that is meant (a claim in a complaint); None where something is missing."""
    branch = _branch_meant(SchemaFault((), "anyOf", branches, {}, value))
    names = () if branch is None else branch.get("not", {}).get("required", ())
    return next((name for name in names if name in value), None)


def _of_its_kind(branch: Mapping[str, Any], value: Mapping[str, Any]) -> _Words:
    """What goes with these values and is missing, or what does not go with them."""
    (field_name,) = branch["properties"]
    missing = next((name for name in branch.get("required", ()) if name not in value), None)
    if missing is not None:
        return missing, f"is missing; it goes with this {field_name}"
    strange = next(name for name in branch["not"]["required"] if name in value)
    return strange, f"does not go with this {field_name}; leave it out, or say another {field_name}"


_SENTENCES: Final[dict[str, Callable[[SchemaFault], _Words]]] = {
    "required": _missing,
    "additionalProperties": _unknown,
    "anyOf": _alternatives,
    "type": lambda fault: (None, f"must be {_TYPES[fault.wanted]}"),
    "const": lambda fault: (None, f"must be {str(fault.wanted).lower()}"),
    "enum": lambda fault: (None, f"must be one of {', '.join(map(str, fault.wanted))}"),
    "minLength": lambda fault: (None, f"must have at least {fault.wanted} characters"),
    "maxLength": lambda fault: (None, f"must have at most {fault.wanted} characters"),
    "minItems": lambda fault: (None, f"must have at least {fault.wanted} items"),
    "maxItems": lambda fault: (None, f"must have at most {fault.wanted} items"),
    "uniqueItems": lambda _: (None, "must not say the same thing twice"),
    "minimum": lambda fault: (None, f"must be at least {fault.wanted}"),
    "exclusiveMinimum": lambda fault: (None, f"must be above {fault.wanted}"),
    "maximum": lambda fault: (None, f"must be at most {fault.wanted}"),
    "pattern": lambda _: (None, "is not written as it must be"),
    "format": lambda _: (None, "is not written as it must be"),
}
# a missing name, a pattern or the name of a format says little to a reader; the description says what is meant
_EXPLAINED: Final = frozenset({"required", "type", "pattern", "format"})
_WRITTEN: Final = frozenset({"pattern", "format"})


def _meaning(event_type: str, path: tuple[str | int, ...], fault: SchemaFault) -> str:
    """What the property is (for one that is missing), or how its value is written (for one that is wrong)."""
    if fault.keyword == "required":
        about = _descriptions(event_type).get(tuple("*" if isinstance(step, int) else step for step in path), "")
    else:
        about = (fault.keyword in _WRITTEN and fault.schema.get("x-form")) or fault.schema.get("description", "")
    return about.rstrip(".") or "see the schema"


def _faults(event_type: str, data: object) -> list[SchemaFault]:
    """Nearest to the top first, then by place: the same data always gives the same sentence."""
    faults = [
        SchemaFault(
            tuple(error.absolute_path), str(error.validator), error.validator_value, error.schema, error.instance
        )
        for error in islice(second_opinion(event_type).iter_errors(data), _FAULTS_MAX)
    ]
    # alternatives last: which of them is meant can be said once every value is right by itself
    return sorted(
        faults, key=lambda fault: (fault.keyword == "anyOf", len(fault.path), pointer(fault.path), fault.keyword)
    )


def refusal(event_type: str, data: object) -> Refusal:
    """Say what is wrong with data that was found invalid."""
    schema = address_of(event_type)
    faults = _faults(event_type, data)
    if not faults:
        message = f"the data does not meet the schema of {event_type}; compare it with {schema}"
        return Refusal(reason="wrong_schema", message=message, schema=schema)
    place, message = sentence(event_type, faults[0])
    more = f"; {len(faults) - 1} more to mend" if len(faults) > 1 else ""
    return Refusal(reason="wrong_schema", message=message + more, place=place, schema=schema)


def sentence(event_type: str, fault: SchemaFault) -> tuple[str, str]:
    """The place of one fault and what to say of it: never what stands there."""
    below, words = _SENTENCES[fault.keyword](fault)
    path = fault.path if below is None else (*fault.path, below)
    if path and fault.keyword in _EXPLAINED:
        words += ": " + _meaning(event_type, path, fault)
    name = ".".join(map(str, path))[:_PLACE_LENGTH_MAX] or "the data"
    return pointer(path), f"{name} {words}"

"""JSON Patch (RFC 6902): a list of operations that turn one JSON document into another."""

from __future__ import annotations

import copy
from typing import Any, Final

OPERATIONS: Final = ("add", "remove", "replace", "move", "copy", "test")


class BadPatch(ValueError):
    """A patch that is none, or that does not fit the document: says which operation and why."""


def patched(document: Any, patch: Any) -> Any:
    """The document after every operation; the one given stays as it is. Raises BadPatch."""
    if not isinstance(patch, list):
        raise BadPatch('a patch is a list such as [{"op": "replace", "path": "/data/kind", "value": "complaint"}]')
    result = copy.deepcopy(document)
    for number, operation in enumerate(patch, start=1):
        try:
            result = _applied(result, operation)
        except (BadPatch, KeyError, IndexError, TypeError, ValueError) as error:
            raise BadPatch(f"operation {number} of the patch: {_words(error)}") from None
    return result


def _words(error: Exception) -> str:
    if isinstance(error, BadPatch):
        return str(error)
    return f"has no {error.args[0]}" if type(error) is KeyError else "its path leads nowhere in this event"


def _applied(document: Any, operation: Any) -> Any:
    if not isinstance(operation, dict) or operation.get("op") not in OPERATIONS:
        raise BadPatch(f"op must be one of {', '.join(OPERATIONS)}")
    name, path = operation["op"], _steps(operation["path"])
    match name:
        case "add":
            return _add(document, path, copy.deepcopy(operation["value"]))
        case "remove":
            return _remove(document, path)[0]
        case "replace":
            return _add(_remove(document, path)[0] if path else document, path, copy.deepcopy(operation["value"]))
        case "copy":
            return _add(document, path, copy.deepcopy(_at(document, _steps(operation["from"]))))
        case "move":
            origin = _steps(operation["from"])
            if len(origin) < len(path) and path[: len(origin)] == origin:
                raise BadPatch("a value cannot be moved into itself")
            document, value = _remove(document, origin)
            return _add(document, path, value)
        case _:
            if not _is_equal(_at(document, path), operation["value"]):
                raise BadPatch("the value at the path is another than the test wants")
            return document


def _steps(pointer: Any) -> list[str]:
    """The steps of a JSON pointer (RFC 6901)."""
    if not isinstance(pointer, str) or (pointer and not pointer.startswith("/")):
        raise BadPatch("a path is a JSON pointer such as /data/waybill_number")
    return [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]


def _at(document: Any, steps: list[str]) -> Any:
    for step in steps:
        document = document[_key(document, step)]
    return document


def _key(holder: Any, step: str) -> str | int:
    """A step as key of an object or place in a list."""
    if isinstance(holder, dict):
        return step
    if not isinstance(holder, list) or not step.isascii() or not step.isdecimal() or (step != "0" and step[0] == "0"):
        raise IndexError
    return int(step)


def _add(document: Any, steps: list[str], value: Any) -> Any:
    if not steps:
        return value
    holder = _at(document, steps[:-1])
    if isinstance(holder, list):
        place = len(holder) if steps[-1] == "-" else int(_key(holder, steps[-1]))
        if place > len(holder):
            raise IndexError
        holder.insert(place, value)
    else:
        holder[_key(holder, steps[-1])] = value
    return document


def _remove(document: Any, steps: list[str]) -> tuple[Any, Any]:
    if not steps:
        return None, document
    holder = _at(document, steps[:-1])
    key = _key(holder, steps[-1])
    value = holder[key] if isinstance(key, int) else holder.get(key, holder)
    if value is holder:
        raise IndexError
    del holder[key]
    return document, value


def _is_equal(value: Any, other: Any) -> bool:
    """Equal as JSON: true is not 1."""
    if isinstance(value, bool) or isinstance(other, bool):
        return value is other
    if isinstance(value, dict) and isinstance(other, dict):
        return value.keys() == other.keys() and all(_is_equal(value[name], other[name]) for name in value)
    if isinstance(value, list) and isinstance(other, list):
        return len(value) == len(other) and all(map(_is_equal, value, other))
    return bool(value == other)

"""Strict JSON at the inbound edge: what every parser reads alike is let in, everything else is refused with its place.

Parsers differ on duplicate keys, huge numbers, NUL, lone surrogates and depth, and what two parts of one system read
differently is a hole. So these are refused here, once (RFC 7493). Bytes are
never changed: text stays as the customer wrote it, not even normalised.

The way of nearly every event is fast: orjson parses, one walk counts keys and depth and looks at the numbers, and the
number of `":` in the bytes must equal the number of keys, since a key that is sent twice leaves one over. Only what
fails one of these goes to the slow scanner, which decides and names the place.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final, NoReturn

import orjson

from tousu.failure import Reject

LIMIT_BYTES: Final = 262_144
DEPTH_MAX: Final = 32
INTEGER_MAX: Final = 2**53 - 1

_KEY_END: Final = re.compile(rb'"[ \t\n\r]*:')
_SPACE: Final = re.compile(r"[ \t\n\r]*")
_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?P<inexact>(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)")
_TEXT: Final = re.compile(r'"[^"\\\x00-\x1f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\x00-\x1f]*)*')
_LONE_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_PLACE_LENGTH_MAX: Final = 200


def parse(raw: bytes, limit_bytes: int = LIMIT_BYTES, depth_max: int = DEPTH_MAX) -> dict[str, Any]:
    """Read one JSON object, or say why not.

    `depth_max` counts nested objects and lists, the outermost as 1 (at most 200 may be asked for).
    Raises Reject: too_large, wrong_encoding, broken_json, duplicate_key, too_deep, nul_character, number_out_of_range,
    or malformed_data where the JSON is no object. The place is a JSON pointer, or `byte N` where bytes are meant.
    """
    if len(raw) > limit_bytes:
        raise Reject(
            "too_large", f"the value has {len(raw)} bytes; at most {limit_bytes} are taken: send files by address"
        )
    try:
        document = orjson.loads(raw)
    except orjson.JSONDecodeError:
        _scan(raw, depth_max)
        raise Reject("broken_json", "the value cannot be read as JSON; write it with a JSON library") from None
    if type(document) is dict and b"\\u0000" not in raw and _is_plain(document, len(_KEY_END.findall(raw)), depth_max):
        return document
    _scan(raw, depth_max)
    if type(document) is not dict:
        raise Reject("malformed_data", "the value must be a JSON object, with braces around it")
    return document


def _is_plain(document: dict[str, Any], key_count: int, depth_max: int) -> bool:
    """Whether a parsed document is not too deep, holds no number in need of a closer look, and has just so many keys.

    `key_count` is what the bytes may hold: never fewer than they do, more where text looks like the end of a key.
    """
    keys = depth = 0
    level: list[Any] = [document]
    while level:
        depth += 1
        below: list[Any] = []
        for node in level:
            if type(node) is dict:
                keys += len(node)
                children: Any = node.values()
            else:
                children = node
            for child in children:
                kind = type(child)
                if kind is str:
                    continue
                if kind is dict or kind is list:
                    below.append(child)
                elif (kind is int or kind is float) and not -INTEGER_MAX <= child <= INTEGER_MAX:
                    return False  # a float this large may have been an integer: the scanner sees which
        level = below
    return keys == key_count and depth <= depth_max


def _scan(raw: bytes, depth_max: int) -> None:
    """Read slowly and raise Reject at the first fault in the order of the bytes; return when there is none."""
    if raw.startswith(b"\xef\xbb\xbf"):
        raise Reject("wrong_encoding", "the value starts with a byte order mark; send UTF-8 without one", "byte 0")
    if b"\x00" in raw[:4]:
        raise Reject("wrong_encoding", "the value looks like UTF-16 or UTF-32; send UTF-8", "byte 0")
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        raise Reject("wrong_encoding", "the value is not UTF-8; send UTF-8", f"byte {error.start}") from None
    _Scanner(text, depth_max).document()


class _Scanner:
    """Walks over the text of one document; `path` is where it stands."""

    def __init__(self, text: str, depth_max: int) -> None:
        self.text = text
        self.depth_max = depth_max
        self.at = 0
        self.path: list[str | int] = []

    def document(self) -> None:
        self.value()
        if self.next():
            self.broken("nothing may follow the value")

    def next(self) -> str:
        """Skip white space and look at the next character; empty at the end."""
        match = _SPACE.match(self.text, self.at)
        assert match is not None
        self.at = match.end()
        return self.text[self.at : self.at + 1]

    def value(self) -> None:
        start = self.next()
        if start == "{":
            self.object()
        elif start == "[":
            self.list()
        elif start == '"':
            self.string()
        elif start == "-" or start.isdecimal():
            self.number()
        else:
            for word in ("true", "false", "null"):
                if self.text.startswith(word, self.at):
                    self.at += len(word)
                    return
            self.broken("a value is expected here")

    def object(self) -> None:
        self.enter()
        keys: set[str] = set()
        if self.next() == "}":
            self.leave()
            return
        while True:
            if self.next() != '"':
                self.broken("a key in double quotes is expected here")
            key = self.string()
            self.path.append(key)
            if key in keys:
                self.refuse(
                    "duplicate_key", "this key stands twice in its object, and parsers differ on which counts; send one"
                )
            keys.add(key)
            if self.next() != ":":
                self.broken("a colon is expected here")
            self.at += 1
            self.value()
            self.path.pop()
            if not self.more("}"):
                return

    def list(self) -> None:
        self.enter()
        if self.next() == "]":
            self.leave()
            return
        self.path.append(0)
        index = 0
        while True:
            self.path[-1] = index
            self.value()
            index += 1
            if not self.more("]"):
                self.path.pop()
                return

    def enter(self) -> None:
        self.depth_max -= 1
        if self.depth_max < 0:
            self.refuse("too_deep", "objects and lists are nested too deeply; flatten the data")
        self.at += 1

    def leave(self) -> None:
        self.depth_max += 1
        self.at += 1

    def more(self, end: str) -> bool:
        """After an item: True behind a comma, False behind the end of the object or list."""
        character = self.next()
        if character == end:
            self.leave()
            return False
        if character != ",":
            self.broken(f"a comma or {end} is expected here")
        self.at += 1
        return True

    def string(self) -> str:
        match = _TEXT.match(self.text, self.at)
        assert match is not None
        start, self.at = self.at, match.end()
        if self.text[self.at : self.at + 1] != '"':
            self.broken("the text is not closed, or holds a control character or an escape that JSON does not have")
        self.at += 1
        text: str = json.loads(self.text[start : self.at])
        if "\x00" in text:
            self.refuse("nul_character", "the text holds the character NUL, which databases refuse; leave it out")
        if _LONE_SURROGATE.search(text):
            self.refuse(
                "wrong_encoding", "the text holds half a surrogate pair, which UTF-8 cannot write; leave it out"
            )
        return text

    def number(self) -> None:
        match = _NUMBER.match(self.text, self.at)
        if match is None:
            self.broken("this is not a number as JSON writes it")
        token = match.group()
        if match["inexact"]:
            if float(token) in (float("inf"), float("-inf")):
                self.refuse("number_out_of_range", "the number is too large for a double; send it as text")
        elif len(token) > 17 or abs(int(token)) > INTEGER_MAX:
            self.refuse("number_out_of_range", f"integers beyond +-{INTEGER_MAX} are read differently; send it as text")
        self.at = match.end()

    def refuse(self, reason: str, message: str) -> NoReturn:
        steps = (str(step).replace("~", "~0").replace("/", "~1") for step in self.path)
        raise Reject(reason, message, "".join(f"/{step}" for step in steps)[:_PLACE_LENGTH_MAX])

    def broken(self, expected: str) -> NoReturn:
        place = f"byte {len(self.text[: self.at].encode())}"
        if self.text[self.at : self.at + 1] == "\x00":
            raise Reject("nul_character", "the value holds a NUL byte; leave it out", place)
        raise Reject("broken_json", f"the value is not JSON: {expected}; write it with a JSON library", place)

"""Strict JSON at the inbound edge (reliability.md, section 5.3): what is let in, what is refused, and where."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tousu.edge import DEPTH_MAX, INTEGER_MAX, LIMIT_BYTES, parse
from tousu.failure import Reject

DEEP_ENOUGH = b'{"a":' * DEPTH_MAX + b"1" + b"}" * DEPTH_MAX
TOO_DEEP = b'{"a":' * (DEPTH_MAX + 1) + b"1" + b"}" * (DEPTH_MAX + 1)

TAKEN: dict[str, tuple[bytes, Any]] = {
    "an empty object": (b"{}", {}),
    "white space around": (b" \t\r\n{ } \n", {}),
    "space before a colon": (b'{"a" :1,"b"\n:2}', {"a": 1, "b": 2}),
    "text that looks like the end of a key": (rb'{"a":"\":\":","b":": :"}', {"a": '":":', "b": ": :"}),
    "an escaped backslash before u0000": (rb'{"a":"\\u0000"}', {"a": r"\u0000"}),
    "the same key in two objects": (b'{"a":{"k":1},"b":[{"k":1},{"k":1}]}', {"a": {"k": 1}, "b": [{"k": 1}, {"k": 1}]}),
    "keys that differ in case": (b'{"a":1,"A":2}', {"a": 1, "A": 2}),
    "an empty key": (b'{"":0}', {"": 0}),
    "the largest integer": (b'{"a":9007199254740991,"b":-9007199254740991}', {"a": INTEGER_MAX, "b": -INTEGER_MAX}),
    "a large float": (b'{"a":1e300}', {"a": 1e300}),
    "a float with many digits": (b'{"a":12345678901234567890.5}', {"a": 12345678901234567890.5}),
    "a float that vanishes": (b'{"a":1e-400}', {"a": 0.0}),
    "minus nought": (b'{"a":-0}', {"a": 0}),
    "a surrogate pair": (rb'{"a":"\ud83d\ude00"}', {"a": "\U0001f600"}),
    "DEL and C1 controls": (b'{"a":"\x7f\xc2\x80"}', {"a": "\x7f\x80"}),
    "text that is not normalised": ('{"a":"e\u0301"}'.encode(), {"a": "e\u0301"}),
    "a noncharacter": (b'{"a":"\xef\xbf\xbf"}', {"a": "\uffff"}),
    "every literal": (b'{"a":[true,false,null,1.5,"x",[],{}]}', {"a": [True, False, None, 1.5, "x", [], {}]}),
    "just deep enough": (DEEP_ENOUGH, json.loads(DEEP_ENOUGH)),
    "many lists side by side": (b'{"a":[' + b"[],{}," * 99 + b"0]}", {"a": [[], {}] * 99 + [0]}),
    "Chinese": ('{"内容":"三天没有更新"}'.encode(), {"内容": "三天没有更新"}),
}

REFUSED: dict[str, tuple[bytes, str, str]] = {
    "nothing": (b"", "broken_json", "byte 0"),
    "white space only": (b"  ", "broken_json", "byte 2"),
    "a list": (b"[1]", "malformed_data", ""),
    "a text": (b'"a"', "malformed_data", ""),
    "a number": (b"1", "malformed_data", ""),
    "null": (b"null", "malformed_data", ""),
    "UTF-8 with a byte order mark": (b"\xef\xbb\xbf{}", "wrong_encoding", "byte 0"),
    "UTF-16 with a byte order mark": ('{"a":1}'.encode("utf-16"), "wrong_encoding", "byte 0"),
    "UTF-16 without": ('{"a":1}'.encode("utf-16-le"), "wrong_encoding", "byte 0"),
    "UTF-32 without": ('{"a":1}'.encode("utf-32-be"), "wrong_encoding", "byte 0"),
    "GB18030": ('{"a":"投诉"}'.encode("gb18030"), "wrong_encoding", "byte 8"),
    "byte FF": (b'{"a":"\xff"}', "wrong_encoding", "byte 6"),
    "an overlong slash": (b'{"a":"\xc0\xaf"}', "wrong_encoding", "byte 6"),
    "a surrogate coded in UTF-8": (b'{"a":"\xed\xa0\x80"}', "wrong_encoding", "byte 6"),
    "a cut character": (b'{"a":"\xe6\x8a', "wrong_encoding", "byte 6"),
    "a lone high surrogate": (rb'{"a":"\ud800"}', "wrong_encoding", "/a"),
    "a lone low surrogate": (rb'{"a":{"b":["x","\udc00"]}}', "wrong_encoding", "/a/b/1"),
    "surrogates in the wrong order": (rb'{"a":"\ude00\ud83d"}', "wrong_encoding", "/a"),
    "a lone surrogate in a key": (rb'{"a":{"\ud800":1}}', "wrong_encoding", "/a"),
    "NUL escaped": (rb'{"a":["","x\u0000"]}', "nul_character", "/a/1"),
    "NUL escaped in a key": (rb'{"a":{"\u0000":1}}', "nul_character", "/a"),
    "NUL escaped behind an escaped backslash": (rb'{"a":"\\\u0000"}', "nul_character", "/a"),
    "a NUL byte in text": (b'{"a":"x\x00"}', "nul_character", "byte 7"),
    "a NUL byte between": (b'{"a":\x001}', "nul_character", "byte 5"),
    "a key twice": (b'{"a":1,"b":2,"a":3}', "duplicate_key", "/a"),
    "a key twice, escaped differently": (rb'{"a":1,"\u0061":1}', "duplicate_key", "/a"),
    "a key twice, the same value": (b'{"a":1,"a":1}', "duplicate_key", "/a"),
    "a key twice, deep inside": (b'{"x":[0,{"y/~":{"k":1,"k":{}}}]}', "duplicate_key", "/x/1/y~1~0/k"),
    "a key twice, space before one colon": (b'{"a" :1,"a":1}', "duplicate_key", "/a"),
    "a key twice, space before each colon": (b'{"a"\t:1,"a"\r\n:1}', "duplicate_key", "/a"),
    "a key twice, the lost value holding a quote": (rb'{"a":"\":","a":"\u0022:"}', "duplicate_key", "/a"),
    "a key twice, the lost value holding keys": (b'{"a":{"b":1},"a":{}}', "duplicate_key", "/a"),
    "the empty key twice": (b'{"":1,"":2}', "duplicate_key", "/"),
    "one level too deep": (TOO_DEEP, "too_deep", "/a" * DEPTH_MAX),
    "one list too deep": (
        b'{"a":' + b"[" * DEPTH_MAX + b"]" * DEPTH_MAX + b"}",
        "too_deep",
        "/a" + "/0" * (DEPTH_MAX - 1),
    ),
    "depth 1,100": (b'{"a":' + b"[" * 1100 + b"]" * 1100 + b"}", "too_deep", "/a" + "/0" * (DEPTH_MAX - 1)),
    "depth 100,000, never closed": (b"[" * 100_000, "too_deep", "/0" * DEPTH_MAX),
    "2 to the 53rd": (b'{"a":9007199254740992}', "number_out_of_range", "/a"),
    "minus 2 to the 53rd": (b'{"a":[-9007199254740992]}', "number_out_of_range", "/a/0"),
    "2 to the 64th, which one parser turns into a float": (b'{"a":18446744073709551616}', "number_out_of_range", "/a"),
    "an integer of 5,000 digits": (b'{"a":' + b"9" * 5000 + b"}", "number_out_of_range", "/a"),
    "1e400": (b'{"a":1e400}', "number_out_of_range", "/a"),
    "-1e400": (b'{"a":{"b":-1E+400}}', "number_out_of_range", "/a/b"),
    "NaN": (b'{"a":NaN}', "broken_json", "byte 5"),
    "Infinity": (b'{"a":Infinity}', "broken_json", "byte 5"),
    "-Infinity": (b'{"a":-Infinity}', "broken_json", "byte 5"),
    "not closed": (b'{"a":1', "broken_json", "byte 6"),
    "closed wrongly": (b'{"a":[1}', "broken_json", "byte 7"),
    "a comma too many": (b'{"a":1,}', "broken_json", "byte 7"),
    "a comma too many in a list": (b'{"a":[1,]}', "broken_json", "byte 8"),
    "a comma missing": (b'{"a":1 "b":2}', "broken_json", "byte 7"),
    "a colon missing": (b'{"a" 1}', "broken_json", "byte 5"),
    "a key without quotes": (b"{a:1}", "broken_json", "byte 1"),
    "a number as key": (b"{1:1}", "broken_json", "byte 1"),
    "single quotes": (b"{'a':1}", "broken_json", "byte 1"),
    "something behind": (b"{} {}", "broken_json", "byte 3"),
    "a comment": (b'{"a":1 /* x */}', "broken_json", "byte 7"),
    "a form feed": (b"\x0c{}", "broken_json", "byte 0"),
    "a no-break space": ("{\u00a0}".encode(), "broken_json", "byte 1"),
    "a nought in front": (b'{"a":01}', "broken_json", "byte 6"),
    "a plus in front": (b'{"a":+1}', "broken_json", "byte 5"),
    "a point without digits": (b'{"a":1.}', "broken_json", "byte 6"),
    "a point in front": (b'{"a":.5}', "broken_json", "byte 5"),
    "an exponent without digits": (b'{"a":1e}', "broken_json", "byte 6"),
    "hexadecimal": (b'{"a":0x1f}', "broken_json", "byte 6"),
    "digits of another script": ('{"a":١}'.encode(), "broken_json", "byte 5"),
    "True": (b'{"a":True}', "broken_json", "byte 5"),
    "a word cut short": (b'{"a":nul}', "broken_json", "byte 5"),
    "a raw tab in text": (b'{"a":"\t"}', "broken_json", "byte 6"),
    "a raw line feed in text": (b'{"a":"x\n"}', "broken_json", "byte 7"),
    "an escape that JSON does not have": (rb'{"a":"\x41"}', "broken_json", "byte 6"),
    "a cut escape": (rb'{"a":"\u12"}', "broken_json", "byte 6"),
    "bytes counted, not characters": ('{"投":x}'.encode(), "broken_json", "byte 7"),
}


@pytest.mark.parametrize(("raw", "value"), TAKEN.values(), ids=TAKEN.keys())
def test_taken(raw: bytes, value: object) -> None:
    assert parse(raw) == value


@pytest.mark.parametrize(("raw", "reason", "place"), REFUSED.values(), ids=REFUSED.keys())
def test_refused_with_reason_and_place(raw: bytes, reason: str, place: str) -> None:
    with pytest.raises(Reject) as caught:
        parse(raw)
    assert (caught.value.reason, caught.value.place) == (reason, place)


def test_the_limit_counts_bytes_and_is_itself_taken() -> None:
    frame = b'{"a":""}'
    assert parse(b'{"a":"' + b"x" * (LIMIT_BYTES - len(frame)) + b'"}')
    with pytest.raises(Reject, match=f"{LIMIT_BYTES + 1} bytes") as caught:
        parse(b'{"a":"' + b"x" * (LIMIT_BYTES - len(frame) + 1) + b'"}')
    assert caught.value.reason == "too_large"
    with pytest.raises(Reject, match="at most 7"):
        parse(frame, limit_bytes=7)


def test_a_place_stays_short_however_long_the_keys() -> None:
    with pytest.raises(Reject) as caught:
        parse(b'{"' + b"k" * 10_000 + rb'":"\u0000"}')
    assert len(caught.value.place) <= 200


def test_a_message_never_repeats_what_the_customer_wrote() -> None:
    secret = "19900000042"
    for tail in (rb"\u0000", rb"\ud800", b"\t", b"\xff"):
        with pytest.raises(Reject) as caught:
            parse(b'{"a":"' + secret.encode() + tail + b'"}')
        assert secret not in str(caught.value)


# --- an independent reference: the standard library with every hook it has, and a walk over what it returns


class _Broken(Exception):
    """The standard library took a word that JSON does not have."""


def _refuse_constant(name: str) -> float:
    raise _Broken(name)


def _faults_of(value: object, depth: int) -> set[str]:
    found: set[str] = set()
    if isinstance(value, _Object | list) and depth > DEPTH_MAX:
        found.add("too_deep")
    if isinstance(value, _Object):
        keys = [key for key, _ in value.pairs]
        if len(set(keys)) < len(keys):
            found.add("duplicate_key")
        for key, item in value.pairs:
            found |= _faults_of(key, depth) | _faults_of(item, depth + 1)
    elif isinstance(value, list):
        for item in value:
            found |= _faults_of(item, depth + 1)
    elif isinstance(value, str):
        if "\x00" in value:
            found.add("nul_character")
        if any(0xD800 <= ord(character) <= 0xDFFF for character in value):
            found.add("wrong_encoding")
    elif (isinstance(value, int) and abs(value) >= 2**53) or (isinstance(value, float) and math.isinf(value)):
        found.add("number_out_of_range")
    return found


class _Object:
    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        self.pairs = pairs


def _plain(value: Any) -> Any:
    if isinstance(value, _Object):
        return {key: _plain(item) for key, item in value.pairs}
    return [_plain(item) for item in value] if isinstance(value, list) else value


def reference(raw: bytes) -> tuple[Any, set[str]]:
    """The value and all its faults; where it cannot even be read, None and the one fault."""
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return None, {"wrong_encoding"}
    try:
        value = json.loads(text, object_pairs_hook=_Object, parse_constant=_refuse_constant)
    except (json.JSONDecodeError, _Broken):
        return None, {"broken_json"}
    faults = _faults_of(value, 1)
    if not faults and not isinstance(value, _Object):
        faults = {"malformed_data"}
    return _plain(value), faults


def outcome(raw: bytes) -> tuple[Any, str]:
    try:
        return parse(raw), ""
    except Reject as refused:
        return None, refused.reason


SPACE = st.sampled_from(["", "", "", " ", "\n", "\t", "\r\n  "])
CHARACTERS = st.sampled_from([*'aab":,{}[]\\/ \u00e9投诉\U0001f600\x00\ud800\udc00\n\x7f', r"\u0061"])
TEXTS = st.lists(CHARACTERS, max_size=5).map("".join)
NUMBERS = st.one_of(
    st.integers(-(10**4), 10**4).map(str),
    st.sampled_from(["9007199254740991", "9007199254740992", "-9007199254740993", "18446744073709551616", "-0"]),
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.sampled_from(["1e308", "1e309", "-1e999", "1E5", "0.0", "1e-400", "123456789012345678901.5"]),
)


@st.composite
def quoted(draw: st.DrawFn) -> str:
    """A text written in one of the ways in which JSON can write it."""
    written = []
    for character in draw(TEXTS):
        plain = character not in '"\\' and ord(character) >= 0x20 and not 0xD800 <= ord(character) <= 0xDFFF
        if plain and draw(st.booleans()):
            written.append(character)
        else:
            written.append(json.dumps(character)[1:-1])
            if plain and ord(character) < 0x10000:
                written[-1] = f"\\u{ord(character):04x}"
    return '"' + "".join(written) + '"'


def _nested(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    items = st.lists(st.builds(lambda a, value, b: a + value + b, SPACE, inner, SPACE), max_size=4)
    members = st.lists(
        st.builds(lambda a, key, b, value: f"{a}{key}{b}:{value}", SPACE, quoted(), SPACE, inner), max_size=4
    )
    return items.map(lambda parts: f"[{','.join(parts)}]") | members.map(lambda parts: f"{{{','.join(parts)}}}")


JSON = st.recursive(st.sampled_from(["true", "false", "null"]) | NUMBERS | quoted(), _nested, max_leaves=12)


@settings(max_examples=400, deadline=None)
@given(JSON, st.integers(0, DEPTH_MAX + 2))
@example('{"a":1,"a":1}', 0)
@example(r'{"a":"\":","a":""}', 1)
def test_json_is_taken_or_refused_as_the_reference_does(text: str, levels: int) -> None:
    raw = ('{"k":' * levels + text + "}" * levels).encode()
    value, faults = reference(raw)
    got, reason = outcome(raw)
    if faults:
        assert reason in faults
    else:
        assert not reason
        assert got == value


@settings(max_examples=400, deadline=None)
@given(JSON, st.data())
def test_bytes_changed_at_random_are_taken_or_refused_as_the_reference_does(text: str, data: st.DataObject) -> None:
    raw = bytearray(('{"k":' + text + "}").encode())
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(raw)))
        piece = data.draw(
            st.sampled_from([b"", b'"', b":", b",", b"}", b"]", b"{", b"\\", b"\x00", b"\xff", b"0", b" ", b"e"])
        )
        raw[at : at + data.draw(st.integers(0, 2))] = piece
    value, faults = reference(bytes(raw))
    got, reason = outcome(bytes(raw))
    assert (reason == "") == (not faults), (bytes(raw), reason, faults)
    if not faults:
        assert got == value

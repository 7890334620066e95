"""JSON Patch: the examples of RFC 6902, appendix A."""

from __future__ import annotations

from typing import Any

import pytest

from tousu.contract.json_patch import BadPatch, patched

DONE: dict[str, tuple[Any, list[dict[str, Any]], Any]] = {
    "A.1": ({"foo": "bar"}, [{"op": "add", "path": "/baz", "value": "qux"}], {"baz": "qux", "foo": "bar"}),
    "A.2": ({"foo": ["bar", "baz"]}, [{"op": "add", "path": "/foo/1", "value": "q"}], {"foo": ["bar", "q", "baz"]}),
    "A.3": ({"baz": "qux", "foo": "bar"}, [{"op": "remove", "path": "/baz"}], {"foo": "bar"}),
    "A.4": ({"foo": ["bar", "qux", "baz"]}, [{"op": "remove", "path": "/foo/1"}], {"foo": ["bar", "baz"]}),
    "A.5": ({"baz": "q", "foo": "b"}, [{"op": "replace", "path": "/baz", "value": "boo"}], {"baz": "boo", "foo": "b"}),
    "A.6": (
        {"foo": {"bar": "baz", "waldo": "fred"}, "qux": {"corge": "grault"}},
        [{"op": "move", "from": "/foo/waldo", "path": "/qux/thud"}],
        {"foo": {"bar": "baz"}, "qux": {"corge": "grault", "thud": "fred"}},
    ),
    "A.7": (
        {"foo": ["all", "grass", "cows", "eat"]},
        [{"op": "move", "from": "/foo/1", "path": "/foo/3"}],
        {"foo": ["all", "cows", "eat", "grass"]},
    ),
    "A.8": (
        {"baz": "qux", "foo": ["a", 2, "c"]},
        [{"op": "test", "path": "/baz", "value": "qux"}, {"op": "test", "path": "/foo/1", "value": 2}],
        {"baz": "qux", "foo": ["a", 2, "c"]},
    ),
    "A.10": ({"f": "b"}, [{"op": "add", "path": "/c", "value": {"g": {}}}], {"f": "b", "c": {"g": {}}}),
    "A.11": ({"foo": "bar"}, [{"op": "add", "path": "/baz", "value": "q", "xyz": 1}], {"foo": "bar", "baz": "q"}),
    "A.14": ({"/": 9, "~1": 10}, [{"op": "test", "path": "/~01", "value": 10}], {"/": 9, "~1": 10}),
    "A.16": ({"foo": ["bar"]}, [{"op": "add", "path": "/foo/-", "value": ["a"]}], {"foo": ["bar", ["a"]]}),
    "the whole": ({"a": 1}, [{"op": "replace", "path": "", "value": {"b": 2}}], {"b": 2}),
    "a copy": ({"a": [1]}, [{"op": "copy", "from": "/a", "path": "/b"}], {"a": [1], "b": [1]}),
}
REFUSED: dict[str, tuple[Any, Any]] = {
    "A.9": ({"baz": "qux"}, [{"op": "test", "path": "/baz", "value": "bar"}]),
    "A.12": ({"foo": "bar"}, [{"op": "add", "path": "/baz/bat", "value": "qux"}]),
    "A.15": ({"/": 9, "~1": 10}, [{"op": "test", "path": "/~01", "value": "10"}]),
    "true is not 1": ({"a": 1}, [{"op": "test", "path": "/a", "value": True}]),
    "nothing to remove": ({"a": 1}, [{"op": "remove", "path": "/b"}]),
    "nothing to replace": ({"a": 1}, [{"op": "replace", "path": "/b", "value": 1}]),
    "behind the end": ({"a": [1]}, [{"op": "add", "path": "/a/2", "value": 1}]),
    "a leading nought": ({"a": [1]}, [{"op": "remove", "path": "/a/00"}]),
    "a list by name": ({"a": [1]}, [{"op": "remove", "path": "/a/b"}]),
    "into itself": ({"a": {"b": 1}}, [{"op": "move", "from": "/a", "path": "/a/b"}]),
    "no value": ({"a": 1}, [{"op": "add", "path": "/b"}]),
    "no path": ({"a": 1}, [{"op": "remove"}]),
    "no such operation": ({"a": 1}, [{"op": "drop", "path": "/a"}]),
    "no pointer": ({"a": 1}, [{"op": "remove", "path": "a"}]),
    "no list": ({"a": 1}, {"op": "remove", "path": "/a"}),
    "a word": ({"a": 1}, ["remove"]),
}


@pytest.mark.parametrize(("document", "patch", "meant"), DONE.values(), ids=DONE)
def test_what_a_patch_makes(document: Any, patch: Any, meant: Any) -> None:
    before = repr(document)
    assert patched(document, patch) == meant
    assert repr(document) == before


@pytest.mark.parametrize(("document", "patch"), REFUSED.values(), ids=REFUSED)
def test_a_patch_that_does_not_fit_is_refused(document: Any, patch: Any) -> None:
    with pytest.raises(BadPatch):
        patched(document, patch)

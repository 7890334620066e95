"""Features, number 24: a reply that lacks what its kind must hold is none yet."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from tousu.policy.handling_rule import ReplyRule
from tousu.policy.pack import Pack
from tousu.policy.replies import incomplete_reply

RULES = {
    "final": ReplyRule(required=("decision", "reason", "next_body"), section="DISP 1.6.2"),
    "holding": ReplyRule(required=("reason",), section="DISP 1.6.2"),
}
ALL = ["next_body", "reason", "decision", "language"]


# What is said, whether the complaint stands -> the kind it counts as, what is missing (None: nothing to say).
@pytest.mark.parametrize(
    ("said", "stands", "kind", "missing"),
    [
        ({"settled": True}, None, "final", ("decision", "reason", "next_body")),
        ({"settled": True, "elements": ["reason", "decision"]}, True, "final", ("next_body",)),
        ({"settled": True, "elements": ALL}, True, "", ()),
        ({"settled": False}, True, "", ()),  # it ends nothing and names no kind
        ({"settled": False}, False, "final", ("decision", "reason", "next_body")),  # it ends what does not stand
        ({"settled": False, "kind": "final", "elements": ALL}, False, "", ()),
        ({"settled": False, "kind": "final"}, None, "final", ("decision", "reason", "next_body")),
        ({"settled": False, "kind": "holding"}, None, "holding", ("reason",)),
        ({"settled": True, "kind": "holding", "elements": ["reason"]}, None, "", ()),
        ({"settled": True, "kind": "courtesy"}, None, "", ()),  # the pack asks nothing of this kind
    ],
)
def test_what_a_reply_lacks(
    pack: Pack, said: dict[str, Any], stands: bool | None, kind: str, missing: tuple[str, ...]
) -> None:
    found = incomplete_reply(replace(pack, replies=RULES), "customer_answered", said, stands)
    assert (found.kind, found.missing) == (kind, missing) if found is not None else (kind, missing) == ("", ())


def test_a_pack_that_asks_nothing_misses_nothing(pack: Pack) -> None:
    assert incomplete_reply(pack, "customer_answered", {"settled": True}, None) is None


def test_only_an_answer_to_the_customer_is_a_reply(pack: Pack) -> None:
    assert incomplete_reply(replace(pack, replies=RULES), "withdrawn", {"reason": "it came"}, None) is None

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


FORM = {
    "loss": ReplyRule(required=("apology", "liability"), section="C 6"),
    "attitude": ReplyRule(required=("apology", "suggestions"), section="C 6"),
}


@pytest.mark.parametrize(
    ("class_name", "said", "stands", "missing"),
    [
        ("loss", {"settled": True}, True, ("apology", "liability")),
        ("loss", {"settled": True, "elements": ["apology", "suggestions"]}, None, ("liability",)),
        ("loss", {"settled": True, "elements": ["apology", "liability"]}, True, ()),
        ("attitude", {"settled": True, "elements": ["apology", "liability"]}, True, ("suggestions",)),
        ("delay", {"settled": True}, True, ()),  # of which the source asks for no form
        (None, {"settled": True}, True, ()),  # nobody knows yet what it is about
        ("loss", {"settled": False}, True, ()),  # it ends nothing
        ("loss", {"settled": True}, False, ()),  # what does not stand is answered with the reason
        ("loss", {"settled": True, "kind": "courtesy"}, True, ()),
    ],
)
def test_the_form_of_an_answer_goes_by_the_kind_of_trouble(
    pack: Pack, class_name: str | None, said: dict[str, Any], stands: bool | None, missing: tuple[str, ...]
) -> None:
    found = incomplete_reply(replace(pack, answers=FORM), "customer_answered", said, stands, class_name)
    assert (found.missing, found.section) == (missing, "C 6") if found is not None else missing == ()


def test_what_the_kind_and_what_the_class_asks_for_are_both_owed(pack: Pack) -> None:
    both = replace(pack, replies=RULES, answers=FORM)
    found = incomplete_reply(both, "customer_answered", {"settled": True, "elements": ALL}, True, "loss")
    assert found is not None
    assert (found.missing, found.required[-2:], found.section) == (
        ("apology", "liability"), ("apology", "liability"), "C 6",
    )  # fmt: skip

"""Whatever customers write: every case is registered and routed, and all that is published meets the contract."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.router.rules import RouterRules
from services.router.store import KINDS
from tests.packs_read import load_pack
from tests.rules.casework import Desk, event
from tests.rules.casework import complaint as registered
from tests.rules.intake.gate import Gate, complaint
from tousu.policy.pack import Pack, Words
from tousu.policy.policies import Policies

ROOT = Path(__file__).resolve().parents[3]
PACKS = sorted(path.stem for path in (ROOT / "policies").glob("*.yaml"))
TEXTS = {
    path.stem: [json.loads(line)["text"] for line in path.read_text("utf-8").splitlines()]
    for path in sorted((ROOT / "examples" / "texts").glob("*.jsonl"))
}
OF_OTHERS = 5
"""Every fifth of the texts of other trades is read by a pack, too."""


@cache
def pack_of(name: str) -> Pack:
    return load_pack(name)


@cache
def rules_of(name: str) -> RouterRules:
    return RouterRules(Policies.of(pack_of(name)))


def routed(pack: Pack, desk: Desk, one: Any) -> dict[str, Any]:
    """The routed event of a registered complaint (the desk holds every output against its schema)."""
    (told,) = desk.tell(one)
    unsure = pack.routing.unsure.department
    assert told.data["departments"]
    assert told.data["triage"] == (unsure in told.data["departments"]) or "class" in told.data
    return told.data


@pytest.mark.heavy
@pytest.mark.parametrize("name", PACKS)
def test_every_labelled_text_of_its_trade_and_some_of_others_are_registered_and_routed_under_a_pack(name: str) -> None:
    pack = pack_of(name)
    own = TEXTS.get(name, TEXTS["courier"])
    texts = [*own, *(text for others in TEXTS.values() if others is not own for text in others[::OF_OTHERS])]
    gate, desk = Gate(pack), Desk(rules_of(name), KINDS)
    for text in texts:
        (output,) = gate.hear(complaint(content=text)).outputs
        told = routed(pack, desk, event("complaint.registered", output.data, output.subject))
        assert "class" in told or told["triage"], text
    assert len(desk.rows) == len(texts)


@pytest.mark.parametrize(
    ("text", "candidate"), (("快递员没敲门就把件放楼下丢了", "loss"), ("合同到期，押金逾期不退", "delay"))
)
def test_more_words_of_a_trouble_without_a_class_bring_the_case_to_the_desk_with_the_class_that_it_may_be(
    text: str, candidate: str
) -> None:
    told = routed(pack_of("courier-network"), Desk(rules_of("courier-network"), KINDS), registered(text))
    assert (told["triage"], told["candidates"], told["departments"]) == (True, [candidate], ["customer_service"])


def words_in(words: Words) -> tuple[str, ...]:
    return (*words.simplified, *words.traditional, *words.english)


@st.composite
def tellings(draw: st.DrawFn) -> tuple[str, str, dict[str, Any]]:
    """A pack, a text made of the words of its lists, and perhaps pieces with texts and classes of their own."""
    name = draw(st.sampled_from(PACKS))
    pack = pack_of(name)
    lists = [words_in(one.words) for one in pack.classes.values()]
    lists += [words_in(pack.without_class), words_in(pack.negations), words_in(pack.harmless)]
    word = st.sampled_from([each for each in lists if each]).flatmap(st.sampled_from)
    text = st.lists(word | st.sampled_from(("，", " ", "。", "了")), min_size=1, max_size=80).map("".join)
    given_class = st.sampled_from((*pack.classes, "no_class_of_ours"))
    piece = st.fixed_dictionaries(
        {"waybill_number": st.integers(10_000, 10_200).map("TS{}".format)},
        optional={"content": text.map(lambda one: one[:2000]), "class": given_class},
    )
    more = st.fixed_dictionaries({}, optional={"class": given_class, "pieces": st.lists(piece, min_size=1, max_size=9)})
    return name, draw(text)[:8000], draw(more)


@given(tellings())
def test_whatever_is_made_of_the_words_of_a_pack_is_routed_by_it(told: tuple[str, str, dict[str, Any]]) -> None:
    name, text, more = told
    routed(pack_of(name), Desk(rules_of(name), KINDS), registered(text, **more))

"""Weights of grams: how a text is cut and scored, and that the weights in the repository are those of its texts."""

from __future__ import annotations

from math import isqrt
from pathlib import Path

import msgspec
import pytest

from tests.packs_read import load_pack, load_words
from tousu.failure import Stop
from tousu.policy.grams import NOTHING, READ_MAX, Scorer, Weights, grams_of, script_table
from tousu.policy.loading import weights_path
from tousu.policy.measuring import LabelledText, answers_of_words, labelled_texts, measured
from tousu.policy.pack import Words
from tousu.policy.phrases import Phrases, seen_by_a_reader, undenied
from tousu.policy.reading import Reader
from tousu.policy.training import examples, inputs
from tousu.policy.words import WordLists

ROOT = Path(__file__).parents[3]
NAMES = ("courier", "auto-service", "after-sales", "united-kingdom")
BYTES_MAX = 300_000
TEXTS = {
    path.stem: labelled_texts(path.name, path.read_bytes().splitlines())
    for path in (ROOT / "examples" / "texts").glob("*.jsonl")
}
WEIGHTS = Weights(
    id="x",
    version="1.0.0",
    inputs="",
    classes=(NOTHING, "delay", "damage"),
    bias=(-100, -150, -250),
    traditional="遲壞",
    simplified="迟坏",
    grams={"迟到": (1, 600), "坏": (2, 500, 1, -100), "谢谢": (0, 900), "late": (1, 400), "brok*": (2, 700)},
)


@pytest.mark.parametrize(
    ("plain", "found"),
    (
        ("", []),
        ("迟到了", ["迟", "到", "了", "迟到", "到了", "迟到了"]),
        ("迟,到", ["迟", "到"]),
        ("it came late", ["it", "came", "late", "cam*", "lat*", "it came", "came late", "it came late"]),
        ("broken!", ["broken", "bro*", "brok*", "broke*"]),
        ("坏 ok", ["坏", "ok"]),
    ),
)
def test_a_text_is_cut_into_grams(plain: str, found: list[str]) -> None:
    assert sorted(grams_of(plain)) == sorted(found)


@pytest.mark.parametrize(
    ("plain", "of"),
    (
        ("", {NOTHING: -100, "delay": -150, "damage": -250}),
        # 600 / sqrt(1 + 1) = 424.26
        ("迟到", {NOTHING: -100, "delay": 274, "damage": -250}),
        ("遲到", {NOTHING: -100, "delay": 274, "damage": -250}),
        # (600 - 100) / sqrt(2 + 1) = 288.7, 500 / sqrt(3) = 288.7
        ("迟到,坏", {NOTHING: -100, "delay": 138, "damage": 38}),
        # A gram counts once, however often it stands there.
        ("坏,坏,坏", {NOTHING: -100, "delay": -221, "damage": 103}),
    ),
)
def test_a_score_is_the_bias_and_the_weights_by_the_root_of_how_many_grams_are_known(
    plain: str, of: dict[str, int]
) -> None:
    assert Scorer(WEIGHTS).scores(plain).of == of


@pytest.mark.parametrize("name", NAMES)
def test_the_grams_that_are_looked_for_are_those_into_which_a_text_is_cut(name: str) -> None:
    lists = load_words(name)
    assert lists.weights is not None
    scorer = Scorer(lists.weights)
    table = script_table(lists.weights.traditional, lists.weights.simplified)
    for labelled in TEXTS.values():
        for one in labelled:
            plain = seen_by_a_reader(one.text)
            cut = grams_of(plain[:READ_MAX].translate(table))
            known = [gram for gram in cut if gram in lists.weights.grams]
            scores = scorer.scores(plain)
            assert sorted(scores.grams) == sorted(known)
            sums = dict.fromkeys(range(len(lists.weights.classes)), 0)
            for gram in known:
                weights = lists.weights.grams[gram]
                for number, weight in zip(weights[::2], weights[1::2], strict=True):
                    sums[number] += weight
            length = isqrt((len(known) + 1) * 1_000_000)
            assert scores.of == {
                each: lists.weights.bias[number] + sums[number] * 1000 // length
                for number, each in enumerate(lists.weights.classes)
            }


@pytest.mark.parametrize("name", NAMES)
def test_what_a_text_says_in_short_are_its_classes_or_else_its_candidates(name: str) -> None:
    lists = load_words(name)
    gravity = dict.fromkeys(lists.classes, 1)
    for weights in (lists.weights, None):
        reader = Reader(lists.classes, gravity, lists.negations, lists.harmless, weights=weights)
        for one in TEXTS[name]:
            read = reader.read(one.text)
            assert reader.classes_in(one.text) == frozenset(read.classes or read.candidates)


def test_reasons_are_the_grams_that_weighed_most_as_the_customer_wrote_them() -> None:
    scorer = Scorer(WEIGHTS)
    told = "遲到,壞,late,broken"
    scores = scorer.scores(told)
    assert scorer.reasons(told, scores, "delay") == ("遲到", "late")
    assert scorer.reasons(told, scores, "damage") == ("brok…", "壞")


def test_two_lists_that_lead_to_one_class_give_it_the_better_score() -> None:
    both = msgspec.structs.replace(WEIGHTS, classes=(NOTHING, "delay", "delay"))
    assert Scorer(both).scores("迟到").of == {NOTHING: -100, "delay": 274}


def reader(*delay: str) -> Reader:
    lists = {
        "delay": Words(simplified=delay, traditional=(), english=()),
        "damage": Words(simplified=("碰了",), traditional=(), english=()),
    }
    none = Words(simplified=(), traditional=(), english=())
    negations = Words(simplified=("没有",), traditional=(), english=())
    return Reader(lists, {"delay": 1, "damage": 1}, negations, none, weights=WEIGHTS)


@pytest.mark.parametrize(
    ("told", "classes", "words", "by_words"),
    (
        ("迟到", ("delay",), ("迟到",), False),  # no word: the weights decide, and say by which grams
        ("慢吞吞", ("delay",), ("慢吞吞",), True),  # a word that nothing contradicts
        ("慢吞吞,坏", ("damage",), ("坏",), False),  # the weights speak against the word and for another class
        ("碰了,迟到", ("delay",), ("迟到",), False),
        ("慢吞吞,谢谢", (), ("慢吞吞",), True),  # the weights are sure that nothing is wrong
        ("没有迟到", (), (), True),  # what a negation takes back does not count for the weights either
        ("谢谢", (), (), True),
        ("您好", (), (), True),
    ),
)
def test_words_decide_and_weights_where_there_are_none_or_they_are_contradicted(
    told: str, classes: tuple[str, ...], words: tuple[str, ...], by_words: bool
) -> None:
    found = reader("慢吞吞", "迟到" if told.startswith("没有") else "慢吞吞吞").read(told)
    assert (found.classes, found.words, found.by_words) == (classes, words, by_words)


def test_a_text_without_end_is_read_as_far_as_it_says_something_new() -> None:
    scorer = Scorer(WEIGHTS)
    assert scorer.scores("," * READ_MAX + "迟到").of == scorer.scores("").of


@pytest.mark.parametrize("name", NAMES)
def test_the_weights_are_those_of_the_texts_and_words_of_today(name: str) -> None:
    """Whoever changes a text, a label or a word trains anew: tousu policy train NAME."""
    lists = load_words(name)
    assert lists.weights is not None
    assert lists.weights.inputs == inputs(examples(lists, TEXTS)), f"tousu policy train {name}"
    assert (lists.weights.id, lists.weights.version) == (lists.id, lists.version)


def test_another_text_label_or_word_makes_weights_stale() -> None:
    lists = load_words("after-sales")
    before = inputs(examples(lists, TEXTS))
    texts = TEXTS["after-sales"]
    tuned = next(one for one in texts if not one.held_out and one.class_name == "attitude")
    held_out = next(one for one in texts if one.held_out)

    def after(one: LabelledText, **change: object) -> str:
        changed = [msgspec.structs.replace(each, **change) if each.id == one.id else each for each in texts]
        return inputs(examples(lists, TEXTS | {"after-sales": tuple(changed)}))

    assert after(tuned, text="客服骂我") != before
    assert after(tuned, class_name="slow_response") != before
    assert after(held_out, text="客服骂我") == before  # nothing is learned from what is held out
    more = msgspec.structs.replace(lists, harmless=Words(simplified=("祝好",), traditional=(), english=()))
    assert inputs(examples(more, TEXTS)) != before


@pytest.mark.parametrize("name", NAMES)
def test_weights_are_small_and_speak_of_the_classes_of_their_words(name: str) -> None:
    lists = load_words(name)
    assert lists.weights is not None
    assert weights_path(ROOT / "policies" / "words" / f"{name}.yaml").stat().st_size < BYTES_MAX
    assert set(lists.weights.classes) == {*lists.classes, NOTHING}
    assert list(lists.weights.grams) == sorted(lists.weights.grams)


@pytest.mark.parametrize("name", NAMES)
def test_weights_find_more_of_the_held_out_texts_and_are_right_as_often(name: str) -> None:
    lists = load_words(name)
    held_out = [one for one in TEXTS[name] if one.held_out]

    def figures(of: WordLists) -> tuple[float, float]:
        found = measured(answers_of_words(held_out, of), list(of.classes)).together
        return found.precision or 0, found.recall or 0

    words_alone, both = figures(msgspec.structs.replace(lists, weights=None)), figures(lists)
    assert both[0] >= words_alone[0]
    assert both[1] >= words_alone[1] + 0.04


def test_a_pack_takes_the_weights_of_its_classes_and_knows_which_troubles_have_none() -> None:
    weights = load_pack("courier-network").weights
    assert weights is not None
    assert set(weights.classes) - {NOTHING} == {
        "attitude", "delay", "loss", "damage", "shortage", "contents_mismatch", " overcharging", " price_fraud",
        " data_leak", " malicious_operation", " contract_dispute", " no_sign_off",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("broken", "said"),
    (
        (b"{", "truncated"),
        (msgspec.json.encode(msgspec.structs.replace(WEIGHTS, classes=("theft",), bias=(1,))), "theft"),
        (msgspec.json.encode(msgspec.structs.replace(WEIGHTS, classes=("delay",))), "bias"),
        (msgspec.json.encode(msgspec.structs.replace(WEIGHTS, classes=("delay",), bias=(1,))), "weights of no class"),
    ),
)
def test_weights_that_are_not_right_stop_the_pack(tmp_path: Path, broken: bytes, said: str) -> None:
    lists = tmp_path / "courier.yaml"
    lists.write_bytes((ROOT / "policies" / "words" / "courier.yaml").read_bytes())
    weights_path(lists).write_bytes(broken)
    with pytest.raises(Stop, match="tousu policy train courier") as stopped:
        load_words(str(lists))
    assert (stopped.value.reason, said in stopped.value.message) == ("invalid_words", True)


def test_grams_that_decided_take_back_as_what_the_text_says() -> None:
    lists = load_words("courier")
    assert lists.weights is not None
    read = Reader(
        lists.classes, dict.fromkeys(lists.classes, 1), lists.negations, lists.harmless, weights=lists.weights
    )
    told = "網上查到派件中，從早上8點等到下午5點都不見派件員"
    found = read.read(told)
    assert (found.classes, found.by_words) == (("delay",), False)
    assert found.words
    assert all(part in told for word in found.words for part in word.split("…"))


def test_what_negations_take_back_is_cut_out() -> None:
    lists = {"damage": Words(simplified=("破损", "坏了"), traditional=(), english=("damaged",))}
    negations = Words(simplified=("没有", "没"), traditional=(), english=("not",))
    phrases = Phrases(lists, negations)
    for plain, kept in (
        ("包裹没有破损,坏了", "包裹|,坏了"),
        ("it is not damaged.", "it is |."),
        ("没坏了没破损", "||"),
        ("您好", "您好"),
    ):
        assert undenied(plain, phrases.occurrences(plain)) == kept
    assert [hit.word for hit in phrases.find("包裹没有破损,坏了")] == ["坏了"]

"""Only what a reader sees counts as words: no markup, no address of a link, no invisible sign, in any writing."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tousu.policy.markup import visible
from tousu.policy.pack import Pack
from tousu.policy.text import Classifier

SIZE = 16_384


@pytest.fixture(scope="module")
def classifier(pack: Pack) -> Classifier:
    return Classifier(pack)


@pytest.mark.parametrize(
    "told",
    (
        "<style>.lost{color:red}</style><p>请回电</p>",
        "<STYLE>丢失",
        "<script>if (a < b) '<p>丢失'</script>请回电",
        "<head><title>丢失</title></head>请回电",
        "<!-- 丢失 -->请回电",
        "<!-- 丢失",
        '<a href="https://x.example/丢失" title="丢失 > 丢失">看</a>',
        "<img alt=丢失>请回电",
        "<div hidden><div>快件</div>丢失</div>请回电",
        "<span style='color: red; display : none'>丢失</span>请回电",
        "请看 https://files.example/丢失/1.png ，请回电",
        "https://files.example/丢失 请回电",
        "www.files.example/1丢失.png",
        "https://files.example/?q=丢失&page=1",
        "<p>丢</p><p>失望</p>请回电",
    ),
)
def test_what_nobody_sees_is_no_word(classifier: Classifier, told: str) -> None:
    assert classifier.classify(told).troubles == ()


@pytest.mark.parametrize(
    "told",
    (
        "我的快件丢\u200b失了",
        "我的快件丢\u2060\ufe0f失了",
        "我的快件 丢 失 了",
        "我的快件丢　失了",
        "<p>我的快件丢<br/>失了</p>",
        "快件<b>丢</b>失",
        "快件&#20002;&#x5931;",
        "快件&amp;#20002;失",
        "快件丢&zwnj;失",
        "快件丢\r\n失了",
        "重量<5kg，快件丢失",
        "a<b 快件丢失",
        '<a "快件丢失',
        "见https://a.example/x快件丢失了",
        "my parcel is lo\u00adst",
        "my parcel is ｌｏｓｔ",
        "my parcel is LÓST",
    ),
)
def test_what_a_reader_sees_is(classifier: Classifier, told: str) -> None:
    assert [trouble.class_name for trouble in classifier.classify(told).troubles] == ["loss"]


@given(st.text(st.sampled_from("<>/!-&#;=\"' abpstyle1丢失"), max_size=80))
def test_a_text_never_grows(told: str) -> None:
    assert len(visible(told)) <= len(told)


@given(st.text(st.characters(exclude_characters="<&"), max_size=80))
def test_a_text_without_markup_stays_as_it_is(told: str) -> None:
    assert visible(told) == told


HOSTILE = {
    "combining marks": "a\u0345",
    "two kinds of marks": "a\u0300\u0316",
    "references": "&#49;",
    "references of references": "&amp;amp;",
    "signs that open nothing": "<",
    "tags without end": "<p ",
    "quotes without end": '<a "',
    "quotes across tags": "<a '<a'",
    "remarks": "<!--",
    "hidden elements": "<div hidden>",
    "blanks": "丢 ",
    "links": "http://丢a",
    "long Chinese links": "丢",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_the_cost_grows_with_the_length_only(classifier: Classifier, name: str) -> None:
    """Eight times the text takes at most about eight times as long: a square would take sixty-four."""
    told = ("http://a/" + HOSTILE[name][0] + HOSTILE[name][1:] * SIZE + HOSTILE[name] * SIZE)[:SIZE]
    short, whole = (min(_seconds(classifier, told[:size]) for _ in range(5)) for size in (SIZE // 8, SIZE))
    assert whole < 24 * short + 0.002


def _seconds(classifier: Classifier, told: str) -> float:
    begun = time.thread_time()  # what others do on this machine does not count
    classifier.classify(told)
    return time.thread_time() - begun

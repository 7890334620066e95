"""The quick ways that nearly every text takes give what the slow ones give."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.intake.masking import composed
from services.intake.spotting import Known, Plain, spots
from tousu.policy.folding import folded_sign, quickly_folded

EVERY_SIGN = [chr(code) for code in range(0x20000) if not 0xD800 <= code < 0xE000]
PIECES = (
    *"0123456789一二幺壹３٣①abwxq京粤A·.- @号信v(：，加我\n",
    "wx",
    "QQ",
    "微信",
    "抖音号",
    "京A",
    "[at]",
    "wechat ",
    "skype:",
)
KNOWN = Known.of(("王小明",), ("13900000042",))


def test_every_sign_is_folded_alike() -> None:
    assert not [sign for sign in EVERY_SIGN if quickly_folded(sign) not in {None, folded_sign(sign)}]
    assert quickly_folded("快件 YT77，ＡＢ！") == "快件 yt77,ab!"


@settings(max_examples=500)
@given(st.text(alphabet=st.sampled_from([sign for sign in EVERY_SIGN if len(unicodedata.normalize("NFC", sign)) == 1])))
def test_a_text_is_composed_as_the_standard_says(told: str) -> None:
    normal = unicodedata.normalize("NFC", told)
    assert composed(told) == (normal if len(normal) <= len(told) else told)


@settings(max_examples=600)
@given(st.lists(st.sampled_from(PIECES), max_size=16))
def test_what_is_not_looked_at_closely_holds_nothing(pieces: list[str]) -> None:
    plain = Plain("".join(pieces)).text
    slow = [span for span in spots(f"{plain}{'|' * 20}12345678901", KNOWN) if span[1] <= len(plain)]
    assert sorted(spots(plain, KNOWN)) == sorted(slow)


@pytest.mark.parametrize("said", ("whatsapp: johnsmith", "Telegram johnsmith1", "抖音号：wangfang", "skype:john_smith"))
def test_an_account_without_a_digit_near_is_looked_at(said: str) -> None:
    assert spots(Plain(said).text, Known())

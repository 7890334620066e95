"""However a number or a name is written: nothing of it stays, and what is not personal stays as it was.

What stays is looked at through a normal form of the test's own, made of Python's tables of characters.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.intake.identity import national_digits
from services.intake.masking import masked_text
from services.intake.spotting import Known

WAYBILL = "YT7700000000099"
BEFORE, AFTER = "快件丢了，请打", "联系，运单yt 7700 0000 00099谢谢。"
CAPITALS = "零壹贰叁肆伍陆柒捌玖"
SPOKEN = "零一二三四五六七八九"


def read(text: str) -> str:
    """All digits of a text, whatever their form; between things that are not said in one breath stands a blank."""
    signs = []
    for sign in unicodedata.normalize("NFKC", text):
        value = unicodedata.numeric(sign, -1)
        if sign == "幺":
            value = 1
        if value in range(10):
            signs.append(str(int(value)))
        elif sign.isalpha():
            signs.append(" ")
    return "".join(signs)


FORMS: tuple[Callable[[str], str], ...] = (
    str,
    lambda digits: digits.translate({ord(str(n)): chr(0xFF10 + n) for n in range(10)}),
    lambda digits: digits.translate({ord(str(n)): CAPITALS[n] for n in range(10)}),
    lambda digits: digits.translate({ord(str(n)): SPOKEN[n] for n in range(10)}).replace("一", "幺"),
    lambda digits: digits.translate({ord(str(n)): chr(0x0660 + n) for n in range(10)}),
    lambda digits: digits.translate({ord(str(n)): chr(0x1D7CE + n) for n in range(10)}),
    lambda digits: "".join(f"&#{ord(digit)};" for digit in digits),
    lambda digits: "".join(f"&#x{ord(digit):x};" for digit in digits),
    lambda digits: "".join(f"&amp;#{ord(digit)};" for digit in digits),
    lambda digits: "".join(f"{digit}\ufe0f\u20e3" for digit in digits),
    lambda digits: "".join(f"<b>{digit}</b>" for digit in digits),
)
BETWEEN = st.sampled_from(
    (
        "", " ", "-", "－", " - ", "/", ".", "·", "、", "，", "\n", "\r\n", "\t", "\u3000", "\u00a0", "\u200b",
        "\u2060", "_",
        "—", "~", "|", "*", "&nbsp;", "&#8203;", "<br/>", "<span></span>", ")", "）(", "“", "'", "\ufeff",
    )
)  # fmt: skip
GLUED = st.sampled_from(
    ("", "vx", "VX", "TEL", "QQ", "HM", "wx:", "微信", "phone", "ab", "加我", "+86 ", "0086", "(", "号码：")
)
MOBILES = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)
LANDLINES = st.sampled_from(("057188886666", "01082345679", "02154321987"))


@st.composite
def writings(draw: st.DrawFn, number: st.SearchStrategy[str]) -> tuple[str, str]:
    """A number, and a way in which somebody may write it."""
    digits = draw(number)
    form = draw(st.sampled_from(FORMS))
    parts, rest = [], digits
    while rest:
        size = draw(st.integers(1, 4))
        parts.append(form(rest[:size]))
        rest = rest[size:]
    written = parts[0] + "".join(draw(BETWEEN) + part for part in parts[1:])
    return digits, draw(GLUED) + written


@given(writings(MOBILES | LANDLINES))
@example(("13812345678", "１３８-1234-伍陆柒捌"))
@example(("13812345678", "138转1234转5678"))
@example(("13812345678", "1一3二8"))
def test_nothing_of_the_persons_own_number_stays(told: tuple[str, str]) -> None:
    number, written = told
    known = Known.of((number,), (national_digits(number),), (WAYBILL,))
    masked = masked_text(BEFORE + written + AFTER, known)
    assert masked.startswith(BEFORE)
    assert masked.endswith(AFTER)
    left = read(masked[len(BEFORE) : -len(AFTER)]).replace(" ", "")
    assert not [number[at : at + 5] for at in range(len(number) - 4) if number[at : at + 5] in left]


@given(writings(MOBILES))
def test_nothing_of_anybody_elses_number_stays(told: tuple[str, str]) -> None:
    _, written = told
    masked = masked_text(BEFORE + written + AFTER, Known.of(waybills=(WAYBILL,)))
    assert masked.startswith(BEFORE)
    assert masked.endswith(AFTER)
    assert not [run for run in read(masked[len(BEFORE) : -len(AFTER)]).split() if len(run) > 4]


NAME_FORMS: tuple[Callable[[str], str], ...] = (
    str,
    str.upper,
    str.lower,
    lambda name: unicodedata.normalize("NFD", name),
    lambda name: "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in name),
    "\u200b".join,
    lambda name: "".join(f"&#{ord(sign)};" for sign in name),
    lambda name: name.replace(" ", "\u00a0"),
    lambda name: name.replace(" ", " \u00b7 "),
    lambda name: name.replace("·", "•").replace(" ", "\n"),
    lambda name: name.replace("·", ""),
    lambda name: f"<b>{name[0]}</b>{name[1:]}",
)


@given(
    name=st.sampled_from(
        ("王芳", "José García", "阿卜杜拉·买买提", "John Smith", "Zoë Müller-Lüdenscheidt", "欧阳文静", "O'Neill")
    ),
    form=st.sampled_from(NAME_FORMS),
    padded=st.booleans(),
)
def test_no_writing_of_the_name_stays(name: str, form: Callable[[str], str], padded: bool) -> None:
    told = f"我是 {form(name)} ，快件丢了"
    masked = masked_text(told, Known.of((f" {name} " if padded else name,)))
    assert masked in {"我是 *** ，快件丢了", "我是 ** ，快件丢了"}


def test_a_latin_name_is_masked_as_a_whole_word_only() -> None:
    known = Known.of(("Jo Lin", "Lee"))
    assert (
        masked_text("Jo Linton asleep, Leeds, sleet; LEE and lin, jo", known)
        == "Jo Linton asleep, Leeds, sleet; *** and ***"
    )


@given(st.text(st.characters(exclude_characters="<&@", exclude_categories=("Nd", "Nl", "No", "Cs")), max_size=60))
def test_a_text_without_numbers_and_names_stays_as_it_is(told: str) -> None:
    if not any(unicodedata.numeric(sign, -1) >= 0 for sign in unicodedata.normalize("NFKC", told)):
        assert masked_text(told, Known.of(("王芳芳芳芳", "Zzyzx Qwfp"))) == told


@given(st.text(st.sampled_from("0123456789 -.@１(年+壹一a<b>&#;微信京A：."), max_size=80))
def test_masking_never_lengthens(told: str) -> None:
    assert len(masked_text(told, Known.of(("王芳",), ("13812345678",)))) <= len(told)


@pytest.mark.parametrize(
    ("told", "masked"),
    (
        ("卡号6222/0212/3456/7890/123", "卡号***"),
        ("TEL13911112222", "TEL***"),
        ("加我vx13812345678，快件丢了", "加我vx***，快件丢了"),
        ("QQ13911112222345", "QQ***"),
        ("HM13911112222", "***"),
        ("wx: ouyang_88", "wx: ***"),
        ("V信ouyang88", "V信***"),
        ("车牌浙A8X9Z7", "车牌***"),
        ("京A·12345", "***"),
        ("浙AD12345新能源", "***新能源"),
        ("ouyang@例子.中国", "***"),
        ("ouyang@例子。中国", "***"),
        ("почта@пример.рф", "***"),
        ("wang@mail.example。快件丢失", "***。快件丢失"),
        ("wang (at) mail.example", "***"),
        ("证件 A123456(7)", "证件 ***"),
        ("国际件RA123456785CN", "国际件RA123456785CN"),
        ("顺丰SF1391111222233还没到", "顺丰SF1391111222233还没到"),
        ("SF13911112222", "***"),
        ("10:30-11:30没人，17:05才来", "10:30-11:30没人，17:05才来"),
        ("赔1,200,000.00元", "赔1,200,000.00元"),
        ("wechat customer service", "wechat customer service"),
        ("微信同号", "微信同号"),
        ("<p>快件<b>丢</b>失</p>", "\n\n快件丢失\n\n"),
    ),
)
def test_what_else_points_to_a_person(told: str, masked: str) -> None:
    assert masked_text(told) == masked

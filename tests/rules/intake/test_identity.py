"""One person for every writing of one number and one address; two for two."""

from __future__ import annotations

import pytest

from services.intake.identity import address_key, phone_key, region_of_zone


@pytest.mark.parametrize(
    ("region", "written"),
    (
        ("CN", ("0571-88888888", "+86 571 8888 8888", "(0571)8888 8888 转 801", "008657188888888", "+86-0571-88888888",
                "０５７１－８８８８８８８８", "0571 8888 8888 ext. 801", "0571-88888888-801", "tel:+86-571-8888-8888",
                "0571\u200b88888888", "（0571）88888888 分机 2")),
        ("CN", ("19900000042", "199 0000 0042", "+86 19900000042", "86-199-0000-0042", "0086 199 0000 0042",
                "(+86)19900000042", "+86 (0)19900000042")),
        ("GB", ("020 7946 0018", "+44 20 7946 0018", "+44 (0)20 7946 0018", "0044 20 7946 0018",
                "(020) 7946 0018 x12")),
        ("CN", ("+852 9123 4567", "00852 91234567", "+852-9123-4567")),
        ("CN", ("400-820-8888", "4008208888", "+86 400 820 8888")),
    ),
)  # fmt: skip
def test_one_number_is_one_key(region: str, written: tuple[str, ...]) -> None:
    assert len({phone_key(each, region) for each in written}) == 1


def test_other_numbers_are_others() -> None:
    written = (
        "0571-88888888",
        "0571-88888889",
        "010-88888888",
        "88888888",
        "+44 20 7946 0018",
        "+1 571 888 8888",
        "12305",
    )
    assert len(set(map(phone_key, written))) == len(written)


def test_a_number_without_country_code_belongs_where_the_pack_does() -> None:
    assert region_of_zone("Europe/London") == "GB"
    assert region_of_zone("Asia/Shanghai") == "CN"
    assert phone_key("020 7946 0018", "GB") == phone_key("+442079460018", "CN")
    assert phone_key("13800001234", "CN") == phone_key("+8613800001234", "GB") == phone_key("8613800001234", "GB")


@pytest.mark.parametrize("written", ("", " ", "x", "+", "转801", "9" * 500, "+" * 500, "()" * 250, "\U0001f4de"))
def test_what_is_no_number_has_a_key_all_the_same(written: str) -> None:
    assert phone_key(written) == phone_key(written)


@pytest.mark.parametrize(
    "written",
    (
        ("w.fang@example.com", "<w.fang@example.com>", "Wang Fang <W.Fang@Example.COM>", "mailto:w.fang@example.com",
         "MAILTO:w.fang@example.com?subject=x", " ｗ.fang＠example.com. ", '"Fang, W" <mailto:w.fang@example.com>'),
        ("a@例子.中国", "a@xn--fsqu00a.xn--fiqs8s", "a@例子。中国"),
    ),
)  # fmt: skip
def test_one_address_is_one_key(written: tuple[str, ...]) -> None:
    assert len(set(map(address_key, written))) == 1


@pytest.mark.parametrize("written", ("", "@", "a@", "@b", "a@" + "b" * 300, "a@..", "<>", "no address"))
def test_what_is_no_address_has_a_key_all_the_same(written: str) -> None:
    assert isinstance(address_key(written), str)

"""What may be read of a person downstream: in free text nothing, else the masked forms."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.intake.masking import composed, masked_name, masked_phone, masked_text
from services.intake.spotting import Known


@pytest.mark.parametrize(
    ("told", "masked"),
    (
        ("请打我电话13800001234，谢谢", "请打我电话***，谢谢"),
        ("电话 138 0000 1234。", "电话 ***。"),
        ("手机138-0000-1234", "手机***"),
        ("+86 138 0000 1234 is my number", "*** is my number"),
        ("座机0571-87654321转3", "座机***转3"),
        ("香港 +852 9123 4567", "香港 ***"),
        ("全角１３８００００１２３４", "全角***"),
        ("幺三八零零零零一二三四", "***"),
        ("身份证330106199001011234", "身份证***"),
        ("身份证33010619900101123X，请核对", "身份证***，请核对"),
        ("护照E12345678", "护照***"),
        ("港澳通行证 H1234567890", "港澳通行证 ***"),
        ("卡号6222 0212 0300 1234 567", "卡号***"),
        ("邮箱wang.xm@mail.example和微信", "邮箱***和微信"),
        ("加我微信：wang_xm88", "加我微信：***"),
        ("QQ 12345", "QQ ***"),
        ("运单SF1234567890123还没到", "运单SF1234567890123还没到"),
        ("2026-01-04下午5点还没到，等了3天，赔120.50元", "2026-01-04下午5点还没到，等了3天，赔120.50元"),
        ("1月4日 13800001234", "1月4日 ***"),
        ("快递员态度恶劣", "快递员态度恶劣"),
        ("", ""),
    ),
)
def test_free_text(told: str, masked: str) -> None:
    assert masked_text(told) == masked


def test_what_the_event_says_of_the_person_goes_from_its_text_too() -> None:
    told = "我是王小明，住在文三路100号，王小明的件丢了"
    assert masked_text(told, Known.of(("王小明", "文三路100号"))) == "我是***，住在***，***的件丢了"


def test_a_waybill_number_of_the_event_stays_readable() -> None:
    told = "单号 7512345678901，电话13800001234"
    assert masked_text(told) == "单号 ***，电话***"
    assert masked_text(told, Known.of(waybills=("7512345678901",))) == "单号 7512345678901，电话***"


@pytest.mark.parametrize(("name", "masked"), (("王小明", "王**"), ("李", "李**"), (" Anna Lee", "A**"), ("  ", "")))
def test_names(name: str, masked: str) -> None:
    assert masked_name(name) == masked


@pytest.mark.parametrize(
    ("phone", "masked"),
    (("199 0000 0042", "199****0042"), ("0571-00000012", "057****0012"), ("91234567", "****67"), ("12305", "****")),
)
def test_telephone_numbers(phone: str, masked: str) -> None:
    assert masked_phone(phone) == masked


@pytest.mark.parametrize(
    ("region", "phone", "masked"),
    (
        ("CN", "0571-88888812转801", "057****8812"),
        ("CN", "(0571) 8888 8812，分机 801", "057****8812"),
        ("CN", "0571-88888812-801", "057****8812"),
        ("CN", "138 1234 5678 ext. 22", "138****5678"),
        ("CN", "88888812 доб. 801", "****12"),
        ("CN", "１３８１２３４５６７８", "138****5678"),
        ("CN", "٠٥٧١٨٨٨٨٨٨١٢", "057****8812"),
        ("GB", "020 7946 0018-12", "020****0018"),
        ("GB", "+44 (0)20 7946 0018 x12", "440****0018"),
    ),
)
def test_an_extension_is_no_part_of_the_masked_number(region: str, phone: str, masked: str) -> None:
    assert masked_phone(phone, region) == masked


@settings(max_examples=300)
@given(told=st.text(alphabet="0123456789 -.@１(年+", max_size=80))
def test_masking_never_lengthens_and_leaves_no_long_number(told: str) -> None:
    masked = masked_text(told)
    assert len(masked) <= len(told)
    assert not re.search(r"\d{7}", masked)


@settings(max_examples=200)
@given(told=st.text(max_size=60))
def test_composed_text_is_never_longer(told: str) -> None:
    assert len(composed(told)) <= len(told)


def test_composing_changes_no_script() -> None:
    """Traditional stays traditional, simplified simplified; only what looks the same becomes the same bytes."""
    assert composed("快遞延誤，快递延误，cafe\u0301") == "快遞延誤，快递延误，café"
    assert composed("\U0001d15e") == "\U0001d15e"

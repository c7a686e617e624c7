"""Units as people write them, and exact ways between them."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from youzhi.columns import load_columns, load_figures
from youzhi.intake.values.units import convert, find_unit, is_scale, rescale

DECIMALS = st.decimals(
    allow_nan=False, allow_infinity=False, places=6, min_value=-(10**15), max_value=10**15
)


@pytest.mark.parametrize(
    ("written", "name"),
    [
        *[
            (text, "㎡")
            for text in (
                "㎡",
                "m²",
                "m2",
                "M2",
                "ｍ２",
                "平方米",
                "（㎡）",
                "(m²)",
                "单位：平方米",
                " 平 方 米 ",
            )
        ],
        *[(text, "万元") for text in ("万元", "（万元）", "单位:万元", "（单位：万元）", "万 元")],
        *[(text, "%") for text in ("%", "％", "（%）", "百分比")],
        ("万平方米", "万㎡"),
        ("百元", "百元"),
        ("千元", "千元"),
        ("亿元", "亿元"),
        ("亩", "亩"),
        ("公顷", "公顷"),
        ("ha", "公顷"),
        ("名", "人"),
        ("万人", "万人"),
        ("台（套）", "台"),
        ("万", "万"),
        ("—", "—"),
    ],
)
def test_unit_is_recognised_as_people_write_it(written, name):
    assert find_unit(written) == name


@pytest.mark.parametrize(
    "text", ["", "公斤", "人/班", "万万", "元人", "abc", "²", "①", "0", "万abc"]
)
def test_what_is_no_unit_is_none(text):
    assert find_unit(text) is None


def test_every_unit_of_the_dictionaries_is_known():
    units = {column.unit for column in [*load_columns().values(), *load_figures().values()]} - {""}
    assert len(units) > 10
    assert [unit for unit in units if find_unit(unit) is None] == []


@pytest.mark.parametrize(
    ("value", "stated", "wanted", "converted"),
    [
        ("5.27", "万元", "元", Decimal("52700")),
        ("3", "千元", "元", Decimal("3000")),
        ("3", "百元", "元", Decimal("300")),
        ("0.1", "亿元", "万元", Decimal("1000")),
        ("52.3", "万人", "万人", Decimal("52.3")),
        ("523000", "人", "万人", Decimal("52.3")),
        ("1.5", "公顷", "㎡", Decimal("15000")),
        ("0.02", "平方公里", "㎡", Decimal("20000")),
        ("15", "亩", "㎡", Decimal("10000")),
        ("1", "亩", "㎡", Fraction(2000, 3)),
        ("0.3", "亩", "㎡", Decimal("200")),
        ("9.5", "‰", "%", Decimal("0.95")),
        ("3", "千", "㎡", Decimal("3000")),
        ("12", "个", "间", Decimal("12")),
        ("1", "元", "人", None),
        ("1", "人", "个", None),
        ("1", "斤", "㎡", None),
        ("1", "万", "", None),
        ("1", "册", "间", None),
    ],
)
def test_conversion_is_exact_or_none(value, stated, wanted, converted):
    found = convert(Decimal(value), stated, wanted)
    assert found == converted
    assert type(found) is type(converted)


def test_conversion_keeps_more_digits_than_decimal_arithmetic_would():
    value = Decimal("1.2345678901234567890123456789012345678901")
    assert str(convert(value, "万元", "元")) == "12345.678901234567890123456789012345678901"


@given(
    DECIMALS,
    st.sampled_from([("万元", "元"), ("亩", "㎡"), ("公顷", "㎡"), ("千人", "人"), ("‰", "%")]),
)
def test_conversion_there_and_back_changes_nothing(value, units):
    stated, wanted = units
    there = convert(value, stated, wanted)
    assert convert(there, wanted, stated) == value


def test_scale_replaces_the_scale_of_a_unit():
    assert rescale("万", "千元") == "万元"
    assert rescale("亿", "㎡") == "亿㎡"
    assert is_scale("万")
    assert not is_scale("万元")

"""A number as people write it to the exact value in the unit of its column, or the reason why it is none."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import NamedTuple

from youzhi.columns import Column
from youzhi.intake.findings import load_rules
from youzhi.intake.values.aliases import find_truth, is_missing, load_aliases
from youzhi.intake.values.names import remove_invisible
from youzhi.intake.values.numerals import parse_numeral
from youzhi.intake.values.units import convert, find_unit, is_scale, rescale

_PLAIN = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_GROUPED = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_SCIENTIFIC = re.compile(r"([0-9]+(?:\.[0-9]+)?)[eE]([+-]?[0-9]+)")
_WRITTEN = re.compile(
    r"[¥￥]?\s*(?P<sign>[+-]?)(?P<body>[0-9]+(?:[.,][0-9]+)*(?:[eE][+-]?[0-9]+)?)\s*(?P<rest>[^0-9.,].*)?",
    re.DOTALL,
)
_SPAN = re.compile(r"[0-9.]+\D{0,3}?\s*(?:-|~|—|–|－|～|至|到)+\s*[0-9.]+\D{0,3}")
_MONTHS = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
_DATE = re.compile(
    r"(?:[0-9]{4}(?:年|[-/])(?:1[0-2]|0?[1-9])(?:月|(?:[-/月][0-9]{1,2}日?))?|[0-9]{4}\.[0-9]{1,2}\.[0-9]{1,2}"
    rf"|[0-9]{{1,2}}月(?:[0-9]{{1,2}}[日号]?)?|[0-9]{{1,2}}-(?:{_MONTHS})(?:-[0-9]{{2,4}})?|(?:{_MONTHS})-[0-9]{{1,4}}"
    r"|[0-9]{1,2}/[0-9]{1,2}(?:/[0-9]{2,4})?)(?:[ T][0-9:.]+)?|[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?",
    re.IGNORECASE,
)
_CONFUSED = re.compile(r"(?=.*[0-9])[0-9OoIl|.,' ]+")
_NUMERAL = re.compile(
    "(百分之)?[约近]?([零〇○一二三四五六七八九十百千万亿两点几多余壹贰叁肆伍陆柒捌玖拾佰仟]+)(.*)",
    re.DOTALL,
)
_SCALES = re.compile("[百千万亿佰仟]+")  # of a unit such as 百元, without any number
_NOTE = re.compile(r"[（(].*[）)]", re.DOTALL)
_HAN = re.compile(r"[\u4e00-\u9fff]+")

# Full-width forms only: other compatibility forms turn ² or ① into digits that nobody wrote.
_NARROW = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_MINUS = re.compile(r"^[−﹣–—](?=[0-9])")
_APOSTROPHES = "'’‘`"


class Cleaned(NamedTuple):
    """What one cell became (单元格结果).

    Attributes
    ----------
    value
        Decimal, or Fraction where a unit such as 亩 leaves no finite decimal; text, id of a choice, truth value; None
        where it is missing, refused or set aside.
    rule
        Id of the heaviest rule that had to be applied; empty where the cell stands as it should.
    became
        Text of the converted value, or of the value that is proposed for one set aside.
    """

    value: Decimal | Fraction | str | bool | None
    rule: str = ""
    became: str = ""


BLANK = Cleaned(None)


def clean_number(text: str, column: Column, unit: str = "", mark: str = "") -> Cleaned:
    """Convert a number as people write it, exactly (数值转换).

    Parameters
    ----------
    text
        As written.
    column
        With its unit, range and kind.
    unit
        Unit stated outside the cell; empty means that of the column.
    mark
        What a workbook knows of the cell, see Sheet.marks.

    Returns
    -------
    Cleaned
        Nothing passes through a float; what may be meant in two ways is set aside.

    Examples
    --------
    >>> from youzhi.columns import load_columns
    >>> clean_number("１，２３４人", load_columns()["pupils_primary"]).value
    Decimal('1234')
    >>> clean_number("约300", load_columns()["pupils_primary"])
    Cleaned(value=None, rule='N19b', became='300')
    """
    if (not mark or mark == "number") and _PLAIN.fullmatch(text) and len(text) <= _longest():
        value = Decimal(text)
        if (
            unit in ("", column.unit)
            and not _is_wrong(value, column)
            and not _is_share(value, column, unit)
        ):
            return Cleaned(value)
        return _settle(_Number(value, ""), column, unit)
    if mark in ("date", "boolean"):
        return Cleaned(None, "N21")
    if mark == "percent" and not re.search("[%％]", text):
        return Cleaned(None, "N06c" if column.unit == "%" else "N06b")
    bare, rule = bare_text(text)
    if mark == "text":
        rule = rule or "N08"
    if not bare:
        return BLANK
    if is_missing(bare):
        return Cleaned(None, "N09")
    if _DATE.fullmatch(bare) or _is_truth(bare):
        return Cleaned(None, "N21")
    if _SPAN.fullmatch(bare) and not _SCIENTIFIC.fullmatch(bare):
        return Cleaned(None, "N19b")
    return _read(bare, rule, column, unit)


def _is_truth(bare: str) -> bool:
    """Whether it is a word or sign for yes or no; a single letter or a number in a circle is none."""
    unclear = bare.isnumeric() or (len(bare) == 1 and bare.isascii())
    return not unclear and find_truth(bare) is not None


def bare_text(text: str) -> tuple[str, str]:
    """Take invisible characters, surrounding blanks and a leading apostrophe away, and full width (去除多余字符).

    Parameters
    ----------
    text
        As written.

    Returns
    -------
    str
        What is left.
    str
        "N01" where the width was changed, "N08" where something was taken away, else empty.
    """
    seen = remove_invisible(text).strip()
    bare = seen.lstrip(_APOSTROPHES).strip() or seen
    narrow = _MINUS.sub("-", bare.translate(_NARROW))
    return narrow, "N01" if narrow != bare else "N08" if bare != text else ""


def show_number(value: Decimal | Fraction) -> str:
    """Write a number without an exponent (数值文本).

    Parameters
    ----------
    value
        Any.

    Returns
    -------
    str
        Every digit; a number without a finite decimal as a fraction beside its first digits.

    Examples
    --------
    >>> show_number(Decimal("1.2E+5")), show_number(Fraction(20000, 3))
    ('120000', '20000/3（约6666.6667）')
    """
    if isinstance(value, Fraction):
        return f"{value}（约{value.numerator / value.denominator:.4f}）"
    return format(value, "f")


class _Number(NamedTuple):
    """A number, the rule by which it was read, its own unit, and whether it is said to be inexact."""

    value: Decimal | None
    rule: str
    unit: str | None = ""
    about: bool = False


def _read(bare: str, rule: str, column: Column, stated: str) -> Cleaned:
    """Convert what is neither blank nor a date, a span or a word for nothing."""
    core = _about_words()[0].sub("", bare)
    number = _parse(core, rule)
    if number.value is None:
        return _numeral(bare, column, stated) or Cleaned(None, number.rule)
    if number.unit is None:
        return Cleaned(None, number.rule, show_number(number.value) if number.about else "")
    return _settle(number._replace(about=number.about or core != bare), column, stated)


def _parse(core: str, rule: str) -> _Number:
    """Take a number and the unit behind it apart; value None where it is no number, unit None where it is no unit."""
    found = _WRITTEN.fullmatch(core)
    if not found:
        return _Number(None, "N17" if _CONFUSED.fullmatch(core) else "N16")
    value, rule = _parse_body(found["sign"], found["body"], rule)
    if value is None:
        return _Number(None, rule)
    if core[0] in "¥￥":
        rule = "N19"
    rest = (found["rest"] or "").strip()
    exact = _about_words()[1].sub("", rest)
    if not exact:
        return _Number(value, rule, "元" if core[0] in "¥￥" else "", exact != rest)
    unit = find_unit(exact)
    if unit is not None:
        return _Number(value, "N19", unit, exact != rest)
    if _NOTE.fullmatch(exact):
        return _Number(value, "N19b", None, about=True)
    if _HAN.fullmatch(exact) and not parse_numeral(exact):
        return _Number(value, "N19c", None)
    return _Number(None, "N17" if _CONFUSED.fullmatch(core) else "N16")


def _parse_body(sign: str, body: str, rule: str) -> tuple[Decimal | None, str]:
    """The digits of a number; None and the rule that they break."""
    if sum(map(str.isdigit, body)) > _longest():
        return None, "N16"
    if _PLAIN.fullmatch(body):
        return Decimal(sign + body), rule
    if _GROUPED.fullmatch(body):
        return Decimal(sign + body.replace(",", "")), "N02"
    scientific = _SCIENTIFIC.fullmatch(body)
    if not scientific:
        return None, "N17"
    if rule == "N01" or abs(int(scientific[2])) > _limits()["exponent"]:
        return None, "N16"
    return Decimal(sign + format(Decimal(body), "f")), "N12"


def _settle(number: _Number, column: Column, stated: str) -> Cleaned:
    """Convert into the unit of the column and hold against its range."""
    known = find_unit(stated) if stated and column.unit else column.unit
    if known is None:
        return Cleaned(None, "N05b")
    own = rescale(number.unit, known) if number.unit and is_scale(number.unit) else number.unit
    if own == "%" != column.unit:
        return Cleaned(None, "N06b")
    unit = own or known
    value = number.value if unit == column.unit else convert(number.value, unit, column.unit)
    if value is None:
        return Cleaned(None, "N19c" if own else "N05b")
    rule = number.rule
    if value != number.value or (number.unit and is_scale(number.unit)):
        rule = _conversion_rule(unit, column, own)
    elif own == "%":
        rule = "N06"
    value = value.copy_abs() if value == 0 and isinstance(value, Decimal) else value
    wrong = _is_wrong(value, column)
    if wrong:
        return Cleaned(None, wrong)
    if number.about:
        return Cleaned(None, "N19b", show_number(value))
    if not own and _is_share(value, column, stated):
        return Cleaned(None, "N06c", show_number(Decimal(f"{value:f}e2")))
    return Cleaned(value, rule, show_number(value) if rule else "")


def _conversion_rule(unit: str, column: Column, own: str | None) -> str:
    """Another base unit, another scale in the cell, or another scale in the head."""
    if not is_scale(unit) and rescale("", unit) != rescale("", column.unit):
        return "N05"
    return "N03" if own else "N07"


def _is_wrong(value: Decimal | Fraction, column: Column) -> str:
    """The rule of the range that a value breaks; empty where it is in order."""
    if column.min is not None and value < column.min:
        return "N14" if value < 0 <= column.min else "N14b"
    if column.max is not None and value > column.max:
        return "N14b"
    if column.kind == "integer" and value != int(value):
        return "N15"
    return ""


def _is_share(value: Decimal | Fraction, column: Column, stated: str) -> bool:
    """Whether a percentage without any sign of its unit may as well be a share."""
    return column.unit == "%" and not stated and 0 < value <= 1


def _numeral(bare: str, column: Column, stated: str) -> Cleaned | None:
    """A number in Chinese characters is proposed, never taken; None where it is none."""
    found = _NUMERAL.fullmatch(bare)
    share, signs, rest = found.groups() if found else (None, "", "")
    unit = "%" if share else find_unit(rest) if rest else ""
    if not signs or unit is None or _SCALES.fullmatch(signs):
        return None
    value = parse_numeral(signs)
    if value is None:
        return Cleaned(None, "N20")
    settled = _settle(_Number(value, "N20", unit, about=True), column, stated)
    return settled._replace(rule="N20") if settled.rule == "N19b" else settled


@cache
def _about_words() -> tuple[re.Pattern, re.Pattern]:
    """Words in front of a number, and behind it: before or after the unit."""
    words = load_aliases()["about"]
    before, behind = ("|".join(map(re.escape, words[side])) for side in ("before", "behind"))
    return re.compile(f"^(?:{before})\\s*"), re.compile(f"^(?:{behind})|(?:{behind})$")


@cache
def _limits() -> dict:
    return dict(load_rules()["N16"].limits)


@cache
def _longest() -> int:
    return _limits()["digits"]

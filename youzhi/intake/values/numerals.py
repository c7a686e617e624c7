"""Numbers in Chinese characters, read strictly: what can be meant in two ways is no number."""

from __future__ import annotations

import re
from decimal import Decimal

_SIGNS = str.maketrans(
    "〇○Ｏ壹贰貳叁參肆伍陆陸柒捌玖拾佰仟萬億两兩", "零零零一二二三三四五六六七八九十百千万亿二二"
)
_DIGITS = {sign: value for value, sign in enumerate("零一二三四五六七八九")}
_SCALES = {"十": 10, "百": 100, "千": 1000}

_ONE = "[一二三四五六七八九]"
_TENS = f"{_ONE}?十{_ONE}?"
_HUNDREDS = f"{_ONE}百(?:零{_ONE}|{_TENS})?"
_THOUSANDS = f"{_ONE}千(?:零(?:{_TENS}|{_ONE})|{_HUNDREDS})?"
_SECTION = f"(?:{_THOUSANDS}|{_HUNDREDS}|{_TENS}|{_ONE})"
# behind 万 or 亿 a single digit needs 零: 一万二 is either 10002 or 12000
_REST = f"(?:零{_SECTION}|{_THOUSANDS}|{_HUNDREDS}|{_TENS})"
_NUMERAL = re.compile(
    f"(?:(?:({_SECTION})亿)(?:零?({_SECTION})万)?|({_SECTION})万)({_REST})?|({_SECTION})|零"
)
_SEQUENCE = re.compile("[零一二三四五六七八九]{2,40}")


def parse_numeral(text: str) -> Decimal | None:
    """Read a number in Chinese characters (识别汉字数字).

    Parameters
    ----------
    text
        Such as 三百二十, 二〇二二, 五万零三, 三点五; also the characters used on cheques.

    Returns
    -------
    Decimal or None
        None when it is none, or may be meant in two ways, as 三百二.

    Examples
    --------
    >>> parse_numeral("三百二十"), parse_numeral("二〇二二"), parse_numeral("三百二")
    (Decimal('320'), Decimal('2022'), None)
    """
    whole, point, part = text.translate(_SIGNS).partition("点")
    number = _parse_whole(whole)
    if number is None or not point:
        return None if number is None else Decimal(number)
    if not part or not set(part) <= _DIGITS.keys():
        return None
    return Decimal(f"{number}.{''.join(str(_DIGITS[sign]) for sign in part)}")


def _parse_whole(text: str) -> int | None:
    if _SEQUENCE.fullmatch(text):
        return int("".join(str(_DIGITS[sign]) for sign in text))
    found = _NUMERAL.fullmatch(text)
    if not found:
        return None
    billions, inner, alone, rest, plain = (part or "" for part in found.groups())
    sections = (billions, 10**8), (inner or alone, 10**4), (rest or plain, 1)
    return sum(_parse_section(section) * scale for section, scale in sections)


def _parse_section(text: str) -> int:
    """A number below ten thousand; 十 alone is ten."""
    total = digit = 0
    for sign in text:
        if sign in _SCALES:
            total, digit = total + (digit or 1) * _SCALES[sign], 0
        else:
            digit = _DIGITS[sign]
    return total + digit

"""Names and headers in one comparable form: width, blanks, brackets and invisible characters do not tell two apart."""

from __future__ import annotations

import re
from functools import lru_cache
from unicodedata import category, normalize

_BRACKETS = str.maketrans("(【〔〖)】〕〗", "（（（（））））")
_HEADER_BRACKETS = str.maketrans("([{)]}", "（（（）））")
# Radicals that PDF programs write in place of the characters; compatibility forms do not know these.
_RADICALS = str.maketrans(
    "⺠⻁⻄⻅⻆⻉⻋⻓⻔⻘⻚⻛⻜⻝⻢⻣⻤⻥⻦⻨⻩⻬⻮⻰",
    "民虎西见角贝车长门青页风飞食马骨鬼鱼鸟麦黄齐齿龙",
)
_DOTS = str.maketrans("•‧・∙⋅", "·····")

# A blank stays only between two words of Latin letters or digits.
_BLANKS = re.compile(r"(?<![0-9A-Za-z])\s+|\s+(?![0-9A-Za-z])")

_NUMBERING = re.compile(
    r"^(?:[\u2460-\u249b\u24ea-\u24ff\u2776-\u2793]|（(?:[0-9]{1,2}|[一二三四五六七八九十]{1,3})）"
    r"|[0-9]{1,2}(?:\.[0-9]{1,2})+[.、）]?(?=[^0-9.%])|[0-9]{1,2}[.、）]|[一二三四五六七八九十]{1,3}[、.])"
)
_REQUIRED = re.compile(r"[*★※]+(?:必填|选填)?|（[*★※]*(?:必填|选填)?项?）")
# What follows tells no header from another; numbering is taken off bit by bit, and there may be much of it.
_LONGEST_HEADER = 300
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_SQUARE = re.compile(r"m\^?2|平方米|平米")


def clean_name(text: str) -> str:
    r"""Return the canonical form of the name of a school or a town (名称规范化).

    Parameters
    ----------
    text
        As written.

    Returns
    -------
    str
        Without invisible and control characters and blanks between Chinese characters, in normal width, with Chinese
        brackets. Words such as NA or null stay what they are. Cleaning twice changes nothing more.

    Examples
    --------
    >>> clean_name("　沂源县 实验小学(东校区) \u200b")
    '沂源县实验小学（东校区）'
    """
    while (cleaned := _unify(text)) != text:
        text = cleaned
    return text


@lru_cache(10_000)
def clean_header(text: str) -> str:
    r"""Return the form in which headers are compared (表头规范化).

    Parameters
    ----------
    text
        As written, with line breaks, stars of required fields and numbering.

    Returns
    -------
    str
        Without any blank; brackets are Chinese and square metres in them are ㎡. Cleaning twice changes nothing more.

    Examples
    --------
    >>> clean_header("*3. 教学及辅助用房\n面积(m²)"), clean_header("学校 名称（必填）")
    ('教学及辅助用房面积（㎡）', '学校名称')
    """
    while (cleaned := _unify_header(text)) != text:
        text = cleaned
    return text


def remove_invisible(text: str) -> str:
    r"""Take out what cannot be seen: controls, direction marks, zero-width characters (删去不可见字符).

    Parameters
    ----------
    text
        Anything.

    Returns
    -------
    str
        Line breaks and tabs are kept; they are blanks.

    Examples
    --------
    >>> remove_invisible("甲\u202e\u200b校")
    '甲校'
    """
    if text.isprintable() and text.isascii():
        return text
    return "".join(sign for sign in text if not _is_invisible(sign))


def _is_invisible(sign: str) -> bool:
    if sign in "\t\n\r\v\f\x85":
        return False
    selector = "\ufe00" <= sign <= "\ufe0f" or "\U000e0100" <= sign <= "\U000e01ef"
    return selector or category(sign) in ("Cc", "Cf", "Cs")


def _unify(text: str) -> str:
    """One pass; brackets of a name without any Chinese character are left alone."""
    text = normalize("NFKC", remove_invisible(text).translate(_RADICALS))
    text = normalize("NFC", _BLANKS.sub("", " ".join(text.split()))).translate(_DOTS)
    return text.translate(_BRACKETS) if _HAN.search(text) else text


def _unify_header(text: str) -> str:
    """One pass; what would be nothing but numbering stays."""
    text = "".join(remove_invisible(text).split())[:_LONGEST_HEADER]
    numbered = _NUMBERING.sub("", text)
    text = "".join(_unify(numbered or text).split()).translate(_HEADER_BRACKETS)
    bare = _REQUIRED.sub("", text).rstrip("：:")
    bare = _NUMBERING.sub("", bare) or bare
    return re.sub(r"（[^（）]*）", lambda found: _SQUARE.sub("㎡", found[0]), bare or text)
